"""What a preset means on an instrument: its point in the latent space, and the way every knob moves it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.bundles import EVEN, Bundle, Direction, Place
from rtsynth_engine.layout import KNOBS
from rtsynth_engine.sounds import Knob

from .errors import PresetError
from .presets import Macro, Preset, Steps

Vector = NDArray[np.float64]
STEPS = 2.0  # along a direction, that a controller of its name takes at full deflection
PARALLEL = 1e-6  # radians from which on two points have one arc between them


@dataclass(frozen=True)
class Timbre:
    """A resolved preset, its macros applied. Level in dB; `low`, `high`: MIDI pitches; the rest as in Preset.

    `wheel`, `pressure` and `offsets`, by the engine's names of sources, are what full deflection adds to
    `latent`; empty for nothing. A knob turns the macro of its number. Keys, choke groups and one-shots are
    those of the place, where there is one alone.
    """

    latent: tuple[float, ...]
    divisor: int
    level_db: float
    low: int
    high: int
    release: float
    reverb: float
    vibrato: float
    wheel: tuple[float, ...]
    pressure: tuple[float, ...]
    offsets: dict[str, tuple[float, ...]]
    knobs: tuple[Knob, ...]
    keys: dict[int, tuple[float, ...]]
    choke: tuple[tuple[int, ...], ...]
    one_shot: bool


@dataclass(frozen=True)
class _Point:
    latent: Vector
    divisor: int
    gain_db: float
    low: int
    high: int


def timbre(preset: Preset, bundle: Bundle) -> Timbre:
    """Look the preset up on its instrument. Raises PresetError when the instrument lacks what it names."""
    point, mix, kit = _point(preset, bundle), preset.mix, _kit(preset, bundle)
    macros = [(m.direction, m.value * m.amount) for m in preset.macros if m.direction and m.value]
    offset = _offset(macros, preset, bundle)
    return Timbre(
        latent=tuple((point.latent + offset).tolist()),
        divisor=point.divisor,
        level_db=mix.level_db + point.gain_db + _turned(preset, "level"),
        low=point.low,
        high=point.high,
        release=float(np.clip(mix.release * 2.0 ** _turned(preset, "release"), 0.01, 100.0)),
        reverb=float(np.clip(mix.reverb + _turned(preset, "reverb"), 0.0, 1.0)),
        vibrato=float(np.clip(preset.play.vibrato + _turned(preset, "vibrato"), 0.0, 1.0)),
        wheel=_sway(preset.play.wheel, preset, bundle),
        pressure=_sway(preset.play.pressure, preset, bundle),
        offsets=_offsets(preset, bundle),
        knobs=tuple(_knob(macro, preset, bundle) for macro in preset.macros[:KNOBS]),
        keys={key: tuple((latent + offset).tolist()) for key, latent in kit.keys.items()} if kit else {},
        choke=kit.choke if kit else (),
        one_shot=bool(kit and kit.one_shot),
    )


def _kit(preset: Preset, bundle: Bundle) -> Place | None:
    """The place of a preset that plays one alone."""
    return _place(preset.place, preset, bundle) if preset.place else None


def directions(bundle: Bundle) -> dict[str, Direction]:
    """The instrument's directions by their ids."""
    return {direction.id: direction for direction in bundle.directions}


def nearness(preset: Preset, bundle: Bundle) -> Vector:
    """Share of every place of the bundle in a preset, (places,): a bare latent is its nearest place's."""
    if preset.latent is not None:
        far = [float(np.linalg.norm(np.subtract(place.latent, preset.latent))) for place in bundle.places]
        return np.eye(len(far))[int(np.argmin(far))] if far else np.zeros(0)
    shares = dict(preset.morph or ((preset.place or "", 1.0),))
    weights = np.array([shares.get(place.id, 0.0) for place in bundle.places])
    shared: Vector = weights / weights.sum()
    return shared


def _turned(preset: Preset, parameter: str) -> float:
    return sum(macro.value * macro.amount for macro in preset.macros if macro.parameter == parameter)


