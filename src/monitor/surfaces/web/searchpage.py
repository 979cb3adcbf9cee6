"""The search page: a typed query with the fields beside it, pages of marked snippets, and searches kept by name.

Everything asked is in the address, so that a search can be kept, sent and gone back to.
Finding is worker/jobs/searching.py.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from monitor.errors import InputError
from monitor.surfaces import safe
from monitor.surfaces.web.actions import Done, PostedAct
from monitor.surfaces.web.desk import Desk
from monitor.text.language import language_code
from monitor.triage.told import published_by
from monitor.views.queries.search import saved_searches
from monitor.views.search.find import Found
from monitor.views.search.marks import Highlighted
from monitor.views.search.query import LABELS
from monitor.worker.jobs.searching import forget_search, save_search, search

MAX_QUERY = 400
BOXES = ("title", "feed", "publisher", "lang", "label", "after", "before")


class Asked(msgspec.Struct, frozen=True):
    """What an address asks for: the words typed, the boxes beside them, which page, in which order."""

    words: str
    boxes: dict[str, str]
    page: int
    newest: bool

    @property
    def query(self) -> str:
        """The one line that says it all, in the language of views/search/query.py."""
        return " ".join([self.words, *(f"{name}:{_quoted(value)}" for name, value in self.boxes.items())]).strip()

    def at(self, page: int, *, newest: bool | None = None) -> str:
        """Return the address of another page of the same search."""
        order = self.newest if newest is None else newest
        fields = {
            "q": self.words,
            **self.boxes,
            "page": str(page) if page > 1 else "",
            "order": "newest" if order else "",
        }
        return "/search?" + urlencode({name: value for name, value in fields.items() if value})


def read_asked(request: Request) -> Asked:
    """Read an address; a page that is none is the first."""
    query = request.query_params
    boxes = {name: value for name in BOXES if (value := query.get(name, "")[:80].strip())}
    boxes |= {"lang": language_code(boxes["lang"])} if "lang" in boxes else {}
    page = query.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return Asked(query.get("q", "")[:MAX_QUERY].strip(), boxes, max(1, number), query.get("order") == "newest")


def _quoted(value: str) -> str:
    clean = re.sub(r'["\u201c\u201d\u201e\u00ab\u00bb]', " ", value)
    return f'"{clean}"' if re.search(r"\s", clean) else clean


def pieces(shown: Highlighted) -> list[tuple[str, bool]]:
    """Return (text, marked) pieces for the template, each harmless."""
    found, last = [], 0
    for start, end in shown.marks:
        found += [(shown.text[last:start], False), (shown.text[start:end], True)]
        last = end
    found.append((shown.text[last:], False))
    return [(_harmless(text), hit) for text, hit in found if text]


def _harmless(text: str) -> str:
    """Clean a piece without losing the blanks at its ends, which stand between words."""
    core = safe.line(text)
    before = " " if text[:1].isspace() and core else ""
    after = " " if text[-1:].isspace() else ""
    return f"{before}{core}{after}"


class SearchPage:
    """The handler, on one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def page(self, request: Request) -> Response:
        """Show what fits; a query that cannot be read comes back as typed, with what is wrong beside it."""
        asked = read_asked(request)
        found: Found | None = None
        problem = ""
        with self.desk.workspace() as workspace:
            if asked.query:
                try:
                    found = search(workspace, asked.query, page=asked.page, newest=asked.newest)
                except InputError as error:
                    problem = str(error)
            answer = self.desk.page(
                request, "search.html", workspace, asked=asked, found=found, problem=problem, pieces=pieces,
                saved=saved_searches(workspace.views), labels=LABELS, published_by=published_by,
            )  # fmt: skip
        answer.status_code = 400 if problem else 200
        return answer


def save(act: PostedAct) -> Done:
    """Keep a search under a name, for everybody of this log."""
    name, query = act.fields.get("name", "").strip(), act.fields.get("query", "")[:MAX_QUERY]
    save_search(act.workspace, name, query, act.by)
    return Done(f"Saved: {name}.", go="/search?" + urlencode({"q": query}))


def forget(act: PostedAct) -> Done:
    """Forget a kept search."""
    forget_search(act.workspace, act.fields.get("name", ""), act.by)
    return Done("Forgotten.", go="/search")
