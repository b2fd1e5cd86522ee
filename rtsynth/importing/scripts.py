"""Making an instrument bundle of a `.ts` file: sizes, places, and the ways its latents follow a player."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rtsynth_engine.bundles import FILE_LIMIT, MANIFEST, Bundle, Head, load_bundle
from rtsynth_engine.checking import RefusedError, read_regular
from rtsynth_engine.generators.nn_tilde import find_method, open_script
from rtsynth_engine.generators.script import NETWORK, STEERING, ScriptGenerator, Steering, write_steering
from rtsynth_engine.generators.torchscript import import_torch
from rtsynth_engine.layout import FRAME

from ..errors import HostError
from ..naming import slug
from .measuring import TOGETHER, Ways, draw_latents, far_apart, find_ways, listen

LOW, HIGH = 24, 96  # keys
PLACES, SINGLE = 6, 5  # places, and directions that are one latent each: with release and space 8 knobs
LEVEL_DBFS = -20.0
FEWEST_FRAMES = 4  # of a step
RATES = ("sr", "sampling_rate", "sample_rate")  # what exporters call it
UNKNOWN = "unknown: ask whoever trained it"


@dataclass(frozen=True)
class Origin:
    """What the person says of a `.ts`: `rate` in Hz, where the file does not tell; `attributes` to be set."""

    name: str
    rate: float | None = None
    author: str = UNKNOWN
    licence: str = UNKNOWN
    seed: int = 0
    attributes: Mapping[str, list[float]] = field(default_factory=dict)


def import_script(
    source: Path, target: Path, origin: Origin, advance: Callable[[int], object] = lambda count: None
) -> Bundle:
    """Write the bundle folder `target` for the `.ts` file `source`, which is run. `advance` hears of points
    heard. Raises HostError and BundleError.
    """
    if target.exists():
        raise HostError(f"{target} is there already; choose another -o or remove it")
    try:
        content = read_regular(source, FILE_LIMIT)
    except RefusedError as error:
        raise HostError(f"{source} {error}") from error
    bundle = _described(content, source, target, origin)
    generator = ScriptGenerator(bundle)
    generator.prepare(TOGETHER)
    latents = draw_latents(bundle.latent, origin.seed)
    heard = listen(generator, bundle.head.sample_rate, latents, advance)
    generator.close()
    ways = find_ways(latents, heard)
    places = [_place(i, latents[i], heard[i, 1]) for i in far_apart(heard, PLACES)]
    files = {NETWORK: content, STEERING: _steering(ways, origin, bundle.latent)}
    manifest = _manifest(bundle, origin, places, ways, files)
    _write(target, files | {"card.md": _card(bundle, source, origin, ways)}, manifest)
    return load_bundle(target)


def _described(content: bytes, source: Path, target: Path, origin: Origin) -> Bundle:
    """The instrument as far as the file itself tells it."""
    network = open_script(import_torch("cpu"), content, source.name)
    method = find_method(network, source.name)
    rate = origin.rate or _rate(network, source)
    frames = max(-(-method.ratio // FRAME), FEWEST_FRAMES)
    head = Head("waveform", rate / FRAME, frames, sample_rate=rate)
    id, text = slug(origin.name), (origin.author, origin.licence, f"unknown; imported from {source.name}")
    files = {NETWORK: content, STEERING: _steering(None, origin, method.channels)}
    return Bundle(
        target, id, origin.name, *text, "script", head, method.channels, (LOW, HIGH), (), (), "", files
    )


def _rate(network: Any, source: Path) -> float:
    for name in RATES:
        rate = getattr(network, name, None)
        if rate is not None and 4000.0 <= float(rate) <= 192000.0:
            return float(rate)
    raise HostError(f"{source.name} does not tell its sample rate; give it: --rate 48000")


def _place(index: int, latent: Any, level: float) -> dict[str, object]:
    name = "Origin" if index == 0 else f"Drawn {index}"
    return {
        "id": slug(name),
        "name": name,
        "program": 0,
        "category": "imported",
        "divisor": 1,
        "low": LOW,
        "high": HIGH,
        "gain_db": round(float(np.clip(LEVEL_DBFS - level, -40.0, 40.0)), 2),
        "latent": [round(float(number), 6) for number in latent],
    }


def _steering(ways: Ways | None, origin: Origin, size: int) -> bytes:
    """The file of the ways that were measured; none were before the network was listened to."""
    still = np.zeros(size, np.float32)
    pitch, velocity = (ways.brighter, ways.louder) if ways else (still, still)
    return write_steering(
        Steering(pitch.astype(np.float32), velocity.astype(np.float32), dict(origin.attributes))
    )


def _directions(bundle: Bundle, ways: Ways) -> list[dict[str, object]]:
    """The measured way that is brighter, then latents one by one."""
    brighter = [round(float(number), 6) for number in ways.brighter]
    single = [[float(i == j) for j in range(bundle.latent)] for i in range(min(bundle.latent, SINGLE))]
    found: list[dict[str, object]] = [{"id": "brightness", "name": "Brightness", "latent": brighter}]
    for i, one in enumerate(single):
        found.append({"id": f"latent-{i + 1}", "name": f"Latent {i + 1}", "latent": one})
    return found


def _manifest(
    bundle: Bundle, origin: Origin, places: list[dict[str, object]], ways: Ways, files: dict[str, bytes]
) -> dict[str, object]:
    head = bundle.head
    return {
        "format": 1,
        "id": bundle.id,
        "name": bundle.name,
        "author": origin.author,
        "licence": origin.licence,
        "data": bundle.data,
        "generator": "script",
        "head": {
            "kind": head.kind,
            "frame_rate": head.frame_rate,
            "frames_per_step": head.frames_per_step,
            "sample_rate": head.sample_rate,
        },
        "conditioning": [{"name": "latent", "size": bundle.latent}],
        "latent": bundle.latent,
        "pitch_range": [LOW, HIGH],
        "directions": _directions(bundle, ways),
        "places": places,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def _card(bundle: Bundle, source: Path, origin: Origin, ways: Ways) -> bytes:
    brightness, level = 100.0 * ways.explained
    return f"""# {bundle.name}

A network of TorchScript, imported from `{source.name}`: {bundle.latent} latents in, sound at
{bundle.head.sample_rate:g} Hz out. Author: {origin.author}. Licence: {origin.licence}.

It was not trained for notes. Keys move its latents towards brighter sound, velocity towards louder sound,
along ways that were measured by listening: a straight line through its latents explains {brightness:.0f} % of
its brightness and {level:.0f} % of its level, and steps are shorter the less it does. The pitch of a key is
not promised.
""".encode()


def _write(target: Path, files: dict[str, bytes], manifest: dict[str, object]) -> None:
    """All of the folder or nothing."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        try:
            for name, content in files.items():
                (made / name).write_bytes(content)
            (made / MANIFEST).write_text(json.dumps(manifest, indent=1))
            made.chmod(0o755)
            made.rename(target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise HostError(f"cannot write {target}: {error.strerror}; -o names another folder") from error
