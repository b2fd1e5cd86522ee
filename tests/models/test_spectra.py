import numpy as np
import pytest
import torch

from rtsynth_engine.heads.mel import Spectrum, centres, weights
from rtsynth_models.spectra import PAPER, SMALL, images, sounds_of
from rtsynth_models.spectra.images import columns_of
from rtsynth_models.spectra.sounds import overlapped

RATE = 16_000


def tone(hz: float, seconds: float = 1.9, partials: int = 8) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    ranks = [k for k in range(1, partials + 1) if k * hz < 7000]
    return sum(np.sin(2 * np.pi * k * hz * time + k) / k for k in ranks)[None] / 2


def frequency(sound: np.ndarray, near: float) -> float:
    """Of the line of `sound` next to `near` Hz."""
    part = sound[4000:28_000] * np.hanning(24_000)
    spectrum = np.abs(np.fft.rfft(part, 1 << 19))
    hz = np.fft.rfftfreq(1 << 19, 1 / RATE)
    around = np.abs(hz - near) < near * 0.03
    return float(hz[around][spectrum[around].argmax()])


@pytest.mark.parametrize("spectrum", [SMALL, PAPER])
def test_images_have_the_sizes_of_their_network(spectrum: Spectrum) -> None:
    made = images(tone(440.0), spectrum)
    assert made.shape == (1, 2, spectrum.columns, spectrum.bins)
    assert made.dtype == np.float32


def test_sounds_take_the_middle_of_an_images_range() -> None:
    level = images(np.sin(2 * np.pi * 440 * np.arange(30_000) / RATE)[None], SMALL)[:, 0]
    assert level.min() == pytest.approx(-0.8, abs=0.01)
    assert 0.7 < level.max() < 0.85


@pytest.mark.parametrize("spectrum", [SMALL, PAPER])
@pytest.mark.parametrize("hz", [32.703, 55.0, 130.81, 261.63, 1046.5])
def test_pitch_survives_to_a_cent(spectrum: Spectrum, hz: float) -> None:
    sound = tone(hz)
    back = sounds_of(images(sound, spectrum), spectrum)[0]
    for rank in (1, 2, 3):
        cents = 1200 * np.log2(frequency(back, rank * hz) / frequency(sound[0], rank * hz))
        assert abs(cents) < 1.0


def test_the_level_of_a_tone_survives_to_a_decibel() -> None:
    sound = tone(220.0)
    back = sounds_of(images(sound, SMALL), SMALL)[0]
    assert np.std(back[2000:25_000]) == pytest.approx(np.std(sound[0, 2000:25_000]), rel=0.12)


def test_a_note_starts_at_its_onset() -> None:
    back = sounds_of(images(tone(440.0), SMALL), SMALL)[0]
    assert np.abs(back[:800]).max() > 0.3


def test_a_note_does_not_begin_with_a_click() -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, (3, 9000))
    assert not sounds_of(images(noise, SMALL), SMALL)[:, 0].any()


def test_silence_stays_silent() -> None:
    assert np.abs(sounds_of(images(np.zeros((1, 9000)), SMALL), SMALL)).max() < 1e-4


def test_transforms_and_their_inverse_are_those_of_torch() -> None:
    sound = np.random.default_rng(1).uniform(-1, 1, (2, 31_232)).astype(np.float32)
    padded = torch.from_numpy(np.pad(sound, ((0, 0), (SMALL.lead, 0))))
    window = torch.hann_window(2048)
    expected = torch.stft(padded, 2048, 512, window=window, center=False, return_complex=True)
    found = columns_of(sound, SMALL)
    np.testing.assert_allclose(found, expected.numpy()[:, 1:].transpose(0, 2, 1), atol=2e-4)
    inside = slice(2048, -2048)
    without_mean = overlapped(found, SMALL)[:, inside]
    np.testing.assert_allclose(without_mean, padded.numpy()[:, inside], atol=0.05)


def test_below_the_corner_bands_are_bins() -> None:
    middles = centres(1024, 512)
    np.testing.assert_allclose(middles[:191], np.arange(1, 192), atol=1e-9)
    assert middles[-1] == pytest.approx(1024)
    np.testing.assert_array_equal(weights(1024, 512)[:190, :190], np.eye(190))


@pytest.mark.parametrize("bands", [128, 512, 1024])
def test_bands_rise_and_every_one_hears_something(bands: int) -> None:
    assert (np.diff(centres(1024, bands)) > 0).all()
    np.testing.assert_allclose(weights(1024, bands).sum(axis=0), 1.0)