def _offsets(preset: Preset, bundle: Bundle) -> dict[str, tuple[float, ...]]:
    """Latents that the other sources of modulation add, where they add any."""
    play, usual = preset.play, _usual("brightness", bundle)
    steps = {
        "timbre": usual if play.timbre is None else play.timbre,
        "breath": play.breath,
        "foot": play.foot,
    }
    steps |= {source: _usual(source, bundle) for source in ("body", "motion")}
    return {source: _sway(each, preset, bundle) for source, each in steps.items() if each}


def _usual(direction: str, bundle: Bundle) -> Steps:
    return ((direction, STEPS),) if direction in directions(bundle) else ()


def _knob(macro: Macro, preset: Preset, bundle: Bundle) -> Knob:
    """What the macro's knob adds at 1; nothing for a direction that this instrument does not have."""
    if macro.parameter:
        return Knob(turns={macro.parameter: macro.amount})
    direction = macro.direction or ""
    there = direction in directions(bundle)
    return Knob(_sway(((direction, macro.amount),), preset, bundle)) if there else Knob()


def _sway(steps: Steps, preset: Preset, bundle: Bundle) -> tuple[float, ...]:
    return tuple(_offset(steps, preset, bundle).tolist()) if steps else ()


def _offset(steps: Iterable[tuple[str, float]], preset: Preset, bundle: Bundle) -> Vector:
    known, near, total = directions(bundle), nearness(preset, bundle), np.zeros(bundle.latent)
    there = np.flatnonzero(near)
    for id, amount in steps:
        if id not in known:
            raise PresetError(
                f"preset {preset.id}: {bundle.id} has no direction {id!r} "
                f"(there is {', '.join(known) or 'none'}); it was made for another version"
            )
        for place in there:
            way = np.interp(amount, EVEN, known[id].warp[place])
            total += near[place] * way * np.array(known[id].at[place])
    return total


def _point(preset: Preset, bundle: Bundle) -> _Point:
    if preset.latent is None:
        return _morph(preset, bundle)
    if len(preset.latent) != bundle.latent:
        raise PresetError(
            f"preset {preset.id}: {len(preset.latent)} latents, but {bundle.id} has {bundle.latent}; "
            "it was made for another instrument"
        )
    return _Point(np.array(preset.latent), preset.divisor, 0.0, *bundle.pitch_range)


def _morph(preset: Preset, bundle: Bundle) -> _Point:
    """One place, or several in proportion; level and range follow the weights."""
    parts = preset.morph or ((preset.place or "", 1.0),)
    places = [_place(id, preset, bundle) for id, _ in parts]
    if len({place.divisor for place in places}) > 1:
        grids = ", ".join(f"{place.id} f0/{place.divisor}" for place in places)
        raise PresetError(
            f"preset {preset.id}: partials on different grids ({grids}); morph places of one grid"
        )
    weights = np.array([weight for _, weight in parts])
    weights /= weights.sum()
    figures = weights @ np.array([(place.gain_db, place.low, place.high) for place in places])
    point = blend([np.array(place.latent) for place in places], weights.tolist())
    return _Point(point, places[0].divisor, float(figures[0]), round(figures[1]), round(figures[2]))


def _place(id: str, preset: Preset, bundle: Bundle) -> Place:
    for place in bundle.places:
        if place.id == id:
            return place
    raise PresetError(f"preset {preset.id}: {bundle.id} has no place {id!r}; it was made for another version")


def blend(points: list[Vector], weights: list[float]) -> Vector:
    """Several latent vectors in proportion, along the arc from one to the next.

    For three and more the order matters a little, as on any sphere.
    """
    point, total = points[0], weights[0]
    for other, weight in zip(points[1:], weights[1:], strict=True):
        total += weight
        point = slerp(point, other, weight / total)
    return point


def slerp(a: Vector, b: Vector, share: float) -> Vector:
    """Spherical interpolation, which keeps the length that latents have; straight where there is no arc.

    Source: Shoemake 1985; White 2016, Sampling Generative Networks.
    """
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    angle = float(np.arccos(np.clip(a @ b / lengths, -1.0, 1.0))) if lengths else 0.0
    if not PARALLEL < angle < np.pi - PARALLEL:
        return (1.0 - share) * a + share * b
    parts: Vector = (np.sin((1.0 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)
    return parts
