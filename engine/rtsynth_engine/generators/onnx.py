"""Generators run by ONNX Runtime: state tensors are explicit inputs and outputs, batch sizes are fixed
steps.
"""

from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from ..bundles import Bundle
from ..errors import BundleError
from ..heads.motion import MOTION
from ..heads.onset import ONSET_BANDS, ONSET_STEPS
from ..layout import FRAME, NOISE, PARTIALS, RATIO
from .contract import Character, plain_character

BATCHES = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128)
OPTIONAL = {"motion": (MOTION,), "onset": (ONSET_BANDS, ONSET_STEPS), "phase": (PARTIALS, 2)}
"""Outputs that `note.onnx` may lack, per note."""
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


Shapes = dict[str, tuple[int, ...]]
Arrays = dict[str, NDArray[np.float32]]


class Batch:
    """Buffers of one batch size, bound to the session once. States ping-pong between two sides.

    While the same voices are stepped again and again nothing is copied: what one step wrote, the next reads.
    """

    def __init__(self, session: Any, size: int, notes: Shapes, states: Shapes, results: Shapes) -> None:
        self.session, self.size, self.side = session, size, 0
        self.rows = np.zeros(0, np.int64)  # whose states lie here, instead of in the generator's own memory
        self.notes = _zeros(size, notes)
        self.states = (_zeros(size, states), _zeros(size, states))
        self.results = _zeros(size, results)
        self.bindings = (self._bind(0, 1), self._bind(1, 0))

    def _bind(self, source: int, target: int) -> Any:
        binding = self.session.io_binding()
        after = {f"next_{name}": array for name, array in self.states[target].items()}
        for name, array in (self.notes | self.states[source]).items():
            binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(array))
        for name, array in (self.results | after).items():
            binding.bind_ortvalue_output(name, ort.OrtValue.ortvalue_from_numpy(array))
        return binding

    def run(self) -> None:
        """Run the network once. Releases the interpreter meanwhile."""
        for array in self.results.values():
            array.fill(POISON)
        self.session.run_with_iobinding(self.bindings[self.side])
        self.side = 1 - self.side

    def load(self, memory: Arrays, rows: NDArray[np.int64]) -> None:
        """Bring the voices `rows` in from `memory`."""
        self.rows = rows.copy()
        for name, array in (self.notes | self.states[self.side]).items():
            if name in memory:
                np.take(memory[name], rows, axis=0, out=array[: len(rows)])

    def unload(self, memory: Arrays) -> None:
        """Take the voices' states back to `memory`."""
        for name, array in self.states[self.side].items():
            memory[name][self.rows] = array[: len(self.rows)]
        self.rows = self.rows[:0]


def _zeros(size: int, shapes: Shapes) -> Arrays:
    return {name: np.zeros((size, *shape), F4) for name, shape in shapes.items()}


class OnnxGenerator:
    """The streaming generator of a bundle: `note.onnx` once per note, `generator.onnx` once per step."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.frames_per_step, self.memoryless = bundle.head.frames_per_step, not bundle.states
        self.note = open_session(bundle.note_model, bundle.name)
        self.steps = open_session(bundle.generator_model, bundle.name)
        self._check_interface()
        self._check_outputs()

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

    def _check_outputs(self) -> None:
        """Condition one note: the shapes that a model declares are not always those it gives."""
        bundle = self.bundle
        given = {output.name for output in self.note.get_outputs()}
        self.outputs: Shapes = {"film": (bundle.film,), "static": (bundle.static,), "slopes": (2,)}
        self.outputs |= {name: shape for name, shape in OPTIONAL.items() if name in given}
        missing = self.outputs.keys() - given
        if missing:
            raise BundleError(f"{bundle.name}: the network gives no {missing.pop()}; export the bundle again")
        one = np.zeros(1, F4)
        for name, found in self._run_note(one, one, np.zeros((1, bundle.latent), F4)).items():
            if found.shape != (1, *self.outputs[name]):
                raise BundleError(
                    f"{bundle.name}: the network's {name} has the shape {found.shape[1:]} "
                    f"instead of {self.outputs[name]}; export the bundle again"
                )

    def _run_note(self, pitch: NDArray[F4], velocity: NDArray[F4], latent: NDArray[F4]) -> Arrays:
        inputs = {"pitch": pitch, "velocity": velocity, "latent": latent}
        try:
            found = self.note.run(list(self.outputs), inputs)
        except Exception as error:  # as in open_session
            cause = str(error).splitlines()[0]
            raise BundleError(
                f"{self.bundle.name}: the network cannot be run ({cause}); export the bundle again"
            ) from error
        return {name: np.asarray(array, F4) for name, array in zip(self.outputs, found, strict=True)}

    def prepare(self, rows: int) -> None:
        """Make state for `rows` voices and run every batch size once."""
        bundle, per_step = self.bundle, self.frames_per_step
        states = {f"state_{i}": shape for i, shape in enumerate(bundle.states)}
        notes: Shapes = {"film": (bundle.film,), "static": (bundle.static,)}
        self.memory = _zeros(rows, notes | states)
        results: Shapes = {
            "amplitude": (per_step, RATIO),
            "ratio": (per_step, NOISE - RATIO),
            "noise": (per_step, FRAME - NOISE),
        }
        timed = notes | {"time": ()}
        self.batches = {size: Batch(self.steps, size, timed, states, results) for size in BATCHES}
        self.frames = np.zeros((BATCHES[-1], per_step, FRAME), F4)
        for size in BATCHES:
            self.step(np.arange(min(size, rows)), np.zeros(min(size, rows), F4))

    def reset(
        self,
        rows: NDArray[np.int64],
        pitch: NDArray[np.float32],
        velocity: NDArray[np.float32],
        latent: NDArray[np.float32],
    ) -> Character:
        """Condition the notes of `rows` and forget what these rows played before."""
        self._unload(rows)
        for array in self.memory.values():
            array[rows] = 0.0
        return self.condition(rows, pitch, velocity, latent)

    def condition(
        self,
        rows: NDArray[np.int64],
        pitch: NDArray[np.float32],
        velocity: NDArray[np.float32],
        latent: NDArray[np.float32],
    ) -> Character:
        """Condition the notes of `rows`, whose states go on."""
        note = self._run_note(pitch, velocity, latent)
        self._unload(rows)
        for name in ("film", "static"):
            self.memory[name][rows] = note[name]
        plain = plain_character(note["slopes"])
        return plain._replace(**{name: note[name] for name in OPTIONAL if name in note})

    def _unload(self, rows: NDArray[np.int64]) -> None:
        for batch in self.batches.values():
            if len(batch.rows) and np.isin(batch.rows, rows).any():
                batch.unload(self.memory)

    def step(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """Step `rows` (at most 128) by one block."""
        count = len(rows)
        batch = self.batches[next(size for size in BATCHES if size >= count)]
        if not np.array_equal(batch.rows, rows):
            batch.unload(self.memory)
            self._unload(rows)
            batch.load(self.memory, rows)
        batch.notes["time"][:count] = time
        batch.run()
        frames = self.frames[:count]
        frames[:, :, :RATIO] = batch.results["amplitude"][:count]
        frames[:, :, RATIO:NOISE] = batch.results["ratio"][:count]
        frames[:, :, NOISE:] = batch.results["noise"][:count]
        return frames

    def close(self) -> None:
        """Let go of sessions and buffers."""
        self.batches.clear()
        self.memory.clear()
