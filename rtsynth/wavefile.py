"""A WAV file that grows while it is being recorded, and can be played at any moment of it.

24 bit, stereo. Beyond 4 GiB it turns into RF64, for whose header room is kept from the start.
Source: Multimedia Programming Interface 1.0 (IBM and Microsoft, 1991); RF64, EBU Tech 3306.
"""

import os
import struct
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CHANNELS, BITS = 2, 24
BYTES = CHANNELS * BITS // 8  # of a frame
HEADER = 80  # bytes
UNTOLD = 0xFFFFFFFF  # size that stands in the 64-bit chunk instead


class WavFile:
    """Frames appended to a temporary file beside `path`, which takes that name at the end."""

    def __init__(self, path: Path, rate: float) -> None:
        """Raises OSError where no file can be made."""
        self.path, self.rate, self.frames = path, round(rate), 0
        self._file, self.temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f"{path.stem}.", suffix=".part.wav"
        )
        os.fchmod(self._file, 0o644)
        _write(self._file, header(0, self.rate), 0)

    def append(self, samples: NDArray[np.float32]) -> None:
        """Write samples (n, 2), then the header that counts them. An OSError leaves the file whole."""
        _write(self._file, to_bytes(samples), HEADER + BYTES * self.frames)
        _write(self._file, header(self.frames + len(samples), self.rate), 0)
        self.frames += len(samples)

    def finish(self) -> None:
        """Make sure of it all, and give the file its name. Raises OSError."""
        try:
            os.ftruncate(self._file, HEADER + BYTES * self.frames)
            os.fsync(self._file)
        finally:
            os.close(self._file)
        os.replace(self.temporary, self.path)


def to_bytes(samples: NDArray[np.float32]) -> bytes:
    """Samples (n, 2) in full scale as 24-bit integers, low byte first: the upper bytes of 32, as libsndfile
    has it, so that a take and a rendering of it can be compared.
    """
    whole = np.clip(np.rint(samples * np.float64(2**31)), -(2**31), 2**31 - 1).astype("<i4")
    return whole.view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()


def header(frames: int, rate: int) -> bytes:
    """The bytes before the first sample."""
    size = BYTES * frames
    large = HEADER - 8 + size > UNTOLD
    told, kind, room = (UNTOLD, b"RF64", b"ds64") if large else (HEADER - 8 + size, b"RIFF", b"JUNK")
    wide = (HEADER - 8 + size, size, frames, 0) if large else (0, 0, 0, 0)
    return b"".join(
        (
            struct.pack("<4sI4s", kind, told, b"WAVE"),
            struct.pack("<4sIQQQI", room, 28, *wide),
            struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, CHANNELS, rate, rate * BYTES, BYTES, BITS),
            struct.pack("<4sI", b"data", UNTOLD if large else size),
        )
    )


def _write(file: int, content: bytes, at: int) -> None:
    rest = memoryview(content)
    while rest:
        count = os.pwrite(file, rest, at)
        rest, at = rest[count:], at + count
