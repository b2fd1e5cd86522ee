"""The bank that recipes make of an instrument."""

import dataclasses
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtsynth.bank import RECIPES, bank, write_bank
from rtsynth.choosing import program_map
from rtsynth.folders import SHIPPED
from rtsynth.presets import Preset, load_presets, parse_preset, read_preset
from rtsynth.timbres import directions, timbre
from rtsynth_engine.bundles import Bundle, Head
from rtsynth_engine.checking import parse_toml


@pytest.fixture(scope="module")
def presets(bundle: Bundle) -> list[Preset]:
    return bank(bundle)


def test_there_is_a_preset_for_each_place_and_many_that_no_sampler_has(
    presets: list[Preset], bundle: Bundle
) -> None:
    assert {place.id for place in bundle.places} <= {preset.id for preset in presets}
    assert sum(bool(preset.morph) for preset in presets) >= 24
    assert len(presets) >= 96
    assert len({preset.category for preset in presets}) >= 10


def test_every_preset_has_its_own_id_name_and_program(presets: list[Preset]) -> None:
    for key in ("id", "name", "program"):
        values = [getattr(preset, key) for preset in presets if getattr(preset, key) is not None]
        assert [value for value, times in Counter(values).items() if times > 1] == []


def test_every_preset_has_tags_and_macros_and_plays_on_its_instrument(
    presets: list[Preset], bundle: Bundle
) -> None:
    for preset in presets:
        assert len(preset.tags) >= 2
        assert len(preset.macros) >= 4
        sound = timbre(preset, bundle)
        assert sound.high - sound.low >= 24


def test_every_recipe_is_used(presets: list[Preset], bundle: Bundle) -> None:
    recipes = parse_toml(RECIPES.read_bytes())
    assert set(recipes["places"]) <= {place.id for place in bundle.places}
    assert set(recipes["categories"]) == {preset.category for preset in load_presets()[0]}
    assert {recipe["name"] for recipe in recipes["variants"]} <= {preset.name for preset in presets}


def test_each_of_the_128_programs_has_a_preset_chosen_for_it(presets: list[Preset]) -> None:
    named = {program for preset in presets for program in (preset.program, *preset.also)}
    assert set(range(128)) <= named
    assert program_map(presets)[17].id == "percussive-organ"


@pytest.mark.parametrize(("category", "wheel"), [("strings", "motion"), ("organ", "motion"), ("piano", None)])
def test_the_wheel_does_what_suits_the_family(
    presets: list[Preset], category: str, wheel: str | None
) -> None:
    own = next(preset for preset in presets if preset.category == category)
    assert (own.play.wheel[0][0] if own.play.wheel else None) == wheel


def test_pianos_and_mallets_know_a_pedal_half_down(presets: list[Preset]) -> None:
    known = {preset.category for preset in presets if preset.play.half_pedal}
    assert known == {"piano", "mallets"}
    assert next(preset for preset in presets if preset.id == "acoustic-grand-piano").play.half_pedal


def test_a_bank_reads_back_as_it_was_made(presets: list[Preset], tmp_path: Path) -> None:
    written = write_bank(presets, tmp_path / "bank")
    read = {preset.id: preset for preset in map(read_preset, written)}
    for preset in presets:
        path = tmp_path / "bank" / preset.path
        assert read[preset.id].__dict__ == preset.__dict__ | {"path": path}


def test_writing_a_bank_twice_gives_the_same_bytes_and_leaves_nothing_else(
    presets: list[Preset], tmp_path: Path
) -> None:
    first = {path: path.read_bytes() for path in write_bank(presets, tmp_path)}
    write_bank(presets, tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_an_instrument_without_directions_gets_what_it_has_the_places_for(
    make_bundle: Callable[..., Bundle], manifest: dict[str, Any], tmp_path: Path
) -> None:
    places = [place for place in manifest["places"] if place["id"] in ("flute", "violin", "celesta")]
    few = bank(make_bundle(tmp_path, places=places, directions=[]))
    assert [preset.id for preset in few] == ["celesta", "violin", "flute"]
    assert {macro.direction for preset in few for macro in preset.macros} == {None}


def test_an_instrument_of_sound_gives_presets_its_name_and_turns_its_own_directions(bundle: Bundle) -> None:
    head = Head("waveform", 62.5, 4, sample_rate=16_000.0)
    first, *_ = made = bank(dataclasses.replace(bundle, id="gan", name="GAN", head=head))
    assert [preset.id for preset in made] == [f"gan-{place.id}" for place in bundle.places]
    assert first.name == f"GAN {bundle.places[0].name}"
    assert [macro.direction for macro in first.macros if macro.direction] == list(directions(bundle))
    assert first.play.wheel == ((bundle.directions[0].id, 1.0),)


def test_a_kit_has_no_pitch_and_no_program(bundle: Bundle) -> None:
    head = Head("waveform", 62.5, 4, sample_rate=16_000.0)
    kit = dataclasses.replace(bundle.places[0], keys={36: bundle.places[0].latent}, one_shot=True)
    (drums,) = bank(dataclasses.replace(bundle, head=head, places=(kit,), directions=()))
    assert (drums.pitched, drums.program) == (False, None)
    assert timbre(drums, dataclasses.replace(bundle, places=(kit,))).keys.keys() == {36}


def test_morphs_across_grids_are_left_out(
    make_bundle: Callable[..., Bundle], manifest: dict[str, Any], tmp_path: Path
) -> None:
    places = [place | {"divisor": 2} if place["id"] == "flute" else place for place in manifest["places"]]
    made = [preset.id for preset in bank(make_bundle(tmp_path, places=places))]
    assert "flute" in made
    assert "four-winds" not in made


def test_every_preset_that_ships_passes_the_check_that_a_start_leaves_out() -> None:
    paths = sorted((SHIPPED / "bank").glob("*.toml"))
    assert len(paths) >= 96
    for path in paths:
        assert parse_preset(path.read_bytes(), path) == read_preset(path)
