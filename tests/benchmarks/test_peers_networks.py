"""The networks that stand for GANSynth and RAVE have their sizes, and every figure is there."""

import math

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from rtsynth_benchmarks.peers import decoder, gansynth, networks  # noqa: E402


def _macs(network: "torch.nn.Module", *shape: int) -> float:
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(shape))
    return counter.get_total_flops() / 2


def _size(network: "torch.nn.Module") -> int:
    return sum(weights.numel() for weights in network.parameters())


def test_gansynth_has_the_size_of_its_paper() -> None:
    with torch.device("meta"):
        network = gansynth.GanSynth()
        macs = _macs(network, 1, gansynth.LATENT + gansynth.PITCHES)
    assert _size(network) == pytest.approx(7.3e6, rel=0.01)
    assert macs == pytest.approx(14e9, rel=0.01)


def test_gansynth_gives_two_images_of_four_seconds() -> None:
    network = gansynth.GanSynth((2,) * len(gansynth.CHANNELS))
    with torch.no_grad():
        images = network(torch.randn(3, gansynth.LATENT + gansynth.PITCHES))
    assert images.shape == (3, 2, 128, 1024)
    assert images.isfinite().all()
    assert images.std() > 0


def test_a_latent_frame_becomes_2048_samples() -> None:
    with torch.no_grad():
        samples = decoder.Decoder(voices=2, capacity=3)(torch.randn(2, decoder.LATENT, 1))
    assert samples.shape == (2, 1, 2048)
    assert samples.isfinite().all()


def test_blocks_of_the_decoder_join_without_a_seam() -> None:
    torch.manual_seed(1)
    streamed = decoder.Decoder(capacity=3)
    whole = decoder.Decoder(capacity=3)
    whole.load_state_dict(streamed.state_dict())
    latents = torch.randn(1, decoder.LATENT, 5)
    with torch.no_grad():
        blocks = torch.cat([streamed(frame) for frame in latents.split(1, -1)], -1)
        at_once = whole(latents)
    assert at_once.abs().max() > 1e-4
    torch.testing.assert_close(blocks, at_once, atol=1e-6, rtol=1e-4)


def test_every_network_has_its_sizes_and_costs() -> None:
    said: list[str] = []
    setting = networks.Setting(rounds=1, voices=(1, 2), smaller=32)
    rows = networks.run(setting, said.append)
    assert [row["voices"] for row in rows] == [1, 2, 1, 2, *networks.OUR_VOICES]
    assert len(said) == len(rows)
    for row in rows:
        figures = [value for name, value in row.items() if name != "what"]
        assert len(figures) == 8
        assert all(math.isfinite(value) and value >= 0 for value in figures)


def test_the_number_of_torchs_threads_is_left_as_it_was() -> None:
    before = torch.get_num_threads()
    networks.run(networks.Setting(rounds=1, voices=(1,), smaller=32), lambda text: None)
    assert torch.get_num_threads() == before
