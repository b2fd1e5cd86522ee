"""WaveGAN: layers, training, kits, and the bundle's graph."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch.nn import functional

from rtsynth_engine.bundles import load_bundle
from rtsynth_engine.generators.note import NoteGenerator
from rtsynth_models.families.bundles import rounded
from rtsynth_models.families.duel import balanced, hits_of, on_sphere, owners_of
from rtsynth_models.families.registry import family
from rtsynth_models.families.wavegan.config import PAPER, PITCHED, SMALL
from rtsynth_models.families.wavegan.export import NoteGraph, keys_of
from rtsynth_models.families.wavegan.layers import Grow, Shrink
from rtsynth_models.families.wavegan.networks import Discriminator, Generator, shuffled
from rtsynth_models.families.wavegan.task import coarse, detuned, magnitude, miss
from rtsynth_models.sounds import Sounds
from rtsynth_models.sounds.drums import DRUMS, LABELS
from rtsynth_models.training.losses import LOSSES
from rtsynth_models.training.run import started
from rtsynth_models.training.trained import load_trained
from rtsynth_models.training.trainer import Trainer

TINY = replace(SMALL, size=2, batch=4, lazy=2, warm=1, points=2 * len(DRUMS), classes=len(DRUMS))
SAMPLES = 16_384


@pytest.fixture
def data() -> Sounds:
    random, count = np.random.default_rng(0), 2 * len(DRUMS)
    falling = np.exp(-np.arange(SAMPLES) / 2000) * 8000
    sound = (falling * random.standard_normal((count, SAMPLES))).clip(-32767, 32767).astype(np.int16)
    label, pitch, velocity = np.arange(count) % len(DRUMS), np.full(count, 36), np.full(count, 102)
    kept = np.zeros(count, np.bool_)
    return Sounds(sound, pitch, velocity, label, kept, tuple(DRUMS), 16_000, "made here", "MIT")


def test_growing_is_a_transposed_convolution_of_25_taps():
    grow, x = Grow(6, 5), torch.randn(2, 6, 1, 32)
    wanted = functional.conv_transpose1d(x[:, :, 0], grow.weight, grow.bias, 4, 11, 1)
    torch.testing.assert_close(grow(x)[:, :, 0], wanted, atol=1e-5, rtol=1e-5)


def test_shrinking_is_a_convolution_of_25_taps():
    shrink, x = Shrink(6, 5), torch.randn(2, 6, 1, 64)
    wanted = functional.conv1d(x[:, :, 0], shrink.weight, shrink.bias, 4, 11)
    torch.testing.assert_close(shrink(x)[:, :, 0], wanted, atol=1e-5, rtol=1e-5)


def test_the_papers_generator_makes_16384_samples():
    with torch.no_grad():
        sound = Generator(PAPER)(torch.zeros(1, 100), torch.tensor([3]), torch.ones(1))
    assert sound.shape == (1, 1, SAMPLES)


def test_the_papers_networks_have_as_many_weights_as_the_paper_says():
    """17.9 and 17.7 million without conditions: 25 taps, 1024 … 64 channels, dense layers at the ends."""
    layers = sum(25 * a * b + b for a, b in ((1024, 512), (512, 256), (256, 128), (128, 64), (64, 1)))
    generator = Generator(PAPER)
    assert sum(p.numel() for p in generator.layers.parameters()) == layers
    assert generator.spread.out_features == 256 * PAPER.size


@pytest.mark.parametrize("seed", range(6))
def test_phase_shuffle_moves_by_up_to_two_samples_and_reflects(seed: int):
    torch.manual_seed(seed)
    x = torch.arange(20.0).view(1, 1, 1, 20)
    found = shuffled(x, 2)[0, 0, 0].tolist()
    wanted = []
    for by in range(-2, 3):
        places = np.arange(20) - by
        wanted.append(np.where(places > 19, 38 - places, np.abs(places)).astype(float).tolist())
    assert found in wanted


def test_a_sound_an_octave_up_is_every_other_sample():
    sound = torch.sin(torch.arange(400.0) / 7)[None]
    found = detuned(sound, torch.tensor([12.0]))[0]
    torch.testing.assert_close(found[:200], sound[0, ::2])
    assert not found[202:].any()


def test_a_sound_that_is_not_detuned_stays_as_it_is():
    sound = torch.randn(3, 100)
    torch.testing.assert_close(detuned(sound, torch.zeros(3)), sound)


def test_rare_classes_are_drawn_as_often_as_others():
    kinds = np.array([0, 0, 0, 0, 1, 2, 2])
    found = balanced(kinds, np.arange(6))
    assert np.bincount(kinds[found]).tolist() == [4, 4, 4]
    assert 6 not in found


def test_a_key_plays_its_drum():
    keys, kinds = keys_of(SMALL)
    assert dict(zip(keys, kinds, strict=True)) == LABELS
    assert keys_of(PITCHED) == (list(range(24, 85)), list(range(61)))


@pytest.mark.parametrize("loss", LOSSES)
def test_it_learns_by_every_loss(loss: str, data: Sounds, tmp_path: Path):
    config = replace(TINY, loss=loss, warm=0)
    trainer = Trainer(started(), family("wavegan"), config, data, tmp_path)
    before = [p.clone() for p in trainer.task.averaged.parameters()]
    trainer.train(2)
    assert all(np.isfinite(value) for value in trainer.numbers.losses.values())
    assert not any(torch.equal(a, b) for a, b in zip(before, trainer.task.averaged.parameters(), strict=True))


def test_a_training_goes_on_where_it_was_interrupted(data: Sounds, tmp_path: Path):
    def train(folder: Path, steps: int) -> dict[str, torch.Tensor]:
        trainer = Trainer(started(), family("wavegan"), TINY, data, folder)
        trainer.train(steps)
        return dict(trainer.average.state_dict())

    whole = train(tmp_path / "whole", 3)
    train(tmp_path / "parts", 2)
    torch.testing.assert_close(train(tmp_path / "parts", 3), whole, atol=0.0, rtol=0.0)


def test_while_it_is_warmed_sounds_come_nearer_and_latents_move(data: Sounds, tmp_path: Path):
    trainer = Trainer(started(), family("wavegan"), replace(TINY, warm=40, warm_rate=2e-2), data, tmp_path)
    before = trainer.task.own.weight.clone()
    trainer.train(1)
    first = trainer.numbers.losses["miss"]
    trainer.train(30)
    assert trainer.numbers.losses["miss"] < 0.5 * first
    assert not torch.equal(trainer.task.own.weight, before)


def test_the_generator_remembers_points_of_every_drum(data: Sounds):
    owner, exemplars = owners_of(TINY, data)
    labels = [set(data.label[owner == hit]) for hit in exemplars]
    assert labels == [{label} for label in range(len(DRUMS)) for _ in range(2)]


def test_the_velocities_of_a_hit_share_its_latent(data: Sounds):
    data.pitch[:7] = [36, 36, 36, 36, 36, 38, 38]
    data.velocity[:7] = [25, 76, 127, 25, 76, 76, 127]
    assert list(hits_of(data)[:7]) == [0, 0, 0, 1, 1, 2, 2]


def test_noise_in_the_same_bands_is_no_miss_to_the_coarse_eye():
    noise = [magnitude(torch.randn(1, SAMPLES), 512) for _ in range(2)]
    fine, rough = ((one.log() - other.log()).abs().mean() for one, other in (noise, map(coarse, noise)))
    assert rough < 0.5 * fine


def test_where_pitch_is_the_class_an_instrument_has_one_latent(data: Sounds):
    owner, exemplars = owners_of(replace(PITCHED, points=4), data)
    np.testing.assert_array_equal(owner, data.label)
    assert list(exemplars) == [0, 1, 2, 3]


def test_an_anchor_holds_the_generator_to_its_sounds(data: Sounds, tmp_path: Path):
    def step(anchor: float) -> torch.Tensor:
        config = replace(TINY, warm=0, anchor=anchor)
        trainer = Trainer(started(), family("wavegan"), config, data, tmp_path / str(anchor))
        trainer.train(1)
        return trainer.task.averaged.spread.weight.detach()

    assert not torch.equal(step(0.0), step(100.0))


def test_latents_on_the_sphere_are_as_long_as_normal_ones():
    found = on_sphere(torch.randn(5, 100))
    torch.testing.assert_close(found.square().sum(1), torch.full((5,), 100.0))


def test_sounds_that_differ_in_phase_alone_do_not_miss_each_other():
    time = torch.arange(SAMPLES) / 16_000
    swelling = torch.hann_window(SAMPLES)  # for a phase at an onset is a click
    one, other = (
        (swelling * torch.sin(2 * torch.pi * 440 * time + phase)).view(1, 1, -1) for phase in (0.0, 1.5)
    )
    assert miss(one, other) < 0.1 * miss(one, torch.roll(one, 1) * torch.exp(-3 * time))
    assert miss(one, one) == 0.0


def test_a_discriminator_says_one_number_for_each_sound():
    verdict = Discriminator(TINY)(torch.zeros(3, 1, SAMPLES), torch.tensor([0, 1, 2]), torch.ones(3))
    assert verdict.real.shape == (3,)


def test_an_instrument_of_pitches_is_bundled_by_its_instruments(data: Sounds, tmp_path: Path):
    config = replace(TINY, by="pitch", lowest=60, classes=3, points=2)
    trainer = Trainer(started(), family("wavegan"), config, replace(data, names=("Flute", "Oboe")), tmp_path)
    trainer.numbers.steps = 1
    trainer.save()
    family("wavegan").export(load_trained(tmp_path), tmp_path / "wavegan.rtsynth")
    bundle = load_bundle(tmp_path / "wavegan.rtsynth")
    assert [place.id for place in bundle.places] == ["flute", "oboe"]
    assert bundle.classes == (60, 61, 62)
    assert not NoteGenerator(bundle).one_shot


def test_the_bundle_holds_kits_and_sounds_as_the_network(data: Sounds, tmp_path: Path):
    Trainer(started(), family("wavegan"), TINY, data, tmp_path / "run").train(1)
    trained = load_trained(tmp_path / "run")
    family("wavegan").export(trained, tmp_path / "wavegan.rtsynth")
    told = json.loads((tmp_path / "wavegan.rtsynth/instrument.json").read_text())
    for kit in told["places"]:
        assert {int(key) for key in kit["keys"]} == set(LABELS) == set(told["classes"])
        assert kit["one_shot"]
        assert [42, 44, 46] in kit["choke"]
    generator = NoteGenerator(load_bundle(tmp_path / "wavegan.rtsynth"))
    assert generator.one_shot
    assert generator.samples == SAMPLES
    points = trained.network.get_buffer("points")
    first = torch.tensor(told["places"][0]["keys"]["36"])
    torch.testing.assert_close(first, points[0], atol=1e-4, rtol=0.0)
    _, kinds = keys_of(trained.config)
    latent, velocity, key = torch.randn(3, 100), torch.tensor([0.2, 0.6, 1.0]), torch.tensor([0, 5, 9])
    session = onnxruntime.InferenceSession((tmp_path / "wavegan.rtsynth/note.onnx").read_bytes())
    given = {"latent": latent.numpy(), "class": key.numpy(), "velocity": velocity.numpy()}
    (sound,) = session.run(["sound"], given)
    with torch.no_grad():
        wanted = NoteGraph(rounded(trained.network), kinds)(latent, key, velocity)
    torch.testing.assert_close(torch.from_numpy(sound), wanted, atol=1e-4, rtol=1e-3)
