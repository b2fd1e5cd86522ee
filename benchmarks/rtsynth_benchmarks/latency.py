"""MIDI to sound over JACK at period 64, ours and two C synths', one after another on the same server."""

import os
import time

from .stage import SOUNDFONT, Row, have, jack_server, probe, process, rtsynth, wait_for_ports


def run() -> list[Row]:
    """Rows with median_ms, sd_ms and max_ms."""
    with jack_server(64) as priority:
        rows = [{"what": "rtsynth", **_rtsynth()}]
        if have("fluidsynth") and SOUNDFONT.exists():
            rows.append({"what": "FluidSynth", **_fluidsynth()})
        if have("amsynth"):
            rows.append({"what": "amsynth", **_amsynth()})
    return [{**row, "server": priority} for row in rows]


def _rtsynth() -> Row:
    with rtsynth("vibraphone"):
        return probe("rtsynth:midi_in", "rtsynth:out_1", threshold="3e-4")


def _fluidsynth() -> Row:
    options = ["-o", "synth.reverb.active=0", "-o", "synth.chorus.active=0"]
    command = ["fluidsynth", "-is", "-a", "jack", "-m", "jack", "-r", "48000", *options, str(SOUNDFONT)]
    with process(command):
        time.sleep(4.0)
        midi, audio = _ports("fluidsynth")
        return probe(midi, audio)


def _amsynth() -> Row:
    with process(["amsynth", "-x", "-a", "jack", "-m", "jack"], env={**os.environ, "DISPLAY": ""}):
        wait_for_ports("amsynth:midi_in")
        time.sleep(1.0)
        midi, audio = _ports("amsynth")
        return probe(midi, audio)


def _ports(client: str) -> tuple[str, str]:
    """First MIDI input and first audio output of a JACK client."""
    import jack

    asking = jack.Client("asking", no_start_server=True)
    midi = asking.get_ports(client, is_midi=True, is_input=True)[0].name
    audio = asking.get_ports(client, is_audio=True, is_output=True)[0].name
    asking.close()
    return midi, audio
