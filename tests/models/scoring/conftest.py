"""What the tests of scoring share."""

import numpy as np
import pytest

from rtsynth_models.scoring import classes
from rtsynth_models.scoring.spectra import RATE
from rtsynth_models.sounds import Sounds
from tests.models.scoring.parts import notes


@pytest.fixture(scope="session")
def sounds():
    sound, pitch, velocity, label = notes()
    held_out = np.arange(len(pitch)) % 5 == 0
    whole = np.round(sound * 32767).astype(np.int16)
    return Sounds(whole, pitch, velocity, label, held_out, ("bright", "dark"), RATE, "computed", "none")


@pytest.fixture(scope="session", autouse=True)
def _short_lessons():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classes, "STEPS", 60)
        yield
