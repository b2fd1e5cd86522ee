"""Whose TorchScript is run: that of rtsynth itself, and other where the person says so."""

import dataclasses
from pathlib import Path

import pytest

from rtsynth import networks
from rtsynth.folders import SHIPPED
from rtsynth.networks import NetworkRequest, is_shipped, open_network
from rtsynth.trusted import trust
from rtsynth_engine.bundles import Bundle, load_bundle
from rtsynth_engine.errors import BundleError


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What `choose_generator` was told about trust."""
    told: list[bool] = []
    monkeypatch.setattr(networks, "choose_generator", lambda bundle, wanted, trusted: told.append(trusted))
    return told


@pytest.fixture(autouse=True)
def vetted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bundles that were opened in a child process first."""
    told: list[str] = []
    monkeypatch.setattr(networks, "vet", lambda bundle, folder: told.append(bundle.id))
    return told


def test_a_bundle_that_came_with_rtsynth_is_trusted(trusted: list[bool], vetted: list[str]) -> None:
    bundle = load_bundle(SHIPPED / "instruments" / "partialgan.rtsynth")
    open_network(bundle, NetworkRequest())
    assert trusted == [True]
    assert vetted == []


@pytest.mark.parametrize("trust", [False, True])
def test_a_bundle_from_elsewhere_is_trusted_where_the_person_says_so(
    bundle: Bundle, trusted: list[bool], vetted: list[str], trust: bool
) -> None:
    open_network(bundle, NetworkRequest("cuda", trust))
    assert trusted == [trust]
    assert vetted == [bundle.id]


def test_a_program_from_elsewhere_runs_where_it_is_trusted_and_from_then_on(
    bundle: Bundle, trusted: list[bool], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    script = dataclasses.replace(bundle.with_files({"model.ts": b"a program"}), generator="script")
    with pytest.raises(BundleError, match="--trust runs it"):
        open_network(script, NetworkRequest())
    open_network(script, NetworkRequest(trust=True))
    trust(script)
    open_network(script, NetworkRequest())
    assert trusted == [True, False]


def test_a_link_among_shipped_instruments_is_not_shipped(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(networks, "SHIPPED", tmp_path)
    (tmp_path / "linked.rtsynth").symlink_to(bundle.path)
    assert not is_shipped(load_bundle(tmp_path / "linked.rtsynth"))
