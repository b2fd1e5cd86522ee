import shutil

import numpy as np
import pytest

from rtsynth_models.data.catalogue import program
from rtsynth_models.data.soundfont import SOUNDFONT, render_notes
from rtsynth_models.evaluation.evaluate import evaluate_note, summary
from rtsynth_models.evaluation.sheet import draw_sheet

pytestmark = pytest.mark.train


def note(mr: float, rise: float, number: int = 0) -> dict:
    kinds = ("original", "analysed", "generated")
    return {kind: {"mr": mr, "mel": 1.0, "level_db": -2.0, "rise_ms": rise} for kind in kinds} | {
        "program": number,
        "cents": mr,
    }


def test_a_summary_is_the_median_over_notes():
    found = summary([note(1, 5), note(2, 5), note(9, 5)])
    assert found["generated"] == {"mr": 2.0, "mel": 1.0}
    assert found["level_db"] == 2.0


def test_slow_attacks_are_left_out_of_the_rise():
    assert summary([note(1, 5), note(1, 200)])["rise_ms"]["generated"] == 5
    assert summary([note(1, 200)])["rise_ms"]["generated"] is None


@pytest.mark.skipif(not SOUNDFONT.exists() or not shutil.which("fluidsynth"), reason="needs fluidsynth")
def test_an_untrained_network_is_further_away_than_the_ceiling(model):
    sound = render_notes(73, [(69, 80)])[0]
    figures, signals = evaluate_note(model, 0, program(73), 69, sound)
    assert figures["generated"]["mr"] > figures["analysed"]["mr"] > figures["original"]["mr"] == 0
    assert {len(s) for s in signals.values()} == {len(signals["original"])}


def test_a_sheet_is_drawn_of_sound_and_silence(tmp_path, rng):
    row = {"original": rng.standard_normal(9600), "generated": np.zeros(9600)}
    draw_sheet({"Flute 69": row}, tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").stat().st_size > 1000
