"""Notes of an instrument at 16 kHz as the engine plays them, each with a latent of its own."""

import math

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.drivers.offline import render
from rtsynth_engine.engine import HEADROOM_DB, Engine, Sound
from rtsynth_engine.rings import EVENT
from rtsynth_models.scoring.asking import Asked, is_kit, rounds
from rtsynth_models.scoring.classes import Progress
from rtsynth_models.scoring.spectra import RATE

QUIET_DB = -20.0  # keeps loud notes away from the limiter
UNDO = 10 ** (-(HEADROOM_DB + QUIET_DB) / 20) / math.cos(math.pi / 4)  # the pan of the centre too
POLYPHONY, GAP_SECONDS = 8, 0.3
CONTROL, NOTE_ON, NOTE_OFF = 0xB0, 0x90, 0x80
VOLUME, SOUND_OFF = 7, 120


def play(bundle: Bundle, asked: Asked, samples: int, seed: int, progress: Progress) -> NDArray[np.float32]:
    """Play every note alone, held for `samples`; returns them from their onset on, (n, samples).

    Dry, and at the network's own level. The notes of a round have different keys, so that each may keep its
    latent while the caches are warm.
    """
    out = np.zeros((len(asked.pitch), samples), np.float32)
    done = 0
    for rows in rounds(asked):
        out[rows] = _play_round(bundle, asked, rows, samples, seed)
        done += len(rows)
        progress(f"playing {bundle.name}", done / len(out))
    return out


def _play_round(
    bundle: Bundle, asked: Asked, rows: NDArray[np.int64], samples: int, seed: int
) -> NDArray[np.float32]:
    pace = samples + round(GAP_SECONDS * RATE)
    engine = Engine(bundle, RATE, POLYPHONY, seed)
    try:
        engine.set_sound(0, _sound(bundle, asked, rows))
        engine.select(0)
        engine.prepare([0])
        notes = list(zip(asked.pitch[rows].tolist(), asked.velocity[rows].tolist(), strict=True))
        played = render(engine, _score(notes, samples, pace), pace * len(rows))[0]
        return np.asarray(played.reshape(len(rows), pace)[:, :samples] * np.float32(UNDO))
    finally:
        engine.close()


def _sound(bundle: Bundle, asked: Asked, rows: NDArray[np.int64]) -> Sound:
    """A sound whose keys have the latents of their notes."""
    pitch = asked.pitch[rows]
    latents = {
        int(key): tuple(latent) for key, latent in zip(pitch, asked.latent[rows].tolist(), strict=True)
    }
    return Sound(
        latent=latents[int(pitch[0])],
        divisor=float(asked.divisor[rows[0]]),
        level_db=QUIET_DB,
        reverb=0.0,
        low=int(pitch.min()),
        high=int(pitch.max()),
        keys=latents,
        one_shot=is_kit(bundle),
    )


def _score(notes: list[tuple[int, int]], samples: int, pace: int) -> NDArray[np.void]:
    """EVENT records: every `pace` samples a note, and silence before the next."""
    events = [(0, 0, CONTROL, VOLUME, 127, 0.0)]
    for i, (pitch, velocity) in enumerate(notes):
        events.append((i * pace, 0, NOTE_ON, pitch, velocity, 0.0))
        events.append((i * pace + samples, 0, NOTE_OFF, pitch, 0, 0.0))
        events.append((i * pace + samples + 1, 0, CONTROL, SOUND_OFF, 0, 0.0))
    return np.array(events, EVENT)
