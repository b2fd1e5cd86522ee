"""What runs an instrument's network: the processor or a GPU, as the person wants."""

from dataclasses import dataclass

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.generators.choosing import Choice, choose_generator

from .folders import SHIPPED


@dataclass(frozen=True)
class NetworkRequest:
    """The options `--device` and `--trust`."""

    device: str = "auto"
    trust: bool = False


AUTOMATIC, PROCESSOR = NetworkRequest(), NetworkRequest("cpu")


def open_network(bundle: Bundle, request: NetworkRequest) -> Choice:
    """A generator of the bundle. TorchScript that came with rtsynth is trusted, other only where the person
    says so. Raises EngineError and BundleError.
    """
    return choose_generator(bundle, request.device, trusted=request.trust or is_shipped(bundle))


def is_shipped(bundle: Bundle) -> bool:
    """Whether the bundle lies in the folder that came with rtsynth."""
    return SHIPPED.resolve() in bundle.path.resolve().parents
