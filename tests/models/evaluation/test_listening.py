import shutil

import numpy as np
import pytest

from rtsynth.folders import SHIPPED
from rtsynth_models.data.soundfont import SOUNDFONT
from rtsynth_models.evaluation.listening import Plan, Task, listen
from rtsynth_models.evaluation.summary import summarise_reports

pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(not SOUNDFONT.exists() or not shutil.which("fluidsynth"), reason="needs fluidsynth"),
]
PLAN = Plan(velocities=(102,), offsets=(1,), sweep=(60, 72))


@pytest.fixture(scope="module")
def report():
    folder = SHIPPED / "instruments" / "partialgan.rtsynth"
    return listen(Task(folder, "flute", PLAN, SOUNDFONT, draw=True))


def test_every_held_out_and_trained_pitch_of_the_range_is_heard(report):
    assert [(note.pitch, note.held_out) for note in report.notes] == [
        (pitch + step, step == 0) for pitch in (54, 69, 84) for step in (0, 1)
    ]


def test_a_generated_note_is_further_away_than_the_ceiling(report):
    for note in report.notes:
        assert note.measures["generated"]["mr"] > note.measures["analysed"]["mr"] > 0


def test_only_a_held_out_note_has_a_trained_neighbour(report):
    assert [("neighbour" in note.measures) for note in report.notes] == [n.held_out for n in report.notes]


def test_the_real_flute_moves_and_is_in_tune(report):
    found = summarise_reports([report])
    assert found["motion"]["cents"]["original"] > 3
    assert found["pitch"]["original"]["within_10_cents"] == 100
    assert found["keyboard"]["notes"] == 2


def test_every_version_has_the_same_shape_of_mel_and_statistics(report):
    for note in report.notes:
        assert {mel.shape for mel in note.mel.values()} == {(376, 96)}
        assert all(np.isfinite(moved).all() for moved in note.moved.values())


def test_a_picture_is_a_png(report):
    assert report.picture.startswith(b"\x89PNG")
