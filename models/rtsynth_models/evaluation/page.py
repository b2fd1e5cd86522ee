"""The page of an evaluation: figures and spectrograms in one HTML file that needs nothing else."""

import base64
import html
import io
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rtsynth_models.data.soundfont import SAMPLE_RATE

Array = NDArray[np.float64]
RANGE_DB = 100.0
HIGHEST_HZ = 16_000
DITHER = 1e-6  # silence has no logarithm
STYLE = (
    "body{font:15px system-ui;margin:2em auto;max-width:1100px;color:#222}table{border-collapse:collapse}"
    "td,th{padding:.25em .8em;border-bottom:1px solid #ddd;text-align:right}td:first-child,th:first-child"
    "{text-align:left}img{width:100%;margin:.4em 0}"
)


def draw_row(title: str, versions: dict[str, Array]) -> bytes:
    """PNG of the spectrograms of one note's versions, signals at 48 kHz by name, side by side."""
    figure = Figure(figsize=(13, 2.8), layout="constrained")
    axes = figure.subplots(1, len(versions), squeeze=False)[0]
    top = max(float(np.abs(signal).max()) for signal in versions.values()) + 1e-9
    for axis, (name, signal) in zip(axes, versions.items(), strict=True):
        heard = signal / top + DITHER * np.random.default_rng(0).standard_normal(len(signal))
        axis.specgram(heard, NFFT=2048, Fs=SAMPLE_RATE, noverlap=1536, vmin=-40 - RANGE_DB, vmax=-40)
        level = 20 * np.log10(np.std(signal) + 1e-9)
        axis.set(ylim=(0, HIGHEST_HZ), title=f"{name} ({level:.1f} dBFS)", xlabel="s")
    axes[0].set_ylabel("Hz")
    figure.suptitle(title)
    image = io.BytesIO()
    figure.savefig(image, dpi=70, format="png")
    return image.getvalue()


def write_page(title: str, tables: Iterable[tuple[str, Sequence[Sequence[str]]]], images: list[bytes]) -> str:
    """HTML of captioned tables, whose first row is the header, and of PNG images."""
    parts = [f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title><style>{STYLE}</style>"]
    parts.append(f"<h1>{html.escape(title)}</h1>")
    for caption, (header, *rows) in tables:
        parts.append(f"<h2>{html.escape(caption)}</h2><table><tr>{_cells(header, 'th')}</tr>")
        parts += [f"<tr>{_cells(row, 'td')}</tr>" for row in rows]
        parts.append("</table>")
    parts.append("<h2>Spectrograms</h2>" if images else "")
    parts += [f'<img src="data:image/png;base64,{base64.b64encode(i).decode()}">' for i in images]
    return "\n".join(parts) + "\n"


def _cells(row: Sequence[str], tag: str) -> str:
    return "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row)
