"""Generators that are TorchScript of the nn~ and RAVE world (see nn_tilde.py): latents in, sound out.

Pitch and velocity move a note's latents along two ways that were measured when the network was imported;
the rest of the latent space is the player's.
"""

import time as clocks
from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..bundles import Bundle
from ..errors import BundleError
from ..layout import ATTACK_FRAMES, FRAME
from ..weights import read_weights
from .contract import Character, Floats, Rows, plain_character
from .nn_tilde import Script, find_method, inference, open_script, set_attributes
from .torchscript import import_torch

NETWORK, STEERING = "model.ts", "steering.safetensors"
SET = "set."  # before the name of an attribute
MIDDLE, MEDIUM = 60.0, 0.75  # pitch and velocity at which a note's latents are the preset's
UNHEARD = ATTACK_FRAMES * FRAME  # samples that a new note makes to reach where its stream is asked for
LONGEST_LEAD = 3.0  # seconds that a network may take to come to life
SETTLED = 0.7  # of the level it comes to in the end
REMEMBERED = 128 << 20  # bytes of caches of notes that have just begun
SHARE = 0.7  # of a block's time that one step may take
TIMED = 8  # voices that are timed together
F4 = np.float32


class Steering(NamedTuple):
    """How latents follow the player, (L,) each: per octave above MIDDLE, and per unit of velocity; and
    attributes of the network that are set before it plays.
    """

    pitch: NDArray[np.float32]
    velocity: NDArray[np.float32]
    attributes: dict[str, list[float]]


def read_steering(bundle: Bundle) -> Steering:
    """That of a bundle; one that does nothing where it holds none. Raises BundleError."""
    still, where = np.zeros(bundle.latent, F4), f"{bundle.name}: {STEERING}"
    arrays, _ = read_weights(bundle.files[STEERING], where) if STEERING in bundle.files else ({}, {})
    pitch, velocity = (arrays.get(name, still).astype(F4) for name in ("pitch", "velocity"))
    if not pitch.shape == velocity.shape == still.shape:
        raise BundleError(f"{where} has ways that are not of {bundle.latent} numbers; import it again")
    attributes = {
        name.removeprefix(SET): np.ravel(array).tolist()
        for name, array in arrays.items()
        if name.startswith(SET)
    }
    return Steering(pitch, velocity, attributes)


def write_steering(steering: Steering) -> bytes:
    """The file that holds it."""
    from safetensors.numpy import save

    attributes = {f"{SET}{name}": np.array(each, float) for name, each in steering.attributes.items()}
    return bytes(save({"pitch": steering.pitch, "velocity": steering.velocity, **attributes}))


