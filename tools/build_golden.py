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
from monitor.stories import publishers, wrapped
from monitor.stories.boilerplate import own_text, tell_different_news
from monitor.stories.cases import Cases
from monitor.stories.citations import cited_in, names_cited
from monitor.stories.fingerprint import Copies, fingerprint, resemblance
from monitor.stories.followed import ConfirmedCases
from monitor.stories.ledger import PrintedReport, ledger_of
from monitor.stories.link import Linkable, Linker
from monitor.stories.origins import agencies, origin_of
from monitor.stories.stream import Item, link_items
from monitor.stories.terms import count_terms, names_in
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
from tools.golden_texts import OUTLETS, digits, seeded, texts

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "fixtures" / "golden"
DAY_S = 86_400.0


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


def terms() -> Iterator[str]:
    """Yield of each text its terms, names and citations, and how it stands to the text before it."""
    for number, (one, other) in enumerate(pairwise(texts())):
        near = resemblance(fingerprint(*one), fingerprint(other[0], f"{other[1]} {one[1]}"))
        own = own_text(f"{other[1]}\n{one[1]}", one[1])
        different = tell_different_news(one[0], f"{one[1]} {other[1]}", other[0], f"{other[1]} {one[1]}")
        said = (count_terms(*one), names_in(f"{one[0]}. {one[1]}"))
        cited = cited_in(*one, "courier")
        yield f"{number}\t{digits(said)}\t{near:.4f}\t{digits(own)}\t{different:d}\t{','.join(cited) or '-'}"


def _told_again(random_: random.Random, title: str, summary: str) -> tuple[str, str]:
    """Return a report as another paper prints it: words left out, put in front, put behind."""
    kept = [word for word in summary.split(" ") if random_.random() < 0.85]
    before = random_.choice(("", "Update: ", "Report: ", "(Reuters) - ", "LIMA (AP) - ", "According to the Courier, "))
    titles = (title, title.upper(), f"{title} - live", " ".join(title.split(" ")[:-1]), summary[:80])
    return random_.choice(titles), before + " ".join(kept)


def stories() -> Iterator[str]:
    """Yield of a month of reports, most told several times, which story each joins, how likely and why."""
    random_, items = seeded(11), []
    for number, (title, summary) in enumerate(row for row in texts() if row[1]):
        for copy in range(random_.randint(1, 4)):
            at = number * DAY_S / 24 + copy * random_.choice((600.0, DAY_S / 2, 2 * DAY_S, 5 * DAY_S))
            told = _told_again(random_, title, summary) if copy else (title, summary)
            items.append(Item(f"{number}.{copy}", at if random_.random() < 0.98 else None, *told))
    for item, placed in zip(items, link_items(items), strict=True):
        yield f"{item.item_id}\t{placed.story}\t{placed.similarity:.3f}\t{placed.why}"


