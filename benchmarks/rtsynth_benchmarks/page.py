"""The page of a run: one HTML file that asks for nothing from anywhere."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from .baseline import compare, differences
from .conditions import setup_text
from .figures import Figure, Result
from .plots import plots, unique
from .report import Report
from .rows import details, summary
from .tables import Grid, changes_grid, grids, number

STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
HEADLINES = (
    ("live_loop", "JACK, period 64", "median", "MIDI to sound over JACK, period 64"),
    ("live_loop", "JACK, period 64", "sd", "its deviation"),
    ("callback", "32 voices", "p99.9", "callback with 32 voices, p99.9"),
    ("voices", "one core", "in time", "held in time on one core"),
    ("preset_switch", "new notes", "max", "until a switched preset sounds, at most"),
    ("start", "warm", "median", "from command to note"),
)
"""Row, what, name, and what it means: the figures at the top."""


def page(report: Report, then: Report | None = None) -> str:
    """HTML of the whole run; of its comparison too where there is an earlier one."""
    parts = [*_head(report), *_headlines(report), *_spoilers(report)]
    for result in report.rows:
        parts += _row(result)
    if then:
        parts += _comparison(then, report)
    return "\n".join([*parts, "</main></body></html>"]) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>rtsynth bench, {escape(report.about['date'])}</title><style>{STYLE}</style></head>"
    yield "<body><main>"
    effort = "interrupted" if report.interrupted else report.options.get("effort", "")
    yield f"<header><h1>rtsynth bench</h1><p>{escape(report.about['machine'])}</p><dl>"
    about = {key: value for key, value in report.about.items() if key != "machine"}
    for name, value in (about | {"run": f"{effort}, {report.seconds:.0f} s"}).items():
        yield f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
    yield "</dl></header>"


def _headlines(report: Report) -> Iterator[str]:
    cards = [(meaning, _find(report, *place)) for *place, meaning in HEADLINES]
    yield '<section class="cards">'
    for meaning, figure in cards:
        if figure:
            shown = f"{number(figure.value)}<small> {escape(figure.unit)}</small>"
            yield f'<div class="card"><b>{shown}</b><span>{escape(meaning)}</span></div>'
    yield "</section>"


def _find(report: Report, row: str, what: str, name: str) -> Figure | None:
    figures = (figure for result in report.rows if result.row == row for figure in result.figures)
    return next((figure for figure in figures if (figure.what, figure.name) == (what, name)), None)


def _spoilers(report: Report) -> Iterator[str]:
    lines = [f"{when}: {line}" for when, found in report.spoilers.items() for line in found]
    if lines:
        yield f'<section class="note"><h2>What spoils this run</h2>{_list(lines)}</section>'


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _row(result: Result) -> Iterator[str]:
    yield f'<section id="{result.row}"><h2>{result.row}</h2><p>{_prose(summary(result.row))}</p>'
    if result.setup:
        yield f'<p class="setup">{escape(setup_text(result.setup))}</p>'
    drawn = list(plots(result))
    if drawn:
        yield '<div class="plots">'
        for i, (caption, svg) in enumerate(drawn):
            picture = unique(svg, f"{result.row}-{i}")
            yield f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"
        yield "</div>"
    yield from map(_table, grids(result.figures))
    if result.remarks:
        yield f'<div class="remarks">{_list(result.remarks)}</div>'
    more = details(result.row)
    if more:
        yield f"<details><summary>How it is taken</summary><p>{_prose(more)}</p></details>"
    yield "</section>"


def _prose(text: str) -> str:
    """With what stands in backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _table(grid: Grid) -> str:
    header, *lines = grid
    body = "".join(f"<tr>{_cells(line, 'td')}</tr>" for line in lines)
    head = f"<tr>{_cells(header, 'th')}</tr>"
    return f'<div class="wide"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def _cells(cells: Sequence[str], tag: str) -> str:
    return "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)


def _comparison(then: Report, now: Report) -> Iterator[str]:
    changes = list(compare(then, now))
    worse = [change for change in changes if change.worse]
    yield f'<section id="comparison"><h2>Beside the run of {escape(then.about.get("date", "?"))}</h2>'
    against = differences(then, now)
    if against:
        yield f'<div class="note">{_list(against)}</div>'
    yield f"<p>{len(worse)} of {len(changes)} figures got worse by more than 10 %.</p>"
    yield _table(changes_grid(sorted(changes, key=lambda change: not change.worse)))
    yield "</section>"
