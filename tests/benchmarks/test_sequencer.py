"""A sequencer's take: the piece, what each sequencer is given of it, and how a take is judged."""

from pathlib import Path
from xml.etree import ElementTree as Xml

import mido
import numpy as np
import pytest

from rtsynth_benchmarks.sequencer import ardour, muse
from rtsynth_benchmarks.sequencer.__main__ import SPANS
from rtsynth_benchmarks.sequencer.ear import MESSAGE
from rtsynth_benchmarks.sequencer.judging import Take, faults, judge, notes_of, rolls
from rtsynth_benchmarks.sequencer.piece import BEAT, LENGTH, Part, piece, seconds, write_track

RATE = 48_000


def test_the_piece_has_programs_pedal_bend_controllers_and_three_channels() -> None:
    parts = piece()
    assert [part.channel for part in parts] == [0, 1, 15]
    kinds = {message.type for part in parts for _, message in part.messages}
    assert kinds == {"note_on", "note_off", "program_change", "control_change", "pitchwheel"}
    controls = {m.control for part in parts for _, m in part.messages if m.type == "control_change"}
    assert controls == {1, 7, 10, 11, 64}


def test_time_follows_the_change_of_tempo() -> None:
    assert seconds(12 * BEAT) == pytest.approx(6.0)
    assert seconds(LENGTH) == pytest.approx(6.0 + 12 * 60 / 90)


def test_every_span_stops_while_a_key_is_down() -> None:
    for _, until in SPANS:
        down = [key for part in piece() for key in _sounding(part, until)]
        assert down, until


def _sounding(part: Part, at: float) -> set[int]:
    keys: set[int] = set()
    for tick, message in part.messages:
        if seconds(tick) < at and message.type in ("note_on", "note_off"):
            (keys.add if message.type == "note_on" else keys.discard)(message.note)
    return keys


def test_a_part_comes_back_from_its_file(tmp_path: Path) -> None:
    part = piece()[1]
    write_track(part, tmp_path / "part.mid")
    time, found = 0, []
    for message in mido.MidiFile(tmp_path / "part.mid").tracks[0]:
        time += message.time
        found += [(time, message.copy(time=0))] * (not message.is_meta)
    assert found == part.messages
    assert time == LENGTH


def test_muse_gets_every_note_and_controller(tmp_path: Path) -> None:
    parts = piece()
    muse.make(parts, tmp_path, RATE)
    root = Xml.parse(tmp_path / "take.med").getroot()
    for part, track in zip(parts, root.findall("song/miditrack"), strict=True):
        events = track.findall("part/event")
        assert sum(event.get("type") == muse.NOTE for event in events) == len(part.notes)
        offs = sum(message.type == "note_off" for _, message in part.messages)
        assert len(events) == len(part.messages) - offs
    assert [tempo.findtext("val") for tempo in root.findall("song/tempolist/tempo")] == ["500000", "666667"]


def _take(parts: list[Part], lost: int = 0, silent: int = -1, tail: float = 0.0) -> Take:
    """Decaying sines at every note's pitch; the first `lost` notes were not sent, note `silent` not heard."""
    notes = sorted((seconds(t), part.channel, key) for part in parts for t, key in part.notes)
    notes = [note for note in notes if note[0] < SPANS[0][1]][lost:]
    messages, sound = np.zeros(len(notes) + 1, MESSAGE), np.zeros((2, 22 * RATE), np.float32)
    time = np.arange(RATE) / RATE
    for i, (since, channel, key) in enumerate(notes):
        frame = RATE + round(since * RATE)
        messages[i] = (frame, 3, (0x90 | channel, key, 100, 0))
        if i != silent:
            hertz = 440.0 * 2.0 ** ((key - 69) / 12)
            sound[:, frame : frame + RATE] += 0.1 * np.cos(2 * np.pi * hertz * time) * np.exp(-9.0 * time)
    messages[-1] = (RATE + round(SPANS[0][1] * RATE), 3, (0xB0, 123, 0, 0))
    sound[:, -8 * RATE :] += tail
    return Take(messages, sound, RATE)


def _faults(take: Take) -> list[str]:
    (roll,) = rolls(take)
    return [fault for fault in faults(judge(take, roll, piece(), SPANS[0]), 64) if "bend" not in fault]


def test_a_whole_take_has_no_fault() -> None:
    take = _take(piece())
    assert _faults(take) == []
    verdict = judge(take, take.messages, piece(), SPANS[0])
    assert (verdict.jitter, verdict.onset) == (pytest.approx(0.0, abs=0.03), pytest.approx(1, abs=4))


def test_what_was_not_sent_not_heard_or_hangs_is_a_fault() -> None:
    assert _faults(_take(piece(), lost=2)) == ["2 notes were not sent"]
    assert "1 notes were not heard" in _faults(_take(piece(), silent=5))
    assert _faults(_take(piece(), tail=0.01)) == ["-40 dBFS still sounded 3 s after the stop"]


def test_a_pause_parts_two_rolls_and_a_burst_without_notes_is_none() -> None:
    messages = np.zeros(4, MESSAGE)
    messages["frame"], messages["size"] = np.array([0, 1, 5, 9]) * RATE, 3
    messages["data"][:, :3] = [(0x90, 60, 9), (0xB0, 123, 0), (0x91, 61, 9), (0xB0, 121, 0)]
    found = rolls(Take(messages, np.zeros((2, 1), np.float32), RATE))
    assert [[note.key for note in notes_of(roll)] for roll in found] == [[60], [61]]


def test_ardour_is_told_of_the_tempo_and_given_the_tracks(tmp_path: Path) -> None:
    session = tmp_path / "s.ardour"
    session.write_text(
        "<Session><TempoMap><Tempos><Tempo npm='120'/></Tempos></TempoMap><Sources/><Regions/>"
        "<Playlists><Playlist name='strings'/></Playlists></Session>"
    )
    tree = Xml.parse(session)
    ardour._set_tempo(tree)
    ardour._place(tree, piece()[1], 1)
    assert [tempo.get("sclock") for tempo in tree.iter("Tempo")] == [None, str(6 * ardour.SUPERCLOCK)]
    assert len(list(tree.iter("Region"))) == 2
