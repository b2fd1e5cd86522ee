"""Rendering a MIDI file through the shipped instrument: pitch, programs, and the same samples every time."""

from collections.abc import Callable
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtsynth.session import RenderRequest, render

RATE = 48_000
Messages = list[mido.Message]
Play = Callable[..., NDArray[np.float64]]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Render messages (times in seconds) and return samples (n, 2)."""
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path / "home"))

    def play(messages: Messages, **options: object) -> NDArray[np.float64]:
        track = mido.MidiTrack([m.copy(time=round(1000 * m.time)) for m in messages])
        track.insert(0, mido.MetaMessage("set_tempo", tempo=1_000_000))
        mido.MidiFile(ticks_per_beat=1000, tracks=[track]).save(tmp_path / "in.mid")
        render(RenderRequest(tmp_path / "in.mid", tmp_path / "out.wav", **{"tail": 0.5, **options}))  # type: ignore[arg-type]
        samples, rate = soundfile.read(tmp_path / "out.wav")
        assert rate == options.get("rate", RATE)
        return np.asarray(samples)

    return play


def note(key: int, channel: int = 0, program: int | None = None) -> Messages:
    change = [] if program is None else [mido.Message("program_change", channel=channel, program=program)]
    on = mido.Message("note_on", channel=channel, note=key, velocity=100)
    return [*change, on, mido.Message("note_off", channel=channel, note=key, time=1.0)]


def loudness(samples: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def cents_off(samples: NDArray[np.float64], hertz: float, rate: float = RATE) -> float:
    """Distance in cents of the spectrum's peak within a quarter tone of `hertz` (parabolic interpolation)."""
    size = 1 << 19
    part = samples[round(0.2 * rate) : round(0.9 * rate)].sum(axis=1)
    spectrum = np.log(np.abs(np.fft.rfft(part * np.hanning(len(part)), size)) + 1e-12)
    low, high = (int(hertz * 2 ** (cents / 1200) * size / rate) for cents in (-50, 50))
    top = low + int(np.argmax(spectrum[low : high + 1]))
    left, middle, right = spectrum[top - 1 : top + 2]
    place = top + 0.5 * (left - right) / (left - 2 * middle + right)
    return float(1200 * np.log2(place * rate / size / hertz))


@pytest.mark.parametrize(("key", "program"), [(48, 42), (60, 0), (69, 73), (76, 40)])
def test_a_note_sounds_at_its_pitch(play: Play, key: int, program: int) -> None:
    samples = play(note(key, program=program))
    assert loudness(samples) > 1e-3
    assert abs(cents_off(samples, 440 * 2 ** ((key - 69) / 12))) < 10


def test_every_shipped_preset_sounds_and_stays_in_bounds(play: Play) -> None:
    """Of the larger networks one preset each: how a place of theirs sounds is the bank's to measure."""
    from rtsynth.presets import load_presets

    presets, refused = load_presets()
    assert refused == []
    firsts = {preset.instrument: preset for preset in reversed(presets)}
    assert len(firsts) == 6
    others = [preset for preset in firsts.values() if preset.instrument != "partialgan"]
    for preset in [*(each for each in presets if each.instrument == "partialgan"), *others]:
        samples = play(note(64), preset=preset.id)
        assert loudness(samples) > 1e-3, preset.id
        assert np.abs(samples).max() <= 1.0, preset.id


def test_the_same_options_give_the_same_samples_at_any_block(play: Play) -> None:
    first = play(note(60), block=64)
    assert np.array_equal(first, play(note(60), block=64))
    assert np.array_equal(first, play(note(60), block=4096))


def test_another_seed_gives_other_samples(play: Play) -> None:
    assert not np.array_equal(play(note(60), seed=0), play(note(60), seed=1))


def test_a_program_change_chooses_the_preset(play: Play) -> None:
    assert np.array_equal(play(note(64, program=73)), play(note(64), preset="flute"))


def test_a_preset_asked_for_wins_over_program_changes(play: Play) -> None:
    assert np.array_equal(play(note(64, program=73), preset="violin"), play(note(64), preset="violin"))


def test_channel_10_stays_silent_and_says_so(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    assert np.abs(play(note(38, channel=9))).max() < 1e-4
    assert capsys.readouterr().err.count("no drum kit") == 1


@pytest.mark.parametrize("rate", [22_050, 96_000])
def test_other_rates_are_in_tune(play: Play, rate: int) -> None:
    assert abs(cents_off(play(note(69, program=73), rate=rate), 440, rate)) < 10


def test_the_tail_is_as_long_as_asked_for(play: Play) -> None:
    assert len(play(note(60), tail=0.25)) == round(1.25 * RATE)


def test_an_unfinished_file_does_not_take_the_name(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rtsynth.rendering.render", fail)
    with pytest.raises(KeyboardInterrupt):
        play(note(60))
    assert [path.name for path in tmp_path.glob("*.wav")] == []
