"""An engine's memory as another process sees it, and the ring through which that process plays."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

from rtsynth_engine.engine import Engine, Sound, _push
from rtsynth_engine.layout import HELD, PAGE_PORT, READY
from rtsynth_engine.memory import attach_memory, memory_file
from rtsynth_engine.midi.commands import COMMAND, KNOB, SELECT
from rtsynth_engine.rings import make_ring
from rtsynth_engine.sounds import Knob
from rtsynth_engine.telemetry import read_telemetry
from tests.engine.parts import CC, ON, Organ, keys, organ_bundle, render, send

OTHER = """
import json, sys
from rtsynth_engine.memory import attach_memory
from rtsynth_engine.telemetry import read_telemetry
memory = attach_memory(int(sys.argv[1]))
lamps = int((memory.lamps == 1).sum())
print(json.dumps([read_telemetry(memory).voices, int(memory.state[0]["clock"]), lamps]))
"""


@pytest.fixture
def file() -> Iterator[int]:
    made = memory_file()
    yield made
    os.close(made)


@pytest.fixture
def engine(file: int) -> Iterator[Engine]:
    engine = Engine(organ_bundle(), generator=Organ(), page=make_ring(4096), file=file)
    engine.set_sound(0, Sound((0.0,), reverb=0.0, knobs=(Knob(turns={"level": -60.0}),)))
    engine.set_sound(5, Sound((0.0,)))
    engine.prepare([0])
    yield engine
    engine.close()


def test_another_process_sees_voices_clock_and_lamps(engine: Engine, file: int) -> None:
    send(engine, (ON, 60, 100), (ON, 64, 100), frames=512)
    seen = subprocess.run(
        [sys.executable, "-c", OTHER, str(file)], pass_fds=[file], check=True, capture_output=True
    )
    assert json.loads(seen.stdout) == [2, 512, 128]


def test_who_looks_cannot_write(engine: Engine, file: int) -> None:
    seen = attach_memory(file)
    with pytest.raises(ValueError, match="read-only"):
        seen.state[0]["gain"] = 0.0
    assert (seen.lamps == READY).sum() == 128
    assert read_telemetry(seen) == read_telemetry(engine.memory)


def test_what_the_page_plays_acts_at_its_time_on_its_own_port(engine: Engine) -> None:
    state = engine.memory.state[0]
    state["delay"] = 64
    _push(engine.memory.page, time.monotonic_ns(), PAGE_PORT, ON, 60, 100, 0.0)
    render(engine, [], 0.02)
    assert keys(engine, HELD) == [60]
    assert engine.memory.history[0]["port"] == PAGE_PORT


def test_panic_empties_the_ring_of_the_page(engine: Engine) -> None:
    _push(engine.memory.page, 0, PAGE_PORT, ON, 60, 100, 0.0)
    engine.panic()
    render(engine, [], 0.02)
    assert keys(engine) == []


def test_a_knob_turned_by_a_command_stands_where_it_was_turned_to(engine: Engine) -> None:
    loud = np.abs(send(engine, (ON, 60, 100), frames=4800)[:, -480:]).max()
    engine.push(engine.clock, COMMAND, KNOB, 0, 0, 1.0)
    quiet = np.abs(send(engine, frames=9600)[:, -480:]).max()
    assert engine.memory.state[0]["knobs"][0] == 1.0
    assert quiet < 0.01 * loud


def test_a_selected_program_is_every_channels_also_after_a_reset(engine: Engine) -> None:
    engine.push(engine.clock, COMMAND, SELECT, 0, 0, 5.0)
    send(engine, (CC, 121, 0), (0xFF, 0, 0))
    assert set(engine.memory.channels["program"].tolist()) == {5}


def test_a_program_that_is_not_there_is_not_selected_but_counted(engine: Engine) -> None:
    engine.push(engine.clock, COMMAND, SELECT, 0, 0, 77.0)
    send(engine)
    assert set(engine.memory.channels["program"].tolist()) == {0}
    assert engine.telemetry().unknown_program == 1
