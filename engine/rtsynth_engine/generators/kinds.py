"""Which class runs the networks of a bundle on the processor, by its kind."""

from collections.abc import Callable, Mapping

from ..bundles import Bundle
from .contract import Generator


def _streaming(bundle: Bundle) -> Generator:
    from .onnx import OnnxGenerator

    return OnnxGenerator(bundle)


def _tiled(bundle: Bundle) -> Generator:
    from .tiled import TiledGenerator

    return TiledGenerator(bundle)


def _note(bundle: Bundle) -> Generator:
    from .note import NoteGenerator

    return NoteGenerator(bundle)


def _sample(bundle: Bundle) -> Generator:
    from .sample import SampleGenerator

    return SampleGenerator(bundle)


def _script(bundle: Bundle) -> Generator:
    from .script import ScriptGenerator

    return ScriptGenerator(bundle)


def _plugin(bundle: Bundle) -> Generator:
    from ..plugins import open_plugin

    return open_plugin(bundle)


KINDS: Mapping[str, Callable[[Bundle], Generator]] = {
    "streaming": _streaming,
    "tiled": _tiled,
    "note": _note,
    "sample": _sample,
    "script": _script,
    "plugin": _plugin,
}


def open_generator(bundle: Bundle) -> Generator:
    """The bundle's generator on the processor. Raises BundleError for a broken network."""
    return KINDS[bundle.generator](bundle)
