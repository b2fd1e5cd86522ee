"""An instrument that tests make up: every program that the flagship learns, and five directions."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rtsynth.folders import SHIPPED
from rtsynth_engine.bundles import Bundle, load_bundle
from rtsynth_models.data.catalogue import PROGRAMS

SIZE = 16
DIRECTIONS = ("brightness", "attack", "breath", "body", "motion")
GRIDS = {"marimba": 2, "drawbar-organ": 4, "rock-organ": 2, "tenor-sax": 2, "kalimba": 4}


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """A manifest of the shipped instrument's form with all programs of the catalogue."""
    return _manifest()


@pytest.fixture(scope="session")
def make_bundle(manifest: dict[str, Any]) -> Callable[..., Bundle]:
    """Writes a bundle into a folder: `manifest` with keys changed, and networks of no use."""

    def make(folder: Path, **changes: Any) -> Bundle:
        path = folder / "whole.rtsynth"
        path.mkdir()
        contents = {name: name.encode() for name in ("note.onnx", "generator.onnx")}
        for name, content in contents.items():
            (path / name).write_bytes(content)
        files = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        (path / "instrument.json").write_text(json.dumps(manifest | {"files": files} | changes))
        return load_bundle(path)

    return make


@pytest.fixture(scope="session")
def bundle(make_bundle: Callable[..., Bundle], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The whole instrument."""
    return make_bundle(tmp_path_factory.mktemp("instruments"))


def _manifest() -> dict[str, Any]:
    shipped = json.loads((SHIPPED / "instruments" / "partialgan.rtsynth" / "instrument.json").read_text())
    draw = np.random.default_rng(3)
    places = [
        {
            "id": each.id,
            "name": each.name,
            "program": each.number,
            "category": each.category,
            "divisor": GRIDS.get(each.id, 1),
            "low": each.low,
            "high": each.high,
            "gain_db": -6.0,
            "latent": draw.standard_normal(SIZE).round(6).tolist(),
        }
        for each in PROGRAMS
    ]
    steps = np.eye(SIZE)[: len(DIRECTIONS)]
    directions = [
        {"id": id, "name": id.title(), "latent": step.tolist()}
        for id, step in zip(DIRECTIONS, steps, strict=True)
    ]
    own = {"id": "whole", "name": "Whole", "latent": SIZE, "places": places, "directions": directions}
    return shipped | own
