"""Write down what the rules say of invented texts, pages, addresses and logs: fixtures/golden/*.tsv.

    python -m tools.build_golden    after a rule was changed on purpose; the difference shows what else it changed

What stands in a log was told by these rules, and "why is it here" is answered by them again: a change of one must be
seen, and meant. Tests of the rooms text, stories, poll, parse, classify, learn, facts and views hold each line. Long
values are told by eight digits of their SHA-256.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby, pairwise
from pathlib import Path

from monitor.classify import features
from monitor.classify.modelstore import cold_model
from monitor.classify.reasons import reasons_of
from monitor.classify.seeds import passage_counts
from monitor.classify.sequences import count_sequence, sequence_of
from monitor.parse.dates import read_date
from monitor.parse.feed import parse_feed
from monitor.parse.monthnames import MONTHS
from monitor.poll import urls
from monitor.text.archived import archived_page
from monitor.text.article import as_stated, page_title
from monitor.text.clean import clean
from monitor.text.density import densest_text
from monitor.text.language import guess_language, points_of, prior, tell_language
from monitor.text.mask import lexicon_for, mark
from monitor.text.plain import plain_words
from monitor.text.tokens import fold, split
from monitor.text.walls import fit_of, wall_of
from tools import golden_learning as learning
from tools.golden_cards import articles, cards, merged
from tools.golden_log import answers, searches
from tools.golden_stories import cites, ledgers, matters, papers, prints, stories, terms, windows
from tools.golden_texts import digits, seeded, texts

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "fixtures" / "golden"


def words() -> Iterator[str]:
    """Yield of each text its language, its plain words, its tokens and what the lexicon marks in it."""
    for number, (title, summary) in enumerate(texts()):
        text = f"{title}\n{summary}"
        told = tell_language(text)
        written, folded = split(text)
        marked = mark(folded, lexicon_for(told))
        small = guess_language(title.split(" ")[0] + " " + title.split(" ")[-1])
        read = (plain_words(text), (written, folded), marked)
        yield "\t".join([str(number), told, small, *map(digits, read)])


def _page(random_: random.Random, reports: list[tuple[str, str]]) -> tuple[str, str]:
    """Return an invented page and the title that its entry has: an article among menus, teasers, walls and asides."""
    title = reports[0][0]
    tag = random_.choice(("div", "td", "article", "section", "body"))
    parts = [f"<h1>{title}</h1>"] if random_.random() < 0.7 else []
    for _, summary in reports[1 : random_.randint(2, len(reports))]:
        cut = summary[: random_.choice((20, 60, 80, 120, 400))]
        parts.append(
            random_.choice((f"<p>{cut}</p>", f"<p><a href='/x'>{cut}</a></p>", f"<div>{cut}</div>", f"<li>{cut}"))
        )
    asides = "".join(f"<li><a href='/{n}'>{one[:40]}</a></li>" for n, (one, _) in enumerate(reports[:4]))
    wall = random_.choice(
        ("", "", "<p>Subscribe to continue reading.</p>", "<p>Please accept all cookies to go on.</p>")
    )
    head = random_.choice((f"<title>{title} | The Courier</title>", "<title>Page not found</title>", ""))
    body = f"<nav><ul>{asides}</ul></nav><{tag}>{''.join(parts)}{wall}</{tag}><footer>About us</footer>"
    return f"<html><head>{head}</head><body>{body}</body></html>", title


def pages() -> Iterator[str]:
    """Yield of invented pages the densest text, its likeness to the entry, and what stands in the way of it."""
    from lxml import html

    random_, reports = seeded(7), [row for row in texts() if row[1]]
    for number in range(120):
        source, title = _page(random_, random_.sample(reports, 8))
        text = clean(densest_text(html.fromstring(source)))
        asked, answered = (
            "https://courier.example/a/1",
            random_.choice(("https://courier.example/", "https://x.test/q/2")),
        )
        summary = random_.choice(reports)[1]
        wall = wall_of(title, summary, page_title(source), text, asked, answered if number % 3 else asked)
        fit = f"{fit_of(title, summary, text):.3f}"
        yield f"{number}\t{len(text)}\t{digits(text)}\t{fit}\t{wall.reason if wall else '-'}"


def dates() -> Iterator[str]:
    """Yield of dates as feeds write them, some of them just impossible, the moment and how sure it is."""
    random_, names = seeded(67), sorted(MONTHS)
    pick = random_.choice
    zones = (
        "", " GMT", "Z", " +0200", "-03:30", " +1500", " +1600", " +0559", " +0560", " GMT+3", " MSK", " EST", " IST",
        " (CET)", " Europe/Paris", " Quux", " UTC-5",
    )  # fmt: skip
    for _ in range(2_400):
        day, month = pick(("1", "02", "9", "12", "13", "28", "29", "31", "32")), pick(names)
        numeric, year = (
            pick(("01", "2", "12", "12", "13")),
            pick(("2026", "2026", "2028", "26", "1970", "1971", "2100")),
        )
        hour, minute = pick(("00", "9", "11", "12", "13", "23", "24")), pick(("00", "00", "07", "59", "60"))
        time = f" {hour}:{minute}{pick(('', '', ':00', ':59', ':60', ':07.5'))}{pick(('', '', '', ' am', ' PM'))}"
        time = pick(("", f"{time}{pick(zones)}", f" {hour}:{minute}:00{pick(zones)}"))
        short, two = month[:3].title(), day.zfill(2)
        written = pick((
            f"{day} {month} {year}{time}", f"{month} {day}, {year}{time}", f"Sun, {two} {short} {year}{time}",
            f"{year}-{numeric.zfill(2)}-{two}{time.replace(' ', 'T', 1)}", f"{day}.{numeric}.{year}{time}",
            f"{day}/{numeric}/{year}{time}", f"{numeric}/{day}/{year}{time}", f"{year}/{numeric}/{day}{time}",
            f"{year}{numeric.zfill(2)}{two}{time}", pick(("17988000", "41024448")) + pick(("00", "000", "00000")),
            f"{time.strip()} {day} {month} {year}", f"{day} {month} {year} um {hour}:{minute} Uhr",
        ))  # fmt: skip
        at, quality = read_date(written)
        yield f"{written}\t{at.isoformat() if at else '-'}\t{quality or '-'}"


def feeds() -> Iterator[str]:
    """Yield of invented feeds, well written or not quite, what is read of each: its entries and what was odd."""
    random_, reports = seeded(71), [row for row in texts() if row[1]]
    for number in range(400):
        title, summary = (escape(words) for words in random_.choice(reports))
        link, day = f"https://courier.example/a/{number}", "Sun, 03 May 2026 10:00:00 GMT"
        parts = (
            f"<title>{title}</title>", f"<title type='html'>&lt;b&gt;{title}&lt;/b&gt;</title>", f"<link>{link}</link>",
            f"<link href='/b/{number}'/>", f"<link rel='enclosure' href='{link}.mp3' type='audio/mpeg'/>",
            f"<link rel='alternate' type='text/html' href='{link}'/>", f"<id>tag:{number}</id>",
            f"<guid>{link}#g</guid>",
            f"<guid isPermaLink='false'>g{number}</guid>", f"<pubDate>{day}</pubDate>", "<updated>2026-05-03</updated>",
            f"<description>{summary}</description>", f"<description><![CDATA[<p>{summary}</p>]]></description>",
            f"<summary type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>{summary}</p></div></summary>",
            f"<content type='html'>&lt;p&gt;{summary}&lt;/p&gt;</content>", f"<c:encoded>{summary * 2}</c:encoded>",
            "<author><name>A. Writer</name><name>B. Writer</name></author>", "<author>w@x.test (A. Writer)</author>",
            "<dc:creator>C. Writer</dc:creator>", f"<enclosure url='{link}.jpg' type='image/jpeg' length='9'/>",
            "<source url='https://meridian.example/rss'>Meridian</source>", "<dc:language>tr</dc:language>",
            f"<source><title>Ribera</title><link href='https://ribera.example/'/><id>{title}</id></source>",
            f"<m:content url='{link}.png'><m:title>Picture</m:title></m:content>", "<dc:date>2026-05-04</dc:date>",
        )  # fmt: skip
        items, atom = [], random_.random() < 0.5
        for _ in range(random_.randint(1, 5)):
            inside = "".join(random_.sample(parts, random_.randint(1, 11)))
            base = random_.choice(("", "", " xml:base='https://base.example/x/'", " xml:lang='fr'"))
            items.append(f"<entry{base}>{inside}</entry>" if atom else f"<item{base}>{inside}</item>")
        spaces = " xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:m='http://search.yahoo.com/mrss/'"
        spaces += " xmlns:c='http://purl.org/rss/1.0/modules/content/'"
        head = random_.choice(("", "<title>The Courier</title>", f"<link>{link}</link><language>en</language>"))
        body = head + "".join(items) + random_.choice(("", "", "<copyright>&copy; us</copyright>"))
        source = (
            f"<feed xmlns='http://www.w3.org/2005/Atom'{spaces}>{body}</feed>"
            if atom
            else f"<rss version='2.0'{spaces}><channel>{body}</channel></rss>"
        )
        read = parse_feed(source.encode())
        yield f"{number}\t{len(read.entries)}\t{digits(read)}"


def letters() -> Iterator[str]:
    """Yield of each row of letters how they are read: as plain words, folded, cut into tokens."""
    rows = (
        *range(0x20, 0x0530, 16), *range(0x0590, 0x0700, 16), *range(0x0900, 0x0980, 16), *range(0x1E00, 0x1F00, 16),
        *range(0x2000, 0x2070, 16), *range(0x2460, 0x2500, 16), *range(0x3000, 0x3040, 16), *range(0xFE70, 0xFFF0, 16),
        *range(0x1D400, 0x1D800, 16), *range(0x1F100, 0x1F200, 16), *range(0xE0000, 0xE0080, 16),
    )  # fmt: skip
    for first in rows:
        read = []
        for char in map(chr, range(first, first + 16)):
            around = f"plot{char}tag {char}. Ш{char}от {char}{char}"
            plain = plain_words(around)
            read.append((plain, fold(char), split(around), split(plain)))
        yield f"{first:05x}\t{digits(read)}"


def votes() -> Iterator[str]:
    """Yield of the words of each first letter what they say of a text's language, and of small texts with a hint."""
    random_ = seeded(43)
    known = sorted({fold(word) for one in texts() for word in f"{one[0]} {one[1]}".split()})
    for first, group in groupby(known, key=lambda word: word[:1]):
        yield f"{first}\t{digits([(word, sorted(points_of(word).items())) for word in group])}"
    for number, (title, summary) in enumerate(texts()):
        some = " ".join(random_.choice(f"{title} {summary}".split()) for _ in range(random_.randint(0, 4)))
        hint = random_.choice(("", "en-GB", "tr", "uk", "fa", "zz", "az"))
        told = f"{tell_language(some, hint)}\t{guess_language(some, hint)}"
        yield f"{number}\t{hint}\t{told}\t{digits(prior(some, hint))}"


