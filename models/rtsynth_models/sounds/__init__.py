"""Sounds as waveforms: what every generator of sound learns from, and is measured against."""

from rtsynth_models.sounds.store import Sounds, load_sounds

__all__ = ["Sounds", "load_sounds"]
