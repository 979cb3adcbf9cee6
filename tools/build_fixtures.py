"""Render fixtures/feeds/source/*.yaml as the feeds a server would send: `python tools/build_fixtures.py [--check]`.

Owns the shapes (RSS 2.0, Atom, RSS 1.0, JSON Feed) and their deliberate untidiness; the words are in the sources. The
output depends on the sources alone, so that the committed feeds can be compared with it.
"""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import yaml

FEEDS = Path(__file__).resolve().parent.parent / "fixtures" / "feeds"
Source = dict[str, Any]
MAX_SLUG_WORDS = 8


def slug(title: str) -> str:
    """Return an address part made of a title's first words; other scripts become their code points."""
    words = re.findall(r"\w+", title.casefold())[:MAX_SLUG_WORDS]
    return "-".join(word if word.isascii() else "".join(f"{ord(c):x}" for c in word[:4]) for word in words)


def published(source: Source, index: int) -> datetime:
    """Return when the entry at `index` was published: the newest first, then one every `every_minutes`."""
    newest: datetime = source["newest_at"]
    return newest - timedelta(minutes=index * int(source["every_minutes"]))


def link_of(source: Source, entry: Source, when: datetime) -> str:
    """Return an entry's address; an aggregator's carries tracking parameters."""
    tracking = "?utm_source=feed&utm_medium=rss" if source.get("cdata") else ""
    return f"{source['link'].rstrip('/')}/{when:%Y/%m/%d}/{slug(entry['title'])}{tracking}"


def body_of(source: Source, entry: Source) -> str:
    """Return the summary as the feed sends it: plain, or as HTML with a link and a picture."""
    text = str(entry["summary"])
    if not source.get("markup"):
        return text
    furniture = f'<p><a href="{source["link"]}">Read&nbsp;on</a><img src="/dot.gif" alt=""></p>'
    return f"<p>{html.escape(text, quote=False)}</p>{furniture}"


def dated(source: Source, index: int, when: datetime) -> str:
    """Return an RSS date line; an untidy feed drops every fifth and forgets the zone of every third."""
    if source.get("untidy") and index % 5 == 4:
        return ""
    if source.get("untidy") and index % 3 == 2:
        return f"<pubDate>{when:%d %b %Y %H:%M:%S}</pubDate>"
    return f"<pubDate>{format_datetime(when, usegmt=True)}</pubDate>"


def rss_entry(source: Source, index: int, entry: Source) -> str:
    """Return one RSS 2.0 item."""
    when = published(source, index)
    link = link_of(source, entry, when)
    body = body_of(source, entry)
    body = f"<![CDATA[{body}]]>" if source.get("cdata") else escape(body)
    title = entry["title"]
    if source.get("untidy"):  # a title escaped twice, as systems do that store it escaped
        title, body = escape(title), escape(body)
    lines = [f"<title>{escape(title)}</title>", f"<link>{escape(link)}</link>", f"<description>{body}</description>"]
    lines.append(dated(source, index, when))
    if not source.get("untidy"):
        lines.append(f'<guid isPermaLink="false">{source["file"]}:{when:%y%m%d%H%M}</guid>')
    if "source" in entry:
        name, url = entry["source"]
        lines.append(f"<source url={quoteattr(url)}>{escape(name)}</source>")
    return "  <item>\n" + "".join(f"    {line}\n" for line in lines if line) + "  </item>\n"


def rss(source: Source) -> str:
    """Return an RSS 2.0 document."""
    entries = "".join(rss_entry(source, i, entry) for i, entry in enumerate(source["entries"]))
    return (
        f'<?xml version="1.0" encoding="{source.get("encoding", "utf-8")}"?>\n<rss version="2.0">\n<channel>\n'
        f"  <title>{escape(source['title'])}</title>\n  <link>{source['link']}</link>\n"
        f"  <description>{escape(source['title'])}</description>\n  <language>{source['language']}</language>\n"
        f"{entries}</channel>\n</rss>\n"
    )


