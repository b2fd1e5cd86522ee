"""`rtsynth dataset`: notes to learn from, from a SoundFont or from NSynth."""

import os
from pathlib import Path

import click

from .extras import trained_here


class Numbers(click.ParamType["str | tuple[int, ...]"]):
    """Whole numbers with commas between them, or one of some words."""

    name = "numbers"

    def __init__(self, low: int, high: int, *words: str) -> None:
        self.low, self.high, self.words = low, high, words

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | tuple[int, ...]:
        """Return the numbers in order, each once, or the word."""
        if isinstance(value, tuple) or str(value) in self.words:
            return value if isinstance(value, tuple) else str(value)
        try:
            found = tuple(sorted({int(number) for number in str(value).split(",")}))
        except ValueError:
            found = ()
        if not found or found[0] < self.low or found[-1] > self.high:
            words = "".join(f", or {word}" for word in self.words)
            self.fail(f"{value}: give numbers from {self.low} to {self.high} with commas between{words}")
        return found


@click.command()
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to fill."
)
@click.option(
    "--soundfont",
    type=click.Path(path_type=Path),
    metavar="FILE.sf2",
    help="What to render.  [default: FluidR3 GM]",
)
@click.option(
    "--programs",
    type=Numbers(0, 127, "all"),
    metavar="0,40,…|all",
    help="General MIDI programs, from 0.  [default: the flagship's 76]",
)
@click.option("--velocities", type=Numbers(1, 127), metavar="51,102,…", help="[default: 25,51,76,102,127]")
@click.option(
    "--jobs", type=click.IntRange(1, 256), metavar="N", help="Processes.  [default: one for every core]"
)
@click.option("--small", is_flag=True, help="6 programs, every third semitone, 2 velocities: to try it out.")
@click.option("--drums", is_flag=True, help="Drum kits too, as waveforms of one second.")
@click.option("--sounds", is_flag=True, help="Sounds at 16 kHz for GANSynth and its kin; with --drums, hits.")
@click.option("--nsynth", type=click.Path(path_type=Path), metavar="DIR", help="Read NSynth instead.")
def dataset(
    out: Path,
    soundfont: Path | None,
    programs: str | tuple[int, ...] | None,
    velocities: tuple[int, ...] | None,
    jobs: int | None,
    small: bool,
    drums: bool,
    sounds: bool,
    nsynth: Path | None,
) -> None:
    """Render and analyse the notes an instrument learns from.

    Notes come from a SoundFont, rendered by FluidSynth, or from NSynth (a folder with examples.json and
    audio/). Finished programs are kept: after an interruption the same command goes on.
    """
    if nsynth and (soundfont or programs or velocities or small or drums or sounds):
        raise click.UsageError("--nsynth goes with --out and --jobs only")
    with trained_here():
        from rtsynth_models.data import dataset as soundfonts
        from rtsynth_models.data.nsynth import build as build_nsynth
    jobs = jobs or len(os.sched_getaffinity(0))
    if nsynth:
        build_nsynth(nsynth, out, jobs, click.echo)
    elif sounds:
        build_sounds(out, soundfont, programs, velocities, small, drums, jobs)
    else:
        plan = soundfonts.Plan(
            out,
            soundfont or soundfonts.SOUNDFONT,
            programs or (soundfonts.SMALL_PROGRAMS if small else "catalogue"),
            velocities or (soundfonts.SMALL_VELOCITIES if small else soundfonts.VELOCITIES),
            soundfonts.SMALL_STEP if small else 1,
            drums,
            jobs,
        )
        soundfonts.build(plan, click.echo)
    click.echo(f"{out} is complete: {out / 'manifest.json'} says what is in it")


def build_sounds(
    out: Path,
    soundfont: Path | None,
    programs: str | tuple[int, ...] | None,
    velocities: tuple[int, ...] | None,
    small: bool,
    drums: bool,
    jobs: int,
) -> None:
    """Notes, or hits of drums, as waveforms. Raises EngineError."""
    from rtsynth_models.data.soundfont import SOUNDFONT
    from rtsynth_models.sounds import drums as hits
    from rtsynth_models.sounds import notes

    font = soundfont or SOUNDFONT
    if drums:
        hits.build(hits.Plan(out, font, velocities or hits.VELOCITIES, jobs), click.echo)
        return
    chosen = programs or (notes.SMALL_PROGRAMS if small else notes.PROGRAMS)
    step = notes.SMALL_STEP if small else 1
    notes.build(notes.Plan(out, font, chosen, velocities or notes.VELOCITIES, step, jobs), click.echo)
