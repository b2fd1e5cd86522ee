"""Generators run by TorchScript; on CUDA a step is one replayed graph. The only file of the engine that knows
torch, which it imports when a generator is made: that takes a second.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bundles import SCRIPTS, Bundle
from ..errors import BundleError, EngineError
from ..layout import FRAME, NOISE, RATIO, USED
from .contract import Character, Floats, Rows
from .onnx import BATCHES, OPTIONAL

WARMING = 3  # steps before a graph is captured: cuBLAS chooses its kernels in the first
TRIED = 2  # notes, before a network is used
F4 = np.float32


class TorchScriptGenerator:
    """The streaming generator of a bundle that holds TorchScript, on the `device` "cpu" or "cuda".

    `note.ts` runs once per note, `generator.ts` once per step; conditioning and states stay on the device.
    The first takes pitch, velocity, latent and gives film, static and a Character; the second takes film,
    static, time, states and gives amplitude, ratio, noise, states. All of them are rows of notes.
    """

    def __init__(self, bundle: Bundle, device: str = "cuda") -> None:
        self.torch = import_torch(device)
        self.bundle, self.device, self.rows = bundle, device, 0
        self.frames_per_step, self.memoryless = bundle.head.frames_per_step, not bundle.states
        self.note, self.steps = (
            self._load(name, script)
            for name, script in zip(SCRIPTS, (bundle.files.get(each, b"") for each in SCRIPTS), strict=True)
        )
        self._check_outputs()

    def _load(self, name: str, script: bytes) -> Any:
        if not script:
            raise BundleError(
                f"{self.bundle.name} holds no {name}; `rtsynth export BUNDLE --torchscript` adds it"
            )
        try:
            with warnings.catch_warnings():  # TorchScript is deprecated, and players would hear of it
                warnings.simplefilter("ignore", DeprecationWarning)
                return self.torch.jit.load(io.BytesIO(script), map_location=self.device)
        except RuntimeError as error:
            raise self._refusal(f"{name} cannot be opened", error) from error

    def _refusal(self, what: str, error: Exception | None = None) -> BundleError:
        cause = f" ({str(error).strip().splitlines()[-1][:200]})" if error else ""
        return BundleError(f"{self.bundle.name}: {what}{cause}; export its TorchScript again")

    @contextmanager
    def _inference(self) -> Iterator[None]:
        """What a thread must set before it runs a network: no gradients, no fusing compiler."""
        with self.torch.inference_mode(), self.torch.jit.optimized_execution(False):
            yield

    def _check_outputs(self) -> None:
        """Start and step TRIED notes: what comes must have the shapes that the manifest tells."""
        bundle, per_step = self.bundle, self.frames_per_step
        film, static, one, latent, *states = (
            self._put(np.zeros((TRIED, *shape), F4))
            for shape in ((bundle.film,), (bundle.static,), (), (bundle.latent,), *bundle.states)
        )
        said = ((bundle.film,), (bundle.static,), (2,), *OPTIONAL.values())
        frames = ((per_step, RATIO), (per_step, NOISE - RATIO), (per_step, USED - NOISE))
        self._check(SCRIPTS[0], self.note, (one, one, latent), said)
        self._check(SCRIPTS[1], self.steps, (film, static, one, *states), (*frames, *bundle.states))

    def _check(self, name: str, network: Any, inputs: tuple[Any, ...], wanted: tuple[Any, ...]) -> None:
        try:
            with self._inference():
                found = tuple(tuple(output.shape) for output in network(*inputs))
        except (RuntimeError, TypeError) as error:
            raise self._refusal(f"{name} cannot be run", error) from error
        expected = tuple((TRIED, *shape) for shape in wanted)
        if found != expected:
            raise self._refusal(f"{name} gives {found} instead of {expected}")

    def _put(self, array: NDArray[Any]) -> Any:
        return self.torch.tensor(array, device=self.device)

    def prepare(self, rows: int) -> None:
        """Make state for `rows` voices, run and capture every batch size; nothing where there is enough."""
        if rows <= self.rows:
            return
        torch, bundle = self.torch, self.bundle
        shapes = ((bundle.film,), (bundle.static,), *bundle.states)
        self.rows = rows  # one row more takes what is not asked for
        with self._inference():
            self.memory = [torch.zeros((rows + 1, *shape), device=self.device) for shape in shapes]
            self.batches = {size: Batch(self, size) for size in BATCHES}

    def reset(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Condition the notes of `rows` and forget what these rows played before."""
        with self._inference():
            for state in self.memory[2:]:
                state.index_fill_(0, self._put(rows), 0.0)
        return self.condition(rows, pitch, velocity, latent)

    def condition(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Condition the notes of `rows`, whose states go on."""
        with self._inference():
            film, static, *said = self.note(self._put(pitch), self._put(velocity), self._put(latent))
            for memory, value in zip(self.memory, (film, static), strict=False):
                memory.index_copy_(0, self._put(rows), value)
            return Character(*(part.cpu().numpy() for part in said))

    def step(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """Step `rows` (at most 128) by one block."""
        batch = self.batches[next(size for size in BATCHES if size >= len(rows))]
        with self._inference():
            return batch.run(rows, time)

    def frames(self, rows: Any, time: Any) -> Any:
        """Frames (n, frames, FRAME) of `rows` (n,) at `time` (n,), all of them tensors on the device."""
        film, static, *states = (memory.index_select(0, rows) for memory in self.memory)
        amplitude, ratio, noise, *after = self.steps(film, static, time, *states)
        for memory, state in zip(self.memory[2:], after, strict=True):
            memory.index_copy_(0, rows, state)
        return self.torch.nn.functional.pad(self.torch.cat((amplitude, ratio, noise), -1), (0, FRAME - USED))

    def close(self) -> None:
        """Let go of networks, buffers and graphs."""
        self.batches, self.memory, self.rows = {}, [], 0


class Batch:
    """Buffers of one batch size: ours, pinned where there is a device, and those of the device."""

    def __init__(self, generator: TorchScriptGenerator, size: int) -> None:
        torch, self.generator = generator.torch, generator
        cuda = generator.device != "cpu"
        self.rows = torch.full((size,), generator.rows, dtype=torch.int64, pin_memory=cuda)
        self.time = torch.zeros(size, pin_memory=cuda)
        self.frames = torch.zeros((size, generator.frames_per_step, FRAME), pin_memory=cuda)
        self.own_rows, self.own_time = self.rows.numpy(), self.time.numpy()
        self.own_frames: NDArray[F4] = self.frames.numpy()
        self.inputs = tuple(tensor.to(generator.device) for tensor in (self.rows, self.time))
        self.graph = self._capture() if cuda else None
        if not cuda:
            self._compute()

    def _compute(self) -> None:
        self.result = self.generator.frames(*self.inputs)

    def _capture(self) -> Any:
        """The step as a graph, recorded after some on another stream, as CUDA graphs want it."""
        cuda = self.generator.torch.cuda
        side = cuda.Stream()
        side.wait_stream(cuda.current_stream())
        with cuda.stream(side):
            for _ in range(WARMING):
                self._compute()
        cuda.current_stream().wait_stream(side)
        graph = cuda.CUDAGraph()
        with cuda.graph(graph, capture_error_mode="thread_local"):
            self._compute()
        return graph

    def run(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """Frames of `rows` at `time`. Releases the interpreter while it waits for the device."""
        count = len(rows)
        self.own_rows[:count], self.own_rows[count:] = rows, self.generator.rows
        self.own_time[:count] = time
        if self.graph is None:
            self._compute()
            self.frames.copy_(self.result)
        else:
            self._replay(self.graph)
        return self.own_frames[:count]

    def _replay(self, graph: Any) -> None:
        for there, ours in zip(self.inputs, (self.rows, self.time), strict=True):
            there.copy_(ours, non_blocking=True)
        graph.replay()
        self.frames.copy_(self.result, non_blocking=True)
        self.generator.torch.cuda.current_stream().synchronize()


def import_torch(device: str) -> Any:
    """PyTorch on one thread. Raises EngineError where it, or its device, is missing."""
    try:
        import torch
    except ImportError as error:
        raise EngineError("torch is missing: pip install torch, or play on the processor") from error
    if device != "cpu" and not torch.cuda.is_available():
        raise EngineError(
            "torch sees no CUDA device; install a torch built for CUDA, or play on the processor"
        )
    torch.set_num_threads(1)
    return torch
