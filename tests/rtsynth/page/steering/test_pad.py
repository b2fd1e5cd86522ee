"""The latent pad: where the sound is, for every place of the puck."""

from pathlib import Path

import numpy as np
import pytest

from rtsynth.errors import HostError
from rtsynth.setups import Part, Setup
from rtsynth.timbres import blend
from rtsynth_engine.layout import KEYS
from rtsynth_engine.timbres import NAMES
from tests.rtsynth.page.stage import FLUTE, PIANO, VIBRAPHONE, VIOLIN, Stage, alone, lineup_of


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def own(stage: Stage, id: str):
    return np.array(stage.model.catalogue.sound(id).latent)


def other_grid(stage: Stage) -> str:
    """A preset whose partials lie on another grid than the piano's."""
    sounds = stage.model.catalogue.sounds
    return next(id for id, sound in sounds.items() if sound.divisor != sounds[PIANO].divisor)


def test_the_pad_begins_at_home_with_two_directions() -> None:
    pad = Stage().see("pad")
    assert (pad["mode"], pad["x"], pad["y"]) == ("directions", "brightness", "attack")
    assert (pad["at"], pad["home"]) == ([0.0, 0.0], True)
    assert [each["name"] for each in pad["directions"]] == [
        "Brightness",
        "Attack",
        "Breath",
        "Body",
        "Motion",
    ]
    assert len(pad["corners"]) == len(set(pad["corners"])) == 4
    assert len(Stage().see("map")) == len(Stage().model.catalogue.sounds)


def test_a_step_of_the_puck_is_a_step_of_the_macro() -> None:
    stage = Stage()
    stage.ask("move", x=1.0, y=0.0)
    offset = stage.engine.timbres.offsets[0, NAMES.index("macro 1")]
    np.testing.assert_allclose(stage.latent(0), own(stage, PIANO) + offset, atol=1e-4)
    assert stage.see("pad")["at"] == [1.0, 0.0]
    assert not stage.see("pad")["home"]
    assert stage.see("preset")["changed"]


def test_home_is_the_preset_as_it_is() -> None:
    stage = Stage()
    stage.ask("move", x=0.5, y=-0.5)
    stage.ask("home")
    np.testing.assert_allclose(stage.latent(0), own(stage, PIANO), atol=1e-5)
    assert (stage.see("pad")["at"], stage.see("pad")["home"]) == ([0.0, 0.0], True)


def test_another_direction_takes_the_sound_there() -> None:
    stage = Stage()
    stage.ask("move", x=1.0, y=0.0)
    stage.ask("pad", x="body")
    offset = stage.engine.timbres.offsets[0, NAMES.index("macro 3")]
    stage.turn()
    np.testing.assert_allclose(stage.latent(0), own(stage, PIANO) + offset, atol=1e-4)
    with pytest.raises(HostError, match=r"^no direction 'taste'; PartialGAN has brightness, attack"):
        stage.ask("pad", y="taste")


def test_corners_are_presets_and_the_middle_is_all_of_them() -> None:
    stage, four = Stage(), [VIOLIN, FLUTE, VIBRAPHONE, PIANO]
    stage.ask("pad", mode="corners")
    for corner, id in enumerate(four):
        stage.ask("pad", corner=corner, preset=id)
    assert stage.see("pad")["at"] == [1.0, -1.0]
    assert stage.see("pad")["home"]
    for (x, y), id in zip([(-1, 1), (1, 1), (-1, -1), (1, -1)], four, strict=True):
        stage.ask("move", x=x, y=y)
        stage.turn()
        np.testing.assert_allclose(stage.latent(0), own(stage, id), atol=1e-4)
    stage.ask("move", x=0.0, y=0.0)
    stage.turn()
    expected = blend([own(stage, id) for id in four], [0.25] * 4)
    np.testing.assert_allclose(stage.latent(0), expected, atol=1e-4)


def test_presets_of_another_grid_are_no_corners() -> None:
    stage = Stage()
    with pytest.raises(HostError, match="have partials on different grids"):
        stage.ask("pad", corner=1, preset=other_grid(stage))
    with pytest.raises(HostError, match="is not of PartialGAN; choose one of its presets"):
        stage.ask("pad", corner=1, preset="vae-cello")


def test_on_the_map_a_dot_is_its_preset() -> None:
    stage = Stage()
    stage.ask("pad", mode="map")
    dots = {each["id"]: (each["x"], each["y"]) for each in stage.see("map")}
    assert stage.see("pad")["at"] == pytest.approx(dots[PIANO], abs=1e-3)
    stage.ask("move", x=dots[FLUTE][0], y=dots[FLUTE][1])
    np.testing.assert_allclose(stage.latent(0), own(stage, FLUTE), atol=1e-4)


def test_the_map_mixes_only_what_can_be_mixed() -> None:
    stage = Stage()
    lone = other_grid(stage)
    stage.ask("pad", mode="map")
    x, y = stage.model.pad.terrain.dot(lone)
    stage.ask("move", x=x, y=y)
    assert np.linalg.norm(stage.latent(0) - own(stage, lone)) > 0.5


