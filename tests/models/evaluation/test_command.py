import sys

import pytest

from rtsynth.cli import main

pytestmark = pytest.mark.train


def refusal(monkeypatch, capsys, *arguments):
    """What `rtsynth evaluate` says when it ends with status 2."""
    monkeypatch.setattr(sys, "argv", ["rtsynth", "evaluate", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err.strip()
    assert ended.value.code == 2
    assert len(said.splitlines()) == 1
    return said


def test_an_unknown_instrument_is_refused(monkeypatch, capsys):
    assert "no instrument 'nonesuch'" in refusal(monkeypatch, capsys, "nonesuch")


def test_a_missing_soundfont_is_refused_with_the_remedy(monkeypatch, capsys, tmp_path):
    said = refusal(monkeypatch, capsys, "--soundfont", tmp_path / "none.sf2")
    assert "none.sf2: install fluid-soundfont-gm or name another" in said


def test_a_file_that_is_no_soundfont_is_refused(monkeypatch, capsys, tmp_path):
    (tmp_path / "text.sf2").write_text("no SoundFont")
    assert "text.sf2" in refusal(monkeypatch, capsys, "--soundfont", tmp_path / "text.sf2")


def test_a_folder_without_a_data_set_is_refused(monkeypatch, capsys, tmp_path):
    assert "no data set in" in refusal(monkeypatch, capsys, "--data", tmp_path)


def test_missing_torch_is_refused_with_the_remedy(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "pip install 'rtsynth[train]'" in refusal(monkeypatch, capsys)


def test_all_instruments_are_compared_on_sounds_only(monkeypatch, capsys, tmp_path):
    assert "rtsynth dataset --sounds" in refusal(monkeypatch, capsys, "--all")
    assert "no sounds in" in refusal(monkeypatch, capsys, "--all", "--data", tmp_path)
