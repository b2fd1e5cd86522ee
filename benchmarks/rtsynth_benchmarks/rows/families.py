"""Every instrument there is plays live at period 128: eight voices, or one where samples come one by one.

Chords are struck anew every second, for that costs a network more than holding them. `late blocks` are not
there in time; `network` is processor time of its thread; `cached`: seconds until every key of the preset
answers at once.
"""

import time
from collections.abc import Iterator

from rtsynth.choosing import find_preset
from rtsynth.presets import Preset
from rtsynth.unwritten import all_presets
from rtsynth_engine.layout import KEYS, READY

from ..context import Context
from ..figures import Figure, quantiles
from ..players import MELODIC, NOTE_OFF, NOTE_ON, VELOCITY, Player, live_driver, player
from .voices import generator_seconds

PERIOD, VOICES = 128, 8
SETTLE = 1.0


def run(context: Context) -> Iterator[Figure]:
    """Figures of each instrument's first preset, or of the one asked for."""
    for preset in first_presets(context.options.preset):
        with live_driver(context, PERIOD) as driver:
            began = time.monotonic()
            with player(context, driver, preset.id) as playing:
                yield Figure(preset.instrument, "cached", time.monotonic() - began, "s")
                yield from figures(context, preset.instrument, playing)


def first_presets(wanted: str | None) -> list[Preset]:
    """The first preset of every instrument, or the one that is `wanted`."""
    presets, _ = all_presets()
    firsts = {preset.instrument: preset for preset in reversed(presets)}
    return [find_preset(wanted, presets)] if wanted else list(firsts.values())[::-1]


def figures(context: Context, name: str, playing: Player) -> Iterator[Figure]:
    """Strike chords for a while."""
    voices = 1 if playing.lineup.bundle.generator == "sample" else VOICES
    seconds = context.pick(30.0, 10.0, 2.0)
    context.tell(f"{name}: {voices} voices, {seconds:g} s")
    ready = int((playing.engine.memory.lamps[:KEYS] == READY).sum())
    time.sleep(SETTLE)
    late, spent, began = playing.engine.telemetry().late_blocks, generator_seconds(), time.monotonic()
    calls = playing.listen(seconds, lambda done: strike(playing, voices, int(done)), turn=1.0)
    share = 100.0 * (generator_seconds() - spent) / (time.monotonic() - began)
    told = quantiles(100.0 * calls["spent"] / playing.period)
    yield Figure(name, "voices", voices)
    yield Figure(name, "ready keys", ready)
    yield Figure(name, "late blocks", playing.engine.telemetry().late_blocks - late)
    yield Figure(name, "network", share, "% of a core")
    yield Figure(name, "callback p99.9", told["p99.9"], "% of period")


def strike(playing: Player, voices: int, turn: int) -> None:
    """Let go of the chord before, and press another."""
    for last, status in ((turn - 1, NOTE_OFF), (turn, NOTE_ON)):
        for key in chord(playing, voices, last):
            playing.engine.push(playing.engine.clock, status | MELODIC[0], key, VELOCITY)


def chord(playing: Player, voices: int, turn: int) -> list[int]:
    """Keys spread over the range of the preset, others at every turn."""
    sound = playing.lineup.sounds[playing.lineup.start]
    width = sound.high - sound.low + 1
    return [sound.low + (i * width // voices + 5 * turn) % width for i in range(voices)]
