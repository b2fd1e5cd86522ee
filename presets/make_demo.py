"""Writes rtsynth_presets/demo.mid, the piece that `rtsynth demo` plays: run `python presets/make_demo.py`.

"First Light", nineteen bars in D major for ten instruments, by the rtsynth authors, under rtsynth's licence.
Bars and beats count from 0. A line of notes is "PITCH:BEATS …", "-" rests; "!" after a pitch slides into it.
"""

import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo

OUT = Path(__file__).parent / "rtsynth_presets" / "demo.mid"
TICKS = 480  # per beat
BAR = 4.0  # beats
TEMPOS = {0: 92, 16: 84, 17: 66, 18: 56}  # beats per minute from each bar on: the end broadens
D_MAJOR = {1, 2, 4, 6, 7, 9, 11}  # pitch classes
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11, "#": 1, "b": -1}

CHORDS = {
    "D9": "D3 A3 E4 F#4 A4",
    "Bm7": "B2 F#3 D4 F#4 A4",
    "Gmaj7": "G2 D3 B3 D4 F#4",
    "A7sus": "A2 E3 G3 D4 E4",
    "A7": "A2 E3 G3 C#4 E4",
    "A/C#": "C#3 A3 C#4 E4 A4",
    "F#m7": "F#2 C#3 A3 C#4 E4",
    "D/F#": "F#2 D3 A3 D4 F#4",
    "Em9": "E2 B2 G3 D4 F#4",
    "Bm": "B2 F#3 B3 D4 F#4",
    "D/A": "A2 F#3 A3 D4 F#4",
    "Gm6": "G2 D3 Bb3 D4 E4",
}
INTRO = ["D9", "Bm7", "Gmaj7", "A7sus"]  # the piano and bells
TUNE = ["D9", "A/C#", "Bm7", "F#m7", "Gmaj7", "D/F#", "Em9", "A7"]  # the flute sings
ANSWER = ["Bm", "Gmaj7", "D/A", "A7"]  # the violin takes it up
HOME = ["Gm6", "D9", "D9"]
BARS = INTRO + TUNE + ANSWER + HOME
LAST_CHORD = "D2 A2 D3 F#3 A3 E4 F#4 A4 D5 D6"
SWEEPS = {
    11.5: "A2 C#3 E3 G3 A3 C#4 E4 G4 A4 C#5 E5 A5",
    16.5: "G3 Bb3 D4 E4 G4 Bb4 D5 E5 G5 Bb5 D6 E6",
}
FLUTE = (
    "F#5!:1.5 E5:.5 D5:1 A4:1  E5:2 C#5:1 E5:1  D5:1.5 C#5:.5 B4:1 D5:1  C#5!:3 -:.5 A4:.5 "
    "B4:1 D5:1 F#5:1.5 G5:.5  F#5:1.5 E5:.5 D5:1 F#5:1  G5!:1.5 F#5:.5 E5:1 B4:1  E5:2 C#5:1.5 -:.5 "
    "D5:4  B4:2 D5:2  F#5:3 E5:1  C#5:3 B4:1  Bb4:2 D5:2  A4:6"
)
VIOLIN = (
    "F#5:1 B5!:1.5 A5:.5 F#5:1  G5:1.5 A5:.5 B5:1 D6!:1  A5:2 F#5:1 A5:1  G5:1.5 F#5:.5 E5:2 "
    "E5:1 G5:1 Bb5!:1.5 A5:.5  F#5:6"
)
CELLO = (
    "B3:2 D4:2  A3:2 D4:1 C#4:1  B3:2 G3:2  A3:2 G3:1 E3:1 "
    "B3!:1.5 C#4:.5 D4:2  D4:1 B3:1 G3:2  F#3:1 A3:1 D4:2  E4:1.5 D4:.5 C#4:2  Bb3!:2 G3:2  A3:6"
)
HORN = "F#4:4  G4:3 D4:1  F#4:4  E4:2 G4:2  Bb4:3 G4:1  F#4:6"
BELLS = "-:2.5 A5:.5 F#5:1  -:2.5 D6:.5 A5:1  -:2.5 B5:.5 F#5:1  -:2 E5:.5 G5:.5 A5:1 "


