"""Inputs that come and go keep their port numbers, and what they held is let go."""

from functools import partial

import pytest

from rtsynth.midi.fake import FakeBackend
from rtsynth.midi.following import Follower, Slot, typed_slots
from rtsynth.midi.inlet import Inlet
from rtsynth.midi.names import MidiPortError
from rtsynth_engine.midi.commands import COMMAND, PORT_GONE
from rtsynth_engine.rings import make_ring
from tests.rtsynth.midi.test_inlet import popped

ON = (0x90, 60, 64)
ODD = ("Ünïcode ключ 鍵", "a\0b", "line\nline", "x" * 2048, "\udcff", "", " ", '"')


class Room:
    """A fake system, a ring, and a follower between them."""

    def __init__(self, backend: FakeBackend, slots: list[Slot]) -> None:
        self.backend, self.ring = backend, make_ring(64)
        self.inlet = Inlet(self.ring)
        receive = partial(partial, self.inlet.receive)
        self.follower = Follower(backend, slots, receive, lambda port: self.inlet.gone(port, 9))

    def look(self) -> list[tuple[str, int, str]]:
        return [(news.what, news.port, news.name) for news in self.follower.look()]

    def heard(self) -> list[tuple[int, ...]]:
        """(port, status, two data bytes) of all events since the last call."""
        return [event[1:] for event in popped(self.ring)]

    def hear(self, name: str) -> list[int]:
        """Port numbers that a note of that input comes in at."""
        self.backend.send(name, ON, 1)
        return [port for port, *_ in self.heard()]


def typed(backend: FakeBackend, *wanted: str) -> Room:
    return Room(backend, typed_slots(backend.inputs(), wanted))


def every(backend: FakeBackend, most: int = 7) -> Room:
    return Room(backend, [Slot() for _ in range(most)])


def test_inputs_are_numbered_in_the_order_typed():
    room = typed(FakeBackend("Keys", "Pads"), "pads", "0")
    assert room.look() == [("arrived", 0, "Pads"), ("arrived", 1, "Keys")]
    assert (room.hear("Pads"), room.hear("Keys")) == ([0], [1])
    assert room.look() == []


def test_an_input_that_is_not_there_is_waited_for_and_attaches_when_it_comes():
    room = typed(FakeBackend("Pads"), "my keys")
    (news,) = room.follower.look()
    assert news.text == 'waiting for MIDI input "my keys"; there is: 0 "Pads"'
    room.backend.plug("Other")
    assert room.look() == []
    room.backend.plug("My Best Keys")
    assert room.look() == [("arrived", 0, "My Best Keys")]
    assert room.hear("My Best Keys") == [0]


def test_an_input_that_goes_away_with_ten_notes_held_is_told_to_the_engine_once():
    room = typed(FakeBackend("Keys", "Pads"), "keys", "pads")
    room.look()
    for key in range(60, 70):
        room.backend.send("Keys", (0x90, key, 64), 1)
    assert len(room.heard()) == 10
    room.backend.unplug("Keys")
    assert room.look() == [("gone", 0, "Keys")]
    assert room.heard() == [(0, COMMAND, PORT_GONE, 0)]
    assert room.look() == []
    assert room.hear("Pads") == [1]


@pytest.mark.parametrize("how", [typed, every])
def test_an_input_comes_back_under_its_number_whatever_its_index(how):
    backend = FakeBackend("Keys", "Pads")
    room = typed(backend, "keys", "pads") if how is typed else every(backend)
    room.look()
    backend.unplug("Keys")
    room.look()
    room.heard()
    backend.plug("Keys")
    backend.plug("Drums", 0)
    news = room.look()
    assert ("arrived", 0, "Keys") in news
    assert (room.hear("Keys"), room.hear("Pads")) == ([0], [1])


def test_an_input_typed_by_its_index_is_followed_by_its_name():
    room = typed(FakeBackend("Keys", "Pads"), "1")
    room.look()
    room.backend.plug("Drums", 0)
    room.backend.unplug("Pads")
    assert room.look() == [("gone", 0, "Pads")]
    room.backend.plug("Pads", 0)
    assert room.look() == [("arrived", 0, "Pads")]


def test_numbers_that_alsa_deals_out_anew_are_no_part_of_a_name():
    room = every(FakeBackend("Keys:Keys MIDI 1 20:0", "Keys:Keys MIDI 2 20:1"))
    room.look()
    room.backend.unplug("Keys:Keys MIDI 1 20:0")
    room.backend.unplug("Keys:Keys MIDI 2 20:1")
    room.look()
    room.backend.plug("Keys:Keys MIDI 2 24:1")
    room.backend.plug("Keys:Keys MIDI 1 24:0")
    assert set(room.look()) == {
        ("arrived", 0, "Keys:Keys MIDI 1 24:0"),
        ("arrived", 1, "Keys:Keys MIDI 2 24:1"),
    }


def test_two_inputs_of_one_name_stay_apart_by_their_order():
    backend = FakeBackend("Twin", "Twin")
    room = every(backend)
    assert room.look() == [("arrived", 0, "Twin"), ("arrived", 1, "Twin")]
    first, second = backend.plugged
    first.send(ON, 1)
    second.send(ON, 1)
    assert [port for port, *_ in room.heard()] == [0, 1]


