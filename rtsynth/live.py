"""What `rtsynth play` does: a session, and another one where a person wishes on the page what needs it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from .desk import Desk, desk
from .errors import EngineError
from .lineup import Lineup, tuned
from .page.errands import Errands, Wish, granted
from .page.host import Page, PageRequest, shown
from .panel import say, stages
from .playing import LiveRequest, Session, Shown, playing
from .restoring import first_lineup
from .watching import heard, report, rest, told, watch


@dataclass(frozen=True)
class Request:
    """The options of `play`. Without `page` there is none."""

    preset: str | None
    live: LiveRequest
    duration: float | None
    report: Path | None
    setup: str | None = None
    velocity: str | None = None
    tuning: str | None = None
    keymap: str | None = None
    record_midi: Path | None = None
    page: PageRequest | None = None


def play(request: Request) -> None:
    """Play until Ctrl-C, SIGTERM or the end of the duration, then say how it went.

    What cannot be had as it was wished on the page leaves everything as it was before.
    """
    lineup = told(first_lineup(request.preset, request.setup, request.velocity))
    lineup = tuned(lineup, request.tuning, request.keymap)
    now = before = lineup, replace(request.live, audio=heard(request.live.audio))
    end = time.monotonic() + (request.duration or float("inf"))
    with _page(request.page) as page:
        while True:
            try:
                wish = _play(*now, request, page, end)
                if wish is None:
                    return
                before, now = now, granted(wish, *now)
            except EngineError as error:
                if now is before:
                    raise
                say(f"{error}; going on as before")
                now = before


@contextmanager
def _page(request: PageRequest | None) -> Iterator[Page | None]:
    """The control page's ring and socket for all sessions; its process starts with the first."""
    if request is None:
        yield None
        return
    with closing(Page(request)) as page:
        yield page


def _play(lineup: Lineup, live: LiveRequest, request: Request, page: Page | None, end: float) -> Wish | None:
    """Play until the end, or until somebody wishes what needs another session."""
    errands = None
    with ExitStack() as held:
        file = held.enter_context(shown()) if page else -1
        live = replace(live, shown=Shown(page.ring, file)) if page else live
        stage = held.enter_context(stages())
        session = held.enter_context(playing(lineup, live, stage=stage))
        with suppress(KeyboardInterrupt):
            stage("")
            say(*[session.network.told] * bool(session.network.measured))
            taken = session.routing.taken
            with desk(session.engine, lineup.preset.id, request.record_midi, taken) as asked:
                say(_beginning(session, asked))
                errands = _open(page, session, asked, file)
                watch(session, _going(asked, errands, end), wait=errands.run if errands else rest)
        report(session, request.report)
    return errands.wish if errands else None


def _beginning(session: Session, asked: Desk) -> str:
    inputs = ", ".join(session.inputs) or "none"
    return f"playing {session.lineup.title} on {session.driver.name}; MIDI from {inputs}; {asked.ending}"


def _going(asked: Desk, errands: Errands | None, end: float) -> Callable[[], bool]:
    """Whether to play on: nobody has ended it, time is left, and no wish needs another session."""

    def going() -> bool:
        wished = errands is not None and errands.wish is not None
        return asked.look() and time.monotonic() < end and not wished

    return going


def _open(page: Page | None, session: Session, asked: Desk, file: int) -> Errands | None:
    """The errands of the page, which is shown the session; None without one."""
    if page is None:
        return None
    if not page.started:
        page.start()
    errands = Errands(session, page, lambda: asked.keep(Path()))
    errands.open(file)
    return errands
