"""Tunings: the pitch of every key under Scala's scales and keyboard maps, and where the files are found."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtsynth.folders import SHIPPED
from rtsynth.scala import TuningError
from rtsynth.tunings import (
    EQUAL,
    Keymap,
    Scale,
    find_tuning,
    inside,
    kept_tuning,
    read_keymap,
    read_scale,
    tune,
    tuning,
)

SHIPPED_TUNINGS = SHIPPED / "tunings"
SCALES = sorted(path.stem for path in SHIPPED_TUNINGS.glob("*.scl"))
C, A = 60, 69


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A person's own folder with an empty folder of tunings."""
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    (tmp_path / "tunings").mkdir()
    return tmp_path


def test_equal_temperament_gives_every_key_its_number() -> None:
    assert tune(EQUAL).tolist() == list(range(128))
    assert tuning(None, None).tolist() == list(range(128))


def test_a_scale_begins_at_middle_c_at_its_usual_pitch_and_repeats_at_its_last_note() -> None:
    pitches = tune(Scale("", (3.0, 5.0, 12.5)))
    assert pitches[C - 3 : C + 7].tolist() == [47.5, 50.5, 52.5, 60, 63, 65, 72.5, 75.5, 77.5, 85]


def test_a_scale_without_notes_gives_every_key_the_same_pitch() -> None:
    assert tune(Scale("", ())).tolist() == [C] * 128


def test_keys_too_low_or_too_high_to_be_heard_are_silent() -> None:
    pitches = tune(Scale("", (12.0,)))
    assert np.flatnonzero(~np.isnan(pitches)).tolist() == list(range(C - 5, C + 7))


def test_a_keyboard_map_says_what_key_the_scale_begins_on_and_how_high() -> None:
    pitches = tune(EQUAL, Keymap(middle=60, reference=69, hertz=415.0))
    assert pitches[A] == pytest.approx(69 + 12 * np.log2(415 / 440), abs=1e-5)
    just = tuning("just intonation", "a440")
    assert just[A] == 69
    assert just[C] == pytest.approx(69 - 12 * np.log2(5 / 3), abs=1e-5)


def test_an_unmapped_key_and_one_out_of_range_is_silent() -> None:
    pitches = tuning("7-edo", "white-keys")
    assert np.isnan(pitches[[61, 63, 66, 68, 70, 49, 73]]).all()
    assert pitches[[60, 62, 72, 48]].tolist() == pytest.approx([60, 60 + 12 / 7, 72, 48], abs=1e-5)
    pitches = tune(EQUAL, Keymap(first=40, last=50))
    assert np.flatnonzero(~np.isnan(pitches)).tolist() == list(range(40, 51))


def test_each_round_of_a_map_is_as_high_as_the_degree_called_its_octave() -> None:
    fifths = Keymap(degrees=(0, 4), octave=7)
    assert tune(EQUAL, fifths)[C - 2 : C + 4].tolist() == [53, 57, 60, 64, 67, 71]


@given(
    st.lists(st.floats(-5000, 5000, allow_subnormal=False), max_size=200).map(tuple),
    st.lists(st.none() | st.integers(0, 300), max_size=20),
    st.integers(0, 127),
)
def test_no_scale_or_map_gives_a_key_a_pitch_that_cannot_be_heard(
    steps: tuple[float, ...], degrees: list[int | None], middle: int
) -> None:
    pitches = tune(Scale("", steps), Keymap(degrees=(0, *degrees), middle=middle, reference=middle))
    assert pitches.dtype == np.float32
    assert pitches.shape == (128,)
    assert (np.isnan(pitches) | ((pitches >= 0) & (pitches <= 136))).all()


def test_all_shipped_scales_and_maps_are_found_by_name_and_keep_middle_c() -> None:
    assert len(SCALES) >= 12
    for name in SCALES:
        path = find_tuning(name, ".scl")
        assert path.read_text().startswith(f"! {path.name}\n")
        assert tuning(name, None)[C] == pytest.approx(C, abs=1e-4)
    for path in SHIPPED_TUNINGS.glob("*.kbm"):
        assert read_keymap(path).degrees in ((), (0, None, 1, None, 2, 3, None, 4, None, 5, None, 6))