def test_the_pad_means_something_else_without_another_sound() -> None:
    stage = Stage()
    stage.ask("move", x=0.7, y=0.2)
    heard = stage.latent(0).copy()
    stage.ask("pad", mode="map")
    stage.ask("pad", mode="directions")
    stage.turn()
    np.testing.assert_allclose(stage.latent(0), heard, atol=1e-5)
    assert (stage.see("pad")["at"], stage.see("pad")["home"]) == ([0.0, 0.0], False)


def test_another_preset_brings_the_pad_home_and_the_one_before_back() -> None:
    stage = Stage()
    stage.ask("move", x=0.7, y=0.2)
    stage.ask("preset", id=FLUTE)
    np.testing.assert_allclose(stage.latent(0), own(stage, PIANO), atol=1e-5)
    assert (stage.see("pad")["at"], stage.see("pad")["home"]) == ([0.0, 0.0], True)
    stage.ask("move", x=0.5, y=0.0)
    assert np.linalg.norm(stage.latent(73) - own(stage, FLUTE)) > 0.1


def test_the_pad_belongs_to_the_part_in_hand() -> None:
    stage = Stage(lineup_of(Setup(parts=(Part(PIANO), Part(VIOLIN)))))
    stage.ask("preset", id=VIOLIN, part=1)
    stage.ask("move", x=0.5, y=0.0)
    assert np.linalg.norm(stage.latent(40) - own(stage, VIOLIN)) > 0.1
    np.testing.assert_array_equal(stage.latent(0), own(stage, PIANO).astype(np.float32))


def test_moves_are_thinned_out_and_the_last_one_always_comes() -> None:
    stage = Stage()
    stage.turn(1.0)
    stage.told.clear()
    for x in np.linspace(0.0, 1.0, 101).tolist():
        stage.model.pad.move(x, 0.0)
    assert len(stage.told) == 1
    stage.turn(1.0)
    assert len(stage.told) == 2
    whole = stage.model.pad.latent
    np.testing.assert_allclose(stage.told[-1]["latent"], whole, atol=1e-4)


def test_a_point_beyond_the_pad_is_its_edge() -> None:
    stage = Stage()
    stage.ask("move", x=7.0, y=-3.0)
    assert stage.see("pad")["at"] == [1.0, -1.0]


@pytest.mark.parametrize("what", ["surprise", "vary"])
def test_chance_finds_another_sound_from_which_the_puck_starts_anew(what: str) -> None:
    stage = Stage()
    stage.ask(what)
    found = stage.latent(0).copy()
    assert np.linalg.norm(found - own(stage, PIANO)) > 0.1
    assert (stage.see("pad")["at"], stage.see("pad")["home"]) == ([0.0, 0.0], False)
    stage.ask("move", x=0.4, y=0.0)
    stage.ask("move", x=0.0, y=0.0)
    stage.turn()
    np.testing.assert_allclose(stage.latent(0), found, atol=1e-4)


def test_a_recorded_path_runs_until_a_hand_takes_the_puck() -> None:
    stage = Stage()
    stage.ask("path", record=True)
    stage.turn(1.0)
    stage.ask("move", x=1.0, y=0.5)
    stage.ask("path", record=False)
    assert len(stage.see("trace")) == 3
    stage.ask("path", loop=True)
    stage.turn(0.5)
    x, y = stage.see("pad")["at"]
    assert 0.3 < x < 0.7
    assert y == pytest.approx(x / 2, abs=1e-3)
    assert stage.see("pad")["path"]["looping"]
    stage.ask("move", x=-1.0, y=0.0)
    stage.turn(0.5)
    assert (stage.see("pad")["at"], stage.see("pad")["path"]["looping"]) == ([-1.0, 0.0], False)
    stage.ask("path", clear=True)
    assert stage.see("trace") == []


def test_another_preset_stops_a_path() -> None:
    stage = Stage()
    stage.ask("path", record=True)
    stage.ask("move", x=1.0, y=0.5)
    stage.ask("path", loop=True)
    stage.ask("preset", id=FLUTE)
    stage.turn(0.3)
    assert stage.see("pad")["home"]


def test_a_kit_is_moved_along_directions_with_all_its_keys() -> None:
    stage = Stage(alone("wavegan-kit-1"))
    program = stage.model.hand.program
    keys = np.arange(KEYS, dtype=np.float32)
    before = stage.engine.timbres.at_rest(program, keys)
    stage.ask("move", x=0.5, y=0.0)
    moved = stage.engine.timbres.at_rest(program, keys) - before
    assert np.abs(moved[0]).max() > 0.1
    np.testing.assert_allclose(moved, np.broadcast_to(moved[0], moved.shape), atol=1e-4)
    for mode in ("corners", "map"):
        with pytest.raises(HostError, match="has a sound for every key, and none to mix"):
            stage.ask("pad", mode=mode)


def test_a_moved_sound_is_heard() -> None:
    heard = []
    for x in (0.0, 1.0):
        stage = Stage(network=True)
        stage.ask("move", x=x, y=0.0)
        stage.push(0x90, 60, 100)
        heard.append(stage.play(24_000)[0])
    dull, bright = (np.abs(np.diff(each)).sum() / np.abs(each).sum() for each in heard)
    assert bright > 1.1 * dull


def test_the_pad_is_one_object_until_it_changes() -> None:
    stage = Stage()
    first = stage.see("pad")
    stage.turn()
    assert stage.see("pad") is first
    stage.ask("move", x=0.1, y=0.0)
    assert stage.see("pad") is not first
