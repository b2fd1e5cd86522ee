"""Draws docs/first-light.png, the README's picture: a spectrogram of the demo piece as rtsynth plays it."""

import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import soundfile

from rtsynth.session import DEMO, RenderRequest, render

OUT = Path(__file__).parent / "first-light.png"
WINDOW, STEP = 8192, 2048  # frames: 171 ms and 43 ms at 48 kHz
LOWEST, HIGHEST = 40.0, 12_000.0  # Hz
FLOOR = -75.0  # dB below the loudest


def spectrogram(samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz (F,) and levels in dB (F, T) of mono samples."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::STEP]
    levels = 20 * np.log10(np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1)).T + 1e-9)
    return np.fft.rfftfreq(WINDOW, 1 / rate), levels - levels.max()


def draw(samples: np.ndarray, rate: int) -> None:
    """Save the picture."""
    frequencies, levels = spectrogram(samples, rate)
    figure, axes = plt.subplots(figsize=(9.6, 3.6), dpi=100, layout="constrained")
    times = np.arange(levels.shape[1]) * STEP / rate
    axes.pcolormesh(times, frequencies[1:], levels[1:], vmin=FLOOR, vmax=0, cmap="magma", shading="nearest")
    axes.set(yscale="log", ylim=(LOWEST, HIGHEST), xlabel="seconds", ylabel="Hz")
    axes.set_title("First Light, played by PartialGAN", fontsize=10)
    figure.savefig(OUT)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        render(RenderRequest(DEMO, Path(folder) / "demo.wav"))
        samples, rate = soundfile.read(Path(folder) / "demo.wav")
    draw(samples.mean(axis=1), rate)
