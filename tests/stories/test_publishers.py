"""Publishers, not feeds: who wrote it, whose report it is, and how many sources that makes."""

from __future__ import annotations

import pytest

from monitor.stories.fingerprint import Fingerprint, fingerprint
from monitor.stories.origins import origin_of
from monitor.stories.publishers import (
    Publisher,
    corroborate,
    host_of,
    publisher_of,
    registrable,
    shown_name,
    spells,
)

GOOGLE = "https://news.google.com/rss/articles/abc?oc=5"


def counts(publishers: list[Publisher], prints: tuple[Fingerprint, ...] = ()) -> tuple[int, int]:
    """How many publishers there are, and how many independent sources."""
    found = corroborate(publishers, prints)
    return found.n_publishers, found.n_independent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WASHINGTON (AP) — Officials said on Friday", "ap"),
        ("LONDON, March 3 (Reuters) - Police said", "reuters"),
        ("MOSCOW, January 5. /TASS/. The ministry said", "tass"),
        ("Berlin (dpa) - Die Polizei", "dpa"),
        ("Berlin (dpa/lby) - Die Polizei", "dpa"),
        ("Lima, 8 mar (EFE).- La policía", "efe"),
        ("(ANSA) - ROMA, 3 MAR - La polizia", "ansa"),
        ("TEHRAN, IRNA – The spokesman", "irna"),
        ("به گزارش ایرنا، سخنگوی وزارت", "irna"),
        ("МОСКВА, 5 янв - РИА Новости. Суд", "rossiya-segodnya"),
        ("Об этом сообщает ТАСС со ссылкой на", "tass"),
        ("据新华社报道，警方", "xinhua"),
        ("Police arrested two men, Reuters reported on Friday.", "reuters"),
        ("Trois hommes arrêtés, selon l'AFP, à Paris", "afp"),
        ("Laut Nachrichtenagentur dpa wurden zwei", "dpa"),
        ("Two held\nBy JANE DOE, Associated Press\nPolice", "ap"),
        ("نقلت رويترز عن مسؤول", "reuters"),
        ("قالت وكالة رويترز إن", "reuters"),
        ("Fuente: EFE", "efe"),
        ("A sentence of a report. " * 40 + "(Reporting by A. Writer; Editing by B. Editor)", "reuters"),
    ],
)
def test_a_byline_or_credit_names_the_agency(text: str, expected: str) -> None:
    assert origin_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The AA said drivers were late",
        "She was at the SPA for a day",
        "Police in Lancaster (PA) said",
        "The AP exam has four parts (see page 3)",
        "A report of our own. " * 60 + "The Associated Press contributed to this report.",
        "A report of our own. " * 40
        + "In 2009 he was quoted by (Reuters) as saying so. "
        + "And more of our own. " * 40,
    ],
)
def test_an_agency_named_in_passing_is_no_credit(text: str) -> None:
    assert origin_of(text) == ""


def test_the_source_element_wins_over_the_aggregator_that_lists_it() -> None:
    expected = Publisher("Reuters", "reuters", "reuters")
    assert publisher_of("Google News", "Reuters", "https://www.reuters.com", GOOGLE) == expected


def test_an_aggregator_without_a_source_is_no_publisher() -> None:
    assert publisher_of("Google News", "", "", GOOGLE, "Two men held") == Publisher()
    assert publisher_of("", "Yahoo News", "https://news.yahoo.com", "https://news.yahoo.com/x") == Publisher()
    assert publisher_of("MSN", "", "", "https://www.msn.com/en-us/news/x") == Publisher()


def test_an_aggregator_that_calls_itself_the_source_lends_no_name() -> None:
    """The address tells whose report it is; without one the aggregator is nobody."""
    found = publisher_of("", "Google News", "https://www.quay-post.example/feed", GOOGLE)
    assert (found.name, found.family) == ("quay-post.example", "quay-post.example")
    assert publisher_of("", " Google News ", "", GOOGLE) == Publisher()
    named = publisher_of("", " The Quay Post ", "https://www.quay-post.example/feed", GOOGLE)
    assert (named.name, named.family) == ("The Quay Post", "quay-post.example")


def test_an_aggregators_title_names_a_publisher_only_where_it_is_known() -> None:
    assert publisher_of("Google News", "", "", GOOGLE, "Two men held - The Guardian").family == "guardian"
    assert publisher_of("Google News", "", "", GOOGLE, "Two men held - live").family == ""


def test_papers_under_one_roof_are_one_family() -> None:
    mail = publisher_of("", "", "", "https://www.dailymail.co.uk/news/a")
    metro = publisher_of("", "", "", "https://metro.co.uk/b")
    assert (mail.family, metro.family) == ("dmgt", "dmgt")
    assert counts([mail, metro]) == (1, 1)


