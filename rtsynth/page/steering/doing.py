"""What a page may ask of the model: a handler by each name. asyncio's thread."""

from collections.abc import Callable

from . import volume
from .keeping import keep
from .macros import find
from .model import Model
from .wires import Message

Handler = Callable[[Message], object]


def handlers(model: Model) -> dict[str, Handler]:
    """They raise EngineError, one line with cause and remedy, where something cannot be done."""
    pad = model.pad
    return {
        "preset": lambda m: choose_preset(model, m),
        "favourite": lambda m: choose_favourite(model, m),
        "save": lambda m: save(model, m),
        "volume": lambda m: volume.turn(model.wires, m["db"]),
        "macro": lambda m: turn_macro(model, m),
        "learn": lambda m: learn(model, m),
        "forget": lambda m: model.listening.forget(m["macro"]),
        "move": lambda m: pad.move(m["x"], m["y"]),
        "pad": lambda m: set_pad(model, m),
        "bookmark": lambda m: pad.bookmark(m["name"]),
        "go": lambda m: pad.go(m["bookmark"]),
        "unbookmark": lambda m: pad.unbookmark(m["bookmark"]),
        "path": lambda m: set_path(model, m),
        "surprise": lambda m: pad.surprise(),
        "vary": lambda m: pad.vary(),
        "home": lambda m: pad.home(),
        "settings": lambda m: change_settings(model, m),
        "doctor": lambda m: model.background.examine(),
        "keep": lambda m: model.wires.tell({"do": "keep"}),
    }


def choose_preset(model: Model, message: Message) -> None:
    """Let a part play a preset as it was saved."""
    if "part" in message:
        model.hand.take(message["part"])
    model.hand.choose(message["id"])
    settle(model)


def settle(model: Model) -> None:
    """The preset in hand sounds as it was saved."""
    model.macros.rest()
    model.follow()
    if model.pad.moved:
        model.pad.home()


def choose_favourite(model: Model, message: Message) -> None:
    """Add a preset to the favourites, or take it away."""
    on = message.get("on", True)
    if on:
        model.catalogue.find(message["id"])
    model.favourites.choose(message["id"], on)


def save(model: Model, message: Message) -> None:
    """Save what is heard as a preset of one's own, and play that."""
    name, force = message["name"], message.get("force", False)
    kept, told = keep(model.catalogue, model.sounding(), name, force)
    model.wires.tell(told)
    model.pad.terrain.survey()
    model.hand.choose(kept.id)
    settle(model)


def turn_macro(model: Model, message: Message) -> None:
    """Turn a macro to a value, or to its default."""
    value = None if message.get("default") else message.get("value")
    model.macros.turn(model.hand.preset, message["index"], value)


def learn(model: Model, message: Message) -> None:
    """Listen for what is to turn a macro over its whole range, or listen no more."""
    if "macro" not in message:
        return model.listening.cancel()
    macro = find(model.hand.preset, message["macro"])
    return model.listening.begin(message["macro"], -1.0 if macro.bipolar else 0.0)


def set_pad(model: Model, message: Message) -> None:
    """Set what the pad means."""
    if "mode" in message:
        model.pad.choose_mode(message["mode"])
    for axis, name in enumerate(("x", "y")):
        if name in message:
            model.pad.choose_axis(axis, message[name])
    if "corner" in message and "preset" in message:
        model.pad.choose_corner(message["corner"], message["preset"])


def set_path(model: Model, message: Message) -> None:
    """Record a path, loop it or forget it."""
    if "record" in message:
        model.pad.record(message["record"])
    if "loop" in message:
        model.pad.loop(message["loop"])
    if message.get("clear"):
        model.pad.clear()


def change_settings(model: Model, message: Message) -> None:
    """Set what a session is played with."""
    model.settings.set(message)
    model.follow()
