"""`rtsynth train`: an instrument from a data set."""

from pathlib import Path

import click

from .extras import trained_here

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FAMILIES = {
    "gansynth": "GANSynth: notes as images, an adversary",
    "wavegan": "WaveGAN: waveforms of drums, an adversary",
    "specgan": "SpecGAN: magnitudes, an adversary, phases recovered",
    "vae": "A variational autoencoder of the same images",
    "wavenet": "WaveNet: sample after sample",
}
data_option = click.option(
    "--data", required=True, type=FOLDER, metavar="DIR", help="From `rtsynth dataset`."
)
out_option = click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of checkpoints."
)
seed_option = click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
threads_option = click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True)


@click.group()
def train() -> None:
    """Train an instrument of a family on a data set.

    The same seed and steps give the same weights; after an interruption the same command goes on. Then
    `rtsynth export` makes an instrument of it.
    """


@train.command()
@data_option
@out_option
@click.option("--steps", type=click.IntRange(1), default=40_000, show_default=True, help="By reconstruction.")
@click.option(
    "--adversarial",
    type=click.IntRange(0),
    default=6_000,
    show_default=True,
    help="Steps against judges.",
)
@click.option("--calibration", type=click.IntRange(0), default=3, show_default=True, help="Rounds of it.")
@click.option("--control", is_flag=True, help="Those last steps without discriminators, to compare.")
@click.option("--batch", type=click.IntRange(1), default=96, show_default=True, help="Notes a step.")
@threads_option
@seed_option
def partialgan(
    data: Path,
    out: Path,
    steps: int,
    adversarial: int,
    calibration: int,
    control: bool,
    batch: int,
    threads: int,
    seed: int,
) -> None:
    """PartialGAN, the flagship: notes as their partials."""
    with trained_here():
        from rtsynth_models.network.stages import Plan, run
    run(Plan(data, out, steps, adversarial, calibration, control, batch, threads, seed))
    click.echo(f"{out / 'final.pt'} is trained: rtsynth export {out / 'final.pt'} NAME.rtsynth")


def _command(name: str, told: str) -> click.Command:
    @click.command(name, help=f"{told}. Under torchrun it trains with many processes.")
    @data_option
    @out_option
    @click.option("--config", default="small", show_default=True, help="One of the family's sizes.")
    @click.option("--steps", type=click.IntRange(1), default=40_000, show_default=True, help="In all.")
    @click.option(
        "--precision",
        type=click.Choice(["32-true", "bf16-mixed", "16-mixed"]),
        default="bf16-mixed",
        show_default=True,
    )
    @click.option("--tensorboard", is_flag=True, help="Write the losses for TensorBoard, too.")
    @threads_option
    @seed_option
    def command(
        data: Path,
        out: Path,
        config: str,
        steps: int,
        precision: str,
        tensorboard: bool,
        threads: int,
        seed: int,
    ) -> None:
        with trained_here():
            import torch

            from rtsynth_models.training.__main__ import train as run
        torch.set_num_threads(threads)
        run(name, data, out, config, steps, precision, seed, tensorboard)
        click.echo(f"{out} is trained: rtsynth export {out} NAME.rtsynth")

    return command


for _name, _told in FAMILIES.items():
    train.add_command(_command(_name, _told))
