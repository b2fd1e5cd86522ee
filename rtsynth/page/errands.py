"""What the control page cannot do itself: it sends the playing process on errands. Host's main thread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rtsynth_engine.checking import RefusedError
from rtsynth_engine.layout import PAGE_PORT

from .. import __version__
from ..errors import EngineError, HostError
from ..lineup import Lineup, choose_lineup, setup_lineup, to_sound
from ..playing import LiveRequest, Session
from ..presets import parse_preset
from ..setups import Setup, parse_setup, remember, setup_toml
from ..tunings import SESSION, Tables, kept_tuning
from .host import Page


@dataclass(frozen=True)
class Wish:
    """What only a session opened anew can give: a preset of another instrument, another device or period."""

    preset: str | None = None
    audio: str | None = None
    period: int | None = None


class Errands:
    """Does what the page of a running session asks. `keep` writes what was played, and says where."""

    def __init__(self, session: Session, page: Page, keep: Callable[[], str]) -> None:
        self.session, self.page, self.keep = session, page, keep
        self.wish: Wish | None = None
        self._known: tuple[str, ...] = ()
        self._do: dict[str, Callable[[dict[str, Any]], object]] = {
            "latent": self._move,
            "setup": self._set_up,
            "tuning": self._tune,
            "sound": self._add_sound,
            "open": self._open_anew,
            "keep": self._keep,
        }

    def open(self, file: int) -> None:
        """Show the page what plays now; `file` holds the engine's memory."""
        self.page.say({"opened": facts(self.session)}, file)

    def close(self) -> None:
        """What was shown is no more."""
        self.page.say({"closed": True})

    def run(self, seconds: float) -> list[str]:
        """Do what is asked in the next `seconds`; returns what is to be told. Ends early for a wish."""
        self._tell_inputs()
        told: list[str] = []
        for message in self.page.hear(seconds):
            told += _told(message)
            if "do" in message:
                self._run(message)
            if "ended" in message:
                self.session.engine.release_port(PAGE_PORT)
                told.append(f"the control page is gone: {self.page.last_words()}")
            if self.wish is not None:
                break
        return told

    def _run(self, message: dict[str, Any]) -> None:
        try:
            self._do[message["do"]](message)
        except EngineError as error:
            self.page.say({"said": str(error)})
        except (KeyError, TypeError, ValueError) as error:
            self.page.say({"said": f"the page asked for something that cannot be done ({error!r})"})

    def _tell_inputs(self) -> None:
        inputs = tuple(self.session.names.values())
        if inputs != self._known:
            self._known = inputs
            self.page.say({"inputs": list(inputs)})

    def _move(self, message: dict[str, Any]) -> None:
        self.session.engine.move(int(message["program"]), [float(number) for number in message["latent"]])

    def _set_up(self, message: dict[str, Any]) -> None:
        self._change(setup_lineup(_setup(message["toml"])))

    def _tune(self, message: dict[str, Any]) -> None:
        """By name among those that are kept: a page opens no other files."""
        scale, keymap = message["scale"], message.get("keymap")
        pitches = kept_tuning(scale and f"{scale}.scl", keymap and f"{keymap}.kbm")
        self.session.engine.set_tuning(SESSION, pitches)

    def _change(self, lineup: Lineup) -> None:
        """Play another setup of the same instrument; ringing notes go on."""
        engine, routing = self.session.engine, self.session.routing
        if lineup.bundle.id != self.session.lineup.bundle.id:
            raise HostError("a setup has one instrument; choose presets of the one that plays")
        for program, sound in lineup.sounds.items():
            if routing.lineup.sounds.get(program) != sound:
                engine.set_sound(program, sound)
        routing.change(lineup)
        if remark := remember(lineup.setup):
            self.page.say({"said": remark})

    def _add_sound(self, message: dict[str, Any]) -> None:
        try:
            preset = parse_preset(message["preset"].encode(), Path("preset.toml"))
        except RefusedError as error:
            raise HostError(f"this preset cannot be played: {error}") from error
        tables = Tables()
        sound = to_sound(preset, self.session.lineup.bundle, tables)
        self.session.engine.set_sound(int(message["program"]), replace(sound, tuning=-1))

    def _open_anew(self, message: dict[str, Any]) -> None:
        period = message.get("period")
        self.wish = Wish(message.get("preset"), message.get("audio"), None if period is None else int(period))

    def _keep(self, message: dict[str, Any]) -> None:
        self.page.say({"said": self.keep()})


def granted(wish: Wish, lineup: Lineup, live: LiveRequest) -> tuple[Lineup, LiveRequest]:
    """What to open for a wish. Raises PresetError and BundleError."""
    audio = replace(live.audio, driver=wish.audio or live.audio.driver, block=wish.period or live.audio.block)
    chosen = lineup if wish.preset is None else choose_lineup(wish.preset)
    return chosen, replace(live, audio=audio)


def facts(session: Session) -> dict[str, Any]:
    """What the page is told of a session when it opens."""
    driver, engine = session.driver, session.engine
    return {
        "version": __version__,
        "setup": setup_toml(session.lineup.setup),
        "tuning": session.lineup.setup.tuning,
        "driver": driver.name,
        "rate": driver.rate,
        "period": driver.period,
        "latency_ms": 1000.0 * driver.period / driver.rate,
        "inputs": list(session.inputs),
        "network": session.network.told,
        "memory": session.memory,
        "polyphony": int(engine.memory.state[0]["polyphony"]),
        "quality": "adaptive" if engine.feeder.quality.adaptive else "full",
    }


def _told(message: dict[str, Any]) -> list[str]:
    """What a person at the terminal is to know of the page."""
    if "error" in message:
        return [f"no control page: {message['error']}"]
    addresses = [message[key] for key in ("address", "elsewhere") if message.get(key)]
    return [f"control page: {' or, from other machines, '.join(addresses)}"] * bool(addresses)


def _setup(text: str) -> Setup:
    try:
        return parse_setup(text.encode())
    except RefusedError as error:
        raise HostError(f"this setup cannot be played: {error}") from error
