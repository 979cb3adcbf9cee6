"""An invented log with every kind of event in it, and all that the views answer of it: for tools/build_golden.py.

The events come as chance wills, not as a worker would write them: what is flagged, read, erased or judged twice, or
before it was seen, is where a view's answer turns on a bound.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from monitor.log import events as ev
from monitor.log.codec import iso
from monitor.log.memory import MemoryLog
from monitor.log.payloads import entry_payload, payload_sha
from monitor.views.fold import Views, open_views
from monitor.views.queries import (
    acts,
    cases,
    entries,
    erasures,
    feeds,
    labels,
    models,
    queue,
    search,
    stories,
    ticks,
    yields,
)
from monitor.views.search.find import find
from monitor.views.search.index import SearchIndex
from monitor.views.search.marks import mark, snippet
from monitor.views.search.query import SearchTerm, parse_query
from monitor.views.search.words import words_of
from monitor.views.tables import lines

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
N_EVENTS, EVERY = 1_600, 100
PEOPLE = ("ana", "ben", "cem")
WHY = ("new", "new", "new", "revised", "replaced", "page", "second-look", f"{cases.FOLLOW_UP}s1")
Make = Callable[["Chance"], ev.EventData]


class Chance(random.Random):
    """The dice, with the names things have in the log."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.at = START
        self.position = 0
        self.known = ["0" * 16]  # the entries that were seen
        self.labels = [0]  # where labels lie

    def entry(self) -> str:
        """Return the id of an entry: the newest are more and more of them."""
        newest = max(8, self.position // 9)
        return f"{newest - self.randrange(min(newest, 40)):016x}"

    def story(self) -> str:
        """Return the id of a story: a few hold many entries."""
        newest = max(6, self.position // 20)
        return f"s{newest - min(self.randrange(6), self.randrange(24)) % newest:016x}"

    def feed(self) -> str:
        """Return the id of a feed."""
        return f"f{self.randrange(4)}"

    def sha(self) -> str:
        """Return the name of a text."""
        return f"{self.randrange(60):064x}"

    def model(self) -> str:
        """Return the id of a model."""
        return f"m{self.randrange(4)}"

    def often(self, share: float = 0.5) -> bool:
        """Tell yes in so many of all cases."""
        return self.random() < share

    def time(self, hours: float = 60.0) -> str:
        """Return a moment around now."""
        return iso(self.at + timedelta(hours=self.uniform(-hours, hours)))

    def earlier(self) -> int:
        """Return a position of the last events."""
        return max(1, self.position - self.randrange(60))

    def score(self) -> float:
        """Return a score with many equals."""
        return self.choice((0.02, 0.1, 0.3, 0.5, 0.5, 0.7, 0.9, 0.95))


def _seen(c: Chance) -> ev.EventData:
    link = c.choice(("", "ftp://x.test/1", f"https://courier.example/{c.randrange(30)}"))
    return ev.EntrySeen(
        entry_id=c.entry(), feed_id=c.feed(), guid="", link=link, text_sha=c.sha(),
        published_at=c.choice(("", c.time())), lang=c.choice(("", "en", "tr")), author=c.choice(("", "A. Writer")),
        source_name=c.choice(("", "", "The Courier")), source_url=c.choice(("", "https://courier.example/")),
        backfill=c.often(0.15),
    )  # fmt: skip


def _added(c: Chance) -> dict[str, object]:
    return {
        "feed_id": c.feed(), "url": f"https://{c.randrange(2)}.test/", "name": c.choice(("Bee", "Ant", "Cat")),
        "publisher": c.choice(("", "Ribera")), "group": c.choice(("", "wires")), "full_text": c.often(0.7),
        "interval_s": c.choice((None, 600)), "kind": "archive" if c.often(0.1) else "feed",
    }  # fmt: skip


def _fetched(c: Chance) -> ev.EventData:
    return ev.FeedFetched(
        feed_id=c.feed(), status=c.choice((200, 304)), not_modified=c.often(0.3), n_entries=c.choice((0, 1, 2, 20, 40)),
        n_new=c.choice((0, 0, 1, 3)), n_dropped=c.choice((0, 0, 2)), overlap=c.choice((None, True, False)),
        etag=c.choice(("", "e1")), body_sha=c.choice(("", "b1", "b2")), moved_to=c.choice(("", "https://new.test/")),
        next_due_at=c.choice(("", c.time())), interval_s=600, warning=c.choice(("", "odd")), is_cut=c.often(0.1),
        parts=c.choice(([], [("u", "e", "m")])), validators_lie=c.often(0.1),
    )  # fmt: skip


def _labelled(c: Chance) -> ev.EventData:
    return ev.EntryLabelled(
        entry_id=c.entry(), label=c.choice(("plot", "not-plot", "not-plot", "unsure")), by=c.choice(PEOPLE),
        story_id=c.choice(("", c.story())), note=c.choice(("", "seen it")), blind=c.often(0.1), sample=c.often(0.2),
        source=c.choice(("", "", "", "list.csv")), act=c.choice(("", "a1", "a2")),
    )  # fmt: skip


def _undone(c: Chance) -> int:
    return c.earlier() if c.often(0.3) else 0


# How often each comes, and how it is made.
KINDS: tuple[tuple[int, Make], ...] = (
    (3, lambda c: ev.FeedAdded(**_added(c))),  # type: ignore[arg-type]
    (2, lambda c: ev.FeedChanged(**_added(c))),  # type: ignore[arg-type]
    (1, lambda c: ev.FeedRemoved(feed_id=c.feed())),
    (6, _fetched),
    (3, lambda c: ev.FeedFailed(feed_id=c.feed(), reason="dns", n_failures=c.randrange(5), next_due_at=c.time())),
    (2, lambda c: ev.TickStarted(tick_id=f"t{c.randrange(40)}", n_due=c.randrange(9))),
    (2, lambda c: ev.TickFinished(tick_id=f"t{c.randrange(40)}", n_due=1, n_new=c.randrange(9), duration_ms=7)),
    (14, _seen),
    (4, lambda c: ev.EntryRevised(
        entry_id=c.entry(), feed_id=c.feed(), revision=c.randrange(1, 4), link="https://courier.example/r",
        text_sha=c.sha(), changed=["title"])),
    (3, lambda c: ev.PageRead(
        entry_id=c.entry(), revision=0, url=f"https://p.test/{c.randrange(9)}", text_sha=c.sha(), n_chars=9,
        kept=c.often(0.3))),
    (2, lambda c: ev.PageFailed(
        entry_id=c.entry(), url="u", reason="dns", attempt=c.randrange(1, 4), retry_at=c.choice(("", c.time())))),
    (14, lambda c: ev.EntryScored(
        model_id=c.model(), threshold=0.5, why=c.choice(WHY[:7]),
        scores=[(c.entry(), 0, c.score()) for _ in range(c.randrange(1, 4))])),
    (12, lambda c: ev.EntryFlagged(
        entry_id=c.entry(), revision=0, model_id=c.model(), score=c.score(), threshold=0.5, why=c.choice(WHY),
        band=c.choice(("flag", "look-again")))),
    (5, lambda c: ev.StoryOpened(story_id=c.story(), entry_id=c.entry(), publisher=c.choice(("", "Meridian")))),
    (8, lambda c: ev.StoryJoined(
        story_id=c.story(), entry_id=c.entry(), similarity=c.choice((0.2, 0.49, 0.5, 0.8)), why="near",
        publisher=c.choice(("", "Ribera")), origin=c.choice(("", "wire")))),
    (2, lambda c: ev.StoryMerged(
        story_id=c.story(), from_id=c.story(), entry_ids=c.choice(([], [c.entry()])), undoes=_undone(c))),
    (2, lambda c: ev.StorySplit(
        story_id=c.story(), new_id=c.story(), entry_ids=[c.entry(), c.entry()], undoes=_undone(c))),
    (4, lambda c: ev.StoryLinked(story_id=c.story(), case_id=c.story(), undoes=_undone(c))),
    (3, lambda c: ev.CardCorrected(
        story_id=c.story(), field=c.choice(("stage", "target")), value=[str(c.randrange(3))], withdrawn=c.often(0.3),
        undoes=_undone(c))),
    (3, lambda c: ev.CardConfirmed(
        story_id=c.story(), values={"stage": ["tried"], c.choice(("state", "target")): [str(c.randrange(3))]},
        withdrawn=c.often(0.3), undoes=_undone(c))),
    (12, _labelled),
    (5, lambda c: ev.LabelWithdrawn(label_position=c.choice(c.labels[-25:]), entry_id=c.entry(), by=c.choice(PEOPLE))),
    (4, lambda c: ev.RowSkipped(
        entry_id=c.entry(), by=c.choice(PEOPLE), until=c.time(), story_id=c.choice(("", c.story())),
        undoes=_undone(c))),
    (2, lambda c: ev.SampleDrawn(
        day=c.time()[:10], entries=[(c.choice(c.known), 0.5), (c.choice(c.known), 0.25)],
        n_population=c.randrange(2, 90))),
    (1, lambda c: ev.ModelTrained(model_id=c.model(), card={"n": c.randrange(9)})),
    (1, lambda c: ev.ModelPromoted(model_id=c.model(), threshold=c.score(), previous_id=c.model(), reason="better")),
    (1, lambda c: ev.ModelRejected(model_id=c.model(), reason="worse", figures={"n": 1})),
    (1, lambda c: ev.SecondLookBegun(model_id=c.model(), since=c.time(), bounds=[0, c.earlier()], most=9)),
    (1, lambda c: ev.SecondLookFinished(begun=c.earlier())),
    (1, lambda c: ev.ThresholdMoved(
        model_id=c.model(), threshold=c.score(), previous=c.score(), look_again=0.02, previous_look_again=0.01,
        why="rows")),
    (1, lambda c: ev.ClockDiffered(seconds=c.randrange(90))),
    (1, lambda c: ev.ClockJumped(last_at=c.time(), now_at=c.time(), seconds=7.0)),
    (1, lambda c: ev.SearchSaved(name=f"n{c.randrange(3)}", query=c.choice(("", "plot")), by=c.choice(PEOPLE))),
    (1, lambda c: ev.JobFinished(job=f"j{c.randrange(3)}", scheduled_at=c.time(), ok=c.often(), detail="d")),
    (1, lambda c: ev.JobMissed(job="j1", scheduled_at=c.time(), reason="asleep")),
    (2, lambda c: ev.DigestSent(
        digest_id=f"d{c.randrange(6)}", channel=c.choice(("file", "mail")), state=c.choice(("sent", "failed", "due")))),
    (2, lambda c: ev.AlertSent(
        alert_id=f"a{c.randrange(6)}", story_id=c.story(), channel="mail", state=c.choice(("sent", "failed", "due")))),
    (2, lambda c: ev.PayloadErased(
        text_sha=c.sha(), reason="asked", entry_id=c.entry(), keep_out=c.often(0.3), marks=["k1"] if c.often() else [],
        withheld=c.often(0.3))),
    (1, lambda c: ev.ErasureBegun(n_texts=2)),
    (1, lambda c: ev.ErasureFinished(upto=c.earlier())),
    (1, lambda c: ev.ErasureLifted(entry_id=c.entry(), by="ana")),
    (1, lambda c: ev.CheckpointSigned(at_position=c.earlier(), at_hash="h", public_key="k", signature="s")),
    (1, lambda c: ev.ArchiveImported(feed_id=c.feed(), file="a.csv", file_sha="f", n_read=3)),
)  # fmt: skip


def _event(c: Chance) -> ev.NewEvent:
    if c.position == 1:
        return ev.NewEvent("first", ev.EntrySeen(entry_id=c.known[0], feed_id="f0", guid="", link="", text_sha=c.sha()))
    (make,) = c.choices([make for _, make in KINDS], [often for often, _ in KINDS])
    data = make(c)
    if isinstance(data, ev.EntrySeen):
        c.known.append(data.entry_id)
    if isinstance(data, ev.EntryLabelled):
        c.labels.append(c.position)
    by_person = isinstance(data, (ev.EntryLabelled, ev.LabelWithdrawn, ev.RowSkipped))
    actor = c.choice(PEOPLE) if by_person or c.often(0.6) else "monitor"
    return ev.NewEvent(f"{data.type}:{c.position}", data, actor)


def _asked(c: Chance, v: Views) -> dict[str, object]:
    """Return what each question of views/queries is answered, some with names and moments as chance wills."""
    entry, story, by, since, now = (
        c.entry(),
        c.story(),
        c.choice(PEOPLE),
        iso(c.at - timedelta(hours=c.randrange(70))),
        iso(c.at),
    )
    some, day, few, at = [c.entry() for _ in range(5)], since[:10], c.randrange(1, 6), c.earlier()
    mine = acts.acts_by(v, by, since, few * 4)
    return {
        "acts_by": mine, "together_with": [acts.together_with(v, act) for act in mine[:3]],
        "act_at": [acts.act_at(v, at - n, by) for n in range(20)], "rows_read": acts.rows_read(v, since, by),
        "skips_of": acts.skips_of(v, by, now), "confirmed_stories": cases.confirmed_stories(v),
        "confirmed_reports": cases.confirmed_reports(v, few), "joined_since": cases.joined_since(v, since),
        "unflagged_after": cases.unflagged_after(v, at, few * 3), "entry": [entries.entry(v, one) for one in some],
        "ids_starting": entries.ids_starting(v, "0" * 14, few),
        "known_entries": sorted(entries.known_entries(v, some), key=repr),
        "entry_of_link": entries.entry_of_link(v, [f"https://courier.example/{n}" for n in range(few)]),
        "newest_known": entries.newest_known(v, c.feed(), few), "n_scored": entries.n_scored_since(v, since),
        "reported_times": entries.reported_times(v, c.feed(), few), "seen_since": entries.seen_since(v, since, few * 4),
        "undecided_since": entries.undecided_since(v, since, few * 3), "undecided": entries.undecided(v, few),
        "undecided_between": entries.undecided_between(v, since, at - 90, at), "labelled": entries.labelled(v),
        "undecided_of": entries.undecided_of(v, some), "linked_since": entries.linked_since(v, since),
        "linked_of": entries.linked_of(v, c.feed(), since, now), "first_seen_at": entries.first_seen_at(v),
        "unflagged_between": entries.unflagged_between(v, since, now), "n_entries": entries.n_entries(v),
        "best_since": entries.best_since(v, since, 0.3, few * 3), "n_flagged": entries.n_flagged(v),
        "wanted_pages": entries.wanted_pages(v, since, now, few * 3), "page_url": entries.page_url(v, entry),
        "noted_positions": entries.noted_positions(v, entry), "second_looks_at": entries.second_looks_at(v, at),
        "pending_erasure": erasures.pending_erasure(v), "loose_erasures": sorted(erasures.loose_erasures(v)),
        "erasures_left": erasures.erasures_left(v), "kept_out": [sorted(one) for one in erasures.kept_out(v)],
        "text_positions": erasures.text_positions(v, entry),
        "sharing": erasures.sharing_entries(v, [c.sha() for _ in range(9)], entry),
        "watched_feeds": feeds.watched_feeds(v), "feeds_named": sorted(feeds.feeds_named(v, ["f1", "f2"]), key=repr),
        "ever_watched": feeds.ever_watched(v), "labels_of": labels.labels_of(v, entry, story),
        "all_labels": labels.all_labels(v), "standing_labels": labels.standing_labels(v),
        "newest_labels": labels.newest_labels(v, few), "covering": labels.covering(v, entry),
        "covering_each": labels.covering_each(v, some), "labelled_ids": labels.labelled_ids(v),
        "newest_change": labels.newest_change(v), "answered_entries": labels.answered_entries(v, few),
        "answered_before": [labels.answered_before(v, one, story) for one in some],
        "answered_without": [labels.answered_without(v, one) for one in some],
        "label_at": [labels.label_at(v, at - n) for n in range(9)], "n_standing": labels.n_standing(v),
        "n_given": (labels.n_given(v, entry, ""), labels.n_given(v, "", story)),
        "newest_answers": labels.newest_answers(v, few), "in_use": models.in_use(v), "moved": models.moved(v),
        "second_look": models.second_look_left(v), "all_models": models.all_models(v),
        "open_flags": queue.open_flags(v, now, by), "flagged_since": queue.flagged_since(v, since, now[:10]),
        "best_flag": [queue.best_flag(v, f"s{one}") for one in some], "sample": [queue.sample(v, one) for one in some],
        "waiting_samples": queue.waiting_samples(v, few), "drawn_since": sorted(queue.drawn_since(v, day), key=repr),
        "n_population": queue.n_population(v, day),
        "was_drawn": [queue.was_drawn(v, f"2026-03-{n:02}") for n in (1, 9)],
        "flagged_unsampled": sorted(queue.flagged_unsampled(v, since)),
        "saved_searches": search.saved_searches(v),
        "rows_at": search.rows_at(v, range(at - 30, at)), "story": stories.story(v, story),
        "standing_story": stories.standing_story(v, story), "case_of": stories.case_of(v, story),
        "stories_starting": stories.stories_starting(v, "s00", few), "newest_stories": stories.newest_stories(v, few),
        "stories_of_case": stories.stories_of_case(v, story), "story_of": stories.story_of(v, entry),
        "member": stories.member(v, entry), "members": stories.members(v, story),
        "text_shas": stories.text_shas(v, story, few), "corrections": stories.corrections(v, story),
        "confirmations": stories.confirmations(v, story), "corrected_at": stories.corrected_at(v, story, "stage"),
        "continuable": stories.continuable_stories(v, since, few), "newest_ticks": ticks.newest_ticks(v, few),
        "tick_days": ticks.tick_days(v), "last_finished": ticks.last_finished_tick(v),
        "finished_position": ticks.last_finished_position(v), "last_signed": ticks.last_signed(v),
        "message_state": [ticks.message_state(v, f"{kind}{n}", "mail") for kind in "ad" for n in range(6)],
        "last_runs": ticks.last_runs(v), "unsent": ticks.unsent(v), "feed_days": yields.feed_days(v, day),
        "feed_polls": yields.feed_polls(v), "feeds_of": yields.feeds_of(v, some),
    }  # fmt: skip


def _digits(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:8]


def _length(value: object) -> str:
    return str(len(value)) if isinstance(value, (list, dict, tuple)) else "-"


def answers() -> Iterator[str]:
    """Yield of an invented log, at every few events, what each table holds and each question is answered."""
    c, log = Chance(19), MemoryLog()
    views = open_views(None, log)
    for number in range(N_EVENTS):
        c.position = number + 1
        c.at += timedelta(minutes=c.choice((0, 1, 5, 20, 40)))
        log.append([_event(c)], recorded_at=iso(c.at))
        if c.often(0.2):
            views.catch_up()
        if c.position % EVERY:
            continue
        views.catch_up()
        tables: dict[str, list[bytes]] = {}
        for line in lines(views.db):
            tables.setdefault(line.partition(b"|")[0].decode(), []).append(line)
        for name, rows in tables.items():
            if name != "folded" and not name.startswith(("undo_", "mark")):
                yield f"{c.position}\t{name}\t{len(rows)}\t{_digits(rows)}"
        for name, answer in _asked(c, views).items():
            yield f"{c.position}\t{name}\t{_length(answer)}\t{_digits(answer)}"
    views.close()


def searches(reports: list[tuple[str, str]]) -> Iterator[str]:
    """Yield what is found in an invented archive by words of its own, in which order, and what is marked of a text."""
    c, log, told = Chance(23), MemoryLog(), []
    for number in range(260):
        told.append((c.choice(reports)[0], " ".join(summary for _, summary in c.sample(reports, c.randrange(5)))))
        payload = entry_payload(*told[-1])
        entry, sha = f"{number:016x}", payload_sha(payload)
        if number > 20 and c.often(0.15):
            entry = f"{c.randrange(number):016x}"
            data: ev.EventData = c.choice((
                ev.EntryRevised(entry_id=entry, feed_id="f1", revision=1, link="", text_sha=sha, changed=["title"]),
                ev.PageRead(entry_id=entry, revision=0, url="u", text_sha=sha, n_chars=1),
            ))  # fmt: skip
        else:
            data = ev.EntrySeen(
                entry_id=entry, feed_id=c.feed(), guid="", link="", text_sha=sha, lang=c.choice(("en", "tr"))
            )
        c.at += timedelta(hours=c.randrange(5))
        key = f"entry-seen:{entry}" if isinstance(data, ev.EntrySeen) else f"{data.type}:{number}"
        log.append([ev.NewEvent(key, data)], recorded_at=iso(c.at), payloads={sha: payload})
        if c.often(0.2):
            scored = ev.EntryScored(model_id="m1", threshold=0.5, scores=[(entry, 0, c.score())])
            log.append([ev.NewEvent(f"scored:{number}", scored)], recorded_at=iso(c.at))
    views, index = open_views(None, log), SearchIndex(None, log, slice_events=17)
    index.catch_up()
    for number in range(150):
        typed = _typed(c, c.choice(told))
        found = find(views, index, parse_query(typed), page=c.randrange(4), per_page=5, newest=c.often(0.3))
        hits = [(hit.entry.entry_id[-3:], hit.title, hit.snippet, hit.erased) for hit in found.hits]
        ids = ",".join(one[0] for one in hits) or "-"
        yield f"{number}\t{found.total}\t{found.page}/{found.n_pages}\t{found.more:d}\t{ids}\t{_digits(hits)}"
    index.close()
    views.close()
    for number in range(200):
        title, text = c.choice(told)
        words = f"{text} {title}".split()
        terms = [
            SearchTerm(tuple(words_of(" ".join(words[at : at + c.choice((1, 1, 2, 3))]))), c.often(0.3), c.often(0.2))
            for at in c.sample(range(len(words)), min(len(words), c.randrange(1, 9)))
        ]
        terms = [term for term in terms if term.words]
        shown = snippet(text, terms, c.choice((24, 60, 120, 240)))
        yield f"marks of {number}\t{len(shown.text)}\t{len(shown.marks)}\t{_digits((shown, mark(title, terms)))}"


def _typed(c: Chance, report: tuple[str, str]) -> str:
    """Return a query: words that stand in a report, with what the help names."""
    words = " ".join(report).split()
    at = c.randrange(len(words))
    near = " ".join(words[at : at + 2]).replace('"', "")
    extra = (
        f"-{c.choice(words)}", f"OR {c.choice(words)}", f'"{near}"', f"title:{c.choice(report[0].split())}", "lang:en",
        "-lang:tr", "feed:f1", f"after:{c.time()[:10]}", f"before:{c.time()[:10]}", "score:>=0.5", "flagged:no",
        "label:none", f"{c.choice(words)[:3]}*", f'-"{near}"',
    )  # fmt: skip
    start = c.choice((c.choice(words), c.choice(words), f'"{near}"', c.choice(words)[:4] + "*", ""))
    return " ".join([start, *c.sample(extra, c.choice((0, 0, 1, 1, 2)))])
