"""Onsets: the first 43 ms of a note follow three bands of gains, and what comes after is untouched."""

import numpy as np
import pytest

from rtsynth_engine.heads.bands import band_shares
from rtsynth_engine.heads.onset import ONSET_STEPS
from tests.engine.parts import ON, Lively, Steady, level, make_engine, render

RATE = 48_000
LENGTH = 32 + 64 * ONSET_STEPS  # samples at 48 kHz from which on nothing is shaped


def sound(onset, rate: float = RATE, key: int = 69, **steady) -> np.ndarray:
    """A quarter of a second of one note's left channel whose every band follows `onset` in dB."""
    engine = make_engine(rate, generator=Lively({}, onset, **steady), reverb=0.0)
    return render(engine, [(0.0, ON, key, 100)], 0.25)[0]


def gains(onset, frequency: float, starts: range, rate: float = RATE, **steady) -> np.ndarray:
    """Gain in dB of the partial at `frequency` over a plain note, in windows of 256 samples."""
    shaped, plain = sound(onset, rate, **steady), sound(0.0, rate, **steady)
    found = [
        level(shaped[i : i + 256], rate, frequency) / level(plain[i : i + 256], rate, frequency)
        for i in starts
    ]
    return 20.0 * np.log10(found)


def test_the_bands_of_an_onset_share_every_frequency_between_them() -> None:
    shares = band_shares(np.array([0.0, 100.0, 700.0, 1000.0, 1420.0, 2000.0, 4000.0, 9000.0]))
    np.testing.assert_allclose(shares.sum(axis=0), 1.0)
    np.testing.assert_allclose(
        shares[:, [1, 3, 5, 6, 7]].T, [[1, 0, 0], [0.5, 0.5, 0], [0, 1, 0], [0, 0.5, 0.5], [0, 0, 1]]
    )


def test_an_onset_of_no_gain_leaves_every_sample_as_it_is() -> None:
    plain = render(make_engine(generator=Steady((0.1,) * 12), reverb=0.0), [(0.0, ON, 69, 100)], 0.25)[0]
    np.testing.assert_array_equal(sound(0.0), plain)


@pytest.mark.parametrize("key", [57, 81, 105])
def test_each_band_follows_its_own_gains(key: int) -> None:
    onset = np.repeat([[-6.0], [-12.0], [6.0]], ONSET_STEPS, axis=1)
    frequency = 440.0 * 2.0 ** ((key - 69) / 12)
    if key == 57:
        wanted = -6.0
    else:
        shares = band_shares(np.array([frequency]))[:, 0]
        wanted = 20.0 * np.log10(shares @ 10.0 ** (np.array([-6.0, -12.0, 6.0]) / 20.0))
    found = gains(onset, frequency, range(100, 1500, 100), key=key, levels=(0.1,))
    np.testing.assert_allclose(found, wanted, atol=0.2)


def test_a_gain_moves_along_a_line_in_decibels_and_ends_at_none() -> None:
    onset = np.tile(np.linspace(-24.0, 0.0, ONSET_STEPS), (3, 1))
    found = gains(onset, 880.0, range(0, 2400, 64), key=81, levels=(0.1,))
    centres = np.arange(0, 2400, 64) + 128
    np.testing.assert_allclose(
        found[1:], np.interp(centres[1:], 32 + 64 * np.arange(ONSET_STEPS), onset[0]), atol=0.5
    )
    assert abs(found[-1]) < 0.01


def test_what_follows_the_onset_is_untouched() -> None:
    onset = np.full((3, ONSET_STEPS), -20.0)
    start = LENGTH + 64
    np.testing.assert_allclose(
        sound(onset)[start:], sound(0.0)[start:], atol=2e-4
    )  # the DC blocker remembers


@pytest.mark.parametrize("rate", [16_000.0, 96_000.0])
def test_an_onset_lasts_as_long_at_every_rate(rate: float) -> None:
    shaped, plain = (sound(np.full((3, ONSET_STEPS), gain), rate, levels=(0.1,)) for gain in (-12.0, 0.0))
    differs = np.nonzero(np.abs(shaped - plain) > 1e-3)[0]
    assert differs[-1] / rate == pytest.approx(LENGTH / RATE, abs=0.005)


def test_a_note_starts_at_the_gain_of_its_onset() -> None:
    onset = np.zeros((3, ONSET_STEPS))
    onset[:, 0] = -40.0
    shaped, plain = sound(onset, levels=(0.1,)), sound(0.0, levels=(0.1,))
    assert np.abs(shaped[:24]).max() < 0.05 * np.abs(plain[:24]).max()


def test_noise_follows_the_gains_of_its_band() -> None:
    quiet = np.repeat([[-50.0], [0.0], [0.0]], ONSET_STEPS, axis=1)
    power = []
    for onset in (quiet, 0.0):
        part = sound(onset, levels=(0.0,), noise=0.05)[256:1792]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
        hertz = np.fft.rfftfreq(len(part), 1.0 / RATE)
        power.append([spectrum[hertz < 500].sum(), spectrum[hertz > 2000].sum()])
    low, high = np.array(power[0]) / power[1]
    assert low < 0.01
    assert high == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("frame", [0, 1, 37, 63])
def test_an_onset_is_the_same_wherever_in_a_tick_it_begins(frame: int) -> None:
    onset = np.tile(np.linspace(-30.0, 0.0, ONSET_STEPS), (3, 1))
    starts = []
    for at in (0, frame):
        engine = make_engine(generator=Lively({}, onset, levels=(0.1,)), reverb=0.0)
        starts.append(render(engine, [(at / RATE, ON, 93, 100)], 0.1)[0, at : at + 1024])
    np.testing.assert_allclose(starts[1], starts[0], atol=0.08 * np.abs(starts[0]).max())


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1e9, 1e9])
def test_an_onset_beyond_reason_leaves_the_sound_finite(wrong: float) -> None:
    found = sound(wrong)
    assert np.all(np.isfinite(found))
    assert np.abs(found[LENGTH:]).max() > 0.01


def test_a_key_without_attack_cache_is_shaped_as_its_stream_says() -> None:
    found = []
    for gain in (-12.0, 0.0):
        generator = Lively({}, np.full((3, ONSET_STEPS), gain), levels=(0.1,))
        found.append(
            render(make_engine(generator=generator, cached=False, reverb=0.0), [(0.0, ON, 69, 100)], 0.1)[0]
        )
    assert level(found[0][200:1400], RATE, 440.0) / level(found[1][200:1400], RATE, 440.0) == pytest.approx(
        10.0 ** (-12.0 / 20.0), rel=0.05
    )
