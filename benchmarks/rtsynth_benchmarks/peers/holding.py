"""`python -m rtsynth_benchmarks.peers.holding FILE.mid NOTES`: render the file with our engine, keep nothing.

A process of its own, so that the system counts its CPU time: one thread, no reverb sends.
"""

import sys
from dataclasses import replace
from pathlib import Path

from rtsynth.lineup import choose_lineup
from rtsynth.midi.files import read_midi
from rtsynth.scores import programs_of, to_events
from rtsynth_engine.drivers.offline import render
from rtsynth_engine.engine import Engine
from rtsynth_engine.layout import MOST_VOICES
from rtsynth_engine.telemetry import Telemetry


def hold(path: Path) -> Telemetry:
    """Render the file through every stage of the engine; returns what the block counted."""
    lineup, score = choose_lineup(None), read_midi(path)
    engine = Engine(lineup.bundle, polyphony=MOST_VOICES)
    events = to_events(score, engine.rate)
    programs = programs_of(events)
    for program in programs:
        engine.set_sound(program, replace(lineup.sounds[program], reverb=0.0))
    engine.prepare(programs)
    render(engine, events, round(score.length * engine.rate))
    told = engine.telemetry()
    engine.close()
    return told


def main() -> None:
    """End with an error where notes were missing: the cost would be none of theirs."""
    told, notes = hold(Path(sys.argv[1])), int(sys.argv[2])
    if told.peak_voices < notes or told.stolen:
        raise SystemExit(f"{told.peak_voices} of {notes} notes sounded at once, {told.stolen} were stolen")


if __name__ == "__main__":
    main()
