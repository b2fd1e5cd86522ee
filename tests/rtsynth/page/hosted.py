"""A session whose control page is served by its process, while the test looks at the engine itself."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

from rtsynth.audio import AudioRequest
from rtsynth.lineup import choose_lineup
from rtsynth.page.errands import Errands
from rtsynth.page.host import Page, PageRequest, shown
from rtsynth.playing import LiveRequest, Session, Shown, playing
from rtsynth_engine.layout import HELD, PAGE_PORT, Memory
from rtsynth_engine.midi.commands import COMMAND, PANIC
from tests.engine.parts import keys, sounding, wait_until
from tests.rtsynth.page.served import PATIENCE, state

LOOK = 0.05  # seconds between two looks of the host
AT_START = ({"do": "pad", "mode": "directions"}, {"do": "volume", "db": 0})
PAGE = 16 * PAGE_PORT  # the channel that pages play


class Hosted:
    """A session with its page. The host's errands are done on a thread of their own; `told` is what a person
    at the terminal would read.
    """

    def __init__(self, session: Session, page: Page, file: int) -> None:
        self.session, self.page = session, page
        self.told: list[str] = []
        self.errands = Errands(session, page, lambda: "kept")
        self._file, self._ended = file, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self.page.start()
        self.errands.open(self._file)
        self._thread.start()
        wait_until(lambda: self.told)

    def close(self) -> None:
        self._ended.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        while not self._ended.is_set():
            self.told += self.errands.run(LOOK)
            self.told += self.session.routing.follow(self.session.names)

    @property
    def address(self) -> str:
        """What a browser opens."""
        return self.told[0].split()[-1]

    @property
    def memory(self) -> Memory:
        """The engine's."""
        return self.session.engine.memory

    @property
    def channel(self) -> Any:
        """The one that pages play, as the engine has it."""
        return self.memory.channels[PAGE]

    @property
    def program(self) -> int:
        """That pages play."""
        return int(self.channel["program"])

    @property
    def latent(self) -> list[float]:
        """Of that program."""
        return list(self.session.engine.timbres.latents[self.program].tolist())

    @property
    def sounding(self) -> list[int]:
        """Keys of all voices, those that fade too, from the oldest."""
        return keys(self.session.engine)

    @property
    def held(self) -> dict[int, float]:
        """Velocities, 0 … 1, of the notes that pages hold, by key."""
        found = sounding(self.session.engine, HELD)
        return {int(each["key"]): float(each["velocity"]) for each in found if each["channel"] == PAGE}

    def push(self, *message: int) -> None:
        """A MIDI message from outside, on port 0."""
        assert self.session.engine.push(self.session.engine.clock, *message)

    def silence(self) -> None:
        """No note is left, no pedal is down."""
        self.push(COMMAND, PANIC)
        wait_until(lambda: not self.sounding)

    def reset(self, preset: str) -> None:
        """The preset as it is, the pad as at the start, nothing sounds."""
        self.silence()
        self.say({"do": "preset", "id": preset}, {"do": "path", "clear": True}, *AT_START)
        wait_until(lambda: self.at_rest(preset))

    def at_rest(self, preset: str) -> bool:
        """Whether a preset plays as it was saved, and nothing sounds."""
        now = self.state()
        same = now["preset"]["id"] == preset and not now["preset"]["changed"]
        return same and not now["counts"]["voices"]

    def say(self, *messages: dict[str, Any]) -> None:
        """Say something as another page would, which comes and goes."""
        with self._page() as page:
            for message in (*messages, {"do": "ping", "t": 0}):
                page.send(json.dumps(message))
            while "pong" not in json.loads(page.recv(PATIENCE)):
                pass

    def state(self) -> dict[str, Any]:
        """What a new page is shown."""
        with self._page() as page:
            return state(page)

    def _page(self) -> ClientConnection:
        address = urlsplit(self.address)
        return connect(f"ws://{address.netloc}/ws?{address.query}", max_size=None)


@contextmanager
def hosted(preset: str) -> Iterator[Hosted]:
    """A session on a clock instead of a device. The caller has set RTSYNTH_HOME."""
    with closing(Page(PageRequest())) as page, shown() as file:
        live = LiveRequest(AudioRequest("null"), ("none",), shown=Shown(page.ring, file))
        with playing(choose_lineup(preset), live) as session:
            made = Hosted(session, page, file)
            made.start()
            try:
                yield made
            finally:
                made.close()


def process_of(name: str) -> list[int]:
    """Identifiers of this process's children that were started with `name`."""
    lists = [(task / "children").read_text() for task in Path("/proc/self/task").iterdir()]
    children = [int(each) for each in " ".join(lists).split()]
    return [child for child in children if name in Path(f"/proc/{child}/cmdline").read_text()]
