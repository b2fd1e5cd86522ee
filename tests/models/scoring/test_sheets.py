import numpy as np

from rtsynth_models.scoring.sheets import draw_sheet, levels
from tests.models.scoring.parts import RATE, tone


def test_a_tone_is_loudest_at_its_pitch():
    found = levels(tone(69, slope=20, length=RATE))
    peak = found[:, found.shape[1] // 2].argmax()
    assert abs(peak * RATE / 1024 - 440) < RATE / 1024


def test_a_sheet_is_a_picture_even_of_silence_and_of_few_sounds():
    png = draw_sheet([("real", np.stack([tone(60)] * 9), [60] * 9), ("silent", np.zeros((1, RATE)), [60])])
    assert png.startswith(b"\x89PNG")
