import shutil

import numpy as np
import pytest

from rtsynth_models.analysis.grids import choose_grid, left_behind
from rtsynth_models.analysis.partials import LEAD, midi_hz
from rtsynth_models.analysis.slots import PLAIN, Grid
from rtsynth_models.data.soundfont import SAMPLE_RATE, SOUNDFONT, render_notes

pytestmark = pytest.mark.train
real = pytest.mark.skipif(not SOUNDFONT.exists() or not shutil.which("fluidsynth"), reason="needs fluidsynth")


def tone(hz: np.ndarray, seconds: float = 4.3) -> np.ndarray:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound = sum(0.2 / (k + 1) * np.cos(2 * np.pi * f * t) for k, f in enumerate(hz))
    return np.pad(sound + 1e-4 * np.random.default_rng(0).standard_normal(len(t)), (LEAD, 0))


def test_a_harmonic_tone_has_the_plain_grid():
    assert choose_grid([tone(midi_hz(p) * np.arange(1, 9)) for p in (48, 60)], [48, 60]) == PLAIN


def test_partials_between_harmonics_need_a_divisor():
    assert choose_grid([tone(midi_hz(60) * np.array([0.5, 1, 1.5, 2.5]))], [60]) == Grid(2)


def test_bars_are_looked_for_on_peaks():
    assert choose_grid([tone(midi_hz(72) * np.array([1, 2.756, 5.404]))], [72]) == Grid(1, "peaks")


def test_the_grid_that_fits_leaves_less_behind():
    signal = tone(midi_hz(60) * np.array([0.5, 1, 1.5]))
    assert left_behind(signal, 60, Grid(2)) < left_behind(signal, 60, PLAIN) - 10


@real
@pytest.mark.parametrize(
    ("program", "pitches", "grid"),
    [
        (0, (36, 48, 60), Grid(1, "stiff")),
        (9, (72, 84, 90), Grid(1, "peaks")),
        (16, (48, 60, 72), Grid(4)),
        (24, (40, 52, 64), Grid(1, "stiff")),
        (40, (60, 72, 84), PLAIN),
        (73, (60, 72, 84), PLAIN),
    ],
    ids=["piano", "glockenspiel", "drawbar organ", "nylon guitar", "violin", "flute"],
)
def test_real_instruments_get_the_grid_of_their_kind(program, pitches, grid):
    assert choose_grid(render_notes(program, [(pitch, 102) for pitch in pitches]), pitches) == grid
