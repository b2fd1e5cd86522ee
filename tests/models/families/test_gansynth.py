from dataclasses import replace

import pytest
import torch
from lightning_fabric import Fabric
from torch.nn import functional

from rtsynth_engine.bundles import load_bundle
from rtsynth_engine.errors import EngineError
from rtsynth_models.families.gansynth import export
from rtsynth_models.families.gansynth.config import PAPER, SMALL, Config
from rtsynth_models.families.gansynth.discriminator import Discriminator, spread_of
from rtsynth_models.families.gansynth.growth import Stage, equalised, pace, spread, stage
from rtsynth_models.families.gansynth.pairs import places, unlikeness
from rtsynth_models.families.gansynth.task import Task, learnt, network
from rtsynth_models.training.contract import Trained
from rtsynth_models.training.losses import LOSSES
from rtsynth_models.training.run import FabricRun
from rtsynth_models.training.trainer import facts_of
from tests.models.training.tiny import CONFIG, sounds

GROWING = Config(channels=(8, 8, 8), batch=(8, 4, 2), fade=(0, 10, 10), stay=(20, 30, 0))


def parameters(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.fixture
def drawn() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(8, CONFIG.latent), torch.randint(12, (8,))


def test_the_generator_of_the_paper_has_7_3_million_parameters():
    generator = network(PAPER)
    shown = generator.seed, generator.levels, generator.image
    assert sum(map(parameters, shown)) == pytest.approx(7.3e6, rel=0.01)


def test_the_image_of_the_paper_has_128_columns_of_1024_bins():
    with torch.no_grad():
        image = network(PAPER)(torch.zeros(1, 256), torch.tensor([3]))
    assert image.shape == (1, 2, PAPER.spectrum.columns, PAPER.spectrum.bins) == (1, 2, 128, 1024)


def test_the_small_one_has_64_columns_of_512_bins():
    assert (SMALL.spectrum.columns, SMALL.spectrum.bins) == (64, 512)


def test_images_stay_within_one(drawn):
    assert network(CONFIG)(*drawn).abs().max() <= 1.0


def test_a_level_begins_as_the_image_of_the_one_before(drawn):
    generator = network(CONFIG)
    before = functional.interpolate(generator.grown(*drawn, 0, 1.0), scale_factor=2.0)
    torch.testing.assert_close(generator.grown(*drawn, 1, 0.0), before)
    assert not torch.allclose(generator.grown(*drawn, 1, 0.5), before)


def test_the_discriminator_sees_a_level_begin_as_the_one_before():
    judge, image = Discriminator(CONFIG), torch.randn(4, 2, 4, 32)
    before, after = judge(functional.avg_pool2d(image, 2), 0, 1.0), judge(image, 1, 0.0)
    torch.testing.assert_close(before, after)


def test_the_spread_of_a_batch_is_told_to_each_group_of_four():
    image = torch.randn(8, 3, 2, 16)
    image[4:] = image[4]
    found = spread_of(image)[:, 0, 0, 0]
    assert (found[:4] > 0.5).all()
    assert (found[4:] < 1e-3).all()


def test_growth_goes_by_the_images_seen():
    found = [stage(GROWING, seen) for seen in (0, 19, 20, 25, 30, 59, 60, 65, 10_000)]
    wanted = [(0, 1.0, 8), (0, 1.0, 8), (1, 0.0, 4), (1, 0.5, 4), (1, 1.0, 4), (1, 1.0, 4)]
    assert found == [Stage(*w) for w in [*wanted, (2, 0.0, 2), (2, 0.5, 2), (2, 1.0, 2)]]


def test_the_rate_falls_to_that_of_opponents_while_it_is_warm():
    config = replace(CONFIG, warm=100, warm_rate=0.01, learning_rate=0.001)
    rates = [pace(config, seen) for seen in (0, 50, 100, 1000)]
    assert rates == pytest.approx([0.01, 0.01 / 10**0.5, 0.001, 0.001])


def test_weights_begin_and_learn_in_proportion_to_their_inputs():
    generator = network(SMALL)
    for layer in (generator.seed.spread, generator.levels[0].first[0], generator.levels[4].second[0]):
        assert layer.weight.detach().std() == pytest.approx(spread(layer), rel=0.05)
    rates = {p: group["lr"] for group in equalised(generator, 0.1) for p in group["params"]}
    assert rates.keys() == set(generator.parameters())
    narrow, wide = generator.levels[4].second[0], generator.levels[0].first[0]
    assert rates[narrow.weight] / rates[wide.weight] == pytest.approx((128 / 16) ** 0.5)


def test_only_the_chosen_instruments_and_pitches_are_learnt():
    data = sounds()
    assert len(learnt(CONFIG, data)) == 10
    assert list(data.pitch[learnt(replace(CONFIG, pitches=(48, 50)), data)]) == [48, 50]
    assert len(learnt(replace(CONFIG, labels=(7,)), data)) == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_it_learns_by_every_loss(loss, tmp_path):
    torch.manual_seed(0)
    data, config = sounds(), replace(CONFIG, loss=loss, lazy=1, fade=(0, 0), stay=(0, 0))
    task, run = Task(config, data), FabricRun(Fabric(devices=1, accelerator="cpu"), tmp_path, data, 0)
    run.optimisers = task.optimisers()
    before = {name: p.clone() for name, p in task.named_parameters() if name.endswith("weight")}
    run.begin(0)
    losses = task.turn(run, 0)
    assert all(value.isfinite() for value in losses.values())
    still = [name for name, weight in before.items() if torch.equal(task.get_parameter(name), weight)]
    assert still == ["averaged.images.0.0.weight", "discriminator.images.0.0.weight"]  # of the level before


def trained(seen: int) -> Trained:
    config = replace(CONFIG, channels=(8, 4, 4, 4), batch=(8,) * 4, fade=(0, 5, 5, 5), stay=(5, 5, 5, 5))
    generator = network(config).eval()
    return Trained("gansynth", config, generator, facts_of(sounds()), 9, seen, 0.1, {})


def test_a_network_that_is_not_grown_up_is_not_exported(tmp_path):
    with pytest.raises(EngineError, match="only grown to level 3 of 3; train on"):
        export(trained(29), tmp_path / "bundle")


def test_the_bundle_is_one_that_the_engine_opens(tmp_path):
    export(trained(30), tmp_path / "gansynth.rtsynth")
    bundle = load_bundle(tmp_path / "gansynth.rtsynth")
    assert (bundle.generator, bundle.classes, bundle.latent) == ("tiled", CONFIG.pitches, CONFIG.latent)
    assert [place.name for place in bundle.places][:2] == ["Timbre 1", "Timbre 2"]


def test_a_bundle_of_pairs_names_its_instruments(tmp_path):
    whole = trained(30)
    paired = replace(whole, config=replace(whole.config, paired=1.0, labels=(0,)))
    export(paired, tmp_path / "gansynth.rtsynth")
    bundle = load_bundle(tmp_path / "gansynth.rtsynth")
    assert [place.name for place in bundle.places] == ["sine"]
    assert bundle.directions[0].name == "Force"


def test_latents_of_pairs_are_as_long_as_those_of_chance():
    config = replace(CONFIG, latent=4000)
    random = torch.Generator().manual_seed(1)
    label, force = torch.tensor([0, 0, 1]), torch.tensor([1.0, -1.0, 1.0])
    latents = places(config).latents(label, force, torch.randn(3, 4000, generator=random))
    torch.testing.assert_close(latents.norm(dim=1), torch.full((3,), 4000**0.5), rtol=0.05, atol=0.0)
    same, other = torch.corrcoef(latents)[0, 1:]
    assert same > 0.5 > other


def test_latents_that_are_told_nothing_are_chance(tmp_path):
    task = Task(replace(CONFIG, paired=1.0), sounds())
    run = FabricRun(Fabric(devices=1, accelerator="cpu"), tmp_path, sounds(), 0)
    noise, index = torch.randn(2, CONFIG.latent), task.rows[:2]
    latents = task._latent(noise, torch.tensor([0.0, 1.0]), run, index)
    assert torch.equal(latents[0], noise[0])
    assert not torch.allclose(latents[1], noise[1])


def test_turns_are_compared_the_short_way_round_and_where_there_is_sound():
    wanted = torch.full((1, 2, 4, 32), -0.8)
    wanted[:, 0, :, 5], wanted[:, 1, :, 5] = 0.8, 0.9
    found = wanted.clone()
    assert unlikeness(found, wanted, 16.1) == 0.0
    found[:, 1, :, 5] = -0.9  # 0.2 away
    found[:, 1, :, 20] = 0.0  # in silence
    assert float(unlikeness(found, wanted, 16.1)) == pytest.approx(0.2, abs=0.05)


def test_a_warm_generator_is_told_what_it_should_have_drawn_before_the_discriminator_learns(tmp_path):
    config = replace(CONFIG, paired=1.0, free=0.5, warm=8, warm_rate=0.01)
    task, run = Task(config, sounds()), FabricRun(Fabric(devices=1, accelerator="cpu"), tmp_path, sounds(), 0)
    run.optimisers = task.optimisers()
    learnt_by, judge = [], task.discriminator.judge.real.weight
    for step in range(2):
        before = judge.clone()
        run.begin(step)
        learnt_by.append((sorted(task.turn(run, step)), bool((judge != before).any())))
    assert learnt_by[0] == (["unlike"], False)
    assert learnt_by[1] == (["fake_named", "gap", "judged", "named", "pleased", "unlike"], True)
