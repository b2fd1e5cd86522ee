"""The generator thread: keeps every voice's stream of frames ahead of the callback, and fills the attack
cache.

It asks shared memory which voices want frames, steps the network for all of them in one batch, and in
quiet moments renders attacks. It never touches what the callback owns.
"""

import math
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .attack import AttackCache
from .generators.contract import Generator, checked_character, checked_step, habits
from .layout import FRAME, NOISE, RATIO, VOICES, Memory
from .priority import raise_priority
from .quality import Quality
from .streaming import MOST_STEPPED, deliver_blocks, gather_demand, is_sane_block
from .timbres import Timbres, Travel

LEAD = 10  # frames a stream is kept ahead: 53 ms at 187.5 per second
NEAR = 6  # frames that are left as they are where a moved stream is written again: 32 ms
LONGEST_SPAN = 16  # frames that one step carries a memoryless voice on
AGE_SHARE = 0.35  # of a note's age that a step may span: what its trend is smoothed over in training
IDLE_SECONDS = 0.004  # a small part of LEAD
LOOK_EVERY = 3  # idle turns: to look for attacks to render costs more than the turn itself
LOAD_TURNS = 25  # turns between two looks at the load: a tenth of a second, as long as it is smoothed over
SWITCH_SECONDS = (
    0.0002  # the interpreter changes hands this often, so that busy threads of a host do not starve us
)
F4 = np.float32


@dataclass(frozen=True)
class Timing:
    """Of a generator's frames: `rate` in frames per second, `longest` in seconds: no training beyond it."""

    rate: float
    longest: float


def compile_feeding(memory: Memory) -> None:
    """Compile, or load, what the generator thread calls, so that no note waits for it. Changes nothing."""
    nothing, none = np.zeros((0, 1, FRAME), F4), np.zeros(0, np.int64)
    counts = np.zeros(VOICES, np.int64)
    deliver_blocks(memory.block, none, counts, counts, counts, none, nothing)
    gather_demand(memory.serials, memory.position, memory.requests, LEAD, VOICES, counts, counts, counts)
    is_sane_block(nothing.reshape(-1, FRAME), False)


