"""Instruments of other packages: installed, found, and played through what the engine asks for."""

import importlib
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from rtsynth_engine import plugins
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.errors import BundleError
from rtsynth_engine.generators.contract import checked_character, checked_step
from rtsynth_engine.layout import FRAME
from rtsynth_engine.plugins import (
    Plugin,
    describe,
    find_plugins,
    open_instrument,
    open_plugin,
    place,
    sound_head,
)
from tests.engine.parts import OFF, ON, cents, pitch, render
from tests.plugin_install import install_template

F4 = np.float32


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The template, installed by pip into a folder of its own, which is on the path."""
    target = install_template(tmp_path_factory.mktemp("installed"))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(target))
        importlib.invalidate_caches()
        yield target
    sys.modules.pop("rtsynth_glass", None)


def test_an_installed_package_is_found_with_what_it_says_of_itself(installed: Path) -> None:
    found, refused = find_plugins()
    assert refused == []
    glass = next(each.description for each in found if each.description.id == "glass")
    assert (glass.name, glass.generator, glass.latent, glass.pitch_range) == ("Glass", "plugin", 1, (48, 108))
    assert glass.head.frame_rate * FRAME == glass.head.sample_rate == 16_000.0
    assert len(glass.digest) == 64


def test_its_notes_sound_at_their_pitch(installed: Path) -> None:
    description = next(each.description for each in find_plugins()[0] if each.description.id == "glass")
    generator = open_plugin(description)
    generator.prepare(4)
    rows, one = np.array([2]), np.ones(1, F4)
    character = checked_character(generator.reset(rows, 69.0 * one, one, one[:, None]), 1)
    np.testing.assert_array_equal(character.slopes, [[60.0, 0.0]])
    sound = np.concatenate([checked_step(generator, rows, i * 0.064 * one).ravel() for i in range(16)])
    peak = np.argmax(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))))
    assert peak * 16_000.0 / len(sound) == pytest.approx(440.0, abs=1.0)


def test_an_installed_plug_in_is_played(installed: Path) -> None:
    description = next(each.description for each in find_plugins()[0] if each.description.id == "glass")
    engine = Engine(description, generator=open_plugin(description))
    engine.set_sound(0, Sound(description.place("hard").latent, low=68, high=70))
    engine.prepare()
    sound = render(engine, [(0.0, ON, 69, 100), (1.0, OFF, 69, 0)], 3.0)
    held = sound[0, : round(engine.rate)]
    assert np.abs(held).max() > 0.01
    assert abs(cents(pitch(held, engine.rate, 440.0), 440.0)) < 1.0
    assert np.abs(sound[:, round(2.9 * engine.rate) :]).max() < 1e-3 * np.abs(held).max()
    assert engine.memory.telemetry[0]["late_blocks"] == 0


class Least:
    """The four calls and nothing else: a ramp of what was said of each row."""

    def prepare(self, rows):
        self.level, self.resets = np.zeros(rows), 0

    def reset(self, rows, pitch, velocity, latent):
        self.level[rows], self.resets = latent[:, 0], self.resets + 1

    def step(self, rows, time):
        return np.full((len(rows), 4, FRAME), self.level[rows, None, None], F4)

    def close(self):
        pass


def least(**parts) -> Plugin:
    kind = type("Kind", (Least,), parts)
    return Plugin(describe("least", "Least", sound_head(16_000.0), [place("one", "One", [0.0])]), kind)


def test_four_calls_are_enough() -> None:
    generator, one = open_instrument(least()), np.ones(1, F4)
    generator.prepare(2)
    assert checked_character(generator.reset(np.array([0]), one, one, one[:, None]), 1).slopes.tolist() == [
        [120, 0]
    ]
    generator.condition(np.array([0]), one, one, 2 * one[:, None])
    assert checked_step(generator, np.array([0]), one)[0, 0, 0] == 2.0
    assert (generator.memoryless, generator.velocity_layers, generator.rows_at_once) == (False, 5, 128)


def test_slopes_are_taken_as_they_are_said() -> None:
    said = least(reset=lambda *_: [[30.0, 1.0]], velocity_layers=1)
    generator, one = open_instrument(said), np.ones(1, F4)
    assert generator.velocity_layers == 1
    assert generator.reset(np.array([0]), one, one, one[:, None]).slopes.tolist() == [[30.0, 1.0]]


def broken() -> Plugin:
    raise OSError("the weights\nare gone")


def no_plugin() -> str:
    return "instrument"


def uneven() -> Plugin:
    places = [place("one", "One", [0.0]), place("two", "Two", [0.0, 1.0])]
    return Plugin(describe("uneven", "Uneven", sound_head(16_000.0), places), Least)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("no_such_package:glass", "ModuleNotFoundError: No module named 'no_such_package'"),
        (f"{__name__}:nothing", "AttributeError"),
        (f"{__name__}:broken", "OSError: the weights)"),
        (f"{__name__}:no_plugin", "gives str instead of Plugin"),
        (f"{__name__}:uneven", "two has latents of another size than 1"),
    ],
)
def test_a_plug_in_that_cannot_be_used_is_named_and_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, entry: str, told: str
) -> None:
    entries = [
        EntryPoint("bad", entry, plugins.GROUP),
        EntryPoint("good", f"{__name__}:least", plugins.GROUP),
    ]
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries)
    found, refused = find_plugins()
    assert [each.description.id for each in found] == ["least"]
    assert told in str(refused[0])
    assert str(refused[0]).startswith("plug-in bad of")
    assert "\n" not in str(refused[0])


def test_what_the_code_of_a_plug_in_raises_is_one_line() -> None:
    plugin = Plugin(least().description, broken)
    with pytest.raises(BundleError, match=r"plug-in least cannot be opened \(OSError: the weights\)"):
        open_instrument(plugin)


def test_a_plug_in_that_is_gone_is_told() -> None:
    with pytest.raises(BundleError, match="no plug-in 'least' is installed any more"):
        open_plugin(least().description)
