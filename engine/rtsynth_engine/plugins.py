"""Instruments of other packages, by entry points of the group `rtsynth.instruments` (docs/plugins.md).

An entry names a function without arguments that gives a `Plugin`. Installing a package is trusting it: what
it brings runs in this process, without limits.
"""

import dataclasses
import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bundles import Bundle, Direction, Head, Place
from .errors import BundleError
from .generators.contract import Character, Floats, Generator, Rows, habits, plain_character
from .layout import FRAME

GROUP, KIND = "rtsynth.instruments", "plugin"


@dataclass(frozen=True)
class Plugin:
    """An instrument of another package: what it is (see `describe`) and how its generator is made.

    `open` gives an object of four calls: `prepare`, `reset`, `step` and `close`, as docs/plugins.md tells.
    """

    description: Bundle
    open: Callable[[], Any]


def sound_head(
    sample_rate: float, frames_per_step: int = 4, longest_seconds: float = 4.0, release_db: float = 120.0
) -> Head:
    """That of a generator whose steps are `frames_per_step` times FRAME samples at `sample_rate` Hz.

    Notes fall at `release_db` dB per second after their end, where the generator does not say otherwise.
    """
    rate = sample_rate / FRAME
    return Head(
        "waveform", rate, frames_per_step, longest_seconds, sample_rate=sample_rate, release_db=release_db
    )


def place(id: str, name: str, latent: Sequence[float], **settings: Any) -> Place:
    """A named sound: a point of the latent space; `settings` are other fields of a Place."""
    usual: dict[str, Any] = {
        "program": 0,
        "category": "other",
        "divisor": 1,
        "low": 0,
        "high": 127,
        "gain_db": 0.0,
    }
    return Place(id=id, name=name, latent=tuple(map(float, latent)), **(usual | settings))


def describe(
    id: str,
    name: str,
    head: Head,
    places: Sequence[Place],
    *,
    directions: Sequence[Direction] = (),
    author: str = "",
    licence: str = "",
    data: str = "",
) -> Bundle:
    """What an instrument says of itself; its keys and the size of its latents are those of its places."""
    return Bundle(
        path=Path(f"{id}.plugin"),
        id=id,
        name=name,
        author=author,
        licence=licence,
        data=data,
        generator=KIND,
        head=head,
        latent=len(places[0].latent),
        pitch_range=(min(each.low for each in places), max(each.high for each in places)),
        places=tuple(places),
        directions=tuple(directions),
        digest="",
        files={},
    )


def find_plugins() -> tuple[list[Plugin], list[BundleError]]:
    """Every plug-in by its id, and what is wrong with the others. Imports their packages the first time."""
    plugins: dict[str, Plugin] = {}
    refused = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            plugin = _load(entry)
            plugins.setdefault(plugin.description.id, plugin)
        except BundleError as error:
            refused.append(error)
    return list(plugins.values()), refused


def open_plugin(description: Bundle) -> Generator:
    """The generator of an installed plug-in. Raises BundleError."""
    for plugin in find_plugins()[0]:
        if plugin.description.id == description.id:
            return open_instrument(plugin)
    raise BundleError(f"no plug-in {description.id!r} is installed any more; install its package again")


def open_instrument(plugin: Plugin) -> Generator:
    """The generator of a plug-in, with what it may leave out. Raises BundleError for what its code raises."""
    try:
        return Adapted(plugin.open(), plugin.description.head)
    except BundleError:
        raise
    except Exception as error:  # another package's code
        raise BundleError(f"plug-in {plugin.description.id} cannot be opened ({_line(error)})") from error


@cache
def _load(entry: EntryPoint) -> Plugin:
    package = entry.dist.name if entry.dist else entry.module
    version = entry.dist.version if entry.dist else ""
    try:
        plugin = entry.load()()
        _check(plugin)
    except Exception as error:  # another package's code
        raise BundleError(
            f"plug-in {entry.name} of {package} cannot be loaded ({_line(error)}); "
            f"update or uninstall {package}"
        ) from error
    digest = hashlib.sha256(f"{package} {version} {entry.value}".encode()).hexdigest()
    return dataclasses.replace(plugin, description=dataclasses.replace(plugin.description, digest=digest))


def _check(plugin: Any) -> None:
    """Raise ValueError where a plug-in's description does not hold together."""
    if not isinstance(plugin, Plugin) or not isinstance(plugin.description, Bundle):
        raise ValueError(f"its entry gives {type(plugin).__name__} instead of Plugin")
    description = plugin.description
    sizes = {each.id: {len(each.latent)} for each in description.places}
    sizes |= {each.id: set(map(len, each.at)) for each in description.directions}
    for id, found in sizes.items():
        if found != {description.latent}:
            raise ValueError(f"{id} has latents of another size than {description.latent}")
    head = description.head
    if head.kind != "partials" and not math.isclose(head.frame_rate * FRAME, head.sample_rate):
        raise ValueError(f"its head's frame_rate is not sample_rate / {FRAME}")


def _line(error: Exception) -> str:
    text = (str(error).strip().splitlines() or [""])[0][:160]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class Adapted:
    """A plug-in's generator as the engine wants it: `condition` resets where there is none, and what `reset`
    says may be a Character, slopes (n, 2), or nothing.
    """

    def __init__(self, inner: Any, head: Head) -> None:
        self.inner, self.frames_per_step = inner, head.frames_per_step
        self.memoryless, self.velocity_layers, self.rows_at_once = habits(inner)
        self.usual = np.array([[head.release_db, 0.0]], np.float32)
        self.again = getattr(inner, "condition", inner.reset)

    def prepare(self, rows: int) -> None:
        """As in Generator."""
        self.inner.prepare(rows)

    def reset(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """As in Generator."""
        return self._character(self.inner.reset(rows, pitch, velocity, latent), len(rows))

    def condition(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """As in Generator."""
        return self._character(self.again(rows, pitch, velocity, latent), len(rows))

    def _character(self, said: Any, count: int) -> Character:
        if isinstance(said, Character):
            return said
        slopes = np.repeat(self.usual, count, 0) if said is None else np.asarray(said, np.float32)
        return plain_character(slopes)

    def step(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """As in Generator."""
        frames: NDArray[np.float32] = self.inner.step(rows, time)
        return frames

    def close(self) -> None:
        """As in Generator."""
        self.inner.close()