def windows() -> Iterator[str]:
    """Yield of reports that a small window holds, long ones too, some placed before: which story, why, what merged."""
    random_, reports = seeded(31), [row for row in texts() if row[1]]
    linker, last = Linker(window_s=2 * DAY_S, window_entries=80, join=0.16, merge=0.12), "s0"
    for number in range(1_100):
        title, summary = reports[max(0, number // 3 - random_.choice((0, 0, 0, 1, 5, 40)))]
        told, text = _told_again(random_, title, summary)
        at = number * 1_500.0 + random_.choice((0.0, 0.0, -DAY_S, 9 * DAY_S if random_.random() < 0.1 else 0.0))
        if random_.random() < 0.3:
            text += " " + " ".join(random_.choice(reports)[1] for _ in range(random_.randint(1, 9)))
        if random_.random() < 0.1:
            linker.place(Linkable(entry_id=f"{number}", published_at=at, title=told, text=text, story_id=last))
            continue
        link = linker.link(Linkable(entry_id=f"{number}", published_at=at, title=told, text=text))
        last = link.story_id
        yield f"{number}\t{last}\t{link.similarity:.3f}\t{link.why}\t{link.merged or '-'}"


def matters() -> Iterator[str]:
    """Yield of invented reports which confirmed case they continue, by which names, or by likeness near the bar."""
    random_, reports = seeded(37), [row for row in texts() if row[1]]
    followed, cases = ConfirmedCases(), Cases()
    for number in range(0, 300, 3):
        title, summary = reports[number]
        told = [_told_again(random_, title, summary) for _ in range(random_.randint(1, 8))]
        cases.add(f"s{number}", f"c{number // 9}", told)
        followed.add(f"s{number}", f"c{number // 9}", *told[-1], recent=random_.random() < 0.6)
    for number in range(300):
        title, summary = reports[number]
        other = reports[random_.randrange(300)]
        new, text = _told_again(random_, title, f"{summary} {other[1]}" if random_.random() < 0.5 else summary)
        score = random_.choice((0.2, 0.349, 0.35, 0.5))
        found = cases.find([(new, text), other][: random_.randint(1, 2)]), followed.continued(score, new, text)
        yield f"{number}\t{score}\t" + "\t".join(f"{one.case_id} {one.reason}" if one else "-" for one in found)


def papers() -> Iterator[str]:
    """Yield of invented entries who published them: through aggregators, inside other addresses, by name or host."""
    random_ = seeded(41)
    hosts = (
        *OUTLETS,
        "news.google.com",
        "www.bbc.co.uk",
        "edition.cnn.com",
        "news.ribera.example.co.uk",
        "127.0.0.1",
        "a.b.example.com",
        "news.paper.com.tr",
        "x.paper.de",
        "y.co.paper.com",
        "z.gov.uk",
        "bing.com.mx",
    )
    names = ("", "", "Reuters", "Google News", "Ribera Post - Google News", "The Ribera Post", "courier.example", "AFP")
    ends = ("", " - Reuters", " - The Ribera Post", " - BBC News", "\n(AP) - A man was held.")
    for number in range(400):
        host, inner = random_.choice(hosts), f"https://{random_.choice(hosts)}/a/{number}"
        wraps = (
            f"https://{host}/a/1", f"https://{host}/?url={inner}", f"https://{host}/web/2031/{inner}", "not an address",
            f"https://www.google.com/amp/s/{inner[8:]}", f"https://ribera--post-courier-example.translate.goog/{number}",
            f"https://x.test/to?q=cache:{number}:{inner}", f"https://x.test/{'a' * 5_000}?url={inner}", "",
            f"https://x.test/?u=https://y.test/?u=https://z.test/?u={inner}", f"ftp://u@{host}./x", f"//{host}:80/b",
            f"https://x.cdn.ampproject.org/c/{inner[8:]}", f"https://x.test/?ref={inner}",
            f"https://x.test/?{'a=1&' * random_.choice((48, 49, 50))}u={inner}",
        )  # fmt: skip
        link, source = random_.choice(wraps), random_.choice(("", "", f"https://{random_.choice(hosts)}", wraps[1]))
        feed, name, text = random_.choice(names), random_.choice(names), "A man was held" + random_.choice(ends)
        known = publishers.publisher_of(feed, name, source, link, text)
        shown = publishers.shown_name(known.family, name, feed)
        spelt = publishers.spells(publishers.host_of(link), name)
        said = f"{known.name}|{known.family}|{known.origin}|{shown}"
        yield f"{number}\t{wrapped.innermost(link)[-60:]}\t{said}\t{spelt:d}"


def cites() -> Iterator[str]:
    """Yield of every listed agency and newsroom, credited or cited in some form, whose report that is told to be."""
    random_ = seeded(59)
    forms = (
        "({}) A man was held.",
        "LIMA, May 3 - {} - A man was held.",
        "{}: A man was held.",
        "By A. Writer, {}\nA man.",
        "A man was held. Source: {}",
        "According to the {}, a man was held.",
        "{} reports that a man was held.",
        "A man told {} so.",
        "The {} reported it.",
        "A man was held - {}",
        "{} investigation: a man was held",
        "Iran's {} newspaper said so.",
        "the Danish daily {} said so",
        "{}'s newspaper said so",
        "Reporting by {}; edit",
        "(Reporting by A. Writer; {})",
        "A. Writer contributed to this report ({})",
        "laut {} / selon {}",
        "via {} only",
    )
    names = sorted({name for spelled in agencies().values() for name in spelled} | set(publishers.newsrooms()))
    for number, name in enumerate(names):
        said = random_.choice(forms).replace("{}", random_.choice((name, name.title(), name.upper())))
        filled = "A long report of the harbour town. " * random_.choice((0, 0, 14, 19, 40))
        text = random_.choice((f"{said} {filled}", f"{filled}\n{said}", f"{filled} {said} A man was held again."))
        own = random_.choice(("", "", "reuters", "ap"))
        cited = ",".join(cited_in("A man was held", text, own)) or "-"
        yield f"{number}\t{said[:60]!r}\t{origin_of(text) or '-'}\t{cited}\t{names_cited(said, text)}"


def prints() -> Iterator[str]:
    """Yield of texts of so many words their fingerprint, and which of the last few entries another is a copy of."""
    random_, reports = seeded(61), [row for row in texts() if row[1]]
    whole, copies = " ".join(summary for _, summary in reports[:60]).split(), Copies(12)
    for number in range(420):
        n_words = random_.choice((0, 3, 4, 5, 6, 23, 24, 25, 26, 40, 158, 159, 160, 161, 170))
        at = 30 * (number // 6) % (len(whole) - 200) + random_.choice((0, 0, 1, 6))
        title, text = random_.choice(reports)[0], " ".join(whole[at : at + n_words])
        title = " ".join(title.split()[: random_.choice((0, 1, 4, 5, 9))])
        print_ = fingerprint(title, text)
        copy, own = copies.find(print_, title, text)
        copies.add(f"{number}", print_, title, text)
        found = f"{copy[0]} {copy[1]:.4f}" if copy else "-"
        yield f"{number}\t{n_words}\t{len(print_)}\t{digits(print_)}\t{found}\t{digits(own)}"


def ledgers() -> Iterator[str]:
    """Yield of invented stories who reported itself, who cites whom, who prints a wire, and the count of sources."""
    random_, reports = seeded(13), [row for row in texts() if row[1]]
    for number in range(150):
        title, summary = random_.choice(reports)
        story = []
        for copy in range(random_.randint(1, 5)):
            host = random_.choice(OUTLETS)
            told = _told_again(random_, title, summary) if copy else (title, summary)
            known = publishers.publisher_of(host, "", "", f"https://www.{host}/{copy}", told[1])
            story.append(PrintedReport(f"{number}.{copy}", known.family, known.origin, *told, known.name))
        ledger = ledger_of(story)
        lines = " ".join(f"{line.role}:{'+'.join(line.of)}" for line in ledger.lines)
        yield f"{number}\t{ledger.counts}\t{lines}"


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