def walls() -> Iterator[str]:
    """Yield of pages that hold more or less of an entry's words, and words of walls, why they are not its article."""
    random_, reports = seeded(47), [row for row in texts() if row[1]]
    phrases = ("subscribe to continue", "accept all cookies", "page not found", "verify you are human", "log in", "404")
    paths = ("/a/17", "/a/17/", "/b/17-plot", "/", "/en", "/en-gb/", "/home", "/index.php", "/EN/", "/fr/a/17", "/q")
    for number in range(900):
        title, summary = random_.choice(reports)
        held, kept = random_.choice((title, summary, f"{title} {summary}")).split(), random_.random() ** 2
        words = [word for word in held if random_.random() < kept]
        words += random_.choice(reports)[1].split() * random_.choice((0, 0, 1, 4, 9))
        words += random_.sample(phrases, random_.choice((0, 0, 1, 2, 3)))
        random_.shuffle(words)
        text = " ".join(words)[: random_.choice((60, 139, 140, 500, 1_199, 1_200, 3_000))]
        head = random_.choice((title, "", random_.choice(phrases).title()))
        asked, answered = (f"https://courier.example{random_.choice(paths)}" for _ in range(2))
        said = (title, random_.choice(("", summary)))
        wall = wall_of(*said, head, text, asked, random_.choice((asked, answered)))
        yield f"{number}\t{fit_of(*said, text):.3f}\t{wall.reason if wall else '-'}\t{digits(wall)}"


