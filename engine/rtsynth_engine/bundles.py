"""Instrument bundles: a folder `name.rtsynth/` with a manifest, the networks, a model card and a preview.

A bundle comes from outside, so nothing in it is trusted: the manifest is checked against its schema, every
file is read once, hashed and kept in memory, and the networks are opened from those bytes, so that what was
checked is what runs. Links and files outside the folder are never followed.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .checking import RefusedError, check, parse_json, read_regular, validator
from .errors import BundleError
from .heads.mel import Spectrum
from .layout import FRAME

MANIFEST = "instrument.json"
MANIFEST_LIMIT = 1 << 20  # bytes: eight times what the flagship's 76 places take
FILE_LIMIT = 64 << 20  # bytes: more than any network of ours
SCRIPT_LIMIT = 512 << 20  # a RAVE takes 86 to 156 MB
SCRIPTS = ("note.ts", "generator.ts")
EVEN = (-2.0, -1.0, 0.0, 1.0, 2.0)  # steps whose ways a direction's warp gives

# An ONNX tensor kept in another file names it in an entry whose key is the string "location" (onnx.proto,
# TensorProto, external_data): field 1, length 8. Both varints may be padded, so the padded forms count too.
EXTERNAL_DATA = re.compile(
    rb"(?:\x0a|\x8a[\x80-\xff]*[\x00-\x7f])(?:\x08|\x88[\x80-\xff]*[\x00-\x7f])location"
)


@dataclass(frozen=True)
class Head:
    """What a generator's frames hold. Rates in Hz; no note was longer than `longest_seconds` in training.

    A frame of a head of kind `partials` holds `partials` and `bands`; one of `spectral` or `waveform` FRAME
    samples at `sample_rate`. `release_db`: dB per second at which notes fall after their end, where the
    network does not say.
    """

    kind: str
    frame_rate: float
    frames_per_step: int
    longest_seconds: float = 4.0
    partials: int = 0
    bands: int = 0
    sample_rate: float = 0.0
    release_db: float = 120.0
    spectrum: Spectrum | None = None


@dataclass(frozen=True)
class Place:
    """A named point of the latent space. `low`, `high`: MIDI pitches; partial k is at k * f0 / divisor.

    A kit has a latent for each of its `keys`, and sounds to their end whenever it is `one_shot`; a key of a
    `choke` group ends the others of that group.
    """

    id: str
    name: str
    program: int
    category: str
    divisor: int
    low: int
    high: int
    gain_db: float
    latent: tuple[float, ...]
    keys: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    choke: tuple[tuple[int, ...], ...] = ()
    one_shot: bool = False


@dataclass(frozen=True)
class Direction:
    """A way through the latent space. `at`: a step from every place; `warp`: how far EVEN steps go there."""

    id: str
    name: str
    at: tuple[tuple[float, ...], ...]
    warp: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Bundle:
    """A checked instrument. `states`: shapes per voice; `digest`: SHA-256 over its files' hashes.

    `generator` is the kind of its networks, which are the `files`, by name. `classes`: the MIDI pitches that
    a network counts. `trained`: what its training took. Networks that are there a second time, as SCRIPTS, do
    not count in the digest, for they must not change the sound.
    """

    path: Path
    id: str
    name: str
    author: str
    licence: str
    data: str
    generator: str
    head: Head
    latent: int
    pitch_range: tuple[int, int]
    places: tuple[Place, ...]
    directions: tuple[Direction, ...]
    digest: str
    files: Mapping[str, bytes]
    states: tuple[tuple[int, ...], ...] = ()
    film: int = 0
    static: int = 0
    classes: tuple[int, ...] = ()
    trained: Mapping[str, float] = field(default_factory=dict)

    def with_files(self, files: Mapping[str, bytes]) -> "Bundle":
        """The bundle with these beside its files, or in their place."""
        return replace(self, files={**self.files, **files})

    def place(self, id: str) -> Place:
        """The place of that id. Raises BundleError."""
        for place in self.places:
            if place.id == id:
                return place
        raise BundleError(
            f"{self.path.name}: no place {id!r}; there are {', '.join(p.id for p in self.places)}"
        )


def load_bundle(folder: Path | str) -> Bundle:
    """Read and check a bundle. Takes some 20 ms; any thread but the audio callback's. Raises BundleError."""
    path = Path(folder)
    if not path.is_dir():
        raise BundleError(f"{path}: there is no such bundle folder")
    manifest = _manifest(path)
    contents = {name: _file(path, name, digest) for name, digest in manifest["files"].items()}
    return _bundle(path, manifest, contents)


def bundle_id(folder: Path) -> str | None:
    """What the manifest in a folder calls itself, as far as it can be read."""
    try:
        manifest = parse_json(read_regular(folder / MANIFEST, MANIFEST_LIMIT))
    except RefusedError:
        return None
    id = manifest.get("id") if isinstance(manifest, dict) else None
    return id if isinstance(id, str) else None


