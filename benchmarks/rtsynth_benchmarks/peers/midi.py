"""What MIDI does to the sound: the same bytes over JACK to rtsynth and FluidSynth, judged by the same ear.

Both play a church organ without reverb. Every row sends messages with python-rtmidi, which over JACK arrive
whole, so that running status and broken messages are no matter here; a compiled client hears messages and
sound in one count of frames. `yes`: it does as the MIDI specifications say.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any

import rtmidi

from rtsynth_engine.drivers.jack import jack_module

from ..dry import dry_preset
from ..figures import NotMeasured
from ..loop import connect
from ..sequencer.ear import Ear, listening
from ..stage import SOUNDFONT, jack_server
from .behaviours import BEHAVIOURS, Behaviour, Heard
from .live import FLUIDSYNTH, OURS, Ports, started
from .report import Row, Say, need, row_or_remedy

PERIOD = 64
LONGEST = 300.0  # seconds of all rows for one synth
QUIET = 0.9  # seconds after a row, for its sound to end
Messages = tuple[bytes, ...]
UNTUNED = (
    "F0 7F 7F 08 02 00 01 3C 3C 00 00 F7",
    "F0 7F 7F 08 08 03 7F 7F" + " 40" * 12 + " F7",
    "F0 7F 7F 04 01 7F 7F F7",
    "F0 7F 7F 04 04 00 40 F7",
)
RESET: Messages = (
    *(bytes.fromhex(message) for message in ("F0 7E 7F 09 01 F7", *UNTUNED)),
    *(bytes([0xB0 | c, n, v]) for c in range(16) for n, v in ((120, 0), (121, 0), (127, 0), (64, 0))),
    *(bytes([0xB0 | c, n, v]) for c in (0, 15) for n, v in ((101, 0), (100, 6), (6, 0))),
    *(bytes([0xB0 | c, n, v]) for c in range(16) for n, v in ((101, 0), (100, 0), (6, 2), (101, 127))),
)
ORGANS = tuple(bytes([0xC0 | channel, 19]) for channel in range(16))


@dataclass(frozen=True)
class Setting:
    """Of so many rows the first is tried."""

    every: int = 1


FULL = QUICK = Setting()


def run(setting: Setting, say: Say) -> list[Row]:
    """A row for each behaviour: whether either synth shows it."""
    need(("jackd",), ("jack",))
    chosen = BEHAVIOURS[:: setting.every]
    rows: list[Row] = [{"what": behaviour.claim} for behaviour in chosen]
    with jack_server(PERIOD), ExitStack() as stack:
        preset = stack.enter_context(dry_preset("church-organ"))
        synths = {"rtsynth": (_ours(preset), RESET), "FluidSynth": (_fluidsynth(), RESET + ORGANS)}
        for name, (synth, reset) in synths.items():
            say(f"{name}: {len(chosen)} rows")
            column = row_or_remedy(name, lambda synth=synth, reset=reset: _shown(synth, reset, chosen))  # type: ignore[misc]
            for row in rows:
                row[name] = column.get(row["what"], column.get("remark", ""))
    return [*rows, _sum(rows, list(synths))]


def _sum(rows: list[Row], names: list[str]) -> Row:
    counts = {name: sum(row[name] == "yes" for row in rows) for name in names}
    return {"what": "in all", **{name: f"{count} of {len(rows)}" for name, count in counts.items()}}


def _shown(synth: AbstractContextManager[Ports], reset: Messages, chosen: tuple[Behaviour, ...]) -> Row:
    """Claims, each with yes or no; `reset` goes before each."""
    with synth as (midi, left), listening(LONGEST) as ear, closing(Hand(ear, reset)) as hand:
        hand.hold(midi, left)
        return {behaviour.claim: "yes" if hand.try_out(behaviour) else "no" for behaviour in chosen}


class Hand:
    """Sends messages to a synth and to the ear, and takes what was heard."""

    def __init__(self, ear: Ear, reset: Messages) -> None:
        self._ear, self._reset = ear, reset
        self._out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="hand")
        self._out.open_virtual_port("out")

    def hold(self, midi: str, left: str) -> None:
        """Connect all."""
        with _asking() as client:
            out = next(port.name for port in client.get_ports("hand", is_midi=True, is_output=True))
            outs = [port.name for port in client.get_ports(left.split(":")[0], is_audio=True, is_output=True)]
            pairs = [(out, midi), (out, "ear:midi"), (outs[0], "ear:left"), (outs[1], "ear:right")]
            for source, target in pairs:
                connect(client, source, target)
        time.sleep(0.3)

    def try_out(self, behaviour: Behaviour) -> bool:
        """Reset, send the behaviour's messages at their times, judge the sound."""
        for message in self._reset:
            self._out.send_message(message)
        time.sleep(QUIET)
        first, began = len(self._ear.messages), time.monotonic()
        for seconds, text in behaviour.script:
            time.sleep(max(began + seconds - time.monotonic(), 0.0))
            self._out.send_message(bytes.fromhex(text))
        time.sleep(max(began + behaviour.seconds - time.monotonic(), 0.0) + 0.1)
        frames = self._ear.messages["frame"][first:]
        if len(frames) < len(behaviour.script):
            raise NotMeasured("JACK lost messages: the machine is too busy")
        return bool(behaviour.judge(Heard(self._ear.sound, self._ear.rate, frames)))

    def close(self) -> None:
        """Take the port away."""
        self._out.delete()


@contextmanager
def _asking() -> Iterator[Any]:
    client = jack_module().Client("asking", no_start_server=True)
    try:
        yield client
    finally:
        client.close()


def _ours(preset: str) -> AbstractContextManager[Ports]:
    return started([*OURS, preset, "--no-connect"], "rtsynth", "playing")


@contextmanager
def _fluidsynth() -> Iterator[Ports]:
    need(("fluidsynth",))
    if not SOUNDFONT.exists():
        raise NotMeasured("install fluid-soundfont-gm")
    with started([*FLUIDSYNTH, str(SOUNDFONT)], "fluidsynth") as ports:
        yield ports
