"""What a person meets when a data set cannot be made: one line, cause and remedy."""

from rtsynth_engine.errors import EngineError


class DataError(EngineError):
    """A SoundFont, an NSynth tree or a data set cannot be used, or its disk cannot be written."""
