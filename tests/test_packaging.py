"""What a person gets from a wheel, in a clean environment."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import mido
import pytest
import soundfile

ROOT = Path(__file__).parents[1]
OURS = {"rtsynth", "rtsynth_engine", "rtsynth_models", "rtsynth_presets", "rtsynth_benchmarks"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel; the dependencies are those installed here."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    site = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    (Path(site.strip()) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    return folder


def test_the_wheel_brings_our_five_packages_and_nothing_else(wheel: Path) -> None:
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == OURS


def test_the_wheel_brings_instrument_bank_and_piece(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "rtsynth_presets/demo.mid" in names
    assert "rtsynth_presets/instruments/partialgan.rtsynth/generator.onnx" in names
    assert sum(name.startswith("rtsynth_presets/bank/") for name in names) >= 24


def test_an_installed_wheel_renders(environment: Path, tmp_path: Path) -> None:
    track = mido.MidiTrack([mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=480)])
    mido.MidiFile(tracks=[track]).save(tmp_path / "in.mid")
    command = [environment / "bin" / "python", "-I", environment / "bin" / "rtsynth"]
    command += ["render", "in.mid", "-o", "out.wav"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    samples, rate = soundfile.read(tmp_path / "out.wav")
    assert rate == 48_000
    assert abs(samples).max() > 1e-3


def test_the_installed_packages_are_the_wheels_own(environment: Path) -> None:
    code = "import rtsynth, rtsynth_engine, rtsynth_presets; print(rtsynth.__file__, rtsynth_engine.__file__)"
    found = subprocess.check_output([environment / "bin" / "python", "-I", "-c", code], cwd="/", text=True)
    assert all(Path(path).is_relative_to(environment) for path in found.split())
