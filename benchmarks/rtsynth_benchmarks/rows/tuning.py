"""How well voices are in tune under bend, MPE and microtuning, in cents, measured from the sound; offline.

Every case plays a few keys twice, with the same seed: plain, and with its messages, sent as bytes before the
notes or while they sound. The pitch of each is where the fundamental's phase says it is over half a second,
and the error is how far the step between the two is from the one that was asked for. What a voice does of
itself, swaying or being stretched like a string, is in both and cancels. Scales move a key by less than a
quarter tone: farther away the instrument itself sounds as it does there, some cents off like any other.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtsynth.audio import RATE
from rtsynth.lineup import Lineup, choose_lineup
from rtsynth_engine.drivers.offline import render
from rtsynth_engine.engine import Engine
from rtsynth_engine.midi.parser import make_parser, parse_all
from rtsynth_engine.rings import EVENT

from ..context import Context
from ..figures import NEITHER, Figure, NotMeasured
from ..players import VELOCITY

PRESET = "vibraphone"  # whose tone sways least of itself: what is left is the engine's
KEYS = (57, 67, 79)
HOLD, GAP, CHANGE = 1.2, 0.8, 0.1  # seconds: of a note, between two, from a note to its change
SINCE, UNTIL, HOP = 0.45, 1.15, 0.2  # seconds of a note that are measured; between two looks at its phase
WIDE = 150.0  # cents around the wanted pitch where it is looked for
CHANNEL = 1  # shown as 2: a member channel under MPE
MEANTONE = (0, -24, -7, 10, -14, 3, -21, -3, -27, -10, 7, -17)  # cents by pitch class
JUST = (0.0, 11.7, 3.9, 15.6, -13.7, -2.0, -9.8, 2.0, 13.7, -15.6, 17.6, -11.7)
Step = Callable[[int], float]


@dataclass(frozen=True)
class Case:
    """Bytes `before` the first note and `during` each one, and the cents that they move a key by."""

    what: str
    before: bytes
    during: bytes
    step: Step
    table: Sequence[float] | None = None  # in place of bytes: the pitches of the session's own table


def run(context: Context) -> Iterator[Figure]:
    """The largest error of each kind of case, then of all."""
    lineup = choose_lineup(context.options.preset or PRESET)
    rate = context.options.rate or RATE
    context.setup(driver="offline", rate=rate, preset=lineup.preset.id)
    plain = _pitches(lineup, rate, None)
    worst: dict[str, list[float]] = {}
    chosen = list(cases())
    for case in chosen[:: context.pick(1, 7, len(chosen) - 1)]:
        context.tell(case.what)
        found = _pitches(lineup, rate, case)
        errors = [_cents(f, p) - case.step(key) for f, p, key in zip(found, plain, KEYS, strict=True)]
        worst.setdefault(case.what, []).extend(abs(error) for error in errors)
    for what, errors in worst.items():
        yield from _figures(what, errors)
    yield from _figures("all", [error for errors in worst.values() for error in errors])


def _figures(what: str, errors: list[float]) -> Iterator[Figure]:
    yield Figure(what, "notes", len(errors), "", NEITHER)
    yield Figure(what, "median", float(np.median(errors)), "cents")
    yield Figure(what, "largest", max(errors), "cents")


def cases() -> Iterator[Case]:
    """All there are."""
    for value in (0, 5000, 12_000, 16_383):
        bent = (value - 8192) / 8192.0
        yield Case("bend, 2 semitones", b"", bend(CHANNEL, value), _constant(200.0 * bent))
        wide = parameter(CHANNEL, 0, 24, 0)
        yield Case("bend, 24 semitones", wide, bend(CHANNEL, value), _constant(2400.0 * bent))
        yield Case("bend of the notes to come", bend(CHANNEL, value), b"", _constant(200.0 * bent))
        quarter = (value + 3 * 8192) // 4
        own, zone = 4800.0 * (quarter - 8192) / 8192.0, parameter(0, 6, 15)
        yield Case("MPE, a note's own bend", zone, bend(CHANNEL, quarter), _constant(own))
        both = bend(CHANNEL, quarter) + bend(0, value)
        yield Case("MPE, both bends", zone, both, _constant(own + 200.0 * bent))
    yield from _tunings()


def _tunings() -> Iterator[Case]:
    yield Case("channel tuning", parameter(CHANNEL, 1, 80), b"", _constant(25.0))
    yield Case("channel tuning", parameter(CHANNEL, 2, 67), b"", _constant(300.0))
    fine = exclusive("7F 7F 04 03", *reversed(fourteen(8192 + 2048)))
    yield Case("master tuning", fine, b"", _constant(25.0))
    for key in KEYS:
        at = exclusive("7F 7F 08 02 00 01", key, key, *fourteen(5000))
        yield Case("one key of a tuning program", at, b"", _only(key, 5000 * 100.0 / 16_384))
    octave = exclusive("7F 7F 08 08 03 7F 7F", *(64 + cents for cents in MEANTONE))
    yield Case("octave tuning", octave, b"", lambda key: float(MEANTONE[key % 12]))
    just = [key + JUST[key % 12] / 100.0 for key in range(128)]
    yield Case("a scale's own table", b"", b"", lambda key: JUST[key % 12], just)


def _constant(cents: float) -> Step:
    return lambda key: cents


def _only(moved: int, cents: float) -> Step:
    return lambda key: cents if key == moved else 0.0


def bend(channel: int, value: int) -> bytes:
    """A pitch bend of 14 bits."""
    return bytes([0xE0 | channel, value & 127, value >> 7])


def parameter(channel: int, number: int, *data: int) -> bytes:
    """A registered parameter below 128, its data, and the null parameter."""
    status = 0xB0 | channel
    entry = b"".join(bytes([status, control, value]) for control, value in zip((6, 38), data, strict=False))
    return bytes([status, 101, 0, status, 100, number]) + entry + bytes([status, 101, 127, status, 100, 127])


def exclusive(head: str, *data: int) -> bytes:
    """A system exclusive."""
    return b"\xf0" + bytes.fromhex(head) + bytes(data) + b"\xf7"


def fourteen(value: int) -> tuple[int, int]:
    """High byte first, as tunings have it."""
    return value >> 7, value & 127


def _pitches(lineup: Lineup, rate: float, case: Case | None) -> list[float]:
    """Hz of every key's fundamental, near where the case should bring it."""
    with closing(Engine(lineup.bundle, rate)) as engine:
        lineup.load(engine)
        engine.prepare([lineup.start])
        if case and case.table:
            engine.set_tuning(0, case.table)
        events = _events(case, rate)
        sound = render(engine, events, round((HOLD + GAP) * len(KEYS) * rate)).sum(axis=0, dtype=np.float64)
    found = []
    for i, key in enumerate(KEYS):
        start = i * (HOLD + GAP)
        part = sound[round((start + SINCE) * rate) : round((start + UNTIL) * rate)]
        cents = case.step(key) if case else 0.0
        found.append(hertz_of(part, rate, 440.0 * 2.0 ** ((key - 69 + cents / 100.0) / 12.0)))
    return found


