"""While something plays the host shows it and tells what goes wrong; at the end it says how it went."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from .audio import SILENT, AudioRequest, best_driver
from .errors import DeviceError
from .inputs import follow_midi
from .lineup import Lineup
from .panel import Panel, say
from .playing import Session
from .summary import figures, lines, write_figures
from .troubles import troubles

LOOK = 0.1  # seconds between looks at a running session


def rest(seconds: float) -> list[str]:
    """Let time pass; there is nothing to tell of it."""
    time.sleep(seconds)
    return []


def watch(
    session: Session,
    going: Callable[[], bool],
    prefix: Callable[[], str] = str,
    wait: Callable[[float], list[str]] = rest,
) -> None:
    """Show the live line while `going`; say once what goes wrong. Raises DeviceError for a lost device.

    `wait` spends the seconds until the next look and returns what is to be told.
    """
    said: set[str] = set()
    with Panel() as panel:
        while going():
            panel.show(session.engine.telemetry(clear_peaks=True), prefix())
            say(*follow_midi(session.driver, session.ports, session.engine))
            for trouble in set(troubles(session)) - said:
                say(trouble)
                said.add(trouble)
            say(*session.routing.follow(session.names))
            if session.driver.lost:
                raise DeviceError(f"{session.driver.name} is gone; start it again, then rtsynth")
            say(*wait(LOOK))


def report(session: Session, path: Path | None) -> None:
    """Say how it went, and write it to a file where one is given."""
    told = figures(session)
    say(*lines(told))
    if path is not None:
        write_figures(told, path)


def told(lineup: Lineup) -> Lineup:
    """The same, its remarks said."""
    say(*lineup.remarks)
    return lineup


def heard(audio: AudioRequest) -> AudioRequest:
    """The same request, with `auto` decided; says so where nothing will be heard."""
    if audio.driver != "auto":
        return audio
    driver = best_driver()
    if driver == "null":
        say(SILENT)
    return replace(audio, driver=driver)
