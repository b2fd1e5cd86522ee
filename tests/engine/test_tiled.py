import dataclasses

import numpy as np
import pytest

from rtsynth_engine.errors import BundleError
from rtsynth_engine.generators.contract import checked_character, checked_step
from rtsynth_engine.generators.steady import falling, folded, steady_part
from rtsynth_engine.generators.tiled import TiledGenerator
from rtsynth_engine.layout import FRAME
from rtsynth_models.spectra import sounds_of
from tests.engine.growing import PITCHES, RATE, SEEDS, SPECTRUM, Grown, grow

ROWS = np.array([6, 1, 9])
LOUD = np.ones(SEEDS, np.float32)
F4 = np.float32


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    return grow(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="module")
def generator(grown: Grown) -> TiledGenerator:
    made = TiledGenerator(grown.bundle())
    made.prepare(12)
    return made


def pitches(grown: Grown) -> np.ndarray:
    return np.array(PITCHES, F4)[grown.pitch]


def start(generator: TiledGenerator, grown: Grown) -> None:
    generator.reset(ROWS, pitches(grown), LOUD, grown.latent)


def play(generator: TiledGenerator, first: int, steps: int, rows: np.ndarray = ROWS) -> np.ndarray:
    """Samples (rows, n) of `steps` steps from frame `first` on."""
    per_step = generator.frames_per_step
    times = [np.full(len(rows), (first + per_step * i) * FRAME / RATE, F4) for i in range(steps)]
    return np.concatenate(
        [checked_step(generator, rows, time).reshape(len(rows), -1).copy() for time in times], 1
    )


@pytest.fixture(scope="module")
def note(generator: TiledGenerator, grown: Grown) -> np.ndarray:
    """The first 40 frames."""
    start(generator, grown)
    return play(generator, 0, 10)


def test_what_streams_is_the_whole_note(note: np.ndarray, grown: Grown) -> None:
    whole = sounds_of(grown.images, SPECTRUM)
    ready = SPECTRUM.hop * SPECTRUM.columns - SPECTRUM.lead
    scale = np.abs(whole).max()
    np.testing.assert_allclose(note[:, :ready] / scale, whole[:, :ready] / scale, atol=2e-5)


@pytest.mark.parametrize("frame", [1, 4, 5, 12])
def test_a_note_asked_for_from_its_middle_is_the_same(
    generator: TiledGenerator, grown: Grown, note: np.ndarray, frame: int
) -> None:
    start(generator, grown)
    np.testing.assert_array_equal(play(generator, frame, 3), note[:, frame * FRAME :][:, : 12 * FRAME])


def test_a_stream_that_jumps_ahead_is_the_same(
    generator: TiledGenerator, grown: Grown, note: np.ndarray
) -> None:
    start(generator, grown)
    play(generator, 0, 1)
    np.testing.assert_array_equal(play(generator, 11, 2), note[:, 11 * FRAME :][:, : 8 * FRAME])


def test_a_note_asked_for_again_begins_anew(
    generator: TiledGenerator, grown: Grown, note: np.ndarray
) -> None:
    start(generator, grown)
    play(generator, 0, 5)
    np.testing.assert_array_equal(play(generator, 0, 3), note[:, : 12 * FRAME])


def test_voices_at_different_times_do_not_hear_each_other(
    generator: TiledGenerator, grown: Grown, note: np.ndarray
) -> None:
    start(generator, grown)
    play(generator, 0, 1, ROWS[:1])
    times = np.array([4, 0, 8], F4) * F4(FRAME / RATE)
    found = checked_step(generator, ROWS, times).reshape(SEEDS, -1)
    for sound, whole, frame in zip(found, note, (4, 0, 8), strict=True):
        np.testing.assert_allclose(sound, whole[frame * FRAME :][: 4 * FRAME], atol=1e-5 * np.abs(note).max())


@pytest.mark.parametrize("steps", [1, 2])
def test_a_latent_that_has_not_moved_changes_nothing(
    generator: TiledGenerator, grown: Grown, note: np.ndarray, steps: int
) -> None:
    start(generator, grown)
    play(generator, 0, steps)
    generator.wished[ROWS] = 0.0  # else it would see that nothing has
    generator.condition(ROWS, pitches(grown), LOUD, grown.latent)
    assert generator.tiles.levels[-1].fresh[ROWS].all()
    found = play(generator, 4 * steps, 2)
    np.testing.assert_allclose(found, note[:, 4 * steps * FRAME :][:, : 8 * FRAME], atol=1e-6)


def test_a_pitch_that_moves_within_its_key_changes_nothing(
    generator: TiledGenerator, grown: Grown, note: np.ndarray
) -> None:
    start(generator, grown)
    play(generator, 0, 2)
    begun = generator.tiles.ready[ROWS]
    generator.condition(ROWS, pitches(grown) + F4(0.3), LOUD, grown.latent)
    np.testing.assert_array_equal(generator.tiles.ready[ROWS], begun)
    assert not generator.tiles.levels[-1].fresh[ROWS].any()
    np.testing.assert_array_equal(play(generator, 8, 2), note[:, 8 * FRAME :][:, : 8 * FRAME])


