"""The records that the threads share. The audio callback owns them except where a field says otherwise."""

import numpy as np

from .heads.bands import BANDS
from .layout import GENERAL, HISTOGRAM, KEYS, KNOBS, TURNS

F4, F8, I4, I8, U1 = np.float32, np.float64, np.int32, np.int64, np.uint8

STATE = np.dtype(
    [
        ("clock", I8),  # frames rendered since the start
        ("rate", F8),  # Hz
        ("seed", np.uint64),
        ("frames_per_sample", F8),  # head frames per audio frame
        ("sounds", U1),  # frames are sound, not partials
        ("samples_per_frame", F8),  # of the generator, in an audio frame, at the pitch it was asked for
        ("delay", I8),  # frames added to events from other processes: one period
        ("anchor", F8),  # filtered CLOCK_MONOTONIC time of this period's first frame, ns
        ("anchor_frames", I8),  # length of the last period
        ("timespec", I8, (2,)),
        ("polyphony", I8),
        ("notes", I8),  # notes started so far; the next one's serial
        ("presses", I8),  # of keys
        ("parts", I8),  # how many, times two, and the row that is in use; written by the host
        ("mapping_row", I8),  # in use; written by the host
        ("start", I4),  # program that channels begin on
        ("knobs", F4, (KNOBS,)),  # -1 … 1
        ("knobs_now", F4, (KNOBS,)),  # smoothed
        ("turned", U1),  # whether one of them is not 0
        ("panic", I8),  # the host asks for silence
        ("volume", F4),  # master volume, linear
        ("volume_now", F4),
        ("fine", F4),  # master tuning, semitones
        ("coarse", F4),
        ("pending", I8),  # events waiting in Memory.pending
        ("horizon", I8),  # frame up to which events act that are no keys
        ("tick_left", I8),  # frames until the next tick
        ("aim", I4),  # which voices need new ramps: 0 none, 1 those that start now, 2 all
        ("noise_at", I8),  # frames since the noise ramps were aimed
        ("noise_send", F4),
        ("audible", F4),  # partials below this amplitude are skipped; written by the generator thread
        ("gain", F4),  # master gain, linear; written by the host
        ("reverb", F4),  # reverb return, linear; written by the host
        ("fade_target", F4),  # 1 sounding, 0 silent; written by the host
        ("fade", F4),
        ("fade_step", F4),  # per frame
        ("limiter", F4),  # envelope
        ("limiter_fall", F4),  # its decay per frame
        ("dc_pole", F4),
        ("dc_in", F4, (2,)),
        ("dc_out", F4, (2,)),
        ("noise_left", F4, (BANDS,)),  # ramped gains of the shared noise bands
        ("noise_right", F4, (BANDS,)),
        ("noise_left_step", F4, (BANDS,)),
        ("noise_right_step", F4, (BANDS,)),
        ("power_left", F4, (BANDS,)),  # power all voices ask for at the end of this tick
        ("power_right", F4, (BANDS,)),
        ("power_send", F4),
        ("chorus_left", I8),  # frames that the chorus still rings
        ("hush_wanted", U1),  # from the next tick on
        ("hush", I8),  # frames for which the reverb still falls silent
        ("hush_rest", I8),  # of them, those after its fade: the longest line empties
        ("reverb_at", I8),
        ("reverb_length", I8, (8,)),
        ("reverb_damp", F4, (8,)),
        ("reverb_mix", F4, (8,)),
        ("reverb_gain", F4, (8,)),
        ("reverb_dull", F4),
    ],
    align=True,
)

CHANNEL = np.dtype(
    [
        ("program", I4),
        ("bank", I4),  # latched: of the next program change
        ("cc", U1, (128,)),  # every controller as it last came
        ("volume", F4),
        ("expression", F4),
        ("pan", F4),  # -1 left … 1 right
        ("gain_now", F4),  # smoothed volume and expression
        ("pan_now", F4),  # smoothed pan
        ("bend", F4),  # -1 … 1
        ("bend_range", F4),  # semitones
        ("fine", F4),  # semitones, RPN 1
        ("coarse", F4),  # semitones, RPN 2
        ("bend_now", F4),  # smoothed bend and tuning, semitones
        ("controls", F4, (GENERAL,)),  # 0 … 1, or -1 … 1
        ("depth", F4),  # semitones of vibrato at full wheel, RPN 5
        ("vibrato_hertz", F4),
        ("vibrato_depth", F4),  # semitones without the wheel
        ("vibrato_delay", F4),  # seconds
        ("vibrato_phase", F4),
        ("parameter", I4),  # RPN, or NRPN + UNREGISTERED, that CC 98 … 101 chose; -1 none
        ("data", I4, (7,)),  # of RPN 0 … 6, 14 bits
        ("pedal", F4),  # 0 … 1
        ("sostenuto", U1),
        ("soft", U1),
        ("legato", U1),
        ("mono", U1),
        ("muted", U1),
        ("portamento", U1),
        ("glide_seconds", F4),
        ("source", I4),  # key from which the next note glides, -1 none
        ("last_pitch", F4),  # of the last note, semitones; below 0 none
        ("fine_velocity", F4),  # of the next note, 0 … 1 of a step
        ("release", F4),  # scale of the release time
        ("attack", F4),  # seconds
        ("decay", F4),  # dB per second that held notes lose beside their own
        ("reverb", F4),  # -1 dry … 0 as the preset … 1
        ("chorus", F4),  # send, 0 … 1
        ("tuning", I4),  # table
        ("octave", F4, (12,)),  # semitones added to each pitch class
        ("lead", I4),  # channel that leads the MPE zone this one is a member of, -1 none
        ("members", I4),  # of the MPE zone that this channel leads, 0 none
    ],
    align=True,
)

