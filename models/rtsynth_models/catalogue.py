"""The General MIDI programs the flagship learns, and how each is analysed."""

from dataclasses import dataclass
from typing import Literal

Slots = Literal["harmonic", "stiff", "peaks"]
HELD_OUT = (39, 54, 69, 84)  # MIDI numbers never trained on, for evaluation
VELOCITIES = (32, 80, 127)


@dataclass(frozen=True)
class Program:
    """One instrument of the data set.

    `number` is the 0-based General MIDI program, `low` and `high` are MIDI numbers, `divisor` is how many
    partial slots there are per harmonic, `slots` says where partials are looked for: on multiples of the
    fundamental, stretched by stiffness, or on the peaks of the spectrum.
    """

    number: int
    name: str
    category: str
    low: int
    high: int
    divisor: int = 1
    slots: Slots = "harmonic"

    @property
    def id(self) -> str:
        """Name in lower case with hyphens."""
        return self.name.lower().replace("(", "").replace(")", "").replace(" ", "-")

    @property
    def pitches(self) -> range:
        """MIDI numbers that are rendered: every semitone of the range."""
        return range(self.low, self.high + 1)


PROGRAMS = (
    Program(0, "Acoustic Grand Piano", "piano", 21, 108, slots="stiff"),
    Program(4, "Electric Piano", "piano", 27, 102),
    Program(9, "Glockenspiel", "mallets", 60, 108, slots="peaks"),
    Program(11, "Vibraphone", "mallets", 45, 96, slots="peaks"),
    Program(12, "Marimba", "mallets", 36, 96, slots="peaks"),
    Program(16, "Drawbar Organ", "organ", 33, 96, divisor=4),
    Program(19, "Church Organ", "organ", 27, 96, divisor=2),
    Program(21, "Accordion", "organ", 36, 96),
    Program(24, "Nylon Guitar", "guitar", 33, 90, slots="stiff"),
    Program(25, "Steel Guitar", "guitar", 33, 90, slots="stiff"),
    Program(26, "Jazz Guitar", "guitar", 33, 90, slots="stiff"),
    Program(32, "Acoustic Bass", "bass", 24, 69, slots="stiff"),
    Program(33, "Fingered Bass", "bass", 24, 69, slots="stiff"),
    Program(38, "Synth Bass", "bass", 24, 75),
    Program(40, "Violin", "strings", 54, 101),
    Program(42, "Cello", "strings", 33, 84),
    Program(46, "Harp", "strings", 24, 102, slots="stiff"),
    Program(48, "String Ensemble", "strings", 27, 96),
    Program(52, "Choir Aahs", "choir", 33, 90),
    Program(56, "Trumpet", "brass", 48, 93),
    Program(57, "Trombone", "brass", 30, 81),
    Program(60, "French Horn", "brass", 30, 84),
    Program(64, "Soprano Sax", "reed", 48, 93),
    Program(68, "Oboe", "reed", 54, 96),
    Program(71, "Clarinet", "reed", 45, 96),
    Program(73, "Flute", "flute", 54, 99),
    Program(80, "Square Lead", "lead", 27, 102),
    Program(88, "New Age Pad", "pad", 27, 102),
)


def program(number: int) -> Program:
    """Look up a General MIDI program (0-based); KeyError when it is not in the catalogue."""
    return {p.number: p for p in PROGRAMS}[number]
