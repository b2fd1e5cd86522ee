"""Any bytes at all, derived from the engine's table of messages.

RTSYNTH_FUZZ_BYTES says how many random bytes the long test plays: a million here, ten million in full.
"""

import os
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtsynth_engine.drivers.offline import render
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.layout import HELD
from rtsynth_engine.midi.messages import (
    CHANNEL_MESSAGES,
    CONTROLLERS,
    EXCLUSIVES,
    PARAMETERS,
    RESETS,
    SYSTEM_MESSAGES,
)
from rtsynth_engine.midi.parser import make_parser, parse_all
from rtsynth_engine.parts import Part
from rtsynth_engine.rings import EVENT, TAIL, Ring
from tests.engine.parts import Steady, keys, make_engine
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import CHANNEL, REALTIME, bend, cc, off, on, pieces, program, rpn, sysex

BYTES = int(os.environ.get("RTSYNTH_FUZZ_BYTES", 1_000_000))
CHUNK, FRAMES = 4096, 256  # bytes in a period, and its frames
SILENT = {0xF9, 0xFD}  # real-time bytes without a meaning
EMPTY = np.zeros(0, EVENT)
SYSTEM = [message for message in SYSTEM_MESSAGES if message.status not in (0xFC, 0xFF)]
BEGINNINGS, RESET = [
    [
        bytes.fromhex(each.pattern.replace("dd", "7F").replace("1d", "10"))
        for each in EXCLUSIVES
        if is_reset(each)
    ]
    for is_reset in (lambda each: each.kind < RESETS, lambda each: each.kind >= RESETS)
]
ENDS = [b"\xfc", b"\xff", *map(sysex, RESET)]
SOUND_OFF = [cc(120, 0, channel) for channel in range(16)]


def likely(random: np.random.Generator) -> bytes:
    """A message of the table, its data random; one in two hundred is a reset or a stop."""
    if random.integers(200) == 0:
        return ENDS[random.integers(len(ENDS))]
    kind = random.integers(10)
    data = random.integers(0, 128, 512, np.uint8).tobytes()
    channel = int(random.integers(16))
    if kind < 4:
        message = CHANNEL_MESSAGES[random.integers(len(CHANNEL_MESSAGES))]
        return bytes((message.status | channel,)) + data[: message.data]
    if kind < 7:
        return cc(CONTROLLERS[random.integers(len(CONTROLLERS))].number, data[0], channel)
    if kind < 8:
        return rpn(PARAMETERS[random.integers(len(PARAMETERS))].number, data[0], data[1], channel)
    if kind < 9:
        message = SYSTEM[random.integers(len(SYSTEM))]
        return bytes((message.status,)) + data[: message.data]
    return exclusive(random, data)


def exclusive(random: np.random.Generator, data: bytes) -> bytes:
    """A system exclusive that begins as one of the table does."""
    start = BEGINNINGS[random.integers(len(BEGINNINGS))]
    return sysex(start, data[: random.integers(0, 450)])


