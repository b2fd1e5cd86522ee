"""The control page in Chromium beside `rtsynth play` over JACK, period 64: what it costs, how fast its keys
are, and whether the sound suffers.

`processor` is the whole processes' time, of the player, the page's server and, for comparison, the browser,
in % of a core: the median of several turns without the page and with it; xruns and late blocks are summed.
`keys` goes from the browser's key event to the frame at which the engine acts. `first view` is what comes
over the network until the page shows the state, `interactive` the time until then. `storm`: connections that
say nothing, one that reads nothing, a frame of 100 MB and JSON of depth 10,000, all at once, while voices
sound.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rtmidi

from ..browser import chromium, press, traffic
from ..context import Context
from ..figures import NEITHER, SMALLER, Figure, NotMeasured
from ..stage import jack_stage, process, wait_for_ports
from ..storm import storm

PERIOD, VOICES = 64, 32
PRESET = "string-ensemble"
MIDI = "rtsynth:midi_in"
BLANK = "about:blank"
SETTLING = 4.0  # seconds from a visit on, in which the page is busy with itself
KEYS = ("KeyA", "KeyS", "KeyD", "KeyF", "KeyG", "KeyH")
TICKS = os.sysconf("SC_CLK_TCK")  # of a processor's second
PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class Playing:
    """A session: its process, and the page's address."""

    player: int
    address: str

    def state(self) -> dict[str, Any]:
        """All that a new page is told."""
        where = self.address.replace("/?", "/api/state?")
        with urllib.request.urlopen(where, timeout=PATIENCE) as answer:
            told: dict[str, Any] = json.load(answer)["state"]
        return told

    @property
    def server(self) -> int:
        """The page's process."""
        return next(each for each in children(self.player) if "rtsynth.page" in command(each))


def run(context: Context) -> Iterator[Figure]:
    """The first view, the keys, what the page costs idle and beside voices, the storm."""
    with jack_stage(context, PERIOD) as stage, playing(context) as session, chromium() as browser:
        preset = context.options.preset or PRESET
        context.setup(driver="jack", period=stage.period, rate=stage.rate, preset=preset)
        time.sleep(context.pick(5.0, 3.0, 1.0))  # attacks are rendered, nothing happens any more
        yield from _first_view(context, browser, session)
        yield from _keys(context, browser, session, context.pick(200, 50, 6))
        yield from _beside(context, "idle", session, browser)
        with held(VOICES):
            yield from _beside(context, f"{VOICES} voices", session, browser)
            browser.get(BLANK)
            yield from _stormed(context, session)


@contextmanager
def playing(context: Context) -> Iterator[Playing]:
    """`rtsynth play` on the stage. Raises NotMeasured where it has no page."""
    preset = context.options.preset or PRESET
    command = [
        sys.executable,
        "-m",
        "rtsynth",
        "play",
        preset,
        "--audio",
        "jack",
        "--midi",
        "jack",
        "--no-connect",
    ]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with process(command, **pipes) as child:
        assert child.stderr is not None
        said = next((line for line in child.stderr if "control page" in line), "")
        if "http" not in said:
            raise NotMeasured(f"rtsynth play serves no page: {said.strip()}")
        wait_for_ports(MIDI)
        yield Playing(child.pid, said.split()[-1])


@contextmanager
def held(voices: int) -> Iterator[None]:
    """So many keys held over JACK."""
    port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="bench-hold")
    port.open_virtual_port("out")
    subprocess.run(["jack_connect", "bench-hold:out", MIDI], check=True, capture_output=True)
    for key in range(40, 40 + voices):
        port.send_message([0x90, key, 90])
    try:
        time.sleep(1.0)
        yield
    finally:
        port.send_message([0xB0, 120, 0])
        time.sleep(0.1)
        port.delete()


