"""The page of a run."""

import re
from html.parser import HTMLParser

import pytest

from rtsynth_benchmarks.figures import Figure, Result
from rtsynth_benchmarks.page import page
from tests.benchmarks.parts import curve, load, report, row, voices

CALLS = {"counts": [5, 2, 1], "edges": [1.0, 2.0, 3.0, 4.0], "seconds": [0.0, 1.0], "longest": [3.0, 9.0]}
PLOTTED = {
    "callback": {"period_us": 1333.0, "1 voices": CALLS | {"median": [1.0, 2.0]}},
    "live_loop": {"JACK, period 64": [1.333, 1.334], "null": [2.0]},
    "voices": {"one core": [curve(16), curve(32)], "all 2 cores": [curve(16)]},
}


def whole() -> str:
    rows = [Result(name, {"driver": "null"}, [load(3.0)], series) for name, series in PLOTTED.items()]
    rows.append(Result("energy", remarks=["not measured: <no> counters & such"]))
    made = report(*rows)
    made.spoilers["before"] = ["a virtual machine"]
    return page(made, report(row(load(1.0), driver="null"), row(voices(2), name="voices")))


class Checker(HTMLParser):
    """Notes ids and whatever would load something."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attributes) -> None:
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "data", "srcset", "action") and not value.startswith("#"):
                self.loads.append(value)
        if tag in ("script", "link", "iframe", "img"):
            self.loads.append(tag)


def test_the_page_asks_for_nothing_from_anywhere() -> None:
    text = whole()
    assert "http" not in text
    assert "@import" not in text
    assert not re.findall(r"url\((?!#)", text)
    checker = Checker()
    checker.feed(text)
    assert not checker.loads


def test_no_two_parts_of_the_page_share_an_id_and_every_reference_is_met() -> None:
    text = whole()
    checker = Checker()
    checker.feed(text)
    assert len(set(checker.ids)) == len(checker.ids)
    assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text)) <= set(checker.ids)


def test_the_plots_of_callbacks_latency_and_voices_are_there_in_the_pages_colours() -> None:
    text = whole()
    assert text.count("<svg") == 4
    assert "var(--s1)" in text
    assert not re.search(r"#0[a-f0-9]000[1-5]|#0[123]0[123]0[123]", text)


def test_what_was_not_measured_what_spoils_and_what_got_worse_stands_on_the_page() -> None:
    text = whole()
    assert "not measured: &lt;no&gt; counters &amp; such" in text
    assert "before: a virtual machine" in text
    assert ">worse<" in text or ">not comparable<" in text


@pytest.mark.parametrize("name", ["callback", "live_loop", "voices"])
def test_a_row_that_was_interrupted_before_it_kept_anything_has_no_plot(name: str) -> None:
    assert "<svg" not in page(report(Result(name, figures=[Figure("a", "b", 1.0)])))
