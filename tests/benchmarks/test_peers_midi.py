"""What MIDI does to the sound: the judgement of each behaviour, and a few rows with real synths."""

import shutil

import numpy as np
import pytest

from rtsynth_benchmarks.peers import midi
from rtsynth_benchmarks.peers.behaviours import BEHAVIOURS, Heard
from rtsynth_benchmarks.stage import SOUNDFONT
from rtsynth_engine.midi.parser import make_parser, parse_all
from tests.conftest import require

RATE = 48_000


def _heard(*tones: tuple[float, float, float]) -> Heard:
    """Sines: key, since, until."""
    sound = np.zeros((2, 2 * RATE), np.float32)
    for key, since, until in tones:
        time = np.arange(round(since * RATE), round(until * RATE))
        sound[:, time] += 0.1 * np.sin(2 * np.pi * 440.0 * 2.0 ** ((key - 69) / 12) * time / RATE)
    return Heard(sound, RATE, np.zeros(1, np.int64))


def _judged(claim: str, heard: Heard) -> bool:
    return next(b for b in BEHAVIOURS if claim in b.claim).judge(heard)


def test_every_behaviour_has_a_claim_of_its_own_and_whole_messages() -> None:
    assert len({behaviour.claim for behaviour in BEHAVIOURS}) == len(BEHAVIOURS) >= 20
    for behaviour in BEHAVIOURS:
        assert [at for at, _ in behaviour.script] == sorted(at for at, _ in behaviour.script)
        assert behaviour.script[-1][0] < behaviour.seconds
        for _, message in behaviour.script:
            assert len(parse_all(make_parser(), bytes.fromhex(message))), behaviour.claim


def test_silence_satisfies_no_claim_about_pitch() -> None:
    for claim in ("two semitones", "RPN 0", "RPN 1", "one key", "the octave", "transposes", "MPE"):
        assert not _judged(claim, _heard()), claim


@pytest.mark.parametrize(
    ("claim", "right", "wrong"),
    [
        ("velocity 0", [(60, 0, 0.6)], [(60, 0, 2)]),
        ("a pedal at 64", [(60, 0, 1.1)], [(60, 0, 0.4)]),
        ("sostenuto", [(60, 0, 2), (67, 0.2, 0.6)], [(60, 0, 0.6), (67, 0.2, 0.6)]),
        ("two semitones", [(62, 0, 2)], [(60, 0, 2)]),
        ("NRPN", [(62, 0, 2)], [(72, 0, 2)]),
        ("CC 120", [(60, 0, 0.5)], [(60, 0, 0.7)]),
        ("mono plays", [(60, 0, 0.5), (67, 0.5, 1.0), (60, 1.0, 2)], [(60, 0, 2), (67, 0.5, 1.0)]),
        ("MPE", [(60, 0, 0.2), (66, 0.2, 2), (67, 0, 2)], [(60, 0, 0.2), (60.25, 0.2, 2), (67, 0, 2)]),
        ("the octave", [(60.63, 0, 2)], [(60, 0, 2)]),
    ],
)
def test_a_behaviour_is_told_from_its_opposite(
    claim: str, right: list[tuple[float, float, float]], wrong: list[tuple[float, float, float]]
) -> None:
    assert _judged(claim, _heard(*right))
    assert not _judged(claim, _heard(*wrong))


@pytest.mark.jack
def test_both_synths_have_a_column_and_a_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    require(
        shutil.which("jackd") and shutil.which("fluidsynth") and SOUNDFONT.exists(), "jackd and fluidsynth"
    )
    for name in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER", "JACK_NO_AUDIO_RESERVATION"):
        monkeypatch.setenv(name, "")
    every = len(BEHAVIOURS) // 2
    rows = midi.run(midi.Setting(every), lambda text: None)
    assert [row["what"] for row in rows] == [*(b.claim for b in BEHAVIOURS[::every]), "in all"]
    said = {row[name].partition(":")[0] for row in rows[:-1] for name in ("rtsynth", "FluidSynth")}
    assert said <= {"yes", "no", "not measured"}  # a busy machine may lose what was sent
