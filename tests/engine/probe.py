"""A JACK client that sends MIDI and hears what comes of it."""

from collections.abc import Iterable
from types import TracebackType

import jack
import numpy as np
from numpy.typing import NDArray

from tests.engine.parts import wait_until


class Probe:
    """Sends messages at frames of JACK's clock and keeps every sample of its one input."""

    def __init__(self) -> None:
        self.client = jack.Client("probe", no_start_server=True)
        self.rate = self.client.samplerate
        self.midi = self.client.midi_outports.register("midi")
        self.ear = self.client.inports.register("ear")
        self.heard: list[tuple[int, NDArray[np.float32]]] = []  # (frame, samples) of every cycle
        self.waiting: list[tuple[int, ...]] = []
        self.replies: jack.OwnMidiPort | None = None  # where messages come back to
        self.said: list[bytes] = []  # what they were
        self.sent: list[int] = []  # frames at which the messages went out
        self.client.set_process_callback(self._process)
        self.client.activate()
        wait_until(lambda: self.heard)

    def _process(self, frames: int) -> None:
        start = self.client.last_frame_time
        self.heard.append((start, self.ear.get_array().copy()))
        if self.replies is not None:
            self.said += [bytes(data) for _, data in self.replies.incoming_midi_events()]
        self.midi.clear_buffer()
        if self.waiting:
            offset, *message = self.waiting.pop(0)
            self.midi.write_midi_event(offset, bytes(message))
            self.sent.append(start + offset)

    def connect(self, sound: str, midi: str | None = None) -> None:
        self.client.connect(sound, self.ear)
        if midi is not None:
            self.client.connect(self.midi, midi)

    def send(self, messages: Iterable[tuple[int, ...]]) -> int:
        """Send messages (offset within the cycle, bytes…), one a cycle; returns the frame of the last."""
        self.waiting += messages
        wait_until(lambda: not self.waiting)
        return self.sent[-1]

    def listen(self, start: int, seconds: float) -> NDArray[np.float32]:
        """Samples from frame `start` on; cycles that JACK dropped are silent."""
        count = round(seconds * self.rate)
        wait_until(lambda: self.heard[-1][0] > start + count)
        out = np.zeros(count + 2 * len(self.heard[0][1]), np.float32)
        for frame, samples in self.heard:
            if start <= frame < start + count:
                out[frame - start : frame - start + len(samples)] = samples
        return out[:count]

    def __enter__(self) -> "Probe":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.deactivate()
        self.client.close()


def strongest(sound: NDArray[np.float32], rate: float) -> float:
    """Frequency in Hz of the strongest partial."""
    size = 16 * len(sound)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size))
    return float(np.argmax(spectrum) * rate / size)
