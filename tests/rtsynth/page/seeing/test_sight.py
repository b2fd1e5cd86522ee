"""What pages see of an engine, through memory that they can only read."""

import json
import threading
import time

import numpy as np
import pytest

from rtsynth.page.seeing.round_trip import RoundTrip, frame_time
from rtsynth.page.seeing.sight import Sight
from rtsynth_engine.engine import Engine, Part
from rtsynth_engine.layout import KEYS, MISSING, PAGE_PORT, STALE
from tests.engine.parts import BEND, CC, OFF, ON, Steady, make_engine, render, send
from tests.rtsynth.page.looks import engine_and_memory

PAGE = 16 * PAGE_PORT
WATCHED = {"spectrum", "partials", "envelopes", "histogram", "timeline"}
ALWAYS = {"counts", "meter", "clip", "activity", "keys", "lamps", "wheels", "round"}


def look(sight: Sight, topic: str, watched: bool = False):
    return sight({topic} if watched else set())[topic]


def test_only_what_is_watched_comes_beside_what_always_does() -> None:
    _, memory = engine_and_memory()
    sight = Sight(memory)
    assert set(sight(set())) == ALWAYS
    assert set(sight({"timeline", "presets"})) == ALWAYS | {"timeline"}
    assert set(sight(WATCHED)) == ALWAYS | WATCHED


def test_an_engine_that_plays_nothing_tells_nothing_new() -> None:
    engine, memory = engine_and_memory()
    sight = Sight(memory)
    send(engine, frames=48_000)
    first = sight(set())
    memories = []
    for _ in range(5):
        send(engine, frames=1600)
        memories.append({topic: value for topic, value in sight(set()).items() if topic != "counts"})
    assert memories == [{topic: value for topic, value in first.items() if topic != "counts"}] * 5
    assert first["meter"] == [-90.0, -90.0]


def test_what_is_seen_while_the_callback_runs_is_whole() -> None:
    engine, memory = engine_and_memory()
    sight, out = Sight(memory), np.zeros((2, 64), np.float32)

    def play() -> None:
        for period in range(4000):
            engine.push(engine.clock, ON if period % 8 else OFF, 30 + period % 90, 100)
            engine.process(out[0], out[1])

    player = threading.Thread(target=play)
    player.start()
    looks = [json.dumps(sight(WATCHED), allow_nan=False)]
    while player.is_alive():
        looks.append(json.dumps(sight(WATCHED), allow_nan=False))
    player.join()
    assert len(set(looks)) > 1


def test_events_and_voices_are_counted_and_the_last_event_is_named() -> None:
    engine, memory = engine_and_memory()
    sight = Sight(memory)
    send(engine, (ON, 60, 96), (ON, 64, 80), frames=512)
    seen = sight(set())
    assert seen["counts"]["voices"] == seen["counts"]["peak_voices"] == 2
    assert seen["activity"] == {"count": 2, "last": "ch 1 note E4 80"}


def test_load_is_shown_steadily() -> None:
    engine = make_engine()
    sight = Sight(engine.memory)
    shown = []
    for load in (0.104, 0.106, 0.1074, 0.0926, 0.12):
        engine.memory.telemetry[0]["load"] = load
        shown.append(look(sight, "counts")["load"])
    assert shown == [10, 10, 10, 10, 12]


def test_clearing_counts_from_there_on() -> None:
    engine = make_engine()
    sight, told = Sight(engine.memory), engine.memory.telemetry[0]
    told["xruns"], told["late_blocks"], told["overruns"], told["dropped_events"] = 2, 3, 4, 5
    told["limited"] = 6
    assert look(sight, "clip")
    sight.clear()
    told["late_blocks"] += 1
    counts = look(sight, "counts")
    assert [counts[name] for name in ("xruns", "late", "overruns", "dropped", "limited")] == [0, 1, 0, 0, 0]
    assert not look(sight, "clip")


def test_lowered_quality_is_told_in_decibels() -> None:
    engine = make_engine()
    sight = Sight(engine.memory)
    assert look(sight, "counts")["quality"] == 0
    engine.memory.state[0]["audible"] = 10.0 ** (-70.0 / 20.0)
    assert look(sight, "counts")["quality"] == -70


def test_the_meter_shows_the_peaks_since_the_last_look_only() -> None:
    engine, memory = engine_and_memory(generator=Steady((0.2,)), pan=-0.5)
    loud = render(engine, [(0.0, ON, 60, 127)], 0.1)
    sight = Sight(memory)
    assert look(sight, "meter") == [-90.0, -90.0]
    loud = np.concatenate([send(engine, frames=1000), send(engine, frames=600)], axis=1)
    peaks = 20.0 * np.log10(np.abs(loud).max(axis=1))
    assert look(sight, "meter") == pytest.approx(peaks.tolist(), abs=0.06)
    send(engine, (CC, 120, 0), frames=4800)
    sight(set())
    send(engine, frames=1600)
    assert max(look(sight, "meter")) < -80.0


def test_the_meter_waits_for_a_long_period_and_falls_when_none_comes() -> None:
    engine, memory = engine_and_memory()
    sight = Sight(memory)
    send(engine, (ON, 60, 127), frames=1600)
    shown = look(sight, "meter")
    assert shown[0] > -60.0
    assert [look(sight, "meter") for _ in range(10)] == [shown] * 10
    assert [look(sight, "meter") for _ in range(10)][-1] == [-90.0, -90.0]


