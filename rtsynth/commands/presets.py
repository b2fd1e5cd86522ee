"""`rtsynth presets`: list, show, preview and save them, or make a bank from an instrument."""

import sys
from pathlib import Path

import click

from ..errors import HostError
from .output import json_option, print_json, print_table, warn

LISTED = ("id", "name", "category", "bank", "program", "programs", "tags")
COLUMNS = ("id", "name", "category", "instrument", "program", "pitched", "tags")
preset_argument = click.argument("preset")


@click.group()
def presets() -> None:
    """List, show, preview and save presets, or make a bank of them from an instrument."""


@presets.command("list")
@click.option("--category", metavar="NAME", help="Only those of a category.")
@click.option("--tag", metavar="NAME", help="Only those with a tag.")
@json_option
def list_presets(category: str | None, tag: str | None, as_json: bool) -> None:
    """List every preset: those that ship with rtsynth and your own.

    Bank select (controller 0 or 32) and program change choose it; without a bank it answers the programs
    listed.
    """
    from ..choosing import addresses, filtered, programs_of
    from ..unwritten import all_presets

    found, refused = all_presets()
    answers, chosen, at = programs_of(found), filtered(found, category, tag), addresses(found)
    rows = [
        {column: getattr(preset, column) for column in COLUMNS}
        | {"bank": at[preset.id][0], "program": at[preset.id][1], "programs": answers.get(preset.id, [])}
        for preset in chosen
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(LISTED, [[_cell(row[column]) for column in LISTED] for row in rows])
    warn(*refused)


def _cell(value: object) -> str:
    """Numbers one after the other, words with commas; nothing for None."""
    if isinstance(value, list | tuple):
        return (", " if value and isinstance(value[0], str) else " ").join(map(str, value))
    return "" if value is None else str(value)


@presets.command("show")
@preset_argument
@json_option
def show_preset(preset: str, as_json: bool) -> None:
    """Show all of PRESET: where it lies in the latent space, its macros, what wheel and pressure do."""
    from ..choosing import find_preset
    from ..instruments import find_instrument
    from ..showing import lines, told
    from ..timbres import timbre
    from ..unwritten import all_presets

    found, refused = all_presets()
    chosen = find_preset(preset, found)
    point = timbre(chosen, find_instrument(chosen.instrument))
    if as_json:
        print_json(told(chosen, point))
    else:
        for topic, text in lines(chosen, point):
            click.echo(f"{topic:18}{text}")
    warn(*refused)


@presets.command("preview")
@preset_argument
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.wav",
    help="WAV to write.  [default: the preset's id, here]",
)
def preview_preset(preset: str, out: Path | None) -> None:
    """Render a short phrase with PRESET to a WAV file."""
    from .. import session

    session.preview(preset, out)


@presets.command("save")
@preset_argument
@click.option("--as", "name", required=True, metavar="NAME", help="The new preset's name.")
@click.option("--macro", "macros", multiple=True, metavar="NAME=VALUE", help="Turn a macro; may be repeated.")
@click.option("--level", "level_db", type=float, metavar="DB", help="Level, -60 to 24 dB.")
@click.option("--release", type=float, metavar="FACTOR", help="Of the release times, 0.01 to 100.")
@click.option("--reverb", type=float, metavar="SHARE", help="0 to 1.")
@click.option("--pan", type=float, metavar="WHERE", help="-1, left, to 1, right.")
@click.option("--force", is_flag=True, help="Replace a preset of that name.")
def save_preset(preset: str, name: str, macros: tuple[str, ...], force: bool, **mix: float | None) -> None:
    """Save PRESET as one of your own, changed as the options say."""
    from ..choosing import find_preset
    from ..saving import save, varied
    from ..unwritten import all_presets

    found, _ = all_presets()
    given = {key: value for key, value in mix.items() if value is not None}
    own = varied(find_preset(preset, found), name, dict(map(_macro, macros)), given)
    click.echo(f"{own.name} saved to {save(own, found, force)}")


def _macro(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no NAME=VALUE with a number", param_hint="--macro") from error


@presets.command("make")
@click.argument("instrument")
@click.option("-o", "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to.")
@click.option(
    "--match-levels", is_flag=True, help="Hear each and make all as loud as those shipped; takes minutes."
)
def make_presets(instrument: str, out: Path | None, match_levels: bool) -> None:
    """Write a bank for INSTRUMENT (an id or a bundle folder): its places, and morphs between them."""
    from rtsynth_engine.bundles import load_bundle

    from ..bank import bank, write_bank
    from ..folders import own_folder
    from ..instruments import find_instrument
    from ..levels import heard_level, matched

    bundle = load_bundle(instrument) if Path(instrument).is_dir() else find_instrument(instrument)
    made = bank(bundle)
    if match_levels:
        with click.progressbar(made, label="hearing each preset", file=sys.stderr) as progress:
            made = matched(made, [heard_level(preset, bundle) for preset in progress])
    folder = out or own_folder() / "presets"
    try:
        written = write_bank(made, folder)
    except OSError as error:
        raise HostError(
            f"cannot write presets to {folder}: {error.strerror}; name another with --out"
        ) from error
    click.echo(f"{len(written)} presets written to {folder}")
