"""WaveNet in compiled code (van den Oord et al. 2016): sample by sample, with every layer's past kept (Paine
et al. 2016).

A layer sees its input now and `dilation` samples ago, which waits in a ring. Layers whose dilation is 0 look
back as far as the note says: some of its periods (Wu et al. 2019, quasi-periodic WaveNet). With every sample
comes how much of a period has passed, one of TURNS steps. C channels, S of the skip sum, L layers, Q codes.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiling import detached, realtime, realtime_sum
from .products import add_product

F4 = np.float32
ONCE = 16  # rows that share one reading of the weights
TURNS = 64
ZERO, HALF, ONE, FAR = F4(0.0), F4(0.5), F4(1.0), F4(6.29)
UPPER = (F4(34459425.0), F4(4729725.0), F4(135135.0), F4(990.0))
LOWER = (F4(34459425.0), F4(16216200.0), F4(945945.0), F4(13860.0), F4(45.0))
STEP = np.uint64(0x9E3779B97F4A7C15)
FIRST_MIX, SECOND_MIX = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Network(NamedTuple):
    """Weights of a WaveNet beyond its conditioning; rows contiguous."""

    embedding: NDArray[np.float32]  # (Q, C)
    turns: NDArray[np.float32]  # (TURNS, C) added to it
    gates: NDArray[np.float32]  # (L, 2 C, 2 C): from past and present to filter and gate
    outputs: NDArray[np.float32]  # (L, C, C + S): to the next layer and the skip sum
    shifts: NDArray[np.float32]  # (L, C + S)
    hidden: NDArray[np.float32]  # (S, S)
    hidden_shift: NDArray[np.float32]  # (S,)
    logits: NDArray[np.float32]  # (S, Q)
    logit_shift: NDArray[np.float32]  # (Q,)
    levels: NDArray[np.float32]  # (Q,) the sample that a code stands for, before de-emphasis
    dilations: NDArray[np.int64]  # (L,) samples; 0: the note's own lag
    rings: NDArray[np.int64]  # (L,) samples that a layer's ring holds
    firsts: NDArray[np.int64]  # (L,) where a layer's ring begins


class State(NamedTuple):
    """What rows of voices remember."""

    past: NDArray[np.float32]  # (rows, sum of rings, C)
    lag: NDArray[np.int64]  # (rows,) samples that layers of dilation 0 look back
    cycles: NDArray[np.float64]  # (rows,) periods a sample
    position: NDArray[np.int64]  # (rows,) samples made
    code: NDArray[np.int64]  # (rows,) of the last sample
    sample: NDArray[np.float32]  # (rows,) the last one
    seed: NDArray[np.uint64]  # (rows,)


class Scratch(NamedTuple):
    """Room for ONCE rows."""

    pair: NDArray[np.float32]  # (ONCE, 2 C) past and present of a layer
    gate: NDArray[np.float32]  # (ONCE, 2 C)
    output: NDArray[np.float32]  # (ONCE, C + S)
    skip: NDArray[np.float32]  # (ONCE, S)
    hidden: NDArray[np.float32]  # (ONCE, S)
    logit: NDArray[np.float32]  # (ONCE, Q)


def make_state(network: Network, rows: int) -> State:
    """State of `rows` voices; the memory of those that never sound is never touched."""
    past = np.zeros((rows, int(network.rings.sum()), network.embedding.shape[1]), F4)
    lag, position, code = np.zeros((3, rows), np.int64)
    sample, seed = np.zeros(rows, F4), np.zeros(rows, np.uint64)
    return State(past, lag, np.zeros(rows), position, code, sample, seed)


def make_scratch(network: Network) -> Scratch:
    """Room for calls of `generate`, one at a time."""
    codes, channels = network.embedding.shape
    skips = len(network.hidden)
    widths = (2 * channels, 2 * channels, channels + skips, skips, skips, codes)
    return Scratch(*(np.zeros((ONCE, width), F4) for width in widths))


@realtime_sum
def _tanh(x: Any) -> Any:
    """Lambert's continued fraction, 7e-6 from the truth: unlike the library's it vectorises."""
    x = min(max(x, -FAR), FAR)
    q = x * x
    upper = x * (UPPER[0] + q * (UPPER[1] + q * (UPPER[2] + q * (UPPER[3] + q))))
    return upper / (LOWER[0] + q * (LOWER[1] + q * (LOWER[2] + q * (LOWER[3] + q * LOWER[4]))))


@realtime_sum
def _squash(gate: Any, count: int) -> None:
    """Filters and gates (count, 2 C) become tanh(filter) * sigmoid(gate), in the first half."""
    channels = gate.shape[1] // 2
    for r in range(count):
        for c in range(channels):
            open = HALF + HALF * _tanh(HALF * gate[r, channels + c])
            gate[r, c] = _tanh(gate[r, c]) * open


@realtime_sum
def _enter(network: Any, state: Any, scratch: Any, rows: Any, count: int) -> None:
    """Let the last samples in."""
    channels = network.embedding.shape[1]
    for r in range(count):
        code, periods = state.code[rows[r]], state.cycles[rows[r]] * state.position[rows[r]]
        turn = int((periods - np.floor(periods)) * TURNS)
        for c in range(channels):
            scratch.pair[r, channels + c] = network.embedding[code, c] + network.turns[turn, c]
        for s in range(network.hidden.shape[0]):
            scratch.output[r, channels + s] = ZERO


@realtime_sum
def _recall(network: Any, state: Any, scratch: Any, rows: Any, count: int, layer: int, biases: Any) -> None:
    """What a layer saw some samples ago takes its place beside what it sees, and sums are begun."""
    channels = network.embedding.shape[1]
    for r in range(count):
        row = rows[r]
        ring, first = network.rings[layer], network.firsts[layer]
        ago = network.dilations[layer] or state.lag[row]
        old, new = first + (state.position[row] - ago) % ring, first + state.position[row] % ring
        for c in range(channels):
            now = scratch.pair[r, channels + c]
            scratch.pair[r, c] = state.past[row, old, c]
            state.past[row, new, c] = scratch.output[r, c] = now
        for c in range(network.shifts.shape[1]):
            scratch.output[r, c] += network.shifts[layer, c]
        for c in range(2 * channels):
            scratch.gate[r, c] = biases[r, layer, c]


@realtime_sum
def _leave(network: Any, scratch: Any, count: int) -> None:
    """Logits out of the skip sum."""
    channels = network.embedding.shape[1]
    for r in range(count):
        for s in range(network.hidden.shape[0]):
            scratch.skip[r, s] = max(scratch.output[r, channels + s], ZERO)
            scratch.hidden[r, s] = network.hidden_shift[s]
        for code in range(network.logits.shape[1]):
            scratch.logit[r, code] = network.logit_shift[code]
    add_product(scratch.hidden, scratch.skip, network.hidden, count)
    for r in range(count):
        for s in range(network.hidden.shape[0]):
            scratch.hidden[r, s] = max(scratch.hidden[r, s], ZERO)
    add_product(scratch.logit, scratch.hidden, network.logits, count)


@realtime
def predict(network: Any, state: Any, scratch: Any, rows: Any, count: int, biases: Any) -> None:
    """Logits of the next sample of `rows` (count, at most ONCE), whose `biases` are (count, L, 2 C)."""
    channels = network.embedding.shape[1]
    _enter(network, state, scratch, rows, count)
    for layer in range(network.gates.shape[0]):
        _recall(network, state, scratch, rows, count, layer, biases)
        add_product(scratch.gate, scratch.pair, network.gates[layer], count)
        _squash(scratch.gate, count)
        add_product(scratch.output, scratch.gate, network.outputs[layer], count)
        for r in range(count):
            for c in range(channels):
                scratch.pair[r, channels + c] = scratch.output[r, c]
    _leave(network, scratch, count)


@realtime
def _uniform(seed: Any, position: int) -> Any:
    """A number in 0 … 1 that depends on nothing else (Steele et al. 2014, SplitMix64)."""
    mixed = seed + np.uint64(position) * STEP
    mixed = (mixed ^ (mixed >> np.uint64(30))) * FIRST_MIX
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND_MIX
    return F4(np.int64((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(40))) * F4(2.0**-24)


@realtime_sum
def _choose(logit: Any, uniform: Any, temperature: Any) -> Any:
    """A code drawn from softmax(logit / temperature); the likeliest at a temperature of 0."""
    likeliest = np.argmax(logit)
    if temperature <= ZERO:
        return likeliest
    top, total = logit[likeliest], ZERO
    for code in range(len(logit)):
        logit[code] = np.exp((logit[code] - top) / temperature)
        total += logit[code]
    left = uniform * total
    for code in range(len(logit)):
        left -= logit[code]
        if left < ZERO:
            return code
    return likeliest


@detached
def generate(network: Any, state: Any, scratch: Any, rows: Any, biases: Any, taste: Any, sound: Any) -> None:
    """Sound (n, samples) of `rows` (n,). `biases` (n, points, L, 2 C) hold for equally long parts of it;
    `taste` is the temperature and the emphasis to undo.
    """
    samples = sound.shape[1]
    stride = samples // biases.shape[1]
    for first in range(0, len(rows), ONCE):
        some = rows[first : first + ONCE]
        for t in range(samples):
            predict(network, state, scratch, some, len(some), biases[first : first + ONCE, t // stride])
            for r in range(len(some)):
                row = some[r]
                code = _choose(scratch.logit[r], _uniform(state.seed[row], state.position[row]), taste[0])
                state.code[row] = code
                state.sample[row] = network.levels[code] + taste[1] * state.sample[row]
                sound[first + r, t] = state.sample[row]
                state.position[row] += 1
