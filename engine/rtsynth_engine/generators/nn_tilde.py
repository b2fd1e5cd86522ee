"""TorchScript in the convention of nn~, which RAVE follows: methods that turn signals into signals.

A buffer `<method>_params` holds channels and ratio of what goes in and of what comes out; a ratio counts
samples of sound per frame. What a streaming network remembers lies in buffers with a slot for each row of a
batch (cached-conv): they are found by running the method, for they are those that change. What `set_NAME`
sets is an attribute, whose `NAME_params` holds the kinds of its values. torch comes as an argument, so that
importing this file does not take a second.
"""

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..errors import BundleError

PREFERRED = ("decode", "forward")
MOST_CHANNELS, LONGEST_RATIO = 1024, 8192
SUFFIX = "_params"
CASTS = (bool, int, float)  # kinds of an attribute's values, as nn~ counts them; text comes next
TRIED = 2  # frames that a method is tried with
ENDLESS = 1 << 10  # rows of a run of a network without caches


class Method(NamedTuple):
    """A method that makes sound of latents: `channels` of these, each frame of them `ratio` samples."""

    name: str
    channels: int
    ratio: int


def open_script(torch: Any, content: bytes, name: str, device: str = "cpu") -> Any:
    """The network of a `.ts` file, a program: call this for trusted ones only. Raises BundleError."""
    try:
        with warnings.catch_warnings():  # TorchScript is deprecated, and players would hear of it
            warnings.simplefilter("ignore", DeprecationWarning)
            return torch.jit.load(io.BytesIO(content), map_location=device).eval()
    except RuntimeError as error:
        raise refusal(name, "cannot be opened", error) from error


def refusal(name: str, what: str, error: Exception | None = None) -> BundleError:
    """One line: what is wrong with the `.ts` called `name`, and what to do."""
    cause = f" ({(str(error).strip().splitlines() or [''])[-1][:160]})" if error else ""
    return BundleError(f"{name} {what}{cause}; export it again for nn~ (`rave export --streaming`)")


def methods_of(network: Any) -> dict[str, tuple[int, int, int, int]]:
    """The four numbers of every method: channels and ratio of what goes in, and of what comes out."""
    found = {}
    for name, buffer in network.named_buffers(recurse=False):
        method = name.removesuffix(SUFFIX)
        if name.endswith(SUFFIX) and hasattr(network, method) and buffer.shape == (4,):
            channels, ratio, heard, out = (int(number) for number in buffer.tolist())
            found[method] = (channels, ratio, heard, out)
    return found


def find_method(network: Any, name: str, wanted: str = "") -> Method:
    """The method to play: the one that is wanted, else the first of PREFERRED that makes sound of latents."""
    methods = methods_of(network)
    chosen = [wanted] if wanted else [each for each in PREFERRED if each in methods] or list(methods)
    for each in chosen:
        if each in methods and _is_playable(*methods[each]):
            return Method(each, *methods[each][:2])
    there = ", ".join(f"{each} {list(numbers)}" for each, numbers in methods.items()) or "none"
    sought = f"method {wanted!r}" if wanted else "method"
    raise refusal(name, f"has no {sought} that makes sound of latents; its methods are: {there}")


def _is_playable(channels: int, ratio: int, heard: int, out: int) -> bool:
    """An in ratio of 1 takes sound, as an effect does, and no latents."""
    return 1 <= channels <= MOST_CHANNELS and 2 <= ratio <= LONGEST_RATIO and heard >= 1 and out == 1


def attributes_of(network: Any) -> dict[str, tuple[int, ...]]:
    """What can be set on a network: for each value of an attribute its kind, a place in CASTS or beyond."""
    found = {}
    for name, buffer in network.named_buffers(recurse=False):
        attribute = name.removesuffix(SUFFIX)
        if name.endswith(SUFFIX) and hasattr(network, f"set_{attribute}"):
            found[attribute] = tuple(int(kind) for kind in buffer.tolist())
    return found


def set_attributes(network: Any, values: Mapping[str, Sequence[float]], name: str) -> None:
    """Set attributes before the network is played. Raises BundleError."""
    known = attributes_of(network)
    for attribute, numbers in values.items():
        kinds = known.get(attribute, ())
        if len(kinds) != len(numbers) or not kinds or max(kinds) >= len(CASTS):
            there = ", ".join(f"{each} ({len(known[each])})" for each in known) or "none"
            raise BundleError(
                f"{name} has no attribute {attribute!r} of {len(numbers)} numbers; it has: {there}"
            )
        try:
            cast = [CASTS[kind](number) for kind, number in zip(kinds, numbers, strict=True)]
            getattr(network, f"set_{attribute}")(*cast)
        except Exception as error:  # whatever a script raises
            raise refusal(name, f"cannot set {attribute}", error) from error


