"""What the commands `demo` and `render` do."""

import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from rtsynth_engine.engine import Engine

from .audio import RATE, AudioRequest
from .errors import HostError
from .folders import SHIPPED
from .lineup import Lineup, choose_lineup, tuned
from .midi.files import Score, read_midi
from .networks import PROCESSOR, NetworkRequest, open_network
from .panel import console, say, stages
from .phrases import phrase
from .playing import LiveRequest, Session, compiling, playing
from .rendering import render_to_wav
from .restoring import named_lineup, taken_lineup
from .routing import Routing, ports_named
from .scores import Cue, programs_of, to_events
from .troubles import DRUMS_MUTED
from .watching import heard, report, told, watch

DEMO, DEMO_WAV = SHIPPED / "demo.mid", Path("demo.wav")
LEAD_IN, TAIL = 0.5, 3.0  # seconds before and after the demo
BLOCK = 256  # frames; the samples do not depend on it


@dataclass(frozen=True)
class RenderRequest:
    """The options of `render`."""

    file: Path
    out: Path
    preset: str | None = None
    rate: float | None = None
    block: int | None = None
    seed: int = 0
    tail: float = TAIL
    network: NetworkRequest = PROCESSOR
    setup: str | None = None
    tuning: str | None = None
    keymap: str | None = None


def demo(audio: AudioRequest) -> None:
    """Play the built-in piece live; without a sound device also write it to demo.wav."""
    lineup, audio, score = told(choose_lineup(None)), heard(audio), read_midi(DEMO)
    if audio.driver == "null":
        _render(lineup, score, RenderRequest(DEMO, DEMO_WAV, rate=audio.rate))
    programs = programs_of(to_events(score, RATE), lineup.sounds)
    with stages() as stage, playing(lineup, LiveRequest(audio, ("none",)), programs, stage) as session:
        with suppress(KeyboardInterrupt):
            stage("")
            say(f"playing First Light, {score.length:.0f} s, on {session.driver.name}; Ctrl-C ends")
            _perform(session, score)
        report(session, None)


def _perform(session: Session, score: Score) -> None:
    """Feed the score to the running engine and wait for its end."""
    engine = session.engine
    start = engine.clock + round(LEAD_IN * engine.rate)
    cue = Cue(engine, to_events(score, engine.rate), start)
    end = start + round((score.length + TAIL) * engine.rate)

    def going() -> bool:
        cue.feed()
        return engine.clock < end

    watch(session, going, lambda: f"{max(engine.clock - start, 0) / engine.rate:4.0f} s  ")


def render(request: RenderRequest) -> None:
    """Render a MIDI file to a WAV file."""
    named = told(named_lineup(request.setup)) if request.setup else None
    score = read_midi(request.file, named.device) if named else read_midi(request.file)
    lineup = named or (told(choose_lineup(request.preset)) if request.preset else _take_lineup(score))
    say(*score.warnings)
    _render(tuned(lineup, request.tuning, request.keymap), score, request)


def _take_lineup(score: Score) -> Lineup:
    """The preset or the setup that a take of ours was played with, where there is one and it is here."""
    try:
        return told(taken_lineup(score.setup) if score.setup else choose_lineup(score.preset))
    except HostError as error:
        say(f"playing the first program instead of what the take was played with: {error}")
        return told(choose_lineup(None))


def preview(wanted: str, out: Path | None) -> None:
    """Render a short phrase with one preset to a WAV file, `ID.wav` here unless `out` says otherwise."""
    lineup = told(choose_lineup(wanted))
    sound = lineup.sounds[lineup.start]
    out = out or Path(f"{lineup.preset.id}.wav")
    _render(lineup, phrase(sound.low, sound.high), RenderRequest(out, out, wanted))


def _render(lineup: Lineup, score: Score, request: RenderRequest) -> None:
    with stages() as stage:
        stage("preparing the engine")
        network = open_network(lineup.bundle, request.network)
        rate = request.rate or RATE
        with compiling(stage):
            engine = Engine(lineup.bundle, rate, seed=request.seed, generator=network.generator)
        with closing(engine):
            lineup.load(engine)
            named = ports_named(lineup.setup) if request.setup else []
            say(*Routing(engine, lineup, live=False).follow(dict(enumerate(named))))
            events = to_events(score, engine.rate, keep_programs=request.preset is None)
            engine.prepare([lineup.start, *lineup.slots, *programs_of(events, lineup.sounds)])
            stage("")
            _write(engine, events, score, request)
            if engine.telemetry().drums_muted:
                say(DRUMS_MUTED)


def _write(engine: Engine, events: Any, score: Score, request: RenderRequest) -> None:
    began, seconds = time.monotonic(), score.length + request.tail
    moves = [move for move in score.moves if len(move.latent) == engine.bundle.latent]
    columns = (TextColumn(f"{request.out}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(), transient=True, disable=not console().is_terminal) as progress:
        task = progress.add_task("", total=seconds)

        def show(done: float) -> None:
            progress.update(task, completed=done)

        render_to_wav(engine, events, seconds, request.out, request.block or BLOCK, show, moves)
    spent = time.monotonic() - began
    say(f"{request.out}: {seconds:.1f} s rendered in {spent:.1f} s ({seconds / spent:.1f} × real time)")
