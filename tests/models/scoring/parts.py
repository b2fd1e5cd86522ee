"""A small set of sounds: two timbres at keys 48 to 71, four velocities."""

import numpy as np

from rtsynth_models.scoring.spectra import RATE

LENGTH = 2 * RATE
SLOPES = (1.0, 2.5)  # of the harmonics' amplitudes: bright, dark


def tone(pitch, slope=1.0, cents=0.0, decay=0.5, noise=0.0, seed=0, length=LENGTH):
    """(length,) a harmonic tone, its peak at 0.9."""
    t = np.arange(length) / RATE
    hz = 440 * 2 ** ((pitch - 69 + cents / 100) / 12)
    draw = np.random.default_rng([seed, pitch])
    parts = [
        np.sin(2 * np.pi * k * hz * t + draw.uniform(0, 6)) / k**slope
        for k in range(1, 16)
        if k * hz < 0.45 * RATE
    ]
    sound = sum(parts) * np.exp(-decay * t) + noise * draw.standard_normal(length)
    return 0.9 * sound / np.abs(sound).max()


def notes(seed=0, **changes):
    """Rows of sound, pitch, velocity and label."""
    rows = [(p, v, label) for label in range(2) for p in range(48, 72) for v in (30, 60, 90, 120)]
    pitch, velocity, label = np.array(rows).T
    sound = [
        tone(p, SLOPES[k], decay=0.2 + v / 120, seed=seed + i, length=RATE, **changes)
        for i, (p, v, k) in enumerate(rows)
    ]
    return np.stack(sound), pitch, velocity, label
