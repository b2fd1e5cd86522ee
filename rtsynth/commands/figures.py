"""How measured figures are shown and written."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

PAPER = 150  # columns where the output is no terminal
Table = Sequence[Sequence[str]]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Files:
    """What a person wants written."""

    json: Path | None
    markdown: Path | None
    page: Path | None

    def write(self, figures: Any, title: str, tables: list[tuple[str, Table]], pictures: list[bytes]) -> None:
        """The figures, and a page of captioned tables and pictures. Raises HostError."""
        from rtsynth_models.evaluation.page import write_page

        if self.json:
            write(self.json, json.dumps(figures, indent=1) + "\n")
        if self.page:
            write(self.page, write_page(title, tables, pictures))


def while_it_runs(work: Callable[[Callable[[str, float], None]], Result]) -> Result:
    """Do long work, which says what it does and which share of it is done, and show that."""
    from rich.progress import Progress

    from ..panel import console

    with Progress(console=console(), transient=True) as progress:
        task = progress.add_task("starting", total=1.0)
        return work(lambda what, share: progress.update(task, description=what, completed=share))


def show(caption: str, rows: Table) -> None:
    """Print a table, whose first row is its header."""
    from rich.console import Console
    from rich.table import Table as Printed

    header, *body = rows
    table = Printed(title=caption, title_justify="left", box=None, padding=(0, 1))
    for i, name in enumerate(header):
        table.add_column(name, justify="right" if i else "left")
    for row in body:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else PAPER).print(table)


def write(path: Path, text: str) -> None:
    """Write a file. Raises HostError."""
    from ..errors import HostError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise HostError(f"cannot write {path}: {error.strerror}; name another file") from error
