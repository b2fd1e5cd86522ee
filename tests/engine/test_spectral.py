import numpy as np
import pytest

from rtsynth_engine.heads.mel import Spectrum
from rtsynth_engine.heads.spectral import RISE, SpectralHead
from rtsynth_models.spectra import SMALL, sounds_of

ROWS = np.array([5, 0, 3])


def some_images(spectrum: Spectrum) -> np.ndarray:
    rng = np.random.default_rng(0)
    images = rng.uniform(-0.9, 0.9, (len(ROWS), 2, spectrum.columns, spectrum.bins)).astype(np.float32)
    images[:, 0] -= 0.3
    return images


def render(head: SpectralHead, images: np.ndarray, columns: slice) -> np.ndarray:
    power = head.spectrum.offset + head.spectrum.scale * images[:, 0, columns]
    return head.render(ROWS, power, images[:, 1, columns])


def test_columns_at_once_are_the_inverse_of_the_whole() -> None:
    images = some_images(SMALL)
    found = render(SpectralHead(SMALL, 6), images, slice(0, 64))[:, SMALL.lead :]
    found[:, : len(RISE)] *= RISE
    whole = sounds_of(images, SMALL)[:, : found.shape[1]]
    assert np.abs(found - whole).max() < 2e-6 * np.abs(whole).max()


@pytest.mark.parametrize("tile", [1, 3, 4, 16])
def test_columns_bit_by_bit_are_those_at_once(tile: int) -> None:
    images, head = some_images(SMALL), SpectralHead(SMALL, 6)
    pieces = [render(head, images, slice(first, first + tile)) for first in range(0, SMALL.columns, tile)]
    found, whole = np.concatenate(pieces, axis=1), render(SpectralHead(SMALL, 6), images, slice(0, 64))
    np.testing.assert_allclose(found, whole, atol=1e-6 * np.abs(whole).max())


def test_a_voice_that_starts_again_forgets_the_note_before() -> None:
    images, head = some_images(SMALL), SpectralHead(SMALL, 6)
    first = render(head, images, slice(0, 9))
    head.reset(ROWS)
    np.testing.assert_array_equal(render(head, images, slice(0, 9)), first)


def test_a_tone_goes_on_as_long_as_columns_come() -> None:
    """Of one bin, at its middle: a turn of 2 pi * bin * hop / window."""
    head, turn = SpectralHead(SMALL, 1), (2 * 101 * SMALL.hop / SMALL.window + 1) % 2 - 1
    power = np.full((1, 400, SMALL.bins), -30.0, np.float32)
    power[:, :, 100] = 6.0
    sound = head.render(np.array([0]), power, np.full((1, 400, SMALL.bins), turn, np.float32))[0, 4096:]
    spectrum = np.abs(np.fft.rfft(sound[-131072:] * np.hanning(131072)))
    assert spectrum.argmax() == 101 * 131072 // SMALL.window
    assert np.std(sound[-8192:]) == pytest.approx(np.std(sound[:8192]), rel=1e-3)
