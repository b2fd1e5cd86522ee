"""Weights from outside: whatever a file claims, nothing runs, and what is broken is refused in one line."""

import pickle
import struct

import numpy as np
import pytest
from safetensors.numpy import save

from rtsynth_engine.errors import BundleError
from rtsynth_engine.weights import read_weights


def header(text: bytes, size: int | None = None) -> bytes:
    return struct.pack("<Q", len(text) if size is None else size) + text


F32 = b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08",
        header(b"{}", 1 << 62),
        header(F32, 1 << 20),
        header(F32),
        header(F32) + b"\x00" * 7,
        header(F32.replace(b"[0,8]", b"[0,80000000]")) + b"\x00" * 8,
        header(F32.replace(b"[2]", b"[-2]")) + b"\x00" * 8,
        header(F32.replace(b"[2]", b"[4611686018427387904,4]")) + b"\x00" * 8,
        header(F32.replace(b"F32", b"OBJ")) + b"\x00" * 8,
        header(b"[" * 5000),
        header(b"\xff\xfe"),
        pickle.dumps({"a": 1}),
    ],
    ids=[
        "empty", "one byte", "header of 2^62", "header past the end", "no data", "data cut",
        "offsets past the end", "negative", "overflow", "objects", "nested", "no UTF-8", "pickle",
    ],
)  # fmt: skip
def test_a_broken_safetensors_file_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(BundleError) as caught:
        read_weights(content, "weights.safetensors")
    assert "weights.safetensors is no safetensors file" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_and_their_metadata_are_read() -> None:
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array([7])}
    found, metadata = read_weights(save(arrays, {"channels": "24"}), "weights.safetensors")
    np.testing.assert_array_equal(found["a"], arrays["a"])
    assert found["n"].tolist() == [7]
    assert metadata == {"channels": "24"}
    assert read_weights(save(arrays), "weights.safetensors")[1] == {}


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_refused(bad: float) -> None:
    with pytest.raises(BundleError, match=r"weights\.safetensors: a holds numbers that are not finite"):
        read_weights(save({"a": np.array([1.0, bad], np.float32)}), "weights.safetensors")
