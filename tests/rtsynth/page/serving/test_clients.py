"""What pages are shown: everything first, then what has changed, as it is when they take it."""

import asyncio
import json
import math
from typing import Any

import pytest

from rtsynth.page.serving.clients import MOST_WORDS, WATCHED, Page, Pages
from tests.rtsynth.page.served import PATIENCE, TOPICS, Served, hear, say, state, wait_for

ALL = {"volume": -6.0, "keys": [[60, 96, 8]], "spectrum": [-90]}


def owed(page: Page) -> Any:
    """What a page is sent next, without waiting."""
    messages = asyncio.run(asyncio.wait_for(page.next(), PATIENCE))
    return [json.loads(message) for message in messages]


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def page(pages: Pages) -> Page:
    """One that has seen everything."""
    page = pages.enter()
    pages.publish(ALL)
    assert owed(page) == [{"state": ALL}]
    return page


def is_owed(page: Page) -> bool:
    return page._wake.is_set()


def test_a_newcomer_is_shown_everything(pages: Pages, page: Page) -> None:
    newcomer = pages.enter()
    pages.publish(ALL)
    assert owed(newcomer) == [{"state": ALL}]
    assert not is_owed(page)


def test_only_what_has_changed_is_sent(pages: Pages, page: Page) -> None:
    pages.publish(ALL | {"volume": -3.0})
    assert owed(page) == [{"state": {"volume": -3.0}}]
    pages.publish(ALL | {"volume": -3.0})
    assert not is_owed(page)


def test_a_slow_page_is_sent_the_last_value_of_each_topic_only(pages: Pages, page: Page) -> None:
    for turn in range(1000):
        pages.publish({"volume": -turn, "keys": [[turn % 128, 96, 8]]})
    assert owed(page) == [{"state": {"volume": -999, "keys": [[999 % 128, 96, 8]]}}]


def test_watched_topics_go_to_who_watches_them(pages: Pages, page: Page) -> None:
    other = pages.enter()
    pages.publish(ALL)
    owed(other)
    other.watch({"spectrum", "nonsense"})
    assert pages.watched == {"spectrum"}
    pages.publish(ALL | {"spectrum": [-20]})
    assert owed(other) == [{"state": {"spectrum": [-20]}}]
    assert not is_owed(page)


def test_who_begins_to_watch_is_shown_what_there_is(pages: Pages, page: Page) -> None:
    page.watch({"spectrum"})
    pages.publish(ALL)
    assert owed(page) == [{"state": {"spectrum": [-90]}}]


def test_who_stops_watching_is_shown_no_more(pages: Pages, page: Page) -> None:
    page.watch({"spectrum"})
    page.watch(set())
    pages.publish(ALL | {"spectrum": [-20]})
    assert not is_owed(page)
    assert pages.watched == set()


def test_a_page_may_watch_before_it_was_shown_anything(pages: Pages) -> None:
    page = pages.enter()
    page.watch({"spectrum"})
    assert pages.watched == WATCHED
    pages.publish(ALL)
    assert owed(page) == [{"state": ALL}]
    assert pages.watched == {"spectrum"}


def test_a_newcomer_waits_until_there_is_something(pages: Pages) -> None:
    page = pages.enter()
    pages.publish({})
    assert not is_owed(page)
    pages.publish(ALL)
    assert owed(page) == [{"state": ALL}]


def test_answers_come_first_and_are_not_kept_without_end(pages: Pages, page: Page) -> None:
    pages.publish({"volume": 0.0})
    for turn in range(MOST_WORDS + 9):
        page.tell({"pong": turn})
    messages = owed(page)
    assert messages[0] == {"pong": 9}
    assert messages[MOST_WORDS:] == [{"state": {"volume": 0.0}}]


def test_a_number_that_is_none_is_never_sent(pages: Pages, page: Page) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        pages.publish({"volume": math.nan})


def test_a_topic_is_turned_into_json_once_for_all(
    pages: Pages, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [pages.enter() for _ in range(5)]
    pages.publish(ALL)
    made: list[object] = []
    monkeypatch.setattr(
        "rtsynth.page.serving.clients.to_json", lambda value: made.append(value) or json.dumps(value)
    )
    pages.publish({"volume": -1.0})
    assert [owed(each)[0]["state"]["volume"] for each in (page, *others)] == [-1.0] * 6
    assert made.count(-1.0) == 1


def test_pages_are_shown_changes_as_they_come(served: Served) -> None:
    with served.connect() as page:
        assert state(page) == TOPICS
        served.topics["volume"] = -1.0
        assert hear(page) == {"state": {"volume": -1.0}}
        served.topics["spectrum"] = [-1] * 96  # nobody watches
        served.topics["favourites"] = []
        assert hear(page) == {"state": {"favourites": []}}
        say(page, do="watch", topics=["spectrum"])
        assert state(page) == {"spectrum": [-1] * 96}


def test_nobody_is_computed_for_when_all_are_gone(served: Served) -> None:
    with served.connect() as page:
        state(page)
    wait_for(lambda: not served.service.pages.there)
    assert not served.service.pages.someone.is_set()
