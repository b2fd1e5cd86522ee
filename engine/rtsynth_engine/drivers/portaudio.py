"""PortAudio through sounddevice, with the compiled callback handed over as a C pointer (as rtmixer does)."""

import ctypes
from typing import Any

import numpy as np
from numba import types

from ..compiling import address, carray, cfunc, pointer_from
from ..engine import Engine
from ..handle import ADDRESSES, attach, call_block
from .contract import DriverError

ULONG = types.uint64 if ctypes.sizeof(ctypes.c_ulong) == 8 else types.uint32
SIGNATURE = types.int32(types.voidptr, types.voidptr, ULONG, types.voidptr, ULONG, types.voidptr)
UNDERFLOW = 0x4  # paOutputUnderflow
CONTINUE = 0  # paContinue


def _callback(source: Any, output: Any, frames: int, times: Any, flags: int, handle: Any) -> int:
    """PaStreamCallback: interleaved stereo float32."""
    memory = attach(carray(handle, ADDRESSES, np.uint64))
    if flags & UNDERFLOW:
        memory.telemetry[0].xruns += 1
    left = carray(output, 2 * frames, np.float32).ctypes.data
    memory.state[0].delay = frames
    call_block(handle, pointer_from(np.uint64(left)), pointer_from(np.uint64(left + 4)), 2, frames)
    return CONTINUE


def portaudio() -> Any:
    """The sounddevice module. Raises DriverError where PortAudio is missing."""
    try:
        import sounddevice
    except OSError as error:
        raise DriverError(
            "PortAudio is missing: install libportaudio2 (Debian: apt install libportaudio2), "
            "or use --audio null"
        ) from error
    return sounddevice


def choose_output(wanted: str | int | None) -> int:
    """Index of an output by index or by ordered substrings of its name; None is the default."""
    sounddevice = portaudio()
    try:
        device = sounddevice.query_devices(wanted, "output")
    except (ValueError, sounddevice.PortAudioError) as error:
        names = ", ".join(f"{d['index']} {d['name']}" for d in _outputs(sounddevice)) or "none"
        sought, cause = f" for {wanted!r}" if wanted else "", " ".join(str(error).split())
        raise DriverError(f"no audio output{sought} ({cause}); outputs: {names}; or --audio null") from error
    return int(device["index"])


def _outputs(sounddevice: Any) -> list[Any]:
    return [device for device in sounddevice.query_devices() if device["max_output_channels"] > 0]


def compile_callback() -> Any:
    """The callback as a C function, compiled or loaded."""
    return cfunc(SIGNATURE, error_model="numpy", forceinline=True, cache=True)(_callback)


class PortAudioDriver:
    """An output stream of two channels. `device` None is the system's default."""

    def __init__(self, device: str | int | None, rate: float | None, period: int) -> None:
        self._sounddevice = portaudio()
        self.device = choose_output(device)
        information = self._sounddevice.query_devices(self.device)
        self.name = f"portaudio: {information['name']}"
        self.rate = rate or float(information["default_samplerate"])
        self.period = period
        self._stream: Any = None
        self._check()

    def _check(self) -> None:
        try:
            self._sounddevice.check_output_settings(
                self.device, channels=2, dtype="float32", samplerate=self.rate
            )
        except self._sounddevice.PortAudioError as error:
            default = self._sounddevice.query_devices(self.device)["default_samplerate"]
            raise DriverError(
                f"{self.name} refuses stereo at {self.rate:g} Hz; its own rate is {default:g} Hz: "
                f"use --rate {default:g}, another device, or --audio null"
            ) from error

    @property
    def lost(self) -> bool:
        """Whether the stream has ended by itself."""
        return self._stream is not None and not self._stream.active

    def start(self, engine: Engine) -> None:
        """Open the stream and begin. Raises DriverError where the device is busy."""
        self._engine = engine
        self._compiled = compile_callback()
        ffi = self._sounddevice._ffi
        try:
            self._stream = self._sounddevice._StreamBase(
                kind="output",
                samplerate=self.rate,
                blocksize=self.period,
                device=self.device,
                channels=2,
                dtype="float32",
                latency="low",
                callback=ffi.cast("PaStreamCallback*", self._compiled.address),
                userdata=ffi.cast("void*", address(engine.handle)),
                prime_output_buffers_using_stream_callback=False,
            )
            self._stream.start()
        except self._sounddevice.PortAudioError as error:
            cause = " ".join(str(error).split())
            raise DriverError(
                f"{self.name} cannot be opened ({cause}); close what uses it, or --audio null"
            ) from error

    def stop(self) -> None:
        """Stop and close the stream."""
        if self._stream is not None:
            self._stream.stop()
            self._stream.close()
            self._stream = None
