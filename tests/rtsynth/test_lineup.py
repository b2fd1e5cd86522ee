"""What a session hands the engine."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtsynth.bank import bank, write_bank
from rtsynth.choosing import addresses
from rtsynth.errors import PresetError
from rtsynth.lineup import choose_lineup, setup_lineup, to_sound, tuned
from rtsynth.presets import PRIORITIES, Play, load_presets
from rtsynth.scala import TuningError
from rtsynth.setups import Part, Setup
from rtsynth.tunings import Tables
from rtsynth_engine.bundles import Bundle
from rtsynth_engine.timbres import NAMES


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
    sound = to_sound(replace(violin, play=replace(violin.play, velocity_curve=0.7)), bundle, Tables())
    assert np.flatnonzero(sound.wheel).tolist() == [0, 4]
    assert np.flatnonzero(sound.pressure).tolist() == [0]
    assert (sound.vibrato, sound.velocity_curve, sound.reverb) == (0.5, 0.7, 0.35)


def test_a_preset_that_leaves_the_wheel_alone_hands_on_no_offset(bundle: Bundle) -> None:
    sound = to_sound(replace(bank(bundle)[0], play=Play()), bundle, Tables())
    assert (sound.wheel, sound.pressure, sound.vibrato, sound.velocity_curve) == ((), (), 1.0, 1.0)


def test_a_preset_reaches_the_engine_with_how_it_is_played(bundle: Bundle) -> None:
    play = Play(
        half_pedal=True, mono=True, legato=True, priority="lowest", portamento=0.2, foot=(("body", 1.0),)
    )
    sound = to_sound(replace(bank(bundle)[0], play=play), bundle, Tables())
    assert (sound.half_pedal, sound.mono, sound.legato, sound.portamento) == (True, True, True, 0.2)
    assert PRIORITIES[sound.priority] == play.priority
    assert list(sound.offsets) == ["timbre", "foot", "body", "motion"]
    assert [*sound.knobs[3].turns] == ["release"]
    assert set(sound.directions()) <= set(NAMES)


def test_presets_of_one_tuning_share_a_table_and_those_without_have_none(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    tables, preset = Tables(), bank(bundle)[0]
    tunings = [(None, None), ("slendro.scl", None), ("slendro.scl", None), (None, "a415.kbm")]
    sounds = [
        to_sound(replace(preset, play=Play(tuning=scale, keymap=keymap)), bundle, tables)
        for scale, keymap in tunings
    ]
    assert [sound.tuning for sound in sounds] == [-1, 256, 256, 257]
    assert tables.pitches[256][61] == pytest.approx(62.31)
    with pytest.raises(PresetError, match=r"preset .*: no .scl file 'none.scl'"):
        to_sound(replace(preset, play=Play(tuning="none.scl")), bundle, tables)


@pytest.mark.usefixtures("home")
def test_a_tuning_that_was_asked_for_goes_before_the_setups() -> None:
    lineup = setup_lineup(Setup(tuning="slendro.scl"))
    assert lineup.tunings[0][61] == pytest.approx(62.31)
    assert tuned(lineup, "pelog", None).tunings[0][61] == pytest.approx(61.37)
    assert tuned(lineup, None, None) is lineup


@pytest.mark.usefixtures("home")
def test_a_setup_reaches_no_tuning_outside_its_folders() -> None:
    with pytest.raises(TuningError, match="leads out"):
        setup_lineup(Setup(tuning="../out.scl"))


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
    assert setup_lineup(Setup(tuning="slendro.scl")).setup.parts[0].follows_all


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
