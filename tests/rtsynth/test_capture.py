"""Keeping what was played: rendering what is kept gives the same notes, and the same samples where it can."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rtsynth.capture import WINDOW, Capture, in_messages, keep
from rtsynth.errors import HostError
from rtsynth.midi.files import read_midi
from rtsynth.midi.score import Score
from rtsynth.scores import to_events
from rtsynth_engine.drivers.null import NullDriver
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.layout import PAGE_PORT, PORTS
from rtsynth_engine.midi.commands import COMMAND, COUNT, KNOB, PANIC, PORT_GONE, SELECT
from rtsynth_engine.midi.parser import make_parser, parse_all
from rtsynth_engine.rings import EVENT
from tests.engine.parts import BEND, CC, OFF, ON, PROGRAM, make_engine, render, render_offline, wait_until

RATE = 48_000
PIECE = [
    (0.0, CC, 7, 90),
    (0.05, ON, 60, 100),
    (0.1, BEND, 0, 80),
    (0.15, CC, 64, 127),
    (0.2, OFF, 60, 0),
    (0.2, ON + 1, 67, 70),
    (0.30001, ON, 64, 80),
    (0.35, CC, 64, 0),
    (0.4, OFF, 64, 0),
    (0.45, OFF + 1, 67, 0),
]


def heard(engine: Engine) -> list[tuple[Any, ...]]:
    """Everything that has acted: (frame, port, status, data1, data2)."""
    return [event[:5] for event in engine.history(1e6).tolist()]


def played_again(path: Path, fifth: Sound | None = None) -> tuple[Engine, NDArray[np.float32]]:
    """An engine that has rendered the file from its beginning to its end; `fifth` is its program 5."""
    engine, score = make_engine(), read_midi(path)
    if fifth is not None:
        engine.set_sound(5, fifth)
    return engine, render_offline(engine, to_events(score, RATE), round(score.length * RATE))


def test_a_take_renders_to_the_same_samples(tmp_path: Path) -> None:
    engine = make_engine()
    capture = Capture(engine, "organ")
    sound = render(engine, PIECE, 1.0)
    path = keep(capture.score(WINDOW), tmp_path)
    again, samples = played_again(path)
    assert heard(again) == heard(engine)
    assert np.array_equal(samples, sound)


def test_a_take_played_live_renders_to_the_same_notes_at_the_same_frames(tmp_path: Path) -> None:
    engine, driver = make_engine(), NullDriver(RATE, 64)
    capture = Capture(engine, "organ")
    engine.feeder.start()
    driver.start(engine)
    draw = np.random.default_rng(4)
    for _ in range(30):
        engine.push(engine.clock + int(draw.integers(0, 3000)), ON + int(draw.integers(3)), 60, 100)
        engine.push(engine.clock + int(draw.integers(3000, 6000)), OFF + int(draw.integers(3)), 60, 0)
        capture.look()
    wait_until(lambda: len(heard(engine)) == 60)
    driver.stop()
    engine.close()
    again, _ = played_again(keep(capture.score(WINDOW), tmp_path))
    assert heard(again) == heard(engine)


def test_only_the_window_is_kept_and_what_led_to_it_stands_at_its_beginning(tmp_path: Path) -> None:
    engine = make_engine()
    capture = Capture(engine, "organ", window=0.5)
    before = [(0.0, PROGRAM, 0), (0.1, CC, 7, 50), (0.2, CC, 7, 60), (0.3, ON, 60, 90), (0.4, ON, 62, 90)]
    within = [(0.6, OFF, 60, 0), (0.7, ON, 64, 90), (0.9, CC, 7, 70)]
    render(engine, [*before, (0.45, OFF, 62, 0), *within], 1.0)
    score = read_midi(keep(capture.score(0.5), tmp_path))
    assert score.length == pytest.approx(0.5)
    assert [(round(e["seconds"] * 100), *e.item()[2:5]) for e in score.events] == [
        (0, PROGRAM, 0, 0),
        (0, CC, 7, 60),
        (0, ON, 60, 90),
        (10, OFF, 60, 0),
        (20, ON, 64, 90),
        (40, CC, 7, 70),
    ]


def test_what_leaves_the_window_as_time_goes_on_leads_to_the_same_take(tmp_path: Path) -> None:
    takes = []
    for looks in (1, 10):
        engine = make_engine()
        capture = Capture(engine, "organ", window=0.3)
        for look in range(looks):
            part = [m for m in PIECE if look / looks <= m[0] / 0.5 < (look + 1) / looks]
            render(engine, [(m[0] - engine.clock / RATE, *m[1:]) for m in part], 0.5 / looks)
            capture.look()
        takes.append(capture.score(0.3))
    assert takes[0].events.tolist() == takes[1].events.tolist()
    assert len(takes[0].events) > 5


def test_memory_stays_bounded_and_the_newest_events_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtsynth.capture.MOST", 100)
    engine = make_engine()
    capture = Capture(engine, "organ")
    for number in range(20):
        render(engine, [(0.001 * i, CC, 20 + number, i) for i in range(30)], 0.05)
        capture.look()
    assert sum(map(len, capture._log)) <= 100
    events = capture.score(WINDOW).events
    assert {(CC, 20 + number, 29) for number in range(20)} <= {event[2:5] for event in events.tolist()}


def test_moves_of_latents_are_kept_with_their_times(tmp_path: Path) -> None:
    engine = make_engine()
    capture = Capture(engine, "organ", window=0.5)
    for value in (0.25, 0.5, 0.75):
        engine.move(0, (value,))
        render(engine, [], 0.4)
    score = read_midi(keep(capture.score(0.5), tmp_path))
    assert score.preset == "organ"
    assert [(round(move.seconds, 6), move.program, move.latent) for move in score.moves] == [
        (0.0, 0, (0.5,)),
        (0.1, 0, (0.75,)),
    ]


def test_moves_that_leave_the_window_leave_where_they_led(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make_engine()
    capture = Capture(engine, "organ", window=0.5)
    for number in range(100):
        engine.move(number % 2, (number / 100,))
        render(engine, [], 0.02)
        capture.look()
    assert len(capture._moves) <= 26
    monkeypatch.setattr("rtsynth.capture.MOST_MOVES", 1)
    moves = capture.score(0.5).moves
    assert [(move.program, round(move.latent[0], 2)) for move in moves] == [(0, 0.98), (1, 0.97), (1, 0.99)]


def test_a_port_that_went_is_kept_as_keys_and_pedals_going_up(tmp_path: Path) -> None:
    engine = make_engine()
    capture = Capture(engine, "organ")
    port = 3
    notes = [(0.0, ON, 60, 90, port), (0.0, CC, 64, 127, port), (0.0, ON, 62, 90, 0)]
    render(engine, [*notes, (0.3, COMMAND, PORT_GONE, 0, port)], 2.0)
    again, _ = played_again(keep(capture.score(WINDOW), tmp_path))
    assert (again.memory.pressed["order"] > 0).sum() == (engine.memory.pressed["order"] > 0).sum() == 1
    assert again.telemetry().voices == engine.telemetry().voices


def test_a_panic_is_kept_as_silence_on_every_channel(tmp_path: Path) -> None:
    engine = make_engine()
    capture = Capture(engine, "organ")
    render(engine, [(0.0, ON, 60, 90, 1), (0.0, ON + 5, 62, 90, 7), (0.0, CC + 5, 64, 127, 7)], 0.2)
    engine.panic()
    render(engine, [], 0.2)
    again, _ = played_again(keep(capture.score(WINDOW), tmp_path))
    assert again.telemetry().voices == engine.telemetry().voices == 0


def test_tunings_and_the_master_survive(tmp_path: Path) -> None:
    exclusives = (
        "7F 7F 08 02 00 02 3C 3C 40 00 45 44 00 00",
        "7F 7F 08 08 03 7F 7F" + " 40 4A 36" * 4,
        "7F 7F 04 01 00 60",
        "7F 7F 04 03 00 30",
        "7F 7F 04 04 00 42",
    )
    engine = make_engine()
    capture = Capture(engine, "organ", window=0.5)
    parser = make_parser()
    for text in exclusives:
        for event in parse_all(parser, bytes.fromhex("F0" + text + "F7")).tolist():
            engine.push(0, *event[2:5], port=0, value=event[5])
    render(engine, [(0.6, ON, 60, 90)], 1.0)
    again, _ = played_again(keep(capture.score(0.5), tmp_path))
    for name in ("volume", "fine", "coarse"):
        assert again.memory.state[name] == pytest.approx(engine.memory.state[name], abs=1e-3)
    assert np.allclose(again.memory.tunings[0], engine.memory.tunings[0], atol=1e-4)
    assert np.allclose(again.memory.channels["octave"], engine.memory.channels["octave"], atol=1e-4)
    assert engine.memory.tunings[0, 60] == 60.5


def test_macros_turned_and_programs_selected_on_the_page_are_kept(tmp_path: Path) -> None:
    engine = make_engine()
    capture = Capture(engine, "organ")
    engine.set_sound(5, Sound((0.0,)))
    turned = [(KNOB, 0, 0.25), (KNOB, 7, -1.0), (KNOB, 0, 1.0), (SELECT, 0, 5.0)]
    for what, index, value in turned:
        engine.push(engine.clock, COMMAND, what, index, PAGE_PORT, value)
    render(engine, [(0.1, ON, 60, 100)], 0.3)
    for window in (WINDOW, 0.1):
        again, _ = played_again(keep(capture.score(window), tmp_path), Sound((0.0,)))
        assert again.memory.state[0]["knobs"].tolist() == [1.0, *[0.0] * 6, -1.0]
        assert set(again.memory.channels["program"].tolist()) == {5}


def test_what_only_concerns_the_session_is_left_out() -> None:
    events = np.array([(5, 2, COMMAND, COUNT, 1, 0.0), (6, 2, ON, 60, 90, 0.0)], EVENT)
    assert in_messages(events).tolist() == [(6, 2, ON, 60, 90, 0.0)]
    assert len(in_messages(np.array([(5, 2, COMMAND, PANIC, 0, 0.0)], EVENT))) == PORTS * 16 * 3


EMPTY = Score(make_engine().history(0)[["time"]][:0].astype([("port", "u1")]), 1.0)


def test_a_take_never_overwrites_a_file(tmp_path: Path) -> None:
    names = {keep(EMPTY, tmp_path).name for _ in range(5)}
    assert len(names) == 5
    assert all(name.startswith("rtsynth-") and name.endswith(".mid") for name in names)
    keep(EMPTY, tmp_path, "mine.mid")
    with pytest.raises(HostError, match=r"there is a file mine.mid already; name another with -o"):
        keep(EMPTY, tmp_path, "mine.mid")


@pytest.mark.parametrize("name", ["nowhere/take.mid", "a\0b", "x" * 300, "\ud800"])
def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(HostError, match=r"cannot write .*; name another file with -o"):
        keep(EMPTY, tmp_path, name)
