"""The bundle of a trained GANSynth."""

from pathlib import Path

from torch import Tensor

from rtsynth_engine.errors import EngineError
from rtsynth_models.data.catalogue import PROGRAMS, Program
from rtsynth_models.families.bundles import Item, common, directions, numbers, rounded, write_bundle
from rtsynth_models.families.gansynth.card import card
from rtsynth_models.families.gansynth.generator import Generator
from rtsynth_models.families.gansynth.growth import stage
from rtsynth_models.families.gansynth.portraits import places
from rtsynth_models.families.tiled import files_of, gain_db, head_of, preview
from rtsynth_models.training.contract import Trained

DIRECTIONS = 4


def export(trained: Trained, folder: Path) -> None:
    """Write the bundle's folder. Raises EngineError while the network is not grown up."""
    config, rate, now = trained.config, trained.facts["rate"], stage(trained.config, trained.seen)
    if now.level < config.levels or now.share < 1.0:
        raise EngineError(f"the network has only grown to level {now.level} of {config.levels}; train on")
    generator = rounded(trained.network)
    assert isinstance(generator, Generator)
    manifest = common(trained, "gansynth", "GANSynth") | head_of(config, rate)
    found = places(generator, config)
    manifest["places"] = [_place(trained, generator, label, latent) for label, latent in found.items()]
    spread = generator.seed.spread.weight[:, : config.latent]
    manifest["directions"] = directions(spread.detach().numpy(), DIRECTIONS)
    text = card(trained, manifest["head"]["longest_seconds"])
    heard = preview(generator, config, next(iter(found.values())), rate)
    write_bundle(folder, manifest, files_of(generator, config.latent), text, heard)


def _place(trained: Trained, generator: Generator, label: int, latent: Tensor) -> Item:
    config, known = trained.config, _program(trained.facts["names"][label], label)
    return {
        "id": known.id,
        "name": known.name,
        "program": known.number,
        "category": known.category,
        "divisor": 1,
        "low": max(known.low, config.pitches[0]),
        "high": min(known.high, config.pitches[-1]),
        "gain_db": gain_db(generator, config, latent, trained.facts["rate"]),
        "latent": numbers(latent.numpy()),
    }


def _program(name: str, label: int) -> Program:
    """The General MIDI program of that name, or one that is none."""
    found = next((p for p in PROGRAMS if p.name == name), None)
    return found or Program(label, name, "effects", 0, 127)
