"""A small network of GANSynth's form with weights at random, as torch and as the parts that a bundle has."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rtsynth_engine.bundles import Bundle, Head
from rtsynth_engine.generators.sessions import open_session
from rtsynth_engine.generators.tiles import Tiles
from rtsynth_engine.heads.mel import Spectrum
from rtsynth_models.export.levels import export_levels
from rtsynth_models.families.gansynth.config import Config
from rtsynth_models.families.gansynth.generator import Generator
from rtsynth_models.families.gansynth.growth import begin

SPECTRUM = Spectrum(window=512, hop=128, bins=256, columns=32, lead=768)
SEEDS, RATE, LATENT, PITCHES = 3, 16_000.0, 8, (60, 61, 62, 63, 64)
CHANNELS = (32, 32, 32, 16, 12)
WHOLE = (SPECTRUM.hop * (SPECTRUM.columns - 1) + SPECTRUM.window - SPECTRUM.lead) / RATE  # seconds


@dataclass(frozen=True)
class Grown:
    """Images (n, 2, columns, bins) of a network, whole, and the files that are to say the same."""

    files: dict[str, bytes]
    latent: NDArray[np.float32]
    pitch: NDArray[np.int64]
    images: NDArray[np.float32]

    def sessions(self) -> tuple[list[Any], Any, Any]:
        """Levels, image, seed."""
        opened = {name: open_session(model, name) for name, model in self.files.items()}
        image, seed = opened.pop("image.onnx"), opened.pop("seed.onnx")
        return [opened[name] for name in sorted(opened)], image, seed

    def seeds(self) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self.sessions()[2].run(
            None, {"latent": self.latent, "pitch": self.pitch}
        )[0]
        return found

    def tiles(self, tile: int, rows: int = SEEDS) -> Tiles:
        levels, image, _ = self.sessions()
        return Tiles(levels, image, rows, tile)

    def bundle(self, seconds: float = WHOLE) -> Bundle:
        """With a step of 4 frames: 8 columns."""
        head = Head("spectral", RATE / 256, 4, seconds, sample_rate=RATE, release_db=80.0, spectrum=SPECTRUM)
        empty: dict[str, Any] = dict.fromkeys(("id", "name", "author", "licence", "data", "digest"), "grown")
        return Bundle(
            path=Path("grown"),
            **empty,
            generator="tiled",
            head=head,
            latent=LATENT,
            pitch_range=(60, 64),
            places=(),
            directions=(),
            files=self.files,
            classes=PITCHES,
        )


def some_network() -> Generator:
    """Weights by He's rule, such as half floats hold exactly; images keep away from their edges."""
    torch.manual_seed(1)
    network = Generator(Config(channels=CHANNELS, latent=LATENT, pitches=PITCHES)).eval()
    begin(network)
    network.image[0].weight.data /= 4
    for weight in network.parameters():
        weight.data = weight.data.half().float()
    return network


@torch.no_grad()
def grow(folder: Path) -> Grown:
    """Export a network into `folder`, and run it whole."""
    network = some_network()
    names = export_levels(network, LATENT, folder)
    latent, pitch = torch.randn(SEEDS, LATENT), torch.tensor([0, 3, 4])
    images = network.double()(latent.double(), pitch).float().numpy()
    return Grown({n: (folder / n).read_bytes() for n in names}, latent.numpy(), pitch.numpy(), images)
