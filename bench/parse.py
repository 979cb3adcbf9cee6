"""CPU per entry: this reader against feedparser and, where it is installed, fastfeedparser; interleaved rounds.

    python3 dev.py bench parse [FOLDER]

FOLDER holds feed files (*.xml); without it 100 feeds of 40 entries are written in memory: RSS 2.0, RDF and Atom, plain
and escaped markup, as news sites send them. Times are process CPU, the best of five rounds; trust the ratios.
"""

from __future__ import annotations

import importlib.util
import io
import sys
import time
from collections.abc import Callable
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from monitor.parse import dates  # noqa: E402
from monitor.parse import feed as parse  # noqa: E402
from monitor.parse.fastpath import read_fast  # noqa: E402
from monitor.untrusted import markup  # noqa: E402
from monitor.untrusted.charset import declared_utf8, to_utf8  # noqa: E402

ROUNDS = 5
# What is remembered from one document to the next is forgotten before each.
REMEMBERED = (dates._iso_day, dates._iso_zone, dates._read_any, markup._meaning_of, parse._name)  # noqa: SLF001
SENTENCE = "The council met on Tuesday to weigh a bridge, a school and the price of bread, and put all three off. "


def document(number: int) -> bytes:
    """Return one synthetic feed of 40 entries."""
    kind = number % 10
    text = f"<p>{SENTENCE * 3}</p><p>{SENTENCE}</p>" if number % 3 else SENTENCE * 4
    entries = []
    for n in range(40):
        link, day = f"https://news{number}.example/2026/01/{n}", f"{n % 28 + 1:02}"
        if kind < 7:
            entries.append(
                f"<item><title>Council puts off bridge {n}</title><link>{link}</link>"
                f"<guid isPermaLink='false'>{number}-{n}</guid>"
                f"<pubDate>Thu, {day} Jan 2026 10:{n:02}:00 +0000</pubDate><category>City</category>"
                f"<description>{escape(text)}</description></item>"
            )
        elif kind < 9:
            entries.append(
                f"<entry><title type='html'>Council puts off bridge {n}</title>"
                f"<link rel='alternate' href='{link}'/><id>urn:{number}:{n}</id>"
                f"<published>2026-01-{day}T10:{n:02}:00Z</published><updated>2026-01-{day}T11:00:00Z</updated>"
                f"<author><name>A. Reporter</name></author><summary type='html'>{escape(text)}</summary></entry>"
            )
        else:
            entries.append(
                f"<item rdf:about='{link}'><title>Council puts off bridge {n}</title><link>{link}</link>"
                f"<description>{escape(text)}</description><dc:date>2026-01-{day}T10:{n:02}:00Z</dc:date></item>"
            )
    return (HEADS[0 if kind < 7 else 1 if kind < 9 else 2] % "".join(entries)).encode()


RDF_NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
HEADS = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>News</title>%s</channel></rss>',
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>%s</feed>',
    f'<?xml version="1.0"?><rdf:RDF {RDF_NAMESPACES}><channel><title>News</title></channel>%s</rdf:RDF>',
)


def with_feedparser(body: bytes) -> int:
    import feedparser

    return len(feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False).entries)


def with_fastfeedparser(body: bytes) -> int:
    import fastfeedparser

    entries = fastfeedparser.parse(body).entries
    # it builds fields when they are asked for
    return len(
        [(e.get("title"), e.get("link"), e.get("id"), e.get("published"), e.get("description")) for e in entries]
    )


def whole(body: bytes) -> int:
    for remembered in REMEMBERED:
        remembered.cache_clear()
    return len(parse.parse_feed(body).entries)


def raw(body: bytes) -> int:
    return len(read_fast(body if declared_utf8(body, "") else to_utf8(body, "")).entries)


def main() -> int:
    """Print a line per reader."""
    if len(sys.argv) > 1:
        bodies = [path.read_bytes() for path in sorted(Path(sys.argv[1]).rglob("*.xml"))]
    else:
        bodies = [document(number) for number in range(100)]
    read_fast_of_all = [body for body in bodies if parse.parse_feed(body).reader == "fast"]
    print(f"{len(bodies)} feeds, {sum(map(len, bodies)) / 1e6:.1f} MB; {len(read_fast_of_all)} by the fast reader")
    readers: dict[str, Callable[[bytes], int]] = {
        "parse_feed (text, dates, all)": whole,
        "fast reader alone": raw,
        "feedparser, two switches off": with_feedparser,
    }
    if importlib.util.find_spec("fastfeedparser"):
        readers["fastfeedparser"] = with_fastfeedparser
    best = dict.fromkeys(readers, float("inf"))
    n_entries = 1
    for _ in range(ROUNDS):
        for name, reader in readers.items():
            start = time.process_time()
            n_entries = sum(map(reader, read_fast_of_all))
            best[name] = min(best[name], time.process_time() - start)
    base = best["feedparser, two switches off"]
    for name, seconds in best.items():
        print(f"{name:32} {seconds / n_entries * 1e6:8.1f} us/entry   {base / seconds:5.1f} x feedparser")
    return 0


if __name__ == "__main__":
    sys.exit(main())