def archives() -> Iterator[str]:
    """Yield of pages as archives hold them the title, article, language and date that they state."""
    random_, reports = seeded(53), [row for row in texts() if row[1]]
    days = ("2031-05-03T10:00:00Z", "3 May 2031", "soon", "", "2030-02-30", "Sat, 03 May 2031 10:00:00 GMT")
    for number in range(300):
        source, title = _page(random_, random_.sample(reports, 8))
        body = " ".join(random_.choice(reports)[1] for _ in range(3))[: random_.choice((139, 140, 141, 900))]
        stated = json.dumps(random_.choice((
            {"articleBody": body}, [{"@graph": [{"x": {"articleBody": f"<p>{body}</p>"}}]}], {"headline": title},
            {"a": [{"b": {"c": {"d": {"e": {"articleBody": body}}}}}]}, {"articleBody": [body], "date": days[1]},
            {"a": [{"b": {"c": {"d": {"e": {"f": {"articleBody": body}}}}}}]}, {"datePublished": random_.choice(days)},
        )))  # fmt: skip
        metas = [
            f"<meta {random_.choice(('property', 'name', 'itemprop'))}='{name}' content='{random_.choice(days)}'>"
            for name in random_.sample(("article:published_time", "datePublished", "pubdate", "date", "modified"), 3)
        ] + [
            f"<time itemprop=datePublished datetime='{random_.choice(days)}'>",
            f"<meta property='og:title' content='{title[:30]}'>",
        ]
        ld = f"<script type='application/ld+json'>{stated}{random_.choice(('</script>', '</script>', ''))}"
        extra = "".join(random_.sample(metas, random_.randint(0, 5))) + random_.choice(("", ld, ld + ld))
        lang = random_.choice(("", " lang=en-GB", " lang='TR'", ' xml:lang="de"', " class=x lang = fas"))
        page = source if random_.random() < 0.6 else f"<html><head></head><body><p>{title}</p></body></html>"
        page = page.replace("<html>", f"<html{lang}>").replace("<head>", f"<head>{extra}")
        found = archived_page(page.encode(), f"https://courier.example/{number}", "text/html; charset=utf-8")
        yield f"{number}\t{found[2]}\t{found[3]}\t{len(found[1])}\t{digits((found, as_stated(page, '')))}"


