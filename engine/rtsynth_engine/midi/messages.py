"""The one table of what rtsynth understands: parser, checks, help and fuzzer are made from it.

Sources: MIDI 1.0 (MMA 96-1), RP-015 (reset all controllers), RP-018 (modulation depth), RP-021 (sound
controllers), RP-023 (effect sends), RP-031 (CC 88), RP-036 (pan), MPE 1.0 (RP-053), MIDI tuning standard.
"""

from dataclasses import dataclass

from .commands import GM, GM2, GS, XG

NONE = -1  # no default: the controller is a command


@dataclass(frozen=True)
class Message:
    """A kind of message: its first status byte, how many data bytes follow, and what they say."""

    status: int
    data: int
    name: str
    does: str


@dataclass(frozen=True)
class Controller:
    """A control change: what it does, and where it stands at first. `reset`: RP-015 puts it back there.

    `reserved` ones are refused by MIDI learn, so that panic, pedals and parameters always work.
    """

    number: int
    name: str
    does: str
    default: int = 0
    reset: bool = False
    reserved: bool = False


@dataclass(frozen=True)
class Parameter:
    """A registered parameter (RPN) by its number."""

    number: int
    name: str
    does: str


@dataclass(frozen=True)
class Exclusive:
    """A system exclusive by the bytes after F0, in hexadecimal: `dd` is the device, `1d` its last four
    bits.
    """

    pattern: str
    kind: int
    name: str
    does: str


CHANNEL_MESSAGES = (
    Message(0x80, 2, "note off", "the key goes up; release velocity scales the release"),
    Message(0x90, 2, "note on", "a note; velocity 0 is a note off with release velocity 64"),
    Message(0xA0, 2, "poly pressure", "pressure of one key"),
    Message(0xB0, 2, "control change", "see the controllers"),
    Message(0xC0, 1, "program change", "the sound of the notes to come; ringing notes finish"),
    Message(0xD0, 1, "channel pressure", "pressure of all keys of a channel"),
    Message(0xE0, 2, "pitch bend", "14 bits, centre 8192, two semitones unless RPN 0 says otherwise"),
)

SYSTEM_MESSAGES = (
    Message(0xF0, 0, "system exclusive", "see the exclusives"),
    Message(0xF1, 1, "time code", "ignored"),
    Message(0xF2, 2, "song position", "kept"),
    Message(0xF3, 1, "song select", "ignored"),
    Message(0xF4, 0, "undefined", "ignored"),
    Message(0xF5, 0, "undefined", "ignored"),
    Message(0xF6, 0, "tune request", "ignored"),
    Message(0xF7, 0, "end of exclusive", "ends a system exclusive"),
    Message(0xF8, 0, "clock", "tempo, estimated over a quarter note"),
    Message(0xF9, 0, "undefined", "ignored"),
    Message(0xFA, 0, "start", "counts from the beginning"),
    Message(0xFB, 0, "continue", "counts on"),
    Message(0xFC, 0, "stop", "nothing is left hanging: keys and pedals go up"),
    Message(0xFD, 0, "undefined", "ignored"),
    Message(0xFE, 0, "active sensing", "once seen, 330 ms without a message release everything of the port"),
    Message(0xFF, 0, "system reset", "everything of the port as at the start"),
)

CONTROLLERS = (
    Controller(0, "bank", "latched until the next program change", reserved=True),
    Controller(1, "modulation wheel", "vibrato and timbre, as the preset says", reset=True, reserved=True),
    Controller(2, "breath", "timbre, as the preset says", reset=True),
    Controller(4, "foot", "timbre, as the preset says", reset=True),
    Controller(5, "portamento time", "0 to 5 s"),
    Controller(6, "data entry", "of the parameter that 98 to 101 chose", NONE, reserved=True),
    Controller(7, "volume", "(v/127)²", 100),
    Controller(8, "balance", "as pan", 64),
    Controller(10, "pan", "0 and 1 hard left, 64 the centre", 64),
    Controller(11, "expression", "(v/127)²", 127, reset=True),
    Controller(32, "bank, fine", "latched until the next program change"),
    Controller(38, "data entry, fine", "of the parameter that 98 to 101 chose", NONE, reserved=True),
    Controller(64, "sustain pedal", "down from 64 on; half pedal where the preset has it", 0, True, True),
    Controller(65, "portamento", "on from 64 on", reset=True),
    Controller(66, "sostenuto pedal", "holds the keys that are down when it is pressed", reset=True),
    Controller(67, "soft pedal", "softer and darker", reset=True),
    Controller(68, "legato", "notes that touch keep one voice", reset=True),
    Controller(70, "variation", "motion of the timbre", 64),
    Controller(71, "resonance", "body of the timbre", 64),
    Controller(72, "release time", "an eighth to eight times", 64),
    Controller(73, "attack time", "above 64 up to 3 s", 64),
    Controller(74, "brightness", "timbre, as the preset says; per note with MPE", 64, reserved=True),
    Controller(75, "decay time", "below 64 held notes die away sooner", 64),
    Controller(76, "vibrato rate", "half to twice", 64),
    Controller(77, "vibrato depth", "above 64 vibrato without the wheel", 64),
    Controller(78, "vibrato delay", "above 64 up to 2 s", 64),
    Controller(84, "portamento source", "the key from which the next note glides", NONE),
    Controller(88, "high-resolution velocity", "lower bits of the next note's velocity", NONE),
    Controller(91, "reverb", "40 is the preset's own", 40),
    Controller(93, "chorus", "send", 0),
    Controller(96, "increment", "of the parameter that 98 to 101 chose", NONE),
    Controller(97, "decrement", "of the parameter that 98 to 101 chose", NONE),
    Controller(98, "NRPN, fine", "chooses a parameter; can be learnt", NONE, reset=True),
    Controller(99, "NRPN", "chooses a parameter; can be learnt", NONE, reset=True),
    Controller(100, "RPN, fine", "chooses a parameter", NONE, reset=True, reserved=True),
    Controller(101, "RPN", "chooses a parameter", NONE, reset=True, reserved=True),
    Controller(120, "all sound off", "silence within 10 ms, whatever the pedals", NONE, reserved=True),
    Controller(121, "reset controllers", "as RP-015 says", NONE),
    Controller(122, "local control", "ignored: there is no keyboard of its own", NONE),
    Controller(123, "all notes off", "every key goes up; pedals still hold", NONE, reserved=True),
    Controller(124, "omni off", "all notes off", NONE),
    Controller(125, "omni on", "all notes off", NONE),
    Controller(126, "mono", "all notes off; one voice", NONE),
    Controller(127, "poly", "all notes off; many voices", NONE),
)

