"""`rtsynth resynth`: a note beside its own analysis played back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .extras import trained_here

if TYPE_CHECKING:
    from rtsynth_models.analysis.playback import Playback

OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE.wav]")
@click.option(
    "--program", type=click.IntRange(0, 127), metavar="N", help="Render a SoundFont's note instead."
)
@click.option("--pitch", type=click.FloatRange(9, 120), required=True, help="MIDI number; 69 is 440 Hz.")
@click.option("--velocity", type=click.IntRange(1, 127), default=102, show_default=True)
@click.option(
    "--soundfont", type=click.Path(path_type=Path), metavar="FILE.sf2", help="[default: FluidR3 GM]"
)
@click.option("-o", "--out", required=True, type=OUTPUT, metavar="OUT.wav", help="WAV to write.")
@click.option("--page", type=OUTPUT, metavar="OUT.png", help="Picture of both spectrograms.")
def resynth(
    file: Path | None,
    program: int | None,
    pitch: float,
    velocity: int,
    soundfont: Path | None,
    out: Path,
    page: Path | None,
) -> None:
    """Write a note, then what partials and noise bands keep of it.

    The note is the first 4 s of FILE.wav, or a SoundFont's with --program. What is lost here, no network
    trained on the analysis can give back.
    """
    if (file is None) == (program is None):
        raise click.UsageError("name either a file or a --program")
    if program is not None and pitch != int(pitch):
        raise click.UsageError("--program plays whole semitones: give --pitch without a fraction")
    with trained_here():
        from rtsynth_models.analysis.playback import draw_pair, play_back, read_note, write_pair
        from rtsynth_models.data.soundfont import SOUNDFONT, render_note
    if file is not None:
        signal, title = read_note(file), f"{file.name}, pitch {pitch:g}"
    else:
        signal = render_note(program or 0, int(pitch), velocity, soundfont or SOUNDFONT)
        title = f"program {program}, pitch {pitch:g}, velocity {velocity}"
    found = play_back(signal, pitch)
    write_pair(found, out)
    if page:
        draw_pair(found, title, page)
    _tell(found)


def _tell(found: "Playback") -> None:
    slots = {"harmonic": "on multiples of the pitch", "stiff": "stretched", "peaks": "on spectral peaks"}
    click.echo(f"grid       {found.grid.divisor} per harmonic, {slots[found.grid.slots]}")
    click.echo(f"residual   {found.residual_db:.1f} dB")
    click.echo(f"distance   mr {found.mr_db:.2f} dB, mel {found.mel_db:.2f} dB")