def addresses() -> Iterator[str]:
    """Yield of invented addresses how they are spelled out and compared."""
    random_ = seeded(17)
    hosts = ("courier.example", "www.Courier.example", "m.courier.example", "courier.example:443", "amp.ribera.example")
    paths = (
        "/a/17",
        "/A/17/",
        "/2026/01/31/plot.html",
        "/plot%2dtrial",
        "/p%C3%A4%7e",
        "/",
        "",
        "/a//b/../c",
        "/index.php",
    )
    queries = (
        "",
        "?utm_source=rss",
        "?id=17&utm_medium=x",
        "?b=2&a=1",
        "?url=https://x.test/a",
        "?a=%20b+c",
        "?ref=",
        "?amp",
    )
    ends = ("", "#top", "#!/a/1", "#comment-3")
    made = [
        f"{random_.choice(('http', 'https', 'HTTPS'))}://{random_.choice(hosts)}{random_.choice(paths)}"
        f"{random_.choice(queries)}{random_.choice(ends)}"
        for _ in range(300)
    ]
    for one, other in pairwise(made):
        same = urls.same_page(one, other)
        yield f"{one}\t{urls.canonical_url(one)}\t{urls.spelled_out(one)}\t{urls.loose_page(one)}\t{same:d}"


def scores() -> Iterator[str]:
    """Yield of each text its score by the shipped model, why, in which words, and what is counted of it."""
    model, reader, random_ = cold_model(), features.Features(), seeded(29)
    for number, (one, other) in enumerate(pairwise(texts())):
        title = one[0] + random_.choice(("", "", " - The Courier", " - Courier of the Two Ribera Towns", " &amp; more"))
        said = (title, one[1], random_.choice(("", f"{other[0]}.\n{other[1]} {one[1]}")), random_.choice(("", "en")))
        why = model.explain(*said)
        parts = [
            (part.shown, part.term, part.view, f"{part.weight:.6f}") for part in (*why.terms_for, *why.terms_against)
        ]
        reasons = reasons_of([(p.term, p.weight, p.shown) for p in (*why.terms_for, *why.terms_against)], said[3])
        phrases = [(reason.text, f"{reason.weight:.6f}") for reason in (*reasons.for_it, *reasons.against)]
        line = sequence_of(features.read(*said))
        known, whole = model.plain_counts(*said), reader.tokens(*said)
        seed = passage_counts(title, f"{one[1]}\n{other[1]}\n{one[1]}")
        counted = (known, whole, seed, count_sequence([part.split() for part in line.split("/")]))
        near = f"{why.nearest}:{why.nearest_similarity:.3f}"
        yield f"{number}\t{why.score:.6f}\t{near}\t" + "\t".join(map(digits, (parts, phrases, line, counted)))


def found() -> Iterator[str]:
    """Yield what is found in an invented archive of these texts."""
    return searches([row for row in texts() if row[1]])


FILES: dict[str, Callable[[], Iterator[str]]] = {
    "words": words, "letters": letters, "votes": votes, "pages": pages, "walls": walls, "archives": archives,
    "terms": terms, "stories": stories, "ledgers": ledgers, "addresses": addresses, "dates": dates, "feeds": feeds,
    "cites": cites, "prints": prints, "windows": windows, "matters": matters, "papers": papers,
    "scores": scores, "answers": answers, "searches": found, "cards": cards, "articles": articles,
    "merged": merged, "estimates": learning.estimates, "calibrations": learning.calibrations,
    "thresholds": learning.thresholds, "day-rows": learning.day_rows, "weights": learning.weights,
    "replays": learning.replays,
}  # fmt: skip


def differing(name: str) -> list[str]:
    """Return the first lines that differ from the file of that name: "was" and "is", for a test to show."""
    was = (GOLDEN / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    now = list(FILES[name]())
    if len(was) != len(now):
        return [f"{len(was)} lines stood there, {len(now)} are made"]
    return [f"was: {old} · is: {new}" for old, new in zip(was, now, strict=True) if old != new][:5]


def main() -> None:
    """Write the files."""
    GOLDEN.mkdir(exist_ok=True)
    for name, lines in FILES.items():
        (GOLDEN / f"{name}.tsv").write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
        print(GOLDEN / f"{name}.tsv")


if __name__ == "__main__":
    main()
