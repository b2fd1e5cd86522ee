"""`rtsynth play`: a keyboard or a DAW plays an instrument."""

from pathlib import Path

import click

from . import options


@click.command()
@options.preset_argument
@options.setup
@options.audio
@click.option(
    "--midi",
    multiple=True,
    metavar="NAME",
    help="A MIDI input by index or words of its name (may be repeated; it may come and go), jack, virtual"
    " (a port named rtsynth) or none."
    "  [default: every input and the virtual port; with JACK audio: jack]",
)
@click.option(
    "--velocity",
    metavar="CURVE",
    help="How velocities of every input are taken: soft, linear, hard, fixed or an exponent.",
)
@options.tuning
@options.keymap
@options.rate
@options.block
@options.device("auto")
@options.trust
@click.option(
    "--connect/--no-connect", default=True, help="With JACK: connect to playback and every MIDI source."
)
@click.option(
    "--duration", type=click.FloatRange(0, min_open=True), metavar="S", help="Stop after so many seconds."
)
@click.option(
    "--json", "report", type=click.Path(path_type=Path, dir_okay=False), help="Write the summary to a file."
)
@click.option(
    "--polyphony",
    type=click.IntRange(1, 256),
    default=128,
    show_default=True,
    metavar="VOICES",
    help="Voices at once; beyond them the weakest is stolen.",
)
@click.option(
    "--quality",
    type=click.Choice(["adaptive", "full"]),
    default="adaptive",
    show_default=True,
    help="Whether quiet partials may be left out when the processor is near its limit; the live line tells.",
)
@click.option(
    "--record", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.wav", help="Record the sound."
)
@click.option(
    "--record-midi",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.mid",
    help="Write what was played at the end; `rtsynth render` plays it again.",
)
@click.option("--no-page", is_flag=True, help="Do not serve the control page.")
@click.option(
    "--page-port",
    type=click.IntRange(1, 65_535),
    metavar="PORT",
    help="Port of the control page.  [default: 7440, or a free one]",
)
@click.option("--allow-remote", is_flag=True, help="Let other machines open the page.")
@click.option("--osc", type=click.IntRange(1, 65_535), metavar="PORT", help="Take OSC on a UDP port.")
def play(
    preset: str | None,
    setup: str | None,
    audio: str,
    midi: tuple[str, ...],
    velocity: str | None,
    tuning: str | None,
    keymap: str | None,
    rate: float | None,
    block: int | None,
    device: str,
    trust: bool,
    connect: bool,
    duration: float | None,
    report: Path | None,
    polyphony: int,
    quality: str,
    record: Path | None,
    record_midi: Path | None,
    no_page: bool,
    page_port: int | None,
    allow_remote: bool,
    osc: int | None,
) -> None:
    """Play PRESET (`rtsynth presets list` shows all) or a setup until Ctrl-C; by default the last setup
    again, or the first program.

    Program changes choose among the General MIDI programs, with bank 1 among the other presets.
    """
    from ..audio import AudioRequest
    from ..live import Request
    from ..live import play as play_live
    from ..networks import NetworkRequest
    from ..page.host import PageRequest
    from ..playing import Limits, LiveRequest

    live = LiveRequest(
        AudioRequest(audio, rate, block, connect),
        midi,
        NetworkRequest(device, trust),
        Limits(polyphony, quality == "adaptive"),
        record,
    )
    ways = {"setup": setup, "velocity": velocity, "tuning": tuning, "keymap": keymap}
    page = None if no_page else PageRequest(page_port or 0, allow_remote, osc)
    play_live(Request(preset, live, duration, report, record_midi=record_midi, page=page, **ways))
