"""The bundle of a trained GANSynth."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from rtsynth_engine.errors import EngineError
from rtsynth_models.data.catalogue import Program
from rtsynth_models.families.bundles import Item, common, directions, numbers, rounded, write_bundle
from rtsynth_models.families.gansynth.card import card
from rtsynth_models.families.gansynth.config import Config
from rtsynth_models.families.gansynth.generator import Generator
from rtsynth_models.families.gansynth.growth import stage
from rtsynth_models.families.gansynth.pairs import FORCE, places
from rtsynth_models.families.instruments import place_at, program_of
from rtsynth_models.families.tiled import files_of, gain_db, head_of, preview
from rtsynth_models.training.contract import Trained

DIRECTIONS, TIMBRES = 3, 8
LOUD = 0.6  # deviations of velocity at which instruments are played


def export(trained: Trained, folder: Path) -> None:
    """Write the bundle's folder. Raises EngineError while the network is not grown up."""
    config, rate, now = trained.config, trained.facts["rate"], stage(trained.config, trained.seen)
    if now.level < config.levels or now.share < 1.0:
        raise EngineError(f"the network has only grown to level {now.level} of {config.levels}; train on")
    generator = rounded(trained.network)
    assert isinstance(generator, Generator)
    manifest = common(trained, "gansynth", "GANSynth") | head_of(config, rate)
    found = instruments(config, trained.facts["names"]) if config.paired else timbres(config)
    manifest["places"] = [
        place_at(program, config.pitches, latent.numpy(), gain_db(generator, config, latent, rate))
        for program, latent in found
    ]
    manifest["directions"] = ways(config, generator)
    text = card(trained, manifest["head"]["longest_seconds"])
    heard = preview(generator, config, found[0][1], rate)
    write_bundle(folder, manifest, files_of(generator, config.latent), text, heard)


def instruments(config: Config, names: Sequence[str]) -> list[tuple[Program, Tensor]]:
    """The instruments learnt and their latents (Z,), where pairs were told."""
    labels = torch.tensor(config.labels or range(len(names)))
    force = torch.full((len(labels),), LOUD)
    latents = places(config).latents(labels, force, torch.zeros(len(labels), config.latent))
    listed = [program_of(names, label) for label in labels.tolist()]
    return list(zip(listed, latents, strict=True))


def timbres(config: Config) -> list[tuple[Program, Tensor]]:
    """Some latents (Z,) at random: nobody knows what they are."""
    latents = torch.randn(TIMBRES, config.latent, generator=torch.Generator().manual_seed(0))
    return [(Program(i, f"Timbre {i + 1}", "pad", 0, 127), latent) for i, latent in enumerate(latents)]


def ways(config: Config, generator: Generator) -> list[Item]:
    """Directions: what louder notes have, where pairs were told, and what changes images most."""
    spread = generator.seed.spread.weight[:, : config.latent].detach().numpy()
    if not config.paired:
        return directions(spread, DIRECTIONS)
    force = {"id": "force", "name": "Force", "latent": numbers((FORCE * places(config).force).numpy())}
    return [force, *directions(spread, DIRECTIONS)]
