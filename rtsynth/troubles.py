"""What is said once when something goes wrong while it plays: the cause and the remedy."""

from collections.abc import Iterator

from rtsynth_engine.generators.fallback import Fallback
from rtsynth_engine.telemetry import Telemetry

from .playing import Session

DRUMS_MUTED = "channel 10 stays silent: this instrument has no drum kit; play wavegan-kit-1 for drums"
MIDI_FAULTS = (
    "MIDI data came without a status byte, and was left out; check the cable, or what sends it",
    "a system exclusive was too long or cut off, and was left out; send at most 1024 bytes",
    "a tuning came with a wrong checksum, and was taken as it is; check what wrote it",
    "a MIDI message was cut off by another, and was left out; check the cable, or what sends it",
)
FLOODED = "MIDI came faster than it can be played: controllers were left out, note-offs never; send fewer"


def troubles(session: Session) -> Iterator[str]:
    """A line for everything that has gone wrong so far."""
    feeder, generator = session.engine.feeder, session.network.generator
    yield from midi_troubles(session.engine.telemetry())
    if feeder.failures:
        yield f"the network failed, sounding notes are held meanwhile: {feeder.last_failure}"
    if isinstance(generator, Fallback) and generator.lost:
        yield generator.lost
    if session.ports is not None and not session.ports.alive():
        yield "the MIDI ports are gone; start rtsynth again to get them back"


def midi_troubles(told: Telemetry) -> Iterator[str]:
    """Those that came with the MIDI."""
    if told.drums_muted:
        yield DRUMS_MUTED
    if told.dropped_events:
        yield FLOODED
    yield from (text for count, text in zip(told.faults, MIDI_FAULTS, strict=True) if count)
