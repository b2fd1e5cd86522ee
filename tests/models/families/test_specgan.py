"""SpecGAN: images, the recovery of phases, training, and the bundle's graph."""

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
from rtsynth_models.families.registry import family
from rtsynth_models.families.specgan.config import PAPER, SMALL, Config
from rtsynth_models.families.specgan.export import NoteGraph
from rtsynth_models.families.specgan.networks import Discriminator, Generator, Grow
from rtsynth_models.families.specgan.phases import Recovery
from rtsynth_models.families.specgan.spectrum import HOP, RATE, SAMPLES, WINDOW, Spectrum
from rtsynth_models.families.specgan.task import statistics
from rtsynth_models.sounds import Sounds
from rtsynth_models.training.run import started
from rtsynth_models.training.trained import load_trained
from rtsynth_models.training.trainer import Trainer

TINY = replace(SMALL, size=2, batch=4, lowest=60, classes=4, lazy=2, warm=1, rounds=2)
ROUNDS = 32
HZ = 220.0


def held(hz: float, samples: int = SAMPLES) -> np.ndarray:
    """A tone of ten partials that dies away a little."""
    time = np.arange(samples) / RATE
    partials = sum(np.cos(2 * np.pi * hz * k * time + k * k) / k for k in range(1, 11))
    return (0.2 * partials * np.exp(-time)).astype(np.float32)


@pytest.fixture
def data() -> Sounds:
    pitch = np.arange(60, 64).repeat(3)
    sound = np.stack([held(440 * 2 ** ((p - 69) / 12)) for p in pitch])
    velocity, label, kept = np.full(12, 102), np.zeros(12, np.int64), np.zeros(12, np.bool_)
    whole = np.round(sound / np.abs(sound).max() * 32767).astype(np.int16)
    return Sounds(whole, pitch, velocity, label, kept, ("Tone",), 16_000, "made here", "MIT")


def convergence(magnitude: np.ndarray, found: np.ndarray) -> float:
    """Distance in dB between magnitudes, of what was wanted."""
    return float(20 * np.log10(np.linalg.norm(found - magnitude) / np.linalg.norm(magnitude)))


def recovered_db(sound: np.ndarray, hz: float, rounds: int = ROUNDS) -> float:
    spectrum = Spectrum()
    magnitude = spectrum(torch.from_numpy(sound)[None]).square().sum(1).sqrt()
    again = spectrum(Recovery(rounds)(magnitude, torch.tensor([hz]))).square().sum(1).sqrt()
    return convergence(magnitude.numpy(), again.numpy())


