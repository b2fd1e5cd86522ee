"""Counts for pages: what jitters is shown steadily, what a person clears counts from there on."""

from typing import Any

from rtsynth_engine.quality import FLOORS_DB
from rtsynth_engine.telemetry import Telemetry

from ...panel import event_text

CLEARED = {
    "xruns": "xruns",
    "late": "late_blocks",
    "overruns": "overruns",
    "dropped": "dropped_events",
    "limited": "limited",
}
"""Counts that a person may clear, and what the telemetry calls them."""

FULL = FLOORS_DB[0] + 0.1  # dBFS: a floor below this is full quality
SLACK = 0.75  # how far a number moves before another one is shown


class Steady:
    """A number as it is shown: whole, and the same until it has clearly moved."""

    def __init__(self) -> None:
        self.shown = 0

    def show(self, number: float) -> int:
        """The whole number to show for `number`."""
        if abs(number - self.shown) > SLACK:
            self.shown = round(number)
        return self.shown


class Counts:
    """The topics `counts`, `clip` and `activity`. Any one thread."""

    def __init__(self) -> None:
        self._cleared = dict.fromkeys(CLEARED, 0)
        self._load, self._tempo = Steady(), Steady()

    def clear(self, told: Telemetry) -> None:
        """Count from here on."""
        self._cleared = {name: getattr(told, source) for name, source in CLEARED.items()}

    def look(self, told: Telemetry) -> dict[str, Any]:
        """The topics' values; loads in percent of a period."""
        counted = {name: getattr(told, source) - self._cleared[name] for name, source in CLEARED.items()}
        counts = {
            "voices": told.voices,
            "peak_voices": told.peak_voices,
            "load": self._load.show(100.0 * told.load),
            "peak_load": round(100.0 * told.peak_load),
            **counted,
            "stolen": told.stolen,
            "quality": round(told.floor) if told.floor > FULL else 0,
            "tempo": self._tempo.show(told.tempo),
        }
        activity = {"count": told.events, "last": event_text(told.last_event)}
        return {"counts": counts, "clip": counted["limited"] > 0, "activity": activity}
