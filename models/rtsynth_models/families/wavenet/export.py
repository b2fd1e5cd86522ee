"""WaveNet as the engine plays it: weights in safetensors, sizes and draws in their metadata."""

from pathlib import Path

import torch
from safetensors.torch import save_file

from rtsynth_engine.generators.sample import STRIDE, TEMPERATURE
from rtsynth_models.families.wavenet.companding import levels, silence
from rtsynth_models.families.wavenet.network import WaveNet
from rtsynth_models.training.contract import Trained

FRAMES_PER_STEP = 4
LEARNT = ("embedding", "gates", "outputs", "shifts", "hidden", "hidden_shift", "logits", "logit_shift")


def write_weights(network: WaveNet, path: Path, temperature: float = TEMPERATURE) -> None:
    """What `SampleGenerator` reads."""
    if network.config.stride != STRIDE:
        raise ValueError(f"the engine conditions every {STRIDE} samples, not {network.config.stride}")
    arrays = {name: network.state_dict()[name] for name in LEARNT} | network.conditioner.state_dict()
    arrays["levels"] = torch.from_numpy(levels(network.config))
    told = {"dilations": " ".join(map(str, network.config.dilations)), "temperature": str(temperature)}
    told |= {"emphasis": str(network.config.emphasis), "silence": str(silence(network.config))}
    save_file({name: array.contiguous() for name, array in arrays.items()}, path, told)


def export(trained: Trained, folder: Path) -> None:
    """Write the bundle."""
    raise NotImplementedError
