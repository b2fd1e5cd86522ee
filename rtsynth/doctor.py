"""What this machine offers a real-time synthesizer, and what to do where it could offer more."""

import os
import re
import resource
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .devices import audio_devices, jack_server
from .errors import EngineError
from .instruments import load_instruments
from .midi.ports import list_inputs
from .presets import load_presets

PRIORITY = 70  # SCHED_FIFO; below jackd's own threads, above everything that is not audio
LOCKED = 512 << 20  # bytes; more than rtsynth uses, so that nothing of it is ever swapped out
LIMITS = (
    r"printf '@audio - rtprio 95\n@audio - memlock unlimited\n' | sudo tee /etc/security/limits.d/audio.conf"
)
JOIN = "sudo usermod -aG audio $USER, then log in again"
GOVERNORS = "/sys/devices/system/cpu"


@dataclass(frozen=True)
class Finding:
    """One line of the report. `remedy` is empty when all is well."""

    topic: str
    good: bool
    found: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Every check, one after the other; each takes under a second and changes nothing."""
    for topic, look in CHECKS.items():
        try:
            good, found, remedy = look()
        except EngineError as error:
            good = False
            found, remedy = (*re.split("[:;] ", str(error), maxsplit=1), "see the README")[:2]
        yield Finding(topic, good, found, "" if good else remedy)


Answer = tuple[bool, str, str]


def _jack() -> Answer:
    server = jack_server()
    if server is None:
        return False, "no JACK server", "not needed; for the lowest latency: jackd -R -d alsa -r 48000 -p 64"
    found = f"server at {server.rate} Hz, {server.block} frames, {'' if server.realtime else 'not '}real-time"
    return server.realtime, found, "start it with jackd -R"


def _portaudio() -> Answer:
    devices = audio_devices()
    names = ", ".join(device.name for device in devices[:3]) + (", …" if len(devices) > 3 else "")
    return (
        bool(devices),
        names or "no output device",
        "connect one; until then rtsynth runs silently (--audio null)",
    )


def _midi() -> Answer:
    ports = list_inputs()
    found = ", ".join(port.name for port in ports) or "no MIDI input"
    return bool(ports), found, "connect a keyboard, or send from a DAW to rtsynth's own port (--midi virtual)"


def _priority() -> Answer:
    got = try_realtime()
    limit = resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
    if got is None:
        return True, f"SCHED_FIFO {PRIORITY} granted (limit {_amount(limit)})", ""
    return False, f"SCHED_FIFO {PRIORITY} refused: {got} (limit {_amount(limit)})", f"{LIMITS}; {JOIN}"


def try_realtime() -> str | None:
    """Ask for real-time priority in a thread that ends at once: None, or why not."""
    refusal: list[str | None] = []

    def ask() -> None:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
            refusal.append(None)
        except OSError as error:
            refusal.append(error.strerror)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return refusal[0]


def _memory() -> Answer:
    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    good = limit == resource.RLIM_INFINITY or limit >= LOCKED
    return good, f"{_amount(limit, 'bytes')} may be locked", f"{LIMITS}; {JOIN}"


def _amount(limit: int, unit: str = "") -> str:
    return "unlimited" if limit == resource.RLIM_INFINITY else f"{limit} {unit}".strip()


def _governor(root: str = GOVERNORS) -> Answer:
    files = sorted(Path(root).glob("cpu[0-9]*/cpufreq/scaling_governor"))
    governors = sorted({path.read_text().strip() for path in files})
    if not governors:
        return True, "the CPU's speed is not ours to see (a virtual machine?)", ""
    good = governors == ["performance"]
    return good, ", ".join(governors), "sudo cpupower frequency-set -g performance (Debian: linux-cpupower)"


def _bank() -> Answer:
    presets, broken_presets = load_presets()
    instruments, broken_instruments = load_instruments()
    broken = [*broken_instruments, *broken_presets]
    found = f"{len(presets)} presets, {len(instruments)} instruments" + "".join(
        f"; {error}" for error in broken
    )
    return bool(presets and instruments) and not broken, found, "reinstall rtsynth, or remove the broken file"


CHECKS: dict[str, Callable[[], Answer]] = {
    "JACK": _jack,
    "PortAudio": _portaudio,
    "MIDI": _midi,
    "priority": _priority,
    "memory lock": _memory,
    "CPU governor": _governor,
    "instruments": _bank,
}
