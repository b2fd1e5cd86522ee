"""Spectrograms of sounds at 16 kHz in a grid, to be looked at: real ones above, a family's below."""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rtsynth_models.scoring.pitch import Sound

RANGE_DB, WINDOW, HOP = 80.0, 1024, 256
SHOWN = 8  # sounds of each row


def draw_sheet(rows: Sequence[tuple[str, Sound, Sequence[int]]]) -> bytes:
    """PNG of rows of a name, sounds (n, S) and their MIDI numbers; each sound from its own loudest down."""
    figure = Figure(figsize=(2.1 * SHOWN, 2.2 * len(rows)), layout="constrained")
    for axes, (name, sounds, pitches) in zip(
        figure.subplots(len(rows), SHOWN, squeeze=False), rows, strict=True
    ):
        for axis in axes:
            axis.set_axis_off()
        for axis, sound, pitch in zip(axes, sounds, pitches, strict=False):
            axis.imshow(levels(sound), aspect="auto", origin="lower", vmin=-RANGE_DB, vmax=0, cmap="magma")
            axis.set_title(f"{name}, {pitch}", fontsize=8)
    image = io.BytesIO()
    figure.savefig(image, dpi=70, format="png")
    return image.getvalue()


def levels(sound: Sound) -> NDArray[np.float64]:
    """Spectrogram (WINDOW // 2 + 1, T) in dB relative to its loudest."""
    padded = np.pad(np.asarray(sound, np.float64), WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames)).T ** 2
    return np.asarray(10 * np.log10(power / max(power.max(), 1e-12) + 1e-10))
