"""What the threads share: every array of the engine, made once, before the first callback.

`Memory` is a bundle of arrays of records. The audio callback owns all of them except where a field says
otherwise; numbers that cross a thread on their own are int64 elements read and written with acquire and
release.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .heads.bands import BANDS
from .heads.motion import STIR_BANDS
from .heads.onset import ONSET_BANDS
from .rings import Ring

TICK = 64  # frames between two updates of gains and pitch: 1.3 ms at 48 kHz, faster than any useful change
PARTIALS = 96
FRAME = 2 * PARTIALS + BANDS  # amplitudes, frequency ratios, noise gains
RATIO, NOISE = PARTIALS, 2 * PARTIALS  # where the second and third part of a frame begin

PORTS = 8
CHANNELS = 16 * PORTS
KEYS = 128
VOICES = 288  # slots; polyphony stays below, so that a stolen voice can fade while its successor sounds
MOST_VOICES = 256
PROGRAMS = 256  # 0…127 are General MIDI, the rest is free for presets without a program number

CACHES = 16
LAYERS = 5  # velocity layers of the attack cache, at velocity (layer + 1) / LAYERS
ATTACK_FRAMES = 20  # 107 ms at 187.5 frames per second
BLEND_FROM = 12  # the stream takes over between this frame and ATTACK_FRAMES
STREAM_FRAMES = 64  # capacity of a voice's frame ring

PENDING = 4096
EVENTS = 4096  # capacity of an event ring

FREE, HELD, RELEASED, FADING = range(4)  # stages of a voice
NONE, STARTING, ALL = range(3)  # which voices want their ramps aimed
MISSING, READY, STALE = range(3)  # lamps of the attack cache; stale: the latent has moved, but it plays

F4, F8, I4, I8, U1 = np.float32, np.float64, np.int32, np.int64, np.uint8

STATE = np.dtype(
    [
        ("clock", I8),  # frames rendered since the start
        ("rate", F8),  # Hz
        ("seed", np.uint64),
        ("frames_per_sample", F8),  # head frames per audio frame
        ("delay", I8),  # frames added to events from other processes: one period
        ("anchor", F8),  # filtered CLOCK_MONOTONIC time of this period's first frame, ns
        ("anchor_frames", I8),  # length of the last period
        ("timespec", I8, (2,)),
        ("polyphony", I8),
        ("notes", I8),  # notes started so far; the next one's serial
        ("pending", I8),  # events waiting in Memory.pending
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
        ("volume", F4),
        ("expression", F4),
        ("pan", F4),  # -1 left … 1 right
        ("bend", F4),  # -1 … 1
        ("bend_range", F4),  # semitones
        ("fine", F4),  # semitones, RPN 1
        ("coarse", F4),  # semitones, RPN 2
        ("modulation", F4),  # 0 … 1; read by the generator thread too
        ("pressure", F4),  # 0 … 1; read by the generator thread too
        ("vibrato_phase", F4),
        ("parameter", I4),  # RPN selected by CC 100 and 101; -1 none
        ("pedal", U1),
        ("muted", U1),
        ("bend_now", F4),  # smoothed bend, semitones
    ],
    align=True,
)

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
        ("cache", I4),  # slot of the attack cache, -1 none; written by the generator thread
        ("known", U1),
    ],
    align=True,
)

VOICE = np.dtype(
    [
        ("stage", I4),
        ("serial", I8),
        ("channel", I4),
        ("key", I4),
        ("timbre", I4),  # the key whose frames sound: `key` within the program's range
        ("program", I4),
        ("cache", I4),  # slot of the attack cache the note starts from, -1 none
        ("attack", I4),  # and key: `timbre`, or the nearest that is ready
        ("presses", I4),  # note-ons of this key not yet answered by a note-off; 0 and HELD: the pedal holds
        ("velocity", F4),  # 0 … 1
        ("onset", I8),  # frames
        ("fundamental", F8),  # Hz of partial 1 without bend
        ("level", F4),
        ("envelope", F4),
        ("envelope_step", F4),  # per tick while fading
        ("rest", I4),  # ticks for which the ramps of the partials go on
        ("hertz", F4),  # of ratio 1 in these ramps, with bend
        ("power", F4),  # of partials and noise at gain 1
        ("loudness", F4),  # power as it sounds
        ("left", F4),  # gains when the ramps were aimed
        ("right", F4),
        ("send", F4),
        ("ramp_at", I8),  # frames since then
        ("left_step", F4),
        ("right_step", F4),
        ("send_step", F4),
        ("frame_index", I8),
        ("trend", F4, (FRAME,)),  # the last frame that came, as it came
        ("earlier", F4, (FRAME,)),  # the two frames that sound, stirred
        ("later", F4, (FRAME,)),
        ("cosine", F4, (PARTIALS,)),  # phase of every partial
        ("sine", F4, (PARTIALS,)),
        ("amplitude", F4, (PARTIALS,)),  # at the end of the last tick
        ("active", I4),  # partials that sound in this tick, gathered below
        ("which", I4, (PARTIALS,)),
        ("c", F4, (PARTIALS,)),  # cosine of the phase now
        ("s", F4, (PARTIALS,)),  # sine of the phase half an audio frame ago
        ("a", F4, (PARTIALS,)),
        ("da", F4, (PARTIALS,)),
        ("half", F4, (PARTIALS,)),  # sine of half the angle it turns in an audio frame
        ("cosine_half", F4, (PARTIALS,)),
        ("noise_power", F4, (BANDS,)),  # at gain 1
        ("noise_total", F4),
        ("shaped", U1),  # the onset is under way
        ("onset_first", F4, (ONSET_BANDS,)),  # gains of its bands at age 0, linear
        ("onset_now", F4, (ONSET_BANDS,)),  # and at the end of the tick
        ("seed", np.uint64),  # of the draws of this note
        ("common_at", I8),  # where the noise common to all partials is read, frames
        ("sway", F4),  # phase of the vibrato's sine, turns
        ("sway_cosine", F4),
        ("sway_sine", F4),
        ("fade", F4),  # of all motion, 0 … 1
        ("am_scale", F4, (STIR_BANDS,)),  # what the partials of the coming frame share: factors of the zone
        ("fm_scale", F4, (STIR_BANDS,)),
        ("common", F4, (STIR_BANDS,)),  # common noise
        ("alone", F4, (STIR_BANDS,)),  # gain of each partial's own noise
        ("locked", F4),  # gains of the vibrato and of noise in the middle band of amplitude modulation
        ("loose", F4),
        ("vibrato", F4),  # cents
        ("deep", F4, (STIR_BANDS,)),  # scratch: dB RMS of one partial
    ],
    align=True,
)

STIR = np.dtype(
    [
        ("serial", I8),  # the note that drew this
        ("index", I4),  # the frame last stirred
        ("at", I4, (STIR_BANDS,)),  # where the loops of noise are read: level, its quadrature, cents
        ("am", F4, (STIR_BANDS,)),  # factors on the RMS
        ("fm", F4, (STIR_BANDS,)),
        ("lock_cosine", F4),  # angle between this partial's modulation and the vibrato
        ("lock_sine", F4),
        ("beat", F4),  # amplitude of a second component, 0 none
        ("beat_turns", F4),  # per frame
        ("beat_phase", F4),  # turns
        ("x", F4),  # the complex envelope at that frame
        ("y", F4),
    ],
    align=True,
)
"""How one partial of a voice stirs."""

REQUEST = np.dtype(
    [
        ("pitch", F4),
        ("velocity", F4),
        ("program", I4),
        ("channel", I4),
        ("first", I4),  # frame from which the stream is wanted: those before come from the attack cache
    ],
    align=True,
)
"""What the callback asks of the generator thread for one note."""

HISTOGRAM = 64
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

CALLS = 1 << 15  # callbacks remembered one by one: 44 s at a period of 64 and 48 kHz
CALL = np.dtype([("began", I8), ("spent", I4), ("frames", I4), ("voices", I4), ("xruns", I4)], align=True)
"""One callback: CLOCK_MONOTONIC and its length in ns; sounding voices; xruns the driver had told by then."""


class Memory(NamedTuple):
    """All arrays of one engine."""

    state: NDArray[Any]  # (1,) STATE
    channels: NDArray[Any]  # (CHANNELS,)
    programs: NDArray[Any]  # (PROGRAMS,)
    voices: NDArray[Any]  # (VOICES,)
    pending: NDArray[Any]  # (PENDING,) EVENT, latest first
    scratch: NDArray[np.float32]  # (5, TICK): left, right, send, one voice, noise
    noise: NDArray[np.float32]  # (BANDS, noise length): white noise split into bands
    reverb: NDArray[np.float32]  # (8, longest delay)
    attack: NDArray[np.float32]  # (CACHES, KEYS, LAYERS, ATTACK_FRAMES, FRAME); generator thread
    slopes: NDArray[np.float32]  # (CACHES, KEYS) release in dB per second; generator thread
    attack_motions: NDArray[np.float32]  # (CACHES, KEYS, LAYERS, MOTION); generator thread
    attack_onsets: NDArray[np.float32]  # (CACHES, KEYS, LAYERS, ONSET_BANDS, ONSET_STEPS); generator thread
    attack_phases: NDArray[np.float32]  # (CACHES, KEYS, LAYERS, PARTIALS, 2); generator thread
    lamps: NDArray[np.int64]  # (CACHES * KEYS,) MISSING, READY or STALE; generator thread
    frames: NDArray[np.float32]  # (VOICES, STREAM_FRAMES, FRAME); generator thread
    motions: NDArray[np.float32]  # (VOICES, MOTION); generator thread
    onsets: NDArray[np.float32]  # (VOICES, ONSET_BANDS, ONSET_STEPS); generator thread
    phases: NDArray[np.float32]  # (VOICES, PARTIALS, 2); generator thread
    motion_loops: NDArray[np.float32]  # (LOOP, STIR_BANDS): noise at the frame rate
    stirs: NDArray[Any]  # (VOICES, PARTIALS) STIR
    written: NDArray[np.int64]  # (VOICES,) serial << 20 | frames written; generator thread
    serials: NDArray[np.int64]  # (VOICES,) the note a voice plays, 0 none
    position: NDArray[np.int64]  # (VOICES,) frame a voice has reached
    requests: NDArray[Any]  # (VOICES,) REQUEST
    telemetry: NDArray[Any]  # (1,) TELEMETRY
    calls: NDArray[Any]  # (CALLS,) CALL, the last ones, in turn
    host: Ring  # events in absolute frames, from the playing process
    midi: Ring  # events in nanoseconds, from the MIDI process


NOISE_LENGTH = 1 << 16
REVERB_LENGTH = 1 << 14
WRITTEN_SHIFT = 20  # 2^20 frames are an hour and a half of one note
