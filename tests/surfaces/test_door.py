"""The door of the page: guessing is slow, sessions end, deep links and typed words survive, no line is held open."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn

from monitor.surfaces.web.door.connections import TimedProtocol
from monitor.surfaces.web.door.throttle import Throttle
from monitor.triage.entries import labels_of
from tests.surfaces.conftest import HOST, House

ORIGIN = {"Origin": f"http://{HOST}"}


def sign_in(house: House, **more: str) -> tuple[int, dict[str, str]]:
    """Try to sign in as cleo; return the status and the headers."""
    answer = house.client().post("/login", data={"name": "cleo", **more}, headers=ORIGIN)
    return answer.status_code, dict(answer.headers)


def test_a_session_ends_at_sign_out_on_the_server(house: House) -> None:
    """Promise: a cookie that somebody copied is worth nothing once its owner signed out; a restart ends no session."""
    client = house.signed_in()
    cookie = client.cookies["monitor_session"]
    assert house.client().get("/", headers={"Cookie": f"monitor_session={cookie}"}).status_code == 200
    client.post("/logout")
    assert house.client().get("/", headers={"Cookie": f"monitor_session={cookie}"}).status_code == 303


def test_a_session_lasts_twelve_hours(house: House) -> None:
    """Promise: at its end a session is over, whatever was done in it."""
    at = house.now.timestamp()
    cookie = house.reviewers.sign_in("ana", at)
    assert house.reviewers.signed_in(cookie, at + 12 * 3600 - 1) is not None
    assert house.reviewers.signed_in(cookie, at + 12 * 3600) is None


def test_a_deep_link_survives_signing_in(house: House) -> None:
    """Promise: who follows a link from a mail lands there after signing in, and nowhere else."""
    token = house.reviewers.add("cleo", "2026-01-31T00:00:00.000000Z")
    house.entry("aaaa1111", "Alleged plot foiled")
    asked = house.client().get("/story/saaaa1111?part=page&x=1")
    assert asked.headers["location"] == "/login?next=/story/saaaa1111%3Fpart%3Dpage%26x%3D1"
    assert 'value="/story/saaaa1111?part=page&amp;x=1"' in house.client().get(asked.headers["location"]).text
    assert sign_in(house, token=token, next="/story/saaaa1111")[1]["location"] == "/story/saaaa1111"
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        assert sign_in(house, token=token, next=elsewhere)[1]["location"] == "/"


def test_what_was_typed_survives_signing_in(house: House) -> None:
    """Promise: a note sent after the session ended is shown again and saved by one press, not by itself."""
    token = house.reviewers.add("cleo", "2026-01-31T00:00:00.000000Z")
    house.entry("aaaa1111", "Alleged plot foiled")
    client = house.client()
    client.headers.update(ORIGIN)
    form = {"entry": "aaaa1111", "label": "plot", "note": 'two sources & a "leak"'}
    refused = client.post("/label", data=form)
    assert (refused.status_code, "nothing was saved yet" in refused.text) == (401, True)
    kept = {"kept_path": "/label", "kept": "entry=aaaa1111&label=plot&note=two+sources"}
    resumed = client.post("/login", data={"name": "cleo", "token": token, **kept})
    assert ("two sources" in resumed.text, 'action="/label"' in resumed.text) == (True, True)
    workspace = house.open()
    assert labels_of(workspace.views, "aaaa1111") == []
    workspace.close()
    assert client.post("/label", data={"entry": "aaaa1111", "label": "plot", "note": "two sources"}).status_code == 303


def test_the_cookie_is_secure_behind_tls(house: House) -> None:
    """Promise: over TLS, ours or a proxy's, the cookie never travels in the open."""
    token = house.reviewers.add("cleo", "2026-01-31T00:00:00.000000Z")
    for base, secure in ((f"http://{HOST}", False), (f"https://{HOST}", True)):
        client = house.client()
        client.base_url = base
        answer = client.post("/login", data={"name": "cleo", "token": token}, headers={"Origin": base})
        assert ("secure" in answer.headers["set-cookie"].lower()) == secure


def test_guessing_tokens_is_slowed_down(house: House) -> None:
    """Promise: after five wrong tokens the next is refused unlooked-at, with the time to wait; bearer tokens too."""
    token = house.reviewers.add("cleo", "2026-01-31T00:00:00.000000Z")
    client = house.client()
    client.headers.update(ORIGIN)
    for _ in range(5):
        assert client.post("/login", data={"name": "cleo", "token": "guess"}).status_code == 403
    refused = client.post("/login", data={"name": "cleo", "token": token})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
    bearer = client.get("/api/queue", headers={"Authorization": "Bearer cleo:guess"})
    assert (bearer.status_code, bearer.headers["retry-after"]) == (429, "2")


