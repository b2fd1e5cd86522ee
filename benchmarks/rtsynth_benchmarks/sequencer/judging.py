"""What was sent and what was heard, held against the piece."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..figures import quantiles
from .piece import BENT, Part, Span, seconds

NOTE_ON, NOTE_OFF = 0x90, 0x80
REST = 2.0  # seconds without a message that part two rolls of the transport
QUIET = 3.0  # seconds after the stop until nothing may sound any more
SILENT = 1e-4  # full scale, -80 dBFS
RISE = 3.0  # dB that a note's own pitch must rise by
OFF_PITCH = 50.0  # cents that a note may be off and still be told from the next key
OUT_OF_TUNE = 30.0  # cents that a held bend may be off: strings are many, and none is quite in tune
SHARP = np.array([1.0, -4.0, 6.0, -4.0, 1.0])  # passes what is new and keeps what swings slowly out
SUDDEN, BEFORE, LOOK = 2.0, 960, 512  # times louder than the 20 ms before; frames looked at
Array = NDArray[np.float64]


class Note(NamedTuple):
    """A note-on as it was sent: frame, channel, key."""

    frame: int
    channel: int
    key: int


@dataclass(frozen=True)
class Take:
    """What the ear kept: records of MESSAGE, sound (2, frames), the frames of xruns."""

    messages: NDArray[Any]
    sound: NDArray[np.float32]
    rate: int
    xruns: Sequence[int] = ()


@dataclass(frozen=True)
class Verdict:
    """One roll of the transport. Times in ms unless they say frames."""

    expected: int
    sent: int  # of them, by the sequencer
    jitter: float  # the farthest that one was sent from its time
    heard: int  # at their pitch
    onset: int  # frames from sending to the sudden sound of a mallet: median
    onset_max: int
    bend: float | None  # cents that the held bend is off; None where it was not played
    rest: float  # dBFS of what sounds QUIET seconds after the stop
    xruns: int


def rolls(take: Take) -> list[NDArray[Any]]:
    """The messages of each roll that struck a note."""
    pauses = np.flatnonzero(np.diff(take.messages["frame"]) > REST * take.rate) + 1
    return [roll for roll in np.split(take.messages, pauses) if list(notes_of(roll))]


def notes_of(messages: NDArray[Any]) -> Iterator[Note]:
    """The notes that were struck."""
    for message in messages:
        status, key, velocity = (int(byte) for byte in message["data"][:3])
        if message["size"] == 3 and status & 0xF0 == NOTE_ON and velocity:
            yield Note(int(message["frame"]), status & 15, key)


def judge(take: Take, roll: NDArray[Any], parts: list[Part], span: Span) -> Verdict:
    """Hold one roll over `span` (seconds of the piece) against what it should have been."""
    wanted, sent = _wanted(parts, span, take.rate), list(notes_of(roll))
    found = _matched(wanted, sent)
    struck = [note for note, _ in found]
    origin = struck[0].frame - found[0][1].frame if found else 0
    onsets = [onset for note in struck if note.channel == parts[0].channel for onset in _onset(take, note)]
    end = int(roll["frame"][-1])
    return Verdict(
        expected=len(wanted),
        sent=len(found),
        jitter=max((abs(n.frame - w.frame - origin) * 1e3 / take.rate for n, w in found), default=0.0),
        heard=sum(is_heard(take, note) for note in struck),
        onset=int(quantiles(onsets)["median"]) if onsets else -1,
        onset_max=max(onsets, default=-1),
        bend=_bend(take, origin, span),
        rest=_rest(take, end),
        xruns=sum(int(roll["frame"][0]) <= xrun <= end for xrun in take.xruns),
    )


def _wanted(parts: list[Part], span: Span, rate: int) -> list[Note]:
    """Notes of the piece in a span, at frames of the piece. The last few ms may or may not come to sound."""
    return sorted(
        Note(round(seconds(tick) * rate), part.channel, key)
        for part in parts
        for tick, key in part.notes
        if span[0] <= seconds(tick) < span[1] - 0.05
    )


def _matched(wanted: list[Note], sent: list[Note]) -> list[tuple[Note, Note]]:
    """Each wanted note with the one that was sent for it: the first of its channel and key not taken yet."""
    left, found = list(sent), []
    for want in wanted:
        same = [note for note in left if note[1:] == want[1:]]
        if same:
            left.remove(same[0])
            found.append((same[0], want))
    return found


def is_heard(take: Take, note: Note) -> bool:
    """Whether the note's own pitch comes into the sound with it."""
    hertz = 440.0 * 2.0 ** ((note.key - 69) / 12)
    frames = round((0.2 if note.key > 60 else 0.4) * take.rate)
    mono = take.sound.sum(axis=0, dtype=np.float64)
    before, after = mono[note.frame - frames : note.frame], mono[note.frame + 240 : note.frame + 240 + frames]
    cents, level = pitch(after, hertz, take.rate, OFF_PITCH)
    was = partial(before, hertz * 2.0 ** (cents / 1200.0), take.rate)
    return bool(level > max(was * 10.0 ** (RISE / 20.0), SILENT))