def test_the_spectrum_is_the_short_time_fourier_transform():
    sound = torch.randn(2, SAMPLES)
    padded = functional.pad(sound, (HOP, 0))
    window = torch.hann_window(WINDOW)
    wanted = torch.stft(padded, WINDOW, HOP, window=window, center=False, return_complex=True)
    turned = wanted[:, : WINDOW // 2].transpose(1, 2) * (-1.0) ** torch.arange(WINDOW // 2)
    real, imaginary = Spectrum()(sound).unbind(1)
    torch.testing.assert_close(torch.complex(real, imaginary), turned, atol=1e-3, rtol=1e-3)


def test_a_sound_comes_back_from_its_spectrum():
    sound, spectrum = torch.from_numpy(held(HZ))[None], Spectrum()
    again = spectrum.sound(spectrum(sound))
    torch.testing.assert_close(again[:, : -WINDOW // 2], sound[:, : -WINDOW // 2], atol=1e-3, rtol=0.0)


def test_phases_are_recovered_as_well_as_by_librosa():
    import librosa

    sound = held(HZ) + 0.01 * np.random.default_rng(0).standard_normal(SAMPLES).astype(np.float32)
    wanted = np.abs(librosa.stft(sound, n_fft=WINDOW, hop_length=HOP))
    theirs = librosa.griffinlim(
        wanted, n_iter=ROUNDS, hop_length=HOP, n_fft=WINDOW, length=SAMPLES, random_state=0
    )
    again = np.abs(librosa.stft(theirs, n_fft=WINDOW, hop_length=HOP))
    assert recovered_db(sound, HZ) < convergence(wanted, again)


def test_phases_that_begin_with_the_pitch_are_nearer_than_with_another():
    assert recovered_db(held(HZ), HZ) < recovered_db(held(HZ), HZ * 1.06) - 3.0


def test_more_rounds_come_nearer():
    assert recovered_db(held(HZ), HZ, 32) < recovered_db(held(HZ), HZ, 4) - 3.0


def test_a_recovered_tone_has_the_pitch_it_was_begun_with():
    magnitude = Spectrum()(torch.from_numpy(held(HZ))[None]).square().sum(1).sqrt()
    sound = Recovery(ROUNDS)(magnitude, torch.tensor([HZ]))[0].numpy()
    found = np.fft.rfftfreq(1 << 20, 1 / RATE)[np.argmax(np.abs(np.fft.rfft(sound, 1 << 20)))]
    assert 1200 * abs(np.log2(found / HZ)) < 5.0


def test_growing_is_a_transposed_convolution():
    grow, x = Grow(6, 5), torch.randn(2, 6, 8, 8)
    wanted = functional.conv_transpose2d(x, grow.weight, grow.bias, 2, 2, 1)
    torch.testing.assert_close(grow(x), wanted, atol=1e-5, rtol=1e-5)


def test_the_papers_image_has_128_by_128_pixels():
    with torch.no_grad():
        image = Generator(PAPER)(torch.zeros(1, 100), torch.tensor([3]), torch.ones(1))
    assert image.shape == (1, 1, 128, 128)


def test_images_have_the_statistics_of_the_data(data: Sounds):
    generator, spectrum = Generator(TINY), Spectrum()
    generator.mean, generator.deviation = statistics(spectrum, data)
    sound = torch.from_numpy(data.sound / 32767).float()
    image = generator.image(spectrum(sound))
    magnitude = spectrum(sound).square().sum(1).sqrt()
    assert image.mean() == pytest.approx(0.0, abs=0.05)
    assert 0.2 < image.std() < 0.35  # a third, less what is clipped
    inside = image[:, 0].abs() < 1.0
    torch.testing.assert_close(generator.magnitude(image)[inside], magnitude[inside], atol=1e-2, rtol=1e-3)


def test_both_networks_learn_what_to_attend_to(data: Sounds, tmp_path: Path):
    config = replace(TINY, attention=True, warm=0)
    trainer = Trainer(started(), family("specgan"), config, data, tmp_path)
    trainer.train(2)
    for network in (trainer.task.averaged, trainer.task.discriminator):
        assert network.get_submodule("attention").gamma != 0.0


def test_a_discriminator_says_one_number_for_each_image():
    verdict = Discriminator(TINY)(torch.zeros(3, 1, 128, 128), torch.tensor([0, 1, 2]), torch.ones(3))
    assert verdict.real.shape == (3,)


def test_a_training_goes_on_where_it_was_interrupted(data: Sounds, tmp_path: Path):
    def train(folder: Path, steps: int) -> dict[str, torch.Tensor]:
        trainer = Trainer(started(), family("specgan"), TINY, data, folder)
        trainer.train(steps)
        assert all(np.isfinite(loss) for loss in trainer.numbers.losses.values())
        return dict(trainer.average.state_dict())

    whole = train(tmp_path / "whole", 3)
    train(tmp_path / "parts", 2)
    torch.testing.assert_close(train(tmp_path / "parts", 3), whole, atol=0.0, rtol=0.0)


def test_the_bundles_graph_sounds_as_the_network(data: Sounds, tmp_path: Path):
    Trainer(started(), family("specgan"), TINY, data, tmp_path / "run").train(1)
    trained = load_trained(tmp_path / "run")
    family("specgan").export(trained, tmp_path / "specgan.rtsynth")
    generator = NoteGenerator(load_bundle(tmp_path / "specgan.rtsynth"))
    assert not generator.one_shot
    assert generator.velocity_layers == 1
    config: Config = trained.config
    latent, kind = torch.randn(3, config.latent), torch.tensor([0, 3, 1])
    session = onnxruntime.InferenceSession((tmp_path / "specgan.rtsynth/note.onnx").read_bytes())
    (sound,) = session.run(["sound"], {"latent": latent.numpy(), "class": kind.numpy()})
    network = rounded(trained.network)
    assert isinstance(network, Generator)
    with torch.no_grad():
        wanted = NoteGraph(network, config)(latent, kind)
    torch.testing.assert_close(torch.from_numpy(sound), wanted, atol=1e-3, rtol=1e-3)
