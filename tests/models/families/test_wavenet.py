"""WaveNet: what is trained is what is played."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from rtsynth_engine.generators.sample import WEIGHTS, SampleGenerator
from rtsynth_engine.generators.wavenet import TURNS
from rtsynth_models.families.wavenet.companding import encoded, levels, silence
from rtsynth_models.families.wavenet.config import PAPER, SMALL, Config
from rtsynth_models.families.wavenet.export import weights_of
from rtsynth_models.families.wavenet.network import WaveNet
from rtsynth_models.families.wavenet.task import WaveNetTask, turns_of
from rtsynth_models.sounds import Sounds
from rtsynth_models.training.run import FabricRun, started

TINY = Config(
    channels=32, skips=32, stacks=2, longest=16, farthest=64, latent=3, names=2, pitches=tuple(range(60, 65)),
    embedded=4, units=8, crop=1024, warm=128, batch=2, held_seconds=0.5,
)  # fmt: skip
NOTES = 3
F4 = np.float32


@pytest.fixture
def restless() -> WaveNet:
    """A network that hardly ever says the same twice."""
    torch.manual_seed(0)
    network = WaveNet(TINY).eval().requires_grad_(False)
    network.gates.mul_(2.0)
    network.outputs.mul_(3.0)
    network.embedding.normal_()
    network.turns.normal_()
    network.logits.normal_()
    return network


def generator_of(network: WaveNet, temperature: float) -> SampleGenerator:
    config = network.config
    head = SimpleNamespace(sample_rate=float(config.rate), frames_per_step=4, longest_seconds=3.0)
    files, sizes = {WEIGHTS: weights_of(network, temperature)}, {"latent": config.latent}
    bundle: Any = SimpleNamespace(name="w", files=files, head=head, classes=config.pitches, **sizes)
    generator = SampleGenerator(bundle)
    generator.prepare(NOTES)
    return generator


def played(generator: SampleGenerator, config: Config, steps: int) -> tuple[Any, Any]:
    """Sound (n, samples) and the notes it was made of."""
    rows, pitch = np.arange(NOTES), np.array([60, 62, 64], F4)
    velocity = np.array([0.2, 0.6, 1.0], F4)
    latent = np.random.default_rng(2).standard_normal((NOTES, config.latent)).astype(F4)
    generator.reset(rows, pitch, velocity, latent)
    times = [np.full(NOTES, step * generator.samples / config.rate, F4) for step in range(steps)]
    sound = np.concatenate([generator.step(rows, time).reshape(NOTES, -1) for time in times], axis=1)
    return sound, (torch.tensor([0, 2, 4]), torch.tensor(velocity), torch.tensor(latent))


def codes_of(sound: Any, config: Config) -> Any:
    """The codes that a generator chose."""
    emphasised = sound - config.emphasis * np.pad(sound, ((0, 0), (1, 0)))[:, :-1]
    return np.abs(emphasised[..., None] - levels(config)).argmin(axis=2)


def logits_of(network: WaveNet, codes: Any, note: Any) -> Any:
    """What the network says of the whole at once."""
    config = network.config
    heard = np.pad(codes, ((0, 0), (1, 0)), constant_values=silence(config))[:, :-1]
    seconds = torch.arange(0, codes.shape[1], config.stride) / config.rate
    told = network.conditioner.told(*note)
    biases = network.conditioner(told, seconds.expand(NOTES, -1))
    hertz = 440.0 * 2.0 ** ((np.array(config.pitches)[note[0]] - 69) / 12)
    turns = hertz[:, None] / config.rate * np.arange(codes.shape[1]) % 1.0 * TURNS
    return network(torch.from_numpy(heard), biases, note[0].tolist(), torch.from_numpy(turns).long()).numpy()


def test_the_engine_chooses_what_the_network_finds_likeliest(restless: WaveNet) -> None:
    sound, note = played(generator_of(restless, temperature=0.0), TINY, 2)
    codes = codes_of(sound, TINY)
    assert len(np.unique(codes)) > 50
    logits = logits_of(restless, codes, note)
    chosen = np.take_along_axis(logits, codes[..., None], axis=2)[..., 0]
    assert np.mean(logits.argmax(axis=2) == codes) > 0.99
    assert np.max(logits.max(axis=2) - chosen) < 2e-3 * np.abs(logits).max()


def test_the_engine_finds_the_network_s_logits(restless: WaveNet) -> None:
    generator = generator_of(restless, temperature=0.0)
    sound, note = played(generator, TINY, 2)
    expected = logits_of(restless, codes_of(sound, TINY), note)[:, -1]
    np.testing.assert_allclose(generator.scratch.logit[:NOTES], expected, atol=2e-3 * np.abs(expected).max())


def test_draws_follow_the_network_s_probabilities(restless: WaveNet) -> None:
    restless.logits.mul_(0.1)
    sound, note = played(generator_of(restless, temperature=1.0), TINY, 8)
    codes = codes_of(sound, TINY)
    chances = torch.softmax(torch.from_numpy(logits_of(restless, codes, note)), dim=2).numpy()
    reached = np.take_along_axis(chances.cumsum(axis=2), codes[..., None], axis=2)[..., 0]
    middle = reached - 0.5 * np.take_along_axis(chances, codes[..., None], axis=2)[..., 0]
    found, _ = np.histogram(middle, bins=4, range=(0.0, 1.0))
    np.testing.assert_allclose(found / found.sum(), 0.25, atol=0.03)


def test_slopes_are_the_network_s(restless: WaveNet) -> None:
    generator = generator_of(restless, temperature=1.0)
    latent = np.ones((1, TINY.latent), F4)
    found = generator.reset(np.zeros(1, np.int64), np.array([61], F4), np.array([0.5], F4), latent).slopes
    told = restless.conditioner.told(torch.tensor([1]), torch.tensor([0.5]), torch.from_numpy(latent))
    np.testing.assert_allclose(found, 100.0 * restless.conditioner.fall(told).numpy(), rtol=1e-4)


def test_a_sample_depends_on_no_later_one(restless: WaveNet) -> None:
    codes = torch.randint(TINY.codes, (1, 512))
    told = restless.conditioner.told(torch.tensor([1]), torch.tensor([0.5]), torch.zeros(1, TINY.latent))
    biases = restless.conditioner(told, torch.zeros(1, 4))
    moved = codes.clone()
    moved[:, 300:] = 0
    turns = torch.zeros(1, 512, dtype=torch.int64)
    before, after = restless(codes, biases, [1], turns), restless(moved, biases, [1], turns)
    torch.testing.assert_close(before[:, :300], after[:, :300])
    assert not torch.equal(before[:, 300:], after[:, 300:])


@pytest.mark.parametrize("config", [SMALL, PAPER])
def test_it_looks_back_as_far_as_its_dilations_say(config: Config) -> None:
    assert len(config.dilations) == 10 * config.stacks
    assert max(config.dilations) == 256
    assert max(config.lags) < 512


def test_what_a_lag_ago_was_heard_comes_next_some_periods_later() -> None:
    for pitch, lag in zip(SMALL.pitches, SMALL.lags, strict=True):
        periods = (lag + 1) * 440 * 2 ** ((pitch - 69) / 12) / SMALL.rate
        assert lag > 240
        assert abs(1200 * np.log2(periods / round(periods))) < 3.5


def test_codes_stand_for_the_samples_they_were_made_of() -> None:
    sound = 0.5 * np.sin(2 * np.pi * 440 / SMALL.rate * np.arange(4000))[None]
    found, last = levels(SMALL)[encoded(sound, SMALL)[0]], 0.0
    for place, sample in enumerate(found):
        last = found[place] = sample + SMALL.emphasis * last
    noise = np.mean((found - sound[0]) ** 2) / np.mean(sound**2)
    assert 10 * np.log10(noise) < -25.0


def test_turns_begin_where_the_fundamental_is_highest() -> None:
    time, hertz = np.arange(3072) / 16000, np.array([[440.0], [110.0]])
    shifted = np.array([[0.3], [0.8]])
    sound = np.cos(2 * np.pi * (hertz * time + shifted)) + 0.8 * np.cos(2 * np.pi * 3 * hertz * time)
    found = turns_of(sound.astype(F4), np.array([69, 45]), 16000)
    away = (found / TURNS - (hertz * time + shifted) + 0.5) % 1.0 - 0.5
    assert np.abs(away).max() < 1.5 / TURNS


def some_sounds() -> Sounds:
    """Four tones of two instruments."""
    pitch, label = np.array([60, 64, 60, 64]), np.array([0, 0, 1, 1])
    time = np.arange(16000) / 16000
    tones = [
        np.sin(2 * np.pi * 440 * 2 ** ((p - 69) / 12) * time) * 0.5 ** (i * time)
        for p, i in zip(pitch, label, strict=True)
    ]
    sound = np.array([32767 * tone * (time < 0.6) for tone in tones]).astype(np.int16)
    return Sounds(
        sound, pitch, np.full(4, 102), label, np.zeros(4, bool), ("one", "two"), 16000, "made", "none"
    )


def test_it_learns_tones(tmp_path: Path) -> None:
    data = some_sounds()
    torch.manual_seed(0)
    task = WaveNetTask(TINY, data)
    run = FabricRun(started(), tmp_path, data, seed=0)
    run.optimisers = {name: run.fabric.setup_optimizers(each) for name, each in task.optimisers().items()}
    found = []
    for step in range(60):
        run.begin(step)
        found.append(float(task.turn(run, step)["code"]))
    assert np.mean(found[-5:]) < 0.85 * np.mean(found[:5])