def test_the_clip_lamp_stays_lit_until_it_is_cleared() -> None:
    engine, memory = engine_and_memory(generator=Steady((4.0,)))
    sight = Sight(memory)
    send(engine, (ON, 60, 127), frames=2000)
    send(engine, (CC, 120, 0), frames=20_000)
    assert look(sight, "clip")
    sight.clear()
    send(engine, frames=2000)
    assert not look(sight, "clip")


def test_keys_are_seen_with_the_port_that_holds_them_the_hardest_of_several() -> None:
    engine, memory = engine_and_memory()
    sight = Sight(memory)
    send(engine, (ON, 64, 50), (ON, 60, 40), (ON, 60, 90, PAGE_PORT), (ON | 3, 60, 70))
    assert look(sight, "keys") == [[60, 90, PAGE_PORT], [64, 50, 0]]
    send(engine, (OFF, 60, 0, PAGE_PORT), (OFF, 64, 0))
    assert look(sight, "keys") == [[60, 70, 0]]
    send(engine, (OFF | 3, 60, 0), (OFF, 60, 0))
    assert look(sight, "keys") == []


def test_a_key_that_moves_as_it_is_looked_at_is_seen_at_the_next_look() -> None:
    engine = make_engine()
    sight = Sight(engine.memory)
    sight(set())
    engine.memory.marks[0] += 1  # counted, but it has not acted yet
    assert look(sight, "keys") == []
    engine.memory.pressed[PAGE, 60] = (1, 0.5)
    assert look(sight, "keys") == [[60, 64, PAGE_PORT]]


def test_lamps_tell_what_is_ready_within_the_programs_range() -> None:
    engine, memory = engine_and_memory(low=40, high=80)
    assert look(Sight(memory), "lamps") == "." * 40 + "1" * 41 + "." * 47
    engine.memory.lamps[50], engine.memory.lamps[51] = MISSING, STALE
    assert look(Sight(memory), "lamps")[48:54] == "110211"


def test_a_program_without_a_slot_is_missing_on_every_key_of_its_range() -> None:
    engine = make_engine(cached=False, low=40, high=80)
    assert look(Sight(engine.memory), "lamps") == "." * 40 + "0" * 41 + "." * 47


def test_the_part_in_hand_says_whose_lamps_they_are() -> None:
    engine, memory = engine_and_memory()
    engine.memory.programs[7]["low"], engine.memory.programs[7]["high"] = 60, 60
    engine.set_parts([Part(), Part(program=7)])
    sight = Sight(memory)
    assert look(sight, "lamps") == "1" * KEYS
    sight.part = 1
    assert look(sight, "lamps") == "." * 60 + "0" + "." * 67


def test_wheels_are_those_of_the_pages_own_channel() -> None:
    engine, memory = engine_and_memory()
    sight = Sight(memory)
    send(engine, (BEND, 0, 0), (CC, 1, 99), (CC, 64, 127))
    assert look(sight, "wheels") == {"bend": 0.0, "mod": 0, "sustain": False}
    send(engine, (BEND, 0, 96, PAGE_PORT), (CC, 1, 33, PAGE_PORT), (CC, 64, 64, PAGE_PORT))
    assert look(sight, "wheels") == {"bend": 0.5, "mod": 33, "sustain": True}


def strike(engine: Engine, round: RoundTrip, key: int, ms: float, port: int = PAGE_PORT) -> None:
    """Play a key whose page sent it `ms` before it acts."""
    acts = frame_time(engine.memory, engine.clock + 10)
    round.struck(key, int(acts - ms * 1e6))
    engine.push(engine.clock + 10, ON, key, 100, port)
    run(engine, 64)


def run(engine: Engine, frames: int) -> None:
    """One callback; it takes as long as it likes: the engine's clock is left to run evenly."""
    state, out = engine.memory.state[0], np.zeros((2, frames), np.float32)
    due = state["anchor"] + state["anchor_frames"] * 1e9 / state["rate"]
    engine.process(out[0], out[1])
    state["anchor"] = due


def test_a_frame_is_as_late_as_its_distance_from_the_period_says() -> None:
    engine = make_engine()
    run(engine, 64)
    begin = engine.memory.state[0]["anchor"]
    assert frame_time(engine.memory, 0) == begin
    assert frame_time(engine.memory, 64 + 48) == pytest.approx(begin + 112 / 48_000 * 1e9)
    engine.memory.state[0]["clock"] += 32  # a period is under way
    assert frame_time(engine.memory, 64) == begin


def test_the_way_of_a_key_is_measured_until_it_acted() -> None:
    engine = make_engine()
    run(engine, 64)
    round = RoundTrip(engine.memory, PAGE_PORT)
    for key, ms in ((60, 3.5), (62, 5.5), (64, 40.0)):
        strike(engine, round, key, ms)
    seen = round.look()
    assert (seen["count"], seen["median"], seen["p95"], seen["last"]) == (3, 5.5, 40.0, 40.0)
    assert {ms: count for ms, count in enumerate(seen["bins"]) if count} == {3: 1, 5: 1, 31: 1}


def test_keys_of_other_ports_are_no_answer_to_a_stroke() -> None:
    engine = make_engine()
    run(engine, 64)
    round = RoundTrip(engine.memory, PAGE_PORT)
    strike(engine, round, 60, 3.0, port=0)
    assert round.look()["count"] == 0


def test_a_stroke_that_never_acts_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make_engine()
    run(engine, 64)
    round = RoundTrip(engine.memory, PAGE_PORT)
    round.struck(60, time.monotonic_ns())
    later = time.monotonic_ns() + 2_000_000_000
    monkeypatch.setattr(time, "monotonic_ns", lambda: later)
    round.look()
    strike(engine, round, 60, 4.0)
    assert round.look()["last"] == 4.0
