"""`python -m rtsynth_benchmarks [ROW …] [--json FILE]`: every row, or those named."""

import argparse
import importlib
import json
import os
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROWS = ("generator", "offline", "start", "latency", "busy", "held")


def main() -> None:
    """Run the rows asked for, print a table each, and write all figures to a file if asked."""
    parser = argparse.ArgumentParser(prog="python -m rtsynth_benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    console = Console()
    figures = {"machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}"}
    console.print(figures["machine"])
    for name in chosen.rows or ROWS:
        rows = importlib.import_module(f"rtsynth_benchmarks.{name}").run()
        figures[name] = rows
        console.print(_table(name, rows))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")


def _table(name: str, rows: list[dict[str, object]]) -> Table:
    """One table a row module: a line for every figure of every row."""
    table = Table(title=name, title_justify="left")
    for column, justify in (("what", "left"), ("figure", "left"), ("value", "right")):
        table.add_column(column, justify=justify)
    for row in rows:
        figures = [(figure, str(value)) for figure, value in row.items() if figure != "what"]
        for i, (figure, value) in enumerate(figures):
            end = i == len(figures) - 1
            table.add_row(str(row["what"]) if i == 0 else "", figure, value, end_section=end)
    return table


if __name__ == "__main__":
    main()
