"""What the page's keyboard shows: keys that are down, lamps of the attack cache, the wheels."""

from typing import Any

import numpy as np

from rtsynth_engine.controllers import MODULATION, SUSTAIN
from rtsynth_engine.layout import ACTED, KEYS, Memory

DOWN = 64  # value from which on a pedal is down
NO_KEYS = "." * KEYS


class KeysDown:
    """The topic `keys`. One thread."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._acted, self._again = -1, False
        self._keys: list[list[int]] = []

    def look(self) -> list[list[int]]:
        """Keys that are down. They move by events alone, and an event is counted just before it acts: so they
        are read once more after the last one.
        """
        acted = int(self.memory.marks[ACTED])
        if acted != self._acted or self._again:
            self._keys = keys_down(self.memory)
        self._acted, self._again = acted, acted != self._acted
        return self._keys


def keys_down(memory: Memory) -> list[list[int]]:
    """[key, velocity 1 … 127, port] of keys that are down, by key; of a key that several channels hold, the
    hardest. Any Python thread.
    """
    hardest: dict[int, list[int]] = {}
    down = memory.pressed["order"] > 0  # a copy: numpy refuses to search what changes meanwhile
    for channel, key in np.argwhere(down).tolist():
        velocity = min(max(round(127.0 * float(memory.pressed[channel, key]["velocity"])), 1), 127)
        if key not in hardest or velocity > hardest[key][1]:
            hardest[key] = [key, velocity, channel // 16]
    return [hardest[key] for key in sorted(hardest)]


def program_of(memory: Memory, channel: int, part: int) -> int:
    """The program that `part` plays for `channel`; the channel's own, where it follows it or is not there."""
    count, row = divmod(int(memory.state[0]["parts"]), 2)
    program = int(memory.parts[row, part]["program"]) if 0 <= part < count else -1
    return program if program >= 0 else int(memory.channels[channel]["program"])


def lamps(memory: Memory, program: int) -> str:
    """A character for each of KEYS keys of a program: "0" missing, "1" ready, "2" stale, "." beyond its
    range.
    """
    sound = memory.programs[program]
    low, high, slot = int(sound["low"]), int(sound["high"]), int(sound["cache"])
    kept = memory.lamps[slot * KEYS + low : slot * KEYS + high + 1].tolist() if slot >= 0 else []
    lit = "".join(map(str, kept)) or "0" * (high + 1 - low)
    return NO_KEYS[:low] + lit + NO_KEYS[high + 1 :]


def wheels(memory: Memory, channel: int) -> dict[str, Any]:
    """Where bend (-1 … 1), modulation (0 … 127) and sustain pedal of a channel stand."""
    state = memory.channels[channel]
    return {
        "bend": round(float(state["bend"]), 3),
        "mod": int(state["cc"][MODULATION]),
        "sustain": bool(state["cc"][SUSTAIN] >= DOWN),
    }
