"""The last stage: what leaves the engine is finite, centred, within ±1, and begins and ends in silence."""

import ctypes
import ctypes.util

import numpy as np
import pytest

from rtsynth_engine.effects import FADE_SECONDS
from rtsynth_engine.layout import REVERB_LENGTH
from tests.engine.parts import CC, OFF, ON, Steady, make_engine, render

RATE = 48_000
TINY = float(np.finfo(np.float32).tiny)


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_broken_number_in_the_reverb_never_leaves_it_and_is_gone_in_a_moment(broken: float) -> None:
    engine = make_engine(reverb=1.0)
    render(engine, [(0.0, ON, 60, 100)], 0.2)
    recent = (engine.memory.state[0]["reverb_at"] - np.arange(100, 140)) % REVERB_LENGTH
    engine.memory.reverb[:, recent] = broken
    sound = render(engine, [], 1.0)
    assert np.all(np.isfinite(sound))
    assert np.abs(sound[:, -RATE // 10 :]).max() > 0.01
    assert np.all(np.isfinite(engine.memory.reverb))
    assert np.all(np.isfinite(engine.memory.state["reverb_damp"]))


def test_a_broken_number_in_the_mix_is_counted_and_heard_as_silence() -> None:
    engine = make_engine(generator=Steady([0.1], noise=0.01))
    engine.memory.noise[7, 10_000:10_010] = np.nan
    sound = render(engine, [(0.0, ON, 60, 100)], 1.0)
    assert np.all(np.isfinite(sound))
    assert engine.telemetry().not_finite == 2 * 10  # once on each side
    assert np.abs(sound[:, -RATE // 10 :]).max() > 0.01


def test_a_constant_offset_is_removed() -> None:
    engine = make_engine(generator=Steady([0.5], [0.0]), reverb=0.0)
    sound = render(engine, [(0.0, ON, 60, 127)], 1.0)
    assert np.abs(sound).max() > 0.01
    assert np.abs(sound[:, -RATE // 10 :]).max() < 1e-5


def test_sixty_four_loud_notes_stay_within_full_scale() -> None:
    engine = make_engine(generator=Steady([1.0] * 20, noise=0.5), reverb=1.0)
    sound = render(engine, [(0.001 * i, ON, 30 + i, 127) for i in range(64)], 1.0)
    assert 0.9 < np.abs(sound).max() <= 1.0
    assert engine.telemetry().limited > 0
    assert engine.telemetry().peak == pytest.approx(np.abs(sound).max(axis=1))


def test_the_limiter_lets_go_after_a_loud_moment() -> None:
    engine = make_engine(generator=Steady([0.1]), reverb=0.0)
    quiet = np.abs(render(engine, [(0.0, ON, 60, 100)], 0.5)[:, -4800:]).max()
    engine.memory.state["gain"] *= 100.0
    render(engine, [], 0.2)
    engine.memory.state["gain"] /= 100.0
    assert np.abs(render(engine, [], 1.0)[:, -4800:]).max() == pytest.approx(quiet, rel=0.01)


def test_the_output_starts_with_a_linear_fade() -> None:
    length = round(FADE_SECONDS * RATE)
    faded, full = (
        render(make_engine(generator=Steady()), [(second, ON, 60, 100)], second + 0.1)[
            0, round(second * RATE) :
        ]
        for second in (0.0, 0.1)  # 75 ticks apart
    )
    np.testing.assert_allclose(faded[:length], full[:length] * np.arange(1, length + 1) / length, atol=1e-5)
    np.testing.assert_allclose(faded[length:], full[length:], atol=1e-6)


def test_fading_out_ends_in_exact_silence_while_notes_still_sound() -> None:
    engine = make_engine()
    render(engine, [(0.0, ON, 60, 100)], 0.5)
    engine.fade_out()
    sound = render(engine, [], 0.5)
    assert np.abs(sound[:, : round(0.5 * FADE_SECONDS * RATE)]).max() > 0.01
    assert np.all(sound[:, round(FADE_SECONDS * RATE) + 1 :] == 0.0)


def test_a_note_with_reverb_rings_on_after_its_end() -> None:
    dry, wet = (
        render(make_engine(reverb=amount, release=0.05), [(0.0, ON, 60, 100), (0.3, OFF, 60, 0)], 1.0)
        for amount in (0.0, 1.0)
    )
    assert np.abs(dry[:, RATE // 2 :]).max() < 1e-4
    assert np.abs(wet[:, RATE // 2 :]).max() > 1e-3
    assert not np.allclose(wet[0], wet[1])


@pytest.fixture
def denormals() -> None:
    """Arithmetic with denormal numbers on this thread, where ONNX Runtime may have turned them off."""
    ctypes.CDLL(ctypes.util.find_library("m")).fesetenv(ctypes.c_void_p(-1))  # FE_DFL_ENV
    assert halve(TINY) > 0.0


def halve(number: float) -> float:
    """Half a number, in the arithmetic of this thread."""
    return float((np.full(1, number, np.float32) * np.float32(0.5))[0])


def test_a_long_tail_leaves_no_denormal_numbers(denormals: None) -> None:
    engine = make_engine(reverb=1.0)
    render(engine, [(0.0, ON, 60, 100), (0.3, CC, 120, 0)], 30.0, block=4096)
    for kept in (engine.memory.reverb, engine.memory.state["reverb_damp"], engine.memory.state["dc_out"]):
        assert np.all((kept == 0.0) | (np.abs(kept) >= TINY))


def test_the_block_gives_the_thread_its_own_arithmetic_back(denormals: None) -> None:
    engine = make_engine()
    engine.process(*np.zeros((2, 64), np.float32))
    assert halve(TINY) > 0.0


def rms(sound: np.ndarray) -> float:
    return float(np.sqrt((sound**2).mean()))


def test_all_sound_off_ends_the_reverb_too() -> None:
    engine = make_engine(reverb=1.0)
    before = rms(render(engine, [(0.0, ON, 60, 127)], 1.0)[:, -9600:])
    render(engine, [(0.0, CC, 120, 0)], 0.012)
    assert rms(render(engine, [], 0.5)) < 3e-3 * before


def test_all_sound_off_leaves_the_reverb_of_what_goes_on() -> None:
    engine = make_engine(reverb=1.0)
    render(engine, [(0.0, ON, 60, 127), (0.0, ON | 1, 64, 127), (0.0, ON | 1, 67, 127)], 1.0)
    render(engine, [(0.0, CC, 120, 0)], 0.012)
    assert engine.memory.state[0]["hush"] == 0


def test_a_fading_voice_never_bursts_into_the_reverb() -> None:
    engine = make_engine(generator=Steady(levels=(0.01,), noise=0.05), reverb=1.0)
    before = np.abs(render(engine, [(0.0, ON, 60, 127), (0.0, ON | 1, 60, 1)], 1.0)[:, -9600:]).max()
    after = np.abs(render(engine, [(0.0, CC, 120, 0)], 0.5)).max()
    assert after < 1.5 * before
