"""The triage page: every page answers, a decision is kept, and nobody comes in by the window."""

from __future__ import annotations

import pytest
from starlette.routing import Route

from monitor.config.settings import Settings
from monitor.log.events import EntrySeen, StoryJoined
from monitor.log.payloads import entry_payload, payload_sha
from monitor.surfaces.web.server import create_app
from monitor.triage.entries import labels_of
from monitor.views.queries.stories import confirmations
from tests.browser.conftest import PATHS
from tests.surfaces.conftest import HOST, House

PAGES = [
    "/",
    "/?all=1",
    "/search",
    "/search?q=plot",
    "/labels",
    "/models",
    "/overview",
    "/overview?coverage=1",
    "/feeds",
    "/feeds?coverage=1",
    "/log",
    "/story/aaaa1111",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers(house: House, path: str) -> None:
    """Promise: no page fails on a small log."""
    house.entry("aaaa1111", "Alleged plot foiled")
    answer = house.signed_in().get(path)
    assert answer.status_code == 200, answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "same-origin"


def test_every_page_is_looked_at_in_a_browser(house: House) -> None:
    """A page that is added is judged for access, widths and themes like the others (tests/browser)."""
    guard = create_app(house.open, house.reviewers, frozenset({HOST}), house.now.timestamp)
    routes = [route for route in guard.app.routes if isinstance(route, Route) and "GET" in (route.methods or ())]
    parts = {"/news", "/labels.csv", "/manifest.webmanifest", "/sw.js", "/health", "/metrics"}
    pages = {route.path for route in routes if not route.path.startswith("/api/")} - parts
    looked_at = {path.partition("?")[0] for path in PATHS}
    assert {path.replace("{story}", "s0aaa1110") for path in pages} == looked_at - {"/story/none"}


def test_a_label_is_saved_before_it_is_shown_as_saved(house: House) -> None:
    """Promise: what the page calls saved is in the log."""
    house.entry("aaaa1111", "Alleged plot foiled")
    client = house.signed_in()
    form = {"entry": "aaaa1111", "label": "plot", "note": "ok", "seen": "6"}
    answer = client.post("/label", data=form, headers={"Monitor-Part": "1"})
    assert (answer.status_code, "Saved: plot" in answer.json()["said"]) == (200, True)
    workspace = house.open()
    assert [(item.label, item.by, item.note) for item in labels_of(workspace.views, "aaaa1111")] == [
        ("plot", "ana", "ok")
    ]
    workspace.close()
    assert 'name="label"' not in client.get("/").text
    client.post("/undo", data={"back": "/"})
    assert 'name="label"' in client.get("/").text


def test_a_decision_on_a_decided_row_shows_the_conflict(house: House) -> None:
    """Promise: the second of two reviewers is told, and nothing is overwritten."""
    house.entry("aaaa1111", "Alleged plot foiled")
    form = {"entry": "aaaa1111", "label": "plot", "seen": "5"}
    house.signed_in("ana").post("/label", data=form)
    answer = house.signed_in("ben").post("/label", data=form | {"label": "not-plot"})
    assert (answer.status_code, "ana labelled this plot" in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": ""}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Cookie": "monitor_session=forged.00"}, 401),
        ({"Cookie": ""}, 401),
        ({"Authorization": "Bearer ana:wrong", "Cookie": ""}, 401),
    ],
)
def test_requests_that_are_not_ours_are_refused(house: House, headers: dict[str, str], status: int) -> None:
    """Promise: no rebinding, no cross-site form, no forged session, no wrong token."""
    house.entry("aaaa1111", "Alleged plot foiled")
    client = house.signed_in()
    if "Cookie" in headers:
        client.cookies.clear()
    answer = client.post("/label", data={"entry": "aaaa1111", "label": "plot"}, headers=headers)
    assert answer.status_code == status
    workspace = house.open()
    assert labels_of(workspace.views, "aaaa1111") == []
    workspace.close()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(house: House, method: str) -> None:
    """Promise: the page knows GET, HEAD and POST."""
    assert house.signed_in().request(method, "/label").status_code == 405


def test_a_stranger_is_sent_to_the_sign_in_page_and_a_token_opens_it(house: House) -> None:
    """Promise: nothing is shown before a reviewer signed in with the token they were given."""
    client = house.client()
    client.headers["Origin"] = f"http://{HOST}"
    assert client.get("/").headers["location"] == "/login"
    token = house.reviewers.add("cleo", "2026-01-31T00:00:00.000000Z")
    assert client.post("/login", data={"name": "cleo", "token": "no"}).status_code == 403
    answer = client.post("/login", data={"name": "cleo", "token": token})
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/").status_code == 200
    house.reviewers.remove("cleo")
    assert client.get("/").status_code == 303


