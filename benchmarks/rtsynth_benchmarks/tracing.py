"""Following notes through an engine that plays live in this process: when each was stamped, when its turn
came.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.engine import Engine
from rtsynth_engine.layout import CALLS, FREE, Memory
from rtsynth_engine.rings import TAIL
from rtsynth_engine.telemetry import read_calls

NOTE_ON = 0x90


@dataclass
class Trace:
    """Notes from the moment this is made, on a driver whose period does not change.

    `onsets`: frame of the engine's clock in which each began, by its serial.
    """

    engine: Engine
    onsets: dict[int, int] = field(default_factory=dict)
    pieces: list[NDArray[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Remember where things stand."""
        memory = self.engine.memory
        self._notes, self._tail = int(memory.state[0]["notes"]), int(memory.midi.indices[TAIL])
        calls = read_calls(memory)
        self.pieces.append(calls)
        self._first = (_number(memory, calls[-1]) + 1) * int(calls[-1]["frames"]) - int(calls["frames"].sum())

    def look(self) -> None:
        """Take down what sounds and every callback since the last look. Any Python thread, often."""
        voices = self.engine.memory.voices
        for voice in voices[(voices["stage"] != FREE) & (voices["serial"] > self._notes)]:
            if voice["frame_index"] >= 0:
                self.onsets[int(voice["serial"])] = int(voice["onset"])
        calls, known = read_calls(self.engine.memory), self.pieces[-1]
        fresh = calls[calls["began"] > known["began"][-1]] if len(known) else calls
        if len(fresh):
            self.pieces.append(fresh)

    def stamps(self) -> NDArray[np.float64]:
        """CLOCK_MONOTONIC times, ns, that the MIDI process gave to the note-ons, in order."""
        ring = self.engine.memory.midi
        size = len(ring.items)
        count = (int(ring.indices[TAIL]) - self._tail) % (2 * size)
        items = ring.items[(self._tail + np.arange(count)) % size]
        ons = items[(items["status"] & 0xF0 == NOTE_ON) & (items["data2"] > 0)]
        return np.asarray(ons["time"], np.float64)

    def frames(self) -> NDArray[np.int64]:
        """Frames in which the notes began, in order."""
        return np.array([self.onsets[serial] for serial in sorted(self.onsets)], np.int64)

    def times(self, frames: NDArray[np.int64]) -> NDArray[np.float64]:
        """CLOCK_MONOTONIC time, ns, of frames of the engine's clock: when their period's callback began, and
        their place in the period on top.
        """
        calls = np.concatenate(self.pieces)
        starts = self._first + np.concatenate([[0], np.cumsum(calls["frames"])[:-1]])
        which = np.clip(np.searchsorted(starts, frames, side="right") - 1, 0, len(calls) - 1)
        return np.asarray(calls["began"][which] + (frames - starts[which]) * 1e9 / self.engine.rate)


def _number(memory: Memory, call: Any) -> int:
    """Which callback since the start a record is: its place in the ring tells, whatever was made since."""
    place = int(np.flatnonzero(memory.calls["began"] == call["began"])[0])
    made = int(memory.telemetry[0]["calls"])
    return made - 1 - (made - 1 - place) % CALLS
