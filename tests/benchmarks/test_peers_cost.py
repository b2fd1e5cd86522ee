"""What held notes cost: the same notes for both synths, each in a process whose CPU time is counted."""

import math
import shutil
import sys
from pathlib import Path

import pytest

from rtsynth.midi.files import read_midi, write_midi
from rtsynth_benchmarks.peers import cost
from rtsynth_benchmarks.peers.holding import hold
from rtsynth_benchmarks.stage import SOUNDFONT
from tests.conftest import require


@pytest.mark.parametrize("notes", [1, 16, 64, 128])
def test_held_notes_are_struck_once_each_and_released_at_the_end(notes: int) -> None:
    events = cost.score(cost.Case(48, notes), 2.0).events
    struck = events[events["status"] & 0xF0 == 0x90]
    assert len({(event["status"], event["data1"]) for event in struck}) == len(struck) == notes
    assert (struck["seconds"] == 0).all()
    released = events[events["status"] & 0xF0 == 0x80]
    assert sorted(released["data1"]) == sorted(struck["data1"])
    assert (released["seconds"] == 2.0).all()


def test_notes_struck_anew_are_released_first_and_spread_over_the_time_between() -> None:
    events = cost.score(cost.Case(0, 4, every=1.0), 3.0).events
    struck = events[events["status"] == 0x90]
    assert list(struck["seconds"]) == [i * 0.25 for i in range(12)]
    down: set[int] = set()
    for event in events[events["status"] < 0xC0]:
        (down.add if event["status"] == 0x90 else down.remove)(int(event["data1"]))
    assert not down


def test_every_channel_plays_the_program_and_none_is_the_drums() -> None:
    events = cost.score(cost.Case(19, 128), 1.0).events
    chosen = events[events["status"] & 0xF0 == 0xC0]
    used = {int(event["status"] & 15) for event in events}
    assert {int(event["status"] & 15) for event in chosen} == used
    assert set(chosen["data1"]) == {19}
    assert 9 not in used


def test_all_notes_sound_in_our_engine_at_once(tmp_path: Path) -> None:
    file = tmp_path / "chord.mid"
    write_midi(file, cost.score(cost.Case(19, 70), 0.1))
    assert len(read_midi(file).events) == 2 + 2 * 70
    told = hold(file)
    assert (told.peak_voices, told.stolen) == (70, 0)


def test_the_cpu_time_of_a_child_is_its_own() -> None:
    idle = cost.cpu_seconds([sys.executable, "-c", "import time; time.sleep(0.2)"])
    busy = "import time\nwhile time.process_time() < 0.5: pass"
    assert idle < cost.cpu_seconds([sys.executable, "-c", busy])


def test_a_child_that_fails_is_told_with_what_it_said() -> None:
    with pytest.raises(RuntimeError, match="no such tune"):
        cost.cpu_seconds([sys.executable, "-c", "raise SystemExit('no such tune')"])


def test_both_synths_have_a_cost_held_and_struck_anew() -> None:
    require(shutil.which("fluidsynth") and SOUNDFONT.exists(), "fluidsynth and fluid-soundfont-gm")
    said: list[str] = []
    setting = cost.Setting((4,), (3,), every=0.1, programs=(48,), repetitions=2, lengths=(0.2, 0.7))
    rows = cost.run(setting, said.append)
    held, struck = "program 48, 4 notes, held", "program 48, 3 notes, each struck every 0.1 s"
    assert [row["what"] for row in rows] == [held, struck]
    assert len(said) == 1 + 4
    for row in rows:
        assert all(math.isfinite(value) for name, value in row.items() if name != "what")
        assert row["rtsynth_spread"] >= 0
        assert row["FluidSynth_spread"] >= 0
