"""Setups: what is whole is read and written back, what is broken is refused by file and key."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtsynth.errors import HostError
from rtsynth.setups import (
    Input,
    Part,
    Setup,
    find_setup,
    last_setup,
    parse_setup,
    read_setup,
    remember,
    setup_toml,
)
from tests.rtsynth.test_cli import Run

WHOLE = """
format = 1
name = "Left and right"
tuning = "meantone"
device_id = 16

[[parts]]
preset = "violin"
port = "keystation"
channel = 1
keys = "C2-B3"
transpose = -12
level_db = -3
mono = true
priority = "highest"

[[parts]]
preset = "cello"
keys = [60, 127]
follow_programs = true

[[inputs]]
port = "keystation"
curve = "soft"
range = [20, 110]

[[inputs]]
curve = { gamma = 2 }
"""
DUO = Setup(parts=(Part("violin", keys=(60, 127)), Part("cello", keys=(0, 59))))

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=80)
pairs = st.tuples(st.integers(1, 127), st.integers(1, 127)).map(lambda pair: tuple(sorted(pair)))
parts = st.builds(
    Part,
    texts,
    st.none() | texts,
    st.none() | st.integers(1, 16),
    pairs,
    st.integers(-60, 60),
    st.floats(-60, 24, allow_subnormal=False),
    st.floats(-1, 1, allow_subnormal=False),
    st.none() | st.booleans(),
    st.none() | st.booleans(),
    st.sampled_from([None, "last", "highest", "lowest"]),
    st.none() | st.floats(0, 5, allow_subnormal=False),
)
curves = st.sampled_from(["soft", "linear", "hard", "fixed"]) | st.floats(0.1, 10)
setups = st.builds(
    Setup,
    st.just("") | texts,
    st.sampled_from([None, "meantone", "own scale.scl"]),
    st.sampled_from([None, "white.kbm"]),
    st.none() | st.integers(0, 127),
    st.lists(parts, max_size=16).map(tuple),
    st.lists(st.builds(Input, texts, curves, pairs), max_size=8, unique_by=lambda each: each.port).map(tuple),
)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def write(folder: Path, content: str | bytes, name: str = "try.toml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path: Path) -> str:
    with pytest.raises(HostError) as caught:
        read_setup(path)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    assert len(message) < 300
    return message


def test_a_whole_setup_is_read_and_what_it_leaves_out_has_defaults(tmp_path: Path) -> None:
    setup = read_setup(write(tmp_path, WHOLE))
    first, second = setup.parts
    assert (first.keys, first.transpose, first.level_db, first.mono) == ((36, 59), -12, -3.0, True)
    assert (second.port, second.channel, second.keys, second.mono) == (None, None, (60, 127), None)
    assert setup.inputs == (Input("keystation", "soft", (20, 110)), Input(None, 2.0))
    assert (setup.name, setup.tuning, setup.device_id) == ("Left and right", "meantone", 16)


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ('"C-1-G9"', (0, 127)),
        ('"C4-C4"', (60, 60)),
        ('"Bb1-F#2"', (34, 42)),
        ("[36, 59]", (36, 59)),
    ],
)
def test_keys_are_names_or_numbers(written: str, keys: tuple[int, int]) -> None:
    text = WHOLE.replace('"C2-B3"', written)
    assert parse_setup(text.encode()).parts[0].keys == keys


@given(setups)
def test_save_load_save_gives_the_same_bytes(setup: Setup) -> None:
    text = setup_toml(setup)
    loaded = parse_setup(text.encode())
    assert loaded == setup
    assert setup_toml(loaded) == text


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("format = 1", "", "format"),
        ("format = 1", "format = 0", "format"),
        ("format = 1", "format = 2", "newer"),
        ("format = 1", "format = 1\ncolour = 1", "colour"),
        ("format = 1", "format = 1\nformat = 1", "no TOML"),
        ('"meantone"', '"../../x"', "tuning"),
        ('"meantone"', '"/etc/passwd"', "tuning"),
        ('"meantone"', '".."', "tuning"),
        ("device_id = 16", "device_id = 128", "device_id"),
        ('preset = "violin"', "", "parts/0"),
        ('preset = "violin"', 'preset = "violin"\npresset = 1', "presset"),
        ('preset = "violin"', 'preset = "two\\nlines"', "parts/0/preset"),
        ("channel = 1", "channel = 0", "parts/0/channel"),
        ("channel = 1", "channel = 17", "parts/0/channel"),
        ("channel = 1", "channel = true", "parts/0/channel"),
        ('"C2-B3"', '"C2"', "parts/0/keys"),
        ('"C2-B3"', '"B3-C2"', "parts/0/keys"),
        ('"C2-B3"', '"C2-B9"', "parts/0/keys"),
        ('"C2-B3"', '"Cb-1-B3"', "parts/0/keys"),
        ('"C2-B3"', "[60]", "parts/0/keys"),
        ('"C2-B3"', "[60, 128]", "parts/0/keys"),
        ('"C2-B3"', "60", "parts/0/keys"),
        ("-12", "1.5", "parts/0/transpose"),
        ("level_db = -3", "level_db = nan", "parts/0/level_db"),
        ("level_db = -3", "level_db = 1e999", "parts/0/level_db"),
        ("level_db = -3", "pan = 2", "parts/0/pan"),
        ("level_db = -3", "portamento = -1", "parts/0/portamento"),
        ('"highest"', '"first"', "parts/0/priority"),
        ('curve = "soft"', 'curve = "softer"', "inputs/0/curve"),
        ('curve = "soft"', "curve = {}", "gamma"),
        ("gamma = 2", "gamma = 0", "inputs/1/curve/gamma"),
        ("range = [20, 110]", "range = [0, 110]", "inputs/0/range/0"),
        ("range = [20, 110]", "range = [110, 20]", "inputs/0/range"),
        ("curve = { gamma = 2 }", 'port = "keystation"', "inputs/1/port"),
        (
            "keys = [60, 127]",
            "[[parts]]\npreset = 'x'\nfollow_programs = true\n[[parts]]\npreset = 'y'",
            "same",
        ),
    ],
)
def test_a_wrong_setup_is_refused_by_the_name_of_its_key(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    assert old in WHOLE
    assert named in refusal(write(tmp_path, WHOLE.replace(old, new, 1)))


def test_more_than_sixteen_parts_are_refused(tmp_path: Path) -> None:
    assert "parts" in refusal(write(tmp_path, "format = 1\n" + '[[parts]]\npreset = "violin"\n' * 17))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        *(random.Random(seed).randbytes(1 << 20) for seed in range(3)),
        b"a = " + b"[" * (10 << 20),
        b"a = " + b"[" * 10_000,
        b"a" + b".a" * 5_000 + b"=1",
    ],
    ids=["empty", "random", "random too", "random again", "10 MB nested", "nested", "dotted"],
)
def test_a_file_that_is_no_setup_is_refused(tmp_path: Path, content: bytes) -> None:
    refusal(write(tmp_path, content))


def test_a_link_is_refused(tmp_path: Path) -> None:
    write(tmp_path, WHOLE, "whole.toml")
    (tmp_path / "link.toml").symlink_to(tmp_path / "whole.toml")
    assert "is a link" in refusal(tmp_path / "link.toml")


def test_a_setup_is_found_by_its_file_or_by_its_name_in_the_persons_folder(home: Path) -> None:
    path = write(home / "setups", WHOLE, "left-and-right.toml")
    assert find_setup(str(path)) == find_setup("Left and Right") == parse_setup(WHOLE.encode())


def test_an_unknown_setup_is_told_with_those_there_are(home: Path) -> None:
    write(home / "setups", WHOLE, "left-and-right.toml")
    with pytest.raises(HostError, match=r"no setup 'middle' .*there is left-and-right"):
        find_setup("middle")


def test_a_name_leads_nowhere_outside_the_folder(home: Path) -> None:
    write(home, WHOLE, "x.toml")
    with pytest.raises(HostError, match="no setup"):
        find_setup("..\\x")


def test_the_last_setup_is_kept_and_read_back(home: Path) -> None:
    assert last_setup() is None
    assert remember(DUO) == ""
    assert last_setup() == DUO
    assert [path.name for path in home.iterdir()] == ["last.toml"]


def test_a_folder_that_cannot_be_written_is_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTSYNTH_HOME", "/proc/rtsynth")
    assert "cannot write /proc/rtsynth" in remember(DUO)


def test_a_disk_that_fills_up_leaves_the_old_setup_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(DUO)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert "No space left" in remember(Setup())
    assert [path.name for path in home.iterdir()] == ["last.toml"]
    assert last_setup() == DUO


def test_a_broken_last_setup_is_told_by_its_file(home: Path) -> None:
    write(home, "format = ", "last.toml")
    with pytest.raises(HostError, match=r"setup last.toml: "):
        last_setup()


def test_setups_are_listed_for_people_and_for_programs_and_a_broken_one_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(monkeypatch, capsys)
    assert str(home / "setups") in run("setups", "list").out
    assert json.loads(run("setups", "list", "--json").out) == []
    write(home / "setups", setup_toml(DUO), "duo.toml")
    write(home / "setups", "format = ", "broken.toml")
    answer = run("setups", "list", "--json")
    assert json.loads(answer.out) == [{"id": "duo", "name": "", "presets": ["violin", "cello"]}]
    assert "broken.toml" in answer.err
    assert "violin, cello" in run("setups", "list").out
