"""What the learning room reckons from invented answers: intervals, estimates, thresholds, rows, weights, a replay.

Owns the drawing of answers, flows and streams. Numbers are written to four digits, as far as any surface shows them.
Written down by build_golden.py.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from monitor.classify.bands import Thresholds
from monitor.learn.calibrate import AnsweredScore, bands, calibrate, promised
from monitor.learn.intervals import binomial_interval, poisson_interval
from monitor.learn.metrics import average_precision, labels_needed, loss, wilson, wss
from monitor.learn.quality import SampleAnswer, estimate
from monitor.learn.recapture import all_there_were, recapture
from monitor.learn.replay.curve import curve_svg
from monitor.learn.replay.simulate import SimulatedAnswer, figures, replay
from monitor.learn.replay.streams import StreamEntry, StreamLabel
from monitor.learn.rows import WaitingRow, pick_rows, topic_words
from monitor.learn.sample import Unflagged, draw_sample
from monitor.learn.threshold import Flow, Seen, follow, most_rows, within_day
from monitor.learn.train import Row, TrainingSet, options_for, thresholds_for_budget, thresholds_for_recall, weigh
from tools.golden_texts import digits, seeded, texts


def _short(value: object) -> object:
    """Return a value with its numbers cut to four digits, so that the last bits of a sum do not matter."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_short(item) for item in value]
    fields = getattr(value, "__struct_fields__", None)
    return [_short(getattr(value, name)) for name in fields] if fields else value


