"""Whole sounds made at once: cut into frames, ended or gone on with, and moved without a click."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rtsynth_engine.bundles import Bundle, Head, Place
from rtsynth_engine.errors import BundleError
from rtsynth_engine.generators.contract import checked_character, checked_step, habits
from rtsynth_engine.generators.loops import UNUSED, looped, read_looped
from rtsynth_engine.generators.note import NoteGenerator
from rtsynth_engine.layout import FRAME, LAYERS

RATE, SAMPLES = 16_000, 16_384
CLASSES = (48, 60, 72)
HZ = np.array([200.0, 333.3, 520.0], np.float32)
FALL_DB = 20.0  # per second
F4 = np.float32
ROWS = np.array([5, 0, 3])
PITCH, LOUD = np.array([48, 60, 72], F4), np.ones(3, F4)
LATENT = np.array([[0.5, 0.0], [0.4, 0.0], [0.3, 0.0]], F4)


def sines(fall_db: float = 0.0, velocity: bool = True, samples: int = SAMPLES) -> bytes:
    """A network: a sine of the class's frequency, as loud as the first latent and the velocity say."""
    time = np.arange(samples, dtype=F4) / RATE
    tables = {
        "waves": np.sin(2 * np.pi * HZ[:, None] * time) * 10 ** (-fall_db * time / 20),
        "first": np.array([[1], [0]]),
        "axis": np.array([1]),
    }
    weights = [numpy_helper.from_array(a.astype(F4), n) for n, a in tables.items() if n != "axis"]
    weights.append(numpy_helper.from_array(tables["axis"].astype(np.int64), "axis"))
    nodes = [
        helper.make_node("Gather", ["waves", "class"], ["wave"]),
        helper.make_node("MatMul", ["latent", "first"], ["level"]),
        helper.make_node("Mul", ["wave", "level"], ["plain" if velocity else "sound"]),
    ]
    if velocity:
        nodes += [
            helper.make_node("Unsqueeze", ["velocity", "axis"], ["column"]),
            helper.make_node("Mul", ["plain", "column"], ["sound"]),
        ]
    inputs = [
        helper.make_tensor_value_info("latent", TensorProto.FLOAT, ["n", 2]),
        helper.make_tensor_value_info("class", TensorProto.INT64, ["n"]),
        *([helper.make_tensor_value_info("velocity", TensorProto.FLOAT, ["n"])] if velocity else []),
    ]
    output = helper.make_tensor_value_info("sound", TensorProto.FLOAT, ["n", samples])
    graph = helper.make_graph(nodes, "sines", inputs, [output], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def bundle_of(model: bytes, one_shot: bool = False) -> Bundle:
    head = Head("waveform", RATE / FRAME, 4, SAMPLES / RATE, sample_rate=RATE, release_db=90.0)
    place = Place("a", "A", 0, "pad", 1, 48, 72, 0.0, (0.0, 0.0), one_shot=one_shot)
    told = ("sines", "Sines", "me", "MIT", "made here", "note")
    return Bundle(Path(), *told, head, 2, (48, 72), (place,), (), "0", {"note.onnx": model}, classes=CLASSES)


def ready(model: bytes, one_shot: bool = False) -> NoteGenerator:
    generator = NoteGenerator(bundle_of(model, one_shot))
    generator.prepare(8)
    return generator


def play(generator: NoteGenerator, first: int, steps: int, rows: np.ndarray = ROWS) -> np.ndarray:
    """Samples (rows, n) of `steps` steps from frame `first` on."""
    times = [np.full(len(rows), (first + 4 * i) * FRAME / RATE, F4) for i in range(steps)]
    return np.concatenate([checked_step(generator, rows, t).reshape(len(rows), -1) for t in times], axis=1)


def tone(row: int, first: int, samples: int) -> np.ndarray:
    return LATENT[row, 0] * np.sin(2 * np.pi * HZ[row] * np.arange(first, first + samples) / RATE)


@pytest.fixture
def generator() -> NoteGenerator:
    made = ready(sines())
    made.reset(ROWS, PITCH, LOUD, LATENT)
    return made


def test_frames_are_the_sound_the_network_made(generator: NoteGenerator):
    sound = play(generator, 0, 3)
    for row in range(3):
        np.testing.assert_allclose(sound[row], tone(row, 0, 3 * 1024), atol=1e-3)


@pytest.mark.parametrize("frame", [1, 12, 30])
def test_a_note_asked_for_from_its_middle_is_the_same(generator: NoteGenerator, frame: int):
    whole = play(generator, 0, 9)
    np.testing.assert_array_equal(play(generator, frame, 1), whole[:, frame * FRAME :][:, :1024])


def test_rows_may_be_at_different_times(generator: NoteGenerator):
    time = np.array([0, 8, 20]) * FRAME / RATE
    sound = checked_step(generator, ROWS, time.astype(F4)).reshape(3, -1)
    for row, first in enumerate((0, 8 * FRAME, 20 * FRAME)):
        np.testing.assert_allclose(sound[row], tone(row, first, 1024), atol=1e-3)


def test_the_same_note_gives_the_same_samples(generator: NoteGenerator):
    before = play(generator, 0, 4)
    other = np.array([1, 2, 7])
    generator.reset(other, PITCH, LOUD, LATENT)
    np.testing.assert_array_equal(play(generator, 0, 4, other), before)


def test_a_key_between_classes_plays_the_nearest(generator: NoteGenerator):
    generator.reset(ROWS, PITCH + 2, LOUD, LATENT)
    np.testing.assert_allclose(play(generator, 0, 1)[1], tone(1, 0, 1024), atol=1e-3)


def test_more_notes_than_a_batch_are_all_made():
    generator, rows = ready(sines()), np.arange(7)
    latent = np.linspace(0.1, 0.7, 7, dtype=F4)[:, None] * np.array([[1, 0]], F4)
    generator.reset(rows, np.full(7, 60, F4), np.ones(7, F4), latent)
    peaks = np.abs(play(generator, 0, 1, rows)).max(axis=1)
    np.testing.assert_allclose(peaks, latent[:, 0], rtol=0.01)


def test_a_network_that_hears_velocity_has_all_layers_and_another_has_one():
    assert habits(ready(sines())).velocity_layers == LAYERS
    assert habits(ready(sines(velocity=False))).velocity_layers == 1


def test_velocity_reaches_the_network(generator: NoteGenerator):
    generator.reset(ROWS, PITCH, 0.2 * LOUD, LATENT)
    np.testing.assert_allclose(play(generator, 0, 1)[0], 0.2 * tone(0, 0, 1024), atol=1e-3)


def test_a_one_shot_is_silent_after_its_end():
    generator = ready(sines(), one_shot=True)
    generator.reset(ROWS, PITCH, LOUD, LATENT)
    assert np.abs(play(generator, 60, 1)).max() > 0.1
    assert not play(generator, 64, 20).any()


def test_a_held_tone_goes_on_for_ever_at_its_level_and_pitch(generator: NoteGenerator):
    sound = play(generator, 0, 160)
    for row in range(3):
        level = np.sqrt(np.mean(sound[row].reshape(-1, 1024).astype(float) ** 2, axis=1))
        np.testing.assert_allclose(level, LATENT[row, 0] / np.sqrt(2), rtol=0.1)
        spectrum = np.abs(np.fft.rfft(sound[row] * np.hanning(sound.shape[1])))
        assert np.argmax(spectrum) * RATE / sound.shape[1] == pytest.approx(HZ[row], abs=0.5)


def test_a_loop_is_joined_without_a_click(generator: NoteGenerator):
    sound = play(generator, 0, 160)
    steps = np.abs(np.diff(sound, axis=1)).max(axis=1)
    np.testing.assert_array_less(steps, 1.1 * 2 * np.pi * HZ / RATE * LATENT[:, 0])


def test_a_sound_that_was_dying_away_goes_on_dying():
    generator = ready(sines(FALL_DB))
    generator.reset(ROWS, PITCH, LOUD, LATENT)
    sound = play(generator, 0, 80)[0].astype(float)
    level = 10 * np.log10(np.mean(sound[:80_000].reshape(25, -1) ** 2, axis=1))
    assert (level[0] - level[20]) / 4.0 == pytest.approx(FALL_DB, rel=0.05)


def test_a_moved_latent_fades_in_at_the_same_place(generator: NoteGenerator):
    before = play(generator, 0, 5)
    character = generator.condition(ROWS, PITCH, LOUD, LATENT * -0.5)
    after = play(generator, 20, 2)
    np.testing.assert_allclose(
        after[:, FRAME:], -0.5 * np.stack([tone(r, 20 * FRAME + FRAME, 1792) for r in range(3)]), atol=2e-3
    )
    assert np.abs(np.diff(np.concatenate([before, after], axis=1), axis=1)).max() < 0.15
    assert checked_character(character, 3).slopes[0].tolist() == [90.0, 0.0]


def test_a_latent_moved_twice_between_steps_fades_from_what_was_heard(generator: NoteGenerator):
    before = play(generator, 0, 5)
    generator.condition(ROWS, PITCH, LOUD, LATENT * -1.0)
    generator.condition(ROWS, PITCH, LOUD, LATENT * 0.0)
    sound = np.concatenate([before, play(generator, 20, 1)], axis=1)
    assert np.abs(np.diff(sound, axis=1)).max() < 0.12
    assert not sound[:, -700:].any()


def test_a_note_that_starts_anew_does_not_fade_from_the_one_before(generator: NoteGenerator):
    generator.condition(ROWS, PITCH, LOUD, LATENT)
    generator.reset(ROWS, PITCH, LOUD, LATENT * 0.0)
    assert not play(generator, 0, 1).any()


def test_notes_fall_after_their_end_as_the_head_says(generator: NoteGenerator):
    character = checked_character(generator.reset(ROWS, PITCH, LOUD, LATENT), 3)
    assert character.slopes.tolist() == [[90.0, 0.0]] * 3


def test_a_loop_blends_into_what_it_goes_back_to():
    noise = np.random.default_rng(0).standard_normal((2, SAMPLES)).astype(F4)
    loop = looped(noise)
    end = SAMPLES - UNUSED
    places = np.arange(end - 1, end + 1)[None].repeat(2, 0)
    last, again = read_looped(noise, np.arange(2), places, loop).T
    back = end - loop.length
    np.testing.assert_allclose(last, loop.left * noise[np.arange(2), back - 1], atol=1e-5)
    np.testing.assert_allclose(again, loop.left * noise[np.arange(2), back], atol=1e-5)


def test_silence_can_be_looped():
    silence = np.zeros((1, SAMPLES), F4)
    loop = looped(silence)
    assert not read_looped(silence, np.zeros(1, np.int64), np.array([[0, SAMPLES * 9]]), loop).any()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (sines(samples=100), "samples or more"),
        (b"no network", "cannot be opened"),
    ],
)
def test_a_broken_network_is_refused_in_one_line(model: bytes, message: str):
    with pytest.raises(BundleError, match=message):
        NoteGenerator(bundle_of(model))


def test_a_network_with_other_inputs_is_refused():
    model = onnx.load_from_string(sines())
    model.graph.input[0].name = "noise"
    model.graph.node[1].input[0] = "noise"
    with pytest.raises(BundleError, match="inputs are class, noise, velocity"):
        NoteGenerator(bundle_of(model.SerializeToString()))


def test_a_class_that_the_network_does_not_know_is_refused_before_it_plays():
    told = replace(bundle_of(sines()), classes=tuple(range(10)))
    with pytest.raises(BundleError, match="cannot be run"):
        NoteGenerator(told)
