"""Made-up notes whose figures are known."""

import numpy as np
import pytest
import torch

from rtsynth_engine.bundles import Place
from rtsynth_models.data.catalogue import HELD_OUT
from rtsynth_models.evaluation.listening import Heard, Report
from rtsynth_models.evaluation.liveliness import NAMES

KINDS = ("original", "analysed", "generated")


def place(id: str = "flute", category: str = "pipe") -> Place:
    return Place(id, id.title(), 73, category, 1, 54, 99, 0.0, (0.0,))


def heard(
    pitch: int = HELD_OUT[0], mr: float = 4.0, rise: float = 8.0, cents: float = 0.0, **moved: float
) -> Heard:
    """A note whose versions all measure the same, but for what moves in the generated one."""
    note = Heard(place(), pitch, 102)
    still = {
        "mr": mr,
        "mel": 3.0,
        "level_db": -1.0,
        "rise_ms": rise,
        "pre_echo_db": -90.0,
        "pitch_cents": cents,
    }
    for kind in KINDS:
        note.measures[kind] = dict(still)
        note.moved[kind] = np.array([moved.get(name, 1.0) if kind == "generated" else 1.0 for name in NAMES])
        note.mel[kind] = np.full((376, 96), -60, np.float16)
    return note


@pytest.fixture(autouse=True)
def one_thread():
    """Small networks are slower with several threads, most of all on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def make_heard():
    return heard


@pytest.fixture
def make_report():
    def report(notes, sweep=((60, 0.0), (30, 40.0)), id="flute", category="pipe"):
        return Report(place(id, category), list(notes), list(sweep), None)

    return report


@pytest.fixture
def figures(make_heard, make_report):
    """The JSON of an evaluation of one place."""
    from rtsynth_models.evaluation.summary import grouped, summarise, summarise_reports

    reports = [make_report([make_heard(mr=4.25), make_heard(pitch=40)])]
    return {
        "instrument": "made-up",
        "velocities": [102],
        "all": summarise_reports(reports),
        "trained": summarise([reports[0].notes[1]]),
        "categories": grouped(reports, lambda r: r.place.category),
        "programs": grouped(reports, lambda r: r.place.id),
        "names": {"flute": "Flute"},
    }
