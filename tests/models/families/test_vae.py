"""The variational autoencoder: what it pays for, what it learns, and that its bundle plays what it draws."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rtsynth_engine.bundles import load_bundle
from rtsynth_engine.generators.tiled import TiledGenerator
from rtsynth_models.families.vae import FAMILY
from rtsynth_models.families.vae.config import PAPER, SMALL, Config
from rtsynth_models.families.vae.losses import divergence, loudness, magnitude_loss, turn_loss, wrapped
from rtsynth_models.families.vae.network import VAE
from rtsynth_models.families.vae.task import VAETask, neighbours
from rtsynth_models.sounds import Sounds
from rtsynth_models.spectra import sounds_of
from rtsynth_models.training.contract import Trained
from rtsynth_models.training.run import FabricRun, started

TINY = Config(channels=(16,) * 6, latent=4, pitches=(60, 64), names=2, seen=(8, 8), batch=4, steps=200)
F4 = np.float32


def some_sounds() -> Sounds:
    """Tones of two instruments, at two velocities."""
    pitch, label, velocity = (part.ravel() for part in np.meshgrid([60, 64], [0, 1], [51, 102]))
    time = np.arange(32768) / 16000
    turns = 440 * 2 ** ((pitch[:, None] - 69) / 12) * time
    tones = np.sin(2 * np.pi * turns) + label[:, None] * np.sin(6 * np.pi * turns)
    sound = (32767 / 2 * tones * 0.5 ** (time * 102 / velocity[:, None])).astype(np.int16)
    return Sounds(sound, pitch, velocity, label, np.zeros(8, bool), ("one", "two"), 16000, "made", "none")


@pytest.fixture
def network() -> VAE:
    torch.manual_seed(0)
    made = VAE(TINY).eval().requires_grad_(False)
    made.places.normal_()
    return made


def test_turns_differ_the_short_way_round() -> None:
    found = wrapped(torch.tensor([0.1, 1.9, -1.9, 1.0]))
    torch.testing.assert_close(found.abs(), torch.tensor([0.1, 0.1, 0.1, 1.0]))


def test_what_is_silent_may_turn_as_it_likes() -> None:
    magnitude = torch.full((1, 4, 8), -1.0)
    magnitude[:, :, 3] = 0.8
    weight, turn = loudness(magnitude, 16.1), torch.zeros(1, 4, 8)
    silent, loud = turn.clone(), turn.clone()
    silent[:, :, 5], loud[:, :, 3] = 0.5, 0.5
    assert turn_loss(silent, turn, weight) < 0.01 * turn_loss(loud, turn, weight)
    assert magnitude_loss(magnitude, magnitude, weight) == 0.0


def test_the_divergence_of_what_is_normal_is_what_is_free() -> None:
    assert divergence(torch.zeros(3, 5), torch.zeros(3, 5), 0.0) == 0.0
    assert divergence(torch.zeros(3, 5), torch.zeros(3, 5), 0.1) == pytest.approx(0.5)
    assert divergence(torch.ones(3, 5), torch.zeros(3, 5), 0.1) == pytest.approx(2.5)


def test_latents_are_told_by_notes_of_the_same_instrument_and_velocity() -> None:
    data = some_sounds()
    found = neighbours(data, np.arange(6))
    assert set(found) == set(range(6))
    for note, group in found.items():
        assert note in group
        assert (data.label[group] == data.label[note]).all()
        assert (data.velocity[group] == data.velocity[note]).all()
        assert group.max() < 6


@pytest.mark.parametrize("config", [SMALL, PAPER])
def test_a_latent_and_a_pitch_make_a_whole_image(config: Config) -> None:
    network = VAE(config).eval()
    spectrum = config.spectrum
    with torch.no_grad():
        image = network.decoder(torch.zeros(1, config.latent), torch.tensor([7]))
        mean, spread = network.encoder(image[:, :1])
    assert image.shape == (1, 2, spectrum.columns, spectrum.bins)
    assert mean.shape == spread.shape == (1, config.latent)


def test_it_learns_tones_and_where_instruments_lie(tmp_path: Path) -> None:
    data = some_sounds()
    torch.manual_seed(0)
    task = VAETask(replace(TINY, channels=(16,) * 4, learning_rate=4e-3, steps=400), data)
    run = FabricRun(started(), tmp_path, data, seed=0)
    run.optimisers = {name: run.fabric.setup_optimizers(each) for name, each in task.optimisers().items()}
    found = []
    for step in range(200):
        run.begin(step)
        found.append({name: float(loss) for name, loss in task.turn(run, step).items()})
    for name, share in (("magnitude", 0.8), ("turn", 0.9)):
        first, last = (np.mean([each[name] for each in part]) for part in (found[:10], found[-10:]))
        assert last < share * first, name
    assert not torch.allclose(task.averaged.places[0], task.averaged.places[1], atol=0.1)


def test_the_bundle_plays_what_the_decoder_draws(network: VAE, tmp_path: Path) -> None:
    facts = {"names": ["One", "Two"], "rate": 16000, "source": "made", "licence": "none", "notes": 8}
    trained = Trained("vae", TINY, network, facts, 10, 40, 1.0, {})
    FAMILY.export(trained, tmp_path / "vae.rtsynth")
    bundle = load_bundle(tmp_path / "vae.rtsynth")
    assert [place.id for place in bundle.places] == ["one", "two"]
    generator = TiledGenerator(bundle)
    generator.prepare(2)
    rows, pitch = np.arange(2), np.array([60, 64], F4)
    latent = np.array([place.latent for place in bundle.places], F4)
    generator.reset(rows, pitch, np.ones(2, F4), latent)
    seconds = np.arange(2, dtype=F4) * bundle.head.frames_per_step / bundle.head.frame_rate
    steps = [generator.step(rows, np.full(2, second, F4)).reshape(2, -1).copy() for second in seconds]
    sound = np.concatenate(steps, axis=1)
    image = network.decoder(torch.from_numpy(latent), torch.tensor([0, 1])).numpy()
    expected = sounds_of(image, TINY.spectrum)[:, : sound.shape[1]]
    assert np.std(expected) > 0.0
    assert np.sqrt(np.mean((sound - expected) ** 2)) < 1e-2 * np.std(expected)
