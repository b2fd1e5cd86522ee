"""Whose TorchScript is run: that of rtsynth itself, and other where the person says so."""

from pathlib import Path

import pytest

from rtsynth import networks
from rtsynth.folders import SHIPPED
from rtsynth.networks import NetworkRequest, is_shipped, open_network
from rtsynth_engine.bundles import Bundle, load_bundle


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What `choose_generator` was told about trust."""
    told: list[bool] = []
    monkeypatch.setattr(networks, "choose_generator", lambda bundle, wanted, trusted: told.append(trusted))
    return told


def test_a_bundle_that_came_with_rtsynth_is_trusted(trusted: list[bool]) -> None:
    bundle = load_bundle(SHIPPED / "instruments" / "partialgan.rtsynth")
    open_network(bundle, NetworkRequest())
    assert trusted == [True]


@pytest.mark.parametrize("trust", [False, True])
def test_a_bundle_from_elsewhere_is_trusted_where_the_person_says_so(
    bundle: Bundle, trusted: list[bool], trust: bool
) -> None:
    open_network(bundle, NetworkRequest("cuda", trust))
    assert trusted == [trust]


def test_a_link_among_shipped_instruments_is_not_shipped(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(networks, "SHIPPED", tmp_path)
    (tmp_path / "linked.rtsynth").symlink_to(bundle.path)
    assert not is_shipped(load_bundle(tmp_path / "linked.rtsynth"))
