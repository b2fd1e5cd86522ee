"""What `play` begins with."""

from pathlib import Path

import pytest

from rtsynth.errors import HostError
from rtsynth.lineup import choose_lineup
from rtsynth.restoring import AGAIN, first_lineup, with_velocity
from rtsynth.setups import Input, Part, Setup, last_setup, remember, setup_toml

DUO = Setup(name="Duo", parts=(Part("violin", keys=(60, 127)), Part("cello", keys=(0, 59))))


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    (tmp_path / "setups").mkdir()
    (tmp_path / "setups" / "duo.toml").write_text(setup_toml(DUO))
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def test_the_first_time_program_0_is_played_and_nothing_is_kept(home: Path) -> None:
    lineup = first_lineup(None, None)
    assert (lineup.start, lineup.remarks) == (0, ())
    assert last_setup() is None


@pytest.mark.parametrize("wanted", ["duo", "Duo", "{home}/setups/duo.toml"])
def test_a_setup_is_played_and_kept_byte_for_byte_for_the_next_time(home: Path, wanted: str) -> None:
    assert first_lineup(None, wanted.format(home=home)).setup == DUO
    assert (home / "last.toml").read_bytes() == (home / "setups" / "duo.toml").read_bytes()
    again = first_lineup(None, None)
    assert (again.setup, again.remarks, again.title) == (DUO, (AGAIN,), "Duo")


def test_a_preset_starts_afresh_and_leaves_the_last_setup_for_another_time() -> None:
    first_lineup(None, "duo")
    lineup = first_lineup("viola", None)
    assert [part.preset for part in lineup.setup.parts] == ["viola"]
    assert (lineup.remarks, last_setup()) == ((), DUO)


def test_a_preset_and_a_setup_exclude_each_other() -> None:
    with pytest.raises(HostError, match="leave one out"):
        first_lineup("violin", "duo")


def test_a_last_setup_that_cannot_be_played_is_told_and_program_0_is(home: Path) -> None:
    remember(Setup(parts=(Part("gone"),)))
    lineup = first_lineup(None, None)
    assert lineup.start == 0
    assert ["last.toml: parts/0/preset: no preset 'gone'" in said for said in lineup.remarks] == [True]
    (home / "last.toml").write_bytes(b"\xff")
    assert ["last.toml: is not UTF-8" in said for said in first_lineup(None, None).remarks] == [True]


def test_a_setup_that_cannot_be_played_is_told_by_its_file_and_not_kept(home: Path) -> None:
    (home / "setups" / "duo.toml").write_text(setup_toml(Setup(parts=(Part("gone"),))))
    with pytest.raises(HostError, match="setup duo: parts/0/preset: no preset 'gone'"):
        first_lineup(None, "duo")
    assert last_setup() is None


def test_a_folder_that_cannot_be_written_is_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, text: str) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("rtsynth.setups.write_whole", refuse)
    assert ["Read-only" in said for said in first_lineup(None, "duo").remarks] == [True]


def test_one_curve_is_for_every_port_and_is_not_kept() -> None:
    first_lineup(None, "duo")
    lineup = with_velocity(first_lineup(None, None), "soft")
    assert lineup.setup.inputs == (Input(None, "soft"),)
    assert with_velocity(lineup, "0.5").setup.inputs == (Input(None, 0.5),)
    assert last_setup() == DUO


@pytest.mark.parametrize("wanted", ["softer", "0", "nan", "11", "-1", ""])
def test_an_unknown_curve_is_refused(wanted: str) -> None:
    with pytest.raises(HostError, match="choose soft, linear, hard, fixed or an exponent"):
        with_velocity(choose_lineup(None), wanted)


def test_a_setup_without_a_name_is_called_after_its_presets() -> None:
    assert choose_lineup("violin").title == "Violin"
    remember(Setup(parts=DUO.parts))
    assert first_lineup(None, None).title == "Violin and 1 more"
