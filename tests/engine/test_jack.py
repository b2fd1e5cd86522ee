"""Live over a JACK server: what is sent by MIDI is heard, in tune, at its frame."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from rtsynth_engine.drivers.contract import DriverError
from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.engine import Engine
from rtsynth_engine.layout import HELD
from rtsynth_engine.midi.exclusive import identity_reply
from tests.conftest import require
from tests.engine.parts import CC, OFF, ON, Organ, cents, make_engine, wait_until

pytestmark = pytest.mark.jack
SOUND_OFF = 120


@pytest.fixture
def playing(jack_server: str) -> Iterator[Engine]:
    """An organ on a JACK server."""
    driver = JackDriver(connect=False)
    engine = make_engine(driver.rate, generator=Organ(), reverb=0.0)
    engine.feeder.start()
    driver.start(engine)
    yield engine
    driver.stop()
    engine.close()


@pytest.fixture
def probe(playing: Engine):
    from tests.engine.probe import Probe

    with Probe() as probe:
        probe.connect("rtsynth:out_1", "rtsynth:midi_in")
        yield probe


@pytest.mark.parametrize("key", [45, 69, 88])
def test_a_note_sent_by_midi_is_heard_at_its_pitch(playing: Engine, probe, key: int) -> None:
    from tests.engine.probe import strongest

    start = probe.send([(0, ON, key, 100)])
    sound = probe.listen(start + 2400, 0.5)
    assert np.abs(sound).max() > 0.01
    assert abs(cents(strongest(sound, probe.rate), 440.0 * 2.0 ** ((key - 69) / 12))) < 10.0


def test_every_note_is_heard_as_late_as_any_other_whatever_its_place_in_the_cycle(
    playing: Engine, probe
) -> None:
    def delay(offset: int) -> int:
        probe.listen(probe.send([(0, CC, SOUND_OFF, 0)]), 0.1)
        start = probe.send([(offset, ON, 69, 100)])
        sound = np.abs(probe.listen(start, 0.1))
        return int(np.nonzero(sound > 1e-4)[0][0])

    # the probe is Python, and itself a cycle late at times: what most of five tries say is the engine's
    delays = {int(np.median([delay(offset) for _ in range(5)])) for offset in (0, 1, 40, 127, 77)}
    assert max(delays) - min(delays) <= 1


def test_a_note_off_sent_by_midi_ends_the_note(playing: Engine, probe) -> None:
    probe.send([(0, ON, 69, 100)])
    wait_until(lambda: playing.telemetry().voices == 1)
    probe.send([(0, OFF, 69, 0), (0, CC, SOUND_OFF, 0)])
    wait_until(lambda: playing.telemetry().voices == 0)


def test_messages_that_are_not_of_a_channel_are_ignored(playing: Engine, probe) -> None:
    probe.send([(0, 0xF8), (0, 0xFE), (0, 0xF0, 1, 2, 3, 4, 5, 0xF7), (0, 0xF1, 3), (0, 0xC1, 0)])
    wait_until(lambda: playing.telemetry().events == 1)
    assert playing.telemetry().last_event == (0xC1, 0, 0)


def test_an_identity_request_is_answered_on_midi_out(playing: Engine, probe) -> None:
    ear, heard = probe.client.midi_inports.register("replies"), []
    probe.client.connect("rtsynth:midi_out", ear)
    probe.replies, probe.said = ear, heard
    probe.send([(0, *bytes.fromhex("F0 7E 7F 06 01 F7"))])
    wait_until(lambda: heard)
    assert heard == [identity_reply(16)]


def test_active_sensing_that_stops_lets_go_of_the_notes(playing: Engine, probe) -> None:
    probe.send([(0, 0xFE), (0, ON, 69, 100)])
    wait_until(lambda: playing.telemetry().voices == 1)
    wait_until(lambda: not (playing.memory.voices["stage"] == HELD).any())


def test_the_server_says_the_rate_and_the_period(playing: Engine, jack_server: str) -> None:
    driver = JackDriver(connect=False, client_name="second")
    assert (driver.rate, driver.period) == (48_000.0, 128)
    driver.stop()


def test_the_outputs_are_connected_to_the_systems_playback(jack_server: str) -> None:
    driver = JackDriver()
    driver.start(make_engine(driver.rate))
    client, out = driver._client, driver._outs[1]
    wait_until(lambda: client.get_all_connections(out))
    names = [port.name for port in client.get_all_connections(out)]
    driver.stop()
    assert names == ["system:playback_2"]


def test_a_missing_server_is_one_line_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    require(shutil.which("jackd"), "jackd")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "there-is-no-such-server")
    with pytest.raises(DriverError, match="no JACK server is running: start one") as caught:
        JackDriver()
    assert "\n" not in str(caught.value)


def test_a_missing_jack_module_is_one_line_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jack", None)
    with pytest.raises(DriverError, match="JACK is missing: install"):
        JackDriver()


def test_a_server_that_goes_away_is_noticed_and_the_driver_still_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jackd = shutil.which("jackd")
    require(jackd, "jackd")
    name = f"rtsynth-lost-{os.getpid()}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
    command = [str(jackd), "-n", name, "-r", "-d", "dummy"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:
        drivers: list[JackDriver] = []
        wait_until(lambda: drivers or try_open(drivers))
        drivers[0].start(make_engine(drivers[0].rate))
        assert not drivers[0].lost
        server.terminate()
    wait_until(lambda: drivers[0].lost)
    drivers[0].stop()


def try_open(drivers: list[JackDriver]) -> None:
    try:
        drivers.append(JackDriver(connect=False))
    except DriverError:
        return
