"""The piece: three parts on three channels, with programs, pedal, bend, controllers and a change of tempo."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import mido

BEAT = 384  # ticks of a quarter note
TEMPI = ((0, 120.0), (12 * BEAT, 90.0))  # from a tick on, beats per minute
LENGTH = 24 * BEAT  # ticks; what sounds then is stopped by the transport
START = BEAT  # tick of the first note: programs are chosen before
TUNE = (72, 76, 81, 84, 80, 77, 74, 83, 78, 76, 86, 84, 72, 79, 77, 82, 76, 81, 74, 86, 79, 84, 77, 88)
"""No key is an overtone of the string that sounds with it, so that each can be told from the sound."""
BENT = (7 * BEAT, 60, 2.0)  # from a tick on for a beat: the key that is bent, and by how many semitones
VELOCITY = 100
Span = tuple[float, float]  # seconds of the piece
SUSTAIN, WHEEL, VOLUME, PAN, EXPRESSION = 64, 1, 7, 10, 11


@dataclass
class Part:
    """A track: its messages, each at a tick. Notes also as (tick, key), struck at VELOCITY."""

    name: str
    channel: int
    messages: list[tuple[int, mido.Message]] = field(default_factory=list)
    notes: list[tuple[int, int]] = field(default_factory=list)

    def add(self, tick: int, kind: str, **data: int) -> None:
        """Put a message."""
        self.messages.append((tick, mido.Message(kind, channel=self.channel, **data)))

    def control(self, tick: int, number: int, value: int) -> None:
        """Put a control change."""
        self.add(tick, "control_change", control=number, value=value)

    def note(self, tick: int, key: int, ticks: int) -> None:
        """Put a note that ends after `ticks`, or with the transport."""
        self.notes.append((tick, key))
        self.add(tick, "note_on", note=key, velocity=VELOCITY)
        self.add(min(tick + ticks, LENGTH - 1), "note_off", note=key, velocity=64)


def piece() -> list[Part]:
    """The parts. Their channels are 1, 2 and 16."""
    parts = [Part("mallets", 0), Part("strings", 1), Part("bass", 15)]
    for part, program in zip(parts, (11, 48, 32), strict=True):
        part.add(0, "program_change", program=program)
        part.control(0, VOLUME, 100)
    _mallets(parts[0])
    _strings(parts[1])
    _bass(parts[2])
    for part in parts:
        part.messages.sort(key=lambda message: message[0])
    return parts


def _mallets(part: Part) -> None:
    """A tune in eighths and quarters over the change of tempo, with the pedal; the last key rings on."""
    for i, key in enumerate(TUNE):
        part.note(START + i * BEAT * 3 // 4, key, BEAT // 2)
    for beat in range(4, 20, 4):
        part.control(beat * BEAT, SUSTAIN, 127)
        part.control(beat * BEAT + 2 * BEAT, SUSTAIN, 0)
    part.control(20 * BEAT, SUSTAIN, 127)  # never lifted: the stop must


def _strings(part: Part) -> None:
    """Long notes: one is bent up and back, one swells, one sways and moves across."""
    for i, key in enumerate((55, 60, 57, 59, 55)):
        part.note(START + i * 4 * BEAT + 30, key, 4 * BEAT - 60)
    for step in range(33):
        high = min(step * 256, 8191)
        part.add(BENT[0] - 33 * 4 + step * 4, "pitchwheel", pitch=high)
        part.add(BENT[0] + BEAT + step * 4, "pitchwheel", pitch=8192 - step * 256 if step else 8191)
    for step in range(65):
        swing = 64 - abs(step - 32) * 2
        part.control(10 * BEAT + step * 12, EXPRESSION, 127 - swing)
        part.control(14 * BEAT + step * 12, WHEEL, swing)
        part.control(14 * BEAT + step * 12 + 6, PAN, 64 + swing // 2)


def _bass(part: Part) -> None:
    for i, key in enumerate((36, 41, 43, 38, 36, 41)):
        part.note(START + i * 3 * BEAT + 60, key, 2 * BEAT)
    part.note(20 * BEAT + 60, 43, 8 * BEAT)  # still down when the transport stops


def seconds(tick: int) -> float:
    """Time of a tick."""
    told, spans = 0.0, (*TEMPI[1:], (tick, 0.0))
    for (since, tempo), (until, _) in zip(TEMPI, spans, strict=True):
        told += max(min(until, tick) - since, 0) / BEAT * 60.0 / tempo
    return told


def events(part: Part) -> Iterator[tuple[int, mido.Message]]:
    """Messages with the ticks between them."""
    last = 0
    for tick, message in part.messages:
        yield tick - last, message
        last = tick


def write_track(part: Part, path: Path) -> None:
    """A Standard MIDI File of one part."""
    song = mido.MidiFile(type=0, ticks_per_beat=BEAT)
    track = song.add_track()
    track.extend(message.copy(time=delta) for delta, message in events(part))
    track.append(mido.MetaMessage("end_of_track", time=LENGTH - part.messages[-1][0]))
    song.save(path)
