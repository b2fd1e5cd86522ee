"""The process of the ports and its handle, with the real rtmidi over a real JACK server."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import rtmidi

from rtsynth.midi.ports import MidiPortError, MidiProcess, list_inputs
from rtsynth_engine.rings import SharedRing
from tests.rtsynth.midi.test_inlet import popped

PATIENCE = 10.0  # seconds for a message to arrive
SERVE = [sys.executable, "-m", "rtsynth.midi.process"]
SERVE_FAKE = """
import sys
from rtsynth.midi.fake import FakeBackend
from rtsynth.midi.process import main
sys.exit(main(sys.argv[1:], lambda: FakeBackend("Keys", "Pads")))
"""


def arrived(process: MidiProcess, count: int) -> list[tuple[int, ...]]:
    """The first `count` events of the ring."""
    events: list[tuple[int, ...]] = []
    patience = time.monotonic() + PATIENCE
    while len(events) < count and time.monotonic() < patience:
        events += popped(process.ring)
        time.sleep(0.005)
    return events


def connect(output: rtmidi.MidiOut, process: MidiProcess) -> None:
    """Wait until JACK carries messages over a new connection; what is sent before is lost."""
    patience = time.monotonic() + PATIENCE
    while not popped(process.ring) and time.monotonic() < patience:
        output.send_message((0xFA,))
        time.sleep(0.05)
    time.sleep(0.1)
    popped(process.ring)


def shared_memory_exists(name: str) -> bool:
    return os.path.exists(f"/dev/shm/{name}")


@pytest.fixture
def fake() -> Iterator[tuple["subprocess.Popen[str]", SharedRing]]:
    """The process over a fake backend, and its ring."""
    ring = SharedRing(16)
    command = [sys.executable, "-c", SERVE_FAKE, "--ring", ring.name, "--capacity", "16", "--port", "keys"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert json.loads(process.stdout.readline()) == {"opened": ["Keys"]}
        yield process, ring
    ring.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_cleanly(fake, number):
    process, _ = fake
    process.send_signal(number)
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 0


def test_the_end_of_standard_input_ends_the_process_and_leaves_the_ring_to_its_owner(fake):
    process, ring = fake
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 0
    assert shared_memory_exists(ring.name)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [(["--port", "organ"], "no MIDI input"), (["--ring", "missing"], "No such file")],
)
def test_what_goes_wrong_is_one_line_of_json_and_exit_code_2(arguments, error):
    ring = SharedRing(16)
    done = subprocess.run(
        [sys.executable, "-c", SERVE_FAKE, "--ring", ring.name, "--capacity", "16", *arguments],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    ring.close()
    assert error in json.loads(done.stdout)["error"]
    assert (done.returncode, done.stderr) == (2, "")


def test_without_a_midi_system_the_parent_is_told_so_in_one_line(monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "rtsynth-none")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    if os.path.exists("/dev/snd/seq"):
        pytest.skip("needs a machine without ALSA's sequencer")
    with pytest.raises(MidiPortError, match=r"^no MIDI system answers \(tried .*\); .*$"):
        MidiProcess()


@pytest.fixture
def keys(jack_server) -> Iterator[rtmidi.MidiOut]:
    """A MIDI keyboard on the JACK server."""
    if os.path.exists("/dev/snd/seq"):
        pytest.skip("needs a machine where JACK is the only MIDI system")
    output = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="Test Keys")
    output.open_virtual_port("out")
    yield output
    output.delete()


@pytest.mark.jack
class TestOverJack:
    def test_the_inputs_are_listed_with_their_interface(self, keys):
        listed = list_inputs()
        assert [(port.api, port.name) for port in listed if "Keys" in port.name] == [
            ("jack", "Test Keys:out")
        ]
        assert [port.index for port in listed] == list(range(len(listed)))

    def test_messages_of_a_named_port_arrive_in_order_with_monotonic_times(self, keys):
        with MidiProcess(["test keys"], None) as process:
            assert process.opened == ["Test Keys:out"]
            connect(keys, process)
            before = time.monotonic_ns()
            for note in range(100):
                keys.send_message((0x90, note, 64))
            events = arrived(process, 100)
            after = time.monotonic_ns()
        assert [event[1:] for event in events] == [(0, 0x90, note, 64) for note in range(100)]
        times = [event[0] for event in events]
        assert before < times[0]
        assert times == sorted(times)
        assert times[-1] < after

    def test_sysex_and_active_sensing_pass_harmlessly(self, keys):
        with MidiProcess(["test keys"], None) as process:
            connect(keys, process)
            for message in ((0xF0, *range(100), 0xF7), (0xFE,), (0xF8,), (0x80, 60, 0)):
                keys.send_message(message)
            assert [event[1:] for event in arrived(process, 1)] == [(0, 0x80, 60, 0)]

    def test_the_virtual_port_has_a_stable_name_that_others_connect_to(self, jack_server):
        with MidiProcess() as process:
            assert process.opened == ["rtsynth"]
            output = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="DAW")
            assert "rtsynth:rtsynth" in output.get_ports()
            output.open_port(output.get_ports().index("rtsynth:rtsynth"))
            connect(output, process)
            output.send_message((0xC2, 5))
            assert [event[1:] for event in arrived(process, 1)] == [(0, 0xC2, 5, 0)]
            output.delete()

    def test_two_ports_and_the_virtual_one_keep_their_numbers(self, keys):
        pads = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="Test Pads")
        pads.open_virtual_port("out")
        with MidiProcess(["pads", "keys"]) as process:
            assert process.opened == ["Test Pads:out", "Test Keys:out", "rtsynth"]
            for output in (keys, pads):
                connect(output, process)
            for output in (keys, pads):
                output.send_message((0x90, 60, 64))
            assert sorted(event[1] for event in arrived(process, 2)) == [0, 1]
        pads.delete()

    def test_an_unknown_port_lists_what_there_is(self, keys):
        with pytest.raises(MidiPortError, match=r'no MIDI input "organ"; there is: .*"Test Keys:out"'):
            MidiProcess(["organ"])

    def test_a_process_that_has_ended_is_seen_and_closes_quietly(self, jack_server, capfd):
        process = MidiProcess()
        name = process._shared.name
        assert process.alive()
        os.kill(process._process.pid, signal.SIGTERM)  # a JACK server may hang on a client that was killed
        process._process.wait(PATIENCE)
        assert not process.alive()
        process.close()
        process.close()
        assert not shared_memory_exists(name)
        assert capfd.readouterr() == ("", "")
