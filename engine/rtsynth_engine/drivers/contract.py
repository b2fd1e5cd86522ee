"""What a driver is, and how the host opens one."""

from typing import Protocol

from ..engine import Engine
from ..errors import EngineError


class DriverError(EngineError):
    """An audio device or server cannot be used."""


class Driver(Protocol):
    """Opened before the engine, for the device may dictate the rate; started with it; stopped once. Main
    thread.
    """

    name: str
    rate: float  # Hz
    period: int  # frames per callback

    @property
    def lost(self) -> bool:
        """Whether the device or server is gone."""

    def start(self, engine: Engine) -> None:
        """Begin to call the engine's block."""

    def stop(self) -> None:
        """Stop calling. The engine may be closed afterwards."""
