"""The command line: lists, and every refusal as one line with exit status 2."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import soundfile

from rtsynth import __version__
from rtsynth.cli import main
from rtsynth_engine.layout import MOST_VOICES


class Answer(NamedTuple):
    status: object
    out: str
    err: str


class Run:
    """The command line, called in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def __call__(self, *arguments: str | Path) -> Answer:
        self.monkeypatch.setattr(sys, "argv", ["rtsynth", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Answer(ended.value.code, *self.capsys.readouterr())


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return Run(monkeypatch, capsys)


def test_the_version_is_told(run: Run) -> None:
    assert run("--version") == (0, f"rtsynth {__version__}\n", "")


@pytest.mark.parametrize(
    "command",
    ["", "play", "demo", "render", "presets", "setups", "learn", "midi", "instruments", "devices", "doctor"],
)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    answer = run(*command.split(), "--help")
    assert answer.status == 0
    assert "Usage: rtsynth" in answer.out


def test_presets_are_listed_for_people_and_for_programs(run: Run) -> None:
    table, listed = run("presets", "list"), json.loads(run("presets", "list", "--json").out)
    assert len(listed) >= 24
    assert len({preset["category"] for preset in listed}) >= 8
    assert all(
        {"id", "name", "category", "instrument", "bank", "program", "pitched", "tags", "programs"}
        == set(preset)
        for preset in listed
    )
    places = {(preset["instrument"], preset["bank"], preset["program"]) for preset in listed}
    assert len(places) == len(listed)
    flagship = [preset["programs"] for preset in listed if preset["instrument"] == "partialgan"]
    assert sorted(program for programs in flagship for program in programs) == list(range(128))
    assert all(preset["id"] in table.out for preset in listed)


def test_presets_are_listed_by_category(run: Run) -> None:
    listed = json.loads(run("presets", "list", "--category", "strings", "--json").out)
    assert {preset["category"] for preset in listed} == {"strings"}


def test_a_preset_is_shown_for_people_and_for_programs(run: Run) -> None:
    shown = json.loads(run("presets", "show", "violin", "--json").out)
    assert shown["instrument"]["place"] == "violin"
    assert len(shown["resolved"]["latent"]) == 16
    assert "at violin" in run("presets", "show", "violin").out


def test_a_saved_preset_is_found_shown_and_listed(run: Run, tmp_path: Path) -> None:
    saved = run("presets", "save", "violin", "--as", "Near Violin", "--reverb", "0.1", "--pan", "-0.5")
    assert saved.out == f"Near Violin saved to {tmp_path / 'home' / 'presets' / 'near-violin.toml'}\n"
    shown = json.loads(run("presets", "show", "near violin", "--json").out)
    assert (shown["sound"]["reverb"], shown["sound"]["pan"]) == (0.1, -0.5)
    assert run("presets", "save", "violin", "--as", "Near Violin").status == 2
    assert run("presets", "save", "violin", "--as", "Near Violin", "--force").status == 0


def test_a_preview_is_a_wave_file_that_sounds(run: Run, tmp_path: Path) -> None:
    answer = run("presets", "preview", "glockenspiel")
    assert answer.status == 0
    assert "glockenspiel.wav" in answer.err
    samples, rate = soundfile.read(tmp_path / "glockenspiel.wav")
    assert (rate, samples.shape[1]) == (48_000, 2)
    assert 0.01 < abs(samples).max() < 1.0


def test_instruments_are_listed_for_people_and_for_programs(run: Run) -> None:
    table, listed = run("instruments", "list"), json.loads(run("instruments", "list", "--json").out)
    assert "partialgan" in table.out
    assert {"id", "name", "generator", "head", "licence"} == set(listed[0])


def test_devices_and_doctor_answer_whatever_there_is(run: Run) -> None:
    devices = json.loads(run("devices", "--json").out)
    assert set(devices) == {"audio", "jack", "midi"}
    findings = json.loads(run("doctor", "--json").out)
    assert {"PortAudio", "MIDI", "priority", "memory lock", "CPU governor"} <= {
        each["topic"] for each in findings
    }
    assert all(finding["good"] or finding["remedy"] for finding in findings)
    assert run("devices").status == run("doctor").status == 0


def test_presets_made_from_an_instrument_are_played_from_the_persons_own_folder(
    run: Run, tmp_path: Path
) -> None:
    assert run("presets", "make", "partialgan").status == 0
    assert (tmp_path / "home" / "presets" / "040-violin.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frobnicate"], "No such command"),
        (["play", "--frobnicate"], "No such option"),
        (["render", "x.mid"], "Missing option '-o'"),
        (["play", "voilin"], "did you mean violin"),
        (["play", "guitar"], "is ambiguous: nylon-guitar, steel-guitar"),
        (["play", "--audio", "tape"], "choose auto, jack, portaudio"),
        (["play", "--audio", "null:3"], "choose auto, jack, portaudio"),
        (["play", "--audio", "null", "--midi", "jack"], "--midi jack needs --audio jack"),
        (["play", "--audio", "null", "--midi", "none", "--midi", "3"], "stands alone"),
        (["play", "--rate", "7999"], "8000"),
        (["play", "--block", "0"], "1<=x"),
        (["play", "--duration", "-1"], "--duration"),
        (["render", "missing.mid", "-o", "x.wav"], "missing.mid"),
        (["render", ".", "-o", "x.wav"], "byte 0"),
        (["render", "/dev/zero", "-o", "x.wav"], "byte 0"),
        (["presets", "list", "--category", "spoons"], "no preset of category 'spoons'; there are piano"),
        (["presets", "list", "--tag", "spoons"], "no preset with tag 'spoons'"),
        (["presets", "show", "voilin"], "did you mean violin"),
        (["presets", "preview", "violin", "-o", "/proc/x.wav"], "cannot write /proc/x.wav"),
        (["presets", "save", "violin"], "Missing option '--as'"),
        (["presets", "save", "violin", "--as", "x", "--macro", "x"], "'x' is no NAME=VALUE"),
        (["presets", "save", "violin", "--as", "x", "--macro", "shine=1"], "has no macro 'shine'"),
        (["presets", "save", "violin", "--as", "x", "--reverb", "2"], "sound/reverb"),
        (["presets", "make", "tuba"], "no instrument 'tuba' (there is gansynth, partialgan"),
        (["presets", "make", "partialgan", "--out", "/proc/presets"], "cannot write presets"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(run: Run, arguments: list[str], said: str) -> None:
    answer = run(*arguments)
    assert answer.status == 2
    assert answer.out == ""
    assert re.fullmatch(r"rtsynth: .*\n", answer.err)
    assert said in answer.err


def test_a_broken_bundle_is_one_line_and_the_others_are_listed(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "home" / "instruments" / "broken.rtsynth"
    broken.mkdir(parents=True)
    (broken / "instrument.json").write_text('{"format": 1}')
    answer = run("instruments", "list")
    assert answer.status == 0
    assert "partialgan" in answer.out
    assert re.fullmatch(r"rtsynth: broken.rtsynth: instrument.json: .*\n", answer.err)


def test_a_missing_jack_server_is_one_line_and_status_2(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "rtsynth-nowhere")
    answer = run("play", "--audio", "jack", "--duration", "1")
    assert answer.status == 2
    assert re.fullmatch(r"rtsynth: .*(no JACK server is running|JACK is missing).*\n", answer.err)


def test_nothing_heavy_is_imported_before_a_command_runs() -> None:
    heavy = ("torch", "numba", "onnxruntime", "numpy", "sounddevice")
    code = f"import sys, rtsynth.cli; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


def test_playing_imports_no_torch() -> None:
    code = "import sys, rtsynth.session, rtsynth.doctor; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_playing_with_a_summary(tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-m", "rtsynth", "play", "violin", "--audio", "null", "--midi", "none"]
    environment = {**os.environ, "RTSYNTH_HOME": str(tmp_path)}
    with subprocess.Popen(
        [*command, "--json", tmp_path / "told.json"], stderr=-1, text=True, env=environment
    ) as playing:
        assert playing.stderr is not None
        assert "Violin on null" in playing.stderr.readline()
        playing.send_signal(number)
        rest = playing.stderr.read()
    assert playing.returncode == 0
    assert "callbacks" in rest
    assert "Traceback" not in rest
    assert json.loads((tmp_path / "told.json").read_text())["preset"] == "violin"


def test_play_takes_as_many_voices_as_the_engine_has_and_no_more(run: Run) -> None:
    most = run(
        "play", "--audio", "null", "--midi", "none", "--polyphony", str(MOST_VOICES), "--duration", "0.1"
    )
    assert most.status == 0
    assert run("play", "--polyphony", str(MOST_VOICES + 1)).status == 2


def test_a_short_session_tells_its_figures_and_that_quality_was_kept(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options = ["--audio", "null", "--midi", "none", "--duration", "0.2", "--quality", "full"]
    assert run("play", *options, "--json", str(report)).status == 0
    assert json.loads(report.read_text())["quality_lowered"] == 0
