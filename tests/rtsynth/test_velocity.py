"""Velocity curves."""

import json
from pathlib import Path

import numpy as np
import pytest

import rtsynth
from rtsynth.velocity import NAMES, table


@pytest.mark.parametrize("curve", [*NAMES, 0.1, 0.5, 3.0, 10.0])
@pytest.mark.parametrize(("low", "high"), [(1, 127), (40, 90), (64, 64)])
def test_a_curve_never_falls_keeps_silence_and_stays_in_its_range(curve, low, high):
    answer = table(curve, low, high)
    assert (answer.dtype, answer.shape, answer[0]) == (np.float32, (128,), 0.0)
    assert (np.diff(answer) >= 0.0).all()
    assert answer[1:].min() >= np.float32(low / 127)
    assert answer.max() <= np.float32(high / 127)


def test_the_linear_curve_leaves_velocities_as_they_are():
    np.testing.assert_allclose(table("linear"), np.arange(128) / 127, rtol=1e-6)


def test_a_soft_touch_is_louder_on_the_soft_curve_and_quieter_on_the_hard_one():
    soft, linear, hard = (table(curve)[40] for curve in ("soft", "linear", "hard"))
    assert soft > linear > hard


@pytest.mark.parametrize("curve", ["soft", "linear", "hard", 0.3])
def test_softest_and_hardest_touch_reach_the_ends_of_the_range(curve):
    assert table(curve, 20, 100)[[1, 127]] == pytest.approx([20 / 127, 100 / 127])


def test_fixed_is_one_velocity_however_a_key_is_struck():
    assert set(table("fixed")[1:]) == {np.float32(100 / 127)}
    assert set(table("fixed", 80, 80)[1:]) == {np.float32(80 / 127)}


def test_a_setup_may_name_every_curve():
    schema = json.loads((Path(rtsynth.__file__).parent / "setup.schema.json").read_text())
    assert schema["properties"]["inputs"]["items"]["properties"]["curve"]["then"]["enum"] == list(NAMES)
