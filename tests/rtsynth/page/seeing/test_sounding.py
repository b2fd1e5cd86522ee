"""What sounds: partials where they are heard, voices as loud as they are."""

import numpy as np
import pytest

from rtsynth.lineup import choose_lineup
from rtsynth.page.seeing.sounding import MOST_PARTIALS, MOST_VOICES, SILENCE, envelopes, partials
from rtsynth.page.seeing.spectrum import Spectrum
from rtsynth_engine.engine import Engine
from rtsynth_engine.layout import HELD, RELEASED
from tests.engine.parts import OFF, ON, Sines, Steady, cents, level, make_engine, render, sound_engine
from tests.rtsynth.page.looks import engine_and_memory

C4 = 440.0 * 2.0 ** (-9 / 12)


def decibels(amplitude: float) -> float:
    return float(20.0 * np.log10(amplitude))


def test_a_steady_note_has_its_partials_where_they_sound_as_loud_as_they_sound() -> None:
    engine, memory = engine_and_memory(generator=Steady((0.3, 0.0, 0.1)))
    sound = render(engine, [(0.0, ON, 69, 127)], 1.0)[:, 24_000:].mean(axis=0)
    found = partials(memory)
    assert [hertz for hertz, _ in found] == [440.0, 1320.0]
    for hertz, loud in found:
        assert loud == pytest.approx(decibels(level(sound, 48_000.0, hertz)), abs=0.1)


def test_a_bent_note_has_its_partials_where_it_is_bent_to() -> None:
    engine, memory = engine_and_memory(generator=Steady())
    render(engine, [(0.0, ON, 69, 127), (0.1, 0xE0, 127, 127)], 0.5)
    (hertz, _), *_ = partials(memory)
    assert cents(hertz, 440.0) == pytest.approx(200.0, abs=0.1)


def test_a_note_of_the_shipped_instrument_has_its_fundamental_where_it_should_be() -> None:
    lineup = choose_lineup("violin")
    engine = Engine(lineup.bundle)
    lineup.load(engine)
    engine.prepare([lineup.start], seconds=0.5)
    render(engine, [(0.0, ON, 60, 100)], 0.5)
    found = partials(engine.memory)
    engine.close()
    near = [(hertz, loud) for hertz, loud in found if abs(cents(hertz, C4)) < 100.0]
    assert len(near) == 1
    assert abs(cents(near[0][0], C4)) < 30.0  # as its motion goes
    bands = Spectrum(engine.memory).look()
    assert near[0][1] == pytest.approx(max(bands[30:36]), abs=3.0)


def test_only_the_strongest_partials_of_many_are_told_by_frequency() -> None:
    engine = make_engine()
    render(engine, [(0.0, ON, key, 100) for key in range(40, 70)], 0.2)
    found = partials(engine.memory)
    assert len(found) == MOST_PARTIALS
    assert [hertz for hertz, _ in found] == sorted(hertz for hertz, _ in found)
    assert min(loud for _, loud in found) > SILENCE


def test_an_instrument_of_sound_has_no_partials_to_tell() -> None:
    engine = sound_engine(generator=Sines())
    render(engine, [(0.0, ON, 69, 127)], 0.2)
    assert partials(engine.memory) == []


def test_silence_has_neither_partials_nor_voices() -> None:
    _, memory = engine_and_memory()
    assert partials(memory) == []
    assert envelopes(memory) == []


def test_a_voice_is_as_loud_as_it_sounds_and_falls_when_its_key_goes_up() -> None:
    engine, memory = engine_and_memory(generator=Steady((0.3,)))
    sound = render(engine, [(0.0, ON, 69, 127)], 0.5)[:, 12_000:]
    (key, serial, loud, stage), *others = envelopes(memory)
    assert (key, serial, stage, others) == (69, 1, HELD, [])
    assert loud == pytest.approx(10.0 * np.log10(2.0 * (sound**2).mean(axis=1).sum()), abs=0.2)
    render(engine, [(0.0, OFF, 69)], 0.1)
    assert envelopes(memory)[0][2] < loud - 3.0
    assert envelopes(memory)[0][3] == RELEASED


def test_of_very_many_voices_the_newest_are_told_oldest_first() -> None:
    engine, memory = engine_and_memory()
    render(engine, [(0.001 * n, ON, 30 + n, 100) for n in range(60)], 0.2)
    assert [key for key, *_ in envelopes(memory)] == list(range(90 - MOST_VOICES, 90))
