"""A variational autoencoder of spectral images, streamed as GANSynth is."""

from rtsynth_models.families.vae.config import PAPER, SMALL
from rtsynth_models.families.vae.export import export
from rtsynth_models.families.vae.network import VAE
from rtsynth_models.families.vae.task import VAETask
from rtsynth_models.training.contract import Family

FAMILY = Family("vae", "VAE", {"small": SMALL, "paper": PAPER}, network=VAE, task=VAETask, export=export)
