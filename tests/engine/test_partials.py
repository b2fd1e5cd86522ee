"""The oscillator bank against a reference in float64: levels, frequencies, no aliases, exact bends."""

import numpy as np
import pytest

from rtsynth_engine.engine import HEADROOM_DB
from tests.engine.parts import BEND, CC, ON, Steady, cents, level, make_engine, pitch, render, send

RATE = 48_000
CHAIN = 10.0 ** (HEADROOM_DB / 20.0) * (100 / 127) ** 2 * np.cos(np.pi / 4)  # headroom, volume, pan centre
LEVELS = [0.2, 0.1, 0.0, 0.05, 0.002]
RATIOS = [1.0, 2.003, 3.0, 4.02, 5.5]


def reference(levels: list[float], frequencies: np.ndarray, count: int) -> np.ndarray:
    """Cosines at phase 0: (count,)."""
    time = np.arange(count)[:, None] / RATE
    return CHAIN * (np.cos(2.0 * np.pi * frequencies * time) @ np.array(levels))


def decibels(ratio: float) -> float:
    return float(20.0 * np.log10(ratio))


@pytest.mark.parametrize("key", [36, 69, 84])
def test_every_partial_has_the_level_and_the_frequency_that_its_frames_ask_for(key: int) -> None:
    engine = make_engine(generator=Steady(LEVELS, RATIOS), reverb=0.0)
    sound = render(engine, [(0.0, ON, key, 100)], 1.5)[0, RATE // 4 :].astype(float)
    frequencies = 440.0 * 2.0 ** ((key - 69) / 12) * np.array(RATIOS)
    wanted = reference(LEVELS, frequencies, len(sound))
    for amplitude, frequency in zip(LEVELS, frequencies, strict=True):
        if amplitude > 0.0:
            found = level(sound, RATE, frequency) / level(wanted, RATE, frequency)
            assert abs(decibels(found)) < 0.1
            assert abs(cents(pitch(sound, RATE, frequency), frequency)) < 0.1
        else:
            assert level(sound, RATE, frequency) < 1e-6


def test_a_program_with_a_divisor_sounds_partials_at_fractions_of_the_pitch() -> None:
    engine = make_engine(generator=Steady(), reverb=0.0, divisor=2.0)
    sound = render(engine, [(0.0, ON, 69, 100)], 1.5)[0, RATE // 4 :]
    assert abs(cents(pitch(sound, RATE, 220.0), 220.0)) < 0.1


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_partials_above_nyquist_are_silent_and_leave_no_alias(rate: int) -> None:
    engine = make_engine(float(rate), generator=Steady([0.1] * 96), reverb=0.0)
    sound = render(engine, [(0.0, ON, 108, 100)], 1.2)[0, rate // 5 :]
    spectrum = np.abs(np.fft.rfft(sound * np.blackman(len(sound))))
    frequency = np.fft.rfftfreq(len(sound), 1.0 / rate)
    partials = 4186.009 * np.arange(1, 6)
    near = np.min(np.abs(frequency[:, None] - partials), axis=1) < 10.0
    assert decibels(spectrum[~near].max() / spectrum.max()) < -80.0
    assert np.all([level(sound, rate, partial) > 0.09 * CHAIN for partial in partials])


def test_a_partial_bent_past_nyquist_falls_silent() -> None:
    engine = make_engine(generator=Steady([0.0] * 4 + [0.1]), reverb=0.0)
    sound = render(engine, [(0.0, ON, 108, 100), (0.5, BEND, 127, 127)], 1.0)[0]
    assert np.abs(sound[RATE // 4 : RATE // 2]).max() > 0.01
    assert np.abs(sound[-RATE // 4 :]).max() < 1e-6


def test_a_bend_arrives_within_some_milliseconds_and_is_exact() -> None:
    engine = make_engine(generator=Steady([0.2]), reverb=0.0)
    send(engine, (ON, 69, 100), frames=4800)
    channel = engine.memory.channels[0]
    render(engine, [(0.0, BEND, 0, 0)], 0.020)
    assert channel["bend_now"] == pytest.approx(-2.0, abs=0.02)
    render(engine, [], 0.080)
    bent = pitch(render(engine, [], 1.0)[0], RATE, 391.995)
    assert abs(cents(bent, 440.0 * 2.0 ** (-2 / 12))) < 0.01


def test_a_bend_makes_no_click() -> None:
    engine = make_engine(generator=Steady([0.2]), reverb=0.0)
    sound = render(engine, [(0.0, ON, 69, 100), (0.5, BEND, 127, 127)], 1.0)[0]
    assert np.abs(np.diff(sound[RATE // 4 :])).max() < 0.2 * CHAIN * 2.0 * np.pi * 495.0 / RATE


def test_a_note_keeps_its_level_for_minutes() -> None:
    engine = make_engine(generator=Steady([0.2]), reverb=0.0)
    render(engine, [(0.0, ON, 69, 100)], 120.0, block=4096)
    found = level(render(engine, [], 0.5)[0], RATE, 440.0)
    assert abs(decibels(found / (0.2 * CHAIN))) < 0.01


def test_volume_moves_without_a_step() -> None:
    engine = make_engine(generator=Steady([0.2]), reverb=0.0)
    sound = render(engine, [(0.0, ON, 69, 100), (0.5, CC, 7, 10)], 1.0)[0]
    assert np.abs(np.diff(sound[RATE // 4 :])).max() < 3.0 * 0.2 * CHAIN * 2.0 * np.pi * 440.0 / RATE
