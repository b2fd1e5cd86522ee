"""Sounds: what a program number stands for, as a host gives it to the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .layout import KNOBS, LEVEL, RELEASE, REVERB, VIBRATO

PRIORITIES = ("last", "highest", "lowest")
TURNED = {"level": LEVEL, "release": RELEASE, "reverb": REVERB, "vibrato": VIBRATO}


@dataclass(frozen=True)
class Knob:
    """What a knob at 1 adds: to the latent, and to `level` (dB), `release` (doublings), `reverb` or `vibrato`
    (shares).
    """

    latent: tuple[float, ...] = ()
    turns: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Sound:
    """What a program number stands for. Levels in dB; `release` scales the release time; pan -1 … 1.

    `wheel`, `pressure` and `offsets`, by the other sources' names, are added to the latent at full
    deflection; empty ones are none. `vibrato` (0 … 1) is how much of the wheel acts as vibrato;
    `velocity_curve` is an exponent on the velocity; `tuning` a table, -1 the channel's; `portamento` in
    seconds. A kit has latents of its `keys`, groups of keys that `choke` each other, and notes that are
    `one_shot`.
    """

    latent: tuple[float, ...]
    divisor: float = 1.0
    level_db: float = 0.0
    release: float = 1.0
    reverb: float = 0.2
    pan: float = 0.0
    low: int = 0
    high: int = 127
    wheel: tuple[float, ...] = ()
    pressure: tuple[float, ...] = ()
    vibrato: float = 1.0
    velocity_curve: float = 1.0
    tuning: int = -1
    half_pedal: bool = False
    mono: bool = False
    legato: bool = False
    priority: int = 0
    portamento: float = 0.0
    offsets: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    keys: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    choke: tuple[tuple[int, ...], ...] = ()
    one_shot: bool = False
    knobs: tuple[Knob, ...] = ()

    def directions(self) -> dict[str, tuple[float, ...]]:
        """What each source of modulation that moves the latent adds to it, by its name."""
        knobs = {f"macro {i + 1}": knob.latent for i, knob in enumerate(self.knobs[:KNOBS])}
        every = {"wheel": self.wheel, "pressure": self.pressure, **self.offsets, **knobs}
        return {name: offset for name, offset in every.items() if offset}


def write_sound(entry: Any, sound: Sound) -> None:
    """Write all of a sound but its latents into a PROGRAM record."""
    entry["level"], entry["release"] = 10.0 ** (sound.level_db / 20.0), sound.release
    entry["reverb"], entry["pan"], entry["divisor"] = sound.reverb, sound.pan, sound.divisor
    entry["low"], entry["high"], entry["known"] = sound.low, sound.high, 1
    entry["vibrato"], entry["velocity_curve"] = sound.vibrato, sound.velocity_curve
    entry["tuning"], entry["half_pedal"] = sound.tuning, sound.half_pedal
    entry["mono"], entry["legato"], entry["priority"] = sound.mono, sound.legato, sound.priority
    entry["portamento"], entry["turns"] = sound.portamento, 0.0
    entry["kit"], entry["one_shot"], entry["choke"] = bool(sound.keys), sound.one_shot, 0
    for group, keys in enumerate(sound.choke):
        entry["choke"][list(keys)] = group + 1
    for i, knob in enumerate(sound.knobs[:KNOBS]):
        for name, value in knob.turns.items():
            entry["turns"][TURNED[name], i] = value
