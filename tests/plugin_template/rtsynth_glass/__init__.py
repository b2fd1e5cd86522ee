"""Glass bars for rtsynth: a template of a plug-in. rtsynth's docs/plugins.md tells what each call must do."""

import numpy as np

from rtsynth_engine.plugins import Plugin, describe, place, sound_head

RATE, STEP, FRAME = 16_000.0, 4, 256  # Hz, frames of a step, samples of a frame
MODES = np.array([1.0, 2.756, 5.404])  # of a free bar, as ratios (Fletcher and Rossing, The Physics of
DECAYS = np.array([1.5, 4.0, 9.0])  # Musical Instruments); each dies away in its own time, in 1 / seconds


class Glass:
    """Struck bars. The latent is how hard the mallet is: -1 … 1. Sound depends on time alone: no state."""

    velocity_layers = 5  # a harder stroke is brighter; 1 where velocity changes nothing

    def prepare(self, rows: int) -> None:
        """Make room for `rows` voices, once; the network would be loaded and warmed up here."""
        self.hertz, self.gains = np.zeros(rows), np.zeros((rows, len(MODES)))

    def reset(self, rows, pitch, velocity, latent) -> None:
        """Start notes. Nothing of what these rows played before may be heard."""
        self.hertz[rows] = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
        hardness = np.clip(latent[:, 0] + velocity - 0.6, -1.0, 1.0)
        self.gains[rows] = 0.4 * 4.0 ** ((hardness[:, None] - 1.0) * np.arange(len(MODES)))

    condition = reset  # the latent of a sounding note has moved: nothing needs to be carried over

    def step(self, rows, time) -> np.ndarray:
        """The next STEP frames of each row: float32 (n, STEP, FRAME), from `time` seconds after its onset."""
        seconds = time[:, None, None] + np.arange(STEP * FRAME) / RATE
        hertz = self.hertz[rows, None] * MODES
        audible = np.where(hertz < 0.45 * RATE, self.gains[rows], 0.0)[:, :, None]
        sound = (
            audible * np.exp(-DECAYS[:, None] * seconds) * np.sin(2.0 * np.pi * hertz[:, :, None] * seconds)
        )
        return sound.sum(1).astype(np.float32).reshape(len(rows), STEP, FRAME)

    def close(self) -> None:
        """Let go of everything."""


def glass() -> Plugin:
    """What the entry point names."""
    places = [
        place("soft", "Soft Glass", [-0.5], program=9, category="mallets", low=48, high=108),
        place("hard", "Hard Glass", [0.5], program=10, category="mallets", low=48, high=108),
    ]
    head = sound_head(RATE, STEP, longest_seconds=4.0, release_db=60.0)
    description = describe(
        "glass", "Glass", head, places, author="you", licence="MIT", data="none: a formula"
    )
    return Plugin(description, Glass)
