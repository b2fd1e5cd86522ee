"""The ways to run an instrument's network here."""

from collections.abc import Iterator

from rtsynth.networks import is_shipped
from rtsynth_engine.bundles import Bundle
from rtsynth_engine.generators.choosing import on_gpu
from rtsynth_engine.generators.contract import Generator
from rtsynth_engine.generators.onnx import OnnxGenerator

from .context import Context
from .figures import NotMeasured


def open_generators(context: Context, bundle: Bundle) -> Iterator[tuple[str, Generator]]:
    """Name and generator, one after the other, for `--device`. Raises NotMeasured."""
    device = context.options.device
    if device != "cuda":
        yield "processor", OnnxGenerator(bundle)
    if device == "cpu":
        return
    backends, lacking = on_gpu(bundle, is_shipped(bundle))
    if device == "cuda" and not backends:
        raise NotMeasured(f"nothing plays on CUDA: {', '.join(lacking)}")
    for missing in lacking:
        context.remark(f"on a GPU: not measured: {missing}")
    for backend in backends:
        yield backend.name, backend.open()