def test_waits_grow_and_end() -> None:
    """Promise: each wrong token doubles the wait up to a limit; other addresses are free; a right token clears it."""
    throttle = Throttle()
    for _ in range(5):
        throttle.note("10.0.0.1", "ana", 100.0, right=False)
    assert throttle.wait("10.0.0.1", "ben", 100.0) == 2
    assert throttle.wait("10.0.0.2", "ben", 100.0) == 0
    assert throttle.wait("10.0.0.1", "ben", 102.1) == 0
    for _ in range(30):
        throttle.note("10.0.0.1", "ana", 100.0, right=False)
    assert throttle.wait("10.0.0.1", "ana", 100.0) == 900
    assert throttle.wait("10.0.0.9", "ana", 100.0) == 60
    throttle.note("10.0.0.9", "ana", 100.0, right=True)
    assert throttle.wait("10.0.0.9", "ana", 100.0) == 0
    assert throttle.wait("10.0.0.1", "ana", 100.0 + 3600) == 0


def test_a_proven_token_works_while_others_guess(house: House) -> None:
    """Promise: a script whose token was checked before is not locked out by somebody else's guesses."""
    token = house.reviewers.add("bot", "2026-01-31T00:00:00.000000Z")
    client = house.client()
    right, wrong = ({"Authorization": f"Bearer bot:{one}"} for one in (token, "guess"))
    assert client.get("/api/queue", headers=right).status_code == 200
    for _ in range(5 + 1):
        client.get("/api/queue", headers=wrong)
    assert client.get("/api/queue", headers=wrong).status_code == 429
    assert client.get("/api/queue", headers=right).status_code == 200


@pytest.mark.parametrize("limit", ["0", "-1", "501", "9" * 20, "000000001" + "9" * 11, "1e3", "²", "", " 5"])
def test_limits_are_whole_numbers_or_a_clear_error(house: House, limit: str) -> None:
    """Promise: whatever stands behind `limit=`, the answer is 400 in words, never a server error."""
    client = house.signed_in()
    for path in ("/api/queue", "/api/labels"):
        answer = client.get(path, params={"limit": limit})
        assert (answer.status_code, answer.json()["error"].startswith("limit:")) == (400, True)


@pytest.mark.parametrize("query", ["page=" + "9" * 20, "page=x", "since=yesterday", "show=everything", "page=-1"])
def test_a_wrong_filter_is_a_clear_error(house: House, query: str) -> None:
    """Promise: an address typed wrongly says which part is wrong."""
    answer = house.signed_in().get(f"/?{query}")
    assert (answer.status_code, query.partition("=")[0] + ":" in answer.text) == (400, True)


@pytest.mark.parametrize("length", ["²", "9" * 30, "-1", "1 0"])
def test_an_odd_length_is_refused(house: House, length: str) -> None:
    """Promise: a Content-Length that is no small number is refused before anything is read."""
    answer = house.signed_in().post("/label", content=b"", headers={"Content-Length": length.encode("latin-1")})
    assert answer.status_code == 413


class Impatient(TimedProtocol):
    """The same with a short time, for a test."""

    read_s, most = 0.2, 3


@contextmanager
def served(house: House) -> Iterator[int]:
    """Serve the page on a free port of the loopback interface."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = house.client().app
    server = uvicorn.Server(uvicorn.Config(app, http=Impatient, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(timeout=10)


def is_hung_up(line: socket.socket) -> bool:
    """Read until the server closes the line; a line that stays open is a TimeoutError."""
    with suppress(ConnectionResetError):
        while line.recv(4096):
            pass
    return True


@pytest.mark.parametrize(
    "begun", [b"", b"GET / HTTP/1.1\r\nHost: x", b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nname="]
)
def test_a_request_that_never_ends_is_cut_off(house: House, begun: bytes) -> None:
    """Promise: a connection without a whole request is closed by the server, head or body."""
    with served(house) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(begun)
        assert is_hung_up(line)


def test_too_many_connections_are_hung_up_on(house: House) -> None:
    """Promise: however many connect, only so many are kept; the rest cost no file handle."""
    with served(house) as port:
        lines = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(Impatient.most + 1)]
        assert is_hung_up(lines[-1])
        for line in lines:
            line.close()
