import numpy as np
import pytest

from rtsynth_models.evaluation import classifier
from rtsynth_models.evaluation.classifier import FILE, judge, load_classifier
from rtsynth_models.evaluation.stored import EvaluationError, read_program

pytestmark = pytest.mark.train
PITCHES = (40, 60, 80)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A short training."""
    monkeypatch.setattr(classifier, "STEPS", 2)
    monkeypatch.setattr(classifier, "BATCH", 16)


def silent(*_):
    pass


def mel_of(pitch, number, rng):
    """A band that rises with the pitch, and another that tells the program."""
    mel = np.full((376, 96), -90.0) + rng.standard_normal((376, 96))
    mel[:, pitch - 30 : pitch - 26] = -20
    mel[:, 70 + 4 * (number > 0) : 73 + 4 * (number > 0)] = -10
    return mel.astype(np.float16)


@pytest.fixture
def data(tmp_path, rng):
    notes = [(pitch, velocity) for pitch in PITCHES for velocity in (25, 76, 127) for _ in range(4)]
    for number in (0, 73):
        arrays = {"mel": np.stack([mel_of(pitch, number, rng) for pitch, _ in notes])}
        pitch, velocity = np.array(notes).T
        np.savez(tmp_path / f"program-{number:03d}.npz", **arrays, pitch=pitch, velocity=velocity)
    return tmp_path


@pytest.fixture
def notes(make_heard, rng):
    """Real flute notes; the generated ones are other pitches."""
    made = [make_heard(pitch=PITCHES[i % 3]) for i in range(24)]
    for note in made:
        real = [mel_of(note.pitch, 73, rng) for _ in range(2)]
        note.mel = {
            "original": real[0],
            "analysed": real[1],
            "generated": mel_of(140 - note.pitch - 15, 0, rng),
        }
    return made


def test_it_knows_real_notes_and_sees_that_generated_ones_are_others(data, notes, monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 40)
    found = judge(*load_classifier(data, 0, silent), notes, 0)
    assert found["original"]["pitch_accuracy"] > 90
    assert found["original"]["program_accuracy"] == 100
    assert found["generated"]["program_accuracy"] == 0
    assert found["frechet"]["generated"] > 3 * found["frechet"]["original"]


def test_it_is_trained_once_for_the_same_programs_and_again_for_others(data):
    steps = []
    for _ in range(2):
        load_classifier(data, 0, lambda what, share: steps.append(what))
    assert len(steps) == 2
    (data / "program-073.npz").unlink()
    load_classifier(data, 0, lambda what, share: steps.append(what))
    assert len(steps) == 4


def test_a_damaged_classifier_is_trained_anew(data):
    (data / FILE).write_bytes(b"PK\x03\x04 cut short")
    assert load_classifier(data, 0, silent)[1] == [0, 73]


def test_a_damaged_data_set_is_named_with_the_remedy(data):
    path = data / "program-000.npz"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(EvaluationError, match=r"program-000\.npz is damaged.*build the data set again"):
        read_program(data, 0, "mel")


@pytest.mark.parametrize("velocities", [(51, 102), (100,), (25, 50, 75, 100, 127)])
def test_it_learns_from_data_of_any_velocities(tmp_path, rng, monkeypatch, velocities):
    monkeypatch.setattr(classifier, "STEPS", 1)
    for number in (0, 73):
        mel = np.stack([mel_of(60, number, rng) for _ in velocities])
        pitch, velocity = np.full(len(velocities), 60), np.array(velocities)
        np.savez(tmp_path / f"program-{number:03d}.npz", mel=mel, pitch=pitch, velocity=velocity)
    _, programs = load_classifier(tmp_path, 0, silent)
    assert programs == [0, 73]
