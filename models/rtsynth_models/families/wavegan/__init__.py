"""WaveGAN (Donahue et al. 2019): one-shots as raw audio, in one pass of a network."""

from rtsynth_models.families.wavegan.config import CONFIGS
from rtsynth_models.families.wavegan.export import export
from rtsynth_models.families.wavegan.networks import Generator
from rtsynth_models.families.wavegan.task import task
from rtsynth_models.training.contract import Family

FAMILY = Family("wavegan", "WaveGAN", CONFIGS, Generator, task, export)
