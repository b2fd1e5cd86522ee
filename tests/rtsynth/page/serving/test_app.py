"""The page, its code and its state over HTTP, and the headers that keep everything else out."""

import gzip
import json
from pathlib import Path

import pytest

from rtsynth.page.serving.files import WEB, read_files
from tests.rtsynth.page.served import TOPICS, Served, ask, get, wait_for

PATHS = (
    "/",
    "/?token=TOKEN",
    "/api/state?token=TOKEN",
    "/web/nothing.js",
    "/web/main.js",
    "/nothing?token=TOKEN",
)


def asked(served: Served, path: str, *lines: str) -> tuple[int, dict[str, str], bytes]:
    return get(served, path.replace("TOKEN", served.door.token), *lines)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_locked_down(served: Served, path: str) -> None:
    _, headers, _ = asked(served, path)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] in ("no-store", "no-cache")
    assert "server" not in headers


def test_the_page_opens_with_its_token_and_is_kept_by_nobody(served: Served) -> None:
    status, headers, content = asked(served, "/?token=TOKEN")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert headers["cache-control"] == "no-store"
    assert content == (WEB / "index.html").read_bytes()


def test_code_is_packed_for_who_can_unpack_it(served: Served) -> None:
    _, plain, content = asked(served, "/web/main.js")
    _, packed, smaller = asked(served, "/web/main.js", "Accept-Encoding: br, gzip")
    assert plain["content-type"] == "text/javascript; charset=utf-8"
    assert packed["content-encoding"] == "gzip"
    assert gzip.decompress(smaller) == content == (WEB / "main.js").read_bytes()


def test_code_that_the_browser_has_is_not_sent_again(served: Served) -> None:
    _, headers, _ = asked(served, "/web/main.js")
    status, _, content = asked(served, "/web/main.js", f"If-None-Match: {headers['etag']}")
    assert (status, content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/web/../app.py", "/web/%2e%2e/app.py", "/web//etc/passwd", "/web/..%2fapp.py", "/web/", "/web/%00"],
)
def test_nothing_outside_the_folder_is_to_be_had(served: Served, path: str) -> None:
    assert asked(served, path)[0] == 404


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    web = tmp_path / "web"
    (web / "in").mkdir(parents=True)
    (web / "in" / "a.js").write_text("a")
    (web / "b.js").symlink_to(tmp_path / "secret")
    (web / "out").symlink_to(tmp_path)
    assert list(read_files(web)) == ["in/a.js"]


def test_the_state_is_what_a_new_page_is_told(served: Served) -> None:
    status, headers, content = asked(served, "/api/state?token=TOKEN")
    assert (status, headers["content-type"]) == (200, "application/json")
    assert json.loads(content) == {"state": TOPICS}


def test_the_head_of_the_state_tells_whether_a_token_is_right(served: Served) -> None:
    for token, status in ((served.door.token, 200), ("wrong", 403)):
        line = f"HEAD /api/state?token={token} HTTP/1.1"
        assert ask(served, line, f"Host: {served.address}")[0::2] == (status, b"")


def test_nothing_is_looked_at_while_nobody_is_there(served: Served) -> None:
    assert served.shows()
    wait_for(lambda: not served.service.pages.there)
    asked = served.asked
    assert get(served, "/web/main.js")[0] == 200
    assert served.asked == asked
