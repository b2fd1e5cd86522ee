"""The pages that are connected, and what each has yet to be shown.

A page that is slow to take things is owed topics, not messages: it gets each as it is then. A topic is turned
into JSON once, for all pages.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Set
from typing import Any

from .hands import Fingers

WATCHED = frozenset(("spectrum", "partials", "envelopes", "histogram", "timeline"))  # only for who asks
MOST_PAGES = 16
MOST_WORDS = 64  # answers that wait for one page; the oldest goes
PATIENCE = 10.0  # seconds that a page may take for one message

Send = Callable[[str], Awaitable[None]]


def to_json(value: Any) -> str:
    """As short as it can be. Raises ValueError where a number is not finite."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Page:
    """One client. asyncio's thread."""

    def __init__(self, pages: "Pages", fingers: Fingers | None = None) -> None:
        """Without `fingers` it only looks."""
        self.fingers, self._pages = fingers, pages
        self.fresh = True  # its first message, which has everything, is still to come
        self.bad = 0  # messages that made no sense
        self._watched: frozenset[str] = frozenset()
        self._owed: set[str] = set()
        self._words: deque[str] = deque(maxlen=MOST_WORDS)
        self._wake = asyncio.Event()

    def tell(self, answer: dict[str, Any]) -> None:
        """Say something to this page alone, before what it is owed."""
        self._words.append(to_json(answer))
        self._wake.set()

    def owe(self, topics: Set[str]) -> None:
        """These have changed."""
        self._owed |= topics - (WATCHED - self.watched)
        if self._owed:
            self._wake.set()

    def watch(self, topics: Set[str]) -> None:
        """Be shown these of WATCHED, beginning with what they are now."""
        wanted = frozenset(topics & WATCHED)
        self._pages.forget(wanted - self._watched)
        self._watched = wanted

    @property
    def watched(self) -> frozenset[str]:
        """Those of WATCHED that it is shown."""
        return WATCHED if self.fresh else self._watched

    async def next(self) -> list[str]:
        """All that waits, as messages, as soon as something does."""
        await self._wake.wait()
        self._wake.clear()
        messages, self._words = list(self._words), deque(maxlen=MOST_WORDS)
        if self._owed:
            messages.append(self._pages.state(self._owed))
            self._owed = set()
        return messages

    async def write(self, send: Send) -> None:
        """Send what comes up, for ever. Raises TimeoutError for a page that takes nothing."""
        while True:
            for message in await self.next():
                async with asyncio.timeout(PATIENCE):
                    await send(message)


class Pages:
    """All of them, and every topic's value. asyncio's thread."""

    def __init__(self) -> None:
        self.there: list[Page] = []
        self.someone = asyncio.Event()  # is there
        self._values: dict[str, Any] = {}
        self._texts: dict[str, str] = {}

    @property
    def full(self) -> bool:
        """Whether no other page may come."""
        return sum(page.fingers is not None for page in self.there) >= MOST_PAGES

    @property
    def watched(self) -> set[str]:
        """Those of WATCHED that somebody is to be shown."""
        return set().union(*(page.watched for page in self.there))

    def enter(self, fingers: Fingers | None = None) -> Page:
        """A page that came; the next `publish` gives it everything."""
        page = Page(self, fingers)
        self.there.append(page)
        self.someone.set()
        return page

    def leave(self, page: Page) -> None:
        """It is gone."""
        self.there.remove(page)
        if not self.there:
            self.someone.clear()

    def publish(self, topics: dict[str, Any]) -> None:
        """Owe every page what changed for it. Values must never be changed once they were given."""
        changed = {name for name, value in topics.items() if self._is_new(name, value)}
        self._values |= {name: topics[name] for name in changed}
        self._texts |= {name: to_json(topics[name]) for name in changed}
        for page in self.there:
            page.owe(self._texts.keys() if page.fresh else changed)
            page.fresh = page.fresh and not self._texts

    def tell(self, answer: dict[str, Any]) -> None:
        """Say something to every page."""
        for page in self.there:
            page.tell(answer)

    def forget(self, topics: Set[str]) -> None:
        """Let these count as changed."""
        for name in topics:
            self._values.pop(name, None)

    def state(self, topics: Set[str]) -> str:
        """A message with these topics as they are now."""
        there = (f"{to_json(name)}:{self._texts[name]}" for name in sorted(topics))
        return f'{{"state":{{{",".join(there)}}}}}'

    async def whole(self) -> str:
        """The message that a new page begins with. Raises TimeoutError."""
        page = self.enter()
        try:
            async with asyncio.timeout(PATIENCE):
                return (await page.next())[0]
        finally:
            self.leave(page)

    def _is_new(self, name: str, value: Any) -> bool:
        return name not in self._values or bool(self._values[name] != value)
