"""A WAV file that is whole at every moment."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtsynth.wavefile import BYTES, HEADER, WavFile, header

NOISE = np.random.default_rng(1).uniform(-1.1, 1.1, (1000, 2)).astype(np.float32)
NOISE[:4] = [[1.0, -1.0], [0.0, -0.0], [1.5 / 8388607, 0.5 / 8388607], [-2.5 / 8388607, 1e-9]]


def test_the_samples_are_those_that_libsndfile_would_write(tmp_path: Path) -> None:
    file = WavFile(tmp_path / "ours.wav", 44_100.0)
    for part in np.array_split(NOISE, 7):
        file.append(part)
    file.finish()
    soundfile.write(tmp_path / "theirs.wav", np.clip(NOISE, -1, 1), 44_100, "PCM_24")
    ours, theirs = (soundfile.read(tmp_path / name, dtype="int32") for name in ("ours.wav", "theirs.wav"))
    assert np.array_equal(ours[0], theirs[0])
    assert ours[1] == theirs[1] == 44_100
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_what_has_been_written_can_be_played_without_an_end(tmp_path: Path) -> None:
    file = WavFile(tmp_path / "take.wav", 48_000.0)
    file.append(NOISE)
    assert soundfile.info(file.temporary).frames == len(NOISE)
    file.append(NOISE)
    assert soundfile.info(file.temporary).frames == 2 * len(NOISE)
    assert not (tmp_path / "take.wav").exists()
    os.close(file._file)


def test_the_temporary_file_says_whose_it_is_and_overwrites_none(tmp_path: Path) -> None:
    first, second = (WavFile(tmp_path / "take.wav", 48_000.0) for _ in range(2))
    assert first.temporary != second.temporary
    assert Path(first.temporary).name.startswith("take.")
    for file in (first, second):
        file.finish()


@pytest.mark.parametrize("frames", [0, 1, (1 << 32) // BYTES - 20, (1 << 32) // BYTES, (5 << 32) // BYTES])
def test_a_header_is_right_below_and_beyond_four_gigabytes(tmp_path: Path, frames: int) -> None:
    with open(tmp_path / "long.wav", "wb") as file:
        file.write(header(frames, 96_000))
        file.truncate(HEADER + frames * BYTES)
    told = soundfile.info(tmp_path / "long.wav")
    assert (told.frames, told.samplerate, told.channels, told.subtype) == (frames, 96_000, 2, "PCM_24")
    assert told.format == ("RF64" if frames * BYTES > 1 << 32 else "WAV") or frames * BYTES < 1 << 32
