"""What a session begins with: a preset, a setup, or the last setup again."""

from dataclasses import replace

from rtsynth_engine.checking import RefusedError

from .errors import EngineError, HostError
from .lineup import Lineup, choose_lineup, setup_lineup
from .setups import Input, Setup, find_setup, last_setup, parse_setup, remember
from .velocity import NAMES, Curve

AGAIN = "the last setup again; `rtsynth play PRESET` starts afresh"


def first_lineup(preset: str | None, setup: str | None, velocity: str | None = None) -> Lineup:
    """The line-up of a preset, of a setup's file or name, or of neither: the last setup, else program 0's.

    `velocity`: a curve for every port. What there is to say is among the remarks. Raises PresetError,
    BundleError and HostError.
    """
    found = _first(preset, setup)
    return found if velocity is None else with_velocity(found, velocity)


def _first(preset: str | None, setup: str | None) -> Lineup:
    if setup is None:
        return _last() if preset is None else choose_lineup(preset)
    if preset is not None:
        raise HostError(f"{preset!r} and --setup cannot both be played; leave one out")
    found = named_lineup(setup)
    failed = remember(found.setup)
    return _told(found, failed) if failed else found


def named_lineup(setup: str) -> Lineup:
    """The line-up of a setup's file or name. Raises HostError, which names it."""
    return _lineup(find_setup(setup), setup)


def taken_lineup(text: str) -> Lineup:
    """The line-up of a setup that a take holds. Raises HostError."""
    try:
        setup = parse_setup(text.encode())
    except RefusedError as error:
        raise HostError(f"its setup: {error}") from error
    return _lineup(setup, "of the take")


def _last() -> Lineup:
    try:
        setup = last_setup()
        return choose_lineup(None) if setup is None else _told(_lineup(setup, "last.toml"), AGAIN)
    except EngineError as error:
        return _told(choose_lineup(None), f"the last setup cannot be played: {error}")


def _lineup(setup: Setup, name: str) -> Lineup:
    try:
        return setup_lineup(setup)
    except EngineError as error:
        raise HostError(f"setup {name}: {error}") from error


def _told(lineup: Lineup, remark: str) -> Lineup:
    return replace(lineup, remarks=(*lineup.remarks, remark))


def with_velocity(lineup: Lineup, wanted: str) -> Lineup:
    """The same with one velocity curve for every port, by its name or its exponent. Raises HostError."""
    return replace(lineup, setup=replace(lineup.setup, inputs=(Input(None, _curve(wanted)),)))


def _curve(wanted: str) -> Curve:
    if wanted in NAMES:
        return wanted
    try:
        exponent = float(wanted)
    except ValueError:
        exponent = 0.0
    if not 0.1 <= exponent <= 10.0:
        raise HostError(f"no velocity curve {wanted!r}; choose {', '.join(NAMES)} or an exponent, 0.1 to 10")
    return exponent
