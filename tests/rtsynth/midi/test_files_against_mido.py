"""mido, an independent reader, hears the same in every valid file."""

from importlib.resources import files

import mido
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rtsynth.midi.files import read_midi

byte7 = st.integers(0, 127)
delta = st.integers(0, 2000) | st.integers(0, 2**28 - 1)
message = st.one_of(
    st.builds(mido.Message, st.sampled_from(["note_on", "note_off"]), note=byte7, velocity=byte7),
    st.builds(mido.Message, st.just("control_change"), control=byte7, value=byte7),
    st.builds(mido.Message, st.just("program_change"), program=byte7),
    st.builds(mido.Message, st.just("aftertouch"), value=byte7),
    st.builds(mido.Message, st.just("pitchwheel"), pitch=st.integers(-8192, 8191)),
)
silent = st.one_of(
    st.builds(mido.Message, st.just("sysex"), data=st.lists(byte7, max_size=5)),
    st.builds(mido.MetaMessage, st.just("set_tempo"), tempo=st.integers(1, 2**24 - 1)),
    st.builds(mido.MetaMessage, st.just("text"), text=st.text("ab", max_size=300)),
)
heard = st.builds(lambda message, channel: message.copy(channel=channel), message, st.integers(0, 15))
event = st.builds(lambda message, time: message.copy(time=time), heard | silent, delta)
tracks = st.lists(st.lists(event, max_size=12).map(mido.MidiTrack), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(tracks=tracks, beat=st.integers(1, 0x7FFF))
def test_a_file_written_by_mido_plays_as_mido_plays_it(tmp_path_factory, tracks, beat):
    path = tmp_path_factory.getbasetemp() / "random.mid"
    mido.MidiFile(type=1, ticks_per_beat=beat, tracks=tracks).save(path)
    assert_same_as_mido(path)


def assert_same_as_mido(path):
    score, now, expected = read_midi(path), 0.0, []
    for message in mido.MidiFile(path):
        now += message.time
        if not message.is_meta and message.type != "sysex":
            expected.append((now, *message.bytes(), 0)[:4])
    fields = ("seconds", "status", "data1", "data2")
    plain = score.events[score.events["status"] < 0xF0]
    ours = np.column_stack([plain[field].astype(float) for field in fields])
    np.testing.assert_allclose(ours, np.reshape(expected, (-1, 4)), rtol=1e-9)
    np.testing.assert_allclose(score.length, now, rtol=1e-9)
    assert score.warnings == ()


def test_the_demo_piece_plays_as_mido_plays_it():
    assert_same_as_mido(files("rtsynth_presets") / "demo.mid")
