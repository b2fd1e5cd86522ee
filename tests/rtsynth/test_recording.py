"""Recording: what is on the tape is in the file, whatever happens to the disk."""

import resource
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile

from rtsynth.errors import HostError
from rtsynth.following import BEING_WRITTEN
from rtsynth.recording import Recorder, recording
from rtsynth_engine.drivers.null import NullDriver
from rtsynth_engine.layout import TAPED
from tests.engine.parts import OFF, ON, make_engine, render, wait_until

SIZE = 1 << 15
RATE = 48_000.0


class Tape:
    """An engine of which only the tape is there; frame n is n / 2^23 left and its negative right."""

    rate = RATE

    def __init__(self) -> None:
        self.memory = SimpleNamespace(tape=np.zeros((SIZE, 2), np.float32), marks=np.zeros(2, np.int64))

    def write(self, frames: int) -> None:
        at = np.arange(self.memory.marks[TAPED], self.memory.marks[TAPED] + frames)
        self.memory.tape[at % SIZE] = (at[:, None] * [1.0, -1.0]) / 8388608
        self.memory.marks[TAPED] += frames


def read(path: Path) -> Any:
    samples, rate = soundfile.read(path, dtype="int32")
    assert rate == RATE
    return samples >> 8


def wait_for(recorder: Recorder, frames: int) -> None:
    patience = time.monotonic() + 10.0
    while recorder.seconds * RATE < frames - 0.5:
        assert time.monotonic() < patience
        time.sleep(0.005)


def test_the_file_holds_every_frame_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tape, total = Tape(), 0
    with recording(tape, tmp_path / "take.wav") as recorder:  # type: ignore[arg-type]
        for frames in (5000, 1, 9000, 12_000, 7000):
            tape.write(frames)
            total += frames
            wait_for(recorder, total)
        tape.write(100)
    expected = np.arange(total + 100)
    assert np.array_equal(read(tmp_path / "take.wav"), np.stack([expected, -expected], 1))
    assert "take.wav: 0.7 s recorded" in capsys.readouterr().err


def test_a_late_disk_leaves_a_gap_of_silence_and_time_stays_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rtsynth.recording.PAUSE", 60.0)
    tape = Tape()
    with recording(tape, tmp_path / "take.wav") as recorder:  # type: ignore[arg-type]
        tape.write(3 * SIZE)
    lost = 3 * SIZE - (SIZE - BEING_WRITTEN)
    samples = read(tmp_path / "take.wav")[:, 0]
    assert recorder.lost == lost
    assert not samples[:lost].any()
    assert samples[lost:].tolist() == list(range(lost, 3 * SIZE))
    said = capsys.readouterr().err
    assert said.count("the disk was seconds late: the recording has a gap") == 1
    assert f"{lost / RATE:.1f} s of it lost" in said


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """The system refuses to write beyond `size` bytes, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_once_and_what_was_written_stays_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tape = Tape()
    with recording(tape, tmp_path / "take.wav") as recorder:  # type: ignore[arg-type]
        tape.write(5000)
        wait_for(recorder, 5000)
        with files_no_longer_than(32_000):
            tape.write(5000)
            recorder._thread.join(10.0)
        tape.write(5000)
    assert read(tmp_path / "take.wav")[:, 0].tolist() == list(range(5000))
    assert capsys.readouterr().err.count("recording ended at 0.1 s: File too large; make room") == 1


def test_a_lost_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tape, folder = Tape(), tmp_path / "stick"
    folder.mkdir()
    with recording(tape, folder / "take.wav"):  # type: ignore[arg-type]
        tape.write(100)
        shutil.rmtree(folder)
    assert "cannot take the name" in capsys.readouterr().err


def test_a_file_that_cannot_be_made_is_refused_before_anything_sounds(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"cannot write .*nowhere/take.wav: No such file"):
        Recorder(Tape(), tmp_path / "nowhere" / "take.wav")  # type: ignore[arg-type]


def test_an_interrupted_session_leaves_its_take(tmp_path: Path) -> None:
    tape = Tape()

    def play() -> None:
        with recording(tape, tmp_path / "take.wav"):  # type: ignore[arg-type]
            tape.write(100)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play()
    assert len(read(tmp_path / "take.wav")) == 100


def test_the_file_is_exactly_what_the_driver_got(tmp_path: Path) -> None:
    engine, driver = make_engine(), NullDriver(RATE, 64, keep=3 * 48_000)
    with recording(engine, tmp_path / "take.wav"):
        engine.feeder.start()
        driver.start(engine)
        for key in (60, 64, 67):
            engine.push(engine.clock + 2000, ON, key, 100)
            wait_until(lambda end=engine.clock + 9000: engine.clock > end)
        driver.stop()
        engine.close()
    got = driver.out[:, : engine.clock].T
    soundfile.write(tmp_path / "got.wav", got, int(RATE), "PCM_24")
    assert np.abs(got).max() > 0.01
    assert np.array_equal(read(tmp_path / "take.wav"), read(tmp_path / "got.wav"))


def test_a_rendering_is_recorded_sample_by_sample(tmp_path: Path) -> None:
    engine = make_engine()
    with recording(engine, tmp_path / "take.wav"):
        sound = render(engine, [(0.0, ON, 60, 100), (0.5, OFF, 60, 0)], 1.0)
    soundfile.write(tmp_path / "sound.wav", sound.T, int(RATE), "PCM_24")
    assert (tmp_path / "take.wav").stat().st_size == 80 + 6 * 48_000
    assert np.array_equal(read(tmp_path / "take.wav"), read(tmp_path / "sound.wav"))
