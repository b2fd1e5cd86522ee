"""The rows of the table of MIDI, and which tests prove each.

    python -m tests.midi.rows

writes the table that the README shows.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import redirect_stdout
from pathlib import Path

import pytest

ROWS = (
    "Note on / off",
    "Same key twice",
    "Note-off without on, every key of every channel",
    "Running status",
    "Real-time inside a message or SysEx",
    "SysEx without end",
    "Sustain 64",
    "Half pedal",
    "Sostenuto 66",
    "Soft 67, legato 68",
    "Pitch bend",
    "RPN 0, 1, 2, 5",
    "RPN 3, 4",
    "RPN 6 (MPE)",
    "NRPN, 14-bit CC",
    "CC 1, 2, 4, 11, 7, 8, 10",
    "CC 70–79, 91, 93",
    "CC 5, 65, 84",
    "Channel and poly pressure",
    "CC 88",
    "Mono, legato, priorities",
    "Voice stealing",
    "CC 120",
    "CC 123",
    "CC 121",
    "CC 124–127",
    "Bank 0, 32, program change",
    "MTS SysEx",
    ".scl / .kbm",
    "GM, GM2, GS, XG reset, identity, master volume and tune",
    "Active sensing",
    "System reset, start, stop, continue, clock, song position",
    "MIDI learn",
    "Ports",
    "Hot-plug",
    "Split, layer, transpose",
    "Velocity curve",
    "Panic",
)

FOLLOWING, PROCESS = (
    "tests/rtsynth/midi/test_following.py",
    "tests/rtsynth/midi/test_process.py::TestOverJack",
)
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "Ports": (
        f"{PROCESS}::test_two_ports_and_the_virtual_one_keep_their_numbers",
        f"{PROCESS}::test_the_virtual_port_has_a_stable_name_that_others_connect_to",
        f"{FOLLOWING}::test_a_name_that_means_several_is_refused_at_the_start_and_lists_them",
        f"{FOLLOWING}::test_two_inputs_of_one_name_stay_apart_by_their_order",
        f"{FOLLOWING}::test_an_input_typed_by_its_index_is_followed_by_its_name",
    ),
    "Hot-plug": (
        f"{PROCESS}::test_an_input_that_is_pulled_out_lets_its_notes_go_and_plays_again_when_it_is_back",
        f"{PROCESS}::test_an_input_that_is_not_there_is_waited_for_and_plays_when_it_comes",
        f"{FOLLOWING}::test_an_input_that_goes_away_with_ten_notes_held_is_told_to_the_engine_once",
        "tests/engine/test_jack_sources.py::test_a_source_that_a_person_connected_is_connected_again_when_it_comes_back",
    ),
    "Active sensing": (
        "tests/engine/test_jack.py::test_active_sensing_that_stops_lets_go_of_the_notes",
        f"{PROCESS}::test_clock_sensing_and_exclusives_arrive",
    ),
    ".scl / .kbm": (
        "tests/rtsynth/test_tunings.py::test_an_unmapped_key_and_one_out_of_range_is_silent",
        "tests/rtsynth/test_tunings.py::test_the_historical_scales_have_the_intervals_they_are_known_for",
    ),
    "GM, GM2, GS, XG reset, identity, master volume and tune": (
        f"{PROCESS}::test_who_asks_the_virtual_port_who_it_is_gets_an_answer",
    ),
    "MIDI learn": (
        "tests/rtsynth/test_learn_command.py::test_one_touch_is_learnt_and_what_cannot_be_is_told",
        "tests/rtsynth/test_learning.py::test_a_reserved_controller_is_refused_with_the_reason",
    ),
    "Velocity curve": (
        "tests/rtsynth/test_velocity.py::test_a_curve_never_falls_keeps_silence_and_stays_in_its_range",
        "tests/rtsynth/test_velocity.py::test_fixed_is_one_velocity_however_a_key_is_struck",
    ),
}
"""Tests outside this folder that prove rows, too."""


def row(*names: str) -> pytest.MarkDecorator:
    """Mark a test as proof of these rows."""
    assert set(names) <= set(ROWS), names
    return pytest.mark.row(*names)


class Proofs:
    """A plugin that remembers which collected tests prove which row."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, None]] = defaultdict(dict)

    def pytest_collection_modifyitems(self, items: Iterable[pytest.Item]) -> None:
        """Called by pytest with every test."""
        for item in sorted(items, key=lambda item: "test_fuzz" in item.nodeid):  # the plainest proof first
            for mark in item.iter_markers("row"):
                for name in mark.args:
                    self.found[name][item.nodeid.partition("[")[0]] = None


def table(found: dict[str, dict[str, None]]) -> str:
    """A table in Markdown: each row, the first test that proves it, and how many more do."""
    lines = ["| Row | Proved by |", "|---|---|"]
    for name in ROWS:
        first, *more = [*found.get(name, ()), *ELSEWHERE.get(name, ()), ""]
        others = f"; and {len(more) - 1} more" if len(more) > 1 else ""
        lines.append(f"| {name} | {claim(first) if first else ''}{others} |")
    return "\n".join(lines)


def claim(test: str) -> str:
    """What a test claims, and a link to where it does."""
    path, _, name = test.partition("::")
    return f"[{name.split('::')[-1].removeprefix('test_').replace('_', ' ')}]({path})"


def main() -> int:
    """Collect the tests of this folder and print the table; returns pytest's exit code."""
    proofs = Proofs()
    with redirect_stdout(sys.stderr):
        code = pytest.main(["--collect-only", "-qq", "--no-header", str(Path(__file__).parent)], [proofs])
    print(table(proofs.found))
    return code


if __name__ == "__main__":
    sys.exit(main())
