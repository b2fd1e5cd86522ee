"""The ways to run an instrument's network on a device."""

from collections.abc import Iterator

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.generators.contract import Generator
from rtsynth_engine.generators.onnx import OnnxGenerator

from .figures import NotMeasured


def open_generators(bundle: Bundle, device: str) -> Iterator[tuple[str, Generator]]:
    """Name and generator, one after the other. Raises NotMeasured for a device that is not here."""
    if device != "cpu":
        raise NotMeasured(f"no way to run the network on {device!r} is installed; use --device cpu")
    yield "ONNX Runtime, CPU", OnnxGenerator(bundle)
