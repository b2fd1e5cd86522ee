"""The noise bank: white where gains are equal, of the power that voices ask for, wide in stereo."""

import numpy as np
import pytest

from rtsynth_engine.heads.bands import BANDS, CEILING_HZ, HIGHEST_HZ, band_weights
from rtsynth_engine.heads.noise import REFERENCE_RATE
from tests.engine.parts import ON, Steady, make_engine, render
from tests.engine.test_partials import CHAIN

GAIN = 0.05
OCTAVE = 2.0 ** (1 / 3)


def noise(rate: float = 48_000.0, keys: int = 1) -> np.ndarray:
    """A second and a third of the noise of some notes that have no partials: (2, n)."""
    engine = make_engine(rate, generator=Steady([0.0], noise=GAIN), reverb=0.0)
    return render(engine, [(0.0, ON, 60 + i, 100) for i in range(keys)], 1.5)[:, round(0.2 * rate) :]


def density(sound: np.ndarray, rate: float, low: float, high: float) -> float:
    """Mean power per Hz between two frequencies, one-sided."""
    spectrum = np.abs(np.fft.rfft(sound)) ** 2 * 2.0 / (len(sound) * rate)
    frequency = np.fft.rfftfreq(len(sound), 1.0 / rate)
    return float(spectrum[(frequency >= low) & (frequency < high)].mean())


def test_the_weights_of_the_bands_add_up_to_one_below_the_ceiling_and_to_nothing_above() -> None:
    weights = band_weights(np.array([0.0, 50.0, 440.0, 9_999.0, HIGHEST_HZ, CEILING_HZ, 20_501.0, 90e3]))
    assert weights.shape == (BANDS, 8)
    np.testing.assert_allclose(weights.sum(axis=0), [1, 1, 1, 1, 1, 1, 0, 0], atol=1e-12)


@pytest.mark.parametrize("rate", [44_100.0, 48_000.0])
def test_equal_gains_give_noise_that_is_white_within_a_decibel(rate: float) -> None:
    wanted = (GAIN * CHAIN) ** 2 / (REFERENCE_RATE / 2)
    for side in noise(rate):
        low = 250.0
        while low * OCTAVE < HIGHEST_HZ:
            found = density(side, rate, low, low * OCTAVE)
            assert abs(10.0 * np.log10(found / wanted)) < 1.0, low
            low *= OCTAVE


@pytest.mark.parametrize("rate", [8_000.0, 48_000.0, 192_000.0])
def test_the_power_of_white_noise_is_the_square_of_its_gain_at_every_rate(rate: float) -> None:
    share = min(CEILING_HZ, rate / 2) / (REFERENCE_RATE / 2)
    assert np.var(noise(rate)) == pytest.approx((GAIN * CHAIN) ** 2 * share, rel=0.05)


def test_left_and_right_are_not_alike() -> None:
    left, right = noise()
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.03


def test_the_noises_of_two_voices_add_up_in_power() -> None:
    assert np.var(noise(keys=2)) / np.var(noise(keys=1)) == pytest.approx(2.0, rel=0.02)


def test_noise_ends_with_its_note() -> None:
    engine = make_engine(generator=Steady([0.0], noise=GAIN), reverb=0.0)
    sound = render(engine, [(0.0, ON, 60, 100), (0.2, 0xB0, 120, 0)], 0.5)
    assert np.abs(sound[:, 9600 + 480 :]).max() < 0.05 * np.abs(sound).max()
    assert np.abs(sound[:, -480:]).max() < 1e-6
