"""Favourites: kept whole, and never written over a file that cannot be read."""

from pathlib import Path

import pytest

from rtsynth.errors import HostError
from rtsynth.page.steering.favourites import Favourites, favourites_file


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def test_favourites_are_there_the_next_time_in_their_order() -> None:
    favourites = Favourites()
    for id, on in (("flute", True), ("violin", True), ("flute", True), ("violin", False), ("harp", True)):
        favourites.choose(id, on)
    assert Favourites().ids == favourites.ids == ["flute", "harp"]


def test_the_last_favourite_can_go() -> None:
    favourites = Favourites()
    favourites.choose("flute", True)
    favourites.choose("flute", False)
    assert Favourites().ids == []


@pytest.mark.parametrize(
    "content",
    ["format = 2\n", "presets = 1", "format = 1\npresets = ['../x']\n", "format = 1\nother = 1\n", "\0"],
)
def test_a_file_that_cannot_be_read_is_told_and_left_alone(content: str) -> None:
    favourites_file().write_text(content)
    favourites = Favourites()
    assert str(favourites_file()) in favourites.broken
    assert "\n" not in favourites.broken
    with pytest.raises(HostError, match="mend or remove that file"):
        favourites.choose("flute", True)
    assert favourites_file().read_text() == content


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("format = 1\npresets = ['flute']\n")
    favourites_file().symlink_to(tmp_path / "other")
    assert "is a link" in Favourites().broken


def test_there_is_an_end_to_favourites() -> None:
    favourites = Favourites()
    favourites.ids = [f"preset-{number}" for number in range(1024)]
    with pytest.raises(HostError, match="this favourite cannot be kept"):
        favourites.choose("one-more", True)
    assert len(favourites.ids) == 1024


def test_what_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    favourites = Favourites()
    favourites_file().mkdir()
    with pytest.raises(HostError, match="cannot write"):
        favourites.choose("flute", True)
    assert favourites.ids == []
