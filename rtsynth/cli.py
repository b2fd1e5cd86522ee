"""The command line. Commands import what is heavy when they run, so that `rtsynth --help` answers at once."""

import signal
import sys

import click

from rtsynth_engine.errors import EngineError

from . import __version__
from .commands.bench import bench
from .commands.check import check
from .commands.dataset import dataset
from .commands.demo import demo
from .commands.devices import devices
from .commands.doctor import doctor
from .commands.evaluate import evaluate
from .commands.export import export
from .commands.instruments import instruments
from .commands.keep import keep
from .commands.learn import learn
from .commands.midi import midi
from .commands.panic import panic
from .commands.play import play
from .commands.presets import presets
from .commands.render import render
from .commands.resynth import resynth
from .commands.setups import setups
from .commands.train import train

REFUSED, INTERRUPTED = 2, 130  # exit statuses


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="rtsynth", message="%(prog)s %(version)s")
def rtsynth() -> None:
    """Play neural instruments live, from a MIDI keyboard, a DAW or a MIDI file.

    Start with `rtsynth demo`, then `rtsynth play`; `rtsynth doctor` helps when something is amiss.
    """


for command in (
    play,
    demo,
    render,
    keep,
    panic,
    presets,
    setups,
    instruments,
    learn,
    midi,
    devices,
    doctor,
    check,
    bench,
    dataset,
    resynth,
    train,
    evaluate,
    export,
):
    rtsynth.add_command(command)


def main() -> None:
    """Run the command line; an error a person can do something about is one line and exit status 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as cleanly as Ctrl-C
    try:
        status = rtsynth.main(prog_name="rtsynth", standalone_mode=False)
    except click.Abort:
        status = INTERRUPTED
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "rtsynth"
        status = _refuse(f"{error.format_message().rstrip('.')} (see `{path} --help`)")
    except click.ClickException as error:
        status = _refuse(error.format_message())
    except EngineError as error:
        status = _refuse(str(error))
    sys.exit(status if isinstance(status, int) else 0)


def _refuse(message: str) -> int:
    click.echo(f"rtsynth: {' '.join(message.split())}", err=True)
    return REFUSED