def test_a_host_that_is_not_listed_is_its_own_family_whatever_the_subdomain() -> None:
    assert publisher_of("", "", "", "https://news.example.com.pe/1").family == "example.com.pe"
    assert publisher_of("", "", "", "http://example.com.pe:8080/2").family == "example.com.pe"


def test_a_configured_publisher_serves_where_nothing_else_is_known() -> None:
    assert publisher_of("The Harbour Gazette", "", "", "").family == "harbour-gazette"


def test_three_publishers_of_one_wire_report_are_one_source() -> None:
    papers = [Publisher(name, name, "ap") for name in ("a.example", "b.example", "c.example")]
    assert str(corroborate(papers)) == "3 publishers, 1 independent source (wire copy: Associated Press)"


def test_an_agency_and_the_papers_that_copy_it_are_one_source() -> None:
    agency = publisher_of("", "", "", "https://apnews.com/article/1")
    paper = publisher_of("", "", "", "https://paper.example/1", "LIMA (AP) — Police said")
    own = publisher_of("", "", "", "https://other.example/1", "Our reporter saw it")
    assert counts([agency, paper, own]) == (3, 2)


def test_copied_text_is_one_source_even_without_a_credit() -> None:
    words = " ".join(f"word{i}" for i in range(80))
    papers = [Publisher("a", "a"), Publisher("b", "b")]
    assert counts(papers) == (2, 2)
    assert counts(papers, [fingerprint("x", words), fingerprint("y", words + " end")]) == (2, 1)
    assert (
        str(corroborate(papers, [fingerprint("x", words)] * 2))
        == "2 publishers, 1 independent source (the rest copy or cite)"
    )


def test_unknown_publishers_corroborate_nothing() -> None:
    assert counts([Publisher(), Publisher("", "", "ap"), Publisher("a", "a")]) == (1, 1)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://user:pw@WWW.Example.co.uk:443/x", "example.co.uk"),
        ("//cdn.example.org/x", "cdn.example.org"),
        ("example.org", "example.org"),
        ("not a url", ""),
        ("", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_hosts(url: str, host: str) -> None:
    assert host_of(url) == host


def test_registrable() -> None:
    assert registrable("a.b.example.co.uk") == "example.co.uk"
    assert registrable("a.b.example.com") == "example.com"
    assert registrable("127.0.0.1") == "127.0.0.1"


def test_copies_of_one_agency_are_one_source() -> None:
    """Promise: two papers that print an agency's report are two publishers and one independent source."""
    copies = [Publisher(f"Paper {n}", f"paper-{n}", "reuters") for n in (1, 2)]
    own = Publisher("Paper 3", "paper-3", "paper-3")
    assert (corroborate(copies).n_publishers, corroborate(copies).n_independent) == (2, 1)
    assert (corroborate([*copies, own]).n_publishers, corroborate([*copies, own]).n_independent) == (3, 2)


@pytest.mark.parametrize(
    ("family", "source", "feed", "name"),
    [
        ("nyt", "", "Riga Desk", "The New York Times"),
        ("riga-desk.example", "", "The Riga Desk", "The Riga Desk"),
        ("riga-desk.example", "Riga Evening", "The Riga Desk", "Riga Evening"),
        ("riga-desk.example", "riga-desk.example", "The Riga Desk", "The Riga Desk"),
        ("riga-desk.example", "", "BBC News", "riga-desk.example"),
        ("riga-desk.example", "", "", "riga-desk.example"),
        ("riga-desk", "", "", "Riga Desk"),
        ("", "", "", ""),
    ],
)
def test_publishers_are_shown_by_name(family: str, source: str, feed: str, name: str) -> None:
    """A feed's own publisher stands where the list has no name; a listed one never for another."""
    assert shown_name(family, source, feed) == name


@pytest.mark.parametrize(
    ("host", "name", "same"),
    [
        ("daily-mosaic.example", "Daily Mosaic", True),
        ("www.daily-mosaic.co.uk", "The Daily Mosaic", True),
        ("daily-mosaic.example", "Daily Mosaic Sport", False),
        ("Daily Mosaic", "Daily Mosaic", False),
        ("", "", False),
    ],
)
def test_a_host_that_spells_its_feed_is_called_by_it(host: str, name: str, same: bool) -> None:
    """Promise: the site of a feed that names no publisher is shown by the feed's name, another's by its host."""
    assert spells(host, name) == same


def test_a_publisher_that_is_named_by_its_host_is_the_one_at_that_host() -> None:
    """Promise: `www.Harbour-Post.example` as a name and an address there are one newsroom, not two."""
    named = publisher_of("www.Harbour-Post.example", "", "", "", "")
    linked = publisher_of("", "", "", "https://harbour-post.example/1", "")
    assert named.family == linked.family == "harbour-post.example"
    assert publisher_of("The Harbour Post", "", "", "", "").family == "harbour-post"
