"""Digest and weekly report as those read them who get them: sentences, links, headers, and failure said aloud."""

from __future__ import annotations

import email.policy
import re
from email import message_from_bytes
from email.message import EmailMessage
from html.parser import HTMLParser

import msgspec
import pytest

from monitor.config.settings import Digest, Settings, Web
from monitor.log.events import CardConfirmed, DigestSent, EntryLabelled
from monitor.surfaces.digest import send
from monitor.surfaces.digest.content import DAY, WEEK, DigestContent, facts_of, gather
from monitor.surfaces.digest.render import FORMS
from monitor.triage.rows import QueueRow
from tests.surfaces.conftest import House

TITLE = "Police allege Iran planned to kill an exiled editor"
TEXT = (
    "Police in Denmark allege that Iran was behind a foiled plot to assassinate an exiled journalist in Aarhus. "
    "Two men were arrested. Iran denies it."
)


def content_of(house: House, kind: str = DAY, url: str = "https://desk.example/") -> DigestContent:
    """Gather with the page's address set."""
    workspace = house.open()
    settings = msgspec.structs.replace(Settings(), web=Web(url=url))
    workspace.config = msgspec.structs.replace(workspace.config, settings=settings)
    content = gather(workspace, kind)
    workspace.close()
    return content


def label(house: House, entry_id: str, verdict: str = "plot") -> None:
    """Label an entry's story as ana."""
    data = EntryLabelled(entry_id=entry_id, label=verdict, by="ana", story_id="s" + entry_id)
    house.append(f"label:{entry_id}:{verdict}", data)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_plain_sentence_stands_in_every_form_with_its_standing(house: House, form: str) -> None:
    """Promise: who alleges it and that nobody has confirmed it reach whoever gets the mail forwarded."""
    house.entry("aaaa1111", TITLE, TEXT)
    content = content_of(house)
    assert content.rows[0].told
    words = FORMS[form](content).replace("\\", "")
    assert content.rows[0].told in words
    assert "machine, unconfirmed" in words


def test_one_publisher_is_one() -> None:
    """Promise: "1 publisher", never "1 publishers"."""
    row = QueueRow(
        story_id="s1", case_id="s1", entry_id="1", title="T", summary="", link="", feed="Wire", publisher="Wire",
        score=0.9, threshold=0.5, model_id="m1", band="flag", why="new", published_at="", flagged_at="", lang="en",
        n_entries=2, n_publishers=1, n_independent=1, terms_for=[], terms_against=[], nearest="", entry_ids=["1", "2"],
        changed_position=1, erased=False,
    )  # fmt: skip
    assert facts_of(row) == "score 0.90, Wire, 2 entries, 1 publisher, 1 independent"
    more = msgspec.structs.replace(row, n_publishers=2)
    assert facts_of(more) == "score 0.90, Wire, 2 entries, 2 publishers, 1 independent"


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_each_row_leads_to_its_place_in_triage(house: House, form: str) -> None:
    """Promise: with the page's address in feeds.yaml a reader is one click from deciding; without it, no link."""
    house.entry("aaaa1111", TITLE)
    assert "https://desk.example/story/saaaa1111" in FORMS[form](content_of(house))
    assert "/story/" not in FORMS[form](content_of(house, url=""))


def test_a_language_nobody_reads_is_said_to_be_unread(house: House) -> None:
    """Promise: silence about an accusation is never for want of a language unsaid."""
    house.entry("aaaa1111", TITLE)
    content = content_of(house)
    row = msgspec.structs.replace(content.rows[0], told="", told_status="not read", lang="el")
    text = FORMS["text"](msgspec.structs.replace(content, rows=[row]))
    assert "Accusations in Greek are not read by the machine" in text


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_weekly_report_holds_what_was_confirmed_and_not_what_waits(house: House, form: str) -> None:
    """Promise: a report that is passed on says confirmed plots, by whom, from how many sources."""
    house.entry("aaaa1111", TITLE, TEXT, publisher="Aarhus Ledger")
    house.entry("bbbb2222", "Something that waits")
    label(house, "aaaa1111")
    words = FORMS[form](content_of(house, WEEK)).replace("\\", "")
    assert TITLE in words
    assert "labelled plot by ana" in words
    assert "1 independent source" in words
    assert "Something that waits" not in words


def test_a_label_that_was_outvoted_is_no_confirmed_plot(house: House) -> None:
    """Promise: the one rule for which label stands holds here too."""
    house.entry("aaaa1111", TITLE, TEXT)
    label(house, "aaaa1111")
    for by in ("ben", "cleo"):
        data = EntryLabelled(entry_id="aaaa1111", label="not-plot", by=by, story_id="saaaa1111")
        house.append(f"label:{by}", data)
    assert content_of(house, WEEK).plots == []


