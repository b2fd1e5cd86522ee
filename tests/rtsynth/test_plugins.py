"""The template of a plug-in, installed: the commands of a person find it, and render a piece with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from tests.plugin_install import install_template


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """That of a person who has installed the template and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    paths = [str(install_template(folder)), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "RTSYNTH_HOME": str(folder / "home")}


def rtsynth(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "rtsynth", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_listed_beside_what_ships(environment: dict[str, str]) -> None:
    listed = {each["id"]: each for each in json.loads(rtsynth(environment, "instruments", "list", "--json"))}
    assert "partialgan" in listed
    told = {"id": "glass", "name": "Glass", "generator": "plugin", "head": "waveform", "licence": "MIT"}
    assert told.items() <= listed["glass"].items()


def test_a_piece_is_rendered_with_it(environment: dict[str, str], tmp_path: Path) -> None:
    file = mido.MidiFile()
    file.tracks.append(
        mido.MidiTrack(
            [
                mido.Message("note_on", note=69, velocity=100),
                mido.Message("note_off", note=69, time=480),
            ]
        )
    )
    file.save(tmp_path / "one.mid")
    out = tmp_path / "one.wav"
    rtsynth(
        environment,
        "render",
        str(tmp_path / "one.mid"),
        "-o",
        str(out),
        "--preset",
        "glass-hard",
        "--tail",
        "1",
    )
    sound, rate = soundfile.read(out)
    spectrum = np.abs(np.fft.rfft(sound[: rate // 2, 0] * np.hanning(rate // 2)))
    assert np.abs(sound).max() > 0.01
    assert np.argmax(spectrum) * 2 == pytest.approx(440, abs=4)
