"""The engine a host holds: its memory, its programs, its generator, its event ring."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bundles import Bundle
from .channels import power_on
from .compiling import address, offline
from .effects import prepare_effects
from .entry import block_function, make_handle
from .errors import EngineError
from .feeder import Feeder, Timing, compile_feeding
from .generators.contract import Generator
from .generators.onnx import OnnxGenerator
from .heads.motion import motion_loops
from .heads.noise import noise_loops
from .layout import MOST_VOICES, PROGRAMS, Memory
from .memory import make_memory
from .rings import Ring, claim, make_ring, publish
from .telemetry import Telemetry, read_telemetry
from .timbres import Timbres

LOWEST_RATE, HIGHEST_RATE = 8_000.0, 192_000.0  # Hz
HEADROOM_DB = -3.0  # sixteen loud notes stay under the limiter
REVERB_RETURN = 0.5
F4 = np.float32


@dataclass(frozen=True)
class Sound:
    """What a program number stands for. Levels in dB; `release` scales the release time; pan -1 … 1.

    `wheel` and `pressure` are added to the latent at full deflection; empty ones are none. `vibrato` (0 … 1)
    is how much of the wheel acts as vibrato; `velocity_curve` is an exponent on the velocity.
    """

    latent: tuple[float, ...]
    divisor: float = 1.0
    level_db: float = 0.0
    release: float = 1.0
    reverb: float = 0.2
    pan: float = 0.0
    low: int = 0
    high: int = 127
    wheel: tuple[float, ...] = ()
    pressure: tuple[float, ...] = ()
    vibrato: float = 1.0
    velocity_curve: float = 1.0


@offline
def _power_on(memory: Memory) -> None:
    power_on(memory)


@offline
def _push(ring: Ring, time: int, port: int, status: int, data1: int, data2: int) -> bool:
    slot = claim(ring)
    if slot < 0:
        return False
    event = ring.items[slot]
    event.time, event.port, event.status, event.data1, event.data2 = time, port, status, data1, data2
    publish(ring)
    return True


def compile_rest(memory: Memory) -> None:
    """Compile, or load, all that runs while sound does, but the block. Puts the channels to their start."""
    _power_on(memory)
    _push(make_ring(1), 0, 0, 0, 0, 0)
    compile_feeding(memory)


class Engine:
    """One instrument, ready to be driven. Made, filled and closed by the host's main thread."""

    def __init__(
        self,
        bundle: Bundle,
        rate: float = 48_000.0,
        polyphony: int = 128,
        seed: int = 0,
        midi: Ring | None = None,
        generator: Generator | None = None,
    ) -> None:
        if not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise EngineError(f"a rate of {rate:g} Hz cannot be played; choose 8000 to 192000 Hz")
        self.bundle, self.rate = bundle, float(rate)
        self.memory = make_memory(midi)
        self.timbres = Timbres(bundle.latent)
        self._prepare_state(min(max(polyphony, 1), MOST_VOICES), seed)
        self.handle = make_handle(self.memory)
        self.feeder = Feeder(
            self.memory,
            generator or OnnxGenerator(bundle),
            Timing(bundle.head.frame_rate, bundle.head.longest_seconds),
            self.timbres,
        )
        compile_rest(self.memory)

    def _prepare_state(self, polyphony: int, seed: int) -> None:
        state = self.memory.state[0]
        state["rate"], state["seed"], state["polyphony"] = self.rate, seed, polyphony
        state["frames_per_sample"] = self.bundle.head.frame_rate / self.rate
        state["gain"], state["reverb"] = 10.0 ** (HEADROOM_DB / 20.0), REVERB_RETURN
        state["fade_target"] = 1.0
        self.memory.programs["cache"] = -1
        self.memory.noise[:] = noise_loops(self.rate)
        self.memory.motion_loops[:] = motion_loops(self.bundle.head.frame_rate)
        prepare_effects(state)

    def set_sound(self, program: int, sound: Sound) -> None:
        """Give a program number (0 … PROGRAMS - 1) its sound. Before the first callback."""
        entry = self.memory.programs[program % PROGRAMS]
        entry["level"], entry["release"] = 10.0 ** (sound.level_db / 20.0), sound.release
        entry["reverb"], entry["pan"], entry["divisor"] = sound.reverb, sound.pan, sound.divisor
        entry["low"], entry["high"], entry["known"] = sound.low, sound.high, 1
        entry["vibrato"], entry["velocity_curve"] = sound.vibrato, sound.velocity_curve
        offsets = (
            self._latent(offset or (0.0,) * self.bundle.latent) for offset in (sound.wheel, sound.pressure)
        )
        self.timbres.set(program % PROGRAMS, self._latent(sound.latent), *offsets)

    def _latent(self, numbers: Sequence[float]) -> NDArray[F4]:
        if len(numbers) != self.bundle.latent:
            raise EngineError(
                f"{len(numbers)} latents for {self.bundle.name}, which has {self.bundle.latent}; give as many"
            )
        return np.asarray(numbers, F4)

    def move(self, program: int, latent: Sequence[float]) -> None:
        """Move a program's latent while it sounds: voices follow within two blocks, attacks in quiet moments.

        Any Python thread.
        """
        self.timbres.move(program % PROGRAMS, self._latent(latent))

    def select(self, program: int) -> None:
        """Start every channel on a program. Before the first callback."""
        self.memory.channels["program"] = program

    def prepare(self, programs: list[int] | None = None) -> None:
        """Fill the attack cache of `programs`, or of those the channels have chosen, before sound starts."""
        for program in programs or []:
            if self.timbres.known[program]:
                self.feeder.cache.hold(program)
        self.feeder.settle_cache()

    def push(self, time: int, status: int, data1: int, data2: int = 0, port: int = 0) -> bool:
        """Queue a MIDI message for frame `time` of the engine's clock; False when the ring is full. Host
        thread.
        """
        return bool(_push(self.memory.host, time, port, status, data1, data2))

    @property
    def clock(self) -> int:
        """Frames rendered so far."""
        return int(self.memory.state[0]["clock"])

    def process(self, left: NDArray[F4], right: NDArray[F4]) -> None:
        """Render (n,) samples into each of two contiguous arrays through the compiled block."""
        block_function().ctypes(address(self.handle), address(left), address(right), 1, len(left))

    def fade_out(self) -> None:
        """Ask the callback to fade to silence, as it does before it stops."""
        self.memory.state[0]["fade_target"] = 0.0

    def telemetry(self, clear_peaks: bool = False) -> Telemetry:
        """Counters of the callback so far. Any Python thread."""
        return read_telemetry(self.memory, clear_peaks)

    def close(self) -> None:
        """Stop the generator thread and let go of the network."""
        self.feeder.stop()
        self.feeder.generator.close()
