"""GANSynth (Engel et al. 2019): images of log-magnitude and instantaneous frequency, grown level by level."""

from rtsynth_models.families.gansynth.config import PAPER, SMALL
from rtsynth_models.families.gansynth.export import export
from rtsynth_models.families.gansynth.task import Task, network
from rtsynth_models.training.contract import Family

FAMILY = Family("gansynth", "GANSynth", {"paper": PAPER, "small": SMALL}, network, Task, export)
