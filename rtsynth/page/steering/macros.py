"""The macros of the preset in hand as knobs: where they stand, and what turns them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from rtsynth_engine.layout import KNOBS
from rtsynth_engine.midi.commands import KNOB

from ...errors import HostError
from ...presets import Macro, Preset
from .wires import Wires

WORDS = {"level": "dB of level", "release": "release time"}  # of what a macro turns, where its name is short


class Macros:
    """Turns the engine's knobs, which add to what a preset's macros say; learnt controllers turn them too."""

    def __init__(self, wires: Wires) -> None:
        self.wires = wires

    def shown(self, preset: Preset, learnt: Mapping[int, str]) -> list[dict[str, Any]]:
        """The topic; `learnt`: what turns them, in words, by their number from 0."""
        moved = zip(preset.macros[:KNOBS], self.standing(preset), strict=False)
        return [_entry(macro, now, learnt.get(n)) for n, (macro, now) in enumerate(moved)]

    def standing(self, preset: Preset) -> tuple[Macro, ...]:
        """The preset's macros with their values as they are heard."""
        knobs = self.wires.memory.state[0]["knobs"].tolist()
        moved = [turned(macro, knob) for macro, knob in zip(preset.macros, knobs, strict=False)]
        return (*moved, *preset.macros[len(moved) :])

    def changed(self, preset: Preset) -> bool:
        """Whether one of them does not stand where the preset has it."""
        return self.standing(preset) != preset.macros

    def turn(self, preset: Preset, index: int, value: float | None) -> None:
        """Turn a macro to a value of its range, or to its default. Raises HostError."""
        macro = find(preset, index)
        knob = 0.0 if value is None else float(np.clip(value - macro.value, -1.0, 1.0))
        self.wires.command(KNOB, index, knob)

    def rest(self) -> None:
        """Turn every knob to where it changes nothing."""
        for index in np.flatnonzero(self.wires.memory.state[0]["knobs"]).tolist():
            self.wires.command(KNOB, index, 0.0)


def find(preset: Preset, index: int) -> Macro:
    """The preset's macro of that number, from 0. Raises HostError."""
    count = min(len(preset.macros), KNOBS)
    if not 0 <= index < count:
        raise HostError(f"{preset.name} has no macro {index + 1}; it has {count}")
    return preset.macros[index]


def turned(macro: Macro, knob: float) -> Macro:
    """The macro with what a knob adds, within its range."""
    low = -1.0 if macro.bipolar else 0.0
    value = round(min(max(macro.value + knob, low), 1.0), 4)
    return replace(macro, value=value)


def _entry(macro: Macro, now: Macro, learnt: str | None) -> dict[str, Any]:
    what = macro.direction or macro.parameter or ""
    return {
        "name": macro.name,
        "value": now.value,
        "default": macro.value,
        "bipolar": macro.bipolar,
        "what": WORDS.get(what, what),
        "learnt": learnt,
    }
