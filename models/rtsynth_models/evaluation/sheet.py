"""Spectrogram sheets: notes side by side, to be looked at."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rtsynth_models.data.soundfont import SAMPLE_RATE

Array = NDArray[np.float64]
FLOOR_DB = -80.0
DITHER = 1e-6  # silence has no logarithm


def draw_sheet(rows: dict[str, dict[str, Array]], path: Path) -> None:
    """Write a PNG with a row per note and a column per version of it: signals at 48 kHz by title."""
    columns = max(len(row) for row in rows.values())
    figure = Figure(figsize=(5 * columns, 2.6 * len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), columns, squeeze=False)
    for line, (title, row) in zip(axes, rows.items(), strict=True):
        top = max(float(np.max(np.abs(signal))) for signal in row.values()) + 1e-9
        for axis, (name, signal) in zip(line, row.items(), strict=True):
            heard = signal / top + DITHER * np.random.default_rng(0).standard_normal(len(signal))
            axis.specgram(heard, NFFT=2048, Fs=SAMPLE_RATE, noverlap=1536, vmin=FLOOR_DB - 60, vmax=-40)
            level = 20 * np.log10(np.std(signal) + 1e-9)
            axis.set(ylim=(0, 16_000), title=f"{title} {name} ({level:.1f} dBFS)")
    figure.savefig(path, dpi=60)
