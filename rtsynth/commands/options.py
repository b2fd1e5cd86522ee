"""Options that several commands share."""

from collections.abc import Callable
from typing import Any

import click

AUDIO_HELP = "auto, jack, portaudio, portaudio:NAME (a device's index or words of its name) or null (silent)."

preset_argument = click.argument("preset", required=False)
audio = click.option("--audio", default="auto", show_default=True, metavar="DRIVER", help=AUDIO_HELP)
setup = click.option(
    "--setup", metavar="NAME", help="A setup: a TOML file, or the name of one among your own setups."
)
rate = click.option(
    "--rate",
    type=click.FloatRange(8_000, 192_000),
    metavar="HZ",
    help="Sample rate.  [default: the driver's, or 48000]",
)
DEVICE_HELP = "What runs the network: auto (the fastest here, measured), cpu or cuda."
TRUST_HELP = "Run TorchScript of instruments from elsewhere: it can do whatever a program can."

trust = click.option("--trust", is_flag=True, help=TRUST_HELP)
session = click.option(
    "--session", type=int, metavar="PID", help="The session of that process.  [default: the newest]"
)
block = click.option(
    "--block",
    type=click.IntRange(1, 16_384),
    metavar="FRAMES",
    help="Period.  [default: the driver's, or 128]",
)

tuning = click.option(
    "--tuning", metavar="SCALE", help="Scala scale: a .scl file, or words of a name such as werckmeister."
)
keymap = click.option(
    "--keymap", metavar="MAP", help="Scala keyboard map: a .kbm file, or a name such as a415."
)


def device(default: str) -> Callable[[Any], Any]:
    """`--device` of a command that opens an instrument."""
    choices = click.Choice(["auto", "cpu", "cuda"])
    return click.option("--device", type=choices, default=default, show_default=True, help=DEVICE_HELP)
