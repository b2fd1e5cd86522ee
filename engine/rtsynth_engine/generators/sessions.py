"""ONNX Runtime: sessions on the processor or on CUDA, and the buffers that are bound to them."""

from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from ..errors import BundleError, EngineError

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
OPTIONS: dict[str, dict[str, str]] = {CPU: {}, CUDA: {"use_tf32": "0"}}  # whole floats, as on the processor
POISON = np.float32(np.nan)  # outputs a network leaves unwritten are caught by the sanity check of the stream
F4 = np.float32

Shapes = dict[str, tuple[int, ...]]
Arrays = dict[str, NDArray[np.float32]]


def open_session(model: bytes, name: str, provider: str = CPU) -> Any:
    """Session on one CPU thread that does not spin, or on CUDA. Raises BundleError for a model that cannot be
    opened, EngineError for a provider that is not there.
    """
    if provider not in ort.get_available_providers():
        raise EngineError(f"this ONNX Runtime has no {provider}; install onnxruntime-gpu in place of it")
    try:
        session = ort.InferenceSession(
            model, _options(), providers=[(provider, OPTIONS[provider])], enable_fallback=0
        )
    except Exception as error:  # ONNX Runtime raises a family of its own without a common public base
        cause = str(error).splitlines()[0]
        raise BundleError(
            f"{name}: the network cannot be opened ({cause}); export the bundle again"
        ) from error
    if provider not in session.get_providers():
        raise EngineError(f"{provider} does not start here; install the CUDA libraries that it needs")
    return session


def _options() -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    return options


def zeros(size: int, shapes: Shapes) -> Arrays:
    """An array for each name, `size` rows of its shape."""
    return {name: np.zeros((size, *shape), F4) for name, shape in shapes.items()}


class Mirror:
    """An array of ours and what a session reads or writes: one memory, or a copy on `device`."""

    def __init__(self, array: NDArray[np.float32], device: str | None) -> None:
        self.array, self.copied = array, device is not None
        if device is None:
            self.value = ort.OrtValue.ortvalue_from_numpy(array)
        else:
            self.value = ort.OrtValue.ortvalue_from_shape_and_type(array.shape, F4, device, 0)
        self.push()

    def push(self) -> None:
        """Let the session see what the array holds."""
        if self.copied:
            self.value.update_inplace(self.array)

    def pull(self) -> None:
        """Fetch what the session wrote."""
        if self.copied:
            self.array[...] = self.value.numpy()


def _mirrors(size: int, shapes: Shapes, device: str | None) -> dict[str, Mirror]:
    return {name: Mirror(array, device) for name, array in zeros(size, shapes).items()}


class Batch:
    """Buffers of one batch size, bound to the session once. States ping-pong between two sides.

    While the same voices are stepped again and again nothing but the time goes in: what one step wrote, the
    next reads. `device` is where the session wants its inputs, None for our own memory.
    """

    def __init__(
        self,
        session: Any,
        size: int,
        notes: Shapes,
        states: Shapes,
        results: Shapes,
        device: str | None = None,
    ) -> None:
        self.session, self.size, self.side, self.device = session, size, 0, device
        self.rows = np.zeros(0, np.int64)  # whose states lie here, instead of in the generator's own memory
        self.notes = _mirrors(size, notes, device)
        self.states = (_mirrors(size, states, device), _mirrors(size, states, device))
        self.results = zeros(size, results)
        self.bindings = (self._bind(0, 1), self._bind(1, 0))

    def _bind(self, source: int, target: int) -> Any:
        binding = self.session.io_binding()
        for name, mirror in (self.notes | self.states[source]).items():
            binding.bind_ortvalue_input(name, mirror.value)
        for name, mirror in self.states[target].items():
            binding.bind_ortvalue_output(f"next_{name}", mirror.value)
        for name, array in self.results.items():
            binding.bind_ortvalue_output(name, ort.OrtValue.ortvalue_from_numpy(array))
        return binding

    def set_time(self, time: NDArray[np.float32]) -> None:
        """Seconds since note-on, (n,), at which the next step begins."""
        self.notes["time"].array[: len(time)] = time
        self.notes["time"].push()

    def run(self) -> None:
        """Run the network once. Releases the interpreter meanwhile."""
        binding = self.bindings[self.side]
        for array in self.results.values():
            array.fill(POISON)
        if self.device is not None:
            binding.synchronize_inputs()
        self.session.run_with_iobinding(binding)
        if self.device is not None:
            binding.synchronize_outputs()
        self.side = 1 - self.side

    def load(self, memory: Arrays, rows: NDArray[np.int64]) -> None:
        """Bring the voices `rows` in from `memory`."""
        self.rows = rows.copy()
        for name, mirror in (self.notes | self.states[self.side]).items():
            if name in memory:
                np.take(memory[name], rows, axis=0, out=mirror.array[: len(rows)])
                mirror.push()

    def unload(self, memory: Arrays) -> None:
        """Take the voices' states back to `memory`."""
        for name, mirror in self.states[self.side].items():
            mirror.pull()
            memory[name][self.rows] = mirror.array[: len(self.rows)]
        self.rows = self.rows[:0]
