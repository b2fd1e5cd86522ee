"""Options that several commands share."""

import click

AUDIO_HELP = "auto, jack, portaudio, portaudio:NAME (a device's index or words of its name) or null (silent)."

preset_argument = click.argument("preset", required=False)
audio = click.option("--audio", default="auto", show_default=True, metavar="DRIVER", help=AUDIO_HELP)
rate = click.option(
    "--rate",
    type=click.FloatRange(8_000, 192_000),
    metavar="HZ",
    help="Sample rate.  [default: the driver's, or 48000]",
)
block = click.option(
    "--block",
    type=click.IntRange(1, 16_384),
    metavar="FRAMES",
    help="Period.  [default: the driver's, or 128]",
)
