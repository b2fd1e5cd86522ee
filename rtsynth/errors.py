"""The host's errors. They share the engine's base, so that the command line catches one class."""

from rtsynth_engine.errors import BundleError, EngineError

__all__ = ["BundleError", "DeviceError", "EngineError", "HostError", "PresetError"]


class HostError(EngineError):
    """Something outside the engine is wrong: a file, a name, a port or a device."""


class PresetError(HostError):
    """A preset is broken, unknown or ambiguous."""


class DeviceError(HostError):
    """An audio device or server is missing, ambiguous or refuses what was asked of it."""
