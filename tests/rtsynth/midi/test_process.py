"""The process of the ports and its handle, with the real rtmidi over a real JACK server."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import rtmidi

from rtsynth.midi.ports import Lines, MidiPortError, MidiProcess, list_inputs
from rtsynth_engine.midi.commands import COMMAND, MASTER_VOLUME, PORT_GONE
from rtsynth_engine.midi.exclusive import identity_reply
from rtsynth_engine.rings import SharedRing
from tests.conftest import require
from tests.rtsynth.midi.test_inlet import popped

PATIENCE = 10.0  # seconds for a message to arrive
SERVE = [sys.executable, "-m", "rtsynth.midi.process"]
SERVE_FAKE = """
import sys
from rtsynth.midi.fake import FakeBackend
from rtsynth.midi.process import main
sys.exit(main(sys.argv[1:], lambda: FakeBackend("Keys", "Pads")))
"""
REPLUG = """
import sys, threading, time
from rtsynth.midi.fake import FakeBackend
from rtsynth.midi.process import main

fake = FakeBackend("Pads", "K\u00e9ys")

def until(condition):
    while not condition():
        time.sleep(0.01)

def play():
    keys = fake.plugged[1]
    until(lambda: keys.receivers)
    for key in range(60, 70):
        keys.send((0x90, key, 64), time.monotonic_ns())
    fake.unplug(keys.name)
    until(lambda: len(fake.inputs()) == 1 and not keys.receivers)
    time.sleep(0.3)
    keys = fake.plug(keys.name, 0)
    until(lambda: keys.receivers)
    keys.send((0x90, 72, 64), time.monotonic_ns())

