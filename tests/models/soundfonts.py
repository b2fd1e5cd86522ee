"""Small SoundFonts: one instrument, one looped sample, presets with the key ranges that a test asks for."""

import struct
from pathlib import Path

import numpy as np

SAMPLES = 4800


def write_soundfont(
    path: Path,
    presets: dict[tuple[int, int], tuple[int, int]],
    level: float = 0.5,
    instrument_keys: tuple[int, int] = (0, 127),
) -> Path:
    """A sine of 480 Hz at MIDI number 70; `presets` gives the lowest and highest key of (bank, program)."""
    wave = (level * 32767 * np.sin(2 * np.pi * np.arange(SAMPLES) / 100)).astype("<i2").tobytes()
    smpl = _chunk(b"smpl", wave + bytes(92))
    texts = {b"isng": "EMU8000", b"INAM": "Sines", b"ICOP": "Public domain"}
    info = _chunk(b"ifil", struct.pack("<HH", 2, 1)) + b"".join(_text(*text) for text in texts.items())
    lists = {b"INFO": info, b"sdta": smpl, b"pdta": _hydra(presets, instrument_keys)}
    body = b"".join(_list(*part) for part in lists.items())
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + 4) + b"sfbk" + body)
    return path


def _hydra(presets: dict[tuple[int, int], tuple[int, int]], keys: tuple[int, int]) -> bytes:
    phdr = [_preset(f"{bank}:{program}", program, bank, i) for i, (bank, program) in enumerate(presets)]
    phdr += [_preset("EOP", 0, 0, len(presets))]
    pbag = [struct.pack("<HH", 2 * i, 0) for i in range(len(presets) + 1)]
    pgen = [_range(*span) + struct.pack("<HH", 41, 0) for span in presets.values()] + [bytes(4)]
    inst = [struct.pack("<20sH", name, bag) for name, bag in ((b"Sine", 0), (b"EOI", 2))]
    ibag = [struct.pack("<HH", generator, 0) for generator in (0, 1, 3)]
    igen = [_range(*keys), struct.pack("<HH", 54, 1) + struct.pack("<HH", 53, 0), bytes(4)]
    sample = struct.pack("<20sIIIIIBbHH", b"Sine", 0, SAMPLES, 1000, 3000, 48_000, 70, 0, 0, 1)
    lists = {b"phdr": phdr, b"pbag": pbag, b"pmod": [bytes(10)], b"pgen": pgen, b"inst": inst, b"ibag": ibag}
    lists |= {b"imod": [bytes(10)], b"igen": igen, b"shdr": [sample, bytes(46)]}
    return b"".join(_chunk(kind, b"".join(rows)) for kind, rows in lists.items())


def _preset(name: str, program: int, bank: int, bag: int) -> bytes:
    return struct.pack("<20sHHHIII", name.encode(), program, bank, bag, 0, 0, 0)


def _range(low: int, high: int) -> bytes:
    return struct.pack("<HBB", 43, low, high)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _text(kind: bytes, text: str) -> bytes:
    raw = text.encode() + b"\0"
    return _chunk(kind, raw + bytes(len(raw) % 2))


def _list(kind: bytes, data: bytes) -> bytes:
    return _chunk(b"LIST", kind + data)
