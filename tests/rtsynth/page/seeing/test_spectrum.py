"""The spectrum of the tape: right levels in the right bands at every rate."""

import numpy as np
import pytest

from rtsynth.page.seeing.spectrum import BANDS, HIGHEST, LOWEST, SILENCE, WINDOW, Spectrum
from rtsynth_engine.layout import TAPE, TAPED
from rtsynth_engine.memory import make_memory

RATES = (44_100.0, 48_000.0, 96_000.0)


@pytest.fixture(scope="module")
def memory():
    return make_memory()


def spectrum_of(memory, rate: float, sound, end: int = WINDOW) -> list[int]:
    """The spectrum of `sound` (WINDOW,) on both sides, the last of `end` frames on the tape."""
    memory.state[0]["rate"] = rate
    memory.tape[np.arange(end - WINDOW, end) % TAPE] = np.asarray(sound, np.float32)[:, None]
    memory.marks[TAPED] = end
    return Spectrum(memory).look()


def sine(rate: float, hertz: float):
    return np.sin(2 * np.pi * hertz * np.arange(WINDOW) / rate + 0.3)


def band(hertz: float) -> int:
    return int(BANDS * np.log(hertz / LOWEST) / np.log(HIGHEST / LOWEST))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("hertz", [61.7, 441.3, 1000.0, 5003.9, 14_900.0])
def test_a_sine_of_full_scale_reads_zero_decibels_in_its_band(memory, rate: float, hertz: float) -> None:
    bands = spectrum_of(memory, rate, sine(rate, hertz))
    assert bands[band(hertz)] == 0
    assert max(bands) == 0


@pytest.mark.parametrize("rate", RATES)
def test_above_a_sine_everything_is_quiet(memory, rate: float) -> None:
    bands = spectrum_of(memory, rate, sine(rate, 1000.0))
    assert max(bands[band(2000.0) :]) < -70


@pytest.mark.parametrize("rate", RATES)
def test_half_the_amplitude_is_six_decibels_less(memory, rate: float) -> None:
    assert spectrum_of(memory, rate, 0.5 * sine(rate, 1000.0))[band(1000.0)] == -6


def test_silence_is_the_least_in_every_band(memory) -> None:
    assert spectrum_of(memory, 48_000.0, np.zeros(WINDOW)) == [SILENCE] * BANDS


def test_bands_narrower_than_a_bin_follow_one_another_smoothly(memory) -> None:
    bands = spectrum_of(memory, 48_000.0, sine(48_000.0, 70.0))
    rising = bands[band(52.0) : band(70.0)]
    assert rising == sorted(rising)
    assert max(np.diff(rising)) < 8


def test_bands_above_half_the_rate_are_silent(memory) -> None:
    bands = spectrum_of(memory, 16_000.0, np.ones(WINDOW) * 0.1 + sine(16_000.0, 1000.0))
    assert set(bands[band(8_100.0) + 1 :]) == {SILENCE}


def test_it_reads_on_where_the_tape_begins_anew(memory) -> None:
    bands = spectrum_of(memory, 48_000.0, sine(48_000.0, 1000.0), end=TAPE + WINDOW // 2)
    assert bands[band(1000.0)] == 0
