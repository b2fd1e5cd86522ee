"""The level of presets, as heard."""

from dataclasses import replace

import pytest

from rtsynth.bank import bank
from rtsynth.instruments import find_instrument
from rtsynth.levels import LEVEL, heard_level, matched


def test_presets_matched_by_ear_are_as_loud_as_those_shipped() -> None:
    bundle = find_instrument("partialgan")
    presets = [each for each in bank(bundle) if each.id in ("violin", "glockenspiel", "glass-violin")]
    levels = [heard_level(preset, bundle) for preset in presets]
    assert max(levels) - min(levels) > 6.0
    again = [heard_level(preset, bundle) for preset in matched(presets, levels)]
    assert again == pytest.approx([LEVEL] * 3, abs=0.5)


def test_a_preset_of_twice_the_level_is_heard_six_decibels_louder() -> None:
    bundle = find_instrument("partialgan")
    quiet = bank(bundle)[0]
    loud = replace(quiet, mix=replace(quiet.mix, level_db=quiet.mix.level_db + 6.0))
    assert heard_level(loud, bundle) - heard_level(quiet, bundle) == pytest.approx(6.0, abs=0.3)


def test_a_silent_preset_is_moved_by_no_more_than_fifteen_decibels() -> None:
    presets = bank(find_instrument("partialgan"))[:3]
    moved = matched(presets, [LEVEL, LEVEL - 2.0, -100.0])
    assert [preset.mix.level_db for preset in moved] == [0.0, 2.0, 15.0]
