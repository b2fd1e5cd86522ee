"""Opening what sound goes to, from what a person asked for."""

from dataclasses import dataclass

from rtsynth_engine.drivers.contract import Driver
from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.drivers.null import NullDriver
from rtsynth_engine.drivers.portaudio import PortAudioDriver

from .devices import audio_devices, jack_server, quiet
from .errors import DeviceError, EngineError

DRIVERS = ("auto", "jack", "portaudio", "null")
RATE, PERIOD = 48_000.0, 128  # Hz and frames, where neither the person nor the device says otherwise
SILENT = "no sound device found: playing silently (`rtsynth devices` lists what there is)"


@dataclass(frozen=True)
class AudioRequest:
    """What a person asked for. `driver` as in `--audio`; `rate` in Hz, `block` in frames, None: its own."""

    driver: str = "auto"
    rate: float | None = None
    block: int | None = None
    connect: bool = True


def open_driver(request: AudioRequest) -> Driver:
    """Open the driver that was asked for; `auto` is JACK if its server runs, then PortAudio, then silence.

    Raises DeviceError or DriverError.
    """
    kind, _, device = request.driver.partition(":")
    if kind not in DRIVERS or (device and kind != "portaudio"):
        raise DeviceError(f"--audio {request.driver}: choose auto, jack, portaudio, portaudio:NAME or null")
    if kind == "auto":
        kind = best_driver()
    if kind == "jack":
        return _open_jack(request)
    if kind == "portaudio":
        return _open_portaudio(device, request)
    return NullDriver(request.rate or RATE, request.block or PERIOD)


def best_driver() -> str:
    """Name of the first driver that can be heard, else "null"."""
    try:
        if jack_server() is not None:
            return "jack"
    except EngineError:
        pass  # without libjack there is no server either
    try:
        return "portaudio" if audio_devices() else "null"
    except EngineError:
        return "null"


def _open_jack(request: AudioRequest) -> Driver:
    with quiet():
        driver = JackDriver(request.connect)
    try:
        _agree("rate", "Hz", request.rate, driver.rate, "jackd -r")
        _agree("block", "frames", request.block, driver.period, "jackd -p")
    except DeviceError:
        driver.stop()
        raise
    return driver


def _agree(option: str, unit: str, wanted: float | None, found: float, how: str) -> None:
    if wanted is not None and wanted != found:
        raise DeviceError(
            f"the JACK server runs at {found:g} {unit}, not {wanted:g}: leave --{option} out, "
            f"or restart the server with {how} {wanted:g}"
        )


def _open_portaudio(device: str, request: AudioRequest) -> Driver:
    with quiet():
        chosen = int(device) if device.isdigit() else device or None
        return PortAudioDriver(chosen, request.rate, request.block or PERIOD)
