"""Presets: what is whole is read, and what is broken is refused by file and key."""

import os
import random
from pathlib import Path

import pytest

from rtsynth.errors import PresetError
from rtsynth.presets import Macro, load_presets, read_preset

DIGEST = "0123456789abcdef" * 4
WHOLE = f"""
format = 1
id = "viola"
name = "Viola"
category = "strings"
program = 41

[instrument]
id = "small"
digest = "{DIGEST}"
place = "viola"

[sound]
level_db = -2.0
reverb = 0.4

[play]
wheel = {{ motion = 1 }}

[[macros]]
name = "Brightness"
direction = "brightness"
value = 0.5
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "try.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path) -> str:
    with pytest.raises(PresetError) as caught:
        read_preset(path)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    assert len(message) < 300
    return message


def test_a_whole_preset_is_read_and_what_it_leaves_out_has_defaults(tmp_path: Path) -> None:
    preset = read_preset(write(tmp_path, WHOLE))
    assert (preset.id, preset.program, preset.place, preset.pitched) == ("viola", 41, "viola", True)
    assert (preset.mix.level_db, preset.mix.reverb, preset.mix.release, preset.mix.pan) == (
        -2.0,
        0.4,
        1.0,
        0.0,
    )


def test_what_wheel_and_macros_do_is_read(tmp_path: Path) -> None:
    preset = read_preset(write(tmp_path, WHOLE))
    assert preset.play.wheel == (("motion", 1.0),)
    assert preset.macros == (Macro("Brightness", 0.5, direction="brightness"),)


def test_how_a_preset_answers_the_player_is_read(tmp_path: Path) -> None:
    more = """
