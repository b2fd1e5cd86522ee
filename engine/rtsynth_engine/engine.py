"""The engine a host holds: its memory, its programs, its generator, its event ring."""

import math
from collections import deque
from collections.abc import Sequence
from typing import Any

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
from .generators.kinds import open_generator
from .heads.motion import motion_loops
from .heads.noise import noise_loops
from .heads.waveform import sinc_table
from .layout import KEYS, MOST_VOICES, PORTS, PROGRAMS, TUNINGS, Memory
from .learning import Mapping, write_mappings
from .memory import make_memory
from .midi.commands import COMMAND, PORT_GONE
from .midi.parser import DEVICE
from .parts import Part, write_parts
from .rings import Ring, claim, make_ring, publish
from .sounds import Sound, write_sound
from .tape import read_history
from .telemetry import Telemetry, read_telemetry
from .timbres import Timbres

LOWEST_RATE, HIGHEST_RATE = 8_000.0, 192_000.0  # Hz
HEADROOM_DB = -3.0  # sixteen loud notes stay under the limiter
REVERB_RETURN = 0.5
MOVES = 1 << 16  # of latents, remembered
F4 = np.float32
__all__ = ["Engine", "Mapping", "Part", "Sound"]


@offline
def _power_on(block: NDArray[Any]) -> None:
    power_on(block[0])


@offline
def _push(ring: Ring, time: int, port: int, status: int, data1: int, data2: int, value: float) -> bool:
    slot = claim(ring)
    if slot < 0:
        return False
    event = ring.items[slot]
    event.time, event.port, event.status, event.data1, event.data2 = time, port, status, data1, data2
    event.value = value
    publish(ring)
    return True


def compile_rest(memory: Memory) -> None:
    """Compile, or load, all that runs while sound does, but the block. Puts the channels to their start."""
    _power_on(memory.block)
    _push(make_ring(1), 0, 0, 0, 0, 0, 0.0)
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
        page: Ring | None = None,
        file: int | None = None,
    ) -> None:
        """`midi`, `page` and `file` as for `make_memory`. Raises EngineError."""
        if not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise EngineError(f"a rate of {rate:g} Hz cannot be played; choose 8000 to 192000 Hz")
        self.bundle, self.rate = bundle, float(rate)
        self.memory = make_memory(midi, page, file)
        self.timbres = Timbres(bundle.latent)
        self.moves: deque[tuple[int, int, tuple[float, ...]]] = deque(maxlen=MOVES)  # clock, program, latent
        self._prepare_state(min(max(polyphony, 1), MOST_VOICES), seed)
        self.handle = make_handle(self.memory)
        self.feeder = Feeder(
            self.memory,
            generator or open_generator(bundle),
            Timing(bundle.head.frame_rate, bundle.head.longest_seconds),
            self.timbres,
        )
        compile_rest(self.memory)

    def _prepare_state(self, polyphony: int, seed: int) -> None:
        state = self.memory.state[0]
        state["rate"], state["seed"], state["polyphony"] = self.rate, seed, polyphony
        state["frames_per_sample"] = self.bundle.head.frame_rate / self.rate
        state["sounds"] = self.bundle.head.kind != "partials"
        state["samples_per_frame"] = self.bundle.head.sample_rate / self.rate
        state["gain"], state["reverb"] = 10.0 ** (HEADROOM_DB / 20.0), REVERB_RETURN
        state["fade_target"] = 1.0
        self.memory.programs["cache"] = -1
        self.memory.programs["tuning"] = -1
        self.memory.mappings["kind"] = -1
        self.memory.parser["device"] = DEVICE
        self.memory.sinc[:] = sinc_table()
        self.memory.noise[:] = noise_loops(self.rate)
        self.memory.motion_loops[:] = motion_loops(self.bundle.head.frame_rate)
        prepare_effects(state)

    def set_sound(self, program: int, sound: Sound) -> None:
        """Give a program number (0 … PROGRAMS - 1) its sound. Before the first callback."""
        write_sound(self.memory.programs[program % PROGRAMS], sound)
        offsets = {name: self._latent(offset) for name, offset in sound.directions().items()}
        self.timbres.set(program % PROGRAMS, self._latent(sound.latent), offsets)
        self.timbres.keys.pop(program % PROGRAMS, None)
        if sound.keys:
            self.timbres.keys[program % PROGRAMS] = self._key_offsets(sound)

    def _key_offsets(self, sound: Sound) -> NDArray[F4]:
        """What each key (KEYS, size) of a kit adds to its latent."""
        offsets = np.zeros((KEYS, self.bundle.latent), F4)
        for key, latent in sound.keys.items():
            offsets[key] = self._latent(latent) - self._latent(sound.latent)
        return offsets

    def set_tuning(self, number: int, pitches: Sequence[float] | NDArray[Any]) -> None:
        """Give a tuning table its pitches (KEYS,) in semitones, 69 being 440 Hz; not a number is silence.
        Host's
        thread.
        """
        self.memory.tunings[number % TUNINGS] = np.asarray(pitches, F4).reshape(KEYS)
        self.memory.tuned[number % TUNINGS] = 1

    def set_curve(self, port: int, velocities: Sequence[float] | NDArray[Any]) -> None:
        """Give a port its velocities (KEYS,), 0 … 1, by the velocity byte. Host's thread."""
        self.memory.curves[port % PORTS] = np.asarray(velocities, F4).reshape(KEYS)

    def set_parts(self, parts: Sequence[Part]) -> None:
        """Route keys to parts; none: every channel plays its own program. Host's thread, while it sounds."""
        write_parts(self.memory, parts)

    def set_mappings(self, mappings: Sequence[Mapping]) -> None:
        """Put learnt controllers into use. Host's thread, while it sounds."""
        write_mappings(self.memory, mappings)

    def panic(self) -> None:
        """Ask the callback to end every note, lift all pedals and empty the queues. Any thread."""
        self.memory.state[0]["panic"] = 1

    def release_port(self, port: int) -> bool:
        """Let the keys and pedals of a port go up; False when the ring is full. Host's thread."""
        return self.push(self.clock, COMMAND, PORT_GONE, 0, port)

    def history(self, seconds: float) -> NDArray[Any]:
        """Events (n,) EVENT that acted in the last `seconds`, by absolute frame. Any Python thread."""
        return read_history(self.memory, self.clock - round(seconds * self.rate))

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
        numbers = self._latent(latent)
        self.moves.append((self.clock, program % PROGRAMS, tuple(numbers.tolist())))
        self.timbres.move(program % PROGRAMS, numbers)

    def select(self, program: int) -> None:
        """Start every channel on a program. Before the first callback."""
        self.memory.state[0]["start"] = program
        self.memory.channels["program"] = program

    def prepare(self, programs: list[int] | None = None, seconds: float = math.inf) -> None:
        """Fill the attack cache of `programs`, or of those the channels have chosen, before sound starts.

        What is not ready after so many `seconds` the generator thread renders while it sounds.
        """
        for program in programs or []:
            if self.timbres.known[program]:
                self.feeder.cache.hold(program)
        self.feeder.settle_cache(seconds)

    def push(
        self, time: int, status: int, data1: int, data2: int = 0, port: int = 0, value: float = 0.0
    ) -> bool:
        """Queue an event for frame `time` of the engine's clock; False when the ring is full. Host thread."""
        return bool(_push(self.memory.host, time, port, status, data1, data2, float(value)))

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
