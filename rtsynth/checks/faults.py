"""The checks. Each gives a line for every fault it finds; its docstring tells what a generator must do."""

import ctypes
import time
from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.generators.contract import Generator, checked_character, habits
from rtsynth_engine.layout import BLEND_FROM, FRAME, USED
from rtsynth_engine.streaming import LOUDEST, is_sane_block

from .playing import in_the_engine
from .subject import ROWS, STEPS, TOLERANCE, Subject, apart, play, sing, some_notes

POISON = np.array([0x7FA55A5A], np.uint32).view(np.float32)[0]  # a NaN that no arithmetic gives
PERTURB, FILL = -6, 0x80  # M_PERTURB of mallopt: what malloc gives is filled with 0x7F
FILLED = np.array([0x7F7F7F7F], np.uint32)
MOST_DC = 0.3  # of a note's root mean square
QUIET = 3e-3  # DC below it is not heard
SLOWEST_RELEASE, FASTEST_FALL = 1.0, 1e4  # dB per second
TRIES = 20  # of a step that is timed
WARMING = 2  # of these, which are not counted
VOICES = (1, 8, 64)  # that are timed together
HOPELESS = 4.0  # times the time there is: more voices are not tried
TURNS = 200  # notes that are begun to see whether memory grows
GROWTH = 32 << 20  # bytes


def shapes(subject: Subject) -> Iterator[str]:
    """`reset`, `condition` and `step` give arrays of the shapes and types of the contract for 1, 3 and all
    rows, in any order.
    """
    generator = subject.opened()
    for count in (1, 3, min(ROWS, habits(generator).rows_at_once)):
        notes = some_notes(subject, count)
        notes = notes.on(*np.random.default_rng(subject.seed).permutation(ROWS)[:count])
        for call in (generator.reset, generator.condition):
            checked_character(call(*notes), count)
        sing(generator, subject, notes.rows, 1)
    yield from ()


def finite(subject: Subject) -> Iterator[str]:
    """Every number of a note, a second beyond the longest that was learnt, is finite and of a size that can
    be played; sound has no DC.
    """
    generator, notes = subject.opened(), some_notes(subject, 4)
    steps = int((subject.description.head.longest_seconds + 1.0) / subject.seconds(1)) + 1
    frames = play(generator, subject, notes, steps)
    if not np.isfinite(frames).all():
        yield f"{np.count_nonzero(~np.isfinite(frames))} numbers are not finite"
    elif not is_sane_block(frames.reshape(-1, FRAME), subject.sounds):
        yield f"a number is out of range: {frames.min():.3g} … {frames.max():.3g} (levels end at {LOUDEST:g})"
    elif subject.sounds:
        yield from _dc(frames.reshape(len(frames), -1))


def _dc(sound: NDArray[np.float32]) -> Iterator[str]:
    mean, level = np.abs(sound.mean(1)), np.sqrt(np.mean(sound**2, axis=1))
    worst = int(np.argmax(mean - MOST_DC * level))
    if mean[worst] > max(MOST_DC * level[worst], QUIET):
        yield f"a note has DC: its mean is {mean[worst]:.3g}, its root mean square {level[worst]:.3g}"


def determinism(subject: Subject) -> Iterator[str]:
    """The same notes give the same numbers, bit by bit, played again and by a generator opened anew."""
    notes = some_notes(subject, 4)
    generator = subject.opened()
    first = play(generator, subject, notes)
    if not np.array_equal(first, play(generator, subject, notes), equal_nan=True):
        yield "the same notes sound otherwise when they are played again"
    if not np.array_equal(first, play(subject.opened(), subject, notes), equal_nan=True):
        yield "the same notes sound otherwise in a generator opened anew"