def test_when_one_of_two_of_a_name_goes_both_let_go_and_the_one_left_plays_on():
    backend = FakeBackend("Twin", "Pads", "Twin")
    room = every(backend)
    room.look()
    backend.unplug("Twin")
    assert room.look() == [("gone", 0, "Twin"), ("gone", 2, "Twin"), ("arrived", 0, "Twin")]
    assert room.heard() == [(0, COMMAND, PORT_GONE, 0), (2, COMMAND, PORT_GONE, 0)]
    assert room.hear("Twin") == [0]
    backend.plug("Twin")
    assert room.look() == [("arrived", 2, "Twin")]


@pytest.mark.parametrize(("index", "port"), [("0", 0), ("1", 0)])
def test_of_two_of_one_name_the_index_chooses(index, port):
    backend = FakeBackend("Twin", "Twin")
    room = typed(backend, index)
    assert room.look() == [("arrived", 0, "Twin")]
    backend.plugged[int(index)].send(ON, 1)
    assert [event[0] for event in room.heard()] == [port]


def test_a_name_that_means_several_is_refused_at_the_start_and_lists_them():
    with pytest.raises(
        MidiPortError, match=r'means several MIDI inputs, choose one: 0 "Keys A", 1 "Keys B"$'
    ):
        typed(FakeBackend("Keys A", "Keys B", "Pads"), "keys")


def test_when_several_come_that_a_name_means_none_is_taken_and_they_are_listed_once():
    room = typed(FakeBackend(), "keys")
    room.look()
    room.backend.plug("Keys A")
    room.backend.plug("Keys B")
    (news,) = room.follower.look()
    assert news.text == '"keys" means several MIDI inputs: 0 "Keys A", 1 "Keys B"'
    room.backend.plug("Keys C")
    assert room.look() == []
    room.backend.unplug("Keys A")
    room.backend.unplug("Keys C")
    assert room.look() == [("arrived", 0, "Keys B")]


@pytest.mark.parametrize("wanted", [("keys", "0"), ("Keys", "keys")])
def test_an_input_named_twice_is_refused_for_its_notes_would_sound_twice(wanted):
    with pytest.raises(MidiPortError, match="named twice"):
        typed(FakeBackend("Keys"), *wanted)


def test_an_index_that_is_not_there_is_refused():
    with pytest.raises(MidiPortError, match=r'no MIDI input "4"; there is: 0 "Keys"'):
        typed(FakeBackend("Keys"), "4")


def test_of_more_inputs_than_numbers_the_first_are_taken_and_a_new_one_takes_the_longest_free():
    room = every(FakeBackend("A", "B", "C"), 2)
    assert room.look() == [("arrived", 0, "A"), ("arrived", 1, "B")]
    room.backend.unplug("B")
    assert room.look() == [("gone", 1, "B"), ("arrived", 1, "C")]
    room.backend.unplug("A")
    room.backend.plug("D")
    assert room.look() == [("gone", 0, "A"), ("arrived", 0, "D")]


def test_a_port_that_only_echoes_is_taken_only_when_it_is_typed():
    backend = FakeBackend("Midi Through:Midi Through Port-0 14:0")
    assert every(backend).look() == []
    assert [what for what, *_ in typed(backend, "through").look()] == ["arrived"]


def test_an_input_that_cannot_be_opened_is_told_once_and_tried_again_when_something_changes(monkeypatch):
    room = every(FakeBackend("Keys"))

    def refuse(index: int, receive: object) -> None:
        raise MidiPortError("it is busy")

    with monkeypatch.context() as patch:
        patch.setattr(room.backend, "open", refuse)
        (news,) = room.follower.look()
        room.backend.plug("Pads")
        assert [news.name for news in room.follower.look()] == ["Pads"]
    assert news.text == '"Keys": it is busy'
    room.backend.plug("Drums")
    assert ("arrived", 0, "Keys") in room.look()


@pytest.mark.parametrize("name", ODD, ids=repr)
def test_any_name_is_followed_and_told_in_one_line(name):
    room = every(FakeBackend(name))
    for what in ("arrived", "gone", "arrived"):
        (news,) = room.follower.look()
        assert (news.what, news.name) == (what, name)
        assert news.text.isprintable()
        (room.backend.unplug if what == "arrived" else room.backend.plug)(name)


@pytest.mark.parametrize("name", ODD, ids=repr)
def test_any_name_can_be_waited_for(name):
    room = typed(FakeBackend(), name)
    assert [news.text.isprintable() for news in room.follower.look()] == [True]
    room.backend.plug(name)
    assert [what for what, *_ in room.look()] == ["arrived"]


def test_a_hundred_cycles_of_plugging_leave_nothing_behind():
    backend = FakeBackend("Pads")
    room = every(backend)
    room.look()
    for _ in range(100):
        keys = backend.plug("Keys", 0)
        assert room.look() == [("arrived", 1, "Keys")]
        backend.unplug("Keys")
        assert room.look() == [("gone", 1, "Keys")]
        assert keys.receivers == []
    assert len(backend.plugged[0].receivers) == 1
