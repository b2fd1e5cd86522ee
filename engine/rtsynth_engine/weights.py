"""Weights in safetensors files (huggingface.co/docs/safetensors): numbers by name, and nothing that runs."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import BundleError

HEADER_SIZE = 8  # bytes, little-endian, that tell the length of the header


def read_weights(content: bytes, name: str) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Arrays and metadata of the safetensors file `name`. Raises BundleError for a file that is broken, or
    whose numbers are not finite.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays: dict[str, NDArray[Any]] = load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        cause = (str(error).splitlines() or [""])[0][:160]
        raise BundleError(f"{name} is no safetensors file ({cause}); get it again from its author") from error
    for key, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise BundleError(f"{name}: {key} holds numbers that are not finite; train or export it again")
    return arrays, _metadata(content)


def _metadata(content: bytes) -> dict[str, str]:
    """Of a file whose header was checked."""
    end = HEADER_SIZE + int.from_bytes(content[:HEADER_SIZE], "little")
    return dict(json.loads(content[HEADER_SIZE:end]).get("__metadata__", {}))