threading.Thread(target=play, daemon=True).start()
sys.exit(main(sys.argv[1:], lambda: fake))
"""


def arrived(process: MidiProcess | SharedRing, count: int) -> list[tuple[int, ...]]:
    """The first `count` events of the ring."""
    events: list[tuple[int, ...]] = []
    patience = time.monotonic() + PATIENCE
    while len(events) < count and time.monotonic() < patience:
        events += popped(process.ring)
        time.sleep(0.005)
    return events


def told(process: MidiProcess, count: int = 1) -> list[str]:
    """The first `count` news."""
    news: list[str] = []
    patience = time.monotonic() + PATIENCE
    while len(news) < count and time.monotonic() < patience:
        news += process.news()
        time.sleep(0.005)
    return news


def connect(output: "rtmidi.MidiOut | Keys", process: MidiProcess) -> None:
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
        assert json.loads(process.stdout.readline()) == {"opened": {"0": "Keys"}}
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
    [(["--port", "7"], "no MIDI input"), (["--ring", "missing"], "No such file")],
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


def test_more_than_eight_ports_are_refused():
    nine = [argument for index in range(9) for argument in ("--port", f"p{index}")]
    ring = SharedRing(16)
    done = subprocess.run(
        [sys.executable, "-c", SERVE_FAKE, "--ring", ring.name, "--capacity", "16", *nine],
        capture_output=True, timeout=60,
    )  # fmt: skip
    ring.close()
    assert "8 MIDI inputs at most" in json.loads(done.stdout)["error"]


@pytest.mark.parametrize("typed", [("--every",), ("--port", "pads", "--port", "kéys")])
def test_an_input_pulled_out_with_ten_notes_held_and_put_back_keeps_its_number(typed):
    shared, pipe = SharedRing(64), subprocess.PIPE
    command = [sys.executable, "-c", REPLUG, "--ring", shared.name, "--capacity", "64", *typed]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        lines, news = Lines(process.stdout), []
        while len(news) < 3:
            news += lines.wait()
        heard = [event[1:] for event in arrived(shared, 12)]
        process.communicate()
    shared.close()
    assert heard == [
        *((1, 0x90, key, 64) for key in range(60, 70)), (1, COMMAND, PORT_GONE, 0), (1, 0x90, 72, 64)
    ]  # fmt: skip
    assert news[0] == {"opened": {"0": "Pads", "1": "Kéys"}}
    assert [(each["what"], each["port"], each["text"]) for each in news[1:]] == [
        ("gone", 1, 'MIDI input "Kéys" is gone'), ("arrived", 1, 'MIDI input "Kéys" arrived')
    ]  # fmt: skip


def test_without_a_midi_system_the_parent_is_told_so_in_one_line(monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "rtsynth-none")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    if os.path.exists("/dev/snd/seq"):
        pytest.skip("needs a machine without ALSA's sequencer")
    with pytest.raises(MidiPortError, match=r"^no MIDI system answers \(tried .*\); .*$"):
        MidiProcess()


class Keys:
    """A MIDI keyboard on the JACK server, there from `plug` to `unplug`."""

    def __init__(self, name: str = "Test Keys") -> None:
        self.name = name
        self.output: rtmidi.MidiOut | None = None

    def plug(self) -> None:
        self.output = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name=self.name)
        self.output.open_virtual_port("out")

    def send_message(self, message: tuple[int, ...]) -> None:
        self.output.send_message(message)

    def unplug(self) -> None:
        if self.output is not None:
            self.output.delete()
        self.output = None


@pytest.fixture
def keys(jack_server) -> Iterator[Keys]:
    """A MIDI keyboard on the JACK server."""
    if os.path.exists("/dev/snd/seq"):
        pytest.skip("needs a machine where JACK is the only MIDI system")
    keys = Keys()
    keys.plug()
    yield keys
    keys.unplug()


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
            assert process.names == {0: "Test Keys:out"}
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

    def test_clock_sensing_and_exclusives_arrive(self, keys):
        with MidiProcess(["test keys"], None) as process:
            connect(keys, process)
            volume = (0xF0, 0x7F, 0x7F, 0x04, 0x01, 0x00, 0x40, 0xF7)
            for message in ((0xF0, *range(100), 0xF7), (0xFE,), (0xF8,), volume, (0x80, 60, 0)):
                keys.send_message(message)
            heard = [event[1:4] for event in arrived(process, 4)]
        assert heard == [(0, 0xFE, 0), (0, 0xF8, 0), (0, COMMAND, MASTER_VOLUME), (0, 0x80, 60)]

    def test_the_virtual_port_has_a_stable_name_that_others_connect_to(self, jack_server):
        with MidiProcess() as process:
            assert process.names == {0: "rtsynth"}
            output = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="DAW")
            assert "rtsynth:rtsynth" in output.get_ports()
            output.open_port(output.get_ports().index("rtsynth:rtsynth"))
            connect(output, process)
            output.send_message((0xC2, 5))
            assert [event[1:] for event in arrived(process, 1)] == [(0, 0xC2, 5, 0)]
            output.delete()

    def test_who_asks_the_virtual_port_who_it_is_gets_an_answer(self, jack_server):
        with MidiProcess() as process:
            ask, hear = (kind(rtmidi.API_UNIX_JACK, name="DAW") for kind in (rtmidi.MidiOut, rtmidi.MidiIn))
            hear.ignore_types(sysex=False)
            for port in (ask, hear):
                (index,) = (i for i, name in enumerate(port.get_ports()) if name.startswith("rtsynth"))
                port.open_port(index)
            connect(ask, process)
            ask.send_message((0xF0, 0x7E, 0x7F, 0x06, 0x01, 0xF7))
            patience = time.monotonic() + PATIENCE
            while (answer := hear.get_message()) is None and time.monotonic() < patience:
                time.sleep(0.005)
            ask.delete()
            hear.delete()
        assert answer is not None
        assert bytes(answer[0]) == identity_reply(16)

    def test_two_ports_and_the_virtual_one_keep_their_numbers(self, keys):
        pads = Keys("Test Pads")
        pads.plug()
        with MidiProcess(["pads", "keys"], first=1) as process:
            assert process.names == {1: "Test Pads:out", 2: "Test Keys:out", 3: "rtsynth"}
            for output in (keys, pads):
                connect(output, process)
            for output in (keys, pads):
                output.send_message((0x90, 60, 64))
            assert sorted(event[1] for event in arrived(process, 2)) == [1, 2]
        pads.unplug()

    def test_an_input_that_is_not_there_is_waited_for_and_plays_when_it_comes(self, keys):
        keys.unplug()
        with MidiProcess(["test\0keys", "x" * 10_000], None) as process:
            assert process.names == {}
            waiting = process.news()
            keys.plug()
            assert told(process) == ['MIDI input "Test Keys:out" arrived']
            assert process.names == {0: "Test Keys:out"}
            connect(keys, process)
            keys.send_message((0x90, 60, 64))
            assert [event[1:] for event in arrived(process, 1)] == [(0, 0x90, 60, 64)]
        assert waiting[0] == 'waiting for MIDI input "test keys"; there is: none'
        assert len(waiting) == 2

    def test_an_input_that_is_pulled_out_lets_its_notes_go_and_plays_again_when_it_is_back(self, keys):
        with MidiProcess(every=True) as process:
            assert process.names == {0: "Test Keys:out", 7: "rtsynth"}
            for _ in range(3):
                connect(keys, process)
                for note in range(10):
                    keys.send_message((0x90, note, 64))
                assert len(arrived(process, 10)) == 10
                keys.unplug()
                assert [event[1:] for event in arrived(process, 1)] == [(0, COMMAND, PORT_GONE, 0)]
                keys.plug()
                assert told(process, 2) == [
                    'MIDI input "Test Keys:out" is gone', 'MIDI input "Test Keys:out" arrived'
                ]  # fmt: skip
            assert process.names == {0: "Test Keys:out", 7: "rtsynth"}

    def test_an_input_away_for_a_moment_only_lets_its_notes_go_and_plays_on(self, keys):
        with MidiProcess(["test keys"], None) as process:
            for _ in range(5):
                connect(keys, process)
                keys.unplug()
                keys.plug()
                assert told(process, 2) == [
                    'MIDI input "Test Keys:out" is gone', 'MIDI input "Test Keys:out" arrived'
                ]  # fmt: skip
                assert [event[1:] for event in arrived(process, 1)] == [(0, COMMAND, PORT_GONE, 0)]

    def test_inputs_with_odd_names_come_and_go(self, jack_server):
        odd = [Keys(name) for name in ("Ünïcode ключ 鍵", "x" * 60, "a\0b", '"', "line\nline")]
        with MidiProcess(every=True) as process:
            for each in odd:
                each.plug()
            assert len(told(process, len(odd))) == len(odd)
            assert any("Ünïcode ключ 鍵" in name for name in process.names.values())
            for each in odd:
                each.unplug()
            assert len(told(process, len(odd))) == len(odd)
            assert process.names == {7: "rtsynth"}
            assert process.alive()

    def test_an_index_that_is_not_there_lists_what_there_is(self, keys):
        with pytest.raises(MidiPortError, match=r'no MIDI input "99"; there is: .*"Test Keys:out"'):
            MidiProcess(["99"])

    def test_a_process_that_has_ended_is_seen_and_closes_quietly(self, jack_server, capfd):
        process = MidiProcess()
        name = process._shared.name
        assert process.alive()
        os.kill(process._process.pid, signal.SIGTERM)  # a JACK server may hang on a client that was killed
        process._process.wait(PATIENCE)
        assert not process.alive()
        assert process.news() == []
        process.close()
        process.close()
        assert not shared_memory_exists(name)
        assert capfd.readouterr() == ("", "")


def test_when_the_jack_server_goes_the_process_ends_and_says_so(monkeypatch):
    jackd = shutil.which("jackd")
    require(jackd, "jackd")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", f"rtsynth-lost-{os.getpid()}")
    command = [str(jackd), "-n", os.environ["JACK_DEFAULT_SERVER"], "-r", "-d", "dummy"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:
        processes: list[MidiProcess] = []
        patience = time.monotonic() + PATIENCE
        while not processes and time.monotonic() < patience:
            with suppress(MidiPortError):
                processes.append(MidiProcess())
        server.terminate()
    processes[0]._process.wait(PATIENCE)
    assert not processes[0].alive()
    processes[0].close()