def test_the_api_takes_a_token_and_says_what_is_wrong(house: House) -> None:
    """Promise: scripts read the queue and label with a bearer token; a bad body is one clear error."""
    house.entry("aaaa1111", "Alleged plot foiled")
    token = house.reviewers.add("bot", "2026-01-31T00:00:00.000000Z")
    client = house.client()
    client.headers["Authorization"] = f"Bearer bot:{token}"
    assert client.get("/api/queue").json()["rows"][0]["entry_id"] == "aaaa1111"
    assert client.get("/api/queue?show=archive").json()["rows"] == []
    assert client.get("/api/queue?show=all").status_code == 400
    assert client.post("/api/labels", json={"entry": "aaaa1111", "label": "guilty"}).status_code == 400
    assert client.post("/api/labels", content=b"{").json()["error"].startswith("the body is not a label")
    assert client.post("/api/labels", json={"entry": "zzzz9999", "label": "plot"}).status_code == 404
    saved = client.post("/api/labels", json={"entry": "aaaa1111", "label": "plot"}).json()
    assert (saved["label"], isinstance(saved["position"], int)) == ("plot", True)
    assert client.get("/api/queue").json()["rows"] == []


def test_a_known_case_that_moved_is_one_row_until_it_was_seen(house: House) -> None:
    """Promise: new reports of a confirmed case are shown by themselves; who has seen them sees them no more today."""
    house.entry("aaaa1111", "Two held over alleged plot")
    house.signed_in("ana").post("/label", data={"entry": "aaaa1111", "label": "plot"})
    payload = entry_payload("Two charged over alleged plot", "Prosecutors charged the two men.")
    sha = payload_sha(payload)
    seen = EntrySeen(entry_id="bbbb2222", feed_id="wire", guid="b", link="https://news.test/b", text_sha=sha)
    house.append("entry-seen:bbbb2222", seen, {sha: payload})
    joined = StoryJoined(story_id="saaaa1111", entry_id="bbbb2222", similarity=0.6, publisher="Wire Co")
    house.append("story-entry:bbbb2222", joined)
    page = house.signed_in("ana").get("/").text
    assert ("Known cases that moved" in page, "+1 report" in page) == (True, True)
    house.signed_in("ana").post("/skip", data={"entry": "bbbb2222"})
    assert "Known cases that moved" not in house.signed_in("ana").get("/").text
    assert "Known cases that moved" in house.signed_in("ben").get("/").text


def test_a_card_is_confirmed_as_it_was_shown(house: House) -> None:
    """Promise: what was confirmed is what stood on the page; a story that changed meanwhile is looked at again."""
    house.entry("aaaa1111", "Two held over alleged plot foiled")
    client = house.signed_in("ana")
    form = {"story": "saaaa1111", "seen": "1", "back": "/story/saaaa1111"}
    assert client.post("/confirm", data=form).status_code == 409
    workspace = house.open()
    position = workspace.views.position
    workspace.close()
    assert client.post("/confirm", data=form | {"seen": str(position)}).status_code == 303
    workspace = house.open()
    assert "stage" in confirmations(workspace.views, "saaaa1111")
    workspace.close()
    client.post("/undo", data={"back": "/"})
    workspace = house.open()
    assert confirmations(workspace.views, "saaaa1111") == {}
    workspace.close()


def test_a_second_reading_is_blind_on_every_part_of_the_page(house: House) -> None:
    """Promise: who reads second sees neither likelihood, nor reasons, nor the first label, and it is kept as blind."""
    house.settings = Settings(second_reading=1.0)
    house.entry("aaaa1111", "Two held over alleged plot")
    house.signed_in("ana").post("/label", data={"entry": "aaaa1111", "label": "plot", "note": "sure of it"})
    client = house.signed_in("ben")
    for path in ("/", "/story/saaaa1111", "/story/saaaa1111?part=pane"):
        page = client.get(path).text
        assert "Second reading" in page
        assert [word for word in ("0.90", "sure of it", "by <bdi>ana", "Why it is here", "why?") if word in page] == []
    assert 'name="blind" value="1"' in client.get("/story/saaaa1111").text


def test_no_open_redirect_after_a_decision(house: House) -> None:
    """Promise: a form cannot send the reviewer to another site."""
    house.entry("aaaa1111", "Alleged plot foiled")
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = house.signed_in().post("/skip", data={"entry": "aaaa1111", "back": back})
        assert answer.headers["location"] == "/"
