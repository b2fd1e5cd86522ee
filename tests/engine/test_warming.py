"""The very first start: two processes compile, and it is told how far they are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba import njit

from rtsynth_engine import warming


def test_the_other_process_compiles_all_but_the_block(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "rtsynth_engine.warming"], env=environment, check=True)
    compiled = {index.name.split("-")[0] for index in tmp_path.rglob("*.nbi")}
    assert {"entry._events", "streaming.deliver_blocks", "portaudio._callback", "null._run"} <= compiled
    assert "entry._block" not in compiled


def test_it_is_asked_only_before_the_block_was_ever_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "CACHE", tmp_path)
    asked: list[list[str]] = []
    monkeypatch.setattr(warming.subprocess, "Popen", lambda command, **_: asked.append(command) or _Done())
    with warming.warming():
        pass
    assert len(asked) == 1
    (tmp_path / "entry._block-30.py311.nbi").touch()
    with warming.warming():
        pass
    assert len(asked) == 1


class _Done:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def test_compiled_functions_are_counted_while_they_are_awaited() -> None:
    told: list[int] = []
    with warming.counted(told.append):
        njit(lambda x: x + 1)(1)
    njit(lambda x: x + 2)(1)
    assert told == [1]
