"""What sound can go to: the JACK server, or the devices that PortAudio sees."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .choosing import in_order
from .errors import DeviceError

INSTALL_PORTAUDIO = "PortAudio is not installed: sudo apt-get install libportaudio2"
INSTALL_JACK = "libjack is not installed: sudo apt-get install jackd2, then pip install 'rtsynth[jack]'"


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


def portaudio() -> Any:
    """The sounddevice module. Raises DeviceError when PortAudio is missing or cannot start."""
    try:
        with quiet():
            import sounddevice
    except OSError as error:
        raise DeviceError(f"{INSTALL_PORTAUDIO}; or use --audio jack or --audio null") from error
    return sounddevice


def audio_devices() -> list[AudioDevice]:
    """Every PortAudio device with an output. Raises DeviceError when PortAudio is missing."""
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


def choose_device(wanted: str | None, devices: Sequence[AudioDevice]) -> AudioDevice:
    """The device of that index or name, or the only one that has all the words in order; None is the default.

    Raises DeviceError, which lists the matches of an ambiguous name and the devices there are.
    """
    if not devices:
        raise DeviceError("no sound device; connect one, start a JACK server, or use --audio null")
    if wanted is None:
        return next((device for device in devices if device.default), devices[0])
    exact = [device for device in devices if wanted in (str(device.index), device.name)]
    words = wanted.lower().split()
    matches = exact or [
        device for device in devices if in_order(words, f"{device.name}, {device.api}".lower())
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise DeviceError(f"device {wanted!r} is ambiguous: {_listing(matches)}")
    raise DeviceError(f"no device {wanted!r}; there are {_listing(devices)}")


def _listing(devices: Sequence[AudioDevice]) -> str:
    return "; ".join(f"{device.index} {device.name}, {device.api}" for device in devices)


def jack_server() -> JackServer | None:
    """The running JACK server, or None; never starts one. Raises DeviceError when libjack is missing."""
    try:
        import jack
    except (ImportError, OSError) as error:
        raise DeviceError(INSTALL_JACK) from error
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
