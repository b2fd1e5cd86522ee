"""What commands that learn need beyond playing."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import HostError


@contextmanager
def trained_here() -> Iterator[None]:
    """Around the import of `rtsynth_models`: HostError with the remedy when the extra is not installed."""
    try:
        yield
    except ImportError as error:
        raise HostError(f"{error.name} is missing: pip install 'rtsynth[train]'") from error