def pitch(name: str) -> int:
    """MIDI number of "C4" (60), "F#5" or "Bb3"."""
    return sum(STEPS[letter] for letter in name[:-1]) + 12 * (int(name[-1]) + 1)


@dataclass
class Part:
    """One instrument on one channel; `events` are (beats, order, message)."""

    name: str
    channel: int
    program: int
    pan: int = 64
    volume: int = 100
    events: list[tuple[float, int, Message]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.channel)
        self.send(0, "program_change", program=self.program)
        for control, value in ((7, self.volume), (10, self.pan), (11, 127)):
            self.send(0, "control_change", control=control, value=value)

    def send(self, beat: float, kind: str, **data: int) -> None:
        """Add a message; at one time note-offs come first and note-ons last."""
        order = {"note_off": 0, "note_on": 2}.get(kind, 1)
        self.events.append((beat, order, Message(kind, channel=self.channel, **data)))

    def note(self, beat: float, key: int, beats: float, velocity: float) -> None:
        """Add a note, a hair off the beat and its strength as a player's would be."""
        start = max(0.0, beat + self.chance.gauss(0, 0.008))
        strength = round(velocity + self.chance.gauss(0, 2.5))
        self.send(start, "note_on", note=key, velocity=min(max(strength, 1), 127))
        self.send(start + beats, "note_off", note=key, velocity=64)

    def line(self, bar: float, notes: str, velocity: float, rise: float = 10, held: float = 0.96) -> None:
        """Add a melody from a bar on. Higher notes are played stronger, by `rise` an octave."""
        beat = bar * BAR
        for item in notes.split():
            name, length = item.split(":")
            if name != "-":
                key = pitch(name.rstrip("!"))
                self.note(beat, key, float(length) * held, velocity + rise * (key - 72) / 12)
                if name.endswith("!"):
                    self.slide(beat)
            beat += float(length)

    def slide(self, beat: float, semitones: float = 0.8) -> None:
        """Come from below into the note that begins here, with the bend wheel (range ±2)."""
        for step in range(9):
            bend = -semitones * (1 - step / 8) ** 2
            self.send(max(0.0, beat - 0.02) + step * 0.03, "pitchwheel", pitch=round(bend / 2 * 8192))

    def swell(self, bar: float, bars: float, start: int, end: int) -> None:
        """Move expression in a straight line."""
        for step in range(int(bars * 16) + 1):
            value = start + (end - start) * step / (bars * 16)
            self.send((bar + step / 16) * BAR, "control_change", control=11, value=round(value))

    def pedal(self, bars: range) -> None:
        """Press the sustain pedal just after each bar begins and lift it as the next one does."""
        for bar in bars:
            self.send(bar * BAR + 0.08, "control_change", control=64, value=127)
            self.send((bar + 1) * BAR, "control_change", control=64, value=0)


def chord(bar: int) -> list[int]:
    """Five MIDI numbers from the bass up."""
    return [pitch(name) for name in CHORDS[BARS[bar]].split()]


def piano() -> Part:
    """Rolling eighths under everything, and the last chord spread over five octaves."""
    part = Part("Piano", 0, 0, pan=56)
    for bar in range(17):
        strength = 62 + 3 * min(bar, 4) - 8 * (4 <= bar < 8) + 8 * (12 <= bar < 16)
        for eighth, voice in enumerate((0, 1, 2, 3, 4, 3, 2, 1)):
            accent = 10 * (eighth == 0) + 4 * (eighth == 4)
            part.note(bar * BAR + eighth / 2, chord(bar)[voice], 0.5, strength + accent)
    for step, name in enumerate(LAST_CHORD.split()):
        part.note(17 * BAR + step * 0.12, pitch(name), 7, 74 - 2 * step)
    part.pedal(range(17))
    part.send(17 * BAR + 0.05, "control_change", control=64, value=127)
    part.send(19 * BAR, "control_change", control=64, value=0)
    return part


def strings() -> Part:
    """Held chords that breathe with each phrase."""
    part = Part("Strings", 4, 48, volume=84)
    for bar in range(4, 18):
        length = 6.0 if bar == 17 else 3.96
        for key in chord(bar)[2:]:
            part.note(bar * BAR, key + 12 * (12 <= bar < 16), length, 58)
    for bar, bars, start, end in (
        (4, 4, 60, 92),
        (8, 4, 92, 80),
        (12, 3, 88, 127),
        (15, 2, 127, 84),
        (17, 1.5, 84, 24),
    ):
        part.swell(bar, bars, start, end)
    return part


