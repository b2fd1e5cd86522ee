"""A keyboard that is plugged in and out, for the row `hotplug`.

    python -m rtsynth_benchmarks.plugging [jack]

takes a command from each line of its standard input and says the CLOCK_MONOTONIC time, ns, just before it
obeys: `plug` makes a MIDI output and strikes a key until the next command, `hold` holds ten keys, `unplug`
ends the output, as a cable does that is pulled. `jack`: on JACK whatever else there is.
"""

import select
import sys
import time

import rtmidi

NAME = "Bench Keys"
KEYS = range(55, 65)
GAP = 0.005  # seconds between strikes
VELOCITY = 90


def main() -> None:
    """See the module."""
    apis = [rtmidi.API_UNIX_JACK] if "jack" in sys.argv else rtmidi.get_compiled_api()
    port = None
    for line in iter(sys.stdin.readline, ""):
        print(time.monotonic_ns(), flush=True)
        if line.startswith("plug"):
            port = _plug(apis)
            _strike(port)
        elif line.startswith("hold"):
            for key in KEYS:
                port.send_message((0x90, key, VELOCITY))
        else:
            port.delete()


def _plug(apis: list[int]) -> "rtmidi.MidiOut":
    """An output of the first MIDI system that answers."""
    for api in apis:
        try:
            port = rtmidi.MidiOut(api, name=NAME)
        except rtmidi.RtMidiError:
            continue
        port.open_virtual_port("out")
        return port
    sys.exit("no MIDI system answers")


def _strike(port: "rtmidi.MidiOut") -> None:
    while not select.select([sys.stdin], [], [], GAP)[0]:
        port.send_message((0x80, KEYS[0], 0))
        port.send_message((0x90, KEYS[0], VELOCITY))


if __name__ == "__main__":
    main()
