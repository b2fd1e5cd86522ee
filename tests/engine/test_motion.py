"""Micro-modulation: partials stir as deep, as fast and as much together as a note's motion says."""

from typing import Any

import numpy as np
import pytest

from rtsynth_engine.heads.motion import FIELDS, LOOP, MOTION, motion_loops, motion_part, rician_levels
from rtsynth_engine.layout import NOISE, PARTIALS, RATIO, TICK
from tests.engine.parts import ON, Lively, Steady, make_engine, render, send

FRAME_RATE = 187.5
SECONDS = 12.0
BANDS_HZ = ((0.6, 3.0), (3.0, 8.0), (8.0, 30.0))
RICH = {"am": 2.0, "fm": 8.0, "vibrato": 10.0, "rate": 5.0, "tonality": 0.5, "beat_chance": 0.5}
RICH |= {"beat_depth": 3.0, "beat_rate": 1.0, "am_spread": 0.5, "fm_spread": 0.5, "am_common": 0.3}


def frames(engine: Any, seconds: float = SECONDS, key: int = 57) -> np.ndarray:
    """Frames of one note as they sound, (n, FRAME), from its first on."""
    send(engine, (ON, key, 102), frames=TICK)
    found = []
    for _ in range(round(seconds * FRAME_RATE)):
        found.append(engine.memory.voices[0]["later"].copy())
        render(engine, [], 256 / 48_000)
    return np.array(found)


def decibels(frames: np.ndarray, start: int = 450) -> np.ndarray:
    """Levels of the first 12 partials around their mean, (n, 12)."""
    levels = 20.0 * np.log10(frames[start:, :12])
    return levels - levels.mean(axis=0)


def bent_cents(frames: np.ndarray, start: int = 450) -> np.ndarray:
    """Deviations of the first 12 partials, (n, 12)."""
    return 1200.0 * np.log2(frames[start:, RATIO : RATIO + 12] / np.arange(1, 13))


def band_power(tracks: np.ndarray) -> np.ndarray:
    """Power of tracks (n, k) in each band of modulation, (3,)."""
    power = (np.abs(np.fft.rfft(tracks * np.hanning(len(tracks))[:, None], axis=0)) ** 2).sum(axis=1)
    hz = np.fft.rfftfreq(len(tracks), 1.0 / FRAME_RATE)
    return np.array([power[(hz >= low) & (hz < high)].sum() for low, high in BANDS_HZ])


def rms(tracks: np.ndarray) -> float:
    return float(np.sqrt(np.mean(tracks**2)))


def test_the_parts_of_a_motion_vector_fill_it() -> None:
    vector = np.arange(MOTION, dtype=np.float32)
    parts = [motion_part(vector, name).ravel() for name, _ in FIELDS]
    np.testing.assert_array_equal(np.concatenate(parts), vector)


def test_the_loops_are_of_unit_variance_and_lie_in_their_bands() -> None:
    loops = motion_loops(FRAME_RATE)
    assert loops.shape == (LOOP, 3)
    np.testing.assert_allclose(loops.std(axis=0), 1.0, rtol=1e-4)
    assert [int(band_power(loops[:, i : i + 1]).argmax()) for i in range(3)] == [0, 1, 2]


def test_the_levels_of_a_rician_envelope_are_those_of_a_drawn_one() -> None:
    n = np.random.default_rng(0).standard_normal((2, 200_000)) / np.sqrt(2.0)
    for depth in (0.2, 0.7, 1.5):
        drawn = 20.0 * np.log10(np.abs(1.0 + depth * (n[0] + 1j * n[1])))
        deviation, mean = rician_levels(np.array([depth]))
        assert deviation[0] == pytest.approx(drawn.std(), rel=0.02)
        assert mean[0] == pytest.approx(drawn.mean(), abs=0.03)