@contextmanager
def inference(torch: Any) -> Iterator[None]:
    """What a thread must set before it runs a network: no gradients, no fusing compiler."""
    with torch.inference_mode(), torch.jit.optimized_execution(False):
        yield


class Script:
    """A network, one method of it, and its caches, which belong to whoever was loaded last.

    `slots`: rows that one run takes. `random`: the method draws random numbers, so that a run is repeatable
    only if it is seeded, and takes one row at a time.
    """

    def __init__(self, torch: Any, network: Any, method: Method, name: str, device: str = "cpu") -> None:
        self.torch, self.network, self.method, self.name, self.device = torch, network, method, name, device
        self.call = getattr(network, method.name)
        self.owners: list[tuple[Any, str]] = []
        with inference(torch):
            self._explore()

    def _explore(self) -> None:
        """Find the caches, their slots, and what a new note finds in them: what the last slot holds, which no
        test of an export has touched.
        """
        latents = self.torch.randn(1, self.method.channels, TRIED, device=self.device)
        before = {key: buffer.clone() for key, buffer in self.network.named_buffers()}
        self._try(latents)
        changed = self._changed(before)
        sizes = {buffer.shape[0] if buffer.ndim > 1 else 1 for buffer in changed.values()}
        self.slots = max(sizes.pop() if len(sizes) == 1 else 1, 1) if changed else ENDLESS
        self.whole = self.slots == 1
        modules = dict(self.network.named_modules())
        for key, buffer in changed.items():
            path, _, leaf = key.rpartition(".")
            self.owners.append((modules[path], leaf))
            getattr(*self.owners[-1]).copy_(buffer)
        self.fresh = [view[-1:].clone() for view in self._views()]
        self.random = self._is_random(latents)
        self.load([fresh.clone() for fresh in self.fresh])

    def _changed(self, before: dict[str, Any]) -> dict[str, Any]:
        """Those of the buffers that have changed since."""
        after = dict(self.network.named_buffers())
        changed = {key: each for key, each in before.items() if not self.torch.equal(each, after[key])}
        if any(each.shape != after[key].shape for key, each in changed.items()):
            raise refusal(self.name, "keeps what changes its size from run to run")
        return changed

    def _try(self, latents: Any) -> Any:
        method, wanted = self.method, (len(latents), latents.shape[-1] * self.method.ratio)
        try:
            sound = self.call(latents)
        except Exception as error:  # whatever a script raises
            raise refusal(self.name, f"cannot run {method.name}", error) from error
        if sound.ndim != 3 or (sound.shape[0], sound.shape[2]) != wanted:
            raise refusal(
                self.name,
                f"{method.name} gives {tuple(sound.shape)} instead of ({wanted[0]}, channels, {wanted[1]})",
            )
        return sound

    def _is_random(self, latents: Any) -> bool:
        """Whether the same latents from the same caches leave anything else behind with another seed."""
        left = []
        for seed in (1, 2):
            self.load(self.fresh)
            self.torch.manual_seed(seed)
            sound = self._try(latents)
            left.append([each.clone() for each in (sound, *self.kept(1))])
        return not all(map(self.torch.equal, *left))

    def _views(self) -> list[Any]:
        """The caches as they are now, (slots, …)."""
        tensors = [getattr(owner, leaf) for owner, leaf in self.owners]
        return [tensor.unsqueeze(0) for tensor in tensors] if self.whole else tensors

    def memory(self, rows: int) -> list[Any]:
        """Room for what `rows` rows remember, which takes none until it is used."""
        return [
            self.torch.zeros((rows, *each.shape[1:]), dtype=each.dtype, device=self.device)
            for each in self.fresh
        ]

    def load(self, kept: list[Any]) -> None:
        """Let the first rows of a run go on from what was kept of them, (n, …) each."""
        for view, each in zip(self._views(), kept, strict=True):
            view[: len(each)].copy_(each)

    def kept(self, rows: int) -> list[Any]:
        """What the first rows of a run have left, to be copied before the next."""
        return [view[:rows] for view in self._views()]

    def run(self, latents: Any) -> Any:
        """Mono sound (n, frames * ratio) of latents (n, channels, frames); n is `slots` at most."""
        return self.call(latents).mean(1)

    def close(self) -> None:
        """Let go of the network."""
        self.owners, self.fresh, self.network, self.call = [], [], None, None
