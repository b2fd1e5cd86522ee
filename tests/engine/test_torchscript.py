"""Generators run by TorchScript: on the processor here, on CUDA too where there is a GPU."""

import dataclasses
import io
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.errors import BundleError
from rtsynth_engine.generators.torchscript import TorchScriptGenerator
from rtsynth_engine.heads.motion import MOTION
from rtsynth_engine.heads.onset import ONSET_BANDS, ONSET_STEPS
from rtsynth_engine.layout import FRAME, NOISE, PARTIALS, RATIO, USED
from tests.engine.parts import HEAD, ON, organ_bundle, render

DEVICES = ["cpu", *["cuda"] * torch.cuda.is_available()]
SAID = ((1,), (1,), (2,), (MOTION,), (ONSET_BANDS, ONSET_STEPS), (PARTIALS, 2))
BANDS = USED - NOISE


class Says(nn.Module):
    """Says its latent in the shapes of SAID."""

    def __init__(self, shapes=SAID):
        super().__init__()
        self.shapes = shapes

    def forward(self, pitch, velocity, latent):
        return tuple(latent.reshape(-1, *[1] * len(shape)).expand(-1, *shape) * 1.0 for shape in self.shapes)


class Steps(nn.Module):
    """Partials as loud as film, at the grid times 1 + seconds."""

    def __init__(self, partials=PARTIALS):
        super().__init__()
        self.register_buffer("grid", torch.arange(1.0, partials + 1))

    def forward(self, film, static, time):
        level = film[:, :, None].expand(-1, 2, self.grid.shape[0]) * 1.0
        ratio = self.grid * (1.0 + time[:, None, None].expand(-1, 2, 1))
        return level, ratio, film[:, :, None].expand(-1, 2, BANDS) * 0.0


class Counts(Steps):
    """As many times louder as steps were made of the note before."""

    def forward(self, film, static, time, state):
        return *super().forward(film * state, static, time), state + 1.0


def script(network: nn.Module, *sizes: tuple[int, ...]) -> bytes:
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(
            torch.jit.trace(network.eval(), tuple(torch.zeros(2, *size) for size in sizes)), content
        )
    return content.getvalue()


def scripted(note: nn.Module | None = None, step: nn.Module | None = None) -> Bundle:
    """An instrument whose every partial is as loud as its one latent says."""
    note_script, steps = script(note or Says(), (), (), (1,)), script(step or Steps(), (1,), (1,), ())
    return organ_bundle(HEAD).with_files({"note.ts": note_script, "generator.ts": steps})


def counting() -> Bundle:
    steps = script(Counts(), (1,), (1,), (), (1,))
    return dataclasses.replace(scripted().with_files({"generator.ts": steps}), states=((1,),))


def ask(generator: TorchScriptGenerator, rows: list[int], latents: list[float]):
    column = np.array(latents, np.float32)
    return generator.reset(np.array(rows), column * 0 + 60, column * 0 + 1, column[:, None])


def loudness(generator: TorchScriptGenerator, rows: list[int]) -> list[float]:
    return generator.step(np.array(rows), np.zeros(len(rows), np.float32))[:, 1, 7].tolist()


@pytest.mark.parametrize("device", DEVICES)
def test_notes_say_once_what_their_network_says(device: str) -> None:
    generator = TorchScriptGenerator(scripted(), device)
    generator.prepare(4)
    said = ask(generator, [0, 1, 2], [1.0, 0.5, 0.0])
    assert [part.shape[1:] for part in said] == list(SAID[2:])
    assert all(part.dtype == np.float32 for part in said)
    np.testing.assert_array_equal(said.onset[:, 2, 31], [1.0, 0.5, 0.0])


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("count", [1, 3, 64, 128])
def test_every_voice_gets_its_own_frames_whatever_the_batch(device: str, count: int) -> None:
    generator = TorchScriptGenerator(scripted(), device)
    generator.prepare(160)
    rows = np.random.default_rng(count).permutation(160)[:count]
    levels = np.linspace(0.1, 0.9, count, dtype=np.float32)
    ask(generator, rows.tolist(), levels.tolist())
    frames = generator.step(rows, levels)
    assert frames.shape == (count, 2, FRAME)
    assert frames.flags.writeable
    np.testing.assert_allclose(frames[:, 1, 0], levels, rtol=1e-6)
    np.testing.assert_allclose(frames[:, 0, NOISE - 1], PARTIALS * (1 + levels), rtol=1e-6)
    assert not frames[:, :, NOISE:].any()
    np.testing.assert_allclose(frames[:, 1, RATIO], 1 + levels, rtol=1e-6)


@pytest.mark.parametrize("device", DEVICES)
def test_each_voice_keeps_its_state_through_batches_of_other_voices(device: str) -> None:
    generator = TorchScriptGenerator(counting(), device)
    generator.prepare(8)
    assert not generator.memoryless
    ask(generator, [0, 5, 7], [1.0, 2.0, 3.0])
    assert loudness(generator, [0, 5, 7]) == [0.0, 0.0, 0.0]
    assert loudness(generator, [5]) == [2.0]
    assert loudness(generator, [7, 5, 0]) == [3.0, 4.0, 1.0]


@pytest.mark.parametrize("device", DEVICES)
def test_a_new_note_starts_from_no_state_and_a_moved_one_goes_on(device: str) -> None:
    generator = TorchScriptGenerator(counting(), device)
    generator.prepare(2)
    ask(generator, [0, 1], [1.0, 1.0])
    loudness(generator, [0, 1])
    ask(generator, [0], [4.0])
    one = np.ones(1, np.float32)
    generator.condition(np.array([1]), 60 * one, one, 5 * one[:, None])
    assert loudness(generator, [0, 1]) == [0.0, 5.0]


@pytest.mark.parametrize("device", DEVICES)
def test_an_instrument_plays_with_torchscript(device: str) -> None:
    engine = Engine(scripted(), generator=TorchScriptGenerator(scripted(), device))
    engine.set_sound(0, Sound((0.02,), low=58, high=62))
    engine.prepare()
    assert np.abs(render(engine, [(0.0, ON, 60, 100)], 0.3)).max() > 0.01


@pytest.mark.parametrize(
    ("bundle", "told"),
    [
        (organ_bundle(HEAD), "holds no note.ts"),
        (scripted().with_files({"note.ts": b"PK\x03\x04"}), "note.ts cannot be opened"),
        (scripted(note=Says(SAID[:5])), "note.ts gives"),
        (scripted(note=Says(((2,), *SAID[1:]))), "note.ts gives ((2, 2)"),
        (scripted(step=Steps(95)), "generator.ts gives ((2, 2, 95)"),
        (scripted().with_files({"generator.ts": counting().files["generator.ts"]}), "cannot be run"),
        (dataclasses.replace(counting(), states=((3,),)), "cannot be run"),
        (dataclasses.replace(scripted(), latent=3), "note.ts gives ((6, 1)"),
    ],
)
def test_scripts_that_do_not_fit_their_manifest_are_refused_in_one_line(bundle: Bundle, told: str) -> None:
    with pytest.raises(BundleError) as caught:
        TorchScriptGenerator(bundle, "cpu")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
