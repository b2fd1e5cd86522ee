"""`python -m benchmarks [ROW …] [--json FILE]`: rows latency, busy, held, offline, start."""

import argparse
import importlib
import json
import os
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROWS = ("offline", "start", "latency", "busy", "held")


def main() -> None:
    """Run the rows asked for, print a table each, and write all figures to a file if asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    console = Console()
    figures = {"machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}"}
    console.print(figures["machine"])
    for name in chosen.rows or ROWS:
        rows = importlib.import_module(f"benchmarks.{name}").run()
        figures[name] = rows
        for row in rows:
            console.print(_table(name, row))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")


def _table(name: str, row: dict[str, object]) -> Table:
    table = Table(title=f"{name}: {row['what']}", title_justify="left", min_width=60)
    for column in row:
        if column != "what":
            table.add_column(column, justify="right")
    table.add_row(*(str(value) for column, value in row.items() if column != "what"))
    return table


if __name__ == "__main__":
    main()
