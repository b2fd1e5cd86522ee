"""`rtsynth demo`: the built-in piece, live."""

import click

from . import options


@click.command()
@options.audio
def demo(audio: str) -> None:
    """Play the built-in piece live and say how tight it was.

    Without a sound device the piece plays silently and is left in demo.wav.
    """
    from .. import session
    from ..audio import AudioRequest

    session.demo(AudioRequest(audio))