@pytest.mark.parametrize("motion", [{}, {"rate": 5.0, "tonality": 0.7, "am_spread": 1.0, "am_common": 0.5}])
def test_motion_of_no_depth_leaves_every_sample_as_it_is(motion: dict[str, Any]) -> None:
    plain = render(make_engine(generator=Steady((0.1,) * 12)), [(0.0, ON, 60, 100)], 1.0)
    still = render(make_engine(generator=Lively(motion)), [(0.0, ON, 60, 100)], 1.0)
    np.testing.assert_array_equal(still, plain)


@pytest.mark.parametrize("band", [0, 1, 2])
@pytest.mark.parametrize("depth", [0.7, 2.5])
def test_levels_stir_as_deep_and_as_fast_as_asked(band: int, depth: float) -> None:
    am = np.zeros((3, 16))
    am[band] = depth
    tracks = decibels(frames(make_engine(generator=Lively({"am": am}))))
    assert rms(tracks) == pytest.approx(depth, rel=0.3)
    assert band_power(tracks).argmax() == band


def test_stirring_keeps_the_mean_level() -> None:
    found = frames(make_engine(generator=Lively({"am": 2.0})))[450:, :12]
    assert abs(20.0 * np.log10(found).mean() + 20.0) < 0.6


@pytest.mark.parametrize("band", [0, 1, 2])
def test_pitches_of_partials_stir_as_far_as_asked_each_on_its_own(band: int) -> None:
    fm = np.zeros((3, 16))
    fm[band] = 10.0
    tracks = bent_cents(frames(make_engine(generator=Lively({"fm": fm}))))
    assert rms(tracks) == pytest.approx(10.0, rel=0.15)
    assert band_power(tracks).argmax() == band
    assert rms(tracks.mean(axis=1)) < 5.0


def test_a_vibrato_moves_all_partials_alike_at_its_rate() -> None:
    vibrato = np.zeros((3, 3))
    vibrato[:, 1] = 20.0
    engine = make_engine(generator=Lively({"vibrato": vibrato, "rate": 6.0, "tonality": 1.0}))
    tracks = bent_cents(frames(engine))
    assert rms(tracks) == pytest.approx(20.0, rel=0.1)
    np.testing.assert_allclose(tracks, tracks[:, :1] + np.zeros(12), atol=0.01)
    spectrum = np.abs(np.fft.rfft(tracks[:, 0] * np.hanning(len(tracks))))
    assert np.fft.rfftfreq(len(tracks), 1.0 / FRAME_RATE)[spectrum.argmax()] == pytest.approx(6.0, abs=0.3)


@pytest.mark.parametrize(("common", "lowest", "highest"), [(0.0, -0.2, 0.25), (1.0, 0.8, 1.0)])
def test_partials_stir_together_as_far_as_asked(common: float, lowest: float, highest: float) -> None:
    tracks = decibels(frames(make_engine(generator=Lively({"am": 0.5, "am_common": common}))))
    alike = np.corrcoef(tracks.T)[np.triu_indices(12, 1)].mean()
    assert lowest < alike < highest


def test_levels_follow_the_vibrato_of_a_voice_whose_partials_move_as_one() -> None:
    vibrato, am = np.zeros((3, 3)), np.zeros((3, 16))
    vibrato[:, 1], am[1] = 20.0, 1.0
    motion = {"vibrato": vibrato, "am": am, "rate": 5.0, "tonality": 1.0, "am_common": 1.0}
    found = frames(make_engine(generator=Lively(motion)))
    sway = bent_cents(found).mean(axis=1)
    turned = np.stack([np.roll(sway, -round(FRAME_RATE / 5.0 / 4.0)), sway])  # its cosine and itself
    loud = decibels(found).mean(axis=1)
    assert np.hypot(*(np.corrcoef(loud, part)[0, 1] for part in turned)) > 0.8


