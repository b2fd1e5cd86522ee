"""Pages that lose the instrument, instruments that lose a page: no note is left, and the truth comes back."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rtsynth_engine.controllers import SUSTAIN
from rtsynth_engine.layout import TAPED
from tests.engine.parts import wait_until
from tests.rtsynth.page.browsing import Front
from tests.rtsynth.page.hosted import Hosted, hosted, process_of

C4, ON = 60, 0x90
SOCKETS = """
    window.sockets = [];
    window.WebSocket = class extends WebSocket {
        constructor(...given) { super(...given); window.sockets.push(this); }
    };
"""  # what a page has opened can then be closed


def plays_on(host: Hosted) -> None:
    """Wait until there is more sound than there was."""
    taped = int(host.memory.marks[TAPED])
    wait_until(lambda: host.memory.marks[TAPED] > taped)


@contextmanager
def stopped(process: int) -> Iterator[None]:
    """A process that does nothing for a while, as if its machine slept."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def network_of(browser: Any) -> int:
    """The process through which all connections of a browser go."""
    root = browser.service.process.pid
    found = (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())
    (network,) = [each for each in found if _is_network(each) and root in ancestors(each)]
    return network


def _is_network(process: int) -> bool:
    try:
        return "--utility-sub-type=network" in Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return False


def ancestors(process: int) -> list[int]:
    """Identifiers of a process's parent, that one's parent, and so on."""
    found = []
    while process > 1:
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        found.append(process)
    return found


def link(front: Front) -> str:
    """What the page says of its link."""
    return str(front.find("Link…").text.split()[-1])


def hold(front: Front, host: Hosted) -> None:
    """Hold the A of the letters."""
    front.letter("KeyA")
    wait_until(lambda: list(host.held) == [C4])


def test_two_pages_agree(front: Front, host: Hosted) -> None:
    first = front.driver.current_window_handle
    front.driver.switch_to.new_window("window")
    front.open()
    x, y = front.spot(front.find("Brightness"))
    front.drag((x, y), (x, y - 20), (x, y - 40))
    wait_until(lambda: host.state()["preset"]["changed"])
    front.press("Favourite")
    shown = front.find("Brightness").get_attribute("aria-valuetext")
    front.driver.switch_to.window(first)
    wait_until(lambda: front.find("Brightness").get_attribute("aria-valuetext") == shown)
    wait_until(lambda: front.find("Favourite").get_attribute("aria-pressed") == "true")
    front.find("Preset Violin, changed;…")
    front.press("Favourite")


def test_a_note_that_one_page_holds_is_lit_in_the_other(front: Front, host: Hosted) -> None:
    first = front.driver.current_window_handle
    dark = front.picture(front.find("C4,…"), top=0.3)
    front.driver.switch_to.new_window("window")
    front.open()
    hold(front, host)
    front.driver.switch_to.window(first)
    wait_until(lambda: front.picture(front.find("C4,…"), top=0.3) != dark)


def test_a_page_that_was_cut_off_comes_back_by_itself(front: Front, host: Hosted) -> None:
    script = front.do("Page.addScriptToEvaluateOnNewDocument", source=SOCKETS)
    front.open()
    hold(front, host)
    front.run("window.sockets.at(-1).close()")
    wait_until(lambda: not host.held)
    host.say({"do": "preset", "id": "cello"})
    front.find("Preset Cello;…")
    assert front.run("return window.sockets.length") > 1
    assert link(front) == "live"
    front.do("Page.removeScriptToEvaluateOnNewDocument", **script)


def test_a_page_whose_server_hangs_says_so_until_it_answers(front: Front, host: Hosted) -> None:
    hold(front, host)
    with stopped(process_of("rtsynth.page.process")[0]):
        wait_until(lambda: link(front) == "reconnecting")
        plays_on(host)
    wait_until(lambda: link(front) == "live" and not host.held)


def test_a_page_that_is_closed_leaves_no_note(front: Front, host: Hosted) -> None:
    first = front.driver.current_window_handle
    front.driver.switch_to.new_window("window")
    front.open()
    front.press("Sustain")
    hold(front, host)
    front.driver.close()
    wait_until(lambda: not host.held)
    assert host.channel["cc"][SUSTAIN] == 0
    front.driver.switch_to.window(first)


def test_a_laptop_that_sleeps_leaves_no_note(front: Front, host: Hosted) -> None:
    hold(front, host)
    with stopped(network_of(front.driver)):
        wait_until(lambda: not host.held)
    wait_until(lambda: link(front) == "live")


def test_the_end_of_the_page_process_ends_its_notes_and_no_others(browser: Any, host: Hosted) -> None:
    (other,) = process_of("rtsynth.page.process")
    with hosted("violin") as doomed:
        front = Front(browser, doomed)
        front.open()
        doomed.push(ON, C4 + 12, 96)
        hold(front, doomed)
        (process,) = {*process_of("rtsynth.page.process")} - {other}
        os.kill(process, signal.SIGTERM)
        wait_until(lambda: doomed.told[-1].startswith("the control page is gone: "))
        wait_until(lambda: not doomed.held)
        assert C4 + 12 in doomed.sounding
        plays_on(doomed)
        wait_until(lambda: link(front) == "reconnecting")
