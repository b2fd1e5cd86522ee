"""What a session hands the engine."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtsynth.bank import bank, write_bank
from rtsynth.choosing import addresses
from rtsynth.errors import PresetError
from rtsynth.lineup import choose_lineup, setup_lineup, to_sound
from rtsynth.presets import Play, load_presets
from rtsynth.setups import Part, Setup
from rtsynth_engine.bundles import Bundle


@pytest.fixture
def home(make_bundle: Callable[..., Bundle], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A person's folder that holds the whole instrument in place of the shipped one, and its bank."""
    (tmp_path / "instruments").mkdir()
    whole = make_bundle(tmp_path / "instruments", id="partialgan")
    write_bank(bank(whole), tmp_path / "presets")
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def test_a_preset_reaches_the_engine_with_all_that_the_player_moves(bundle: Bundle) -> None:
    violin = next(preset for preset in bank(bundle) if preset.id == "violin")
    sound = to_sound(replace(violin, play=replace(violin.play, velocity_curve=0.7)), bundle)
    assert np.flatnonzero(sound.wheel).tolist() == [0, 4]
    assert np.flatnonzero(sound.pressure).tolist() == [0]
    assert (sound.vibrato, sound.velocity_curve, sound.reverb) == (0.5, 0.7, 0.35)


def test_a_preset_that_leaves_the_wheel_alone_hands_on_no_offset(bundle: Bundle) -> None:
    sound = to_sound(replace(bank(bundle)[0], play=Play()), bundle)
    assert (sound.wheel, sound.pressure, sound.vibrato, sound.velocity_curve) == ((), (), 1.0, 1.0)


@pytest.mark.usefixtures("home")
def test_a_session_has_every_program_in_bank_0_and_what_has_none_in_bank_1_by_name() -> None:
    lineup = choose_lineup("glass choir")
    presets, _ = load_presets()
    at = addresses([preset for preset in presets if preset.instrument == lineup.bundle.id])
    others = sorted(id for id, (bank, _) in at.items() if bank == 1)
    assert divmod(lineup.start, 128) == at["glass-choir"] == (1, others.index("glass-choir"))
    assert sorted(lineup.sounds) == [*range(128 + len(others))]
    assert lineup.remarks == ()


@pytest.mark.usefixtures("home")
def test_a_preset_with_a_program_of_its_own_starts_on_it() -> None:
    assert choose_lineup("electric grand").start == 2


@pytest.mark.usefixtures("home")
def test_parts_play_their_presets_programs() -> None:
    lineup = setup_lineup(Setup(parts=(Part("violin"), Part("cello"), Part("violin"))))
    assert lineup.slots == (40, 42, 40)


@pytest.mark.usefixtures("home")
def test_channels_begin_on_the_part_that_follows_program_changes() -> None:
    parts = (Part("violin", channel=1), Part("cello", follow_programs=True))
    assert setup_lineup(Setup(parts=parts)).start == 42


@pytest.mark.usefixtures("home")
def test_a_setup_without_parts_plays_program_0_on_every_channel() -> None:
    assert setup_lineup(Setup(tuning="meantone")).setup.parts[0].follows_all


def test_parts_of_several_instruments_are_refused(home: Path, make_bundle: Callable[..., Bundle]) -> None:
    (home / "other").mkdir()
    other = make_bundle(home / "other", id="other")
    write_bank([replace(bank(other)[0], id="alien", name="Alien")], home / "presets")
    with pytest.raises(PresetError, match="parts/1/preset: alien is of other, parts/0 of partialgan"):
        setup_lineup(Setup(parts=(Part("violin"), Part("alien"))))


@pytest.mark.usefixtures("home")
def test_an_unknown_preset_of_a_part_is_told_by_its_key() -> None:
    with pytest.raises(PresetError, match="parts/1/preset: no preset 'voilin'; did you mean violin"):
        setup_lineup(Setup(parts=(Part("violin"), Part("voilin"))))
