"""Presets: what is whole is read, what is broken is refused by file and key, and places become timbres."""

from pathlib import Path

import pytest

from rtsynth.bank import write_bank
from rtsynth.errors import PresetError
from rtsynth.presets import load_presets, read_preset, timbre
from rtsynth_engine.bundles import Bundle, Head, Place

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
"""


def small_bundle(*places: Place) -> Bundle:
    return Bundle(
        path=Path("small.rtsynth"),
        id="small",
        name="Small",
        author="us",
        licence="MIT",
        data="none",
        generator="streaming",
        head=Head("partials", 96, 48, 187.5, 2),
        latent=2,
        states=((2, 8),),
        film=32,
        static=240,
        pitch_range=(21, 108),
        places=places,
        digest=DIGEST,
        note_model=b"",
        generator_model=b"",
    )


VIOLA = Place("viola", 'The "Great" \\ Viola', 41, "strings", 2, 48, 90, -3.0, (0.5, -0.25))


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


def test_a_preset_may_hold_its_own_latent_vector(tmp_path: Path) -> None:
    preset = read_preset(write(tmp_path, WHOLE.replace('place = "viola"', "latent = [0.5, 1]\ndivisor = 4")))
    assert preset.latent == (0.5, 1)
    assert timbre(preset, small_bundle()).divisor == 4


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("format = 1", "format = 2", "newer"),
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
    ],
    ids=["empty", "zeros", "not UTF-8", "nested lists", "nested tables", "dotted key"],
)
def test_a_file_that_is_no_preset_is_refused(tmp_path: Path, content: bytes) -> None:
    refusal(write(tmp_path, content))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(3 << 30)  # sparse: takes no space on the disk
    assert "larger than" in refusal(path)


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


def test_a_place_gives_its_latent_divisor_and_level(tmp_path: Path) -> None:
    sound = timbre(read_preset(write(tmp_path, WHOLE)), small_bundle(VIOLA))
    assert sound.latent == (0.5, -0.25)
    assert sound.divisor == 2
    assert sound.level_db == -5.0
    assert (sound.low, sound.high) == (48, 90)


def test_a_place_that_the_instrument_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="small has no place 'viola'"):
        timbre(read_preset(write(tmp_path, WHOLE)), small_bundle())


def test_a_latent_vector_of_another_size_is_refused(tmp_path: Path) -> None:
    preset = read_preset(write(tmp_path, WHOLE.replace('place = "viola"', "latent = [1.0, 2.0, 3.0]")))
    with pytest.raises(PresetError, match="3 latents, but small has 2"):
        timbre(preset, small_bundle())


def test_a_bank_written_from_an_instrument_reads_back(tmp_path: Path) -> None:
    (path,) = write_bank(small_bundle(VIOLA), tmp_path / "bank")
    preset = read_preset(path)
    assert path.name == "041-viola.toml"
    assert (preset.id, preset.name, preset.program, preset.digest) == ("viola", VIOLA.name, 41, DIGEST)
    assert timbre(preset, small_bundle(VIOLA)).latent == VIOLA.latent


def test_writing_a_bank_twice_gives_the_same_bytes_and_leaves_nothing_else(tmp_path: Path) -> None:
    (path,) = write_bank(small_bundle(VIOLA), tmp_path)
    first = path.read_bytes()
    write_bank(small_bundle(VIOLA), tmp_path)
    assert path.read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
