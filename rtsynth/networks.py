"""What runs an instrument's network: the processor or a GPU, as the person wants."""

from dataclasses import dataclass

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.generators.choosing import Choice, choose_generator
from rtsynth_engine.opening import vet

from .errors import BundleError
from .folders import SHIPPED, cache_folder
from .trusted import is_trusted


@dataclass(frozen=True)
class NetworkRequest:
    """The options `--device` and `--trust`."""

    device: str = "auto"
    trust: bool = False


AUTOMATIC, PROCESSOR = NetworkRequest(), NetworkRequest("cpu")


def open_network(bundle: Bundle, request: NetworkRequest) -> Choice:
    """A generator of the bundle. What came with rtsynth is trusted; TorchScript from elsewhere only where the
    person says so, once, and every other network from elsewhere is first opened in a child process. Raises
    EngineError and BundleError.
    """
    trusted = request.trust or is_shipped(bundle)
    if bundle.generator == "script" and not trusted and not is_trusted(bundle):
        raise BundleError(f"{bundle.path.name} is a program (model.ts) from elsewhere; --trust runs it")
    if bundle.generator != "plugin" and not is_shipped(bundle):
        vet(bundle, cache_folder() / "vetted")
    return choose_generator(bundle, request.device, trusted)


def is_shipped(bundle: Bundle) -> bool:
    """Whether the bundle lies in the folder that came with rtsynth."""
    return SHIPPED.resolve() in bundle.path.resolve().parents