PORT = np.dtype(
    [
        ("sensing", U1),  # active sensing was seen
        ("running", U1),  # between start and stop
        ("heard", I8),  # clock of the last message
        ("clock_at", I8),  # clock of the last MIDI clock, 0 none
        ("tempo", F8),  # quarter notes per minute, 0 unknown
        ("clocks", I8),  # MIDI clocks since the start of the song
        ("table", I4),  # tuning table that TUNE_KEYs write
        ("mask", I4),  # channels that OCTAVEs tune
        ("follow", U1),  # sounding notes follow the tuning
    ],
    align=True,
)

PART = np.dtype(
    [
        ("port", I4),  # -1 any
        ("channel", I4),  # 0 … 15, -1 any
        ("low", I4),
        ("high", I4),
        ("transpose", I4),
        ("program", I4),  # -1: the channel's
        ("level", F4),  # linear
        ("pan", F4),
    ],
    align=True,
)

MAPPING = np.dtype(
    [
        ("kind", I4),  # CC, CC14 or NRPN
        ("port", I4),  # -1 any
        ("channel", I4),  # 0 … 15, -1 any
        ("number", I4),
        ("target", I4),  # a knob, or KNOBS + a controller
        ("low", F4),  # of the target, 0 … 1
        ("high", F4),
        ("curve", F4),  # exponent
        ("pickup", U1),
        ("last", F4),  # what the control last asked for, below 0 never
    ],
    align=True,
)

PRESS = np.dtype([("order", I8), ("velocity", F4)], align=True)
"""A key that is down: when it was pressed among all, 0 not; how hard, 0 … 1."""

PROGRAM = np.dtype(
    [
        ("level", F4),  # linear
        ("release", F4),  # scale of the release time
        ("reverb", F4),  # send, 0 … 1
        ("pan", F4),
        ("vibrato", F4),  # share of the modulation wheel that acts as vibrato, 0 … 1
        ("velocity_curve", F4),  # exponent: above 1 softer, below 1 louder
        ("divisor", F4),  # partial k sounds at k / divisor times the pitch
        ("low", I4),  # keys with a timbre of their own; beyond them the nearest one's, at the right pitch
        ("high", I4),
        ("tuning", I4),  # table the preset brings, -1 none
        ("one_shot", U1),  # sounds to its end, however short the key
        ("kit", U1),  # every key has a sound of its own
        ("choke", U1, (KEYS,)),  # group of a key that ends the others of it, 0 none
        ("half_pedal", U1),
        ("mono", U1),
        ("legato", U1),
        ("priority", I4),  # LAST, HIGHEST or LOWEST
        ("portamento", F4),  # seconds
        ("turns", F4, (TURNS, KNOBS)),  # what a knob at 1 adds: dB, doublings, shares
        ("cache", I4),  # slot of the attack cache, -1 none; written by the generator thread
        ("known", U1),
    ],
    align=True,
)

TELEMETRY = np.dtype(
    [
        ("calls", I8),
        ("frames", I8),
        ("first", I8),  # CLOCK_MONOTONIC of the first call, ns
        ("last", I8),
        ("histogram", I8, (HISTOGRAM,)),  # calls by their time as a share of the period, quarter octaves
        ("longest", I8),  # ns
        ("load", F4),  # share of the period, smoothed over some hundred calls
        ("peak_load", F4),
        ("xruns", I8),
        ("xrun_longest", I8),  # µs, where the driver tells
        ("gaps", I8),  # callbacks more than half a period late
        ("late_blocks", I8),
        ("overruns", I8),  # calls that took longer than their period
        ("bad_blocks", I8),
        ("events", I8),
        ("late_events", I8),
        ("dropped_events", I8),
        ("last_event", I8),  # status << 16 | data1 << 8 | data2
        ("faults", I8, (4,)),  # of MIDI bytes: stray, dropped exclusives, wrong checksums, cut messages
        ("panics", I8),
        ("identity", I8),  # requests
        ("drums_muted", I8),
        ("unknown_program", I8),
        ("voices", I8),
        ("peak_voices", I8),
        ("stolen", I8),
        ("not_finite", I8),
        ("limited", I8),
        ("peak", F4, (2,)),
    ],
    align=True,
)

CALL = np.dtype([("began", I8), ("spent", I4), ("frames", I4), ("voices", I4), ("xruns", I4)], align=True)
"""One callback: CLOCK_MONOTONIC and its length in ns; sounding voices; xruns the driver had told by then."""
