"""A process that plays notes into a MIDI port with python-rtmidi, as a DAW or a keyboard's driver does.

    python -m rtsynth_benchmarks.sender WORDS --notes N

opens the output whose name has the words and prints JSON: the CLOCK_MONOTONIC times, ns, just before each
note-on was handed to the system.
"""

import argparse
import json
import random
import sys
import time

import rtmidi

HOLD, GAP, RANDOM = 0.05, 0.06, 0.02  # seconds
LOWEST, KEYS = 55, 17
PATIENCE = 10.0


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m rtsynth_benchmarks.sender")
    parser.add_argument("words")
    parser.add_argument("--notes", type=int, default=60)
    chosen = parser.parse_args()
    port = _open(chosen.words)
    if port is None:
        sys.exit(f"no MIDI output has {chosen.words!r} in its name")
    time.sleep(0.2)
    draw = random.Random(0)
    print(json.dumps([_note(port, draw) for _ in range(chosen.notes)]))
    port.delete()


def _open(words: str) -> "rtmidi.MidiOut | None":
    """The first output of any MIDI system with these words in its name."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for api in rtmidi.get_compiled_api():
            try:
                port = rtmidi.MidiOut(api, name="bench-sender")
            except rtmidi.RtMidiError:
                continue
            for index, name in enumerate(port.get_ports()):
                if words in name and "bench-sender" not in name:
                    return port.open_port(index)
            port.delete()
        time.sleep(0.1)
    return None


def _note(port: "rtmidi.MidiOut", draw: random.Random) -> int:
    key = draw.randrange(LOWEST, LOWEST + KEYS)
    sent = time.monotonic_ns()
    port.send_message([0x90, key, 100])
    time.sleep(HOLD)
    port.send_message([0x80, key, 0])
    port.send_message([0xB0, 120, 0])
    time.sleep(GAP + draw.random() * RANDOM)
    return sent


if __name__ == "__main__":
    main()
