"""A document that ends early is seen to, and nothing of a fragment is taken for an entry."""

from __future__ import annotations

import pytest

from monitor.parse.feed import parse_feed

ITEMS = "".join(
    f"<item><title>Report {n}</title><link>https://harbour.example/{n}</link><guid>r{n}</guid>"
    f"<description><![CDATA[<p>Words &lt;item&gt; {n}.</p>]]></description></item>"
    for n in range(4)
)
RSS = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour</title>{ITEMS}</channel></rss>'.encode()
ATOM = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title>'
    + "".join(
        f'<entry><title>Report {n}</title><link href="https://harbour.example/{n}"/><id>urn:r{n}</id>'
        f"<summary>Words {n}.</summary></entry>"
        for n in range(4)
    )
    + "</feed>"
).encode()


@pytest.mark.parametrize("document", [RSS, ATOM], ids=["rss", "atom"])
def test_wherever_it_is_cut_the_entries_read_are_those_of_the_whole(document):
    """Promise: each entry of a piece has the guid it has in the whole, and the cut is said."""
    whole = [entry.guid for entry in parse_feed(document).entries]
    for size in range(document.index(b"Report 0") + 40, len(document) - 8, 23):
        piece = parse_feed(document[:size])
        guids = [entry.guid for entry in piece.entries]
        assert piece.error or piece.is_cut
        assert guids == whole[: len(guids)] or (guids[:-1] == whole[: len(guids) - 1] and piece.entries[-1].link)
        assert all(entry.title.startswith("Report ") and entry.title[7:] for entry in piece.entries)


def test_a_whole_document_is_not_called_cut_whatever_else_is_wrong_with_it():
    for body in (RSS, ATOM, RSS + b"<script>x</script>", RSS.replace(b"Report 1", b"Report & 1"), b"\n" + RSS):
        assert not parse_feed(body).is_cut


def test_an_error_printed_into_a_feed_is_seen_as_its_end():
    fatal = RSS[: RSS.index(b"Report 3")] + b"<br /><b>Fatal error</b>: Allowed memory size exhausted in feed.php"
    feed = parse_feed(fatal)
    assert (feed.is_cut, [entry.guid for entry in feed.entries]) == (True, ["r0", "r1", "r2"])
    assert feed.warning == "the answer was cut off: the document has no end; 3 entries were read"
