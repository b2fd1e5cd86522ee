"""Written scores: other programs read them, and rtsynth reads back what it wrote."""

from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtsynth.errors import HostError
from rtsynth.midi.files import parse_midi, read_midi
from rtsynth.midi.score import EVENTS, Move, Score, messages
from rtsynth.midi.writer import LONGEST_DELTA, TICKS, midi_bytes, write_midi
from rtsynth.scores import to_events
from rtsynth_engine.midi.commands import (
    COMMAND,
    GS,
    MASTER_COARSE,
    OCTAVE,
    OCTAVE_CHANNELS,
    RESET,
    TUNE_KEY,
    TUNE_TABLE,
)

byte7 = st.integers(0, 127)
seconds = st.floats(0, 20_000, allow_subnormal=False)
rows = st.builds(
    lambda time, port, kind, channel, data1, data2: (
        time,
        port,
        kind | channel,
        data1,
        0 if kind in (0xC0, 0xD0) else data2,
    ),
    seconds,
    st.integers(0, 7),
    st.sampled_from([0x80, 0x90, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0]),
    st.integers(0, 15),
    byte7,
    byte7,
)
moves = st.builds(
    Move,
    seconds,
    st.integers(0, 511),
    st.lists(st.floats(-1000, 1000, width=32, allow_subnormal=False), min_size=1, max_size=8).map(tuple),
)


def again(score: Score) -> Score:
    return parse_midi("written.mid", midi_bytes(score))


def note(*times: float, port: int = 0) -> list[tuple[float, int, int, int, int]]:
    return [(time, port, 0x90, 60, 64) for time in times]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(rows, max_size=20).map(lambda rows: sorted(rows, key=lambda row: row[0])),
    st.lists(moves, max_size=4).map(lambda moves: tuple(sorted(moves))),
    st.none() | st.just("glass-choir"),
)
def test_a_written_score_reads_back(rows: list[tuple], moves: tuple[Move, ...], preset: str | None) -> None:  # type: ignore[type-arg]
    score = Score(messages(rows), 21_000.0, (), preset, moves)
    read = again(score)
    assert (read.warnings, read.preset) == ((), preset)
    assert read.length == pytest.approx(21_000)
    for port in range(8):
        ours, theirs = (each.events[each.events["port"] == port] for each in (score, read))
        assert abs(ours["seconds"] - theirs["seconds"]).max(initial=0) <= 0.5 / TICKS + 1e-9
        for field in ("status", "data1", "data2"):
            assert ours[field].tolist() == theirs[field].tolist()
    assert [(move.program, np.float32(move.latent).tolist()) for move in read.moves] == [
        (move.program, np.float32(move.latent).tolist()) for move in moves
    ]


@pytest.mark.parametrize("rate", [22_050, 32_000, 44_100, 48_000])
def test_events_come_back_at_the_very_frame(rate: int) -> None:
    frames = np.unique(np.random.default_rng(1).integers(0, 600 * rate, 5000))
    read = again(Score(messages(note(*(frames / rate))), 600.0))
    assert to_events(read, rate)["time"].tolist() == frames.tolist()


def test_a_pause_of_many_hours_is_kept() -> None:
    times = (1.0, 3.5 * LONGEST_DELTA / TICKS)
    read = again(Score(messages(note(*times)), times[1]))
    assert read.events["seconds"] == pytest.approx(times, abs=1e-4)


def test_each_port_has_a_track(tmp_path: Path) -> None:
    write_midi(tmp_path / "a.mid", Score(messages([*note(0.0), *note(0.5, port=2), *note(1.0)]), 2.0))
    file = mido.MidiFile(tmp_path / "a.mid")
    assert (file.type, len(file.tracks)) == (1, 2)
    assert read_midi(tmp_path / "a.mid").events["port"].tolist() == [0, 2, 0]


def test_another_program_reads_the_notes_and_leaves_the_rest_alone(tmp_path: Path) -> None:
    move = Move(0.25, 40, (0.5,) * 100)
    score = Score(messages([(0.0, 0, 0xC0, 40, 0), *note(0.5, 1.0)]), 2.0, (), "violin", (move,))
    write_midi(tmp_path / "a.mid", score)
    file = mido.MidiFile(tmp_path / "a.mid")
    assert [message.type for message in file if not message.is_meta] == [
        "program_change",
        "note_on",
        "note_on",
    ]
    assert file.length == pytest.approx(2.0)


def test_commands_and_system_messages_read_back_in_their_order() -> None:
    rows = [
        (0.5, 0, 0x90, 60, 64, 0.0),
        (0.5, 0, COMMAND, RESET, GS, 0.0),
        (0.5, 0, 0xF8, 0, 0, 0.0),
        (0.5, 0, 0xF2, 1, 2, 0.0),
        (0.5, 0, 0xC0, 5, 0, 0.0),
        (0.5, 0, COMMAND, MASTER_COARSE, 0, 1.0),
        (0.5, 0, COMMAND, TUNE_TABLE, 1, 300.0),
        (0.5, 0, COMMAND, TUNE_KEY, 60, 60.25),
        (1.0, 0, COMMAND, OCTAVE_CHANNELS, 1, 65535.0),
        *((1.0, 0, COMMAND, OCTAVE, which, 0.0) for which in range(12)),
    ]
    assert again(Score(np.array(rows, EVENTS), 1.0)).events.tolist() == rows


def test_a_whole_tuning_reads_back_within_a_hundredth_of_a_cent() -> None:
    pitches = np.linspace(3.0, 120.0, 128, dtype=np.float32)
    rows = [(0.0, 1, COMMAND, TUNE_TABLE, 0, 3.0)]
    rows += [(0.0, 1, COMMAND, TUNE_KEY, key, pitches[key]) for key in range(128)]
    events = again(Score(np.array(rows, EVENTS), 1.0)).events
    keys = events[events["data1"] == TUNE_KEY]
    assert keys["data2"].tolist() == list(range(128))
    assert np.abs(keys["value"] - pitches).max() < 1e-4


def test_a_file_that_cannot_be_written_is_told_and_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = Score(messages(note(0.0)), 1.0)
    with pytest.raises(HostError, match="cannot write /proc/rtsynth"):
        write_midi(Path("/proc/rtsynth/a.mid"), score)
    (tmp_path / "a.mid").write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(HostError, match="No space left"):
        write_midi(tmp_path / "a.mid", score)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mid"]
    assert (tmp_path / "a.mid").read_bytes() == b"old"