def random_bytes(seed: int, count: int) -> Iterator[bytes]:
    """Chunks of random bytes: one plain, one of likely messages, one of those with a byte in ten spoilt."""
    random = np.random.default_rng(seed)
    for i in range(-(-count // CHUNK)):
        chunk = random.integers(0, 256, CHUNK, np.uint8)
        if i % 3:
            text = b""
            while len(text) < CHUNK:
                text += likely(random)
            spoilt = random.random(CHUNK) < (0.1 if i % 3 == 2 else 0.0)
            chunk = np.where(spoilt, chunk, np.frombuffer(text[:CHUNK], np.uint8))
        yield chunk.tobytes()


def pour(ring: Ring, events: NDArray[np.void]) -> None:
    """Push events that have room, at once."""
    tail, capacity = int(ring.indices[TAIL]), len(ring.items)
    ring.items[(tail + np.arange(len(events))) % capacity] = events
    ring.indices[TAIL] = (tail + len(events)) % (2 * capacity)


def play(engine: Engine, events: NDArray[np.void], port: int = 0) -> NDArray[np.float32]:
    """Play events spread over the next FRAMES frames."""
    events["time"] = engine.clock + np.arange(len(events)) * FRAMES // max(len(events), 1)
    events["port"] = port
    pour(engine.memory.host, events)
    return render(engine, EMPTY, FRAMES)


def silence(engine: Engine, parser: NDArray[np.void], port: int = 0) -> None:
    """All sound off on every channel of a port, and the proof that it is silent."""
    play(engine, parse_all(parser, b"\xf7" + b"".join(SOUND_OFF)).copy(), port)
    render(engine, EMPTY, 480)
    assert keys(engine) == []
    assert np.abs(render(engine, EMPTY, 480_000)[:, -4800:]).max() < 1e-6


def fuzzed(count: int, seed: int, polyphony: int = 16) -> Engine:
    """An engine that has played `count` random bytes without a sample out of bounds."""
    engine, parser = make_engine(generator=Steady((0.2,)), polyphony=polyphony), make_parser()
    engine.set_sound(3, Sound((0.0,), mono=True, legato=True, portamento=0.1, half_pedal=True))
    for chunk in random_bytes(seed, count):
        sound = play(engine, parse_all(parser, chunk).copy())
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() <= 1.0
    silence(engine, parser)
    return engine


@row("CC 120")
def test_random_bytes_and_then_all_sound_off_end_in_silence_and_no_voice() -> None:
    engine = fuzzed(BYTES, seed=20)
    assert engine.telemetry().peak_voices >= 16
    assert engine.telemetry().not_finite == 0
    assert engine.telemetry().dropped_events == 0


byte = st.integers(0, 255)
table = st.integers(0, 2**32 - 1).map(lambda seed: likely(np.random.default_rng(seed)))
streams = st.lists(st.one_of(table, st.binary(max_size=6)), max_size=60).map(b"".join)
in_ways = partial(settings, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@row("CC 120")
@given(stream=streams)
@in_ways(max_examples=20)
def test_any_stream_and_then_all_sound_off_end_in_silence_and_no_voice(desk: Desk, stream: bytes) -> None:
    desk.set()
    sound = desk.send(stream, seconds=0.1)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 1.0
    desk.send(b"\xf7", *SOUND_OFF, seconds=0.02)
    assert desk.keys() == []


def meant(stream: bytes) -> list[bytes]:
    """Channel messages and real-time bytes of a stream, by a plain reference."""
    told = (piece.data for piece in pieces(stream) if piece.kind in (CHANNEL, REALTIME))
    return [data for data in told if data[0] not in SILENT]


def understood(stream: bytes, cuts: list[int]) -> list[bytes]:
    """The same by the parser, the stream cut into pieces."""
    parser, found = make_parser(), []
    places = sorted({cut % (len(stream) + 1) for cut in cuts} | {0, len(stream)})
    for start, end in pairwise(places):
        found += [event.item() for event in parse_all(parser, stream[start:end]).copy()]
    sizes = {0xC: 2, 0xD: 2}
    messages = [bytes(event[2:5])[: sizes.get(event[2] >> 4, 3)] for event in found if event[2] < 0xF0]
    return [*messages, *(bytes((event[2],)) for event in found if event[2] >= 0xF8)]


@row("Running status", "Real-time inside a message or SysEx")
@given(stream=st.one_of(streams, st.binary(max_size=200)), cuts=st.lists(st.integers(0, 1000), max_size=9))
@settings(max_examples=300, deadline=None)
def test_the_parser_finds_every_message_wherever_the_stream_is_cut(stream: bytes, cuts: list[int]) -> None:
    wanted = meant(stream)
    in_order = [*(m for m in wanted if m[0] < 0xF0), *(m for m in wanted if m[0] >= 0xF8)]
    assert understood(stream, cuts) == in_order


presses = st.lists(
    st.tuples(st.booleans(), st.integers(0, 3), st.integers(50, 54), st.integers(0, 400)), max_size=40
)


@row("Same key twice", "Note-off without on, every key of every channel")
@given(presses=presses, mono=st.booleans(), legato=st.booleans(), priority=st.integers(0, 2))
@in_ways(max_examples=15)
def test_any_order_of_note_ons_and_note_offs_with_the_pedal_up_ends_with_no_voice(
    desk: Desk, presses: list[tuple[bool, int, int, int]], mono: bool, legato: bool, priority: int
) -> None:
    desk.set(polyphony=8, release=0.05, mono=mono, legato=legato, priority=priority)
    frame, played = 0, []
    for down, channel, key, frames in presses:
        frame += frames
        played.append((frame / 48_000, on(key, 64, channel) if down else off(key, 64, channel)))
    desk.play(*played, seconds=frame / 48_000 + 0.001)
    downs = [(channel, key) for down, channel, key, _ in presses if down]
    desk.send(*(off(key, 64, channel) for channel, key in downs), seconds=0.3)
    assert desk.keys(HELD) == []
    assert desk.keys() == []


MOST = 3  # channels in play

channel = st.integers(0, MOST - 1)
key = st.integers(55, 59)
ons = st.builds(on, key, st.just(64), channel)
offs = st.builds(off, key, st.just(64), channel)
changes = st.one_of(
    st.builds(program, st.integers(0, 2), channel),
    st.builds(
        cc,
        st.sampled_from([0, 5, 32, 64, 65, 66, 67, 68, 84, 123, 124, 126, 127]),
        st.integers(0, 127),
        channel,
    ),
    st.builds(rpn, st.sampled_from([0, 2, 3, 6]), st.integers(0, 15), st.none(), channel),
    st.builds(bend, st.integers(0, 16383), channel),
    st.sampled_from([sysex(0x7F, 0x7F, 8, 2, 0, 1, 57, 0x7F, 0x7F, 0x7E), b"\xfa", b"\xfe"]),
)
routes = st.lists(
    st.builds(Part, channel=st.integers(-1, 2), low=st.integers(50, 58), transpose=st.integers(-2, 80)),
    max_size=3,
)
steps = st.lists(st.one_of(ons, ons, offs, changes, routes), max_size=30)


@row("Same key twice", "Sustain 64", "Sostenuto 66", "Mono, legato, priorities", "Split, layer, transpose")
@given(steps=steps)
@example(steps=[program(1, 1), on(55, 64, 1), on(56, 64, 1), program(0, 1)])
@in_ways(max_examples=25)
def test_whatever_changes_while_keys_are_down_nothing_sounds_once_keys_and_pedals_are_up(
    desk: Desk, steps: list[bytes | list[Part]]
) -> None:
    desk.set(polyphony=8, release=0.05)
    desk.engine.set_sound(1, Sound((0.0,), release=0.05, reverb=0.0, mono=True, legato=True, priority=2))
    desk.engine.set_sound(
        2, Sound((0.0,), release=0.05, reverb=0.0, mono=True, portamento=0.1, half_pedal=True)
    )
    for step in steps:
        if isinstance(step, bytes):
            desk.send(step, seconds=0.002)
        else:
            desk.engine.set_parts(step)
    downs = [(step[1], step[0] & 15) for step in steps if isinstance(step, bytes) and step[0] >> 4 == 9]
    desk.send(*(off(note, 127, number) for note, number in downs))
    desk.send(*(cc(pedal, 0, number) for pedal in (64, 66) for number in range(MOST)), seconds=0.3)
    assert desk.keys(HELD) == []


def score(seed: int, frames: int) -> NDArray[np.void]:
    """Likely messages spread over `frames`; the drums' channel stays out."""
    random = np.random.default_rng(seed)
    notes = [on(int(key), 90, int(channel)) for key, channel in random.integers((40, 0), (80, 4), (40, 2))]
    events = parse_all(make_parser(), b"".join([*notes, *(likely(random) for _ in range(200))])).copy()
    events["time"] = np.sort(random.integers(0, frames, len(events)))
    return events


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_events_give_the_same_samples_at_any_block(seed: int) -> None:
    frames = 12_000
    sounds = []
    for block in (64, 1, 17, 480, 4096):
        engine = make_engine(polyphony=24)
        sounds.append(render(engine, score(seed, frames), frames, block))
    assert np.abs(sounds[0]).max() > 1e-3
    for sound in sounds[1:]:
        np.testing.assert_array_equal(sound, sounds[0])
