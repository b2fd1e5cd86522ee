"""`rtsynth devices`: what sound can go to and where MIDI can come from."""

from dataclasses import asdict
from typing import Any

import click

from .output import json_option, print_json, print_table, warn


@click.command()
@json_option
def devices(as_json: bool) -> None:
    """List audio devices, the JACK server and MIDI inputs."""
    found, problems = _look()
    if as_json:
        print_json(found)
    else:
        _print(found)
    warn(*problems)


def _look() -> tuple[dict[str, Any], list[Exception]]:
    """Ask each library; one that is missing becomes a problem to tell, not an end."""
    from ..devices import audio_devices, jack_server
    from ..errors import EngineError
    from ..midi.ports import list_inputs

    found: dict[str, Any] = {"audio": [], "jack": None, "midi": []}
    problems: list[Exception] = []
    for key, look in (("audio", audio_devices), ("jack", jack_server), ("midi", list_inputs)):
        try:
            answer: Any = look()
        except EngineError as error:
            problems.append(error)
            continue
        found[key] = _plain(answer)
    return found, problems


def _plain(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_plain(item) for item in answer]
    return answer._asdict() if hasattr(answer, "_asdict") else answer and asdict(answer)


def _print(found: dict[str, Any]) -> None:
    click.secho("Audio (PortAudio)", fg="cyan")
    rows = [
        (
            "*" if d["default"] else "",
            d["index"],
            d["name"],
            d["api"],
            f"{d['rate']:g} Hz",
            f"{d['latency']:.1f} ms",
        )
        for d in found["audio"]
    ]
    print_table(("", "index", "name", "system", "rate", "latency"), rows) if rows else click.echo("none")
    click.secho("\nJACK", fg="cyan")
    click.echo(_server(found["jack"]) if found["jack"] else "no server is running")
    click.secho("\nMIDI inputs", fg="cyan")
    ports = [(port["index"], port["name"], port["api"]) for port in found["midi"]]
    print_table(("index", "name", "system"), ports) if ports else click.echo("none")


def _server(server: dict[str, Any]) -> str:
    playback = ", ".join(server["playback"]) or "none"
    return f"running at {server['rate']} Hz, {server['block']} frames, playback: {playback}"
