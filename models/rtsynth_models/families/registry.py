"""The families by name; each is imported when it is asked for."""

from importlib import import_module

from rtsynth_engine.errors import EngineError
from rtsynth_models.training.contract import Family

NAMES = ("gansynth", "wavegan", "specgan", "vae", "wavenet")


def family(name: str) -> Family:
    """The family of that name. Raises EngineError when there is none."""
    if name not in NAMES:
        raise EngineError(f"there is no family {name!r}; choose one of {', '.join(NAMES)}")
    found: Family = import_module(f"rtsynth_models.families.{name}").FAMILY
    return found
