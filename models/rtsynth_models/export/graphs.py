"""The two ONNX graphs of a bundle: one runs once per note, one every step, with explicit state.

Both speak physical units; how levels and deviations are scaled stays inside.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from rtsynth_models.network.partialgan import Config, PartialGAN
from rtsynth_models.network.scale import denormalise, gain, ratio, slope

OPSET = 17
NOTE_INPUTS, NOTE_OUTPUTS = ["pitch", "velocity", "latent"], ["film", "static", "slopes"]
STEP_INPUTS, STEP_OUTPUTS = ["film", "static", "time"], ["amplitude", "ratio", "noise"]


class NoteGraph(nn.Module):
    """Once per note: pitch, velocity (V,) and latent (V, Z) to film (V, F), static (V, O), slopes (V, 2)."""

    def __init__(self, model: PartialGAN) -> None:
        super().__init__()
        self.note = model.note

    def forward(self, pitch: Tensor, velocity: Tensor, latent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pitch as a MIDI number, velocity 0..1; slopes of release and late decay in dB/s."""
        film, static, log_slope = self.note(pitch, velocity, latent)
        return film, static, slope(log_slope)


class StepGraph(nn.Module):
    """Once per step: film, static, time (V,), states to amplitude, ratio (V, 2, K), noise (V, 2, bands)."""

    def __init__(self, model: PartialGAN) -> None:
        super().__init__()
        self.generator = model.generator

    def forward(self, film: Tensor, static: Tensor, time: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        """Time in seconds since note-on; linear gains, ratios to the grid's fundamental, next states."""
        frames, following = self.generator.step(film, static, time, list(states))
        level, cents, noise = denormalise(frames, self.generator.config.partials)
        return gain(level), ratio(cents), gain(noise), *following


def state_names(config: Config) -> tuple[list[str], list[str]]:
    """Names of the states coming in and going out."""
    names = [f"state_{i}" for i in range(len(config.dilations))]
    return names, [f"next_{name}" for name in names]


def export_graphs(model: PartialGAN, folder: Path) -> None:
    """Write `note.onnx` and `generator.onnx` with a dynamic number of voices V."""
    config, voices = model.config, 2
    coming, going = state_names(config)
    latent = torch.zeros(voices, config.latent)
    pitch, velocity = torch.tensor([60.0, 64.0]), torch.tensor([0.5, 0.6])
    film, static, _ = model.note(pitch, velocity, latent)
    states = model.generator.rest(voices)
    step = (film, static, torch.zeros(voices), *states)
    _export(NoteGraph(model), (pitch, velocity, latent), folder / "note.onnx", NOTE_INPUTS, NOTE_OUTPUTS)
    _export(StepGraph(model), step, folder / "generator.onnx", STEP_INPUTS + coming, STEP_OUTPUTS + going)


def _export(
    graph: nn.Module, example: tuple[Tensor, ...], path: Path, inputs: list[str], outputs: list[str]
) -> None:
    voices = {name: {0: "V"} for name in inputs + outputs}
    with torch.no_grad(), _tracing():
        torch.onnx.export(
            graph.eval(),
            example,
            str(path),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=voices,
            opset_version=OPSET,
            do_constant_folding=False,  # so that weights keep their names and can be read back
            dynamo=False,
        )


@contextmanager
def _tracing() -> Iterator[None]:
    """Silence the deprecation of the tracing exporter: its successor needs onnxscript and another opset."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        yield