def estimates() -> Iterator[str]:
    """Yield intervals, measures and estimates over small counts and drawn answers."""
    for n in (0, 1, 2, 3, 7, 20):
        yield f"poisson\t{n}\t{_short(poisson_interval(n))}"
        for hits in sorted({0, 1, n // 2, n} & set(range(n + 1))):
            yield f"share\t{hits} of {n}\t{_short((binomial_interval(hits, n) if n else (), wilson(hits, n)))}"
    for flagged, elsewhere, both in ((0, 0, 0), (5, 0, 0), (5, 3, 0), (5, 3, 3), (9, 4, 2), (40, 12, 11), (0, 2, 0)):
        yield f"recapture\t{flagged} {elsewhere} {both}\t{_short(recapture(flagged, elsewhere, both))}"
        yield f"all\t{flagged} {elsewhere} {both}\t{_short(all_there_were(flagged, elsewhere, both))}"
    random_ = seeded(29)
    for number in range(120):
        answers = [random_.random() < 0.3 for _ in range(random_.choice((0, 1, 3, 12, 30)))]
        scores = [round(random_.random(), 1) for _ in answers]
        needed = [labels_needed(answers, sum(answers), share) for share in (0.5, 0.95, 1.0)]
        saved = wss(answers, sum(answers), len(answers) + 20)
        ranked = (average_precision(scores, answers), needed, saved, loss(answers) if any(answers) else None)
        sample = [SampleAnswer(random_.choice((0.02, 0.1, 0.5, 1.0)), plot) for plot in answers]
        found = estimate(random_.randint(0, 9), sample, len(sample) + random_.randint(0, 5), 4_000)
        yield f"answers\t{number}\t{_short((ranked, found))}"


def calibrations() -> Iterator[str]:
    """Yield what is fitted to drawn answers, and whether the words kept their promise."""
    random_ = seeded(31)
    for number in range(60):
        rises = random_.choice((1.0, 1.0, -0.5, 0.0))
        answers = []
        for _ in range(random_.choice((3, 20, 40, 90, 200))):
            score = round(random_.uniform(0.02, 0.98), 3)
            answers.append(AnsweredScore(score, plot=random_.random() < 0.5 + rises * (score - 0.5)))
        fitted = calibrate(answers)
        said = (
            [(fitted.probability(score), bool(place % 2)) for place, score in enumerate((0.01, 0.3, 0.5, 0.99))]
            if fitted
            else []
        )
        yield f"{number}\t{_short((fitted, said, bands(said), promised(answers)))}"


def _titles() -> list[str]:
    return [title for title, summary in texts() if summary][:160]


def thresholds() -> Iterator[str]:
    """Yield where the bands of drawn flows stand, what a day has room for, and whom the audit draws."""
    random_, titles, own = seeded(37), _titles(), Thresholds(0.6, 0.4)
    for number in range(150):
        seen = [
            Seen(round(random_.random() ** random_.choice((1, 3)), 3), random_.choice(titles))
            for _ in range(random_.choice((0, 2, 9, 60)))
        ]
        seen.sort(key=lambda one: -one.score)
        flow = Flow(len(seen) * 9, tuple(seen), random_.choice((0.0, 86_399.0, 86_400.0, 9e6)))
        per_day = random_.choice((0.4, 1.0, 3.0, 10.0))
        placed = follow(own, flow, per_day)
        most = most_rows(placed.thresholds.flag, own.flag, per_day)
        room = within_day(seen, random_.sample(seen, min(3, len(seen))), most)
        days = {str(day): [one.score for one in seen[day::3]] for day in range(3)}
        cuts = thresholds_for_budget(days, per_day), thresholds_for_recall([one.score for one in seen], 0.9)
        unflagged = [Unflagged(f"{place}", one.score, noticed=place % 7 == 0) for place, one in enumerate(seen)]
        drawn = draw_sample("2026-01-05", unflagged, random_.choice((1, 5, 20)), 0.4, salt="s")
        yield f"{number}\t{_short((placed, most))}\t{digits((room, _short(cuts), _short(drawn)))}"


def day_rows() -> Iterator[str]:
    """Yield which of drawn rows a day shows, and why others stand behind."""
    random_, titles = seeded(41), _titles()
    for number in range(200):
        rows = [
            WaitingRow(
                at,
                f"s{random_.randint(0, 9)}",
                round(random_.random(), 2),
                random_.choice("abcd"),
                topic_words(random_.choice(titles[:25])),
                alert=random_.random() < 0.1,
                case_id=random_.choice(("", "", "c1", "c2")),
            )
            for at in range(random_.choice((0, 3, 12, 40)))
        ]
        rows.sort(key=lambda row: (-row.score, row.entry))
        answered = [row.words for row in random_.sample(rows, min(2, len(rows)))]
        read = random_.sample(rows, min(random_.randint(0, 7), len(rows)))
        choice = pick_rows([row for row in rows if row not in read], random_.choice((1, 3, 5)), answered, read)
        yield f"{number}\t{[row.entry for row in choice.rows]}\t{dict(sorted(choice.behind.items()))}"


def weights() -> Iterator[str]:
    """Yield how drawn labels, templates and background are weighed, and the options for so many labels."""
    random_, none = seeded(43), Any
    for number in range(80):
        labelled = tuple(
            Row(
                at,
                plot=random_.random() < 0.5,
                weight=random_.choice((1.0, 1.0, 4.0, 9.0)),
                group=random_.choice(("", "g1", "g2", "g3")),
                source=random_.choice("abcdefg"),
            )
            for at in range(random_.choice((0, 1, 6, 40)))
        )
        prior = tuple(Row(100 + at, plot=at % 3 != 0, weight=1.0 + at) for at in range(random_.choice((0, 6))))
        data = TrainingSet(none, prior, labelled, range(200, 200 + random_.choice((0, 5))))  # type: ignore[arg-type]
        weighed = [(row.row, weight) for row, weight in weigh(data)]
        yield f"{number}\t{_short(options_for(labelled).views[0].scale)}\t{digits(_short(weighed))}"


class _ByTitle:
    """Stories of entries that share a title."""

    def __init__(self) -> None:
        self._story: dict[int, str] = {}

    def advance(self, entries: Sequence[tuple[int, StreamEntry]]) -> None:
        """Take in one day's entries."""
        self._story |= {index: f"s{digits(entry.title)}" for index, entry in entries}

    def story_of(self, index: int) -> str:
        """Return the story of an entry."""
        return self._story[index]


def _stream(random_: random.Random) -> tuple[list[StreamEntry], dict[str, StreamLabel]]:
    entries, labels = [], {}
    told = [row for row in texts() if row[1]]
    for at in range(random_.choice((5, 60, 160))):
        title, summary = random_.choice(told[:80])
        day = f"2026-01-{1 + at // 6:02d}"
        entries.append(StreamEntry(f"e{at}", day, random_.choice("abc"), title, summary))
        if random_.random() < 0.5:
            labels[f"e{at}"] = StreamLabel(random_.choice((0, 0, 1, 2)), random_.choice(("", "p1", "p2", "p3")))
    return entries, labels


def replays() -> Iterator[str]:
    """Yield the figures of drawn streams that are answered day by day, trained on now and then, and their curves."""
    random_ = seeded(47)
    for number in range(24):
        entries, labels = _stream(random_)
        scores = [round(random_.random(), 3) for _ in entries]

        def again(
            day: str, answers: Sequence[SimulatedAnswer], followed: object, scores: list[float] = scores
        ) -> list[float]:
            return [round(1 - score, 3) for score in scores]

        result = replay(
            entries,
            labels,
            _ByTitle(),
            scores,
            random_.choice((None, again)),
            rows_per_day=random_.choice((1, 3)),
            every_days=random_.choice((0, 5)),
        )
        said = figures(entries, labels, result)
        yield f"{number}\t{digits(curve_svg(said['weekly'], said['plots_total']))}\t{_short(said)}"
