"""`python -m rtsynth_benchmarks.peers [--quick] [--json FILE] [--only NAME]`."""

import argparse
import importlib
import json
import sys
import time
from pathlib import Path

from rich.console import Console

from .report import Row, table
from .versions import versions

PARTS = ("live", "cost", "networks", "interpreted")
FORMAT = 1
WIDTH = 150  # columns where nobody watches


def main() -> None:
    """Run the parts asked for, show a table each, and write all figures to a file if asked."""
    chosen = _options()
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    report = {"format": FORMAT, "date": time.strftime("%Y-%m-%d %H:%M"), "quick": chosen.quick}
    report |= {"versions": versions(), "parts": {}}
    for name, found in report["versions"].items():
        console.print(f"{name}: {found}")
    try:
        for name in chosen.only or PARTS:
            report["parts"][name] = _measured(name, chosen.quick, console)
    except KeyboardInterrupt:
        console.print("stopped; what was measured so far is kept")
    if chosen.json:
        chosen.json.write_text(json.dumps(report, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m rtsynth_benchmarks.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer notes, voices and repetitions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; may be repeated")
    return parser.parse_args()


def _measured(name: str, quick: bool, console: Console) -> dict[str, object]:
    """One part: its rows, shown and kept, or the remedy for what it lacks."""
    part = importlib.import_module(f"rtsynth_benchmarks.peers.{name}")
    title, began = f"{name}: {(part.__doc__ or '').splitlines()[0]}", time.monotonic()

    def say(text: str) -> None:
        console.print(f"{name}: {text}", style="dim", soft_wrap=True)

    try:
        rows: list[Row] = part.run(part.QUICK if quick else part.FULL, say)
    except RuntimeError as error:
        console.print(f"{name}: not measured: {error}")
        return {"title": title, "rows": [], "remark": f"not measured: {error}"}
    console.print(table(title, rows))
    return {"title": title, "rows": rows, "seconds": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    main()
