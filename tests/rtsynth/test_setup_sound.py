"""A setup heard through the shipped instrument: parts, velocity curves and learnt controllers."""

import os
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtsynth.audio import AudioRequest
from rtsynth.choosing import addresses
from rtsynth.learning import Controller, Learnt, learn_file, write_learnt
from rtsynth.lineup import setup_lineup
from rtsynth.midi.files import read_midi, write_midi
from rtsynth.playing import LiveRequest, playing
from rtsynth.presets import load_presets
from rtsynth.session import RenderRequest, render
from rtsynth.setups import Input, Part, Setup, setup_toml
from rtsynth_engine.learning import TARGETS
from tests.rtsynth.test_render import cents_off

Messages = list[mido.Message]
CELLO, VIOLIN = Part("cello", keys=(0, 59)), Part("violin", keys=(60, 127))


class Player:
    """Renders messages (times in seconds) with a setup, or with a preset, to samples (n, 2)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, messages: Messages, played: Setup | str) -> NDArray[np.float64]:
        song, out, setup = (self.folder / name for name in ("in.mid", "out.wav", "try.toml"))
        track = mido.MidiTrack([m.copy(time=round(1000 * m.time)) for m in messages])
        track.insert(0, mido.MetaMessage("set_tempo", tempo=1_000_000))
        mido.MidiFile(ticks_per_beat=1000, tracks=[track]).save(song)
        if isinstance(played, Setup):
            setup.write_text(setup_toml(played))
            render(RenderRequest(song, out, setup=str(setup), tail=0.2))
        else:
            render(RenderRequest(song, out, played, tail=0.2))
        return np.asarray(soundfile.read(out)[0])


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Player:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path / "home"))
    return Player(tmp_path)


def note(key: int, velocity: int = 100, channel: int = 0) -> Messages:
    on = mido.Message("note_on", channel=channel, note=key, velocity=velocity)
    return [on, mido.Message("note_off", channel=channel, note=key, time=0.5)]


def loudness(samples: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(samples**2)))


@pytest.mark.parametrize(("key", "preset"), [(48, "cello"), (59, "cello"), (60, "violin")])
def test_a_split_plays_each_key_with_its_own_preset(play: Player, key: int, preset: str) -> None:
    split = play(note(key), Setup(parts=(CELLO, VIOLIN)))
    np.testing.assert_array_equal(split, play(note(key), preset))


def test_a_part_is_transposed_and_its_notes_end(play: Player) -> None:
    higher = play(note(48), Setup(parts=(Part("violin", transpose=12),)))
    assert abs(cents_off(higher, 261.63)) < 10
    assert loudness(higher[-480:]) < loudness(higher[9_600:24_000])


def test_a_layer_is_louder_than_each_of_its_parts(play: Player) -> None:
    both = play(note(60), Setup(parts=(Part("cello"), Part("violin"))))
    assert loudness(both) > max(loudness(play(note(60), preset)) for preset in ("cello", "violin"))


def test_a_key_that_no_part_hears_is_silent(play: Player) -> None:
    assert loudness(play(note(72), Setup(parts=(CELLO,)))) == 0.0
    assert loudness(play(note(48, channel=1), Setup(parts=(Part("cello", channel=1),)))) == 0.0


def test_parts_have_a_level_and_a_place(play: Player) -> None:
    left = play(note(48), Setup(parts=(Part("cello", pan=-1.0),)))
    quiet = play(note(48), Setup(parts=(Part("cello", pan=-1.0, level_db=-12.0),)))
    assert loudness(left[:, 0]) > 4 * loudness(left[:, 1])
    assert loudness(quiet) == pytest.approx(loudness(left) / 4, rel=0.05)


def test_program_changes_move_only_a_part_that_follows(play: Player) -> None:
    change = mido.Message("program_change", program=73)
    fixed, follows = (Setup(parts=(Part("cello", follow_programs=way),)) for way in (False, True))
    np.testing.assert_array_equal(play([change, *note(60)], fixed), play(note(60), "cello"))
    np.testing.assert_array_equal(play([change, *note(60)], follows), play(note(60), "flute"))


def test_a_channel_of_a_part_that_follows_begins_on_its_preset(play: Player) -> None:
    parts = (Part("cello", channel=1), Part("flute", channel=2, follow_programs=True))
    np.testing.assert_array_equal(play(note(60, channel=1), Setup(parts=parts)), play(note(60), "flute"))


@pytest.mark.parametrize("control", [0, 32])
def test_bank_1_and_a_program_reach_a_preset_that_general_midi_has_no_number_for(
    play: Player, control: int
) -> None:
    presets = [preset for preset in load_presets()[0] if preset.instrument == "partialgan"]
    bank, program = addresses(presets)["glass-choir"]
    change = [
        mido.Message("control_change", control=control, value=bank),
        mido.Message("program_change", program=program),
    ]
    piano = Setup(parts=(Part("acoustic grand", follow_programs=True),))
    np.testing.assert_array_equal(play([*change, *note(60)], piano), play(note(60), "glass choir"))


def test_a_velocity_curve_changes_how_loud_a_touch_is(play: Player) -> None:
    soft, linear, hard = (
        loudness(play(note(60, 50), Setup(inputs=(Input(None, curve),))))
        for curve in ("soft", "linear", "hard")
    )
    assert soft > linear > hard


def test_a_take_of_a_setup_renders_as_it_was_played(play: Player) -> None:
    whole = play([*note(48), *note(72)], Setup(parts=(CELLO, VIOLIN), inputs=(Input(None, "soft"),)))
    taken = read_midi(play.folder / "in.mid")._replace(setup=(play.folder / "try.toml").read_text())
    write_midi(play.folder / "take.mid", taken)
    render(RenderRequest(play.folder / "take.mid", play.folder / "again.wav", tail=0.2))
    np.testing.assert_array_equal(soundfile.read(play.folder / "again.wav")[0], whole)


def test_a_take_whose_setup_is_broken_is_told_and_rendered_all_the_same(
    play: Player, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = play(note(60), "acoustic grand piano")
    write_midi(play.folder / "take.mid", read_midi(play.folder / "in.mid")._replace(setup="format = 2"))
    render(RenderRequest(play.folder / "take.mid", play.folder / "again.wav", tail=0.2))
    assert "its setup: format 2 is newer" in capsys.readouterr().err
    np.testing.assert_array_equal(soundfile.read(play.folder / "again.wav")[0], plain)


def test_exclusives_for_another_device_than_the_setups_are_nothing(play: Player) -> None:
    setup = Setup(device_id=5)
    silence = {id: mido.Message("sysex", data=(0x7F, id, 4, 1, 0, 0)) for id in (5, 16)}
    heard, unheard = (loudness(play([silence[id], *note(60)], setup)[4_800:]) for id in (16, 5))
    assert unheard < 0.05 * heard


def test_what_was_learnt_is_turned_in_a_rendered_file_too(play: Player) -> None:
    move = mido.Message("control_change", control=30, value=0)
    plain = play([move, *note(60)], "violin")
    write_learnt([Learnt("level", Controller("cc", 30))])
    assert loudness(plain) > 0.0
    assert loudness(play([move, *note(60)], "violin")) < 0.01 * loudness(plain)


def test_a_running_session_follows_what_is_learnt_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    lineup = setup_lineup(Setup(parts=(CELLO, VIOLIN)))
    with playing(lineup, LiveRequest(AudioRequest("null"), ("none",))) as session:
        write_learnt([Learnt("pan", Controller("cc", 30))])
        os.utime(learn_file(), ns=(1, 1))
        assert session.routing.follow(session.names) == []
        mappings = session.engine.memory.mappings
        assert TARGETS["pan"] in mappings["target"][mappings["number"] == 30]
