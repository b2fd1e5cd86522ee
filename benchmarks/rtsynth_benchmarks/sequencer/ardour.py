"""Ardour without its window: its own Lua makes the session and runs the transport, over JACK."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

from .piece import BEAT, LENGTH, TEMPI, Part, Span, seconds, write_track

PROGRAM = "ardour7-lua"
PACKAGE = "ardour"
SUPERCLOCK = 282_240_000  # Ardour's own ticks of a second
TICKS = 1920  # Ardour's of a quarter note
PATIENCE = 60.0

HEAD = """
assert(AudioEngine:set_backend("JACK", "ardour", ""))
assert(AudioEngine:start() == 0)
"""
MAKE = """
session = create_session("{folder}", "take", {rate})
for _, name in ipairs({{ {names} }}) do
  session:new_midi_track(ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1),
    ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1), true, ARDOUR.PluginInfo(), nil, nil, 1, name, -1,
    ARDOUR.TrackMode.Normal, true)
end
"""
SAVE = """
session:save_state("")
session = nil
close_session()
"""
LOAD = """
session = load_session("{folder}", "take")
for track in session:get_tracks():iter() do
  track:output():disconnect_all(nil)
  for _, target in ipairs({{ {targets} }}) do track:output():nth(0):connect(target) end
end
"""
PLAY = """
session:request_locate({frame}, false, ARDOUR.LocateTransportDisposition.MustStop,
  ARDOUR.TransportRequestSource.TRS_UI)
ARDOUR.LuaAPI.usleep(1000000)
session:request_roll(ARDOUR.TransportRequestSource.TRS_UI)
ARDOUR.LuaAPI.usleep({microseconds})
session:request_stop(false, false, ARDOUR.TransportRequestSource.TRS_UI)
ARDOUR.LuaAPI.usleep({rest})
"""


def make(parts: list[Part], folder: Path, rate: int) -> None:
    """A session with a MIDI track a part."""
    shutil.rmtree(folder / "take", ignore_errors=True)
    names = ", ".join(f'"{part.name}"' for part in parts)
    _run(MAKE.format(folder=folder / "take", rate=rate, names=names) + SAVE, folder)
    file = folder / "take" / "take.ardour"
    tree = Xml.parse(file)
    _set_tempo(tree)
    for number, part in enumerate(parts):
        write_track(part, folder / "take" / "interchange" / "take" / "midifiles" / f"{part.name}.mid")
        _place(tree, part, number)
    tree.write(file)


def _set_tempo(tree: "Xml.ElementTree[Xml.Element]") -> None:
    tempos = tree.find("TempoMap/Tempos")
    assert tempos is not None
    for tick, tempo in TEMPI[1:]:
        found = Xml.SubElement(tempos, "Tempo", tempos[0].attrib)
        beats = tick // BEAT
        found.set("npm", f"{tempo:g}")
        found.set("enpm", f"{tempo:g}")
        found.set("sclock", str(round(seconds(tick) * SUPERCLOCK)))
        found.set("quarters", f"{beats}:0")
        found.set("bbt", f"{beats // 4 + 1}|{beats % 4 + 1}|0")


def _place(tree: "Xml.ElementTree[Xml.Element]", part: Part, number: int) -> None:
    """The part's file as a source, and all of it as a region on its track."""
    source = {"name": f"{part.name}.mid", "type": "midi", "flags": "Writable", "id": str(900_000 + number)}
    region = {
        "name": part.name,
        "opaque": "1",
        "start": "b0",
        "length": f"b{LENGTH * TICKS // BEAT}@b0",
        "type": "midi",
        "first-edit": "nothing",
        "source-0": source["id"],
        "master-source-0": source["id"],
    }
    _add(tree, "Sources", "Source", source | {"natural-position": "a0"})
    _add(tree, "Regions", "Region", region | {"id": str(910_000 + number), "whole-file": "1"})
    playlist = f"Playlists/Playlist[@name='{part.name}']"
    _add(tree, playlist, "Region", region | {"id": str(920_000 + number), "whole-file": "0"})


def _add(tree: "Xml.ElementTree[Xml.Element]", place: str, kind: str, attributes: dict[str, str]) -> None:
    found = tree.find(place)
    assert found is not None, f"Ardour's session has no {place}"
    Xml.SubElement(found, kind, attributes)


def play(folder: Path, rate: int, targets: list[str], spans: Sequence[Span], rest: float) -> None:
    """Roll from one second to another, once a span, and rest after each. Blocks until all is over."""
    script = LOAD.format(folder=folder / "take", targets=", ".join(f'"{target}"' for target in targets))
    for since, until in spans:
        frame, microseconds = round(since * rate), round((until - since) * 1e6)
        script += PLAY.format(frame=frame, microseconds=microseconds, rest=round(rest * 1e6))
    _run(script + SAVE, folder, sum(until - since + rest + 1.0 for since, until in spans))


def _run(script: str, folder: Path, seconds: float = 0.0) -> None:
    """Raises RuntimeError with the last words where Ardour fails."""
    file = folder / "script.lua"
    file.write_text(HEAD + script)
    ended = subprocess.run(
        [PROGRAM, str(file)],
        capture_output=True,
        text=True,
        timeout=seconds + PATIENCE,
        env=os.environ | {"HOME": str(folder)},
    )
    if ended.returncode or "Error" in ended.stdout + ended.stderr:
        raise RuntimeError(f"Ardour failed: {(ended.stdout + ended.stderr).strip()[-300:]}")
