"""The bundle of a trained variational autoencoder: its decoder, in parts that stream."""

from pathlib import Path

from rtsynth_models.families.bundles import common, directions, rounded, write_bundle
from rtsynth_models.families.instruments import labels_of, place_of
from rtsynth_models.families.tiled import files_of, gain_db, head_of, preview
from rtsynth_models.families.vae.card import card
from rtsynth_models.families.vae.network import VAE
from rtsynth_models.training.contract import Trained

DIRECTIONS = 4


def export(trained: Trained, folder: Path) -> None:
    """Write the bundle's folder."""
    config, rate, network = trained.config, trained.facts["rate"], rounded(trained.network)
    assert isinstance(network, VAE)
    decoder, latents = network.decoder, {label: network.places[label] for label in labels_of(trained)}
    manifest = common(trained, "vae", "VAE") | head_of(config, rate)
    manifest["directions"] = directions(
        decoder.seed.spread.weight[:, : config.latent].detach().numpy(), DIRECTIONS
    )
    manifest["places"] = [
        place_of(trained, label, latent.numpy(), gain_db(decoder, config, latent, rate))
        for label, latent in latents.items()
    ]
    heard = preview(decoder, config, next(iter(latents.values())), rate)
    write_bundle(folder, manifest, files_of(decoder, config.latent), card(trained, network), heard)
