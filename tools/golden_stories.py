"""What the rules of the room stories say of invented reports: terms, stories, cases, publishers, sources and copies.

Owns telling a report again as other papers print it. Written down by build_golden.py.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

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
from tools.golden_texts import OUTLETS, digits, seeded, texts

DAY_S = 86_400.0


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