def pitch(sound: Array, hertz: float, rate: int, within: float) -> tuple[float, float]:
    """Cents from `hertz` at which the sound is loudest, and how loud it is there."""
    steps = np.arange(-within, within + 1.0, 2.0)
    levels = [partial(sound, hertz * 2.0 ** (step / 1200.0), rate) for step in steps]
    best = int(np.argmax(levels))
    return float(steps[best]), levels[best]


def partial(sound: Array, hertz: float, rate: int) -> float:
    """Amplitude at a frequency."""
    window = np.hanning(len(sound))
    turn = np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / rate)
    return float(2.0 * abs(np.sum(window * sound * turn)) / max(window.sum(), 1.0))


def _onset(take: Take, note: Note) -> Iterator[int]:
    """Frames from a mallet's message to the first sudden sample, where there is one."""
    start = note.frame - BEFORE
    near = np.convolve(take.sound[:, start : note.frame + LOOK].sum(axis=0), SHARP, "valid")
    ring = np.abs(near[: BEFORE - len(SHARP)]).max()
    sudden = np.flatnonzero(np.abs(near[BEFORE - len(SHARP) :]) > SUDDEN * max(ring, SILENT))
    if len(sudden):
        yield int(sudden[0])


def _bend(take: Take, origin: int, span: Span) -> float | None:
    """Cents from where the held bend should be."""
    tick, key, semitones = BENT
    since, until = seconds(tick) + 0.05, seconds(tick) + 0.45
    if not span[0] <= since < until <= span[1]:
        return None
    frames = slice(origin + round(since * take.rate), origin + round(until * take.rate))
    hertz = 440.0 * 2.0 ** ((key + semitones - 69) / 12)
    return pitch(take.sound[:, frames].sum(axis=0, dtype=np.float64), hertz, take.rate, 100.0)[0]


def _rest(take: Take, end: int) -> float:
    after = take.sound[:, end + round(QUIET * take.rate) :][:, : take.rate // 2]
    return float(20.0 * np.log10(max(np.abs(after).max(initial=0.0), 1e-10)))


def faults(verdict: Verdict, period: int) -> list[str]:
    """What is wrong, in words; nothing where all is as it should be."""
    tests = {
        f"{verdict.expected - verdict.sent} notes were not sent": verdict.sent < verdict.expected,
        f"{verdict.sent - verdict.heard} notes were not heard": verdict.heard < verdict.sent,
        f"a note sounded {verdict.onset_max} frames late": verdict.onset_max > 2 * period,
        "the bend is out of tune": verdict.bend is not None and abs(verdict.bend) > OUT_OF_TUNE,
        f"{verdict.rest:.0f} dBFS still sounded {QUIET:g} s after the stop": verdict.rest
        > 20 * np.log10(SILENT),
        f"{verdict.xruns} xruns": verdict.xruns > 0,
    }
    return [text for text, wrong in tests.items() if wrong]
