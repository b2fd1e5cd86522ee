"""Which notes an instrument is asked for, so that its sounds can be laid beside a set of real ones."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.bundles import Bundle, Place
from rtsynth_models.sounds import Sounds

Latents = tuple[NDArray[np.float32], NDArray[np.int64]]  # and divisors
FREE = ("tiled", "note")  # kinds whose latents are standard normal, so that any draw is a sound


@dataclass(frozen=True)
class Asked:
    """Notes to play; `name`: an index of names, -1 for none; `latent` is (n, Z), all else (n,)."""

    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]
    name: NDArray[np.int64]
    latent: NDArray[np.float32]
    divisor: NDArray[np.int64]


def ask(bundle: Bundle, sounds: Sounds, most: int, seed: int) -> Asked:
    """At most `most` notes of the set as this instrument shall play them; none where it can play none.

    A kit is asked for what its places have on their keys, a free latent space for random sounds, other
    instruments for the places that have the names of the real notes.
    """
    draw = np.random.default_rng(seed)
    rows = draw.permutation(_playable(bundle, sounds))[:most]
    pitch, label = sounds.pitch[rows], sounds.label[rows]
    unasked = bundle.generator in FREE and not is_kit(bundle)
    if is_kit(bundle):
        latent, divisor = _struck(bundle, pitch, draw)
    else:
        latent, divisor = (
            _drawn(bundle, len(rows), draw) if unasked else _placed(_named(bundle, sounds), label)
        )
    return Asked(pitch, sounds.velocity[rows], np.where(unasked, -1, label), latent, divisor)


def rounds(asked: Asked) -> list[NDArray[np.int64]]:
    """Rows of notes in groups of one divisor, in which no key comes twice."""
    groups: dict[tuple[int, int], list[int]] = {}
    before: Counter[tuple[int, int]] = Counter()
    for row, note in enumerate(zip(asked.divisor.tolist(), asked.pitch.tolist(), strict=True)):
        groups.setdefault((note[0], before[note]), []).append(row)
        before[note] += 1
    return [np.array(rows) for rows in groups.values()]


def is_kit(bundle: Bundle) -> bool:
    """Whether every key of an instrument is another sound."""
    return any(place.keys for place in bundle.places)


def _drawn(bundle: Bundle, count: int, draw: np.random.Generator) -> Latents:
    return draw.standard_normal((count, bundle.latent)).astype(np.float32), np.ones(count, np.int64)


def _struck(bundle: Bundle, pitch: NDArray[np.int64], draw: np.random.Generator) -> Latents:
    """The keys `pitch` (n,) of the kits, any of these."""
    kits = draw.integers(len(bundle.places), size=len(pitch))
    chosen = [bundle.places[kit].keys[key] for kit, key in zip(kits, pitch.tolist(), strict=True)]
    return np.array(chosen, np.float32), np.ones(len(pitch), np.int64)


def _placed(places: dict[int, Place], label: NDArray[np.int64]) -> Latents:
    chosen = [places[int(index)] for index in label]
    latent = np.array([place.latent for place in chosen], np.float32)
    return latent, np.array([place.divisor for place in chosen], np.int64)


def _named(bundle: Bundle, sounds: Sounds) -> dict[int, Place]:
    """The instrument's places by index of the names of the set."""
    return {sounds.names.index(p.name): p for p in bundle.places if p.name in sounds.names}


def _playable(bundle: Bundle, sounds: Sounds) -> NDArray[np.int64]:
    """Rows of what the instrument has a key for and, unless it is free, a place; held out but for kits."""
    low, high = bundle.pitch_range
    able = (sounds.pitch >= low) & (sounds.pitch <= high)
    if is_kit(bundle):
        able &= np.isin(sounds.pitch, bundle.classes)
    else:
        able &= sounds.held_out
    if bundle.generator not in FREE:
        able &= np.isin(sounds.label, list(_named(bundle, sounds)))
    return np.flatnonzero(able)
