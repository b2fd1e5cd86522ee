"""Matching the levels of a bank: each preset is played by the engine and heard as ITU-R BS.1770 hears."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.drivers.offline import render
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.rings import EVENT

from .lineup import to_sound
from .presets import Preset
from .tunings import Tables

LEVEL = -25.8  # LUFS, of every shipped preset
RATE = 48_000
KEYS, VELOCITY = (48, 55, 60, 64, 67, 72), 100
NOTE = WINDOW = round(0.4 * RATE)  # frames; BS.1770's momentary loudness
MOST_DB = 15.0  # of a correction; what would need more is broken rather than quiet
NOTE_ON, CONTROL, SOUND_OFF = 0x90, 0xB0, 120

Samples = NDArray[np.float32]


def matched(presets: Sequence[Preset], levels: Sequence[float]) -> list[Preset]:
    """The presets, heard at these LUFS, all moved to LEVEL."""
    trims = np.clip(LEVEL - np.array(levels), -MOST_DB, MOST_DB).tolist()
    return [
        replace(preset, mix=replace(preset.mix, level_db=round(preset.mix.level_db + trim, 1) + 0.0))
        for preset, trim in zip(presets, trims, strict=True)
    ]


def heard_level(preset: Preset, bundle: Bundle) -> float:
    """Loudness in LUFS of single notes of the preset around middle C at velocity 100, dry. Takes half a
    second.
    """
    sound = replace(to_sound(preset, bundle, Tables()), reverb=0.0, pan=0.0, tuning=-1)
    with closing(Engine(bundle, RATE)) as engine:
        engine.set_sound(0, sound)
        engine.select(0)
        engine.prepare([0])
        played = render(engine, _notes(sound), NOTE * len(KEYS))
    powers = [_weighted_power(note) for note in np.split(played, len(KEYS), axis=1)]
    return float(-0.691 + 10.0 * np.log10(np.mean(powers) + 1e-10))


def _notes(sound: Sound) -> NDArray[np.void]:
    events = np.zeros(2 * len(KEYS), EVENT)
    keys = np.clip(KEYS, sound.low, sound.high)
    events["time"] = np.repeat(np.arange(len(KEYS)) * NOTE, 2)
    events["status"], events["data1"] = CONTROL, SOUND_OFF
    events["status"][1::2], events["data1"][1::2], events["data2"][1::2] = NOTE_ON, keys, VELOCITY
    return events


def _weighted_power(note: Samples) -> float:
    """Mean square of (2, WINDOW) samples through BS.1770's K weighting, summed over the channels."""
    spectrum = np.abs(np.fft.rfft(note, axis=1)) ** 2
    power: float = (spectrum * _k_weighting(spectrum.shape[1])).sum() * 2.0 / WINDOW**2
    return power


def _k_weighting(bins: int) -> NDArray[np.float64]:
    """Power gain of the two filters of BS.1770-4, tables 1 and 2, which are for 48 kHz."""
    z = np.exp(-1j * np.pi * np.arange(bins) / (bins - 1))
    shelf = np.polyval([1.19839281085285, -2.69169618940638, 1.53512485958697], z)
    shelf /= np.polyval([0.73248077421585, -1.69065929318241, 1.0], z)
    high_pass = np.polyval([1.0, -2.0, 1.0], z) / np.polyval([0.99007225036621, -1.99004745483398, 1.0], z)
    gain: NDArray[np.float64] = np.abs(shelf * high_pass) ** 2
    return gain
