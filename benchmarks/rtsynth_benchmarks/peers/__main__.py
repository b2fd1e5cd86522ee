"""Measure other synths and networks beside rtsynth, in one run, with the versions of everything."""

import argparse
import importlib
import json
import sys
import time
from pathlib import Path

from rich.console import Console

from ..conditions import count, spoilers
from .report import FAILURES, Row, table
from .versions import versions

PARTS = ("live", "cost", "networks", "interpreted", "midi")
FORMAT = 1
WIDTH = 150  # columns where nobody watches


def main() -> None:
    """Run the parts asked for, show a table each, and keep all figures in a file if asked."""
    chosen = _options()
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    start, found = count(), versions()
    report = {"format": FORMAT, "quick": chosen.quick, "versions": found, "spoilers": spoilers(), "parts": {}}
    _tell(console, [f"{name}: {version}" for name, version in found.items()])
    _tell(console, [f"beware: {spoiler}" for spoiler in report["spoilers"]])
    try:
        for name in chosen.only or PARTS:
            report["parts"][name] = _measured(name, chosen.quick, console)
            _keep(report, chosen.json)
    except KeyboardInterrupt:
        console.print("stopped; what was measured so far is kept")
    report["spoilers_after"] = spoilers(start)
    _tell(console, [f"beware, after the run: {spoiler}" for spoiler in report["spoilers_after"]])
    _keep(report, chosen.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m rtsynth_benchmarks.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer notes and repetitions: 5 minutes, not 25")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; may be repeated")
    chosen = parser.parse_args()
    try:
        if chosen.json is not None:
            chosen.json.open("a").close()
    except OSError as error:
        parser.error(f"cannot write {chosen.json}: {error.strerror}; name another file with --json")
    return chosen


def _keep(report: dict[str, object], file: Path | None) -> None:
    if file is not None:
        file.write_text(json.dumps(report, indent=1) + "\n")


def _tell(console: Console, lines: list[str]) -> None:
    for line in lines:
        console.print(line, soft_wrap=True)


def _measured(name: str, quick: bool, console: Console) -> dict[str, object]:
    """One part: its rows, shown and kept, or the remedy for what it lacks."""
    part = importlib.import_module(f"rtsynth_benchmarks.peers.{name}")
    title, began = f"{name}: {(part.__doc__ or '').splitlines()[0]}", time.monotonic()
    try:
        setting = part.QUICK if quick else part.FULL
        rows: list[Row] = part.run(setting, lambda text: _tell(console, [f"{name}: {text}"]))
    except FAILURES as error:
        _tell(console, [f"{name}: not measured: {error}"])
        return {"title": title, "rows": [], "remark": f"not measured: {error}"}
    console.print(table(title, rows))
    return {"title": title, "rows": rows, "seconds": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    main()
