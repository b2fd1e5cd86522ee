"""Bookmarks of the pad: what a person comes back to."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtsynth.errors import HostError
from rtsynth.page.steering.bookmarks import Bookmark, Bookmarks, bookmarks_file
from tests.rtsynth.page.stage import FLUTE, PIANO, VIOLIN, Stage

GLASS = Bookmark(
    "Glass", "whole", "map", (0.5, -0.25), ("body", ""), (PIANO, FLUTE, VIOLIN, PIANO), 1.0, (0.5,) * 16
)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def test_bookmarks_are_there_the_next_time_each_with_its_instrument() -> None:
    Bookmarks("whole").add(GLASS)
    Bookmarks("half").add(replace(GLASS, instrument="half"))
    assert Bookmarks("whole").own == [GLASS]
    Bookmarks("whole").remove(0)
    assert (Bookmarks("whole").own, len(Bookmarks("half").own)) == ([], 1)


def test_a_name_stands_for_one_place() -> None:
    bookmarks = Bookmarks("whole")
    bookmarks.add(GLASS)
    bookmarks.add(replace(GLASS, at=(0.0, 0.0)))
    assert [each.at for each in bookmarks.own] == [(0.0, 0.0)]


def test_a_bookmark_that_is_not_there_is_refused() -> None:
    with pytest.raises(HostError, match=r"^there is no bookmark 3; choose one of 0$"):
        Bookmarks("whole").remove(2)


@pytest.mark.parametrize("content", ["format = 2\n", "[[bookmarks]]\nname = 'x'\n", "bookmarks = nan"])
def test_a_file_that_cannot_be_read_is_told_and_left_alone(content: str) -> None:
    bookmarks_file().write_text(content)
    bookmarks = Bookmarks("whole")
    assert str(bookmarks_file()) in bookmarks.broken
    with pytest.raises(HostError, match="mend or remove that file"):
        bookmarks.add(GLASS)
    assert bookmarks_file().read_text() == content
    stage = Stage()
    stage.turn()
    assert stage.said == [bookmarks.broken]


@pytest.mark.parametrize("change", [{"name": "two\nlines"}, {"latent": (float("nan"),)}, {"at": (2.0, 0.0)}])
def test_what_could_not_be_read_again_is_not_kept(change: dict) -> None:
    bookmarks = Bookmarks("whole")
    with pytest.raises(HostError, match="this bookmark cannot be kept"):
        bookmarks.add(replace(GLASS, **change))
    assert (bookmarks.own, bookmarks_file().exists()) == ([], False)


@pytest.mark.parametrize("mode", ["directions", "corners", "map"])
def test_a_bookmark_brings_back_the_pad_and_the_sound(mode: str) -> None:
    stage = Stage()
    stage.ask("pad", mode=mode, y="motion")
    stage.ask("move", x=0.3, y=-0.6)
    stage.ask("bookmark", name="Here")
    heard, seen = stage.latent(0).copy(), stage.see("pad")
    assert seen["bookmarks"] == [{"name": "Here", "mode": mode, "at": [0.3, -0.6]}]
    stage.ask("pad", mode="directions", y="body")
    stage.ask("surprise")
    stage.ask("go", bookmark=0)
    stage.turn()
    np.testing.assert_allclose(stage.latent(0), heard, atol=1e-4)
    now = stage.see("pad")
    assert [now[key] for key in ("mode", "y", "at", "corners")] == [
        seen[key] for key in ("mode", "y", "at", "corners")
    ]


def test_a_bookmark_of_a_surprise_is_where_the_puck_goes_on_from() -> None:
    stage = Stage()
    stage.ask("surprise")
    stage.ask("move", x=0.5, y=0.0)
    stage.ask("bookmark", name="Found")
    heard = stage.latent(0).copy()
    stage.ask("home")
    stage.ask("go", bookmark=0)
    stage.ask("move", x=0.0, y=0.0)
    stage.ask("move", x=0.5, y=0.0)
    stage.turn()
    np.testing.assert_allclose(stage.latent(0), heard, atol=1e-4)


def test_a_bookmark_of_other_partials_is_refused() -> None:
    stage = Stage()
    stage.ask("bookmark", name="Here")
    sounds = stage.model.catalogue.sounds
    stage.ask("preset", id=next(id for id, sound in sounds.items() if sound.divisor != 1))
    with pytest.raises(HostError, match="Here is of other partials than"):
        stage.ask("go", bookmark=0)


def test_a_bookmark_goes() -> None:
    stage = Stage()
    stage.ask("bookmark", name="Here")
    stage.ask("unbookmark", bookmark=0)
    assert stage.see("pad")["bookmarks"] == []
