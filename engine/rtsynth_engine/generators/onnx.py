"""Generators run by ONNX Runtime: state tensors are explicit inputs and outputs, batch sizes are fixed
steps.
"""

from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from ..bundles import Bundle
from ..errors import BundleError
from ..layout import FRAME, NOISE, RATIO

BATCHES = (1, 2, 4, 8, 16, 32, 64)
POISON = np.float32(np.nan)  # outputs a network leaves unwritten are caught by the sanity check of the stream
F4 = np.float32


def open_session(model: bytes, name: str) -> Any:
    """Session on one CPU thread that does not spin. Raises BundleError for a model that cannot be opened."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    try:
        return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises a family of its own without a common public base
        cause = str(error).splitlines()[0]
        raise BundleError(
            f"{name}: the network cannot be opened ({cause}); export the bundle again"
        ) from error


class Batch:
    """Buffers of one batch size, bound to the session once: a step copies nothing but voices in and out."""

    def __init__(
        self, session: Any, size: int, shapes: dict[str, tuple[int, ...]], results: dict[str, tuple[int, ...]]
    ):
        self.inputs = {name: np.zeros((size, *shape), F4) for name, shape in shapes.items()}
        self.outputs = {name: np.zeros((size, *shape), F4) for name, shape in results.items()}
        self.binding = session.io_binding()
        for name, array in self.inputs.items():
            self.binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(array))
        for name, array in self.outputs.items():
            self.binding.bind_ortvalue_output(name, ort.OrtValue.ortvalue_from_numpy(array))
        self.session = session

    def run(self) -> None:
        """Run the network once. Releases the interpreter meanwhile."""
        for array in self.outputs.values():
            array.fill(POISON)
        self.session.run_with_iobinding(self.binding)


class OnnxGenerator:
    """The streaming generator of a bundle: `note.onnx` once per note, `generator.onnx` once per step."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.frames_per_step = bundle.head.frames_per_step
        self.note = open_session(bundle.note_model, bundle.name)
        self.steps = open_session(bundle.generator_model, bundle.name)
        self._check_interface()

    def _check_interface(self) -> None:
        states = [f"state_{i}" for i in range(len(self.bundle.states))]
        for session, expected in (
            (self.note, ["pitch", "velocity", "latent"]),
            (self.steps, ["film", "static", "time", *states]),
        ):
            found = [i.name for i in session.get_inputs()]
            if sorted(found) != sorted(expected):
                raise BundleError(
                    f"{self.bundle.name}: the network's inputs are {', '.join(found)} instead of "
                    f"{', '.join(expected)}; export the bundle again"
                )

    def prepare(self, rows: int) -> None:
        """Make state for `rows` voices and run every batch size once."""
        bundle, per_step = self.bundle, self.frames_per_step
        states = {f"state_{i}": shape for i, shape in enumerate(bundle.states)}
        notes = {"film": (bundle.film,), "static": (bundle.static,)}
        self.memory = {n: np.zeros((rows, *s), F4) for n, s in {**notes, **states}.items()}
        results = {
            "amplitude": (per_step, RATIO),
            "ratio": (per_step, NOISE - RATIO),
            "noise": (per_step, FRAME - NOISE),
            **{f"next_{name}": shape for name, shape in states.items()},
        }
        inputs = {**notes, "time": (), **states}
        self.batches = {size: Batch(self.steps, size, inputs, results) for size in BATCHES}
        self.frames = np.zeros((BATCHES[-1], per_step, FRAME), F4)
        for size in BATCHES:
            self.step(np.arange(min(size, rows)), np.zeros(min(size, rows), F4))

    def reset(
        self,
        rows: NDArray[np.int64],
        pitch: NDArray[np.float32],
        velocity: NDArray[np.float32],
        latent: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Condition the notes of `rows` and forget what these rows played before."""
        film, static, slopes = self.note.run(
            ["film", "static", "slopes"], {"pitch": pitch, "velocity": velocity, "latent": latent}
        )
        for _name, array in self.memory.items():
            array[rows] = 0.0
        self.memory["film"][rows] = film
        self.memory["static"][rows] = static
        return np.asarray(slopes, F4)

    def step(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """Step `rows` (at most 64) by one block."""
        count = len(rows)
        batch = self.batches[next(size for size in BATCHES if size >= count)]
        for name, array in self.memory.items():
            np.take(array, rows, axis=0, out=batch.inputs[name][:count])
        batch.inputs["time"][:count] = time
        batch.run()
        for name in self.memory:
            if name.startswith("state_"):
                self.memory[name][rows] = batch.outputs[f"next_{name}"][:count]
        frames = self.frames[:count]
        frames[:, :, :RATIO] = batch.outputs["amplitude"][:count]
        frames[:, :, RATIO:NOISE] = batch.outputs["ratio"][:count]
        frames[:, :, NOISE:] = batch.outputs["noise"][:count]
        return frames

    def close(self) -> None:
        """Let go of sessions and buffers."""
        self.batches.clear()
        self.memory.clear()
