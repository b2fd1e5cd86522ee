"""Bad files as people read them: bytes on the left, what they mean on the right."""


def bytes_of(dump: str) -> bytes:
    """Bytes of a commented hexdump; `# …` is a comment."""
    return bytes.fromhex(" ".join(line.split("#")[0] for line in dump.splitlines()))


HEADER = """
    4D 54 68 64  00 00 00 06   # MThd, 6 bytes
    00 00  00 01  00 60        # format 0, one track, 96 ticks a beat
"""

NOTE = """
    4D 54 72 6B  00 00 00 0C   # MTrk, 12 bytes
    00  90 3C 40               # note 60 on
    60  80 3C 40               # a beat later off
    00  FF 2F 00               # end of track
"""
