"""A WaveNet of random weights, played voice by voice and many at once."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from rtsynth_engine.compiling import njit
from rtsynth_engine.errors import BundleError
from rtsynth_engine.generators.conditioning import TIMES
from rtsynth_engine.generators.contract import checked_character
from rtsynth_engine.generators.products import WIDTH, add_product
from rtsynth_engine.generators.sample import SampleGenerator, seconds_per_second, seed_of
from rtsynth_engine.generators.wavenet import TURNS

CHANNELS, SKIPS, CODES, LATENT, PITCHES, UNITS = 32, 32, 64, 3, 5, 8
DILATIONS = (0, 1, 2, 4, 8, 0, 1, 2)
LAGS = (9, 8, 7, 12, 5)
F4 = np.float32
PITCH, VELOCITY = np.array([60.0, 62.0, 64.0, 61.0, 63.0], F4), np.array([0.2, 0.4, 0.6, 0.8, 1.0], F4)
LATENTS = np.random.default_rng(1).standard_normal((5, LATENT)).astype(F4)
ROWS = np.array([4, 1, 7, 0, 5])


def some_weights(seed: int = 0) -> dict[str, Any]:
    """Weights under which a network does not fall silent."""
    draw, layers, told = np.random.default_rng(seed), len(DILATIONS), 4 + 1 + LATENT
    shapes = {
        "embedding": (CODES, CHANNELS),
        "turns": (TURNS, CHANNELS),
        "gates": (layers, 2 * CHANNELS, 2 * CHANNELS),
        "outputs": (layers, CHANNELS, CHANNELS + SKIPS),
        "shifts": (layers, CHANNELS + SKIPS),
        "hidden": (SKIPS, SKIPS),
        "hidden_shift": (SKIPS,),
        "logits": (SKIPS, CODES),
        "logit_shift": (CODES,),
        "pitches": (PITCHES, 4),
        "note": (told, UNITS),
        "note_shift": (UNITS,),
        "time": (len(TIMES), UNITS),
        "middle": (UNITS, UNITS),
        "middle_shift": (UNITS,),
        "bias": (UNITS, layers * 2 * CHANNELS),
        "bias_shift": (layers * 2 * CHANNELS,),
        "slope_note": (told, UNITS),
        "slope_shift": (UNITS,),
        "slopes": (UNITS, 2),
        "slopes_shift": (2,),
    }
    weights = {
        name: draw.standard_normal(s) * (2.0 / s[-2 if len(s) > 1 else 0]) ** 0.5
        for name, s in shapes.items()
    }
    return weights | {"levels": np.linspace(-1.0, 1.0, CODES)}


def make_bundle(weights: dict[str, Any] | None = None, **told: str) -> Any:
    numbers: Any = {name: np.asarray(array, F4) for name, array in (weights or some_weights()).items()}
    numbers |= {"lags": np.array(LAGS)}
    metadata = {
        "dilations": " ".join(map(str, DILATIONS)),
        "emphasis": "0.5",
        "silence": "32",
        "temperature": "1.0",
    } | told
    head = SimpleNamespace(sample_rate=16000.0, frames_per_step=2, longest_seconds=3.0)
    files = {"weights.safetensors": save(numbers, metadata)}
    return SimpleNamespace(name="random", files=files, head=head, classes=(60, 61, 62, 63, 64), latent=LATENT)


def make_generator(bundle: Any = None, rows: int = 8) -> SampleGenerator:
    generator = SampleGenerator(bundle or make_bundle())
    generator.prepare(rows)
    return generator


def start(generator: SampleGenerator, chosen: slice = slice(None)) -> None:
    character = generator.reset(ROWS[chosen], PITCH[chosen], VELOCITY[chosen], LATENTS[chosen])
    checked_character(character, len(ROWS[chosen]))


def play(generator: SampleGenerator, steps: int, begin: int = 0, chosen: slice = slice(None)) -> Any:
    rows = ROWS[chosen]
    times = [
        np.full(len(rows), step * generator.samples / generator.rate, F4)
        for step in range(begin, begin + steps)
    ]
    return np.concatenate([generator.step(rows, time).reshape(len(rows), -1) for time in times], axis=1)


@pytest.mark.parametrize("rows", [1, 3, 4, 7, 16])
@pytest.mark.parametrize("columns", [WIDTH, 3 * WIDTH, 4 * WIDTH])
def test_products_are_those_of_numpy(rows: int, columns: int) -> None:
    draw = np.random.default_rng(rows)
    x, w = draw.standard_normal((rows, 40)).astype(F4), draw.standard_normal((24, columns)).astype(F4)
    y = draw.standard_normal((rows, columns)).astype(F4)
    expected = y + x[:, :24] @ w
    njit(lambda y, x, w, rows: add_product(y, x, w, rows))(y, x, w, rows)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


def test_a_voice_sounds_alone_as_in_company() -> None:
    generator = make_generator()
    start(generator)
    together = play(generator, 3)
    start(generator, slice(2, 3))
    assert np.array_equal(play(generator, 3, chosen=slice(2, 3))[0], together[2])


def test_the_sound_is_not_silence_nor_all_the_same() -> None:
    generator = make_generator()
    start(generator)
    sound = play(generator, 2)
    assert np.isfinite(sound).all()
    assert all(np.std(voice) > 0.05 for voice in sound)
    assert len({voice.tobytes() for voice in sound}) == len(sound)


def test_a_note_is_the_same_when_it_is_played_again() -> None:
    generator = make_generator()
    start(generator)
    first = play(generator, 3)
    start(generator)
    assert np.array_equal(play(generator, 3), first)


def test_a_stream_that_begins_late_and_alone_is_the_note_from_there_on() -> None:
    generator = make_generator()
    start(generator)
    whole, alone = play(generator, 5), slice(1, 2)
    start(generator, alone)
    late = play(generator, 2, begin=3, chosen=alone)
    assert np.array_equal(late[0], whole[1, 3 * generator.samples :])


def test_voices_of_one_step_may_be_at_different_times() -> None:
    generator = make_generator()
    start(generator)
    whole = play(generator, 3)
    start(generator)
    times = np.array([0, 1, 2, 0, 2], F4) * generator.samples / generator.rate
    sound = generator.step(ROWS, times).reshape(5, -1)
    for voice, place in enumerate((0, 1, 2, 0, 2)):
        part = slice(place * generator.samples, (place + 1) * generator.samples)
        assert np.array_equal(sound[voice], whole[voice, part])


def test_a_sounding_note_that_was_missed_goes_on_without_the_time_lost() -> None:
    generator = make_generator()
    start(generator)
    play(generator, 2)
    made = generator.state.position[ROWS[0]]
    play(generator, 1, begin=500)
    assert generator.state.position[ROWS[0]] == made + generator.samples
    assert generator.age[ROWS[0]] == 501 * generator.samples


def test_another_latent_goes_on_from_the_same_past() -> None:
    generator = make_generator()
    start(generator)
    play(generator, 1)
    generator.condition(ROWS, PITCH, VELOCITY, LATENTS)
    unmoved = play(generator, 1, begin=1)
    start(generator)
    play(generator, 1)
    generator.condition(ROWS, PITCH, VELOCITY, -LATENTS)
    moved = play(generator, 1, begin=1)
    start(generator)
    assert np.array_equal(unmoved, play(generator, 2)[:, generator.samples :])
    assert not np.array_equal(moved, unmoved)


def test_what_is_beyond_the_longest_note_goes_on() -> None:
    generator = make_generator()
    start(generator)
    play(generator, 1)
    late = play(generator, 2, begin=4000)
    assert np.isfinite(late).all()
    assert np.std(late) > 0.05


def test_at_no_temperature_the_draws_do_not_matter() -> None:
    generator = make_generator(make_bundle(temperature="0.0"))
    start(generator)
    first = play(generator, 1)
    start(generator)
    generator.state.seed[ROWS] += np.uint64(1)
    assert np.array_equal(play(generator, 1), first)


def test_draws_depend_on_all_that_a_note_is() -> None:
    note = (60.0, 0.8, LATENTS[0])
    others = [(61.0, 0.8, LATENTS[0]), (60.0, 0.6, LATENTS[0]), (60.0, 0.8, LATENTS[1])]
    assert len({seed_of(*each) for each in [note, *others]}) == 4
    assert seed_of(*note) == seed_of(*note)


def test_the_cost_of_a_second_is_told() -> None:
    assert seconds_per_second(make_generator(), voices=2, steps=2) > 0.0


@pytest.mark.parametrize("name", ["gates", "logits", "bias", "levels"])
def test_weights_that_do_not_fit_together_are_refused(name: str) -> None:
    weights = some_weights()
    weights[name] = weights[name][:-1]
    with pytest.raises(BundleError, match="is no WaveNet"):
        SampleGenerator(make_bundle(weights))


def test_weights_that_lack_a_part_are_refused() -> None:
    weights = some_weights()
    del weights["middle"]
    with pytest.raises(BundleError, match="middle"):
        SampleGenerator(make_bundle(weights))


def test_a_manifest_of_another_latent_is_refused() -> None:
    bundle = make_bundle()
    bundle.latent += 1
    with pytest.raises(BundleError, match="manifest"):
        SampleGenerator(bundle)
