import numpy as np
import pytest

from rtsynth_models.evaluation.page import draw_row, write_page
from rtsynth_models.evaluation.tables import tables

pytestmark = pytest.mark.train


def test_sound_and_silence_are_drawn(rng):
    image = draw_row("Flute", {"original": rng.standard_normal(9600), "generated": np.zeros(9600)})
    assert image.startswith(b"\x89PNG")


def test_the_page_needs_no_other_file_and_escapes_names(figures):
    page = write_page("<flute>", tables(figures), [b"image"])
    assert "&lt;flute&gt;" in page
    assert 'src="data:image/png;base64,' in page
    assert "http" not in page
