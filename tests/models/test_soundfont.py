import shutil

import numpy as np
import pytest

from rtsynth_models.analysis.partials import analyse, midi_hz
from rtsynth_models.analysis.resynthesis import render_note
from rtsynth_models.data import soundfont
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.soundfont import LEAD_SECONDS, NOTE_SECONDS, SAMPLE_RATE, SOUNDFONT, render_notes
from rtsynth_models.evaluation.metrics import spectral_distance

pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(not SOUNDFONT.exists() or not shutil.which("fluidsynth"), reason="needs fluidsynth"),
]


@pytest.fixture(scope="module")
def flute() -> np.ndarray:
    return render_notes(73, [(69, 100), (81, 40)])


def test_every_note_is_alone_in_its_row(flute):
    assert flute.shape == (2, round(NOTE_SECONDS * SAMPLE_RATE))
    assert np.abs(flute[:, : round(0.9 * LEAD_SECONDS * SAMPLE_RATE)]).max() < 1e-4
    assert np.abs(flute).max(1)[0] > 2 * np.abs(flute).max(1)[1] > 0


def test_a_note_sounds_at_its_pitch(flute):
    spectrum = np.abs(np.fft.rfft(flute[1, SAMPLE_RATE : 3 * SAMPLE_RATE] * np.hanning(2 * SAMPLE_RATE)))
    fundamental = np.argmax(spectrum[: 2 * 1300]) / 2  # the octave may be louder
    assert fundamental == pytest.approx(midi_hz(81), rel=0.006)


def test_an_analysed_note_played_back_is_near_the_original(flute):
    note = analyse(flute[0], 69)
    played = render_note(note.amplitude[:-1], note.hz, note.noise[:-1])
    assert spectral_distance(note.signal, played) < 4.0


def test_a_missing_soundfont_says_what_to_install(tmp_path):
    with pytest.raises(DataError, match="fluid-soundfont-gm"):
        render_notes(0, [(60, 100)], tmp_path / "none.sf2")


def test_without_fluidsynth_the_package_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DataError, match="apt-get install fluidsynth"):
        render_notes(0, [(60, 100)])


def test_a_full_disk_is_no_silence(monkeypatch):
    monkeypatch.setattr(soundfont, "_read", lambda wav: np.zeros(SAMPLE_RATE, np.float32))
    with pytest.raises(DataError, match="disk"):
        render_notes(73, [(69, 100), (81, 40)])


def test_notes_beyond_one_run_of_fluidsynth_follow_in_order(monkeypatch, flute):
    monkeypatch.setattr(soundfont, "AT_ONCE", 1)
    assert render_notes(73, [(69, 100), (81, 40)]).std(1) == pytest.approx(flute.std(1), rel=0.05)
