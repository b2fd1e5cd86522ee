"""Figures as tables, a line for each thing measured, a column for each name: for terminal and page."""

import math
from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from .baseline import Change
from .conditions import setup_text
from .figures import Figure, Result
from .rows import summary

GAP = 2  # characters beside every column
Grid = list[list[str]]


def number(value: float) -> str:
    """Three decimals at most; whole numbers as they are."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    if abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"


def grids(figures: Sequence[Figure]) -> Iterator[Grid]:
    """Tables of cells, header first: one for every group of lines with the same columns."""
    groups: dict[tuple[str, ...], list[tuple[str, list[Figure]]]] = {}
    for what, members in _by_line(figures).items():
        groups.setdefault(tuple(map(_column, members)), []).append((what, members))
    for columns, lines in groups.items():
        yield [["", *columns], *([what, *(number(f.value) for f in part)] for what, part in lines)]


def _by_line(figures: Sequence[Figure]) -> dict[str, list[Figure]]:
    lines: dict[str, list[Figure]] = {}
    for figure in figures:
        lines.setdefault(figure.what, []).append(figure)
    return lines


def _column(figure: Figure) -> str:
    return f"{figure.name}\n{figure.unit}".strip()


def terminal(result: Result, width: int) -> Iterator[Table | Text]:
    """What a person sees of a row: its name and setup, its tables, its remarks. `width` in characters."""
    yield Text.assemble((result.row, "bold"), f"  {summary(result.row)}")
    if result.setup:
        yield Text(f"  {setup_text(result.setup)}", style="dim")
    for grid in grids(result.figures):
        yield from map(rich_table, fitting(grid, width))
    for remark in result.remarks:
        yield Text(f"  {remark}", style="yellow")
    yield Text("")


def fitting(grid: Grid, width: int) -> Iterator[Grid]:
    """The table in as many parts as it takes for each to fit; every part begins with the first column."""
    columns = [list(column) for column in zip(*grid, strict=True)]
    first, part = columns[0], list[list[str]]()
    for column in columns[1:]:
        if part and sum(map(_width, [first, *part, column])) > width:
            yield _lines([first, *part])
            part = []
        part.append(column)
    yield _lines([first, *part])


def _width(column: list[str]) -> int:
    return GAP + max(len(line) for cell in column for line in cell.split("\n"))


def _lines(columns: list[list[str]]) -> Grid:
    return [list(line) for line in zip(*columns, strict=True)]


def rich_table(grid: Grid) -> Table:
    """Cells as rich draws them."""
    names, *lines = grid
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for i, name in enumerate(names):
        table.add_column(name, justify="right" if i else "left", no_wrap=True, vertical="bottom")
    for line in lines:
        table.add_row(*line)
    return table


def changes_grid(changes: Sequence[Change]) -> Grid:
    """Then, now and ratio of every figure; what got worse is marked."""
    header = ["", "then", "now", "ratio", ""]
    return [header, *map(_change, changes)]


def _change(change: Change) -> list[str]:
    figure, ratio = change.figure, change.ratio
    mark = "worse" if change.worse else "" if change.comparable else "not comparable"
    shown = "" if ratio is None else f"{ratio:.2f}"
    values = number(change.then), number(figure.value)
    label = f"{change.row}: {figure.what}, {_column(figure)}".replace("\n", " ")
    return [label, *values, shown, mark]
