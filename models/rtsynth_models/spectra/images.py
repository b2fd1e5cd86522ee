"""Sounds to images: log power of bands, and how far their phase turns from one column to the next.

After Engel et al. 2019 ("GANSynth"), whose unwrapped phases are averaged over a mel band whatever sounds in
it. Here a band turns as its power does: the angle of the sum of its bins' turns, weighted by power. Beside
the paper's way this moves the pitch of real notes by a tenth.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from rtsynth_engine.heads.mel import Spectrum, weights

QUIET = 1e-6  # power at which magnitudes end
PART = 32  # sounds at once: their transforms take 100 MB


def images(sound: NDArray[np.floating], spectrum: Spectrum) -> NDArray[np.float32]:
    """Images (n, 2, columns, bins) of sounds (n, samples) that begin with their onset; -1 … 1.

    [:, 0] is the logarithm of power, [:, 1] the turn of phase since the column before, over pi.
    """
    parts = [_images(sound[i : i + PART], spectrum) for i in range(0, len(sound), PART)]
    return np.concatenate(parts) if parts else _images(sound, spectrum)


def _images(sound: NDArray[np.floating], spectrum: Spectrum) -> NDArray[np.float32]:
    transform = columns_of(sound, spectrum)
    share = weights(spectrum.window // 2, spectrum.bins).astype(np.float32)
    power = np.square(np.abs(transform))
    angle = np.angle(transform)
    turned = np.exp(1j * np.diff(angle, axis=1, prepend=np.float32(0.0)))
    turn = np.angle((power.astype(np.complex64) * turned.astype(np.complex64)) @ share) / np.pi
    level = (np.log(power @ share + QUIET) - spectrum.offset) / spectrum.scale
    made: NDArray[np.float32] = np.clip(np.stack([level, turn], axis=1), -1.0, 1.0).astype(np.float32)
    return made


def columns_of(sound: NDArray[np.floating], spectrum: Spectrum) -> NDArray[np.complex64]:
    """Transforms (n, columns, window / 2) of sounds (n, samples) after the lead, without bin 0."""
    window, hop = spectrum.window, spectrum.hop
    whole = np.zeros((len(sound), hop * (spectrum.columns - 1) + window), np.float32)
    length = min(whole.shape[1] - spectrum.lead, sound.shape[1])
    whole[:, spectrum.lead : spectrum.lead + length] = sound[:, :length]
    cuts = np.lib.stride_tricks.sliding_window_view(whole, window, axis=1)[:, ::hop]
    shape = signal.get_window("hann", window).astype(np.float32)
    return np.asarray(fft.rfft(cuts * shape, axis=2)[..., 1:], np.complex64)
