"""The General MIDI programs the flagship learns, and the keys each is learned on."""

from collections.abc import Collection
from dataclasses import dataclass

FAMILIES = ("piano", "mallets", "organ", "guitar", "bass", "strings", "ensemble", "brass", "reed", "pipe")
FAMILIES += ("lead", "pad", "effects", "world", "percussion", "noises")  # of eight programs each
LOWEST, HIGHEST = 21, 108  # A0 to C8
HELD_OUT = (39, 54, 69, 84)  # MIDI numbers never trained on, for evaluation
VELOCITIES = (25, 51, 76, 102, 127)


@dataclass(frozen=True)
class Program:
    """One instrument of the data set.

    `number` is the 0-based General MIDI program, `low` and `high` are MIDI numbers.
    """

    number: int
    name: str
    category: str
    low: int
    high: int

    @property
    def id(self) -> str:
        """Name in lower case with hyphens."""
        return self.name.lower().replace("(", "").replace(")", "").replace(" ", "-")

    @property
    def pitches(self) -> range:
        """MIDI numbers that are rendered: every semitone of the range."""
        return range(self.low, self.high + 1)


PROGRAMS = (
    Program(0, "Acoustic Grand Piano", "piano", 21, 108),
    Program(3, "Honky-tonk Piano", "piano", 24, 103),
    Program(4, "Electric Piano", "piano", 27, 102),
    Program(5, "Electric Piano 2", "piano", 27, 102),
    Program(6, "Harpsichord", "piano", 29, 89),
    Program(7, "Clavinet", "piano", 33, 96),
    Program(8, "Celesta", "mallets", 60, 108),
    Program(9, "Glockenspiel", "mallets", 60, 108),
    Program(10, "Music Box", "mallets", 60, 103),
    Program(11, "Vibraphone", "mallets", 45, 96),
    Program(12, "Marimba", "mallets", 36, 96),
    Program(13, "Xylophone", "mallets", 60, 108),
    Program(14, "Tubular Bells", "mallets", 48, 84),
    Program(15, "Dulcimer", "mallets", 48, 96),
    Program(16, "Drawbar Organ", "organ", 33, 96),
    Program(18, "Rock Organ", "organ", 33, 96),
    Program(19, "Church Organ", "organ", 27, 96),
    Program(20, "Reed Organ", "organ", 36, 96),
    Program(21, "Accordion", "organ", 36, 96),
    Program(22, "Harmonica", "organ", 48, 90),
    Program(24, "Nylon Guitar", "guitar", 33, 90),
    Program(25, "Steel Guitar", "guitar", 33, 90),
    Program(26, "Jazz Guitar", "guitar", 33, 90),
    Program(27, "Clean Guitar", "guitar", 33, 90),
    Program(29, "Overdriven Guitar", "guitar", 33, 90),
    Program(30, "Distortion Guitar", "guitar", 33, 90),
    Program(32, "Acoustic Bass", "bass", 24, 69),
    Program(33, "Fingered Bass", "bass", 24, 69),
    Program(34, "Picked Bass", "bass", 24, 69),
    Program(35, "Fretless Bass", "bass", 24, 69),
    Program(36, "Slap Bass", "bass", 24, 69),
    Program(38, "Synth Bass", "bass", 24, 75),
    Program(39, "Synth Bass 2", "bass", 24, 75),
    Program(40, "Violin", "strings", 54, 101),
    Program(41, "Viola", "strings", 45, 93),
    Program(42, "Cello", "strings", 33, 84),
    Program(43, "Contrabass", "strings", 24, 57),
    Program(45, "Pizzicato Strings", "strings", 33, 96),
    Program(46, "Harp", "strings", 24, 102),
    Program(48, "String Ensemble", "ensemble", 27, 96),
    Program(49, "Slow Strings", "ensemble", 27, 96),
    Program(50, "Synth Strings", "ensemble", 27, 96),
    Program(52, "Choir Aahs", "choir", 33, 90),
    Program(53, "Voice Oohs", "choir", 33, 90),
    Program(56, "Trumpet", "brass", 48, 93),
    Program(57, "Trombone", "brass", 30, 81),
    Program(58, "Tuba", "brass", 24, 69),
    Program(59, "Muted Trumpet", "brass", 48, 93),
    Program(60, "French Horn", "brass", 30, 84),
    Program(61, "Brass Section", "brass", 33, 93),
    Program(62, "Synth Brass", "brass", 33, 96),
    Program(64, "Soprano Sax", "reed", 48, 93),
    Program(65, "Alto Sax", "reed", 43, 84),
    Program(66, "Tenor Sax", "reed", 38, 83),
    Program(68, "Oboe", "reed", 54, 96),
    Program(69, "English Horn", "reed", 48, 85),
    Program(70, "Bassoon", "reed", 33, 76),
    Program(71, "Clarinet", "reed", 45, 96),
    Program(72, "Piccolo", "pipe", 66, 108),
    Program(73, "Flute", "pipe", 54, 99),
    Program(74, "Recorder", "pipe", 60, 97),
    Program(75, "Pan Flute", "pipe", 54, 98),
    Program(79, "Ocarina", "pipe", 57, 96),
    Program(80, "Square Lead", "lead", 27, 102),
    Program(81, "Saw Lead", "lead", 27, 102),
    Program(82, "Calliope Lead", "lead", 36, 102),
    Program(88, "New Age Pad", "pad", 27, 102),
    Program(89, "Warm Pad", "pad", 27, 102),
    Program(90, "Polysynth Pad", "pad", 27, 102),
    Program(94, "Halo Pad", "pad", 33, 96),
    Program(104, "Sitar", "world", 36, 88),
    Program(105, "Banjo", "world", 45, 93),
    Program(107, "Koto", "world", 45, 93),
    Program(108, "Kalimba", "world", 48, 96),
    Program(111, "Shanai", "world", 54, 90),
    Program(114, "Steel Drums", "world", 48, 93),
)


def program(number: int) -> Program:
    """Look up a General MIDI program (0-based); KeyError when it is not in the catalogue."""
    return {p.number: p for p in PROGRAMS}[number]


def program_of(number: int, name: str, keys: Collection[int]) -> Program:
    """The catalogue's program of that number, or what a SoundFont calls it and has `keys` for, A0 to C8."""
    known = next((p for p in PROGRAMS if p.number == number), None)
    inside = [key for key in keys if LOWEST <= key <= HIGHEST] or [LOWEST]
    return known or Program(number, name, FAMILIES[number // 8], min(inside), max(inside))
