"""A `.ts` that RAVE exported becomes an instrument: measured, described, trusted and with presets."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from rtsynth.checks.subject import find_subject
from rtsynth.commands.importing import import_model
from rtsynth.errors import BundleError, HostError
from rtsynth.importing.measuring import draw_latents, far_apart, find_ways, hear, listen
from rtsynth.timbres import timbre
from rtsynth.trusted import is_trusted
from rtsynth.unwritten import all_presets
from rtsynth_engine.bundles import load_bundle
from rtsynth_engine.generators.script import STEERING, ScriptGenerator, read_steering
from rtsynth_engine.layout import FRAME

RAVE = Path(__file__).parents[1] / "data" / "rave-random.ts"
F4 = np.float32


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def imported(*options: str) -> Result:
    return CliRunner().invoke(import_model, [str(RAVE), *options], standalone_mode=False)


def test_a_rave_becomes_an_instrument_with_presets(home: Path) -> None:
    result = imported("--trust", "--name", "Random RAVE", "--licence", "MIT")
    assert result.exception is None
    bundle = load_bundle(home / "instruments" / "random-rave.rtsynth")
    assert (bundle.id, bundle.name, bundle.licence) == ("random-rave", "Random RAVE", "MIT")
    assert (bundle.generator, bundle.latent, bundle.head.sample_rate) == ("script", 8, 16000.0)
    assert [each.id for each in bundle.directions] == ["brightness", *(f"latent-{i}" for i in range(1, 6))]
    assert all(any(place.latent) for place in bundle.places)  # the origin of this network is silent
    assert "MIT" in (bundle.path / "card.md").read_text()
    presets, refused = all_presets()
    own = [preset for preset in presets if preset.instrument == "random-rave"]
    assert refused == []
    assert [preset.place for preset in own] == [place.id for place in bundle.places]
    assert len(own) >= 3
    assert "`rtsynth play random-rave-drawn-" in result.stdout
    for preset in own:
        assert timbre(preset, bundle).latent == pytest.approx(bundle.place(preset.place or "").latent)


def test_an_imported_instrument_sounds_at_its_level(home: Path) -> None:
    imported("--trust", "--name", "rave")
    bundle = load_bundle(home / "instruments" / "rave.rtsynth")
    generator, place = ScriptGenerator(bundle), bundle.places[1]
    generator.prepare(1)
    one = np.ones(1, F4)
    generator.reset(np.array([0]), 60 * one, 0.75 * one, np.array([place.latent], F4))
    sound = np.concatenate([generator.step(np.array([0]), i * 0.064 * one).ravel() for i in range(8)])
    level = 20 * np.log10(np.sqrt(np.mean(sound**2))) + place.gain_db
    assert level == pytest.approx(-20.0, abs=1.0)
    assert read_steering(bundle).pitch.shape == (8,)
    assert STEERING in bundle.files


def test_a_program_is_run_only_where_it_is_trusted_and_remembered_then(home: Path, tmp_path: Path) -> None:
    result = imported("-o", str(tmp_path / "one.rtsynth"))
    assert isinstance(result.exception, HostError)
    assert "is a program and would be run; --trust" in str(result.exception)
    assert not (tmp_path / "one.rtsynth").exists()
    imported("-o", str(tmp_path / "one.rtsynth"), "--trust")
    bundle = load_bundle(tmp_path / "one.rtsynth")
    assert is_trusted(bundle)
    assert find_subject(str(bundle.path), 1, False).description == bundle
    (home / "trusted.txt").unlink()
    assert not is_trusted(bundle)
    with pytest.raises(BundleError, match=r"is a program \(model\.ts\); --trust runs it"):
        find_subject(str(bundle.path), 1, False)


def test_attributes_are_kept_and_set(home: Path) -> None:
    assert imported("--trust", "--name", "rave", "--set", "learn_target=0").exception is None
    assert read_steering(load_bundle(home / "instruments" / "rave.rtsynth")).attributes == {
        "learn_target": [0.0]
    }
    assert "no attribute 'gain' of 1 numbers" in str(
        imported("--trust", "--name", "b", "--set", "gain=1").exception
    )
    assert "give numbers" in str(imported("--trust", "--name", "b", "--set", "gain=loud").exception)


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    target = tmp_path / "one.rtsynth"
    target.mkdir()
    result = imported("-o", str(target), "--trust")
    assert "is there already" in str(result.exception)
    assert list(target.iterdir()) == []


def test_a_file_that_is_no_script_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.ts").write_bytes(b"PK\x03\x04 nothing")
    result = CliRunner().invoke(import_model, [str(tmp_path / "bad.ts"), "--trust"], standalone_mode=False)
    assert "bad.ts cannot be opened" in str(result.exception)
    assert "\n" not in str(result.exception)


def tone(hertz: float, level: float) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hertz * np.arange(8000) / 16000)).astype(F4)


def test_brightness_and_level_are_heard() -> None:
    assert hear(tone(1000.0, 0.1), 16000.0) == pytest.approx((np.log2(1000.0), -23.01), abs=0.02)
    assert hear(np.zeros(8000, F4), 16000.0) == pytest.approx((np.log2(20.0), -100.0))


def test_ways_change_one_thing_and_not_the_other() -> None:
    latents = draw_latents(6, 0)
    slopes = np.array([[2.0, 0.0], [2.0, 12.0], [0.0, 0.0], [0.0, 6.0], [0.0, 0.0], [0.0, 0.0]])
    ways = find_ways(latents, latents @ slopes + 3.0)
    assert ways.brighter @ slopes == pytest.approx([1.0, 0.0], abs=1e-6)
    assert ways.louder @ slopes == pytest.approx([0.0, 12.0 * np.linalg.norm(ways.louder) / 1.0], abs=3.0)
    assert (ways.louder @ slopes)[0] == pytest.approx(0.0, abs=1e-6)
    assert np.linalg.norm(ways.louder) <= 1.0 + 1e-6
    assert ways.explained == pytest.approx([1.0, 1.0])


def test_a_way_that_latents_do_not_explain_is_short() -> None:
    noise = np.random.default_rng(1).standard_normal((96, 2))
    ways = find_ways(draw_latents(6, 0), noise)
    assert (ways.explained < 0.2).all()
    assert np.linalg.norm(ways.brighter) < 0.2


def test_places_are_far_apart_and_sound() -> None:
    heard = np.array([[5.0, -20.0], [5.1, -20.0], [9.0, -20.0], [5.0, -30.0], [20.0, -90.0]])
    assert far_apart(heard, 3) == [0, 2, 3]
    assert far_apart(np.tile(heard[:1], (5, 1)), 3) == [0]
    assert far_apart(heard[::-1], 3) == [2, 1, 3]


class Tones:
    """Sines whose latents are octaves of brightness and dB of level."""

    frames_per_step = 4

    def reset(self, rows, pitch, velocity, latent):
        self.latent = latent

    def step(self, rows, time):
        sounds = [
            tone(1000.0 * 2.0 ** float(z[0]), 0.1 * 10.0 ** (z[1] / 20.0))[: 4 * FRAME] for z in self.latent
        ]
        return np.stack(sounds).reshape(len(rows), 4, FRAME)


def test_a_network_is_heard_point_by_point() -> None:
    latents, counts = draw_latents(2, 0)[:11], []
    heard = listen(Tones(), 16000.0, latents, counts.append)
    assert counts == [8, 3]
    np.testing.assert_allclose(heard[:, 1] - heard[0, 1], latents[:, 1], atol=0.2)
    ways = find_ways(latents, heard)
    assert ways.brighter == pytest.approx([1.0, 0.0], abs=0.1)
