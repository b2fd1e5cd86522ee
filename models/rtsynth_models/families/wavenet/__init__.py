"""WaveNet: sound sample by sample (van den Oord et al. 2016)."""

from rtsynth_models.families.wavenet.config import PAPER, SMALL
from rtsynth_models.families.wavenet.export import export
from rtsynth_models.families.wavenet.network import WaveNet
from rtsynth_models.families.wavenet.task import WaveNetTask
from rtsynth_models.training.contract import Family

FAMILY = Family(
    "wavenet", "WaveNet", {"small": SMALL, "paper": PAPER}, network=WaveNet, task=WaveNetTask, export=export
)
