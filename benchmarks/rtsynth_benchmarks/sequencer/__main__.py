"""Let Ardour and MusE play a piece on rtsynth through a JACK server of our own, and check the take."""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import soundfile

from rtsynth_engine.drivers.jack import jack_module

from ..figures import NotMeasured
from ..loop import connect
from ..peers.live import started
from ..stage import jack_server
from . import ardour, muse
from .ear import Ear, listening
from .judging import Take, Verdict, faults, judge, rolls
from .piece import LENGTH, Span, piece, seconds

PERIOD, RATE = 64, 48_000
SEQUENCERS: dict[str, ModuleType] = {"ardour": ardour, "muse": muse}
SPANS = [(0.0, seconds(LENGTH) - 1.0), (4.0, 6.0)]  # of the piece: both stop while keys and pedal are down
QUIET = 5.0  # seconds after each stop
LONGEST = 90.0  # seconds of a take
TARGETS = ["rtsynth:midi_in", "ear:midi"]
OURS = [sys.executable, "-m", "rtsynth", "play", "--audio", "jack", "--midi", "jack", "--no-connect"]


def main() -> int:
    """Play with each sequencer asked for; returns 1 where a take has a fault."""
    chosen = _options()
    wrong = 0
    for name in chosen.sequencers or SEQUENCERS:
        folder = (chosen.keep or Path(tempfile.mkdtemp())) / name
        try:
            wrong += _report(name, *perform(SEQUENCERS[name], folder))
        except (NotMeasured, RuntimeError) as error:
            print(f"{name}: not measured: {error}")
        if chosen.keep is None:
            shutil.rmtree(folder.parent, ignore_errors=True)
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m rtsynth_benchmarks.sequencer", description=__doc__)
    parser.add_argument(
        "sequencers", nargs="*", metavar="NAME", help=f"{' or '.join(SEQUENCERS)}; both without"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep session, take and summary there")
    chosen = parser.parse_args()
    for name in chosen.sequencers:
        if name not in SEQUENCERS:
            parser.error(f"{name!r} is no sequencer known here; there are {', '.join(SEQUENCERS)}")
    return chosen


def perform(
    sequencer: ModuleType, folder: Path, spans: Sequence[Span] = SPANS
) -> tuple[list[Verdict], dict[str, Any], int]:
    """One take: a verdict for each roll, what rtsynth says of itself, and how many channel messages went."""
    if shutil.which(sequencer.PROGRAM) is None:
        raise NotMeasured(f"install {sequencer.PACKAGE} (Debian)")
    folder.mkdir(parents=True, exist_ok=True)
    parts, summary = piece(), folder / "rtsynth.json"
    with jack_server(PERIOD, RATE):
        sequencer.make(parts, folder, RATE)
        with started([*OURS, "--json", str(summary)], "rtsynth", "playing"), listening(LONGEST) as ear:
            _hear_rtsynth()
            sequencer.play(folder, RATE, TARGETS, spans, QUIET)
        take = _kept(ear, folder)
    found = zip(rolls(take), spans, strict=True)
    verdicts = [judge(take, roll, parts, span) for roll, span in found]
    return verdicts, json.loads(summary.read_text()), int(np.sum(take.messages["size"] <= 3))


def _hear_rtsynth() -> None:
    client = jack_module().Client("hand", no_start_server=True)
    for source, target in (("rtsynth:out_1", "ear:left"), ("rtsynth:out_2", "ear:right")):
        connect(client, source, target)
    client.close()


def _kept(ear: Ear, folder: Path) -> Take:
    """The take, also as files."""
    np.save(folder / "messages.npy", ear.messages)
    soundfile.write(folder / "take.wav", ear.sound.T, ear.rate, subtype="PCM_24")
    return Take(ear.messages, ear.sound, ear.rate, ear.xruns)


def _report(name: str, verdicts: list[Verdict], told: dict[str, Any], messages: int) -> int:
    """Say what was found; returns how many faults."""
    print(f"{name}: {messages} messages sent, {told['events']} acted on, {told['voices']} voices left")
    lost = messages - told["events"]
    wrong = [f"{lost} messages were lost"] * (lost > 0) + [f"{told['voices']} voices were left"] * bool(
        told["voices"]
    )
    for verdict in verdicts:
        print(f"  {verdict}")
        wrong += faults(verdict, PERIOD)
    print(*(f"  fault: {fault}" for fault in wrong), sep="\n", end="\n" if wrong else "  no fault\n")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
