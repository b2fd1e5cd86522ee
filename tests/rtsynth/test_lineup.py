"""What a session hands the engine."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtsynth.bank import bank, write_bank
from rtsynth.lineup import OWN, choose_lineup, to_sound
from rtsynth.presets import Play
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
def test_a_session_has_a_sound_for_every_program_and_one_more_for_a_morph() -> None:
    lineup = choose_lineup("glass choir")
    assert lineup.start == OWN
    assert sorted(lineup.sounds) == [*range(128), OWN]
    assert lineup.remarks == ()


@pytest.mark.usefixtures("home")
def test_a_preset_with_a_program_of_its_own_starts_on_it() -> None:
    assert choose_lineup("electric grand").start == 2
