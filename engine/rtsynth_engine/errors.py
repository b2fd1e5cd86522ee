"""Errors a person meets. Each message is one line that names the cause and, where there is one, the remedy.

EngineError
├── BundleError    an instrument bundle is broken, unsafe or of another version
└── (rtsynth.errors)  the host's own: presets, MIDI files, ports, devices
"""


class EngineError(Exception):
    """Base of every error that is shown to a person: printed as one line, never as a traceback."""


class BundleError(EngineError):
    """An instrument bundle cannot be used."""
