"""Generators that make a whole sound in one run of their network: WaveGAN, SpecGAN and their kin."""

from time import perf_counter
from typing import Any

import numpy as np

from ..bundles import Bundle
from ..errors import BundleError
from ..layout import LAYERS
from .contract import Character, Floats, Rows, plain_character
from .loops import FADE, UNUSED, Loop, looped, read_looped, read_once
from .sessions import CPU, open_session

F4 = np.float32
FRAME = 256  # samples
BUSY_SECONDS = 0.04  # a quarter of what other voices have in store: for so long may a step make sounds
AT_ONCE = 4  # notes in one run: more of them take no less time each
INPUTS = ["class", "latent", "velocity"]
FEWEST = 4 * (FADE + UNUSED)  # samples of a sound that can be looped


class NoteGenerator:
    """`note.onnx` of a bundle, run when a note starts; a step cuts the next samples out of what it gave.

    Where every place is a kit's or a one-shot, a sound ends; elsewhere it goes on for ever. A network
    without the input `velocity` has one layer of it.
    """

    memoryless = False

    def __init__(self, bundle: Bundle, provider: str = CPU) -> None:
        self.bundle, self.rate = bundle, bundle.head.sample_rate
        self.frames_per_step = bundle.head.frames_per_step
        self.classes = np.array(bundle.classes, F4)
        self.one_shot = all(place.one_shot for place in bundle.places)
        self.session = open_session(bundle.files["note.onnx"], bundle.name, provider)
        self.inputs = sorted(i.name for i in self.session.get_inputs())
        self.velocity_layers = LAYERS if "velocity" in self.inputs else 1
        self.samples = self._check()

    def _check(self) -> int:
        """How many samples a sound has; found by making one, for what a model declares may not be true."""
        name = self.bundle.name
        if self.inputs not in (INPUTS, INPUTS[:2]):
            raise BundleError(
                f"{name}: the network's inputs are {', '.join(self.inputs)} instead of "
                f"{', '.join(INPUTS)}; export the bundle again"
            )
        last = np.full(1, len(self.classes) - 1)
        sound = self._run(last, np.ones(1, F4), np.zeros((1, self.bundle.latent), F4))
        fewest = 1 if self.one_shot else FEWEST
        if sound.ndim != 2 or len(sound) != 1 or sound.shape[1] < fewest:
            raise BundleError(
                f"{name}: the network gives {sound.shape} instead of (1, {fewest} samples or more); "
                "export the bundle again"
            )
        return int(sound.shape[1])

    def _run(self, kind: Rows, velocity: Floats, latent: Floats) -> Floats:
        given: dict[str, Any] = {"class": kind, "latent": latent, "velocity": velocity}
        try:
            (sound,) = self.session.run(["sound"], {name: given[name] for name in self.inputs})
        except Exception as error:  # as in open_session
            cause = str(error).splitlines()[0]
            raise BundleError(
                f"{self.bundle.name}: the network cannot be run ({cause}); export the bundle again"
            ) from error
        return np.asarray(sound, F4)

    def prepare(self, rows: int) -> None:
        """Make room for `rows` voices and run every size of a batch once."""
        self.sound, self.before = (np.zeros((rows, self.samples), F4) for _ in range(2))
        self.loop, self.loop_before = (Loop(np.ones(rows, np.int64), np.ones(rows, F4)) for _ in range(2))
        self.moved = np.zeros(rows, np.bool_)
        for size in range(AT_ONCE, 0, -1):
            begun = perf_counter()
            self._run(np.zeros(size, np.int64), np.ones(size, F4), np.zeros((size, self.bundle.latent), F4))
            spent = perf_counter() - begun
        self.rows_at_once = max(int(BUSY_SECONDS / spent), 1)

    def reset(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Make the sounds of notes that start."""
        self.moved[rows] = False
        return self._make(rows, pitch, velocity, latent)

    def condition(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Make other sounds for notes that go on: the next step fades from what they were, in place."""
        heard = rows[~self.moved[rows]]
        self.before[heard] = self.sound[heard]
        self.loop_before.put(heard, self.loop.at(heard))
        self.moved[rows] = True
        return self._make(rows, pitch, velocity, latent)

    def _make(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        kind = np.abs(self.classes - pitch[:, None]).argmin(axis=1)
        for first in range(0, len(rows), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            sound = self._run(kind[some], velocity[some], latent[some])
            if not self.one_shot:
                self.loop.put(rows[some], looped(sound))
            self.sound[rows[some]] = sound
        slopes = np.zeros((len(rows), 2), F4)
        slopes[:, 0] = self.bundle.head.release_db
        return plain_character(slopes)

    def step(self, rows: Rows, time: Floats) -> Floats:
        """The samples that begin `time` (n,) seconds after note-on, as frames."""
        begin = np.rint(time.astype(np.float64) * self.rate).astype(np.int64)
        places = begin[:, None] + np.arange(self.frames_per_step * FRAME)
        frames = self._read(self.sound, self.loop, rows, places)
        moved = np.flatnonzero(self.moved[rows])
        if len(moved):
            before = self._read(self.before, self.loop_before, rows[moved], places[moved, :FRAME])
            frames[moved, :FRAME] += np.linspace(1.0, 0.0, FRAME, dtype=F4) * (before - frames[moved, :FRAME])
            self.moved[rows[moved]] = False
        return frames.reshape(len(rows), self.frames_per_step, FRAME)

    def _read(self, sound: Floats, loop: Loop, rows: Rows, places: Rows) -> Floats:
        if self.one_shot:
            return read_once(sound, rows, places)
        return read_looped(sound, rows, places, loop)

    def close(self) -> None:
        """Let go of the sounds."""
        self.sound = self.before = np.zeros((0, self.samples), F4)