@pytest.mark.parametrize("steps", [1, 3, 8, 30])
def test_a_moved_latent_does_not_click(generator: TiledGenerator, grown: Grown, steps: int) -> None:
    start(generator, grown)
    before = play(generator, 0, steps)[:, -2 * FRAME :]
    generator.condition(ROWS, pitches(grown), LOUD, grown.latent[::-1].copy())
    after = play(generator, 4 * steps, 1)
    step = np.abs(after[:, 0] - before[:, -1])
    assert (step <= 1.01 * np.abs(np.diff(np.hstack([before, after]), axis=1)).max(axis=1)).all()
    assert step.max() < np.abs(np.diff(before, axis=1)).max()


def test_a_moved_latent_sounds_as_it_would_from_the_beginning(
    generator: TiledGenerator, grown: Grown
) -> None:
    start(generator, grown)
    play(generator, 0, 1)
    moved = grown.latent[::-1].copy()
    generator.condition(ROWS, pitches(grown), LOUD, moved)
    play(generator, 4, 1)
    image = generator.tiles.image.memory[ROWS].copy()
    generator.reset(ROWS, pitches(grown), LOUD, moved)
    play(generator, 0, 2)
    np.testing.assert_allclose(image[:, :, 14:22], generator.tiles.image.memory[ROWS, :, 14:22], atol=1e-5)


def test_held_notes_sound_as_long_as_they_are_held(generator: TiledGenerator, grown: Grown) -> None:
    start(generator, grown)
    level = np.sqrt(np.mean(play(generator, 0, 300).reshape(SEEDS, 10, -1) ** 2, axis=2))
    falls = generator.fall[ROWS].any(axis=1)
    assert np.isfinite(level).all()
    assert (level[~falls, -1] > 0.5 * level[~falls, 2]).all()
    assert (level[falls, -1] < level[falls, 2]).all()


def test_what_lies_after_the_longest_time_is_not_played(grown: Grown) -> None:
    made = TiledGenerator(grown.bundle(seconds=0.15))
    made.prepare(12)
    start(made, grown)
    play(made, 0, 60)
    window_ends = made.tiles.ready[ROWS].max() * SPECTRUM.hop - SPECTRUM.lead
    assert window_ends < 0.15 * RATE + SPECTRUM.hop


def test_pitches_beyond_the_known_ones_are_those_at_the_edge(generator: TiledGenerator, grown: Grown) -> None:
    rows, same = np.array([2, 3]), np.tile(grown.latent[:1], (2, 1))
    generator.reset(rows, np.array([21.0, 60.2], F4), LOUD[:2], same)
    low, known = play(generator, 0, 2, rows)
    np.testing.assert_array_equal(low, known)


@pytest.mark.parametrize(
    ("name", "other", "complaint"),
    [
        ("level-2.onnx", "level-4.onnx", "cannot be run"),
        ("image.onnx", "seed.onnx", "cannot be run"),
        ("level-1.onnx", "image.onnx", "cannot be run"),
    ],
)
def test_networks_that_do_not_fit_together_are_refused(
    grown: Grown, name: str, other: str, complaint: str
) -> None:
    bundle = grown.bundle().with_files({name: grown.files[other]})
    with pytest.raises(BundleError, match=complaint) as refused:
        TiledGenerator(bundle)
    assert "\n" not in str(refused.value)


def test_images_of_another_size_than_told_are_refused(grown: Grown) -> None:
    bundle = grown.bundle()
    spectrum = dataclasses.replace(SPECTRUM, bins=512)
    head = dataclasses.replace(bundle.head, spectrum=spectrum)
    with pytest.raises(BundleError, match="32 columns and 256 bins instead of 32 and 512"):
        TiledGenerator(dataclasses.replace(bundle, head=head))


def test_what_is_closed_can_be_closed_again(grown: Grown) -> None:
    made = TiledGenerator(grown.bundle())
    made.prepare(2)
    made.close()
    made.close()
    assert not hasattr(made, "tiles")


def test_its_character_can_be_played(generator: TiledGenerator, grown: Grown) -> None:
    character = generator.reset(ROWS, pitches(grown), LOUD, grown.latent)
    slopes = checked_character(character, SEEDS).slopes
    np.testing.assert_array_equal(slopes, [[80.0, 0.0]] * SEEDS)


def test_the_steady_part_goes_to_and_fro() -> None:
    found = folded(np.arange(-1, 14), np.array(2), 5)
    assert found.tolist() == [-1, 0, 1, 2, 3, 4, 5, 4, 3, 2, 3, 4, 5, 4, 3]
    assert steady_part(64) == (32, 63)


def test_a_dying_note_goes_on_dying_at_its_own_rate() -> None:
    rates = np.linspace(-0.1, -0.2, 128)
    power = (np.arange(30)[:, None] * rates).astype(F4)
    np.testing.assert_allclose(falling(power, 0.032)[8:-8], rates[8:-8], atol=1e-4)


def test_nothing_of_a_dying_note_stays() -> None:
    rates = np.repeat([-0.1, 0.05], 64)
    power = (np.arange(30)[:, None] * rates - np.repeat([0.0, 20.0], 64)).astype(F4)
    assert (falling(power, 0.032) < -0.04).all()


@pytest.mark.parametrize("rate", [0.01, 0.0, -0.01])
def test_a_note_that_hardly_falls_stays(rate: float) -> None:
    power = (np.arange(30)[:, None] * np.full(128, rate)).astype(F4)
    assert not falling(power, 0.032).any()
