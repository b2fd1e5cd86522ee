import numpy as np
import pytest
import soundfile

from rtsynth.cli import main
from tests.models.soundfonts import write_soundfont

pytestmark = pytest.mark.train


@pytest.fixture
def told(monkeypatch, capsys):
    """Run a command line; its exit status and what it said on the error stream."""

    def run(*words):
        monkeypatch.setattr("sys.argv", ["rtsynth", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--soundfont", "none.sf2"], "no SoundFont at none.sf2"),
        (["--soundfont", "cut.sf2"], "cut short"),
        (["--soundfont", "whole.sf2", "--programs", "40"], "no program 40"),
        (["--programs", "9,x"], "9,x: give numbers from 0 to 127"),
        (["--velocities", "0"], "give numbers from 1 to 127"),
        (["--nsynth", "nowhere"], "examples.json"),
        (["--nsynth", "nowhere", "--drums"], "--nsynth goes with"),
    ],
)
def test_a_data_set_that_cannot_be_made_is_refused_in_one_line(tmp_path, monkeypatch, told, words, said):
    monkeypatch.chdir(tmp_path)
    whole = write_soundfont(tmp_path / "whole.sf2", {(0, 9): (70, 70)}).read_bytes()
    (tmp_path / "cut.sf2").write_bytes(whole[:2000])
    status, error = told("dataset", "--out", "out", *words)
    assert (status, error.count("\n")) == (2, 1)
    assert said in error


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.wav", "--pitch", "60"], "missing"),
        (["silent.wav", "--pitch", "60"], "silent"),
        (["--pitch", "60"], "either a file or a --program"),
        (["--program", "3", "--pitch", "60.5"], "whole semitones"),
        (["--program", "3", "--pitch", "60", "--soundfont", "silent.wav"], "no SoundFont"),
    ],
)
def test_a_note_that_cannot_be_played_back_is_refused_in_one_line(tmp_path, monkeypatch, told, words, said):
    monkeypatch.chdir(tmp_path)
    soundfile.write("silent.wav", np.zeros(1000), 48_000)
    status, error = told("resynth", "-o", "out.wav", *words)
    assert (status, error.count("\n")) == (2, 1)
    assert said in error


def test_resynth_tells_the_grid_and_the_distance(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    t = np.arange(48_000) / 48_000
    soundfile.write("tone.wav", 0.5 * np.sin(2 * np.pi * 440 * t), 48_000)
    words = ["resynth", "tone.wav", "--pitch", "69", "-o", "out.wav", "--page", "out.png"]
    monkeypatch.setattr("sys.argv", ["rtsynth", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert "1 per harmonic, on multiples of the pitch" in said
    assert "mr " in said
    assert (tmp_path / "out.png").exists()
    assert soundfile.info("out.wav").samplerate == 48_000
