"""Plots of a run as SVG that stands inside a page and takes its colours from the page's style."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .figures import Result

Series = dict[str, Any]
INK, MUTED, GRID = "#010101", "#020202", "#030303"
COLOURS = ("#0a0001", "#0a0002", "#0a0003", "#0a0004", "#0a0005")
VARIABLES = {INK: "ink", MUTED: "muted", GRID: "grid"} | {c: f"s{i + 1}" for i, c in enumerate(COLOURS)}
"""Stand-ins for colours, and the variables of the page's style that replace them."""
RC: Any = {
    "font.size": 8.5,
    "svg.fonttype": "none",
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": GRID,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.4,
}
WIDTH = 5.2  # inches


def plots(result: Result) -> Iterator[tuple[str, str]]:
    """Caption and SVG of every plot that goes with a row's series."""
    makers: dict[str, tuple[Callable[[Series], tuple[str, str]], ...]] = {
        "callback": (callback_histogram, callback_timeline),
        "live_loop": (latency_histogram,),
        "voices": (voices_curve,),
    }
    for make in makers.get(result.row, ()):
        if result.series:
            yield make(result.series)


@contextmanager
def drawing(
    height: float, rows: int = 1, columns: int = 1, **options: Any
) -> Iterator[tuple[list[Axes], list[str]]]:
    """Axes to draw on; the SVG is in the list once the block is left."""
    drawn: list[str] = []
    with matplotlib.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, **options)
        yield list(axes.flat), drawn
        drawn.append(to_svg(figure))


def to_svg(figure: Figure) -> str:
    """Markup without a document around it, in the page's colours, with no address in it."""
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"([^>]*?) width="[^"]*"', r"\1\2", text)
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var(--{variable})")
    return text


def unique(svg: str, prefix: str) -> str:
    """The same, its ids told apart from those of other plots on the page."""
    return re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)


def _measured(series: Series) -> dict[str, Series]:
    return {name: value for name, value in series.items() if isinstance(value, dict)}


def callback_histogram(series: Series) -> tuple[str, str]:
    """How many callbacks took how long, for every number of voices."""
    with drawing(3.0) as ((axes,), drawn):
        for colour, (name, told) in zip(COLOURS, _measured(series).items(), strict=False):
            edges, counts = told["edges"], told["counts"]
            total = sum(counts)
            over = [sum(counts[i:]) / total for i in range(len(counts))]
            lasting = [(edge, share) for edge, share in zip(edges[1:], over, strict=False) if share > 0]
            axes.step(*zip(*lasting, strict=True), where="post", color=colour, label=name)
        _period_line(axes, series["period_us"], vertical=True)
        axes.set(xscale="log", yscale="log", xlabel="time of a callback, µs", ylabel="share that took longer")
        axes.legend()
    return "Share of the callbacks that took longer than a time; dashed: the period", drawn[0]


def _period_line(axes: Axes, period: float, vertical: bool) -> None:
    (axes.axvline if vertical else axes.axhline)(period, color=INK, linestyle=(0, (4, 3)), linewidth=1.0)


def callback_timeline(series: Series) -> tuple[str, str]:
    """Every stretch's longest callback over time, with the most voices."""
    measured = _measured(series)
    name = list(measured)[-1]
    told = measured[name]
    with drawing(3.0) as ((axes,), drawn):
        axes.fill_between(told["seconds"], told["median"], told["longest"], color=COLOURS[0], alpha=0.3)
        axes.plot(told["seconds"], told["longest"], color=COLOURS[0], linewidth=0.9, label="longest")
        axes.plot(told["seconds"], told["median"], color=COLOURS[1], linewidth=0.9, label="median")
        _period_line(axes, series["period_us"], vertical=False)
        axes.set(xlabel="seconds", ylabel="µs", ylim=(0.0, None))
        axes.legend(loc="center right")
    return f"Callbacks in the order they came, {name}; dashed: the period", drawn[0]


def latency_histogram(series: Series) -> tuple[str, str]:
    """How many notes were heard after how long, path by path."""
    paths = {name: value for name, value in series.items() if value}
    top = 1.08 * max(max(value) for value in paths.values())
    with drawing(0.62 * len(paths) + 0.5, len(paths), sharex=True) as (all_axes, drawn):
        for axes, (name, delays) in zip(all_axes, paths.items(), strict=True):
            axes.hist(delays, bins=150, range=(0.0, top), color=COLOURS[0])
            axes.set_title(name, loc="left", fontsize=8.5, pad=2)
            axes.set(yticks=[], xlim=(0.0, top))
            axes.spines["left"].set_visible(False)
        all_axes[-1].set_xlabel("from sending to hearing, ms")
    return "Notes by their delay", drawn[0]


def voices_curve(series: Series) -> tuple[str, str]:
    """Shares of the period and of a core over the number of voices; crosses where blocks were late."""
    cases = {name: value for name, value in series.items() if value}
    with drawing(3.0, 1, len(cases), sharey=True) as (all_axes, drawn):
        for axes, (name, trials) in zip(all_axes, cases.items(), strict=True):
            _curve(axes, trials)
            axes.set(title=name, xlabel="held voices")
        all_axes[0].set_ylabel("%")
        all_axes[0].legend(fontsize=7.5, loc="upper left", bbox_to_anchor=(0.0, 0.93))
    return "Load over held voices; crosses: late blocks or callbacks over the period", drawn[0]


def _curve(axes: Axes, trials: list[Series]) -> None:
    voices = [trial["voices"] for trial in trials]
    for colour, (key, label) in zip(
        COLOURS,
        {
            "median": "callback, median",
            "p999": "callback, p99.9",
            "longest": "callback, longest",
            "generator": "network, of a core",
        }.items(),
        strict=False,
    ):
        axes.plot(voices, [trial[key] for trial in trials], ".-", color=colour, label=label)
    bad = [t for t in trials if t["late_blocks"] or t["beyond"]]
    axes.plot([t["voices"] for t in bad], [t["longest"] for t in bad], "x", color=COLOURS[4], markersize=8)
    _period_line(axes, 100.0, vertical=False)
    axes.set_ylim(0.0, max(110.0, 1.05 * max(trial["longest"] for trial in trials)))