timbre = {}
breath = { breath = 2 }
foot = { motion = 1 }
half_pedal = true
mono = true
legato = true
priority = "lowest"
portamento = 1
tuning = "Werckmeister III.scl"
keymap = "a415.kbm"
"""
    play = read_preset(write(tmp_path, WHOLE.replace("[play]\n", "[play]" + more))).play
    assert (play.timbre, play.breath, play.foot) == ((), (("breath", 2.0),), (("motion", 1.0),))
    assert (play.half_pedal, play.mono, play.legato, play.priority) == (True, True, True, "lowest")
    assert (play.portamento, play.tuning, play.keymap) == (1.0, "Werckmeister III.scl", "a415.kbm")
    assert read_preset(write(tmp_path, WHOLE)).play.timbre is None


def test_a_preset_may_lie_between_places(tmp_path: Path) -> None:
    text = WHOLE.replace('place = "viola"', 'morph = [["viola", 1], ["flute", 0.5]]')
    assert read_preset(write(tmp_path, text)).morph == (("viola", 1.0), ("flute", 0.5))


def test_a_preset_may_hold_its_own_latent_vector(tmp_path: Path) -> None:
    preset = read_preset(write(tmp_path, WHOLE.replace('place = "viola"', "latent = [0.5, 1]\ndivisor = 4")))
    assert preset.latent == (0.5, 1)
    assert preset.divisor == 4


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("format = 1", "format = 2", "newer"),
        ("format = 1", "format = 0", "format"),
        ("format = 1", 'format = "1"', "format"),
        ('id = "viola"', 'id = "../../viola"', "id"),
        ('name = "Viola"', 'name = "two\\nlines"', "name"),
        ("program = 41", "program = 128", "program"),
        ("program = 41", 'program = "41"', "program"),
        ("program = 41", "program = 41\ncolour = 1", "colour"),
        ("program = 41", "program = 41\nprogram = 42", "no TOML"),
        ("reverb = 0.4", "reverb = nan", "sound/reverb"),
        ("reverb = 0.4", "reverb = 1e999", "sound/reverb"),
        ("reverb = 0.4", "reverb = 1.5", "sound/reverb"),
        ("reverb = 0.4", "wet = 0.4", "wet"),
        (DIGEST, "abc", "instrument/digest"),
        ('place = "viola"', "", "instrument"),
        ('place = "viola"', 'place = "viola"\nlatent = [1.0]', "instrument"),
        ('place = "viola"', "latent = []", "instrument/latent"),
        ('place = "viola"', 'latent = [1.0, "2"]', "instrument/latent/1"),
        ('place = "viola"', 'place = "viola"\ndivisor = 2', "instrument"),
        ('place = "viola"', 'morph = [["viola", 1.0]]', "instrument/morph"),
        ('place = "viola"', 'morph = [["viola", 1.0], ["cello", 0.0]]', "instrument/morph/1/1"),
        ('place = "viola"', 'morph = [["viola", 1.0], ["cello"]]', "instrument/morph/1"),
        ('place = "viola"', 'morph = [["viola", 1.0], ["../x", 1.0]]', "instrument/morph/1/0"),
        ("program = 41", "also = [40, 128]", "also/1"),
        ("program = 41", "program = " + "9" * 5000, "thousands of digits"),
        ("program = 41", "program = 0x" + "f" * 5000, "thousands of digits"),
        ("motion = 1", 'motion = "1"', "play/wheel/motion"),
        ("motion = 1", "motion = 1e999", "play/wheel/motion"),
        ("motion = 1", '"../x" = 1', "play/wheel"),
        ("wheel =", "wheels =", "wheels"),
        ("wheel =", 'timbre = "bright"\nwheel =', "play/timbre"),
        ("wheel =", 'priority = "loudest"\nwheel =', "play/priority"),
        ("wheel =", "portamento = -1\nwheel =", "play/portamento"),
        ("wheel =", "half_pedal = 1\nwheel =", "play/half_pedal"),
        ("wheel =", 'tuning = "../../x.scl"\nwheel =', "play/tuning"),
        ("wheel =", 'tuning = "/etc/x.scl"\nwheel =', "play/tuning"),
        ("wheel =", 'tuning = ".scl"\nwheel =', "play/tuning"),
        ("wheel =", 'tuning = "x.kbm"\nwheel =', "play/tuning"),
        ("wheel =", 'keymap = "x.kbm\\n"\nwheel =', "play/keymap"),
        ("value = 0.5", "value = -0.5", "macros/0/value"),
        ("value = 0.5", "value = nan", "macros/0/value"),
        ("value = 0.5", "value = 1.5\nbipolar = true", "macros/0/value"),
        ("value = 0.5", 'parameter = "reverb"', "macros/0"),
        ('direction = "brightness"', 'parameter = "chorus"', "macros/0/parameter"),
        ('direction = "brightness"', "", "macros/0"),
        ("value = 0.5", '[[macros]]\nname = "brightness"\nparameter = "level"', "two are named 'brightness'"),
    ],
)
def test_a_wrong_preset_is_refused_by_the_name_of_its_key(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    assert old in WHOLE
    assert named in refusal(write(tmp_path, WHOLE.replace(old, new, 1)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        b"\xff\xfe",
        b"a = " + b"[" * 10_000,
        b"a = " + b"{a = " * 3_000,
        b"a" + b".a" * 5_000 + b"=1",
        *(random.Random(seed).randbytes(1 << 20) for seed in range(3)),
        b"[" * (10 << 20),
    ],
    ids=[
        *("empty", "zeros", "not UTF-8", "nested lists", "nested tables", "dotted key"),
        *("random megabyte 0", "random megabyte 1", "random megabyte 2", "10 MB of nesting"),
    ],
)
def test_a_file_that_is_no_preset_is_refused(tmp_path: Path, content: bytes) -> None:
    refusal(write(tmp_path, content))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(3 << 30)  # sparse: takes no space on the disk
    assert "larger than" in refusal(path)


def test_a_folder_and_a_pipe_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    for name in ("folder.toml", "pipe.toml"):
        assert "no regular file" in refusal(tmp_path / name)


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link.toml").symlink_to(write(tmp_path, WHOLE))
    assert "is a link" in refusal(tmp_path / "link.toml")


def test_a_broken_file_of_the_persons_own_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    folder = tmp_path / "presets"
    folder.mkdir()
    (folder / "mine.toml").write_text(WHOLE.replace('id = "viola"', 'id = "mine"', 1))
    (folder / "broken.toml").write_text("format = ")
    presets, refused = load_presets()
    assert "mine" in [preset.id for preset in presets]
    assert ["broken.toml" in str(error) for error in refused] == [True]
