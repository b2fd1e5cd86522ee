"""Master volume: the fader of the page, and the MIDI message that it stands for."""

from math import log10

from rtsynth_engine.layout import Memory
from rtsynth_engine.midi.commands import MASTER_VOLUME

from .wires import Wires

SILENT, LOUDEST = -60.0, 6.0  # dB; the lowest is silence


def standing(memory: Memory) -> float:
    """Where the fader stands, dB."""
    gain = float(memory.state[0]["volume"])
    return round(max(20.0 * log10(gain), SILENT), 1) if gain > 0.0 else SILENT


def turn(wires: Wires, db: float) -> None:
    """Move the fader."""
    value = 10.0 ** (min(db, LOUDEST) / 40.0) if db > SILENT else 0.0  # the engine squares it, as MIDI has it
    wires.command(MASTER_VOLUME, value=value)
