"""Making a bank: a preset for each place of an instrument, and the variants and morphs of the recipes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rtsynth_engine.bundles import Bundle, Place
from rtsynth_engine.checking import parse_toml

from .errors import PresetError
from .folders import SHIPPED
from .naming import slug
from .presets import Macro, Mix, Play, Preset, Steps
from .timbres import directions, timbre
from .writing import preset_toml, write_whole

RECIPES = SHIPPED / "recipes.toml"
Recipe = dict[str, Any]


def bank(bundle: Bundle) -> list[Preset]:
    """A preset for each place, then, of partials, every variant that it has the places and directions
    for. Those of other instruments have its name before their own.
    """
    recipes = parse_toml(RECIPES.read_bytes())
    if bundle.head.kind != "partials":
        return [_preset(bundle, recipes, _of(bundle, place)) for place in bundle.places]
    places = [_preset(bundle, recipes, _place(place, recipes)) for place in bundle.places]
    variants = [_preset(bundle, recipes, recipe) for recipe in recipes["variants"]]
    return [*places, *(preset for preset in variants if _playable(preset, bundle))]


def write_bank(presets: Sequence[Preset], folder: Path) -> list[Path]:
    """Write a bank's presets into the folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for preset in presets:
        write_whole(folder / preset.path, preset_toml(preset))
    return [folder / preset.path for preset in presets]


def _place(place: Place, recipes: Recipe) -> Recipe:
    own: Recipe = recipes["places"].get(place.id, {})
    return (
        {key: getattr(place, key) for key in ("id", "name", "category", "program")}
        | {"place": place.id}
        | own
    )


def _of(bundle: Bundle, place: Place) -> Recipe:
    """A place of an instrument that has no recipes of its own."""
    named = {"id": f"{bundle.id}-{place.id}", "name": f"{bundle.name} {place.name}", "place": place.id}
    ways = list(directions(bundle))
    moved = {"wheel": dict.fromkeys(ways[:1], 1.0), "pressure": dict.fromkeys(ways[1:2], 1.0)}
    kit = {"reverb": 0.1, "vibrato": 0.0, "pitched": False} if place.keys else {}
    program = None if place.keys else place.program
    turned = {"macros": [*ways, "release", "space"]}
    return {"category": place.category, "program": program} | named | moved | turned | kit


def _playable(preset: Preset, bundle: Bundle) -> bool:
    try:
        timbre(preset, bundle)
    except PresetError:
        return False
    return True


def _preset(bundle: Bundle, recipes: Recipe, recipe: Recipe) -> Preset:
    family = recipes["default"] | recipes["categories"].get(recipe["category"], {})
    whole = family | recipe
    id, program = recipe.get("id") or slug(recipe["name"]), recipe.get("program")
    return Preset(
        path=Path(f"{_prefix(bundle, program)}{id}.toml"),
        id=id,
        name=recipe["name"],
        category=recipe["category"],
        instrument=bundle.id,
        digest=bundle.digest,
        program=program,
        pitched=whole.get("pitched", True),
        also=tuple(recipe.get("also", ())),
        tags=tuple(dict.fromkeys([*family["tags"], *recipe.get("tags", ())])),
        place=recipe.get("place"),
        morph=tuple((id, float(weight)) for id, weight in recipe.get("morph", ())),
        mix=Mix(level_db=whole["level_db"], release=whole["release"], reverb=whole["reverb"]),
        play=_play(whole, bundle),
        macros=tuple(_macros(whole, _own_macros(bundle) | recipes["macros"], bundle)),
    )


def _prefix(bundle: Bundle, program: int | None) -> str:
    """What stands before the id in a file's name, so that a bank of partials is in order of program."""
    if bundle.head.kind != "partials":
        return ""
    return "morph-" if program is None else f"{program:03d}-"


def _play(whole: Recipe, bundle: Bundle) -> Play:
    wheel, pressure = (_there(whole[key], bundle) for key in ("wheel", "pressure"))
    return Play(whole["velocity_curve"], whole["vibrato"], wheel, pressure, half_pedal=whole["half_pedal"])


def _there(steps: dict[str, float], bundle: Bundle) -> Steps:
    return tuple((key, float(amount)) for key, amount in steps.items() if key in directions(bundle))


def _own_macros(bundle: Bundle) -> Recipe:
    """A macro for each direction of the instrument."""
    return {
        id: {"name": each.name, "bipolar": True, "direction": id, "amount": 2.0}
        for id, each in directions(bundle).items()
    }


def _macros(whole: Recipe, known: Recipe, bundle: Bundle) -> Iterator[Macro]:
    """The family's macros that the instrument has, and those the recipe turns, which it must have."""
    turned = whole.get("turned", {})
    for key in dict.fromkeys([*whole["macros"], *turned]):
        macro = Macro(**known[key], value=turned.get(key, 0.0))
        if macro.direction is None or macro.direction in directions(bundle) or macro.value:
            yield macro
