"""What a preset means on its instrument: places, morphs between them, macros, wheel and pressure."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rtsynth.errors import PresetError
from rtsynth.presets import Macro, Mix, Play, Preset
from rtsynth.timbres import blend, slerp, timbre
from rtsynth_engine.bundles import Bundle
from rtsynth_engine.sounds import Knob

FLUTE = Preset(Path("none"), "try", "Try", "pipe", "whole", "0" * 64, place="flute")
MORPH = replace(FLUTE, place=None, morph=(("flute", 1.0), ("violin", 3.0)))


def test_a_place_gives_its_latent_grid_level_and_keys(bundle: Bundle) -> None:
    sound = timbre(replace(FLUTE, place="drawbar-organ", mix=Mix(level_db=-2.0)), bundle)
    place = bundle.place("drawbar-organ")
    assert sound.latent == place.latent
    assert (sound.divisor, sound.level_db, sound.low, sound.high) == (4, -8.0, place.low, place.high)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"place": "theremin"}, "whole has no place 'theremin'"),
        ({"place": None, "latent": (1.0, 2.0)}, "2 latents, but whole has 16"),
        ({"place": None, "morph": (("flute", 1.0), ("theremin", 1.0))}, "no place 'theremin'"),
        ({"place": None, "morph": (("flute", 1.0), ("drawbar-organ", 1.0))}, "different grids"),
        ({"macros": (Macro("Warmth", 1.0, direction="warmth"),)}, "no direction 'warmth'"),
        ({"play": Play(wheel=(("warmth", 1.0),))}, "no direction 'warmth'"),
    ],
)
def test_what_the_instrument_lacks_is_refused(bundle: Bundle, change: dict[str, object], cause: str) -> None:
    with pytest.raises(PresetError, match=cause) as caught:
        timbre(replace(FLUTE, **change), bundle)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_a_morph_lies_on_the_arc_and_its_range_follows_the_weights(bundle: Bundle) -> None:
    sound = timbre(MORPH, bundle)
    flute, violin = bundle.place("flute"), bundle.place("violin")
    ends = np.linalg.norm(flute.latent), np.linalg.norm(violin.latent)
    expected = slerp(np.array(flute.latent), np.array(violin.latent), 0.75)
    np.testing.assert_allclose(sound.latent, expected)
    assert min(ends) * 0.99 <= np.linalg.norm(sound.latent) <= max(ends) * 1.01
    assert sound.high == round(0.25 * flute.high + 0.75 * violin.high)


def test_the_ends_of_an_arc_are_its_points() -> None:
    a, b = np.array([1.0, 2.0, 0.0]), np.array([-1.0, 0.5, 3.0])
    np.testing.assert_allclose(slerp(a, b, 0.0), a)
    np.testing.assert_allclose(slerp(a, b, 1.0), b)


@pytest.mark.parametrize("b", [[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0]], ids=["parallel", "opposite", "nothing"])
def test_points_without_an_arc_are_joined_by_a_line(b: list[float]) -> None:
    np.testing.assert_allclose(slerp(np.array([1.0, 0.0]), np.array(b), 0.5), (np.array([1.0, 0.0]) + b) / 2)


def test_equal_points_blend_to_themselves_whatever_their_number() -> None:
    point = np.array([0.3, -1.0, 2.0])
    np.testing.assert_allclose(blend([point] * 4, [0.4, 0.3, 0.2, 0.1]), point)


def test_several_points_of_one_length_blend_to_a_point_of_that_length() -> None:
    middle = blend(list(np.eye(3)), [2.0, 1.0, 1.0])
    assert np.linalg.norm(middle) == pytest.approx(1.0)
    assert middle[0] == middle.max()
    assert middle.min() > 0.0


def test_a_macro_moves_the_latent_along_its_direction(bundle: Bundle) -> None:
    turned = replace(FLUTE, macros=(Macro("Bright", -0.5, True, "brightness", amount=2.0),))
    moved = np.subtract(timbre(turned, bundle).latent, timbre(FLUTE, bundle).latent)
    np.testing.assert_allclose(moved, -np.eye(16)[0], atol=1e-12)


def test_macros_move_release_reverb_vibrato_and_level_within_their_bounds(bundle: Bundle) -> None:
    knobs = (("release", 2.0), ("reverb", 3.0), ("vibrato", -3.0), ("level", 4.0))
    macros = tuple(Macro(name, 0.5, True, None, name, amount) for name, amount in knobs)
    sound = timbre(replace(FLUTE, macros=macros), bundle)
    assert (sound.release, sound.reverb, sound.vibrato, sound.level_db) == (2.0, 1.0, 0.0, -4.0)


def test_wheel_and_pressure_become_offsets_or_nothing(bundle: Bundle) -> None:
    sound = timbre(replace(FLUTE, play=Play(wheel=(("motion", 1.5), ("brightness", 0.5)))), bundle)
    np.testing.assert_allclose(sound.wheel, 1.5 * np.eye(16)[4] + 0.5 * np.eye(16)[0])
    assert sound.pressure == ()


def test_a_step_goes_as_far_as_its_place_says(
    make_bundle: Callable[..., Bundle], manifest: dict[str, Any], tmp_path: Path
) -> None:
    places = len(manifest["places"])
    bright = {"id": "brightness", "name": "Brightness", "latent": [1.0] + [0.0] * 15}
    warped = make_bundle(tmp_path, directions=[bright | {"warp": [[-1.5, -0.5, 0.0, 0.25, 2.0]] * places}])
    for value, way in ((-2.0, -1.5), (-1.0, -0.5), (0.5, 0.125), (1.0, 0.25), (2.0, 2.0), (9.0, 2.0)):
        turned = replace(FLUTE, macros=(Macro("Bright", value, direction="brightness"),))
        moved = np.subtract(timbre(turned, warped).latent, warped.place("flute").latent)
        np.testing.assert_allclose(moved, [way] + [0.0] * 15, atol=1e-9)


def test_without_other_word_a_controller_moves_the_direction_it_is_named_after_by_two_steps(
    bundle: Bundle,
) -> None:
    offsets = timbre(replace(FLUTE, play=Play(breath=(("breath", 1.5),))), bundle).offsets
    assert list(offsets) == ["timbre", "breath", "body", "motion"]
    for source, (direction, steps) in {
        "timbre": ("brightness", 2.0),
        "breath": ("breath", 1.5),
        "body": ("body", 2.0),
        "motion": ("motion", 2.0),
    }.items():
        wheel = timbre(replace(FLUTE, play=Play(wheel=((direction, steps),))), bundle).wheel
        assert offsets[source] == wheel


def test_a_preset_may_leave_the_timbre_controller_without_effect(bundle: Bundle) -> None:
    assert "timbre" not in timbre(replace(FLUTE, play=Play(timbre=())), bundle).offsets


def test_an_instrument_without_directions_is_moved_by_nothing(
    make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    bare = make_bundle(tmp_path, directions=[])
    sound = timbre(replace(FLUTE, macros=(Macro("Bright", direction="brightness"),)), bare)
    assert (sound.offsets, sound.knobs) == ({}, (Knob(),))


def test_a_knob_turns_the_macro_of_its_number_by_its_amount(bundle: Bundle) -> None:
    macros = (
        Macro("Bright", 0.5, direction="brightness", amount=2.0),
        Macro("Space", 0.1, False, None, "reverb", 0.6),
    )
    knobs = timbre(replace(FLUTE, macros=macros * 8), bundle).knobs
    assert len(knobs) == 8
    assert knobs[0].latent == timbre(replace(FLUTE, play=Play(wheel=(("brightness", 2.0),))), bundle).wheel
    assert knobs[1] == Knob(turns={"reverb": 0.6})
