"""What a SoundFont says of itself: its name, its licence, its presets and the keys each has samples for.

SoundFont 2.04, RIFF `INFO` and `pdta`; the samples themselves are left to FluidSynth.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.data.errors import DataError

KEY_RANGE, INSTRUMENT, SAMPLE = 43, 41, 53  # generators
KEYS = frozenset(range(128))
DRUM_BANK = 128
GENERATOR = np.dtype([("kind", "<u2"), ("amount", "<u2")])
BAG = np.dtype([("generator", "<u2"), ("modulator", "<u2")])
RECORDS = {
    b"phdr": np.dtype([("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("_", "V12")]),
    b"pbag": BAG,
    b"pgen": GENERATOR,
    b"inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    b"ibag": BAG,
    b"igen": GENERATOR,
    b"shdr": np.dtype([("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("_", "V18")]),
}

Chunks = dict[bytes, bytes]
Table = NDArray[np.void]
Zone = dict[int, int]  # the amount of every generator


@dataclass(frozen=True)
class Preset:
    """One program of a SoundFont and the MIDI numbers that it has samples for."""

    program: int
    name: str
    keys: frozenset[int]


@dataclass(frozen=True)
class Headers:
    """`melodic` is bank 0, `kits` the drum bank, by program; texts are empty where the file has none."""

    name: str
    copyright: str
    comment: str
    melodic: dict[int, Preset]
    kits: dict[int, Preset]


def read_headers(path: Path) -> Headers:
    """Read the headers of an SF2 or SF3 file; DataError when it is missing, no SoundFont, or cut short."""
    try:
        with path.open("rb") as file:
            chunks = _read(file, path)
        return _headers(chunks)
    except FileNotFoundError:
        raise DataError(f"no SoundFont at {path}: install fluid-soundfont-gm or name another") from None
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except (KeyError, IndexError, ValueError) as error:
        raise DataError(f"{path} is a broken SoundFont: its headers cannot be read") from error


def _read(file: BinaryIO, path: Path) -> Chunks:
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise DataError(f"{path} is no SoundFont (.sf2 or .sf3)")
    there, told = path.stat().st_size, 8 + int.from_bytes(head[4:8], "little")
    if there < told:
        raise DataError(f"{path} is cut short, {there} of {told} bytes: copy or download it again")
    return dict(_chunks(file, told))


def _chunks(file: BinaryIO, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Chunks of the lists `INFO` and `pdta`; the samples between them are passed over."""
    while file.tell() + 8 <= end:
        kind, size = file.read(4), int.from_bytes(file.read(4), "little")
        after = file.tell() + size + size % 2
        if kind == b"LIST":
            if file.read(4) in (b"INFO", b"pdta"):
                yield from _chunks(file, after)
        elif kind in RECORDS or kind in (b"INAM", b"ICOP", b"ICMT"):
            yield kind, file.read(size)
        file.seek(after)


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", "replace").strip()


def _headers(chunks: Chunks) -> Headers:
    tables: dict[bytes, Table] = {kind: np.frombuffer(chunks[kind], row) for kind, row in RECORDS.items()}
    texts = [_text(chunks.get(kind, b"")) for kind in (b"INAM", b"ICOP", b"ICMT")]
    instruments = _instrument_keys(tables)
    banks: dict[int, dict[int, Preset]] = {0: {}, DRUM_BANK: {}}
    for row, zones in _zones(tables[b"phdr"], tables[b"pbag"], tables[b"pgen"]):
        if int(row["bank"]) in banks:
            keys = _keys(zones, INSTRUMENT, instruments.__getitem__)
            found = Preset(int(row["program"]), _text(bytes(row["name"])), keys)
            banks[int(row["bank"])][found.program] = found
    return Headers(*texts, *banks.values())


def _instrument_keys(tables: dict[bytes, Table]) -> list[frozenset[int]]:
    filled = tables[b"shdr"]["end"] > tables[b"shdr"]["start"]
    rows = _zones(tables[b"inst"], tables[b"ibag"], tables[b"igen"])
    return [_keys(zones, SAMPLE, lambda s: KEYS if filled[s] else frozenset()) for _, zones in rows]


def _zones(headers: Table, bags: Table, generators: Table) -> Iterator[tuple[Any, list[Zone]]]:
    """Every header with its zones; the last header only ends the one before it."""
    for row, following in pairwise(headers):
        edges = bags["generator"][row["bag"] : following["bag"] + 1]
        parts = [generators[a:b] for a, b in pairwise(edges)]
        yield row, [{int(g["kind"]): int(g["amount"]) for g in part} for part in parts]


def _keys(zones: list[Zone], leads_to: int, below: Callable[[int], frozenset[int]]) -> frozenset[int]:
    """Keys that reach a sample. A first zone that leads nowhere holds the defaults of the others."""
    found: frozenset[int] = frozenset()
    default = KEYS
    for i, zone in enumerate(zones):
        own = _range(zone[KEY_RANGE]) if KEY_RANGE in zone else default
        if leads_to in zone:
            found |= own & below(zone[leads_to])
        elif i == 0:
            default = own
    return found


def _range(amount: int) -> frozenset[int]:
    return frozenset(range(amount & 0xFF, (amount >> 8) + 1))