def _events(case: Case | None, rate: float) -> NDArray[np.void]:
    """Records of EVENT: the case's bytes around the keys, one after the other."""
    timed = [(0.0, case.before if case else b"")]
    for i, key in enumerate(KEYS):
        start = i * (HOLD + GAP)
        timed.append((start + 0.001, bytes([0x90 | CHANNEL, key, VELOCITY])))
        timed.append((start + CHANGE, case.during if case else b""))
        timed.append((start + HOLD, bytes([0x80 | CHANNEL, key, 64])))
    parser, pieces = make_parser(), []
    for seconds, data in timed:
        piece = parse_all(parser, data)
        piece["time"] = round(seconds * rate)
        pieces.append(piece)
    return np.concatenate([np.zeros(0, EVENT), *pieces])


def hertz_of(sound: NDArray[np.float64], rate: float, near: float) -> float:
    """Hz of the partial around `near`: where it is loudest, then by its phase HOP later.
    Raises NotMeasured in silence.
    """
    window = np.hanning(len(sound))
    steps = near * 2.0 ** (np.arange(-WIDE, WIDE + 1.0, 4.0) / 1200.0)
    levels = [abs(_turned(sound * window, rate, step)) for step in steps]
    if max(levels) <= 1e-5 * window.sum():
        raise NotMeasured("a note was not heard")
    coarse = float(steps[int(np.argmax(levels))])
    hop = round(HOP * rate)
    short = np.hanning(len(sound) - hop)
    early, late = (_turned(sound[i : i + len(short)] * short, rate, coarse) for i in (0, hop))
    turn = np.angle(late * np.conj(early) * np.exp(-2j * np.pi * coarse * hop / rate))
    return float(coarse + turn * rate / (2.0 * np.pi * hop))


def _turned(sound: NDArray[np.float64], rate: float, hertz: float) -> complex:
    return complex(np.sum(sound * np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / rate)))


def _cents(hertz: float, base: float) -> float:
    return float(1200.0 * np.log2(hertz / base))
