"""What the parts give, what they need, and how it is shown."""

import importlib.util
import shutil
from collections.abc import Callable, Sequence
from typing import Any

from rich.table import Table

from ..figures import NotMeasured

Row = dict[str, Any]  # "what" names it; the other keys are figures with their unit, or remarks
Say = Callable[[str], None]

PACKAGES = {"jackd": "jackd2", "gcc": "gcc libc6-dev libjack-jackd2-dev"}
EXTRAS = {"jack": "jack", "torch": "train", "onnx": "train"}
FAILURES = (NotMeasured, RuntimeError)  # of a row or a part, after which the others go on


def need(programs: Sequence[str] = (), modules: Sequence[str] = ()) -> None:
    """Raise NotMeasured, with the remedy, unless all programs and Python modules are there."""
    remedies = [PACKAGES.get(name, name) for name in programs if shutil.which(name) is None]
    absent = [name for name in modules if importlib.util.find_spec(name) is None]
    remedies += [f"'rtsynth[{EXTRAS[name]}]' with pip" for name in absent]
    if remedies:
        raise NotMeasured(f"install {' and '.join(dict.fromkeys(remedies))}")


def row_or_remedy(what: str, measure: Callable[[], Row]) -> Row:
    """The row that `measure` gives, or one that says why there is none."""
    try:
        return {"what": what, **measure()}
    except FAILURES as error:
        return {"what": what, "remark": f"not measured: {error}"}


def table(title: str, rows: Sequence[Row]) -> Table:
    """A line for every row, a column for every figure that any of them has."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    shown = Table(title=title, title_justify="left")
    for column in columns:
        heading = column.replace("percent", "%").replace("_", " ")
        shown.add_column(heading, justify="left" if column in ("what", "remark") else "right")
    for row in rows:
        shown.add_row(*(str(row.get(column, "")) for column in columns))
    return shown
