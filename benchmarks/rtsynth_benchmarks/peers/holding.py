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


def hold(path: Path) -> int:
    """Render the file through every stage of the engine; returns the most voices that sounded at once."""
    lineup, score = choose_lineup(None), read_midi(path)
    engine = Engine(lineup.bundle, polyphony=MOST_VOICES)
    events = to_events(score, engine.rate)
    programs = programs_of(events)
    for program in programs:
        engine.set_sound(program, replace(lineup.sounds[program], reverb=0.0))
    engine.select(programs[0])
    engine.prepare(programs)
    render(engine, events, round(score.length * engine.rate))
    most = engine.telemetry().peak_voices
    engine.close()
    return most


def main() -> None:
    """End with an error where fewer notes sounded than were meant to: their cost would be none of theirs."""
    sounded = hold(Path(sys.argv[1]))
    if sounded != int(sys.argv[2]):
        raise SystemExit(f"{sounded} voices sounded at once instead of {sys.argv[2]}")


if __name__ == "__main__":
    main()
