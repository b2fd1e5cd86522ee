"""Keys of the control page in a real browser sound in the engine, and end when a person means it."""

from rtsynth_engine.layout import ACTED
from tests.engine.parts import wait_until
from tests.rtsynth.page.browsing import Front, Keys
from tests.rtsynth.page.hosted import Hosted

C4, D4, E4 = 60, 62, 64
ON, OFF = 0x90, 0x80


def holds(host: Hosted, *keys: int) -> None:
    """Wait until pages hold these keys and no others."""
    wait_until(lambda: set(host.held) == set(keys))


def acted(host: Hosted) -> int:
    """How many events the engine has acted on."""
    return int(host.memory.marks[ACTED])


def test_a_key_sounds_while_the_mouse_is_down(front: Front, host: Hosted) -> None:
    front.down(front.spot(front.find("C4,…"), y=0.8))
    holds(host, C4)
    front.up()
    holds(host)


def test_a_key_struck_lower_down_is_louder(front: Front, host: Hosted) -> None:
    struck = {}
    for depth in (0.1, 0.9):
        front.down(front.spot(front.find("C♯4,…"), y=depth))
        wait_until(lambda: host.held)
        struck[depth] = host.held[C4 + 1]
        front.up()
        holds(host)
    assert struck[0.1] < 0.4 < 0.8 < struck[0.9]


def test_dragging_glides_over_the_keys_and_leaves_one_note(front: Front, host: Hosted) -> None:
    spots = [front.spot(front.find(f"{name},…"), y=0.8) for name in ("C4", "D4", "E4")]
    front.down(spots[0])
    for each, key in zip(spots[1:], (D4, E4), strict=True):
        front.move(each)
        holds(host, key)
    front.up()
    holds(host)


def test_the_mouse_takes_its_note_along_when_it_leaves_the_keyboard(front: Front, host: Hosted) -> None:
    front.down(front.spot(front.find("C4,…"), y=0.8))
    holds(host, C4)
    front.move(front.spot(front.find("Panic")))
    front.up()
    holds(host)


def test_letters_sound_by_their_place(front: Front, host: Hosted) -> None:
    codes = {"KeyA": 60, "KeyW": 61, "KeyP": 75, "Semicolon": 76}
    for code in codes:
        front.letter(code)
    holds(host, *codes.values())
    for code in codes:
        front.letter(code, down=False)
    holds(host)


def test_z_and_x_shift_the_letters_by_octaves(front: Front, host: Hosted) -> None:
    for shift, key in (("KeyX", 72), ("KeyZ", 60), ("KeyZ", 48)):
        front.letter(shift)
        front.letter("KeyG")
        holds(host, key + 7)
        front.letter("KeyG", down=False)
        holds(host)


def test_an_octave_shift_leaves_no_held_letter_behind(front: Front, host: Hosted) -> None:
    front.letter("KeyA")
    front.letter("KeyX")
    holds(host, C4)
    front.letter("KeyA", down=False)
    holds(host)


def test_c_and_v_make_letters_softer_and_louder(front: Front, host: Hosted) -> None:
    struck = []
    for code in ("KeyC", "KeyV", "KeyV"):
        front.letter(code)
        front.letter("KeyA")
        wait_until(lambda: host.held)
        struck.append(host.held[C4])
        front.letter("KeyA", down=False)
        holds(host)
    assert struck == sorted(struck)
    assert len(set(struck)) == 3


def test_a_letter_that_repeats_is_one_note(front: Front, host: Hosted) -> None:
    front.letter("KeyA")
    holds(host, C4)
    before = acted(host)
    for _ in range(5):
        front.letter("KeyA", repeat=True)
    front.letter("KeyD")
    holds(host, C4, E4)
    assert acted(host) == before + 1


def test_letters_typed_into_the_search_play_nothing(front: Front, host: Hosted) -> None:
    before = acted(host)
    front.type("/")
    front.find("Search presets")
    front.type("gladys")
    wait_until(lambda: front.says("0 presets"))
    front.type(Keys.ESCAPE, Keys.ESCAPE)
    wait_until(lambda: front.run("return document.activeElement === document.body"))
    front.letter("KeyA")
    holds(host, C4)
    assert acted(host) == before + 1


def test_another_tab_lets_every_note_go(front: Front, host: Hosted) -> None:
    front.down(front.spot(front.find("E4,…"), y=0.8))
    front.letter("KeyA")
    holds(host, C4, E4)
    front.driver.switch_to.new_window("tab")
    holds(host)


def test_a_window_that_loses_the_focus_lets_every_note_go(front: Front, host: Hosted) -> None:
    front.letter("KeyA")
    holds(host, C4)
    front.run("dispatchEvent(new Event('blur'))")
    holds(host)


def test_two_fingers_hold_two_notes(front: Front, host: Hosted) -> None:
    front.open(820, 1180, touch=True)
    first, second = (front.spot(front.find(f"{name},…"), y=0.85) for name in ("C4", "E4"))
    front.fingers("Start", (0, first))
    front.fingers("Start", (0, first), (1, second))
    holds(host, C4, E4)
    second = front.spot(front.find("D4,…"), y=0.85)
    front.fingers("Move", (0, first), (1, second))
    holds(host, C4, D4)
    front.fingers("End", (0, first))
    holds(host, D4)
    front.fingers("End", (1, second))
    holds(host)


def test_enter_plays_the_key_that_the_arrows_chose(front: Front, host: Hosted) -> None:
    board = front.find("Piano keyboard…")
    front.run("arguments[0].focus()", board)
    front.type(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    chosen = board.get_attribute("aria-activedescendant")
    assert front.driver.find_element("id", chosen).accessible_name.startswith("D4")
    front.letter("Enter")
    holds(host, D4)
    front.letter("Enter", down=False)
    holds(host)


def test_keys_played_by_midi_light_up(front: Front, host: Hosted) -> None:
    key = front.find("A4,…")
    dark = front.picture(key, top=0.3)
    host.push(ON, 69, 100)
    wait_until(lambda: front.picture(key, top=0.3) != dark)
    host.push(OFF, 69, 64)
    wait_until(lambda: front.picture(key, top=0.3) == dark)


def test_every_key_says_whether_it_is_ready(front: Front, host: Hosted) -> None:
    wait_until(lambda: front.sees("C4, ready"))
    assert front.sees("C1, out of range")
    assert "1" in host.state()["lamps"]