def test_only_confirmed_fields_make_the_sentence_to_publish(house: House) -> None:
    """Promise: what no reviewer stands behind is not in the sentence that the casebook prints."""
    from monitor.triage.plots import confirmed_plots, confirmed_sentence

    house.entry("aaaa1111", TITLE, TEXT)
    label(house, "aaaa1111")
    workspace = house.open()
    facts = confirmed_plots(workspace.log, workspace.views)[0].facts
    workspace.close()
    assert confirmed_sentence(facts) == ""
    house.append(
        "confirm:1", CardConfirmed(story_id="saaaa1111", values={"linked_states": ["IR"], "methods": ["assassination"]})
    )
    workspace = house.open()
    facts = confirmed_plots(workspace.log, workspace.views)[0].facts
    workspace.close()
    said = confirmed_sentence(facts)
    assert "Iran" in said
    assert "Denmark" not in said
    assert "arrested" not in said


class Outline(HTMLParser):
    """What of a mail matters to a mail program: tags in order, styles, links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its links."""
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background")]
        if tag not in ("meta", "br", "img", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note tags that close another than the last."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.mark.parametrize("kind", [DAY, WEEK])
def test_the_html_is_what_mail_programs_show(house: House, kind: str) -> None:
    """Promise: balanced tables with inline colours, a dark version, no script, no picture, nothing remote."""
    house.entry("aaaa1111", TITLE, TEXT)
    house.entry("bbbb2222", "Another plot", TEXT)
    label(house, "bbbb2222")
    html = FORMS["html"](content_of(house, kind))
    outline = Outline(html)
    assert (outline.wrong, outline.open) == ([], [])
    assert not {"script", "img", "link", "iframe", "form", "svg"} & set(outline.tags)
    assert "prefers-color-scheme: dark" in html
    assert "@import" not in html
    assert "url(" not in html
    assert re.search(r'class="ink"[^>]*style="[^"]*color:#1a1d21', html)
    hosts = {re.sub(r"https?://([^/]+).*", r"\1", link) for link in outline.links}
    assert hosts <= {"desk.example", "news.test"}


def letter(stamp: send.Stamp | None = None) -> EmailMessage:
    """Return a mail as its reader's program takes it apart."""
    settings = Digest(to=["desk@example.org"], sender="Monitor <m@news.example>")
    found = message_from_bytes(send.letter(settings, "s", "text", stamp=stamp).as_bytes(), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_is_dated_and_the_same_message_when_sent_again(house: House) -> None:
    """Promise: no filter takes it for forged, and a retry does not stand twice in an inbox that knows ids."""
    stamp = send.Stamp(house.now, "digest-2026-01-31")
    first, again = (letter(stamp) for _ in range(2))
    other = letter(send.Stamp(house.now, "digest-2026-02-01"))
    assert first["Date"].datetime == house.now.replace(microsecond=0)
    assert re.fullmatch(r"<[0-9a-f]{32}\.monitor@news\.example>", first["Message-ID"])
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert letter()["Message-ID"]


def test_a_digest_that_failed_stands_on_every_page_until_one_works(house: House) -> None:
    """Promise: nobody finds out weeks later that no digest came."""
    said = "digest by mail failed"
    house.append("d1", DigestSent(digest_id="digest-2026-01-30", channel="mail", state="failed", detail="refused"))
    client = house.signed_in()
    assert all(said in client.get(path).text for path in ("/", "/feeds", "/search"))
    house.now = house.now.replace(hour=house.now.hour + 1)
    house.append("d2", DigestSent(digest_id="digest-2026-01-31", channel="mail", state="sent"))
    assert said not in client.get("/").text


def test_the_service_sends_the_weekly_report_on_its_day(house: House) -> None:
    """Promise: `weekly_on: saturday` sends it with Saturday's digest, once, to a file of its own."""
    from monitor.config.settings import Schedule
    from monitor.surfaces.cli.serve.run import send_due

    house.entry("aaaa1111", TITLE, TEXT)
    target = house.folder / "digest.md"
    for day, wanted in (("friday", 1), ("saturday", 2), ("saturday", 2)):  # the house's clock shows a Saturday
        workspace = house.open()
        settings = Settings(digest=Digest(file=str(target)), schedule=Schedule(weekly_on=day))
        workspace.config = msgspec.structs.replace(workspace.config, settings=settings)
        assert len(send_due(workspace)) == wanted
        workspace.close()
    assert (house.folder / "digest-weekly.md").read_text().startswith("# Plot watch, week 5 of 2026")
