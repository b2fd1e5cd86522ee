import numpy as np
import pytest

from rtsynth_models.data.errors import DataError
from rtsynth_models.scoring import classes
from rtsynth_models.scoring.classes import FILE, judge, load_classifier
from rtsynth_models.scoring.scores import Judges
from rtsynth_models.scoring.spectra import BANDS, HOP, log_mel
from tests.models.scoring.parts import notes, tone

SILENT = lambda what, share: None  # noqa: E731


@pytest.fixture(scope="module")
def judges(sounds, tmp_path_factory):
    return Judges(sounds, tmp_path_factory.mktemp("judges"), pitched=True, progress=SILENT)


def test_spectra_do_not_depend_on_loudness():
    sound = tone(60)[None]
    np.testing.assert_allclose(log_mel(sound), log_mel(sound / 50), atol=1e-4)


def test_spectra_have_a_moment_for_each_hop_and_silence_is_their_floor():
    spectra = log_mel(np.zeros((2, 10 * HOP)))
    assert spectra.shape == (2, 10, BANDS)
    assert (spectra == -1).all()


def test_a_higher_tone_is_higher_in_the_spectrum():
    peaks = [log_mel(tone(key, slope=9)[None])[0, 20].argmax() for key in (36, 48, 60, 72, 84)]
    assert peaks == sorted(set(peaks))


def test_sounds_scored_against_themselves_do_not_differ(judges, sounds):
    rows = sounds.chosen(held_out=False)
    found = judges.score(sounds.sound[rows], sounds.pitch[rows], sounds.label[rows])
    assert found.ndb == 0
    assert found.frechet == pytest.approx(0, abs=1e-3)
    assert found.tune == 1
    assert found.named > 0.95
    assert 0 <= found.entropy < np.log(24)
    assert 1 < found.inception <= 24


def test_half_of_the_keyboard_is_told_by_bins_and_by_distance(judges, sounds):
    known = sounds.chosen(held_out=False)
    whole, half = (
        judges.score(sounds.sound[rows], sounds.pitch[rows], sounds.label[rows])
        for rows in (known, known[sounds.pitch[known] < 60])
    )
    assert half.frechet > 100 * whole.frechet
    assert half.ndb > 0.5 > whole.ndb


def test_the_further_the_sounds_the_larger_the_distance(judges):
    distances = []
    for noise in (0.0, 0.1, 1.0):
        sound, pitch, _, label = notes(seed=500, noise=noise)
        distances.append(judges.score(sound, pitch, label).frechet)
    assert distances == sorted(distances)
    assert distances[2] > 5 * distances[0]


def test_notes_out_of_tune_are_counted(judges):
    sound, pitch, _, label = notes(seed=500, cents=30)
    assert judges.score(sound, pitch, label).tune == 0


def test_where_no_name_was_asked_for_none_is_scored(judges):
    sound, pitch, _, label = notes(seed=500)
    assert np.isnan(judges.score(sound, pitch, -np.ones_like(label)).named)


def test_drums_are_scored_by_name_alone(sounds, tmp_path):
    rows, found = Judges(sounds, tmp_path, pitched=False, progress=SILENT).real(30, seed=0)
    assert len(rows) == found.sounds == 30
    assert np.isnan(found.pitch)
    assert np.isnan(found.tune)
    assert found.named > 0.9
    assert 1 < found.inception <= 2


def test_a_classifier_is_trained_once_and_a_damaged_one_again(sounds, tmp_path):
    steps = []
    mel = log_mel(sounds.sound[:, :16000])

    def load():
        return judge(
            load_classifier(sounds, mel, tmp_path, True, lambda what, share: steps.append(share)), mel
        )

    first = load()
    trained = len(steps)
    second = load()
    assert len(steps) == trained > 0
    np.testing.assert_array_equal(first.name, second.name)
    (tmp_path / FILE).write_bytes(b"no weights")
    np.testing.assert_array_equal(load().name, first.name)
    assert len(steps) == 2 * trained


def test_where_the_classifier_cannot_be_kept_the_remedy_is_told(sounds, tmp_path, monkeypatch):
    monkeypatch.setattr(classes, "STEPS", 1)
    with pytest.raises(DataError, match="make the folder writable"):
        load_classifier(sounds, log_mel(sounds.sound[:, :16000]), tmp_path / "none", True, SILENT)
