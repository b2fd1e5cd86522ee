"""`rtsynth render`: a MIDI file becomes a WAV file."""

from pathlib import Path

import click

from . import options


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.mid")
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.wav",
    help="WAV to write.",
)
@click.option(
    "--preset", metavar="ID", help="Play every channel with it.  [default: as the file's programs say]"
)
@options.setup
@options.tuning
@options.keymap
@options.rate
@options.block
@options.device("cpu")
@options.trust
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Of phases and noise."
)
@click.option(
    "--tail",
    type=click.FloatRange(0, 60),
    default=3.0,
    show_default=True,
    metavar="S",
    help="Seconds after the end.",
)
def render(
    file: Path,
    out: Path,
    preset: str | None,
    setup: str | None,
    tuning: str | None,
    keymap: str | None,
    rate: float | None,
    block: int | None,
    device: str,
    trust: bool,
    seed: int,
    tail: float,
) -> None:
    """Render FILE.mid to OUT.wav, faster than it plays; the same options give the same samples on the
    processor.
    """
    from .. import session
    from ..networks import NetworkRequest

    if preset and setup:
        raise click.UsageError("--preset and --setup cannot both be played; leave one out")
    network = NetworkRequest(device, trust)
    session.render(
        session.RenderRequest(file, out, preset, rate, block, seed, tail, network, setup, tuning, keymap)
    )