def batches(subject: Subject) -> Iterator[str]:
    """A note sounds the same whichever notes are stepped with it, in whichever rows and order."""
    notes, generator = some_notes(subject, 5), subject.opened()
    together = play(generator, subject, notes)
    for index in (0, 3):
        alone = play(generator, subject, notes.only(index).on(ROWS - 1 - index))
        if (found := apart(alone, together[[index]])) > TOLERANCE:
            yield f"a note alone is {found:.2g} away from the same note among others"
    order = [4, 2, 0, 3, 1]
    turned = play(generator, subject, notes.only(*order).on(*range(5)))
    if (found := apart(turned, together[order])) > TOLERANCE:
        yield f"notes in another order of rows are {found:.2g} away"


def states(subject: Subject) -> Iterator[str]:
    """Two notes stepped in turn sound as each alone; a row that begins a note forgets the last one."""
    notes, generator = some_notes(subject, 2), subject.opened()
    alone = [play(generator, subject, notes.only(i)) for i in (0, 1)]
    generator.reset(*notes)
    parts: list[list[NDArray[np.float32]]] = [[], []]
    for step in range(STEPS):
        for i in (0, 1):
            parts[i].append(sing(generator, subject, notes.rows[[i]], 1, subject.seconds(step)))
    for i in (0, 1):
        if (found := apart(np.concatenate(parts[i], 1), alone[i])) > TOLERANCE:
            yield f"two notes stepped in turn: one is {found:.2g} away from itself alone"
    used = play(generator, subject, notes.only(1).on(0))
    if (found := apart(used, alone[1])) > TOLERANCE:
        yield f"reset does not reset: a note is {found:.2g} away where another was played before"


