"""Finding a preset as a person types it, and one for each of the 128 programs."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from rtsynth.choosing import addresses, filtered, find_preset, program_map, programs_of
from rtsynth.errors import PresetError
from rtsynth.presets import Preset


def named(name: str, program: int | None, category: str = "other", pitched: bool = True) -> Preset:
    return Preset(
        path=Path("none"),
        id=name.lower().replace(" ", "-"),
        name=name,
        category=category,
        instrument="small",
        digest="0" * 64,
        program=program,
        pitched=pitched,
    )


BANK = [
    named("Acoustic Grand Piano", 0, "piano"),
    named("Electric Piano", 4, "piano"),
    named("Violin", 40, "strings"),
    named("Cello", 42, "strings"),
    named("Piano", None),
]


@pytest.mark.parametrize("wanted", ["violin", "Violin", " VIOLIN ", "vio", "viol"])
def test_a_preset_is_found_by_id_name_or_part(wanted: str) -> None:
    assert find_preset(wanted, BANK).id == "violin"


@pytest.mark.parametrize(
    ("wanted", "id"), [("acou piano", "acoustic-grand-piano"), ("elec pi", "electric-piano")]
)
def test_parts_must_stand_in_order(wanted: str, id: str) -> None:
    assert find_preset(wanted, BANK).id == id
    with pytest.raises(PresetError):
        find_preset(" ".join(reversed(wanted.split())), BANK)


def test_a_whole_name_wins_over_the_names_that_contain_it() -> None:
    assert find_preset("piano", BANK).id == "piano"


def test_an_ambiguous_name_lists_its_matches() -> None:
    with pytest.raises(PresetError, match="ambiguous: acoustic-grand-piano, electric-piano, piano"):
        find_preset("pia", BANK)


def test_of_several_instruments_the_first_one_s_preset_is_meant() -> None:
    other = replace(named("Other Violin", 40, "strings"), instrument="other")
    assert find_preset("viol", [*BANK, other]).id == "violin"
    assert find_preset("other vi", [*BANK, other]).id == "other-violin"


@pytest.mark.parametrize(
    ("wanted", "near"), [("voilin", "violin"), ("chello", "cello"), ("strings", "violin or cello")]
)
def test_an_unknown_name_suggests_the_nearest(wanted: str, near: str) -> None:
    with pytest.raises(PresetError, match=f"did you mean .*{near}"):
        find_preset(wanted, BANK)


@pytest.mark.parametrize("wanted", ["", "  ", "xyzzy"])
def test_a_name_like_no_other_points_to_the_list(wanted: str) -> None:
    with pytest.raises(PresetError, match="presets list"):
        find_preset(wanted, BANK)


def test_every_program_has_a_preset_and_each_its_own() -> None:
    programs = program_map(BANK)
    assert sorted(programs) == list(range(128))
    assert all(programs[preset.program] is preset for preset in BANK if preset.program is not None)


@pytest.mark.parametrize(
    ("program", "id"),
    [
        (1, "acoustic-grand-piano"),
        (2, "acoustic-grand-piano"),
        (3, "electric-piano"),
        (41, "violin"),
        (47, "cello"),
    ],
)
def test_a_program_without_a_preset_takes_the_nearest_of_its_family(program: int, id: str) -> None:
    assert program_map(BANK)[program].id == id


def test_a_program_of_an_empty_family_takes_program_0() -> None:
    assert program_map(BANK)[100].id == "acoustic-grand-piano"


def test_a_kit_without_pitch_never_stands_in_for_a_program() -> None:
    assert program_map([named("Kit", 0, pitched=False), *BANK])[0].id == "acoustic-grand-piano"


def test_a_bank_without_programs_is_refused() -> None:
    with pytest.raises(PresetError, match="reinstall"):
        program_map(BANK[-1:])


def test_a_preset_stands_in_for_programs_that_none_has_for_its_own() -> None:
    also = replace(BANK[0], also=(4, 100))
    programs = program_map([also, *BANK[1:]])
    assert programs[100].id == "acoustic-grand-piano"
    assert programs[4].id == "electric-piano"


def test_each_preset_tells_which_programs_it_answers() -> None:
    answers = programs_of(BANK)
    assert answers["violin"] == [40, 41]
    assert "piano" not in answers
    assert sorted(chain.from_iterable(answers.values())) == list(range(128))


def test_presets_are_chosen_by_category_and_tag() -> None:
    tagged = replace(BANK[2], tags=("bowed",))
    assert filtered([*BANK, tagged], "strings", "bowed") == [tagged]
    with pytest.raises(PresetError, match="no preset of category 'brass'; there are piano, strings"):
        filtered(BANK[:4], "brass")
    with pytest.raises(PresetError, match="no preset with tag 'blown'; there are bowed"):
        filtered([*BANK, tagged], tag="blown")


def test_every_preset_is_reached_by_bank_and_program() -> None:
    second = replace(BANK[0], id="another-grand", name="Another Grand")
    alien = replace(BANK[4], id="alien", instrument="other")
    at = addresses([*BANK, second, alien])
    assert [at[preset.id] for preset in BANK[:4]] == [(0, 0), (0, 4), (0, 40), (0, 42)]
    assert (at["another-grand"], at["piano"], at["alien"]) == ((1, 0), (1, 1), (1, 0))


def test_presets_that_bank_1_has_no_room_for_are_told_without_a_number() -> None:
    many = [replace(BANK[4], id=f"own-{number:03}") for number in range(130)]
    at = addresses([*BANK[:1], *many])
    assert (at["own-127"], at["own-128"]) == ((1, 127), (None, None))
