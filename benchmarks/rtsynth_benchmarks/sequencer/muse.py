"""MusE on a screen that nobody sees: its song is written for it, JACK's transport runs it."""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import mido

from rtsynth_engine.drivers.jack import jack_module

from ..loop import connect
from ..stage import process
from .piece import LENGTH, TEMPI, Part, Span

PROGRAM, PACKAGE = "muse", "muse"
DEVICE = "part"  # a JACK MIDI output of MusE's own
OUTPUT = f"MusE:{DEVICE}_out"
FORMAT = "3.3"
NOTE, CONTROLLER = "0", "1"
BEND, PROGRAM_CHANGE, NO_BANK = 0x40000, 0x40001, 0xFFFF00  # MusE's own numbers
END = 21_474_837  # ticks, MusE's own last
PATIENCE = 30.0
Element = Xml.Element


def make(parts: list[Part], folder: Path, rate: int) -> None:
    """A song with a MIDI track a part, all on one JACK output."""
    root = Xml.Element("muse", version=FORMAT)
    _configure(Xml.SubElement(Xml.SubElement(root, "configuration"), "sequencer"))
    song = Xml.SubElement(root, "song")
    for name, value in {"master": 1, "len": LENGTH, "sampleRate": rate}.items():
        _say(song, name, value)
    for part in parts:
        _add_track(song, part)
    _add_tempi(song)
    Xml.ElementTree(root).write(folder / "take.med", xml_declaration=True)
    _write_settings(folder)


def _write_settings(folder: Path) -> None:
    """MusE takes ports from a song only where it is set to start with it; and no dialog waits for a hand."""
    root = Xml.Element("muse", version=FORMAT)
    settings = Xml.SubElement(root, "configuration")
    _say(settings, "startSong", folder / "take.med")
    for name in ("showDidYouKnow", "showSplashScreen", "warnInitPending"):
        _say(settings, name, 0)
    for name, value in {"startMode": 2, "startSongLoadConfig": 1, "midiSendInit": 1}.items():
        _say(settings, name, value)
    home = folder / ".config" / "MusE" / "MusE"
    home.mkdir(parents=True, exist_ok=True)
    Xml.ElementTree(root).write(home / "MusE-seq.cfg", xml_declaration=True)


def _say(parent: Element, name: str, value: object) -> None:
    Xml.SubElement(parent, name).text = str(value)


def _configure(sequencer: Element) -> None:
    device = Xml.SubElement(sequencer, "mididevice")
    for name, value in {"name": DEVICE, "type": 1, "rwFlags": 1, "openFlags": 1}.items():
        _say(device, name, value)
    port = Xml.SubElement(sequencer, "midiport", idx="0")
    for name, value in {"name": DEVICE, "type": 1, "rwFlags": 1, "openFlags": 1, "instrument": "GM"}.items():
        _say(port, name, value)


def _add_track(song: Element, part: Part) -> None:
    track = Xml.SubElement(song, "miditrack")
    for name, value in {"name": part.name, "device": 0, "channel": part.channel}.items():
        _say(track, name, value)
    place = Xml.SubElement(track, "part")
    _say(place, "name", part.name)
    Xml.SubElement(place, "poslen", tick="0", len=str(LENGTH))
    for tick, message in part.messages:
        event = _event(part, tick, message)
        if event is not None:
            Xml.SubElement(place, "event", {"tick": str(tick)} | event)


def _event(part: Part, tick: int, message: mido.Message) -> dict[str, str] | None:
    """MusE's attributes of a message; a note-off is the length of its note."""
    if message.type == "note_on":
        ends = [
            at for at, m in part.messages if m.type == "note_off" and m.note == message.note and at > tick
        ]
        words = {"len": ends[0] - tick, "a": message.note, "b": message.velocity}
        return {"type": NOTE} | {name: str(word) for name, word in words.items()}
    if message.type == "note_off":
        return None
    number, value = _controller(message)
    return {"type": CONTROLLER, "a": str(number), "b": str(value)}


def _controller(message: mido.Message) -> tuple[int, int]:
    """MusE's number and value."""
    if message.type == "pitchwheel":
        return BEND, message.pitch
    if message.type == "program_change":
        return PROGRAM_CHANGE, NO_BANK | message.program
    return message.control, message.value


def _add_tempi(song: Element) -> None:
    listed = Xml.SubElement(song, "tempolist", fix="500000")
    ends = [*(tick for tick, _ in TEMPI[1:]), END]
    for (tick, tempo), end in zip(TEMPI, ends, strict=True):
        entry = Xml.SubElement(listed, "tempo", at=str(end))
        _say(entry, "tick", tick)
        _say(entry, "val", round(60e6 / tempo))


def play(folder: Path, rate: int, targets: list[str], spans: Sequence[Span], rest: float) -> None:
    """Roll from one second to another, once a span, and rest after each. Blocks until all is over."""
    with screen() as display, _open(folder, display), _client() as client:
        for target in targets:
            connect(client, OUTPUT, target)
        time.sleep(1.0)
        for since, until in spans:
            client.transport_frame = round(since * rate)
            time.sleep(1.0)
            client.transport_start()
            time.sleep(until - since)
            client.transport_stop()
            time.sleep(rest)


@contextmanager
def _open(folder: Path, display: str) -> Iterator[None]:
    environment = os.environ | {"HOME": str(folder), "DISPLAY": display}
    with process([PROGRAM], env=environment, cwd=folder):
        yield


@contextmanager
def _client() -> Iterator[Any]:
    client = jack_module().Client("hand", no_start_server=True)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def screen() -> Iterator[str]:
    """Name of a display of our own. Raises RuntimeError where Xvfb gives none."""
    reading, writing = os.pipe()
    command = [shutil.which("Xvfb") or "Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24"]
    with process(command, pass_fds=[writing]):
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            raise RuntimeError("Xvfb gives no display: is xvfb installed?")
        yield f":{number}"