def atom_entry(source: Source, index: int, entry: Source) -> str:
    """Return one Atom entry; its language is given where it is not the feed's."""
    when = published(source, index)
    language = f' xml:lang="{entry["lang"]}"' if "lang" in entry else ""
    kind = "html" if source.get("markup") else "text"
    return (
        f"  <entry{language}>\n    <id>tag:{source['file']},2026:{when:%m%d%H%M}</id>\n"
        f"    <title>{escape(entry['title'])}</title>\n    <link href={quoteattr(link_of(source, entry, when))}/>\n"
        f"    <published>{when:%Y-%m-%dT%H:%M:%SZ}</published>\n    <updated>{when:%Y-%m-%dT%H:%M:%SZ}</updated>\n"
        f'    <summary type="{kind}">{escape(body_of(source, entry))}</summary>\n  </entry>\n'
    )


def atom(source: Source) -> str:
    """Return an Atom document."""
    entries = "".join(atom_entry(source, i, entry) for i, entry in enumerate(source["entries"]))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{source["language"]}">\n'
        f"  <id>{source['link']}</id>\n  <title>{escape(source['title'])}</title>\n"
        f"  <updated>{source['newest_at']:%Y-%m-%dT%H:%M:%SZ}</updated>\n  <link href={quoteattr(source['link'])}/>\n"
        f"{entries}</feed>\n"
    )


def rdf(source: Source) -> str:
    """Return an RSS 1.0 (RDF) document with Dublin Core dates."""
    items, places = [], []
    for index, entry in enumerate(source["entries"]):
        when = published(source, index)
        link = link_of(source, entry, when)
        places.append(f"    <rdf:li rdf:resource={quoteattr(link)}/>\n")
        items.append(
            f"  <item rdf:about={quoteattr(link)}>\n    <title>{escape(entry['title'])}</title>\n"
            f"    <link>{escape(link)}</link>\n    <description>{escape(body_of(source, entry))}</description>\n"
            f"    <dc:date>{when:%Y-%m-%dT%H:%M:%S+00:00}</dc:date>\n"
            f"    <dc:creator>{source['publisher']}</dc:creator>\n  </item>\n"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
        '  xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'  <channel rdf:about="{source["link"]}">\n    <title>{source["title"]}</title>\n'
        f"    <link>{source['link']}</link>\n    <description>{source['title']}</description>\n"
        f"    <dc:language>{source['language']}</dc:language>\n"
        f"    <items><rdf:Seq>\n{''.join(places)}    </rdf:Seq></items>\n  </channel>\n{''.join(items)}</rdf:RDF>\n"
    )


def json_feed(source: Source) -> str:
    """Return a JSON Feed 1.1 document."""
    items = []
    for index, entry in enumerate(source["entries"]):
        when = published(source, index)
        link = link_of(source, entry, when)
        items.append(
            {
                "id": link,
                "url": link,
                "title": entry["title"],
                "content_text": body_of(source, entry),
                "date_published": f"{when:%Y-%m-%dT%H:%M:%SZ}",
            }
        )
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": source["title"],
        "home_page_url": source["link"],
        "language": source["language"],
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


FORMATS: dict[str, Callable[[Source], str]] = {"rss": rss, "atom": atom, "rdf": rdf, "jsonfeed": json_feed}


def sources() -> list[Source]:
    """Return the sources, in the order of their file names."""
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((FEEDS / "source").glob("*.yaml"))]


def rendered() -> dict[str, bytes]:
    """Return each feed's file name and bytes."""
    return {s["file"]: FORMATS[s["format"]](s).encode(s.get("encoding", "utf-8")) for s in sources()}


def main(args: list[str]) -> int:
    """Write the feeds, or with --check say which committed one differs."""
    stale = [
        name for name, body in rendered().items() if not (FEEDS / name).is_file() or (FEEDS / name).read_bytes() != body
    ]
    if args == ["--check"]:
        print("\n".join(f"differs from its source: fixtures/feeds/{name}" for name in stale) or "all feeds match")
        return 1 if stale else 0
    for name in stale:
        (FEEDS / name).write_bytes(rendered()[name])
        print(f"wrote fixtures/feeds/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