def late_start(subject: Subject) -> Iterator[str]:
    """A stream that is first asked for where the attack cache ends goes on as the note would have."""
    notes, generator = some_notes(subject, 2), subject.opened()
    head = subject.description.head
    whole = play(generator, subject, notes, STEPS + BLEND_FROM // head.frames_per_step + 1)
    generator.reset(*notes)
    late = sing(generator, subject, notes.rows, STEPS, BLEND_FROM / head.frame_rate)
    expected = whole[:, BLEND_FROM : BLEND_FROM + late.shape[1]]
    if (found := apart(late[:, : expected.shape[1]], expected)) > TOLERANCE:
        yield f"a stream begun at frame {BLEND_FROM} is {found:.2g} away from the note from its beginning"


def conditioning(subject: Subject) -> Iterator[str]:
    """A sounding note that is conditioned as it was goes on as if nothing had been said."""
    notes, generator = some_notes(subject, 2), subject.opened()
    whole = play(generator, subject, notes)
    play(generator, subject, notes, STEPS // 2)
    generator.condition(*notes)
    rest = sing(generator, subject, notes.rows, STEPS - STEPS // 2, subject.seconds(STEPS // 2))
    if (found := apart(rest, whole[:, -rest.shape[1] :])) > TOLERANCE:
        yield f"a note conditioned anew, with nothing changed, is {found:.2g} away from itself"


def unwritten(subject: Subject) -> Iterator[str]:
    """A step writes every number of what it gives, which the engine owns until the next call."""
    notes, generator = some_notes(subject, 3), subject.opened()
    used = FRAME if subject.sounds else USED
    expected = play(generator, subject, notes)[..., :used]
    generator.reset(*notes)
    found = sing(cast(Generator, _Poisoned(generator)), subject, notes.rows, STEPS)[..., :used]
    left = np.count_nonzero(
        np.isin(np.ascontiguousarray(found).view(np.uint32), [POISON.view(np.uint32), FILLED[0]])
    )
    if left:
        yield f"{left} numbers of a step are left unwritten, or read again from what the last one gave"
    elif (distance := apart(found, expected)) > TOLERANCE:
        yield f"what a step gave is read again by the next: writing to it changes sound by {distance:.2g}"


class _Poisoned:
    """A generator whose steps find poison in memory that is allocated, and in what the last one gave."""

    def __init__(self, generator: Generator) -> None:
        self.generator, self.frames_per_step = generator, generator.frames_per_step

    def step(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """The generator's, copied and then poisoned."""
        perturb = getattr(ctypes.CDLL(None), "mallopt", lambda option, value: None)  # of glibc
        perturb(PERTURB, FILL)
        try:
            frames = self.generator.step(rows, time)
        finally:
            perturb(PERTURB, 0)
        copied = np.array(frames)
        if frames.flags.writeable:
            frames[...] = POISON
        return copied


def endings(subject: Subject) -> Iterator[str]:
    """A note that was let go falls by at least 1 dB per second, or it would be stuck; one that is held long
    does not become louder than it was.
    """
    notes, generator = some_notes(subject, 8), subject.opened()
    slopes = np.asarray(generator.reset(*notes).slopes, np.float64)
    if not np.isfinite(slopes).all() or np.abs(slopes).max(initial=0.0) > FASTEST_FALL:
        yield "slopes are not finite, or beyond 10,000 dB per second"
    elif (slowest := slopes[:, 0].min(initial=np.inf)) < SLOWEST_RELEASE:
        yield f"a note is all but stuck: after its end it falls by {slowest:.2g} dB per second"
    yield from _held(subject)


def _held(subject: Subject) -> Iterator[str]:
    generator, notes = subject.opened(), some_notes(subject, 2)
    early = np.abs(play(generator, subject, notes, 2 * STEPS)).max()
    beyond = 2.0 * subject.description.head.longest_seconds
    late = np.abs(sing(generator, subject, notes.rows, STEPS, beyond)).max()
    if not late <= max(4.0 * early, QUIET):
        yield f"a note held for {beyond:g} s is {late / max(early, 1e-9):.2g} times as loud as it was"


def memory(subject: Subject) -> Iterator[str]:
    """Notes begun again and again take no more memory than the first; what was closed can be closed again."""
    notes, generator = some_notes(subject, 2), subject.opened()
    for turn in range(2 * TURNS):
        latent = notes.latent + np.float32(1e-4 * turn)
        generator.reset(*notes._replace(latent=latent))
        sing(generator, subject, notes.rows, 1)
        if turn == TURNS:
            before = _resident()
    grown = _resident() - before
    if grown > GROWTH:
        yield f"{TURNS} notes take {grown >> 20} MB of memory that they do not give back"
    generator.close()
    generator.close()


def _resident() -> int:
    """Bytes of memory that this process holds."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def deadlines(subject: Subject) -> Iterator[str]:
    """A step of one voice takes less time than it sounds, the fastest of some at least; how much time they
    and steps of more voices take is told.
    """
    shares = _measure(subject)
    told = ", ".join(f"{count}: {100 * np.percentile(each, 99):.3g} %" for count, each in shares.items())
    subject.told.append(f"of the {1000 * subject.seconds(1):.1f} ms that a step sounds, voices take {told}")
    if (fastest := shares[1].min()) > 1.0:
        yield f"a step of one voice takes {fastest:.1f} times the time that it sounds"


def _measure(subject: Subject) -> dict[int, NDArray[np.float64]]:
    """Times of stepping so many voices once, as shares of the time that a step sounds."""
    generator, shares = subject.opened(), {}
    for count in VOICES:
        notes = some_notes(subject, count)
        generator.reset(*notes)
        spent = [_step_all(generator, subject, notes.rows, turn) for turn in range(TRIES)]
        shares[count] = np.array(spent[WARMING:]) / subject.seconds(1)
        if shares[count].min() > HOPELESS:
            break
    return shares


def _step_all(generator: Generator, subject: Subject, rows: NDArray[np.int64], turn: int) -> float:
    """Seconds that a step of all rows takes, so many at once as the generator wants."""
    most = habits(generator).rows_at_once
    began = time.perf_counter()
    for first in range(0, len(rows), most):
        sing(generator, subject, rows[first : first + most], 1, subject.seconds(turn))
    return time.perf_counter() - began


Check = Callable[[Subject], Iterator[str]]
CHECKS: tuple[Check, ...] = (
    shapes,
    finite,
    determinism,
    batches,
    states,
    late_start,
    conditioning,
    unwritten,
    endings,
    memory,
    in_the_engine,
    deadlines,
)
