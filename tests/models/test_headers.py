import shutil

import pytest

from rtsynth_models.data.errors import DataError
from rtsynth_models.data.headers import read_headers
from rtsynth_models.data.soundfont import SOUNDFONT
from tests.models.soundfonts import write_soundfont

pytestmark = pytest.mark.train


def test_melodic_programs_and_drum_kits_are_told_apart(tmp_path):
    found = read_headers(
        write_soundfont(tmp_path / "a.sf2", {(0, 5): (30, 40), (128, 0): (35, 50), (1, 5): (0, 9)})
    )
    assert list(found.melodic) == [5]
    assert list(found.kits) == [0]
    assert (found.name, found.copyright, found.melodic[5].name) == ("Sines", "Public domain", "0:5")


def test_keys_are_those_that_preset_and_instrument_both_have(tmp_path):
    path = write_soundfont(tmp_path / "a.sf2", {(0, 5): (30, 40)}, instrument_keys=(36, 90))
    assert read_headers(path).melodic[5].keys == frozenset(range(36, 41))


def test_a_program_without_samples_has_no_keys(tmp_path):
    path = write_soundfont(tmp_path / "a.sf2", {(0, 5): (30, 40)})
    raw = path.read_bytes()
    at = raw.index(b"shdr") + 8 + 20
    path.write_bytes(raw[: at + 4] + bytes(4) + raw[at + 8 :])  # the sample ends where it starts
    assert read_headers(path).melodic[5].keys == frozenset()


@pytest.mark.skipif(not SOUNDFONT.exists(), reason="needs the SoundFont")
def test_the_flagships_soundfont_has_every_program_and_tells_its_licence():
    found = read_headers(SOUNDFONT)
    assert set(found.melodic) == set(range(128))
    assert 94 not in found.melodic[40].keys  # where its violin has a hole
    assert "MIT" in found.comment


@pytest.mark.parametrize("kept", [0, 11, 300, -1])
def test_a_soundfont_that_is_cut_short_is_refused_in_one_line(tmp_path, kept):
    path = write_soundfont(tmp_path / "a.sf2", {(0, 5): (30, 40)})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match=r"cut short|no SoundFont") as caught:
        read_headers(path)
    assert "\n" not in str(caught.value)


def test_headers_that_point_nowhere_are_refused(tmp_path):
    path = write_soundfont(tmp_path / "a.sf2", {(0, 5): (30, 40)})
    raw = path.read_bytes()
    at = raw.index(b"igen") + 8 + 8 + 2  # which sample the instrument plays
    path.write_bytes(raw[:at] + b"\xff\x7f" + raw[at + 2 :])
    with pytest.raises(DataError, match="broken"):
        read_headers(path)


def test_a_file_that_is_no_soundfont_is_refused(tmp_path):
    shutil.copy(__file__, tmp_path / "a.sf2")
    with pytest.raises(DataError, match="no SoundFont"):
        read_headers(tmp_path / "a.sf2")
    with pytest.raises(DataError, match="cannot read"):
        read_headers(tmp_path)