def bass() -> Part:
    """Root, second chord tone, root, and the step of the scale that leads to the next bar."""
    part = Part("Bass", 5, 32, volume=104)
    for bar in range(4, 17):
        root, following = bass_note(bar), bass_note(bar + 1)
        second = root + (chord(bar)[1] - root) % 12
        side = 1 if following < root else -1
        approach = next(key for key in (following + side, following + 2 * side) if key % 12 in D_MAJOR)
        for beat, key, length in ((0, root, 1.4), (1.5, second, 0.45), (2, root, 0.95), (3, approach, 0.9)):
            part.note(bar * BAR + beat, key, length, 80 - 8 * (beat > 0))
    part.note(17 * BAR, pitch("D2"), 6, 82)
    return part


def bass_note(bar: int) -> int:
    """The chord's lowest tone between E1 and D#2."""
    return 28 + (chord(bar)[0] - 28) % 12


def harp() -> Part:
    """Two sweeps: into the violin's tune and into the last chord."""
    part = Part("Harp", 7, 46, pan=92)
    for bar, names in SWEEPS.items():
        for step, name in enumerate(names.split()):
            part.note(bar * BAR + step / 6, pitch(name), 1.5, 54 + 3 * step)
    part.pedal(range(11, 12))
    part.pedal(range(16, 17))
    return part


def marimba() -> Part:
    """Quiet off-beats that drive the violin's tune."""
    part = Part("Marimba", 6, 12, pan=36, volume=88)
    for bar in range(12, 16):
        for step, voice in enumerate((3, 4, 3, 4, 3, 4, 3, 4)):
            part.note(bar * BAR + step / 2 + 0.25, chord(bar)[voice] + 12, 0.3, 52 + 6 * (step % 2))
    return part


def soloists() -> list[Part]:
    """The lines that sing."""
    flute = Part("Flute", 1, 73, pan=50, volume=104)
    flute.line(4, FLUTE, 84)
    flute.swell(4, 2, 96, 120)
    flute.swell(12, 1, 120, 88)
    violin = Part("Violin", 2, 40, pan=78, volume=108)
    violin.line(12, VIOLIN, 88)
    violin.swell(12, 2, 96, 127)
    violin.swell(17, 1.5, 127, 30)
    cello = Part("Cello", 3, 42, pan=84, volume=100)
    cello.line(8, CELLO, 86)
    horn = Part("Horn", 8, 60, pan=44, volume=86)
    horn.line(12, HORN, 76)
    bells = Part("Vibraphone", 10, 11, pan=70, volume=92)
    bells.line(0, BELLS, 60)
    bells.line(8, BELLS, 56)
    bells.line(17, "-:1.5 A5:.5 D6:.5 F#6:1.5 D6:3", 58, rise=0)
    bells.pedal(range(4))
    bells.pedal(range(8, 12))
    bells.pedal(range(17, 18))
    return [flute, violin, cello, horn, bells]


def track(part: Part) -> MidiTrack:
    """The part's messages, each after its time since the one before, in ticks."""
    messages = MidiTrack([MetaMessage("track_name", name=part.name)])
    at = 0
    for beat, _, message in sorted(part.events, key=lambda event: (round(event[0] * TICKS), event[1])):
        ticks = round(beat * TICKS)
        messages.append(message.copy(time=ticks - at))
        at = ticks
    return messages


def tempos() -> MidiTrack:
    """Title and tempo map."""
    messages = MidiTrack([MetaMessage("track_name", name="First Light")])
    at = 0.0
    for bar, tempo in TEMPOS.items():
        messages.append(
            MetaMessage("set_tempo", tempo=bpm2tempo(tempo), time=round((bar - at) * BAR * TICKS))
        )
        at = bar
    return messages


def compose() -> MidiFile:
    """The whole piece; always the same."""
    parts = [piano(), strings(), bass(), harp(), marimba(), *soloists()]
    return MidiFile(type=1, ticks_per_beat=TICKS, tracks=[tempos(), *map(track, parts)])


if __name__ == "__main__":
    compose().save(sys.argv[1] if len(sys.argv) > 1 else OUT)