def test_the_historical_scales_have_the_intervals_they_are_known_for() -> None:
    third, fifth = 12 * np.log2(5 / 4), 12 * np.log2(3 / 2)
    meantone, pythagorean, werckmeister = (
        tuning(name, None)[C : C + 13] - C for name in ("quarter", "pythagorean", "werckmeister")
    )
    assert meantone[[4, 11]] - meantone[[0, 7]] == pytest.approx([third, third], abs=1e-4)
    assert pythagorean[[7, 2, 9]] == pytest.approx([fifth, 2 * fifth - 12, 3 * fifth - 12], abs=1e-4)
    assert werckmeister[[2, 4, 7, 9]] == pytest.approx([1.9218, 3.90225, 6.9609, 8.8827], abs=1e-4)


def test_words_of_a_name_a_file_and_a_path_find_a_tuning(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_tuning("Werck", ".scl").name == "werckmeister-iii.scl"
    assert find_tuning("meantone", ".scl").name == "quarter-comma-meantone.scl"
    assert find_tuning("a415.kbm", ".kbm").name == "a415.kbm"
    (home / "mine.scl").write_text("mine\n1\n2/1\n")
    assert find_tuning(str(home / "mine.scl"), ".scl") == home / "mine.scl"
    monkeypatch.chdir(home)
    assert find_tuning("mine.scl", ".scl") == Path("mine.scl")


def test_ones_own_tuning_comes_before_the_shipped_one(home: Path) -> None:
    own = home / "tunings" / "slendro.scl"
    own.write_text("mine\n1\n2/1\n")
    assert find_tuning("slendro", ".scl") == own
    assert inside("slendro.scl", ".scl") == own


@pytest.mark.parametrize(
    ("wanted", "cause"),
    [
        ("edo", "ambiguous: 19-edo, 24-edo, 31-edo"),
        ("theremin", "no tuning 'theremin'; name a .scl file or one of 19-edo, "),
        ("a\nb" + 100 * "x", "no tuning 'a\\\\nbxxx"),
        ("no/such.scl", "No such file"),
    ],
)
def test_a_name_that_finds_none_or_several_is_refused_with_what_there_is(wanted: str, cause: str) -> None:
    with pytest.raises(TuningError, match=cause) as caught:
        read_scale(find_tuning(wanted, ".scl"))
    assert str(caught.value).isprintable()


def test_a_link_that_a_person_names_is_followed(home: Path) -> None:
    (home / "link.scl").symlink_to(SHIPPED_TUNINGS / "slendro.scl")
    assert read_scale(find_tuning(str(home / "link.scl"), ".scl")).name.startswith("After Javanese")


def test_a_preset_finds_tunings_only_in_their_folders(home: Path) -> None:
    assert inside("slendro.scl", ".scl") == SHIPPED_TUNINGS / "slendro.scl"
    (home / "tunings" / "own").mkdir()
    (home / "tunings" / "own" / "mine.scl").write_text("mine\n1\n2/1\n")
    assert read_scale(inside("own/mine.scl", ".scl")).pitches == (12,)
    (home / "out.scl").write_text("out\n1\n2/1\n")
    (home / "tunings" / "link.scl").symlink_to(home / "out.scl")
    (home / "tunings" / "folder").symlink_to(home)
    for name in ("../out.scl", "link.scl", "folder/out.scl", str(home / "out.scl"), "own/../../out.scl"):
        with pytest.raises(TuningError, match="leads out"):
            inside(name, ".scl")
    for name in ("missing.scl", "a440.kbm"):
        with pytest.raises(TuningError, match=rf"no .scl file '{name}'; put it into .*tunings"):
            kept_tuning(name, None)
