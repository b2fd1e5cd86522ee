"""A running session is asked: by keys, by other commands, at its end."""

import os
import shutil
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from rtsynth.audio import AudioRequest
from rtsynth.desk import Desk, desk
from rtsynth.errors import HostError
from rtsynth.lineup import choose_lineup
from rtsynth.midi.files import read_midi
from rtsynth.playing import LiveRequest, Session, playing
from tests.engine.parts import CC, OFF, ON, wait_until

RTSYNTH = (sys.executable, "-m", "rtsynth")


@pytest.fixture(autouse=True)
def places(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders of our own, for everything."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def live() -> Iterator[tuple[Session, Desk]]:
    """A flute on the null driver."""
    request = LiveRequest(AudioRequest("null"), ("none",))
    with playing(choose_lineup("flute"), request) as session, desk(session.engine, "flute", None) as asked:
        yield session, asked


@pytest.fixture
def child() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts `rtsynth play` and waits until it plays."""
    started = []

    def start(*arguments: str, stdin: Any = subprocess.DEVNULL) -> "subprocess.Popen[str]":
        command = [*RTSYNTH, "play", "--audio", "null", "--midi", "none", *arguments]
        process = subprocess.Popen(command, stdin=stdin, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stderr is not None
        assert "on null" in process.stderr.readline()
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate()


def rtsynth(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*RTSYNTH, *arguments], capture_output=True, text=True, timeout=60, check=False)


def play(session: Session, *messages: tuple[float, ...]) -> None:
    """Push (seconds from now, status, data1, data2) and wait until they have acted."""
    engine = session.engine
    start, acted = engine.clock + 4800, engine.telemetry().events + len(messages)
    for seconds, *message in messages:
        engine.push(start + round(seconds * engine.rate), *map(int, message))
    wait_until(lambda: engine.telemetry().events >= acted)


PHRASE = [(0.0, ON, 72, 90), (0.3, CC, 1, 64), (0.4, OFF, 72, 0), (0.4, ON, 74, 80), (0.7, OFF, 74, 0)]


def test_keep_writes_what_was_played_and_rendering_it_gives_the_same_notes(
    live: tuple[Session, Desk], tmp_path: Path
) -> None:
    session, asked = live
    play(session, *PHRASE)
    said = asked.keep(tmp_path, "kept.mid")
    assert said == f"{tmp_path / 'kept.mid'}: 2 notes in 0:01"
    score = read_midi(tmp_path / "kept.mid")
    assert score.preset == "flute"
    acted = session.engine.history(60)
    assert np.rint(score.events["seconds"] * 48_000).tolist() == acted["time"].tolist()
    assert [event[2:5] for event in score.events.tolist()] == [event[2:5] for event in acted.tolist()]


def test_panic_silences_and_lifts_the_pedals(live: tuple[Session, Desk]) -> None:
    session, asked = live
    play(session, (0.0, CC, 64, 127), (0.0, ON, 72, 90), (0.1, ON + 3, 60, 90))
    assert session.engine.telemetry().voices == 2
    assert asked.answer({"command": "panic"}) == {"said": "panic: all sound off, pedals up"}
    wait_until(lambda: session.engine.telemetry().voices == 0)
    assert not session.engine.memory.channels["pedal"].any()


def test_another_command_keeps_and_panics(child: Callable[..., Any], tmp_path: Path) -> None:
    process = child("flute")
    kept = rtsynth("keep")
    assert (kept.returncode, kept.stderr) == (0, "")
    (file,) = tmp_path.glob("rtsynth-*.mid")
    assert kept.stdout.startswith(f"{file}: 0 notes in 0:0")
    assert rtsynth("keep", "-o", "mine.mid", "--session", str(process.pid)).returncode == 0
    assert read_midi(tmp_path / "mine.mid").preset == "flute"
    again = rtsynth("keep", "-o", "mine.mid")
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == "rtsynth: there is a file mine.mid already; name another with -o\n"
    assert rtsynth("panic").stdout == "panic: all sound off, pedals up\n"
    process.terminate()
    assert process.wait() == 0
    gone = rtsynth("panic")
    assert (gone.returncode, gone.stderr) == (2, "rtsynth: nothing is playing; start `rtsynth play` first\n")


def test_keys_of_the_terminal_keep_panic_and_quit(child: Callable[..., Any], tmp_path: Path) -> None:
    typist, inside = os.openpty()
    modes = termios.tcgetattr(inside)
    process = child("flute", stdin=inside)
    for key in (b"k", b"p", b"x"):
        os.write(typist, key)
        time.sleep(0.3)
    os.write(typist, b"q")
    rest = process.stderr.read()
    assert process.wait() == 0
    assert termios.tcgetattr(inside) == modes
    (file,) = tmp_path.glob("rtsynth-*.mid")
    assert f"rtsynth: {file.name}: 0 notes in 0:0" in rest
    assert "rtsynth: panic: all sound off, pedals up\n" in rest
    assert "Traceback" not in rest
    os.close(typist)
    os.close(inside)


def test_a_crash_leaves_a_recording_that_plays(child: Callable[..., Any], tmp_path: Path) -> None:
    process = child("flute", "--record", "take.wav")
    half_a_second = 24_000 * 6  # frames of two samples of 24 bits
    wait_until(lambda: any(p.stat().st_size > half_a_second + 200 for p in tmp_path.glob("take.*.part.wav")))
    process.kill()
    process.wait()
    (file,) = tmp_path.glob("take.*.part.wav")
    assert soundfile.info(file).duration >= 0.5


def test_an_ended_session_leaves_both_takes(child: Callable[..., Any], tmp_path: Path) -> None:
    process = child("flute", "--record", "take.wav", "--record-midi", "take.mid")
    time.sleep(0.5)
    process.terminate()
    said = process.stderr.read()
    assert process.wait() == 0
    assert "take.wav: " in said
    assert "take.mid: 0 notes" in said
    lengths = soundfile.info(tmp_path / "take.wav").duration, read_midi(tmp_path / "take.mid").length
    assert abs(lengths[0] - lengths[1]) < 1.0
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["take.mid", "take.wav"]


@pytest.mark.parametrize("option", ["--record", "--record-midi"])
def test_a_lost_folder_is_one_line_at_the_end(child: Callable[..., Any], tmp_path: Path, option: str) -> None:
    (tmp_path / "stick").mkdir()
    process = child(option, "stick/take.x")
    shutil.rmtree(tmp_path / "stick")
    process.terminate()
    said = process.stderr.read()
    assert process.wait() == 0
    assert "stick/take.x: No such file or directory" in said
    assert "Traceback" not in said


def test_requests_that_are_not_understood_are_refused(live: tuple[Session, Desk]) -> None:
    name = {"command": "keep", "folder": ".", "name": 7}
    for request in ({}, {"command": "keep"}, name, {"command": 1}, {"command": ["keep"]}):
        with pytest.raises(HostError, match="does not understand"):
            live[1].answer(request)
