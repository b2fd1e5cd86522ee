"""What a generator is: five calls, all made by one thread, the generator's."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..heads.motion import MOTION
from ..heads.onset import HIGHEST_DB, LOWEST_DB, ONSET_BANDS, ONSET_STEPS
from ..layout import FRAME, LAYERS, PARTIALS

Rows = NDArray[np.int64]  # voices
Floats = NDArray[np.float32]
MOST_MOTION = 200.0  # cents, dB, Hz: no number of a sane motion comes near it


class Character(NamedTuple):
    """What a generator says of notes once, when they start."""

    slopes: NDArray[np.float32]  # (n, 2): release and late decay in dB per second
    motion: NDArray[np.float32]  # (n, MOTION), see heads.motion; zeros: the frames are played as they are
    onset: NDArray[np.float32]  # (n, ONSET_BANDS, ONSET_STEPS) in dB, see heads.onset
    phase: NDArray[np.float32]  # (n, PARTIALS, 2) cosine and sine at the onset, the shorter the less certain


class Generator(Protocol):
    """A network stepped for many voices at once, with a state for each unless it is `memoryless`.

    `rows` name the voices, int64 (n,), each at most once per call. A step yields `frames_per_step` frames
    per voice.
    """

    frames_per_step: int
    memoryless: bool  # frames depend on conditioning and time alone: they can be asked for again

    def prepare(self, rows: int) -> None:
        """Make state for `rows` voices and warm every batch size up."""

    def reset(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Start notes: MIDI pitch (n,), velocity 0 … 1 (n,), latent (n, latent size)."""

    def condition(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Let notes that sound go on under another latent; arguments as in `reset`."""

    def step(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """Frames (n, frames_per_step, FRAME) that begin `time` (n,) seconds after note-on; valid until the
        next call.
        """

    def close(self) -> None:
        """Let go of everything."""


class Habits(NamedTuple):
    """What a generator may say of itself, as attributes, beside its calls."""

    memoryless: bool = False
    velocity_layers: int = LAYERS  # 1 where velocity changes nothing
    rows_at_once: int = 128  # voices that one step may be asked for without keeping others waiting


def habits(generator: Generator) -> Habits:
    """Those of a generator, as far as it says them."""
    said = {name: getattr(generator, name) for name in Habits._fields if hasattr(generator, name)}
    return Habits(**said)


def checked_step(
    generator: Generator, rows: NDArray[np.int64], time: NDArray[np.float32]
) -> NDArray[np.float32]:
    """`step`, whose shape and type can be relied on. Raises ValueError."""
    frames = generator.step(rows, time)
    expected = (len(rows), generator.frames_per_step, FRAME)
    if frames.shape != expected or frames.dtype != np.float32:
        raise ValueError(f"frames are {frames.dtype} {frames.shape} instead of float32 {expected}")
    return frames


def plain_character(slopes: NDArray[np.float32]) -> Character:
    """That of notes (n,) that do not stir, begin as their frames say, and at any phase."""
    shapes = ((MOTION,), (ONSET_BANDS, ONSET_STEPS), (PARTIALS, 2))
    return Character(slopes, *(np.zeros((len(slopes), *shape), np.float32) for shape in shapes))


def checked_character(character: Character, count: int) -> Character:
    """What `reset` or `condition` gave for `count` notes, with numbers that can be played. Raises ValueError
    where its shapes are wrong.
    """
    expected = plain_character(np.zeros((count, 2), np.float32))
    for name, found, wanted in zip(Character._fields, character, expected, strict=True):
        if found.shape != wanted.shape:
            raise ValueError(f"{name} has the shape {found.shape} instead of {wanted.shape}")
    slopes = _finite_rows(character.slopes)
    motion = np.clip(_finite_rows(character.motion), 0.0, MOST_MOTION)
    onset = np.clip(_finite_rows(character.onset), LOWEST_DB, HIGHEST_DB)
    return Character(slopes, motion, onset, np.clip(_finite_rows(character.phase), -1.0, 1.0))


def _finite_rows(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """`numbers` (n, …), with nothing in the rows that hold a number which is not finite."""
    finite = np.isfinite(numbers).all(axis=tuple(range(1, numbers.ndim)), keepdims=True)
    return np.where(finite, numbers, np.float32(0.0))