PARAMETERS = (
    Parameter(0, "bend range", "semitones and cents"),
    Parameter(1, "fine tuning", "-100 to 100 cents"),
    Parameter(2, "coarse tuning", "semitones"),
    Parameter(3, "tuning program", "of those that exist"),
    Parameter(4, "tuning bank", "of those that exist"),
    Parameter(5, "modulation depth", "semitones and cents of vibrato at full wheel"),
    Parameter(6, "MPE zone", "members of the lower (channel 1) or upper zone (channel 16)"),
    Parameter(16383, "none", "data entry changes nothing"),
)

(
    WHO,
    DUMP,
    BANK_DUMP,
    OCTAVE_DUMP,
    OCTAVE_FINE_DUMP,
    NOTES,
    BANK_NOTES,
    OCTAVES,
    OCTAVES_FINE,
    VOLUME,
    FINE,
    COARSE,
    TURN_KNOB,
    SELECT_PROGRAM,
    RESETS,
) = range(15)

EXCLUSIVES = (
    Exclusive("7E dd 06 01", WHO, "identity request", "answered"),
    Exclusive("7E dd 08 01", DUMP, "tuning dump", "a tuning program, key by key"),
    Exclusive("7E dd 08 04", BANK_DUMP, "tuning dump with bank", "the same in a bank"),
    Exclusive("7E dd 08 05", OCTAVE_DUMP, "octave tuning dump", "a tuning program, by pitch classes"),
    Exclusive("7E dd 08 06", OCTAVE_FINE_DUMP, "octave tuning dump, fine", "the same with 14 bits"),
    Exclusive("7F dd 08 02", NOTES, "note tuning", "keys of a tuning program, at once"),
    Exclusive("7F dd 08 07", BANK_NOTES, "note tuning with bank", "the same in a bank"),
    Exclusive("7E dd 08 07", BANK_NOTES, "note tuning with bank", "the same, for notes to come"),
    Exclusive("7F dd 08 08", OCTAVES, "octave tuning", "twelve pitch classes by channel, at once"),
    Exclusive("7E dd 08 08", OCTAVES, "octave tuning", "the same for notes to come"),
    Exclusive("7F dd 08 09", OCTAVES_FINE, "octave tuning, fine", "with 14 bits, at once"),
    Exclusive("7E dd 08 09", OCTAVES_FINE, "octave tuning, fine", "the same for notes to come"),
    Exclusive("7F dd 04 01", VOLUME, "master volume", "14 bits, squared"),
    Exclusive("7F dd 04 03", FINE, "master fine tuning", "-100 to 100 cents"),
    Exclusive("7F dd 04 04", COARSE, "master coarse tuning", "semitones"),
    Exclusive("7D 72 74 01", TURN_KNOB, "macro", "of rtsynth: number, then 14 bits for -1 to 1"),
    Exclusive(
        "7D 72 74 02", SELECT_PROGRAM, "program everywhere", "of rtsynth: 14 bits; all channels play it"
    ),
    Exclusive("7E dd 09 01", RESETS + GM, "General MIDI", "everything of the port as at the start"),
    Exclusive("7E dd 09 02", RESETS + GM, "General MIDI off", "the same"),
    Exclusive("7E dd 09 03", RESETS + GM2, "General MIDI 2", "the same"),
    Exclusive("41 dd 42 12 40 00 7F 00 41", RESETS + GS, "GS reset", "the same"),
    Exclusive("43 1d 4C 00 00 7E 00", RESETS + XG, "XG on", "the same"),
)

RESERVED = frozenset(each.number for each in CONTROLLERS if each.reserved)
