"""Parts: splits and layers. A key that a part hears sounds with its program, transposed.

Without parts every channel plays its own program. The host writes the array that is not in use, then lets the
audio callback turn to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .compiling import realtime
from .errors import EngineError
from .layout import PARTS, Memory


@dataclass(frozen=True)
class Part:
    """What hears keys `low` … `high` of a port and a channel (0 … 15; -1 any), and the program it plays.

    `transpose` in semitones, `level_db` in dB, `pan` -1 … 1; program -1 is the channel's own.
    """

    port: int = -1
    channel: int = -1
    low: int = 0
    high: int = 127
    transpose: int = 0
    program: int = -1
    level_db: float = 0.0
    pan: float = 0.0


def write_parts(memory: Memory, parts: Sequence[Part]) -> None:
    """Put parts into use; none means that every channel plays for itself. Host's thread.

    Sounding notes go on, and their note-offs find them. Raises EngineError for more than PARTS.
    """
    if len(parts) > PARTS:
        raise EngineError(f"{len(parts)} parts are too many; give {PARTS} at most")
    state = memory.state[0]
    row = 1 - int(state["parts"]) % 2
    for entry, part in zip(memory.parts[row], parts, strict=False):
        entry["port"], entry["channel"], entry["low"], entry["high"] = (
            part.port,
            part.channel,
            part.low,
            part.high,
        )
        entry["transpose"], entry["program"], entry["pan"] = part.transpose, part.program, part.pan
        entry["level"] = 10.0 ** (part.level_db / 20.0)
    state["parts"] = 2 * len(parts) + row  # count and row change together


@realtime
def count_parts(state: Any) -> int:
    """Parts in use."""
    return int(state.parts >> 1)


@realtime
def part_of(memory: Memory, p: int) -> Any:
    """Part `p` of those in use."""
    return memory.parts[memory.state[0].parts & 1, p]


@realtime
def plays(part: Any, c: int, key: int) -> bool:
    """Whether a part hears this key of this channel."""
    here = (part.port < 0 or part.port == c // 16) and (part.channel < 0 or part.channel == c % 16)
    return bool(here and part.low <= key <= part.high)
