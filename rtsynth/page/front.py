"""The session that pages show and steer: the playing process opens it and closes it. asyncio's thread."""

import asyncio
import os
from collections.abc import Set
from contextlib import suppress
from typing import Any

from rtsynth_engine.layout import Memory
from rtsynth_engine.memory import attach_memory

from ..errors import EngineError
from .link import Link
from .seeing.sight import Sight
from .seeing.waking import Waking
from .serving.service import Service
from .steering.doing import handlers
from .steering.model import Model, opened_lineup
from .steering.wires import Message, Wires


class Front:
    """One session at a time, none between them. `link` leads to the playing process."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.link: Link | None = None
        self.model: Model | None = None
        self._opening: asyncio.Task[None] | None = None
        self._turning: asyncio.Task[None] | None = None

    def hear(self, message: Message, files: list[int]) -> None:
        """Take in what the playing process says; its files are closed."""
        if "opened" in message and files:
            self.close()
            memory = attach_memory(files[0])
            self._opening = asyncio.create_task(self._open(message["opened"], memory))
        if "closed" in message:
            self.close()
        if "said" in message:
            self.say(message["said"])
        if "inputs" in message and self.model is not None:
            self.model.hear(message)
        for file in files:
            os.close(file)

    def say(self, remark: str) -> None:
        """Show a remark on every page."""
        self.service.pages.tell({"said": remark})

    def close(self) -> None:
        """Nothing is shown and nothing can be done until a session opens."""
        for task in filter(None, (self._opening, self._turning)):
            task.cancel()
        self.model = self._opening = self._turning = None
        self.service.providers.clear()
        self.service.commands.forget()

    def state(self) -> dict[str, Any]:
        """The model's topics as they are now."""
        return {} if self.model is None else self.model(frozenset())

    async def _open(self, opened: Message, memory: Memory) -> None:
        """Reading presets takes a second, which those who are connected do not have to wait."""
        wires = Wires(memory, self.service.hands.push, self._tell, self.say)
        try:
            lineup = await asyncio.to_thread(opened_lineup, opened)
            model = await asyncio.to_thread(Model, lineup, wires, opened)
        except EngineError as error:
            self.say(f"the page cannot show this session: {error}")
            return
        self._show(model, Sight(memory))

    def _show(self, model: Model, sight: Sight) -> None:
        self.model = model
        for name, handler in (handlers(model) | {"clear": lambda message: sight.clear()}).items():
            self.service.commands.register(name, handler)
        waking = Waking(sight.memory)
        self.service.providers.append(lambda watched: self._see(model, sight, waking, watched))
        self._turning = asyncio.create_task(model.run())

    def _see(self, model: Model, sight: Sight, waking: Waking, watched: Set[str]) -> dict[str, Any]:
        """All topics, or none where nothing has happened."""
        if not waking.awake(watched, (self.service.commands.done, model.pad.at)):
            return {}
        model.turn()
        sight.part = model.hand.number
        struck = self.service.hands.struck
        while struck:
            key, sent, _ = struck.popleft()
            sight.round.struck(key, sent)
        return model(watched) | sight(watched)

    def _tell(self, message: Message) -> None:
        if self.link is not None:
            with suppress(OSError):
                self.link.send(message)
