"""Every preset there is, and how those of the instrument in play are reached."""

from dataclasses import replace
from pathlib import Path

import pytest

from rtsynth.choosing import addresses
from rtsynth.errors import HostError
from rtsynth.instruments import load_instruments
from rtsynth.page.steering.catalogue import Catalogue, instrument_names
from rtsynth.saving import varied
from rtsynth_engine.layout import PROGRAMS
from tests.rtsynth.page.stage import FLUTE, PIANO, alone


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(alone().bundle)


def test_every_preset_is_listed_with_its_instrument(catalogue: Catalogue) -> None:
    listed = {each["id"]: each for each in catalogue.listed}
    assert listed.keys() == catalogue.presets.keys()
    assert listed[FLUTE]["program"] == 73
    assert listed["vae-cello"]["instrument_name"] == catalogue._instruments["vae"]
    assert not any(each["own"] for each in catalogue.listed)


def test_numbers_are_those_that_the_list_of_presets_tells(catalogue: Catalogue) -> None:
    presets = list(catalogue.presets.values())
    told = {
        id: bank * 128 + program for id, (bank, program) in addresses(presets).items() if bank is not None
    }
    assert catalogue.numbers == {id: told[id] for id in catalogue.numbers}


def test_programs_play_what_the_line_up_gives_them(catalogue: Catalogue) -> None:
    sounds = alone().sounds
    assert catalogue.programs.keys() == sounds.keys()
    assert all(catalogue.sounds[preset.id] == sounds[n] for n, preset in catalogue.programs.items())


def test_names_of_instruments_are_found_without_their_networks(catalogue: Catalogue) -> None:
    assert instrument_names() == {each.id: each.name for each in load_instruments()[0]}


def test_a_preset_that_was_saved_gets_a_free_number_and_keeps_it(catalogue: Catalogue) -> None:
    before, mine = catalogue.listed, varied(catalogue.presets[PIANO], "Mine", {}, {})
    number = catalogue.add(mine)
    assert (number, catalogue.programs[number], catalogue.find("mine")) == (160, mine, mine)
    assert catalogue.add(replace(mine, name="MINE")) == number
    assert catalogue.listed is not before
    assert catalogue.listed[-1]["own"]


def test_there_is_an_end_to_numbers(catalogue: Catalogue) -> None:
    catalogue.programs |= dict.fromkeys(range(PROGRAMS), catalogue.presets[PIANO])
    with pytest.raises(HostError, match="no program number is free; start rtsynth again"):
        catalogue.add(varied(catalogue.presets[PIANO], "Mine", {}, {}))
