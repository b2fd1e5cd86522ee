"""Spectra as images: GANSynth's log magnitude and instantaneous frequency, and the sounds they stand for."""

from rtsynth_engine.heads.mel import Spectrum
from rtsynth_models.spectra.images import images
from rtsynth_models.spectra.sounds import sounds_of

PAPER = Spectrum(bins=1024, columns=128)
SMALL = Spectrum(bins=512, columns=64)

__all__ = ["PAPER", "SMALL", "Spectrum", "images", "sounds_of"]
