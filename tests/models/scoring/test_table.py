from rtsynth_models.scoring.table import HEADER, PAPER, markdown, table

REAL = {"name": "real, held out", "ndb": 0.05, "frechet": 80.0, "pitch": 0.9, "tune": None, "named": None}
CHEAP = {"name": "a", "ndb": 0.2, "parameters": 7_300_000, "real_time": 0.01, "first_ms": 2.0}
DEAR = {"name": "b", "real_time": 0.5, "trained": {"notes": 1712, "steps": 9000, "hours": 1.52}}


def cell(row, name):
    return row[HEADER.index(name)]


def test_the_paper_stands_below_the_families_and_they_below_the_real_sounds():
    names = [row[0] for row in table([REAL, CHEAP, DEAR])]
    assert names == ["", REAL["name"], "a", "b", *(row["name"] for row in PAPER)]


def test_cost_is_told_relative_to_real_time_and_to_the_cheapest():
    _, real, cheap, dear, *_ = table([REAL, CHEAP, DEAR])
    assert (cell(cheap, "core %"), cell(dear, "core %"), cell(real, "core %")) == ("1.00", "50.00", "–")
    assert (cell(cheap, "×"), cell(dear, "×")) == ("1.0", "50.0")


def test_shares_are_per_cent_and_what_does_not_apply_is_a_dash():
    _, real, cheap, dear, *_ = table([REAL, CHEAP, DEAR])
    assert (cell(real, "pitch %"), cell(real, "20 cents %"), cell(real, "named %")) == ("90.0", "–", "–")
    assert cell(cheap, "weights") == "7.30 M"
    assert (cell(dear, "notes"), cell(dear, "steps"), cell(dear, "hours")) == ("1,712", "9,000", "1.5")


def test_markdown_has_as_many_cells_in_every_line():
    lines = [line for line in markdown([REAL, CHEAP]).splitlines() if line.startswith("|")]
    assert len(lines) == 2 + 2 + len(PAPER)
    assert {line.count("|") for line in lines} == {len(HEADER) + 1}