class ScriptGenerator:
    """Streams the method of `model.ts` that makes sound of latents, block by block, each voice with caches
    of its own. It draws its random numbers, if any, by pitch and block, so that a note is always the same.
    A note begins `lead` blocks after its caches were empty, when the network has come to life.
    """

    memoryless = False

    def __init__(self, bundle: Bundle, device: str = "cpu", method: str = "") -> None:
        self.torch = import_torch(device)
        self.bundle, self.rate, self.device = bundle, bundle.head.sample_rate, device
        self.frames_per_step, self.steering = bundle.head.frames_per_step, read_steering(bundle)
        network = open_script(self.torch, bundle.files[NETWORK], f"{bundle.name}: {NETWORK}", device)
        set_attributes(network, self.steering.attributes, f"{bundle.name}: {NETWORK}")
        self.method = find_method(network, f"{bundle.name}: {NETWORK}", method)
        self._check_latents()
        self.script = Script(self.torch, network, self.method, f"{bundle.name}: {NETWORK}", device)
        self.lead, self.length = 0, self.frames_per_step * FRAME
        self.columns = -(-self.length // self.method.ratio)
        self.block = self.columns * self.method.ratio
        self.velocity_layers = 5 if self.steering.velocity.any() else 1
        self.rows_at_once = self.most = 1 if self.script.random else min(self.script.slots, 128)

    def _check_latents(self) -> None:
        expected, found = self.bundle.latent, self.method.channels
        if expected != found:
            raise BundleError(
                f"{self.bundle.name}: {NETWORK} takes {found} latents instead of {expected}; import it again"
            )

    def prepare(self, rows: int) -> None:
        """Make room for `rows` voices; see when the network comes to life, and how many a step can take
        without keeping others waiting.
        """
        self.kept = self.script.memory(rows)
        self.latents, self.pitch = np.zeros((rows, self.method.channels), F4), np.zeros(rows, np.int64)
        self.made = np.zeros(rows, np.int64)  # blocks
        self.recent = np.zeros((rows, self.length + self.block), F4)  # the sound that was made last
        self.starts: OrderedDict[bytes, list[Any]] = OrderedDict()  # caches of notes as they begin
        self.lead = self._measure_lead() if self.script.owners else 0
        self.rows_at_once = self._measure_batch(np.arange(min(rows, self.most, TIMED)))

    def _measure_lead(self) -> int:
        """Blocks until notes are about as loud as they become."""
        levels, row = [], np.zeros(1, np.int64)
        self.latents[0] = np.random.default_rng(0).standard_normal(self.method.channels)
        self._renew(row)
        for _ in range(int(LONGEST_LEAD * self.rate / self.block) + 1):
            self._make(row)
            levels.append(float(np.sqrt(np.mean(self.recent[0, -self.block :] ** 2))))
        late = levels[-max(len(levels) // 4, 1) :]
        return int(np.argmax(np.array(levels) >= SETTLED * np.mean(late)))

    def _measure_batch(self, rows: NDArray[np.int64]) -> int:
        """Rows whose next block takes SHARE of its own time, as if every row took the same."""
        if len(rows) == 1:
            return 1
        self._time(rows)
        few, many = self._time(rows[:1]), self._time(rows)
        each = max((many - few) / (len(rows) - 1), 1e-6)
        found = 1 + int(np.clip((SHARE * self.block / self.rate - few) / each, 0, self.most - 1))
        self._renew(rows)
        return found

    def _time(self, rows: NDArray[np.int64]) -> float:
        """Seconds that a block of `rows` takes; on the processor those of others do not count."""
        now = clocks.thread_time if self.device == "cpu" else clocks.perf_counter
        began = now()
        self._make(rows)
        return now() - began

    def _renew(self, rows: NDArray[np.int64]) -> None:
        """Empty the caches of `rows`."""
        self.made[rows], self.recent[rows] = 0, 0.0
        self._remember(rows, [fresh.expand(len(rows), *fresh.shape[1:]) for fresh in self.script.fresh])

    def _remember(self, rows: NDArray[np.int64], kept: list[Any]) -> None:
        chosen = self.torch.from_numpy(rows).to(self.device)
        with inference(self.torch):
            for memory, each in zip(self.kept, kept, strict=True):
                memory.index_copy_(0, chosen, each)

    def _start(self, rows: NDArray[np.int64]) -> None:
        """Bring `rows` to where their notes begin: as such notes began before, or through the lead."""
        self._renew(rows)
        keys = {
            int(row): self.pitch[row].tobytes() + self.latents[row].tobytes() for row in rows if self.lead
        }
        known = [row for row, key in keys.items() if key in self.starts]
        self._lead_in({row: key for row, key in keys.items() if key not in self.starts})
        for row in known:
            self.starts.move_to_end(keys[row])
            self._remember(np.array([row]), self.starts[keys[row]])
        self._forget()

    def _lead_in(self, keys: dict[int, bytes]) -> None:
        """Make what comes before the notes of some rows, and note with which caches it leaves them."""
        rows = np.array(list(keys), np.int64)
        self.made[rows] = -self.lead
        self._make_all(rows, self.lead)
        for row, key in keys.items():
            self.starts[key] = [memory[row : row + 1].clone() for memory in self.kept]

    def _forget(self) -> None:
        """Let go of the notes that were begun longest ago."""
        size = sum(each.numel() * each.element_size() for each in self.script.fresh)
        while len(self.starts) * size > REMEMBERED:
            self.starts.popitem(last=False)

    def reset(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Condition the notes of `rows` and forget what these rows played before."""
        said = self.condition(rows, pitch, velocity, latent)
        self._start(rows)
        return said

    def condition(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Condition the notes of `rows`, which go on: convolutions carry them over."""
        octaves, force = (pitch - MIDDLE) / 12.0, velocity - MEDIUM
        self.latents[rows] = (
            latent + octaves[:, None] * self.steering.pitch + force[:, None] * self.steering.velocity
        )
        self.pitch[rows] = np.rint(pitch).astype(np.int64)
        release = np.full((len(rows), 2), [self.bundle.head.release_db, 0.0], F4)
        return plain_character(release)

    def step(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next block of `rows`, from `time` on."""
        first = np.rint(time.astype(np.float64) * self.rate).astype(np.int64)
        self._leap(rows, first)
        last = -(-(first + self.length) // self.block)  # blocks that must have been made
        while len(behind := rows[self.made[rows] < last]):
            lacking = int(np.min((last - self.made[rows])[self.made[rows] < last]))
            self._make_all(behind, 1 if self.script.random else lacking)
        places = first - self.made[rows] * self.block + self.recent.shape[1]
        sound = np.take_along_axis(self.recent[rows], places[:, None] + np.arange(self.length), 1)
        return sound.reshape(len(rows), self.frames_per_step, FRAME)

    def _leap(self, rows: NDArray[np.int64], first: NDArray[np.int64]) -> None:
        """Begin anew what is asked for again; do not make up for what a stream has missed."""
        self._start(rows[first < self.made[rows] * self.block - self.recent.shape[1]])
        unheard = first // self.block - self.made[rows]
        far = unheard > np.where(self.made[rows] == 0, -(-UNHEARD // self.block), 1)
        self.made[rows[far]] = first[far] // self.block

    def _make_all(self, rows: NDArray[np.int64], blocks: int) -> None:
        for begin in range(0, len(rows), self.most):
            self._make(rows[begin : begin + self.most], blocks)

    def _make(self, rows: NDArray[np.int64], blocks: int = 1) -> None:
        """Make more blocks of `rows`, `most` at most, in one run, which is faster than one by one."""
        torch, script = self.torch, self.script
        chosen = torch.from_numpy(rows).to(self.device)
        with inference(torch):
            script.load([memory.index_select(0, chosen) for memory in self.kept])
            if script.random:
                torch.manual_seed(int((self.made[rows[0]] + self.lead) << 7 | self.pitch[rows[0]]))
            latents = torch.from_numpy(self.latents[rows]).to(self.device)
            sound = script.run(latents[:, :, None].expand(-1, -1, blocks * self.columns).contiguous())
        self._remember(rows, script.kept(len(rows)))
        recent = np.concatenate((self.recent[rows], sound.cpu().numpy()), 1)
        self.recent[rows] = recent[:, -self.recent.shape[1] :]
        self.made[rows] += blocks

    def close(self) -> None:
        """Let go of the network and what it remembers."""
        self.kept = []
        self.script.close()
