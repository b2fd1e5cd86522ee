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
    "hotplug",
    "start",
    "memory",
    "energy",
    "tuning",
)
ON_REQUEST = ("families", "flood", "gansynth", "offline", "page", "parts", "soak")
ROWS = (*DEFAULT, *ON_REQUEST)


def summary(row: str) -> str:
    """The first paragraph of a row's docstring, in one line."""
    return _paragraphs(row)[0]


def details(row: str) -> str:
    """The paragraphs that follow it, a line each."""
    return "\n".join(_paragraphs(row)[1:])


def _paragraphs(row: str) -> list[str]:
    """Nothing is imported."""
    source = (Path(__file__).parent / f"{row}.py").read_text(encoding="utf-8")
    text = ast.get_docstring(ast.parse(source)) or ""
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
