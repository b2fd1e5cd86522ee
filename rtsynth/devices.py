"""What sound can go to: the JACK server, or the devices that PortAudio sees."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from rtsynth_engine.drivers.jack import jack_module
from rtsynth_engine.drivers.portaudio import portaudio


@dataclass(frozen=True)
class AudioDevice:
    """A PortAudio output. `rate`: its own, Hz; `latency`: its lowest, ms."""

    index: int
    name: str
    api: str
    outputs: int
    rate: float
    latency: float
    default: bool


@dataclass(frozen=True)
class JackServer:
    """The running JACK server. `rate` in Hz, `block` in frames."""

    rate: int
    block: int
    realtime: bool
    playback: tuple[str, ...]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what C libraries print while they look for devices off the error stream."""
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


def audio_devices() -> list[AudioDevice]:
    """Every PortAudio device with an output. Raises DriverError when PortAudio is missing."""
    with quiet():
        sounddevice = portaudio()
    apis = [api["name"] for api in sounddevice.query_hostapis()]
    default = sounddevice.default.device[1]
    return [
        AudioDevice(
            index=device["index"],
            name=device["name"],
            api=apis[device["hostapi"]],
            outputs=device["max_output_channels"],
            rate=device["default_samplerate"],
            latency=1000 * device["default_low_output_latency"],
            default=device["index"] == default,
        )
        for device in sounddevice.query_devices()
        if device["max_output_channels"] > 0
    ]


def jack_server() -> JackServer | None:
    """The running JACK server, or None; never starts one. Raises DriverError when JACK is missing."""
    jack = jack_module()
    try:
        with quiet():
            client = jack.Client("rtsynth-look", no_start_server=True)
    except jack.JackError:
        return None
    try:
        ports = client.get_ports(is_audio=True, is_input=True, is_physical=True)
        names = tuple(port.name for port in ports)
        return JackServer(client.samplerate, client.blocksize, client.realtime, names)
    finally:
        with quiet():
            client.close()
