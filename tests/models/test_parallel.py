import errno
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from rtsynth_models.data import notefile
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.notefile import save
from rtsynth_models.data.parallel import run_all

pytestmark = pytest.mark.train


@dataclass(frozen=True)
class Job:
    """Writes its file, is silent, refuses, or dies."""

    name: str
    path: Path

    def run(self) -> bool:
        if self.name == "refuses":
            raise DataError("it cannot")
        if self.name == "dies":
            os._exit(9)
        if self.name != "silent":
            save(self.path, {"x": np.zeros(1)})
        return self.name != "silent"


def run(folder, *names):
    """What was said."""
    said: list[str] = []
    run_all([Job(name, folder / f"{name}.npz") for name in names], 1, said.append, lambda: said.append("-"))
    return said


def test_every_piece_of_work_is_told_and_followed_by_its_end(tmp_path):
    said = run(tmp_path, "one", "two")
    assert [line.split(",")[0] for line in said] == ["-", "1/2 one", "-", "2/2 two"]


def test_what_is_done_is_kept_when_something_refuses(tmp_path):
    with pytest.raises(DataError, match="it cannot"):
        run(tmp_path, "one", "refuses", "two")
    assert (tmp_path / "one.npz").exists()


def test_a_worker_that_dies_is_told_in_one_line(tmp_path):
    with pytest.raises(DataError, match="memory"):
        run(tmp_path, "dies")


def test_silence_is_left_out_but_not_all_of_it_may_be(tmp_path):
    assert "silent, left out" in run(tmp_path, "one", "silent")[-1]
    with pytest.raises(DataError, match="silence"):
        run(tmp_path / "other", "silent")


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    def full(path, **arrays):
        Path(path).write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(notefile.np, "savez", full)
    with pytest.raises(DataError, match="No space left"):
        save(tmp_path / "one.npz", {"x": np.zeros(1)})
    assert not list(tmp_path.iterdir())
