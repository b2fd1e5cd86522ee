"""Memory resident while playing, and how much it grows while 1,000 notes are played.

The process plays as `rtsynth play` does, on a JACK server, else on the null driver. `own` pages are private,
`files` are programs and libraries, `shared` is JACK's.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from ..context import Context
from ..figures import Figure, NotMeasured
from ..players import NOTE_OFF, NOTE_ON, VELOCITY, Player, live_driver, player

STATUS = Path("/proc/self/status")
KINDS = {"all": "VmRSS", "own": "RssAnon", "files": "RssFile", "shared": "RssShmem", "swapped": "VmSwap"}
PER_SECOND = 100.0  # notes
HELD_NOTES = 8


def run(context: Context) -> Iterator[Figure]:
    """Megabytes at rest; megabytes more after the notes."""
    if not STATUS.exists():
        raise NotMeasured("this system does not tell a process its memory under /proc")
    notes = context.pick(1000, 100, 20)
    with live_driver(context) as driver, player(context, driver) as playing:
        for name, size in resident().items():
            yield Figure("resident while playing", name, size, "MB")
        context.tell("some notes to warm up")
        _play(playing, context.pick(100, 30, 10))
        before = resident()["all"]
        context.tell(f"{notes} notes")
        _play(playing, notes)
        yield Figure(f"growth over {notes} notes", "all", resident()["all"] - before, "MB")


def resident() -> dict[str, float]:
    """Resident megabytes of this process by kind."""
    lines = (line.split(":", 1) for line in STATUS.read_text().splitlines())
    status: dict[str, str] = dict(lines)
    return {
        name: round(int(status[key].split()[0]) / 1024, 2) for name, key in KINDS.items() if key in status
    }


def _play(playing: Player, notes: int) -> None:
    """So many notes, each HELD_NOTES long."""
    sound = playing.lineup.sounds[playing.lineup.start]
    keys = [sound.low + (7 * i) % (sound.high - sound.low + 1) for i in range(notes)]
    for i, key in enumerate(keys):
        playing.engine.push(playing.engine.clock, NOTE_ON, key, VELOCITY)
        if i >= HELD_NOTES:
            playing.engine.push(playing.engine.clock, NOTE_OFF, keys[i - HELD_NOTES], 0)
        time.sleep(1.0 / PER_SECOND)
    playing.silence()
