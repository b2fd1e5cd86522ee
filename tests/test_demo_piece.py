"""The built-in piece is whole, and is what its script writes."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import mido
import pytest

from rtsynth.folders import SHIPPED

SCRIPT = Path(__file__).parents[1] / "presets" / "make_demo.py"
DRUMS = 9


@pytest.fixture(scope="module")
def messages() -> list[mido.Message]:
    return [message for message in mido.MidiFile(SHIPPED / "demo.mid") if not message.is_meta]


def test_the_piece_is_what_its_script_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SCRIPT, tmp_path / "again.mid"], check=True)
    assert (tmp_path / "again.mid").read_bytes() == (SHIPPED / "demo.mid").read_bytes()


def test_the_piece_lasts_40_to_60_seconds() -> None:
    assert 40 < mido.MidiFile(SHIPPED / "demo.mid").length < 60


def test_the_piece_leaves_the_drum_channel_alone(messages: list[mido.Message]) -> None:
    assert DRUMS not in {message.channel for message in messages}


def test_every_note_ends_and_every_pedal_and_bend_returns(messages: list[mido.Message]) -> None:
    sounding: Counter[tuple[int, int]] = Counter()
    controls: dict[object, int] = {}
    for message in messages:
        if message.type in ("note_on", "note_off"):
            sounding[message.channel, message.note] += 1 if message.type == "note_on" else -1
        elif message.type == "control_change":
            controls[message.channel, message.control] = message.value
        elif message.type == "pitchwheel":
            controls[message.channel, "bend"] = message.pitch
    assert set(sounding.values()) == {0}
    assert {value for (_, control), value in controls.items() if control in (64, "bend")} == {0}
