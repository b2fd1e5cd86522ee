"""The preview's phrase fits every range."""

import pytest

from rtsynth.phrases import NOTE_OFF, NOTE_ON, phrase


@pytest.mark.parametrize(("low", "high"), [(21, 108), (24, 69), (60, 108), (60, 64), (60, 60), (0, 127)])
def test_the_phrase_stays_within_the_range_and_ends_every_note(low: int, high: int) -> None:
    score = phrase(low, high)
    keys = score.events["data1"][score.events["status"] == NOTE_ON]
    assert low <= keys.min() <= keys.max() <= high
    assert sorted(keys) == sorted(score.events["data1"][score.events["status"] == NOTE_OFF])
    assert (score.events["seconds"][1:] >= score.events["seconds"][:-1]).all()
    assert score.length > score.events["seconds"].max()
