"""What the threads share: how much of everything there is.

All of it lies in one record, made once, before the first callback. The audio callback owns it except where a
field says otherwise; numbers that cross a thread on their own are int64 elements read and written with
acquire
and release.
"""

from types import SimpleNamespace
from typing import Any

from numpy.typing import NDArray

from .heads.bands import BANDS
from .rings import Ring

GENERAL, KNOBS = 7, 8  # sources of modulation: the general ones, then the knobs
WHEEL, TOUCH, TIMBRE, BREATH, FOOT, BODY, STIRRING = range(GENERAL)
SOURCES = GENERAL + KNOBS
TURNS = 4  # what else a knob turns
LEVEL, RELEASE, REVERB, VIBRATO = range(TURNS)

TICK = 64  # frames between two updates of gains and pitch: 1.3 ms at 48 kHz, faster than any useful change
PARTIALS = 96
FRAME = 256  # numbers of a frame: partials' amplitudes, frequency ratios and noise gains, or samples of sound
RATIO, NOISE = PARTIALS, 2 * PARTIALS  # where the second and third part of a frame of partials begin
USED = NOISE + BANDS  # and where they end
TAPS, PHASES = 32, 256  # of the table that samples are read by

MIDI_PORTS = 8
PAGE_PORT = MIDI_PORTS  # what the control page plays comes from a port of its own
PORTS = MIDI_PORTS + 1
CHANNELS = 16 * PORTS
KEYS = 128
VOICES = 288  # slots; polyphony stays below, so that a stolen voice can fade while its successor sounds
MOST_VOICES = 256
PROGRAMS = 512  # four banks: General MIDI first, then presets without a program number
PARTS = 16
MAPPINGS = 64  # controllers that were learnt
BANKED = 128  # tuning programs in a bank
TUNINGS = 3 * BANKED  # two banks for MIDI tuning, the rest for presets
FIRST_OWN = 2 * BANKED

CACHES = 16
LAYERS = 5  # velocity layers of the attack cache, at velocity (layer + 1) / LAYERS
ATTACK_FRAMES = 20  # 107 ms at 187.5 frames per second
BLEND_FROM = 12  # the stream takes over between this frame and ATTACK_FRAMES
STREAM_FRAMES = 64  # capacity of a voice's frame ring

PENDING = 4096
EVENTS = 4096  # capacity of an event ring
HISTORY = 1 << 19  # events remembered
TAPE = 1 << 18  # frames of output remembered
CALLS = 1 << 15  # callbacks remembered one by one: 44 s at a period of 64 and 48 kHz
HISTOGRAM = 64

FREE, HELD, RELEASED, FADING = range(4)  # stages of a voice
NONE, STARTING, ALL = range(3)  # which voices want their ramps aimed
MISSING, READY, STALE = range(3)  # lamps of the attack cache; stale: the latent has moved, but it plays


NOISE_LENGTH = 1 << 16
REVERB_LENGTH = 1 << 14
CHORUS_LENGTH = 1 << 13
ACTED, TAPED = 0, 1
WRITTEN_SHIFT = 20  # 2^20 frames are an hour and a half of one note


class Memory(SimpleNamespace):
    """The memory of one engine: every field of `memory.MEMORY` by its name, as a numpy array, and more:

    `host`, `midi` and `page`, the rings of events in absolute frames from the playing process, in nanoseconds
    from the MIDI process and from the control page's; `block`, (1,) MEMORY, which compiled functions take.
    Inside them a memory is its record.
    """

    block: NDArray[Any]
    host: Ring
    midi: Ring
    page: Ring
