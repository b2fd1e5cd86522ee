import numpy as np
import pytest

from rtsynth_models.evaluation.summary import grouped, summarise, tuning
from rtsynth_models.evaluation.tables import tables
from rtsynth_models.export.measured import measured

pytestmark = pytest.mark.train


def test_distances_are_medians_with_their_tails(make_heard):
    found = summarise([make_heard(mr=mr) for mr in range(11)])["mr"]["generated"]
    assert found == {"p10": 1.0, "median": 5.0, "p90": 9.0}


def test_slow_attacks_are_left_out_of_the_rise(make_heard):
    found = summarise([make_heard(rise=5), make_heard(rise=200)])
    assert found["fast_notes"] == 1
    assert found["rise_ms"]["generated"]["median"] == 5
    assert summarise([make_heard(rise=200)])["rise_ms"]["generated"] is None


def test_a_note_whose_pitch_is_not_found_is_out_of_tune():
    found = tuning([0.0, -9.0, 12.0, np.nan])
    assert found["within_10_cents"] == 50
    assert found["found"] == 3


def test_the_depth_of_motion_is_compared_with_the_original(make_heard):
    found = summarise([make_heard(amplitude_db=0.5), make_heard(amplitude_db=1.0)])["motion"]
    assert found["amplitude_db"]["ratio"] == pytest.approx(0.75, abs=1e-3)


def test_trained_pitches_are_left_out_of_groups(make_heard, make_report):
    reports = [
        make_report([make_heard(), make_heard(pitch=40)]),
        make_report([], id="horn", category="brass"),
    ]
    found = grouped(reports, lambda report: report.place.category)
    assert {name: of["notes"] for name, of in found.items()} == {"pipe": 1, "brass": 0}
    assert found["pipe"]["keyboard"]["within_10_cents"] == 50
    assert found["pipe"]["range"]["within_10_cents"] == 100


def test_every_row_of_a_table_is_as_long_as_its_header(figures):
    for _, rows in tables(figures):
        assert len({len(row) for row in rows}) == 1


def test_the_card_quotes_the_figures(figures):
    text = measured(figures)
    assert "1 notes of held-out pitches at velocities 102" in text
    assert "| Flute | 1 | 4.25 | 4.25 | – | 3.00 | 3.00 | 50.0 | -1.0 | 8.0 | 8.0 |" in text
