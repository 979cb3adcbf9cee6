"""The ledger of sources: who reports itself, who passes on whose report; the count is of origins, in doubt lower."""

from __future__ import annotations

import pytest

from monitor.stories.citations import UNNAMED, cited_in
from monitor.stories.ledger import PrintedReport, ledger_of

OWN = PrintedReport("a", "ft", "", "Agents sought over fire in Riga", "Two men are sought, our reporter has learned.")


@pytest.mark.parametrize(
    ("title", "text", "cited"),
    [
        ("Agents sought over fire in Riga, the FT reports", "", ("ft",)),
        ("Agents sought over fire in Riga - Financial Times", "", ("ft",)),
        ("Fire in Riga ordered from abroad", "Officials told The New York Times that agents were sought.", ("nyt",)),
        ("Fire in Riga ordered from abroad", "According to a report in the Washington Post, …", ("washington-post",)),
        ("Fire in Riga", "The Guardian first reported the arrests.", ("guardian",)),
        ("Fire in Riga", "The Harbour Gazette newspaper said agents were sought.", ("harbour-gazette",)),
        ("Brand in Riga", "Laut Der Spiegel werden zwei Männer gesucht.", ("spiegel",)),
        ("Incendie à Riga", "Selon Le Monde, deux hommes sont recherchés.", ("le-monde",)),
        ("Fire in Riga", "Iran's Quay Post newspaper said agents were sought.", ("quay-post",)),
        ("Fire in Riga", "Agents were sought, Iran's newspaper of record says.", (UNNAMED,)),
        ("Fire in Riga", "A tip came from a British newspaper.", (UNNAMED,)),
        ("Fire in Riga", "Britain’s Guardian newspaper said so.", ("guardian",)),
        ("Fire in Riga", "Danish newspaper Kajen wrote of agents.", ("kajen",)),
        ("Agents sought over fire: report", "", (UNNAMED,)),
        ("Fire in Riga", "Media reports say that agents were sought.", (UNNAMED,)),
        ("Mayor says agents set the fire", "She said so in an interview with a Danish podcast last week.", (UNNAMED,)),
        ("Mayor says agents set the fire", "She told a local radio station that agents were sought.", (UNNAMED,)),
        ("Fire in Riga", "Police told reporters that it was a matter of time.", ()),
    ],
)
def test_whose_report_is_passed_on(title: str, text: str, cited: tuple[str, ...]) -> None:
    """By name where there is one; a report of nobody in particular is told as such."""
    assert cited_in(title, text) == cited


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Iran's ABC Weekly newspaper said agents were sought.", "cites ABC Weekly"),
        ("Danish newspaper BT Nord wrote of agents.", "cites BT Nord"),
        ("Agents were sought, Iran's newspaper of record says.", "cites a report it does not name"),
    ],
)
def test_a_cited_paper_is_called_as_it_is_written(text: str, told: str) -> None:
    """No slug spelled out, no owner before the name, and no name where the report gives none."""
    (line,) = ledger_of([PrintedReport("a", "sky", "", "Fire in Riga", text)]).lines
    assert str(line) == f"Sky News: {told}"


def test_a_paper_does_not_cite_itself() -> None:
    """Its own name in its own text is no citation."""
    assert cited_in("Fire in Riga", "Officials told the Financial Times that agents were sought.", "ft") == ()


def test_reports_that_cite_one_outlet_are_one_source_with_it() -> None:
    """Four papers, of which three pass on the fourth: one source."""
    others = [
        PrintedReport("b", "sky", "", "Agents sought over fire in Riga - Financial Times"),
        PrintedReport("c", "cnn", "", "Fire in Riga", "Agents are sought, according to the Financial Times."),
        PrintedReport("d", "abc-us", "", "Fire in Riga: report", "Agents are sought, the Financial Times reported."),
    ]
    ledger = ledger_of([OWN, *others])
    assert (ledger.counts.n_publishers, ledger.counts.n_independent) == (4, 1)
    assert [line.role for line in ledger.lines] == ["reports", "cites", "cites", "cites"]
    assert str(ledger.lines[1]) == "Sky News: cites Financial Times"


def test_in_doubt_the_count_is_the_lower_one() -> None:
    """A report of nobody in particular adds no source beside another, and is one alone."""
    vague = PrintedReport("b", "sky", "", "Agents sought over fire in Riga: report")
    assert ledger_of([OWN, vague]).counts.n_independent == 1
    assert ledger_of([vague]).counts.n_independent == 1
    assert ledger_of([PrintedReport("c", ""), vague]).counts.n_publishers == 1


def test_two_reports_of_their_own_are_two_sources_by_name() -> None:
    """Names, not slugs, stand in the ledger."""
    ledger = ledger_of([OWN, PrintedReport("b", "guardian", "", "Fire in Riga", "Our reporter saw the blaze.")])
    assert ledger.counts.n_independent == 2
    assert [line.publisher for line in ledger.lines] == ["Financial Times", "The Guardian"]


def test_each_role_is_told_in_its_words() -> None:
    """An agency's report is carried, another paper's text is printed, a paper's own credit is no role."""
    told = [("sky", "reuters", "wire"), ("sky", "ft", "copy"), ("ft", "ft", "reports"), ("", "reuters", "unknown")]
    lines = ledger_of([PrintedReport(str(n), family, origin) for n, (family, origin, _) in enumerate(told)]).lines
    assert [line.role for line in lines] == [role for _, _, role in told]
    assert [str(line) for line in lines] == [
        "Sky News: carries Reuters",
        "Sky News: prints the text of Financial Times",
        "Financial Times: reports itself",
        "unknown: publisher not known: counts for nothing",
    ]
