"""Real parts that several tests share."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest
import rtmidi

PATIENCE = 10.0  # seconds for a server to answer


def require(condition: object, what: str) -> None:
    """Skip the test where `what` is missing; fail it where RTSYNTH_REQUIRE_ALL=1 says that nothing may be."""
    if not condition:
        missing = pytest.fail if os.environ.get("RTSYNTH_REQUIRE_ALL") == "1" else pytest.skip
        missing(f"needs {what}")


@pytest.fixture(scope="module")
def jack_server() -> Iterator[str]:
    """Name of a JACK server of our own, the default one for this process and its children.

    It is synchronous (-S): on a busy machine an asynchronous one drops what a late client should have read.
    """
    jackd = shutil.which("jackd")
    require(jackd, "jackd")
    name = f"rtsynth-{os.getpid()}"
    command = [str(jackd), "-n", name, "-r", "-S", "-d", "dummy", "-r", "48000", "-p", "128"]
    quiet = subprocess.DEVNULL
    with (
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(command, stdout=quiet, stderr=quiet) as server,
    ):
        patch.setenv("JACK_DEFAULT_SERVER", name)
        patch.setenv("JACK_NO_START_SERVER", "1")
        try:
            require(_answers(server), "a JACK server that starts")
            yield name
        finally:
            server.terminate()


def _answers(server: "subprocess.Popen[bytes]") -> bool:
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience and server.poll() is None:
        try:
            rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="probe").delete()
            return True
        except rtmidi.RtMidiError:
            time.sleep(0.05)
    return False
