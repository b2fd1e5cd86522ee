"""PortAudio, over its JACK host: it reads JACK's environment once per process, so each test has its own."""

import ctypes.util
import json
import subprocess
import sys

import numpy as np
import pytest

from rtsynth_engine.drivers.contract import DriverError
from rtsynth_engine.drivers.portaudio import portaudio
from tests.conftest import require
from tests.engine.parts import cents

PLAY = """
import dataclasses, json, sys
from rtsynth_engine.drivers.portaudio import PortAudioDriver, portaudio
from tests.engine.parts import ON, make_engine
jack = [d for d in portaudio().query_devices() if "JACK" in portaudio().query_hostapis(d["hostapi"])["name"]]
outputs = [d["index"] for d in jack if d["max_output_channels"] > 1 and d["name"] == "system"]
if not outputs:
    print("no JACK host", flush=True)
    raise SystemExit
driver = PortAudioDriver(outputs[0], None, 128)
engine = make_engine(driver.rate)
engine.push(0, ON, 69, 100)
engine.feeder.start()
driver.start(engine)
print("playing", flush=True)
sys.stdin.read()
lost = driver.lost
driver.stop()
engine.close()
told = dataclasses.asdict(engine.telemetry())
print(json.dumps({"name": driver.name, "rate": driver.rate, "calls": told["calls"], "lost": lost}))
"""
OPEN = """
import sys
from rtsynth_engine.drivers.contract import DriverError
from rtsynth_engine.drivers.portaudio import PortAudioDriver
try:
    PortAudioDriver(sys.argv[1], float(sys.argv[2]), 128)
except DriverError as error:
    print(error)
"""


def refusal(device: str, rate: float) -> str:
    """What opening a device says."""
    command = [sys.executable, "-c", OPEN, device, str(rate)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.count("\n") == 1
    return said


@pytest.mark.jack
def test_the_compiled_callback_is_heard_through_portaudio_at_its_pitch(jack_server: str) -> None:
    from tests.engine.probe import Probe, strongest

    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PLAY], stdin=pipe, stdout=pipe, text=True) as child:
        assert child.stdout is not None
        require(child.stdout.readline() == "playing\n", "a PortAudio with JACK")
        with Probe() as probe:
            probe.connect(next(p.name for p in probe.client.get_ports("PortAudio", is_output=True)))
            sound = probe.listen(probe.client.frame_time + 4800, 0.5)
        told = json.loads(child.communicate("")[0])
    assert np.abs(sound).max() > 0.01
    assert abs(cents(strongest(sound, told["rate"]), 440.0)) < 10.0
    assert told["name"] == "portaudio: system"
    assert told["calls"] > 100
    assert not told["lost"]


@pytest.mark.jack
def test_a_rate_that_the_device_refuses_is_one_line_with_a_remedy(jack_server: str) -> None:
    said = refusal("system JACK", 96_000.0)
    require("no audio output" not in said, "a PortAudio with JACK")
    assert "refuses stereo at 96000 Hz; its own rate is 48000 Hz: use --rate 48000" in said


def test_a_device_that_does_not_exist_is_one_line_that_lists_what_there_is() -> None:
    said = refusal("no such device", 48_000.0)
    assert "no audio output for 'no such device'" in said
    assert "outputs: " in said


def test_a_missing_library_is_one_line_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    with pytest.raises(DriverError, match="PortAudio is missing: install libportaudio2"):
        portaudio()
