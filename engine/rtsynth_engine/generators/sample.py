"""Generators that make one sample at a time: a WaveNet, conditioned on pitch, velocity, latent and time."""

import time as clock
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bundles import Bundle
from ..errors import BundleError
from ..layout import FRAME
from ..weights import read_weights
from .conditioning import Conditioner
from .contract import Character, Floats, Rows, plain_character
from .products import WIDTH
from .wavenet import TURNS, Network, generate, make_scratch, make_state

WEIGHTS = "weights.safetensors"
STRIDE = 128  # samples that are made under one conditioning: 8 ms at 16 kHz
TEMPERATURE = 0.8  # of the draws, where the weights do not say: a lower one hisses less
LONGEST_SILENT = 1.0  # seconds that a note begun late is caught up with
F4 = np.float32


class SampleGenerator:
    """The WaveNet of a bundle, in compiled code. Voices that are stepped together share its weights.

    The same pitch, velocity and latent give the same samples, for the draws depend on them and the place in
    the note alone. A note that is asked for late is made from its onset on; one that sounds and was missed
    goes on from where it was.
    """

    memoryless = False
    velocity_layers = 5
    rows_at_once = 8

    def __init__(self, bundle: Bundle) -> None:
        arrays, told = read_weights(bundle.files[WEIGHTS], f"{bundle.name}: {WEIGHTS}")
        self.bundle, self.frames_per_step = bundle, bundle.head.frames_per_step
        self.rate, self.samples = bundle.head.sample_rate, bundle.head.frames_per_step * FRAME
        try:
            self.network, self.conditioner, self.lags = read_network(arrays, told)
            self.silence = range(len(self.network.levels))[int(told["silence"])]
            self.taste = np.array([told.get("temperature", TEMPERATURE), told["emphasis"]], F4)
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise BundleError(f"{bundle.name}: {WEIGHTS} is no WaveNet ({error}); export it again") from error
        self.classes = np.array(bundle.classes)
        self._check()

    def _check(self) -> None:
        told = self.conditioner.pitches.shape[1] + 1 + self.bundle.latent
        if len(self.conditioner.pitches) != len(self.classes) or len(self.conditioner.note) != told:
            raise BundleError(f"{self.bundle.name}: {WEIGHTS} does not fit the manifest; export it again")

    def prepare(self, rows: int) -> None:
        """Make state for `rows` voices and compile, or load, what was compiled before."""
        self.state, self.scratch = make_state(self.network, rows), make_scratch(self.network)
        self.told = np.zeros((rows, len(self.conditioner.note)), F4)
        self.age = np.zeros(rows, np.int64)  # samples since note-on: more than were made after a stall
        self.step(np.zeros(1, np.int64), np.zeros(1, F4))
        self._forget(np.zeros(1, np.int64))

    def reset(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Start notes with nothing before them."""
        self._forget(rows)
        self.state.seed[rows] = [seed_of(*note) for note in zip(pitch, velocity, latent, strict=True)]
        return self.condition(rows, pitch, velocity, latent)

    def _forget(self, rows: NDArray[np.int64]) -> None:
        state = self.state
        state.past[rows], state.position[rows], state.sample[rows], self.age[rows] = 0.0, 0, 0.0, 0
        state.code[rows] = self.silence

    def condition(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Let notes go on under another latent: what was heard of them stays in the network's memory."""
        nearest = np.argmin(np.abs(pitch[:, None] - self.classes), axis=1)
        self.told[rows] = self.conditioner.tell(nearest, velocity, latent)
        self.state.lag[rows] = self.lags[nearest]
        self.state.cycles[rows] = 440.0 * 2.0 ** ((self.classes[nearest] - 69) / 12) / self.rate
        return plain_character(self.conditioner.fall(self.told[rows]).astype(F4))

    def step(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next samples of `rows` as frames; late notes are caught up with first."""
        wanted = np.rint(time * self.rate / FRAME).astype(np.int64) * FRAME
        self._catch_up(rows, wanted)
        self.age[rows] = wanted
        return self._sound(rows, self.samples).reshape(len(rows), self.frames_per_step, FRAME)

    def _catch_up(self, rows: NDArray[np.int64], wanted: NDArray[np.int64]) -> None:
        """Make what lies before the first sample that is asked for of a note."""
        fresh = (self.state.position[rows] == 0) & (wanted > 0)
        for target in np.unique(np.minimum(wanted[fresh], round(LONGEST_SILENT * self.rate))):
            late = rows[fresh & (np.minimum(wanted, round(LONGEST_SILENT * self.rate)) == target)]
            for begin in range(0, int(target), self.samples):
                self._sound(late, min(self.samples, int(target) - begin))

    def _sound(self, rows: NDArray[np.int64], samples: int) -> NDArray[np.float32]:
        points = self.age[rows, None] + np.arange(0, samples, STRIDE)
        seconds = np.minimum(points / self.rate, self.bundle.head.longest_seconds).astype(F4)
        told = zip(self.told[rows], seconds, strict=True)
        biases = np.stack([self.conditioner.biases(*each) for each in told])
        shaped = biases.reshape(*points.shape, len(self.network.gates), -1)
        sound = np.zeros((len(rows), samples), F4)
        generate(self.network, self.state, self.scratch, rows, shaped, self.taste, sound)
        self.age[rows] += samples
        return sound

    def close(self) -> None:
        """Let go of the voices' memory."""
        self.state = make_state(self.network, 0)


def seed_of(pitch: float, velocity: float, latent: NDArray[np.float32]) -> int:
    """A number for the draws of a note, the same for the same note."""
    note = np.concatenate([[pitch, velocity], latent]).astype(F4)
    return int.from_bytes(blake2b(note.tobytes(), digest_size=8).digest(), "little")


def read_network(
    arrays: dict[str, NDArray[Any]], told: dict[str, str]
) -> tuple[Network, Conditioner, NDArray[np.int64]]:
    """The networks in the arrays of a weights file, and how far notes look back. Raises KeyError for what is
    missing, ValueError for sizes that do not fit.
    """
    dilations = np.array([int(number) for number in told["dilations"].split()], np.int64)
    lags = arrays["lags"].astype(np.int64)
    rings = np.where(dilations == 0, lags.max(), dilations)
    floats = {name: np.ascontiguousarray(array, F4) for name, array in arrays.items()}
    learnt: dict[str, Any] = {name: floats[name] for name in Network._fields if name in floats}
    network = Network(**learnt, dilations=dilations, rings=rings, firsts=np.cumsum(rings) - rings)
    conditioner = Conditioner(**{name: floats[name] for name in Conditioner._fields})
    _check_sizes(network, conditioner)
    if lags.shape != conditioner.pitches.shape[:1] or lags.min() < 1 or dilations.min() < 0:
        raise ValueError("lags are not one for each pitch, or look ahead")
    return network, conditioner, lags


def _check_sizes(network: Network, conditioner: Conditioner) -> None:
    """Compiled code trusts these."""
    (codes, channels), skips, layers = network.embedding.shape, len(network.hidden), len(network.dilations)
    hidden, wide = len(conditioner.middle), channels + skips
    expected: dict[str, tuple[int, ...]] = {
        "turns": (TURNS, channels),
        "gates": (layers, 2 * channels, 2 * channels),
        "outputs": (layers, channels, wide),
        "shifts": (layers, wide),
        "hidden": (skips, skips),
        "hidden_shift": (skips,),
        "logits": (skips, codes),
        "logit_shift": (codes,),
        "levels": (codes,),
        "bias": (hidden, layers * 2 * channels),
    }
    found = network._asdict() | conditioner._asdict()
    for name, shape in expected.items():
        if found[name].shape != shape:
            raise ValueError(f"{name} has the shape {found[name].shape} instead of {shape}")
    if any(size % WIDTH for size in (2 * channels, wide, skips, codes)):
        raise ValueError(f"channels, skips and codes are no multiples of {WIDTH}")


def seconds_per_second(generator: SampleGenerator, voices: int = 1, steps: int = 8) -> float:
    """Processor seconds that a prepared generator takes for a second of sound of each of `voices`.

    Below 1 it keeps up. The notes in its first rows are lost.
    """
    rows, latent = np.arange(voices), np.zeros((voices, generator.bundle.latent), F4)
    generator.reset(rows, np.linspace(48, 72, voices, dtype=F4), np.full(voices, 0.8, F4), latent)
    begun = clock.thread_time()
    for number in range(steps):
        generator.step(rows, np.full(voices, number * generator.samples / generator.rate, F4))
    return (clock.thread_time() - begun) / (steps * generator.samples / generator.rate)
