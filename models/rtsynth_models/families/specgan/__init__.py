"""SpecGAN (Donahue et al. 2019): notes as images of log-magnitudes, whose phases are recovered."""

from rtsynth_models.families.specgan.config import CONFIGS
from rtsynth_models.families.specgan.export import export
from rtsynth_models.families.specgan.networks import Generator
from rtsynth_models.families.specgan.task import task
from rtsynth_models.training.contract import Family

FAMILY = Family("specgan", "SpecGAN", CONFIGS, Generator, task, export)