def _manifest(path: Path) -> Any:
    try:
        manifest = parse_json(read_regular(path / MANIFEST, MANIFEST_LIMIT))
        _check_format(manifest)
        check(manifest, validator("rtsynth_engine", "bundle.schema.json"))
        _check_sizes(manifest)
    except RefusedError as error:
        raise BundleError(
            f"{path.name}: {MANIFEST}: {error}; get the bundle again from its author"
        ) from error
    return manifest


def _check_format(manifest: Any) -> None:
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if isinstance(version, int) and version > 1:
        raise RefusedError(
            f"format {version} is newer than this rtsynth, which reads format 1: update rtsynth"
        )


def _check_sizes(manifest: Any) -> None:
    """What a schema cannot say: sizes that must agree with each other."""
    size = manifest["latent"]
    for kind in ("places", "directions"):
        for item in manifest[kind]:
            if len(item["latent"]) != size:
                raise RefusedError(
                    f"{kind}: {item['id']} has {len(item['latent'])} latents instead of {size}"
                )
    for item in manifest["directions"]:
        _check_direction(item, size, len(manifest["places"]))
    for item in manifest["places"]:
        if item["low"] > item["high"]:
            raise RefusedError(f"places: {item['id']} ends below its lowest pitch")
        if any(len(latent) != size for latent in item.get("keys", {}).values()):
            raise RefusedError(f"places: {item['id']} has a key of another size than {size}")
    head = manifest["head"]
    if head["kind"] != "partials" and head["frame_rate"] * FRAME != head["sample_rate"]:
        raise RefusedError(f"head: frame_rate is not sample_rate / {FRAME}")
    if manifest["pitch_range"][0] > manifest["pitch_range"][1]:
        raise RefusedError("pitch_range: ends below its lowest pitch")
    ids = [place["id"] for place in manifest["places"]]
    if len(set(ids)) < len(ids):
        raise RefusedError("places: two have the same id")


def _check_direction(item: Any, size: int, places: int) -> None:
    for key in item.keys() & {"at", "warp"}:
        if len(item[key]) != places:
            raise RefusedError(f"directions: {item['id']} has {key} for {len(item[key])} of {places} places")
    if any(len(step) != size for step in item.get("at", ())):
        raise RefusedError(f"directions: {item['id']} has steps of another size than {size}")


def _file(path: Path, name: str, digest: str) -> bytes:
    try:
        content = read_regular(path / name, SCRIPT_LIMIT if name.endswith(".ts") else FILE_LIMIT)
        if hashlib.sha256(content).hexdigest() != digest:
            raise RefusedError("was changed or is incomplete (its SHA-256 is not the manifest's)")
        if name.endswith(".onnx") and EXTERNAL_DATA.search(content):
            raise RefusedError("keeps weights outside itself, which is not allowed")
    except RefusedError as error:
        raise BundleError(f"{path.name}: {name} {error}; get the bundle again from its author") from error
    return content


def _bundle(path: Path, manifest: Any, contents: dict[str, bytes]) -> Bundle:
    same = ("id", "name", "author", "licence", "data", "generator", "latent")
    sizes = manifest.get("sizes", {})
    return Bundle(
        path=path,
        **{key: manifest[key] for key in same},
        head=_head(manifest["head"]),
        states=tuple(tuple(shape) for shape in manifest.get("states", ())),
        film=sizes.get("film", 0),
        static=sizes.get("static", 0),
        pitch_range=(manifest["pitch_range"][0], manifest["pitch_range"][1]),
        places=tuple(_place(place) for place in manifest["places"]),
        directions=tuple(_direction(item, len(manifest["places"])) for item in manifest["directions"]),
        digest=_digest(manifest["files"]),
        files=contents,
        classes=tuple(manifest.get("classes", ())),
        trained=manifest.get("trained", {}),
    )


def _head(item: Any) -> Head:
    spectrum = Spectrum(**item["spectrum"]) if "spectrum" in item else None
    return Head(**{**item, "spectrum": spectrum})


def _place(item: Any) -> Place:
    keys = {int(key): tuple(latent) for key, latent in item.get("keys", {}).items()}
    choke = tuple(tuple(group) for group in item.get("choke", ()))
    return Place(**{**item, "latent": tuple(item["latent"]), "keys": keys, "choke": choke})


def _direction(item: Any, places: int) -> Direction:
    """A direction that tells no step of a place's own is the same everywhere, and even as it is."""
    at, warp = item.get("at", [item["latent"]] * places), item.get("warp", [EVEN] * places)
    return Direction(item["id"], item["name"], *(tuple(tuple(row) for row in rows) for rows in (at, warp)))


def _digest(files: dict[str, str]) -> str:
    lines = "".join(f"{files[name]}  {name}\n" for name in sorted(files) if name not in SCRIPTS)
    return hashlib.sha256(lines.encode()).hexdigest()
