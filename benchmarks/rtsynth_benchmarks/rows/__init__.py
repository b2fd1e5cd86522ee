"""The rows: one module each with `run(context)`, a generator of figures; its docstring is the row's help.

Every row runs in a process of its own, so that none disturbs another.
"""

import ast
from pathlib import Path

DEFAULT = (
    "callback",
    "event_to_sample",
    "live_loop",
    "generator",
    "voices",
    "busy_threads",
    "preset_switch",
    "start",
    "memory",
    "energy",
)
ON_REQUEST = ("offline", "soak")
ROWS = (*DEFAULT, *ON_REQUEST)


def summary(row: str) -> str:
    """The first paragraph of a row's docstring, in one line. Nothing is imported."""
    source = (Path(__file__).parent / f"{row}.py").read_text(encoding="utf-8")
    paragraph = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0]
    return " ".join(paragraph.split())
