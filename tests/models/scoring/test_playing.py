import numpy as np
import pytest

from rtsynth.folders import SHIPPED
from rtsynth_engine.bundles import load_bundle
from rtsynth_models.scoring.asking import Asked
from rtsynth_models.scoring.cost import measure, parameters
from rtsynth_models.scoring.pitch import cents_off
from rtsynth_models.scoring.playing import play
from rtsynth_models.scoring.spectra import RATE

pytestmark = pytest.mark.train
PLACES = ("acoustic-grand-piano", "clarinet", "clarinet")
PITCH = np.array([57, 57, 60])


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(SHIPPED / "instruments" / "partialgan.rtsynth")


@pytest.fixture(scope="module")
def played(bundle):
    latent = np.array([bundle.place(id).latent for id in PLACES], np.float32)
    asked = Asked(PITCH, np.full(3, 100), np.full(3, -1), latent, np.ones(3, np.int64))
    return play(bundle, asked, RATE, 0, lambda what, share: None)


def test_notes_are_played_in_tune_from_their_onset_on(played):
    assert played.shape == (3, RATE)
    assert all(abs(cents_off(sound, key)) < 5 for sound, key in zip(played, PITCH, strict=True))
    assert (np.abs(played[:, : RATE // 10]).max(1) > 0.01).all()


def test_every_note_has_its_own_latent(played):
    """Piano and clarinet on one key: the one dies away, the other does not."""
    falls = [np.std(sound[-RATE // 4 :]) / np.std(sound[RATE // 10 : RATE // 3]) for sound in played]
    assert falls[0] < 0.8 * min(falls[1:])


def test_cost_is_told_in_processor_time_and_weights_are_counted(bundle):
    cost = measure(bundle)
    assert 0 < cost.real_time < 1
    assert cost.first_ms > 0
    assert 1e6 < parameters(bundle) < 1e7