def test_partials_that_beat_rise_and_fall_at_the_rate_and_depth_of_their_beat() -> None:
    motion = {"beat_chance": 1.0, "beat_depth": 4.0, "beat_rate": 1.5}
    tracks = decibels(frames(make_engine(generator=Lively(motion))))
    assert rms(tracks) == pytest.approx(4.0, rel=0.1)
    spectrum = np.abs(np.fft.rfft(tracks * np.hanning(len(tracks))[:, None], axis=0)).sum(axis=1)
    assert np.fft.rfftfreq(len(tracks), 1.0 / FRAME_RATE)[spectrum.argmax()] == pytest.approx(1.5, abs=0.15)


def test_some_partials_beat_and_some_do_not() -> None:
    motion = {"beat_chance": 0.5, "beat_depth": 4.0, "beat_rate": 1.5}
    stirred = decibels(frames(make_engine(generator=Lively(motion)), 4.0)).std(axis=0) > 1.0
    assert 0 < stirred.sum() < 12


def test_zones_move_the_depth_along_the_note() -> None:
    zones = np.array([[0.1], [1.0], [0.1]])
    tracks = bent_cents(frames(make_engine(generator=Lively({"fm": 10.0, "fm_zone": zones}))), 0)
    early, middle, late = (rms(tracks[part]) for part in (slice(15, 45), slice(150, 220), slice(450, None)))
    assert middle > 4.0 * early
    assert middle > 4.0 * late


def test_a_note_begins_unstirred() -> None:
    engine = make_engine(generator=Lively(RICH))
    send(engine, (ON, 57, 102))
    np.testing.assert_array_equal(engine.memory.voices[0]["earlier"][:12], np.float32(0.1))
    render(engine, [], 0.2)
    assert np.ptp(engine.memory.voices[0]["earlier"][:12]) > 0.01


def test_the_same_seed_stirs_alike_and_two_notes_stir_apart() -> None:
    one, same, other = (frames(make_engine(generator=Lively(RICH), seed=seed), 1.0) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other)[50:, :12].max() > 0.01


def test_stirring_does_not_depend_on_the_period() -> None:
    first, *others = (
        render(make_engine(generator=Lively(RICH)), [(0.01, ON, 60, 100), (0.1, ON, 67, 90)], 0.5, block)
        for block in (64, 17, 4096)
    )
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_a_key_without_attack_cache_stirs_as_its_stream_says() -> None:
    found = frames(make_engine(generator=Lively({"am": 3.0}), cached=False), 4.0)
    assert rms(decibels(found, 100)) > 1.5


def test_noise_bands_are_not_stirred() -> None:
    found = frames(make_engine(generator=Lively(RICH, noise=0.01)), 1.0)
    np.testing.assert_array_equal(found[1:, NOISE:], np.float32(0.01))


def test_partials_that_cannot_be_heard_are_left_alone() -> None:
    found = frames(make_engine(generator=Lively(RICH)), 1.0)
    assert np.all(found[10:, RATIO + 12 : NOISE] == np.arange(13, PARTIALS + 1))


def test_while_the_generator_is_late_the_trend_holds_and_the_note_goes_on_stirring() -> None:
    engine = make_engine(generator=Lively({"am": 2.0}))
    frames(engine, 0.5)
    stirred = []
    while len(stirred) < 200:  # nobody serves the stream
        engine.process(*np.zeros((2, 256), np.float32))
        stirred.append(engine.memory.voices[0]["later"][:12].copy())
    assert engine.telemetry().late_blocks > 100
    assert 1.0 < np.std(20.0 * np.log10(stirred[-150:]), axis=0).mean() < 4.0
    np.testing.assert_array_equal(engine.memory.voices[0]["trend"][:12], np.float32(0.1))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -5.0, 1e30])
def test_motion_beyond_reason_leaves_the_sound_finite(wrong: float) -> None:
    sound = render(
        make_engine(generator=Lively(RICH | {"am": wrong, "rate": wrong})), [(0.0, ON, 60, 100)], 0.5
    )
    assert np.all(np.isfinite(sound))
    assert np.abs(sound).max() > 0.01
