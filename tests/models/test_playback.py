import numpy as np
import pytest
import soundfile

from rtsynth_models.analysis.partials import LEAD
from rtsynth_models.analysis.playback import draw_pair, play_back, read_note, write_pair
from rtsynth_models.analysis.slots import PLAIN
from rtsynth_models.data.errors import DataError

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def wav(tmp_path_factory):
    """Two seconds of A4 at 44.1 kHz in stereo after half a second of silence; the right channel is noise."""
    t = np.arange(2 * 44_100) / 44_100
    tone = np.pad(sum(0.3 / k * np.sin(2 * np.pi * 440 * k * t) for k in (1, 2, 3)), (22_050, 0))
    path = tmp_path_factory.mktemp("wav") / "tone.wav"
    noise = 0.1 * np.random.default_rng(0).standard_normal(len(tone))
    soundfile.write(path, np.stack([tone, noise], 1), 44_100)
    return path


def test_a_file_is_read_from_its_onset_at_48_khz(wav):
    signal = read_note(wav)
    assert len(signal) == pytest.approx(LEAD + 96_000, abs=100)
    assert not signal[: LEAD - 20].any()
    assert np.abs(signal[LEAD : LEAD + 480]).max() > 0.1


def test_a_steady_tone_is_given_back(wav):
    found = play_back(read_note(wav), 69)
    assert found.grid == PLAIN
    assert found.residual_db < -25
    assert found.original.shape == found.played.shape
    assert np.std(found.played[4800:90_000]) == pytest.approx(np.std(found.original[4800:90_000]), rel=0.05)


def test_a_steady_tone_is_given_back_as_the_same_wave(wav):
    found = play_back(read_note(wav), 69)
    early = slice(480, 24_000)
    assert np.corrcoef(found.original[early], found.played[early])[0, 1] > 0.99


def test_original_and_resynthesis_follow_each_other_at_one_scale(wav, tmp_path):
    found = play_back(read_note(wav), 69)
    write_pair(found, tmp_path / "both.wav")
    draw_pair(found, "A4", tmp_path / "both.png")
    both, rate = soundfile.read(tmp_path / "both.wav")
    size = len(found.original)
    assert (rate, len(both)) == (48_000, 2 * size + 14_400)
    assert not both[size : size + 14_400].any()
    assert np.std(both[:size]) / np.std(both[-size:]) == pytest.approx(
        np.std(found.original) / np.std(found.played)
    )
    assert (tmp_path / "both.png").read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_read_or_written_is_told_in_one_line(wav, tmp_path):
    with pytest.raises(DataError, match="missing"):
        read_note(tmp_path / "none.wav")
    soundfile.write(tmp_path / "silent.wav", np.zeros(1000), 44_100)
    with pytest.raises(DataError, match="silent"):
        read_note(tmp_path / "silent.wav")
    found = play_back(read_note(wav), 69)
    with pytest.raises(DataError, match="cannot write"):
        write_pair(found, tmp_path / "no" / "out.wav")
    with pytest.raises(DataError, match="cannot write"):
        draw_pair(found, "A4", tmp_path / "no" / "out.png")
