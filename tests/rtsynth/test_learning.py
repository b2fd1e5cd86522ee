"""MIDI learn: one controller has one target; the file is strict, canonical and written whole."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtsynth.errors import HostError
from rtsynth.learning import (
    NUMBERS,
    RESERVED,
    Controller,
    Learnt,
    find_target,
    forgotten,
    learn_file,
    learned,
    learnt_toml,
    parse_learnt,
    read_learnt,
    refuse_reserved,
    write_learnt,
)
from rtsynth_engine.layout import MAPPINGS
from rtsynth_engine.learning import TARGETS

WHOLE = """
format = 1

[[mappings]]
target = "macro 1"
kind = "cc"
number = 21
channel = 3
port = "keystation"
low = -1
curve = 2
pickup = true

[[mappings]]
target = "reverb"
kind = "nrpn"
number = 261
"""
CC21 = Controller("cc", 21)
REVERB = Learnt("reverb", CC21)

controllers = st.builds(
    Controller,
    st.just("cc"),
    st.sampled_from([number for number in range(120) if number not in RESERVED]),
    st.none(),
    st.integers(1, 16),
)
mappings = st.lists(
    st.builds(
        Learnt,
        st.sampled_from(list(TARGETS)),
        controllers,
        st.floats(0, 1, allow_subnormal=False),
        st.floats(0, 1, allow_subnormal=False),
        st.floats(0.1, 10),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda each: each.controller,
)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def refusal(content: str | bytes) -> str:
    learn_file().write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(HostError) as caught:
        read_learnt()
    message = str(caught.value)
    assert "learn.toml" in message
    assert "\n" not in message
    assert len(message) < 400
    return message


def test_a_controller_turns_one_target_and_a_target_may_have_several_controllers() -> None:
    known, _ = learned([], REVERB)
    known, moved = learned(known, Learnt("reverb", Controller("cc", 22)))
    assert (len(known), moved) == (2, [])
    known, moved = learned(known, Learnt("pan", CC21))
    assert moved == [REVERB]
    assert [(each.target, each.controller.number) for each in known] == [("reverb", 22), ("pan", 21)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Controller("cc", 21), Controller("cc", 21, channel=3), True),
        (Controller("cc", 21, channel=2), Controller("cc", 21, channel=3), False),
        (Controller("cc", 21, port="a"), Controller("cc", 21, port="b"), False),
        (Controller("cc", 21, port="a", channel=1), Controller("cc", 21, channel=1), True),
        (Controller("cc14", 16), Controller("cc", 48), True),
        (Controller("cc14", 16), Controller("cc", 16), True),
        (Controller("cc14", 16), Controller("cc", 17), False),
        (Controller("nrpn", 21), Controller("cc", 21), False),
        (Controller("nrpn", 21), Controller("nrpn", 21), True),
    ],
)
def test_controllers_that_share_a_message_cannot_turn_two_targets(
    one: Controller, other: Controller, same: bool
) -> None:
    for first, second in ((one, other), (other, one)):
        assert bool(learned([Learnt("pan", first)], Learnt("reverb", second))[1]) is same


@pytest.mark.parametrize("number", [0, 1, 6, 38, 64, 74, 100, 101])
def test_a_reserved_controller_is_refused_with_the_reason(number: int) -> None:
    with pytest.raises(HostError, match=f"CC {number} stays {RESERVED[number]}; move another control"):
        learned([], Learnt("reverb", Controller("cc", number)))


@pytest.mark.parametrize("number", [120, 121, *range(123, 128)])
def test_channel_mode_is_refused(number: int) -> None:
    with pytest.raises(HostError, match="cannot be learnt"):
        refuse_reserved(Controller("cc", number))


@pytest.mark.parametrize("number", [0, 1, 6])
def test_a_pair_with_a_reserved_half_is_refused(number: int) -> None:
    with pytest.raises(HostError, match=f"14-bit CC {number} cannot be learnt"):
        refuse_reserved(Controller("cc14", number))


@pytest.mark.parametrize(("kind", "most"), NUMBERS.items())
def test_a_number_there_is_not_is_refused(kind: str, most: int) -> None:
    for number in (-1, most):
        with pytest.raises(HostError, match=f"there are 0 to {most - 1}"):
            refuse_reserved(Controller(kind, number))


@pytest.mark.parametrize("change", [{"low": -0.5}, {"high": 1.5}])
def test_a_range_beyond_the_targets_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(HostError, match="reverb goes from 0 to 1"):
        learned([], Learnt("reverb", CC21, **change))


def test_no_more_is_learnt_than_the_engine_has_room_for() -> None:
    known = [Learnt("pan", Controller("nrpn", number)) for number in range(MAPPINGS)]
    with pytest.raises(HostError, match="forget some"):
        learned(known, REVERB)
    assert len(learned(known, Learnt("reverb", Controller("nrpn", 0)))[0]) == MAPPINGS


def test_a_target_is_forgotten_with_all_its_controllers_or_everything_is() -> None:
    known = [REVERB, Learnt("reverb", Controller("cc", 22)), Learnt("pan", Controller("cc", 23))]
    assert forgotten(known, "reverb") == known[2:]
    assert forgotten(known, "all") == []
    with pytest.raises(HostError, match="nothing turns level"):
        forgotten(known, "level")


@pytest.mark.parametrize("wanted", ["macro 3", "Macro-3", "macro3", "MACRO_3"])
def test_a_target_is_known_however_it_is_spelt(wanted: str) -> None:
    assert find_target(wanted) == "macro 3"


@pytest.mark.parametrize("wanted", ["macro 9", "", "volume", "../x"])
def test_an_unknown_target_is_told_with_those_there_are(wanted: str) -> None:
    with pytest.raises(HostError, match="there are macro 1, macro 2"):
        find_target(wanted)


def test_what_was_learnt_is_read() -> None:
    first, second = parse_learnt(WHOLE.encode())
    assert first == Learnt("macro 1", Controller("cc", 21, "keystation", 3), -1.0, 1.0, 2.0, True)
    assert second == Learnt("reverb", Controller("nrpn", 261))


@given(mappings)
def test_save_load_save_gives_the_same_bytes(known: list[Learnt]) -> None:
    text = learnt_toml(known)
    assert parse_learnt(text.encode()) == known
    assert learnt_toml(parse_learnt(text.encode())) == text


def test_what_is_written_is_read_back_and_no_file_is_nothing_learnt() -> None:
    assert read_learnt() == []
    write_learnt([REVERB])
    assert read_learnt() == [REVERB]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("format = 1", "", "format"),
        ("format = 1", "format = 0", "format"),
        ("format = 1", "format = 2", "newer"),
        ("format = 1", "format = 1\nformat = 1", "no TOML"),
        ("number = 21", "number = 21\nnumber = 22", "no TOML"),
        ("number = 21", "number = 21\ncolour = 1", "colour"),
        ("number = 21", "number = 1", "mappings/0: CC 1 .* stays modulation wheel"),
        ("number = 21", "number = 300", "mappings/0: number"),
        ("number = 21", "", "mappings/0"),
        ("number = 261", "number = 16384", "mappings/1/number"),
        ('kind = "cc"', 'kind = "key"', "mappings/0/kind"),
        ('"reverb"', '"volume"', "mappings/1: no target 'volume'"),
        ("low = -1", "low = nan", "mappings/0/low"),
        ("low = -1", "low = 1e999", "mappings/0/low"),
        ("curve = 2", "curve = 0", "mappings/0/curve"),
        ("channel = 3", "channel = 0", "mappings/0/channel"),
        (
            'kind = "nrpn"\nnumber = 261',
            'kind = "cc"\nnumber = 21',
            "mappings/1: CC 21 turns macro 1 already",
        ),
    ],
)
def test_a_wrong_file_is_refused_by_the_name_of_its_key(old: str, new: str, named: str) -> None:
    assert old in WHOLE
    assert re.search(named, refusal(WHOLE.replace(old, new, 1)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        *(random.Random(seed).randbytes(1 << 20) for seed in range(3)),
        b"a = " + b"[" * (10 << 20),
        b"a = " + b"[" * 10_000,
    ],
    ids=["empty", "random", "random too", "random again", "10 MB nested", "nested"],
)
def test_a_file_that_holds_no_mappings_is_refused(content: bytes) -> None:
    refusal(content)


def test_a_link_is_refused(home: Path) -> None:
    (home / "elsewhere.toml").write_text(WHOLE)
    learn_file().symlink_to(home / "elsewhere.toml")
    with pytest.raises(HostError, match="is a link"):
        read_learnt()


def test_a_folder_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTSYNTH_HOME", "/proc/rtsynth")
    with pytest.raises(HostError, match=r"cannot write .*RTSYNTH_HOME"):
        write_learnt([REVERB])


def test_a_disk_that_fills_up_leaves_the_old_file_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_learnt([REVERB])

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(HostError, match="No space left"):
        write_learnt([])
    assert [path.name for path in home.iterdir()] == ["learn.toml"]
    assert read_learnt() == [REVERB]
