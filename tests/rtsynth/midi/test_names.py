"""Naming a MIDI port."""

import pytest

from rtsynth.midi.names import MidiPortError, choose, shown

NAMES = [
    "Keystation 61 MK3",
    "Launchkey MIDI 1",
    "Launchkey MIDI 2",
    "Twin",
    "Twin",
    "Launchkey",
    "2",
    "Ünïcode",
]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ("0", 0),
        ("4", 4),
        ("2", 2),  # an index before a name
        ("key mk3", 0),
        ("KEYSTATION", 0),
        ("launchkey midi 2", 2),
        ("launch 2", 2),
        ("Launchkey", 5),  # the whole name before parts
        ("ÜNÏ", 7),
    ],
)
def test_a_port_is_chosen_by_index_or_by_words_in_order(wanted, index):
    assert choose(NAMES, wanted) == index


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("midi", '"midi" means several MIDI inputs, choose one: 1 "Launchkey MIDI 1", 2 "Launchkey MIDI 2"'),
        ("Twin", '"Twin" means several MIDI inputs, choose one: 3 "Twin", 4 "Twin"'),
    ],
)
def test_an_ambiguous_name_lists_its_matches(wanted, message):
    with pytest.raises(MidiPortError) as caught:
        choose(NAMES, wanted)
    assert str(caught.value) == message


@pytest.mark.parametrize("wanted", ["mk3 key", "8", "-1", "launchkeylaunchkey", "9" * 5000])
def test_an_unknown_name_lists_what_there_is(wanted):
    with pytest.raises(
        MidiPortError, match=r'^no MIDI input .*; there is: 0 "Keystation 61 MK3", .*7 "Ünïcode"$'
    ):
        choose(NAMES, wanted)


def test_without_any_port_the_message_says_none():
    with pytest.raises(MidiPortError, match="there is: none"):
        choose([], "keys")


@pytest.mark.parametrize("name", ["a\0b", "line\nline", "x" * 2048, "\udcff", '"'])
def test_any_name_is_shown_in_one_short_line(name):
    assert shown(name).isprintable()
    assert len(shown(name)) <= 90
