"""The block: what is heard depends on the events and the seed, never on the period or on who asks for it."""

from pathlib import Path

import numpy as np
import pytest

import rtsynth_presets
from rtsynth_engine.bundles import load_bundle
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.layout import HELD
from tests.engine.parts import BEND, CC, OFF, ON, PROGRAM, cents, keys, make_engine, pitch, render, send

SIZES = (1, 17, 64, 480, 4096)
BUNDLE = Path(rtsynth_presets.__file__).parent / "instruments" / "partialgan.rtsynth"
PIECE = [
    (0.0101, ON, 60, 100),
    (0.0333, ON | 1, 67, 30),
    (0.0334, BEND, 17, 90),
    (0.0500, CC, 1, 80),
    (0.0777, CC | 1, 10, 20),
    (0.0801, CC, 64, 127),
    (0.0999, OFF, 60, 0),
    (0.1000, ON, 72, 127),
    (0.1003, BEND | 1, 0, 0),
    (0.1111, CC, 7, 60),
    (0.1300, CC, 64, 0),
    (0.1400, PROGRAM | 1, 1),
    (0.1401, ON | 1, 40, 110),
    (0.1600, OFF | 1, 67, 0),
    (0.1700, CC | 1, 120, 0),
]


def organ() -> Engine:
    engine = make_engine()
    engine.set_sound(1, Sound((0.0,), pan=-0.5, reverb=1.0, divisor=2.0))
    engine.prepare([1])
    return engine


def shipped() -> Engine:
    if not BUNDLE.exists():
        pytest.skip("needs the shipped instrument")
    bundle = load_bundle(BUNDLE)
    engine = Engine(bundle)
    for program, place in enumerate(bundle.places[:2]):
        engine.set_sound(program, Sound(place.latent, place.divisor, place.gain_db))
    engine.prepare([0])  # the other program streams from its first frame
    return engine


@pytest.mark.parametrize("make", [organ, shipped])
def test_the_same_events_give_the_same_samples_at_every_block_size(make) -> None:
    first, *others = (render(make(), PIECE, 0.25, block) for block in SIZES)
    assert np.abs(first).max() > 0.01
    for other in others:
        np.testing.assert_array_equal(other, first)


@pytest.mark.parametrize("frame", [0, 1, 63, 64, 65, 127, 1000, 4799])
def test_a_note_starts_at_its_exact_frame(frame: int) -> None:
    sound = render(make_engine(), [(frame / 48_000, ON, 69, 100)], 0.2)
    assert np.nonzero(sound[0])[0][0] == np.nonzero(sound[1])[0][0] == frame


def test_the_onset_of_a_note_is_the_same_wherever_in_a_tick_it_begins() -> None:
    onsets = []
    for frame in (4800, 4801, 4831, 4863):
        sound = render(make_engine(reverb=0.0), [(frame / 48_000, ON, 93, 100)], 0.2)[0]
        onsets.append(sound[frame : frame + 48])
    for onset in onsets[1:]:
        np.testing.assert_allclose(onset, onsets[0], atol=0.02 * np.abs(onsets[0]).max())


def test_notes_queued_out_of_order_play_in_order() -> None:
    ordered = [(0.01 * i, ON, 60 + i, 100) for i in range(1, 9)]
    engine, shuffled = make_engine(), make_engine()
    for second, *message in ordered[::2] + ordered[::-1][::2]:
        shuffled.push(round(second * 48_000), *message)
    np.testing.assert_array_equal(render(shuffled, [], 0.2), render(engine, ordered, 0.2))


def test_events_of_one_frame_are_taken_in_the_order_they_came() -> None:
    engine = make_engine()
    send(engine, (ON, 60, 100), (OFF, 60, 0), (ON, 62, 100), (ON, 62, 0), (ON, 64, 100))
    held = engine.memory.voices[engine.memory.voices["stage"] == 1]
    assert held["key"].tolist() == [64]


def test_an_event_that_comes_late_is_played_at_once_and_counted() -> None:
    engine = make_engine()
    render(engine, [], 0.1)
    engine.push(100, ON, 60, 100)
    assert np.abs(render(engine, [], 0.05)).max() > 0.001
    assert engine.telemetry().late_events == 1


def test_the_same_seed_gives_the_same_samples_and_another_seed_others() -> None:
    one, same, other = (render(make_engine(seed=seed), PIECE, 0.2) for seed in (7, 7, 8))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.01


@pytest.mark.parametrize("rate", [8_000.0, 44_100.0, 48_000.5, 96_000.0, 192_000.0])
@pytest.mark.parametrize("key", [33, 69, 96])
def test_every_rate_is_in_tune_within_a_cent(rate: float, key: int) -> None:
    wanted = 440.0 * 2.0 ** ((key - 69) / 12)
    sound = render(make_engine(rate), [(0.0, ON, key, 100)], 1.5)[0]
    assert abs(cents(pitch(sound[round(0.2 * rate) :], rate, wanted), wanted)) < 1.0


def test_more_events_than_any_queue_holds_act_on_one_frame_and_none_is_lost() -> None:
    engine = make_engine()
    crowd = [(0.01, CC, 10, i % 128) for i in range(10_000)]
    render(engine, [*crowd, (0.01, ON, 60, 100), *crowd, (0.01, OFF, 60, 0), (0.02, ON, 64, 100)], 0.05)
    told = engine.telemetry()
    assert (told.events, told.dropped_events) == (20_003, 0)
    assert keys(engine, HELD) == [64]
