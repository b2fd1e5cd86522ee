"""Saving presets: canonical text, one's own folder, nothing overwritten unasked."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtsynth.errors import HostError, PresetError
from rtsynth.naming import slug
from rtsynth.presets import PRIORITIES, Macro, Mix, Play, Preset, load_presets, parse_preset, read_preset
from rtsynth.saving import save, varied
from rtsynth.writing import preset_toml

GLASS = Preset(
    Path("none"),
    "glass-choir",
    "Glass Choir",
    "morph",
    "whole",
    "0" * 64,
    program=91,
    also=(54,),
    tags=("morph", "vocal"),
    morph=(("choir-aahs", 0.5), ("glockenspiel", 0.5)),
    play=Play(wheel=(("motion", 1.0),)),
    macros=(
        Macro("Bright Side", 0.0, True, "brightness", amount=2.0),
        Macro("Space", 0.0, False, None, "reverb", 0.6),
    ),
)

floats = partial(st.floats, allow_subnormal=False)  # the engine's thread has none
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=80)
files = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc",), exclude_characters="./\\"),
    min_size=1,
    max_size=40,
)
ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
steps = st.dictionaries(ids, floats(-60, 60), max_size=4).map(lambda table: tuple(table.items()))
presets = st.builds(
    replace,
    st.sampled_from([GLASS, replace(GLASS, morph=(), place="flute")])
    | st.builds(
        lambda latent, divisor: replace(GLASS, morph=(), latent=tuple(latent), divisor=divisor),
        st.lists(floats(-1000, 1000), min_size=1, max_size=16),
        st.integers(1, 16),
    ),
    name=texts,
    id=ids,
    mix=st.builds(Mix, floats(-60, 24), floats(0.01, 100), floats(0, 1), floats(-1, 1)),
    play=st.builds(
        Play,
        *(floats(0.1, 10), floats(0, 1), steps, steps, st.none() | steps, steps, steps),
        *(st.booleans(), st.booleans(), st.booleans(), st.sampled_from(PRIORITIES), floats(0, 10)),
        *(st.none() | files.map(form) for form in ("{}.scl".format, "{}.kbm".format)),
    ),
    macros=st.lists(
        st.builds(Macro, texts, floats(0, 1), st.booleans(), ids, amount=floats(-60, 60)),
        max_size=4,
        unique_by=lambda macro: macro.name.lower(),
    ).map(tuple),
)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


@given(presets)
def test_save_load_save_gives_the_same_bytes(preset: Preset) -> None:
    text = preset_toml(preset)
    loaded = parse_preset(text.encode(), preset.path)
    assert loaded == preset
    assert preset_toml(loaded) == text


def test_a_saved_preset_is_the_persons_own_with_what_was_changed(home: Path) -> None:
    own = varied(GLASS, "Été à Nice", {"bright side": -0.4, "reverb": 1.0}, {"pan": 0.5})
    path = save(own, [GLASS])
    assert path == home / "presets" / "ete-a-nice.toml"
    assert own in load_presets()[0]
    assert [macro.value for macro in own.macros] == [-0.4, 1.0]
    assert own.mix.pan == 0.5
    assert (own.program, own.also) == (None, ())


def test_a_macro_is_named_by_its_name_its_direction_or_its_parameter() -> None:
    for wanted in ("Bright Side", "bright side", "brightness"):
        assert varied(GLASS, "Mine", {wanted: 0.5}, {}).macros[0].value == 0.5


@pytest.mark.parametrize(
    ("macros", "mix", "cause"),
    [
        ({"shine": 0.5}, {}, r"no macro 'shine' \(there is bright side, space\)"),
        ({"space": -0.5}, {}, "macros/1/value"),
        ({"space": float("nan")}, {}, "macros/1/value"),
        ({}, {"reverb": 1.5}, "sound/reverb"),
        ({}, {"level_db": float("inf")}, "sound/level_db"),
    ],
)
def test_a_change_out_of_range_is_refused(
    macros: dict[str, float], mix: dict[str, float], cause: str
) -> None:
    with pytest.raises(PresetError, match=cause):
        varied(GLASS, "Mine", macros, mix)


@pytest.mark.parametrize("name", ["two\nlines", "x" * 81])
def test_a_name_that_no_preset_may_have_is_refused(name: str) -> None:
    with pytest.raises(PresetError, match="name"):
        varied(GLASS, name, {}, {})


def test_nothing_is_overwritten_unasked(home: Path) -> None:
    path = save(varied(GLASS, "Mine", {}, {}), [])
    before = path.read_bytes()
    other = varied(GLASS, "MINE", {}, {"pan": 1.0})
    with pytest.raises(PresetError, match="add --force"):
        save(other, [])
    assert path.read_bytes() == before
    save(other, [], force=True)
    assert read_preset(path).mix.pan == 1.0


def test_a_shipped_preset_is_not_hidden_unasked() -> None:
    with pytest.raises(PresetError, match="there is a preset glass-choir already"):
        save(varied(GLASS, "Glass Choir", {}, {}), [GLASS])


def test_a_folder_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTSYNTH_HOME", "/proc/rtsynth")
    with pytest.raises(HostError, match=r"cannot write .*RTSYNTH_HOME"):
        save(varied(GLASS, "Mine", {}, {}), [])


def test_a_disk_that_fills_up_leaves_the_old_file_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(varied(GLASS, "Mine", {}, {}), [])
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(HostError, match="No space left"):
        save(varied(GLASS, "Mine", {}, {"pan": 1.0}), [], force=True)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Glass Choir", "glass-choir"),
        ("  ../../x  ", "x"),
        ("Player's 2nd!", "players-2nd"),
        ("x" * 80, "x" * 64),
    ],
)
def test_a_name_becomes_an_id(name: str, id: str) -> None:
    assert slug(name) == id


@pytest.mark.parametrize("name", ["", "…", "ночь"])
def test_a_name_without_letters_for_an_id_is_refused(name: str) -> None:
    with pytest.raises(PresetError, match="makes no file name"):
        slug(name)
