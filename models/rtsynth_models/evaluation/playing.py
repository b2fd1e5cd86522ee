"""Single notes of an instrument, played by the real engine, laid out as a SoundFont's are."""

import math

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.bundles import Bundle, Place
from rtsynth_engine.drivers.offline import render
from rtsynth_engine.engine import HEADROOM_DB, Engine, Sound
from rtsynth_engine.rings import EVENT
from rtsynth_models.data.soundfont import (
    GAP_SECONDS,
    HOLD_SECONDS,
    LEAD_SECONDS,
    RELEASE_SECONDS,
    SAMPLE_RATE,
    Note,
)

QUIET_DB = -20.0  # keeps loud notes away from the limiter
UNDO = 10 ** (-(HEADROOM_DB + QUIET_DB) / 20) / math.cos(math.pi / 4)  # the pan of the centre too
BLOCK, POLYPHONY = 256, 8
CONTROL, NOTE_ON, NOTE_OFF = 0xB0, 0x90, 0x80
VOLUME, SOUND_OFF = 7, 120


def play_notes(
    bundle: Bundle, place: Place, notes: list[Note], hold: float = HOLD_SECONDS, seed: int = 0
) -> NDArray[np.float32]:
    """Play each note alone at 48 kHz, held `hold` seconds; returns the left channel, (notes, samples).

    A note starts LEAD_SECONDS into its row. Dry and at the network's own level: no trim, reverb or limiter.
    """
    engine = Engine(bundle, SAMPLE_RATE, POLYPHONY, seed)
    try:
        engine.set_sound(
            0, Sound(place.latent, place.divisor, QUIET_DB, reverb=0.0, low=place.low, high=place.high)
        )
        engine.select(0)
        engine.prepare([0])
        length = round((LEAD_SECONDS + hold + RELEASE_SECONDS) * SAMPLE_RATE)
        pace = length + round(GAP_SECONDS * SAMPLE_RATE)
        sound = render(engine, _score(notes, pace, hold), pace * len(notes), BLOCK)[0]
        return sound.reshape(len(notes), pace)[:, :length] * np.float32(UNDO)
    finally:
        engine.close()


def _score(notes: list[Note], pace: int, hold: float) -> NDArray[np.void]:
    """EVENT records: every `pace` frames a note, and silence before the next."""
    events = [(0, 0, CONTROL, VOLUME, 127, 0.0)]
    for i, (pitch, velocity) in enumerate(notes):
        on = i * pace + round(LEAD_SECONDS * SAMPLE_RATE)
        off = on + round(hold * SAMPLE_RATE)
        events.append((on, 0, NOTE_ON, pitch, velocity, 0.0))
        events.append((off, 0, NOTE_OFF, pitch, 0, 0.0))
        events.append((off + round(RELEASE_SECONDS * SAMPLE_RATE), 0, CONTROL, SOUND_OFF, 0, 0.0))
    return np.array(events, EVENT)