def _beside(context: Context, what: str, session: Playing, browser: Any) -> Iterator[Figure]:
    """What is spent, and what the sound suffers, without the page and with it, in turns: what the machine
    does meanwhile falls on both.
    """
    rounds, seconds = context.pick(5, 2, 1), context.pick(12.0, 3.0, 1.0)
    found: dict[str, list[dict[str, float]]] = {"no page": [], "page open": []}
    for number in range(rounds):
        for state, kept in found.items():
            context.tell(f"{what}, {state}, {number + 1} of {rounds}")
            browser.get(session.address if state == "page open" else BLANK)
            time.sleep(context.pick(SETTLING, SETTLING, 1.0))
            kept.append(_costs(session, browser, seconds))
    for state, kept in found.items():
        for name in kept[0]:
            values = [each[name] for each in kept]
            share = name.startswith("processor")
            value = sorted(values)[rounds // 2] if share else sum(values)
            better = NEITHER if name == "processor, browser" else SMALLER
            yield Figure(f"{what}, {state}", name, value, "%" * share, better)


def _costs(session: Playing, browser: Any, seconds: float) -> dict[str, float]:
    """Processor time in % of a core, and what went wrong, over some seconds."""
    processes = {"player": [session.player], "server": [session.server]}
    processes["browser"] = tree(browser.service.process.pid)
    before, counts = {name: spent(ids) for name, ids in processes.items()}, session.state()["counts"]
    time.sleep(seconds)
    after, now = {name: spent(ids) for name, ids in processes.items()}, session.state()["counts"]
    costs = {f"processor, {name}": 100.0 * (after[name] - before[name]) / seconds for name in processes}
    return costs | {"xruns": now["xruns"] - counts["xruns"], "late blocks": now["late"] - counts["late"]}


def _first_view(context: Context, browser: Any, session: Playing) -> Iterator[Figure]:
    """The best and the worst of some visits, each with an empty cache."""
    times, sizes, longest = [], [], context.pick(7, 3, 1)
    browser.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    for visit in range(longest):
        context.tell(f"first view, {visit + 1} of {longest}")
        list(traffic(browser))
        browser.get(session.address)
        times.append(wait_ready(browser))
        sizes.append(sum(_sizes(traffic(browser))) / 1000.0)
    yield Figure("first view", "size", max(sizes), "kB")
    yield Figure("first view", "interactive, median", sorted(times)[len(times) // 2], "ms")
    yield Figure("first view", "interactive, max", max(times), "ms")


def _sizes(events: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[int]:
    """Bytes of every answer, and of the first message of the WebSocket."""
    first = True
    for kind, said in events:
        if kind == "loadingFinished":
            yield int(said["encodedDataLength"])
        if kind == "webSocketFrameReceived" and first:
            first = False
            yield len(said["response"]["payloadData"].encode())


def wait_ready(browser: Any) -> float:
    """Wait for the page to show the state; returns when it did, in ms from the start of its loading."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = browser.execute_script("return performance.getEntriesByName('ready')[0]?.startTime ?? null")
        if found is not None:
            return float(found)
        time.sleep(0.02)
    raise NotMeasured("the page never showed anything")


def _keys(context: Context, browser: Any, session: Playing, count: int) -> Iterator[Figure]:
    context.tell(f"{count} keys")
    for number in range(count):
        code = KEYS[number % len(KEYS)]
        press(browser, code, True)
        time.sleep(0.03)
        press(browser, code, False)
        time.sleep(0.02 + 0.0007 * (number % 17))
    time.sleep(0.2)
    found = session.state()["round"]
    yield Figure("keys", "acted", found["count"], "", NEITHER)
    yield Figure("keys", "median", found["median"], "ms")
    yield Figure("keys", "p95", found["p95"], "ms")


def _stormed(context: Context, session: Playing) -> Iterator[Figure]:
    before = session.state()["counts"]
    context.tell("the storm")
    began = time.monotonic()
    done = storm(session.address, context.pick(10_000, 1_000, 100))
    lasted, now = time.monotonic() - began, session.state()["counts"]
    yield Figure("storm", "connections", done, "", NEITHER)
    yield Figure("storm", "lasted", lasted, "s", NEITHER)
    yield Figure("storm", "xruns", now["xruns"] - before["xruns"])
    yield Figure("storm", "late blocks", now["late"] - before["late"])


def children(pid: int) -> list[int]:
    """Processes that this one has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text().split()]


def tree(pid: int) -> list[int]:
    """It, and all that came of it."""
    return [pid, *(each for child in children(pid) for each in tree(child))]


def command(pid: int) -> str:
    """The words that started it."""
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def spent(pids: Sequence[int]) -> float:
    """Seconds of a processor that these have taken so far."""
    total = 0
    for pid in pids:
        with ExitStack() as gone:
            gone.push(lambda kind, error, trace: kind is FileNotFoundError)
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS
