"""Frames from an event's frame to the first sample that it changes, without a device: deterministic.

The compiled block is driven in periods of 32 to 1024, each with a note at every offset, and compared with the
same moment without the note. `stamped`: through the ring of the MIDI process, whose messages carry a time and
are played one constant period later by the clock that the callback keeps. Chord and glissando: each
note is held against the same without it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rtsynth.audio import RATE
from rtsynth.lineup import Lineup, choose_lineup
from rtsynth_engine.engine import Engine

from ..context import Context
from ..figures import LARGER, NEITHER, Figure
from ..players import NOTE_ON, VELOCITY
from ..snapshots import Event, Moment, first_change, push_stamped, render

PERIODS = (32, 64, 128, 256, 512, 1024)
CHORD, GLISSANDO = 10, 40  # keys
BETWEEN = 97  # frames between the keys of a glissando: no multiple of anything
SOON = 64  # frames within which a note is surely heard


def run(context: Context) -> Iterator[Figure]:
    """Figures for every period, direct and stamped; then chord and glissando."""
    lineup = choose_lineup(context.options.preset)
    engine = Engine(lineup.bundle, context.options.rate or RATE)
    context.setup(driver="none: the block is called directly", rate=engine.rate, preset=lineup.preset.id)
    context.tell("preparing the engine")
    lineup.load(engine)
    engine.prepare([lineup.start])
    render(engine, 4096, 64)
    moment = Moment(engine)
    key = _keys(lineup, 1)[0]
    try:
        for period in context.pick(PERIODS, PERIODS, PERIODS[1:2]):
            yield from _direct(context, moment, period, key)
        for period in context.pick(PERIODS, PERIODS, PERIODS[1:2]):
            yield from _stamped(context, moment, period, key)
        yield from _together(context, moment, lineup)
    finally:
        engine.close()


def _keys(lineup: Lineup, count: int) -> list[int]:
    """Keys in the middle of the sound's range."""
    sound = lineup.sounds[lineup.start]
    low = max(sound.low, (sound.low + sound.high - count) // 2)
    return list(range(low, min(low + count, sound.high + 1)))


def _direct(context: Context, moment: Moment, period: int, key: int) -> Iterator[Figure]:
    context.tell(f"period {period}")
    step = context.pick(1, max(period // 16, 1), period // 4)
    without = moment.play([], period + SOON, period)
    found = []
    for offset in range(0, period, step):
        heard = moment.play([(offset, NOTE_ON, key, VELOCITY)], period + SOON, period)
        found.append(first_change(heard, without) - offset)
    yield from _extremes(f"period {period}", found)


def _extremes(what: str, frames: list[int]) -> Iterator[Figure]:
    yield Figure(what, "notes", len(frames), "", NEITHER)
    yield Figure(what, "min", min(frames), "frames")
    yield Figure(what, "max", max(frames), "frames")


def _stamped(context: Context, moment: Moment, period: int, key: int) -> Iterator[Figure]:
    """Each event is stamped with a place in the period before the one whose callback finds it."""
    context.tell(f"period {period}, stamped")
    state, found = moment.engine.memory.state[0], []
    moment.restore()
    state["delay"] = period
    here = Moment(moment.engine)
    for offset in np.linspace(0, period, context.pick(64, 16, 2), endpoint=False):
        found.append(_one_stamped(here, period, key, float(offset)))
    moment.restore()
    yield from _extremes(f"period {period}, stamped", found)


def _one_stamped(moment: Moment, period: int, key: int, offset: float) -> int:
    """Frames from the note's own time to its sound, by the clock that the callback keeps of its own calls."""
    engine, frame = moment.engine, 1e9 / moment.engine.rate
    moment.restore()
    state = engine.memory.state[0]
    render(engine, period, period)
    stamp = round(float(state["anchor"]) + offset * frame)
    push_stamped(engine, stamp, NOTE_ON, key, VELOCITY)
    first = render(engine, period, period)
    own = (stamp - float(state["anchor"])) / frame  # its frame, counted from the call that found it
    sound = np.concatenate([first, render(engine, 2 * period, period)], axis=1)
    return round(_first_sound(sound) - own)


def _first_sound(sound: NDArray[np.float32]) -> int:
    """Before the note there is silence: exactly 0."""
    return first_change(sound, np.zeros_like(sound))


def _together(context: Context, moment: Moment, lineup: Lineup) -> Iterator[Figure]:
    period = context.options.block or 64
    for name, count, between in (("chord", CHORD, 0), ("glissando", GLISSANDO, BETWEEN)):
        keys = _keys(lineup, count)
        context.tell(f"{name} of {len(keys)}")
        notes = [(7 + i * between, NOTE_ON, key, VELOCITY) for i, key in enumerate(keys)]
        found = list(_each_alone(moment, notes, period))
        what = f"{name} of {len(keys)}, period {period}"
        yield from _extremes(what, found)
        yield Figure(what, "at their sample", sum(0 <= f <= 1 for f in found), "notes", LARGER)


def _each_alone(moment: Moment, notes: list[Event], period: int) -> Iterator[int]:
    """Frames from every note's frame to the first sample that differs once it is added to those before."""
    frames = notes[-1][0] + SOON
    before = moment.play([], frames, period)
    for i, note in enumerate(notes):
        after = moment.play(notes[: i + 1], frames, period)
        yield first_change(before, after) - note[0]
        before = after
