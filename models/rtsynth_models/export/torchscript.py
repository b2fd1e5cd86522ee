"""TorchScript beside the ONNX files of a bundle: the same networks for a GPU, proved to say the same."""

import io
import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from rtsynth_engine.bundles import SCRIPTS, Bundle, load_bundle
from rtsynth_engine.errors import BundleError
from rtsynth_engine.generators.comparing import disagreement, some_notes
from rtsynth_engine.generators.onnx import OnnxGenerator
from rtsynth_engine.generators.torchscript import TorchScriptGenerator
from rtsynth_models.export.bundle import digest
from rtsynth_models.export.graphs import NoteGraph, StepGraph
from rtsynth_models.export.weights import read_bundle
from rtsynth_models.network.partialgan import PartialGAN
from rtsynth_models.network.scale import MOST_CENTS, denormalise, gain

SAID_APART, FRAMES_APART = 1e-4, 1e-5  # at most, see `Apart`
PROOF_NOTES, PROOF_STEPS = 24, 40


class MovableStep(StepGraph):
    """A step whose grid is a weight too: in TorchScript what is made on the way stays on the device of its
    making.
    """

    def __init__(self, model: PartialGAN) -> None:
        super().__init__(model)
        self.register_buffer("grid", torch.arange(1.0, model.config.partials + 1))

    def forward(self, film: Tensor, static: Tensor, time: Tensor) -> tuple[Tensor, ...]:
        """As StepGraph's."""
        frames = self.generator(film, static, time[:, None])[:, 0]
        level, cents, noise = denormalise(frames, self.generator.config.partials)
        return gain(level), self.grid * torch.exp2(cents.clamp(-MOST_CENTS, MOST_CENTS) / 1200), gain(noise)


def add_torchscript(folder: Path) -> None:
    """Write `note.ts` and `generator.ts` into the bundle `folder`, and their hashes into its manifest.

    Raises BundleError as `scripted` does, and where the folder cannot be written.
    """
    bundle = scripted(load_bundle(folder))
    try:
        _write_scripts(folder, bundle)
    except OSError as error:
        raise BundleError(
            f"{folder} cannot be written ({error.strerror}); copy it to a folder of yours"
        ) from error


def _write_scripts(folder: Path, bundle: Bundle) -> None:
    """Write the manifest last: until then the bundle is what it was."""
    for name in SCRIPTS:
        _write(folder / name, bundle.files[name])
    path = folder / "instrument.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["files"] |= {name: digest(folder / name) for name in SCRIPTS}
    _write(path, (json.dumps(manifest, indent=1) + "\n").encode())


def scripted(bundle: Bundle) -> Bundle:
    """The bundle with TorchScript made of its weights, in memory alone. Takes a second.

    Raises BundleError where the weights cannot be read back or the scripts say something else than the ONNX.
    """
    made = bundle.with_files(dict(zip(SCRIPTS, make_scripts(_network(bundle)), strict=True)))
    prove(made)
    return made


def _network(bundle: Bundle) -> PartialGAN:
    try:
        return read_bundle(bundle.path)
    except (KeyError, RuntimeError) as error:
        raise BundleError(
            f"{bundle.name}: its weights are not those of a PartialGAN, so no TorchScript can be made of them"
        ) from error


def make_scripts(model: PartialGAN) -> tuple[bytes, bytes]:
    """Note network and step network as frozen TorchScript, for any number of voices and any device."""
    latent = torch.zeros(2, model.config.latent)
    note = (torch.tensor([60.0, 64.0]), torch.tensor([0.5, 0.6]), latent)
    said = model.describe(*note).note
    return _script(NoteGraph(model), note), _script(
        MovableStep(model), (said.film, said.static, torch.zeros(2))
    )


def _script(graph: nn.Module, example: tuple[Tensor, ...]) -> bytes:
    content = io.BytesIO()
    with torch.no_grad(), _deprecated():
        torch.jit.save(torch.jit.freeze(torch.jit.trace(graph.eval(), example)), content)
    return content.getvalue()


@contextmanager
def _deprecated() -> Iterator[None]:
    """TorchScript is deprecated upstream; engines that speak it go on doing so."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        yield


def prove(bundle: Bundle) -> None:
    """Play the same notes through ONNX and TorchScript. Raises BundleError where they lie too far apart."""
    one, other = OnnxGenerator(bundle), TorchScriptGenerator(bundle, "cpu")
    for generator in (one, other):
        generator.prepare(PROOF_NOTES)
    seconds = bundle.head.longest_seconds / PROOF_STEPS
    found = disagreement(one, other, some_notes(PROOF_NOTES, bundle.latent), PROOF_STEPS, seconds)
    if found.frames > FRAMES_APART or found.said > SAID_APART:
        raise BundleError(
            f"{bundle.name}: TorchScript would lie {max(found):.1e} away from its ONNX, so there is none"
        )


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