class Feeder:
    """Owns the generator. `serve` may be called from one thread only: its own, or the offline renderer's."""

    def __init__(self, memory: Memory, generator: Generator, timing: Timing, timbres: Timbres) -> None:
        self.memory, self.generator, self.timing = memory, generator, timing
        self.seen = np.zeros(VOICES, np.int64)  # serial each row of generator state belongs to
        self.counts = np.zeros(VOICES, np.int64)  # frames written of that note
        self.anew = np.zeros(VOICES, np.int64)  # frames after which its stream was begun, or written again
        self.decay = np.zeros(VOICES, F4)  # dB per second beyond the longest trained time
        self.demand = np.zeros(VOICES, np.int64)
        generator.prepare(VOICES + MOST_STEPPED)
        self.memoryless, _, most = habits(generator)
        self.most = min(most, MOST_STEPPED)
        self.cache = AttackCache(memory, generator, timing.rate, timbres)
        block = generator.frames_per_step / float(memory.state[0]["frames_per_sample"])
        self.travel = Travel(memory, timbres, round(block))
        self.quality = Quality(memory)
        self.jobs: Iterator[None] = iter(())
        self.failures = 0
        self.last_failure = ""
        self.priority = "normal"
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def serve(self) -> bool:
        """Step the most urgent voices once; False when every voice is far enough ahead."""
        self.follow()
        found = self._look()
        if found == 0:
            return False
        rows = self.demand[: min(found, self.most)].copy()
        self._start_new(rows)
        self._skip_missed(rows)
        spans = self._spans(rows)
        ends = self.counts[rows] + spans - self.generator.frames_per_step
        frames = checked_step(self.generator, rows, (ends / self.timing.rate).astype(F4))
        self._fade(rows, ends, frames)
        deliver_blocks(self.memory.block, rows, self.seen, self.counts, self.anew, spans, frames)
        return True

    def _look(self) -> int:
        memory = self.memory
        return int(
            gather_demand(
                memory.serials,
                memory.position,
                memory.requests,
                LEAD,
                self.most,
                self.seen,
                self.counts,
                self.demand,
            )
        )

    def _spans(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Frames that a step carries each voice on: its own, or more where the network can be asked for any
        time and the note is old enough to move slowly. A stream begun anew takes short steps first.
        """
        step, counts = self.generator.frames_per_step, self.counts[rows]
        if not self.memoryless:
            return np.full(len(rows), step)
        spans = np.minimum(counts * AGE_SHARE, step + counts - self.anew[rows]).astype(np.int64)
        return np.asarray(np.clip(spans // step * step, step, LONGEST_SPAN))

    def _start_new(self, rows: NDArray[np.int64]) -> None:
        serials = self.memory.serials[rows]
        new = serials != self.seen[rows]
        if not new.any():
            return
        chosen = rows[new]
        wanted = self.memory.requests[chosen]
        latent = self.travel.latents(chosen)
        pitch, velocity = wanted["pitch"].copy(), wanted["velocity"].copy()
        character = checked_character(self.generator.reset(chosen, pitch, velocity, latent), len(chosen))
        self.memory.motions[chosen], self.memory.onsets[chosen] = character.motion, character.onset
        self.memory.phases[chosen] = character.phase
        self.seen[chosen], self.decay[chosen] = serials[new], character.slopes[:, 1]
        self.counts[chosen] = self.anew[chosen] = wanted["first"]

    def follow(self) -> None:
        """Condition voices anew whose latent has moved.

        It is heard after NEAR frames where the generator can write frames again, otherwise once those written
        before are used up.
        """
        if not self.travel.is_due():
            return
        conditioned = np.flatnonzero((self.seen > 0) & (self.seen == self.memory.serials))
        rows = self.travel.moved(conditioned) if len(conditioned) else conditioned
        if len(rows):
            wanted = self.memory.requests[rows]
            pitch, velocity = wanted["pitch"].copy(), wanted["velocity"].copy()
            latent = self.travel.latents(rows)
            character = checked_character(self.generator.condition(rows, pitch, velocity, latent), len(rows))
            self.memory.motions[rows], self.decay[rows] = character.motion, character.slopes[:, 1]
            if self.memoryless:
                step = self.generator.frames_per_step
                near = -(-(self.memory.position[rows] + NEAR) // step) * step
                self.counts[rows] = self.anew[rows] = np.minimum(self.counts[rows], near)

    def _skip_missed(self, rows: NDArray[np.int64]) -> None:
        """Drop the blocks a stalled stream has missed, so that lateness never grows."""
        step = self.generator.frames_per_step
        behind = self.memory.position[rows] - self.counts[rows]
        late = rows[behind > LEAD]
        self.counts[late] = self.anew[late] = -(-self.memory.position[late] // step) * step

    def _fade(self, rows: NDArray[np.int64], ends: NDArray[np.int64], frames: NDArray[F4]) -> None:
        """Let frames (n, frames, FRAME), each after `ends` (n,) others, fall at the late decay, beyond the
        longest trained time.
        """
        over = ends / self.timing.rate - self.timing.longest
        gain = 10.0 ** (-self.decay[rows] * np.maximum(over, 0.0) / 20.0)
        loud = (slice(None),) if self.memory.state[0]["sounds"] else (slice(RATIO), slice(NOISE, None))
        for part in loud:
            frames[:, :, part] *= gain[:, None, None]

    def fill(self) -> bool:
        """Render a little of the attack cache; False when all keys of the programs in use are ready."""
        for _ in self.jobs:
            return True
        job = self.cache.work()
        self.jobs = job or iter(())
        return job is not None

    def settle(self) -> None:
        """Serve until nothing is wanted. Offline renderer, and before sound starts."""
        while self.serve():
            pass

    def settle_cache(self, seconds: float = math.inf) -> None:
        """Fill until nothing is missing, or for so many seconds."""
        end = time.monotonic() + seconds
        while self.fill() and time.monotonic() < end:
            pass

    def start(self) -> None:
        """Run on a thread of its own until `stop`."""
        self._stop.clear()
        sys.setswitchinterval(SWITCH_SECONDS)
        self._thread = threading.Thread(target=self._run, name="generator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a generator that hangs is left behind after two seconds."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2.0)
            self._thread = None

    def _run(self) -> None:
        self.priority = raise_priority()
        idle = turns = 0
        while not self._stop.is_set():
            turns += 1
            if turns % LOAD_TURNS == 0:
                self.quality.look()
            try:
                busy = self.serve() or (idle % LOOK_EVERY == 0 and self.fill())
            except (
                Exception
            ) as error:  # whatever a network raises, the sound goes on and the error is told once
                self.failures += 1
                self.last_failure = (
                    f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
                )
                busy = False
            idle = 0 if busy else idle + 1
            if not busy:
                time.sleep(IDLE_SECONDS)
