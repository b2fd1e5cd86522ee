"""Generators run by ONNX Runtime: state tensors are explicit inputs and outputs, batch sizes are fixed
steps.
"""

import numpy as np
from numpy.typing import NDArray

from ..bundles import Bundle
from ..errors import BundleError
from ..heads.motion import MOTION
from ..heads.onset import ONSET_BANDS, ONSET_STEPS
from ..layout import FRAME, NOISE, PARTIALS, RATIO, USED
from .contract import Character, Floats, Rows, plain_character
from .sessions import CPU, CUDA, Arrays, Batch, Shapes, open_session, zeros

BATCHES = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 80, 96, 112, 128)
OPTIONAL = {"motion": (MOTION,), "onset": (ONSET_BANDS, ONSET_STEPS), "phase": (PARTIALS, 2)}
"""Outputs that `note.onnx` may lack, per note."""
F4 = np.float32


class OnnxGenerator:
    """The streaming generator of a bundle: `note.onnx` once per note, `generator.onnx` once per step."""

    def __init__(self, bundle: Bundle, provider: str = CPU) -> None:
        self.bundle, self.device = bundle, "cuda" if provider == CUDA else None
        self.frames_per_step, self.memoryless = bundle.head.frames_per_step, not bundle.states
        self.note = open_session(bundle.files["note.onnx"], bundle.name, provider)
        self.steps = open_session(bundle.files["generator.onnx"], bundle.name, provider)
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
        self.memory = zeros(rows, notes | states)
        results: Shapes = {
            "amplitude": (per_step, RATIO),
            "ratio": (per_step, NOISE - RATIO),
            "noise": (per_step, USED - NOISE),
        }
        timed = notes | {"time": ()}
        self.batches = {
            size: Batch(self.steps, size, timed, states, results, self.device) for size in BATCHES
        }
        self.frames = np.zeros((BATCHES[-1], per_step, FRAME), F4)
        for size in BATCHES:
            self.step(np.arange(min(size, rows)), np.zeros(min(size, rows), F4))

    def reset(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Condition the notes of `rows` and forget what these rows played before."""
        self._unload(rows)
        for array in self.memory.values():
            array[rows] = 0.0
        return self.condition(rows, pitch, velocity, latent)

    def condition(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
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
        batch.set_time(time)
        batch.run()
        frames = self.frames[:count]
        frames[:, :, :RATIO] = batch.results["amplitude"][:count]
        frames[:, :, RATIO:NOISE] = batch.results["ratio"][:count]
        frames[:, :, NOISE:USED] = batch.results["noise"][:count]
        return frames

    def close(self) -> None:
        """Let go of sessions and buffers."""
        self.batches.clear()
        self.memory.clear()
