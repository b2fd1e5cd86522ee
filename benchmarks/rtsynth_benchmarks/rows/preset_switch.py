"""Presets switched while a chord sounds: what the sounding notes suffer, and how long until a note of the new
preset sounds.

The chord sounds on the left, on one channel; on another, on the right, program changes to presets that no
slot of the attack cache holds, each followed at once by a note. Left is compared, sample by sample, with the
same chord rendered without any switch; right tells when the new note is heard. On the null driver at period
64, which keeps all it plays.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.drivers.offline import render
from rtsynth_engine.engine import Engine
from rtsynth_engine.rings import EVENT

from ..context import Context
from ..figures import NEITHER, Figure
from ..players import CONTROL, NOTE_OFF, NOTE_ON, PROGRAM_CHANGE, VELOCITY, Player, null_driver, player

PAN, LEFT, RIGHT = 10, 0, 127
CHORD = (48, 52, 55, 60)
SWITCHING = 1  # channel
NEW_KEY = 67
LEAD, BETWEEN, HOLD = 0.4, 0.35, 0.2  # seconds before the first switch, between two, of a new note
TAIL = 0.5
AUDIBLE = 1e-4  # -80 dBFS
SILENCE = 1e-12
F4 = np.float32


@dataclass(frozen=True)
class Switch:
    """A program change and a note, at a frame of the engine's clock."""

    at: int
    program: int


def run(context: Context) -> Iterator[Figure]:
    """Figures of the sounding notes and of the new ones."""
    count = context.pick(20, 6, 2)
    seconds = LEAD + count * BETWEEN + TAIL + 2.0
    rate = context.options.rate or 48_000.0
    driver = null_driver(context, keep=round(seconds * rate))
    with player(context, driver) as playing:
        chord = _start_chord(playing)
        switches = [_switch(context, playing, i, count) for i in range(count)]
        time.sleep(TAIL)
        late, end = playing.engine.telemetry().late_blocks, playing.engine.clock - driver.period
        sound, seed = driver.out.copy(), int(playing.engine.memory.state[0]["seed"])
    yield from _sounding(context, playing, sound[0, :end], chord, seed)
    yield from _new(sound[1, :end], switches, rate)
    yield Figure("new notes", "late blocks", late)


def _start_chord(playing: Player) -> list[tuple[int, int, int, int]]:
    """Messages (frame, status, two bytes) that pan both channels and hold the chord."""
    engine = playing.engine
    engine.memory.state[0]["reverb"] = 0.0  # it would carry one side to the other
    at = engine.clock + round(0.1 * engine.rate)
    pans = [(at, CONTROL, PAN, LEFT), (at, CONTROL | SWITCHING, PAN, RIGHT)]
    chord = [(at + 64, NOTE_ON, key, VELOCITY) for key in CHORD]
    for message in [*pans, *chord]:
        engine.push(*message)
    time.sleep(LEAD)
    return [*pans, *chord]


def _switch(context: Context, playing: Player, number: int, count: int) -> Switch:
    """Change to a program that no slot holds, play a note at once and end it."""
    context.tell(f"switch {number + 1} of {count}")
    engine, cache = playing.engine, playing.engine.feeder.cache
    known = [int(p) for p in np.flatnonzero(engine.timbres.known) if p != playing.lineup.start]
    program = next(p for p in known[number * 3 % len(known) :] + known if p not in cache.programs)
    at = engine.clock + 2 * playing.driver.period
    engine.push(at, PROGRAM_CHANGE | SWITCHING, program, 0)
    engine.push(at, NOTE_ON | SWITCHING, NEW_KEY, VELOCITY)
    engine.push(at + round(HOLD * engine.rate), NOTE_OFF | SWITCHING, NEW_KEY, 0)
    engine.push(at + round((HOLD + 0.1) * engine.rate), CONTROL | SWITCHING, 120, 0)
    time.sleep(BETWEEN)
    return Switch(at, program)


def _sounding(
    context: Context,
    playing: Player,
    live: NDArray[F4],
    chord: Sequence[tuple[int, int, int, int]],
    seed: int,
) -> Iterator[Figure]:
    """The chord, live and switched beside, against a render of it alone."""
    context.tell("the same chord without switches")
    engine = Engine(playing.lineup.bundle, playing.engine.rate, seed=seed)
    playing.lineup.load(engine)
    engine.prepare([playing.lineup.start])
    engine.memory.state[0]["reverb"] = 0.0
    events = np.zeros(len(chord), EVENT)
    for event, (at, status, data1, data2) in zip(events, chord, strict=True):
        event["time"], event["status"], event["data1"], event["data2"] = at, status, data1, data2
    alone = render(engine, events, len(live))[0]
    engine.close()
    difference = np.abs(live - alone)
    yield Figure("sounding notes", "largest deviation", _dbfs(difference.max()), "dBFS")
    yield Figure(
        "sounding notes", "samples that deviate", int(np.sum(difference > AUDIBLE)), "above -80 dBFS"
    )
    yield Figure("sounding notes", "their own peak", _dbfs(np.abs(alone).max()), "dBFS", NEITHER)


def _dbfs(peak: float) -> float:
    return float(20.0 * np.log10(max(float(peak), SILENCE)))


def _new(right: NDArray[F4], switches: Sequence[Switch], rate: float) -> Iterator[Figure]:
    """How long after each switch its note is heard."""
    delays = []
    for switch in switches:
        stretch = np.abs(right[switch.at : switch.at + round(HOLD * rate)])
        heard = np.flatnonzero(stretch > AUDIBLE)
        delays.append(1e3 * int(heard[0]) / rate if len(heard) else np.inf)
    found = [delay for delay in delays if np.isfinite(delay)]
    yield Figure("new notes", "switches", len(switches), "", NEITHER)
    yield Figure("new notes", "unheard", len(switches) - len(found))
    if found:
        yield Figure("new notes", "median", float(np.median(found)), "ms")
        yield Figure("new notes", "max", max(found), "ms")
