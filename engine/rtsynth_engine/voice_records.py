"""The records of a voice: what sounds, how it stirs, and what it asks of the generator thread."""

import numpy as np

from .heads.bands import BANDS
from .heads.motion import STIR_BANDS
from .heads.onset import ONSET_BANDS
from .layout import FRAME, PARTIALS, SOURCES
from .records import F4, F8, I4, I8, U1

VOICE = np.dtype(
    [
        ("stage", I4),
        ("serial", I8),
        ("channel", I4),
        ("key", I4),  # that was pressed
        ("part", I4),  # that plays it, -1 none
        ("note", I4),  # key that it sounds as
        ("pitch", F4),  # semitones, by the tuning
        ("glide", F4),  # semitones still away from it
        ("glide_step", F4),  # per tick
        ("touch", F4),  # pressure of its key alone
        ("latched", U1),  # the sostenuto pedal holds it
        ("frozen", U1),  # its channel's bend is no longer its own
        ("bend", F4),  # semitones, where frozen
        ("release_velocity", F4),  # 0 … 1
        ("swell", F4),  # gain of a slow attack, 0 … 1
        ("swell_step", F4),  # per tick
        ("pan", F4),  # of program and part
        ("timbre", I4),  # the key whose frames sound: `key` within the program's range
        ("program", I4),
        ("cache", I4),  # slot of the attack cache the note starts from, -1 none
        ("attack", I4),  # and key: `timbre`, or the nearest that is ready
        ("presses", I4),  # note-ons of this key not yet answered by a note-off; 0 and HELD: the pedal holds
        ("velocity", F4),  # 0 … 1
        ("onset", I8),  # frames
        ("heard", I8),  # the clock when it was last loud enough
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
        ("chorus", F4),
        ("ramp_at", I8),  # frames since then
        ("left_step", F4),
        ("right_step", F4),
        ("send_step", F4),
        ("chorus_step", F4),
        ("frame_index", I8),
        ("read", F8),  # sample that sounded when the ramps were aimed, of a head whose frames are sound
        ("read_step", F8),  # samples per audio frame
        ("presence", F4),  # 0 where the sound is late, 1 where it is there
        ("presence_step", F4),
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
        ("controls", F4, (SOURCES,)),
        ("first", I4),  # frame from which the stream is wanted: those before come from the attack cache
    ],
    align=True,
)
"""What the callback asks of the generator thread for one note."""

HISTOGRAM = 64
