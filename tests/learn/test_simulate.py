"""The replay of a stream: rows a day, honest counting, answers alone retrain; and the pool."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.errors import InputError
from monitor.learn.cold import shipped_prior
from monitor.learn.replay.curve import curve_svg
from monitor.learn.replay.experiment import Experiment, screen_records
from monitor.learn.replay.simulate import figures, replay
from monitor.learn.replay.streams import PoolRecord, StreamEntry, StreamLabel, read_labels, read_pool, read_stream
from monitor.surfaces.cli.learn.simulate import simulate


class Alone:
    """Every entry is its own story."""

    def advance(self, entries: object) -> None:
        """Take nothing in."""

    def story_of(self, index: int) -> str:
        """Return a story per entry."""
        return f"s{index}"


def entry(number: int, day: int) -> StreamEntry:
    """An entry whose title shares no word with another's."""
    title = " ".join(chr(97 + number) * length for length in (4, 5, 6))
    return StreamEntry(f"e{number}", f"2023-01-{day:02d}", f"feed{number}", title)


def test_a_day_shows_its_best_rows_and_counts_what_was_shown() -> None:
    """Two rows a day, two days: the plot of day one is shown on day two, within 24 hours."""
    entries = [entry(1, 1), entry(2, 1), entry(3, 1), entry(4, 2), entry(5, 2)]
    labels = {"e3": StreamLabel(1, "case"), "e4": StreamLabel(2, "other"), "e9": StreamLabel(1, "absent")}
    result = replay(entries, labels, Alone(), [5, 4, 3, 9, 1], None, rows_per_day=2, every_days=0)
    assert [(a.day[-2:], a.entry, a.label) for a in result.answers] == [
        ("01", 0, False), ("01", 1, False), ("02", 3, False), ("02", 2, True),
    ]  # fmt: skip
    found = figures(entries, labels, result)
    assert (found["plots_total"], found["plots_found"], found["plot_recall"], found["plot_recall_24h"]) == (1, 1, 1, 1)
    assert (found["rows_shown"], found["precision"]) == (4, round(1 / 3, 4))
    assert found["average_precision"] == round(1 / 3, 4)


def test_a_plot_never_shown_is_named_as_missed() -> None:
    """The figures say what was not found."""
    entries = [entry(1, 1), entry(2, 1)]
    labels = {"e2": StreamLabel(1, "case")}
    found = figures(entries, labels, replay(entries, labels, Alone(), [2, 1], None, rows_per_day=1, every_days=0))
    assert (found["plot_recall"], found["missed"], found["labels_used"]) == (0.0, ["case"], 0)


def test_what_waited_three_days_stands_behind_newer_entries_and_is_not_lost() -> None:
    """As in the queue: the newest first, the old where the day has room."""
    entries = [entry(1, 1), entry(2, 1), entry(3, 1), entry(4, 4)]
    result = replay(entries, {}, Alone(), [9, 8, 7, 1], None, rows_per_day=2, every_days=0)
    assert [(a.day[-2:], a.entry) for a in result.answers] == [("01", 0), ("01", 1), ("04", 3), ("04", 2)]


@pytest.mark.parametrize(("day", "order"), [(4, [1, 2]), (5, [2, 1])])
def test_a_topic_answered_stands_behind_for_three_days(day: int, order: list[int]) -> None:
    """As in the queue: what was decided lately does not come first."""
    entries = [
        StreamEntry("a", "2023-01-01", "f", "Mayor resigns over contract"),
        StreamEntry("b", f"2023-01-{day:02d}", "g", "Ferry service resumes"),
        StreamEntry("c", f"2023-01-{day:02d}", "h", "Mayor resigns over contract again"),
    ]
    result = replay(entries, {}, Alone(), [9, 1, 8], None, rows_per_day=2, every_days=0)
    assert [a.entry for a in result.answers] == [0, *order]


def test_retraining_sees_only_answers_of_days_before() -> None:
    """Nothing of today or of what was never shown reaches the trainer."""
    entries = [entry(i, 1 + i // 3) for i in range(12)]
    seen: list[tuple[str, list[str]]] = []

    def retrain(day: str, answers: object, _: object) -> list[float]:
        seen.append((day, [a.day for a in answers]))  # type: ignore[attr-defined]
        return [float(i) for i in range(12)]

    result = replay(entries, {}, Alone(), [0.0] * 12, retrain, rows_per_day=1, every_days=1)
    assert [day for day, _ in seen] == ["2023-01-02", "2023-01-03", "2023-01-04"]
    assert all(answered < day for day, days in seen for answered in days)
    assert result.n_retrained == 3


REPORTS = (
    ("Editor Tamsin Orrewell poisoned in Lindmark", "Police in Lindmark say the poisoning was ordered abroad."),
    ("Two men charged over poisoning of Tamsin Orrewell", "Police in Lindmark say the poisoning was ordered abroad."),
    ("Ferry service resumes", "The harbour of Oxmere is open again."),
)


@pytest.mark.parametrize("answer", [1, 0])
def test_what_continues_a_confirmed_plot_is_shown_in_its_own_place(answer: int) -> None:
    """One row a day: the charge stands behind the ferry's row and follows the plot, if somebody confirmed it."""
    entries = [
        StreamEntry(f"e{i}", f"2023-01-0{1 + (i > 0)}", f"f{i}", title, about)
        for i, (title, about) in enumerate(REPORTS)
    ]
    labels = {"e0": StreamLabel(answer, "case"), "e1": StreamLabel(answer, "case")}
    result = replay(entries, labels, Alone(), [3, -4, 2], None, rows_per_day=1, every_days=0)
    assert [a.entry for a in result.answers] == [0, 2]
    assert [f.entry for f in result.followed] == ([1] if answer else [])
    found = figures(entries, labels, result)["followups"]
    assert (found["later_entries"], found["followed"], found["wrong"]) == (answer, answer, 0)
    assert found["recall"] == float(answer)


def test_an_experiment_runs_the_real_features_and_model_and_is_repeatable() -> None:
    """From texts to figures: a plain report of a plot outranks sport, twice alike."""
    plot = StreamEntry("p", "2023-01-01", "f", "Police foil Iranian plot to kill exiled journalist", "Two held.")
    sport = [
        StreamEntry(f"s{i}", "2023-01-01", "f", f"Cup match {i} ends in a draw", "Both sides scored.") for i in range(5)
    ]
    labels = {"p": StreamLabel(1, "case")}
    runs = [Experiment([*sport, plot], labels, shipped_prior()).run(1, "never") for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0][1]["plot_recall"] == 1.0


def test_the_curve_is_svg_of_both_counts() -> None:
    """Weeks across, plots up."""
    svg = curve_svg([{"plots_seen": 1, "plots_found": 0}, {"plots_seen": 2, "plots_found": 2}], 2)
    assert svg.startswith("<svg ")
    assert svg.count("<polyline") == 2


def test_a_pool_is_screened_most_likely_first_from_its_priors() -> None:
    """With one example of each kind the rest of a clear-cut pool is found first."""
    records = [
        PoolRecord(
            f"r{i}", f"{'kidney glucose transport' if i % 5 == 0 else 'survey of office chairs'} {i}", "", i % 5 == 0
        )
        for i in range(60)
    ]
    marked = [PoolRecord(r.record_id, r.title, r.abstract, r.label, i in {0, 1}) for i, r in enumerate(records)]
    found = screen_records(marked)
    assert (found["records"], found["positives"]) == (58, 11)
    assert found["labels_needed"]["1.00"] == 11
    assert found["loss"] == 0.0


def test_a_pool_without_priors_starts_from_the_seeds() -> None:
    """The cold model's ranking shows the first rows."""
    records = [PoolRecord(f"r{i}", f"Cup match {i} ends in a draw", "", label=False) for i in range(30)]
    records.append(PoolRecord("p", "Iranian agents charged with plot to kill exiled journalist", "", label=True))
    assert screen_records(records)["labels_needed"]["1.00"] == 1


def test_files_are_read_and_bad_lines_named(tmp_path: Path) -> None:
    """Half a file is no file: the error says where."""
    stream = tmp_path / "s.jsonl.gz"
    with gzip.open(stream, "wt") as file:
        file.write('{"id": "b", "published": "2023-01-02T05:00:00Z", "title": "B"}\n')
        file.write('{"id": "a", "published": "2023-01-01", "title": "A", "unknown": 1}\n')
    assert [(e.entry_id, e.day) for e in read_stream(stream)] == [("a", "2023-01-01"), ("b", "2023-01-02")]
    for name, content, message in (
        ("bad.jsonl", '{"id": "a", "published": "2023-01-01"}\n[1]\n', "bad.jsonl:2"),
        ("cut.jsonl", '{"id": "a"', "cut.jsonl:1"),
        ("gone.jsonl", '{"id": "a"}\n', "published"),
    ):
        path = tmp_path / name
        path.write_text(content)
        with pytest.raises(InputError, match=message):
            read_stream(path)
    tsv = tmp_path / "l.tsv"
    tsv.write_text("id\tlabel\tplot\na\t1\tcase\nb\tmaybe\t\n")
    with pytest.raises(InputError, match=r"l\.tsv:3"):
        read_labels(tsv)
    pool = tmp_path / "p.jsonl"
    pool.write_text('{"i": 0, "title": "t", "abstract": "a", "label": 1}\n{"i": 1, "label": 7}\n')
    with pytest.raises(InputError, match=r"p\.jsonl:2"):
        read_pool(pool)


def test_the_command_prints_json_and_draws_the_curve(tmp_path: Path) -> None:
    """`monitor simulate` end to end on a stream of three."""
    stream, labels, svg = tmp_path / "s.jsonl", tmp_path / "l.tsv", tmp_path / "c.svg"
    titles = [
        ("a", "01", "Russian spies accused of poisoning dissident"),
        ("b", "01", "Rain"),
        ("c", "02", "Team wins"),
    ]
    rows = [{"id": i, "published": f"2023-01-{day}", "feed": "f", "title": title} for i, day, title in titles]
    stream.write_text("\n".join(map(json.dumps, rows)))
    labels.write_text("id\tlabel\tplot\na\t1\tcase\n")
    command = ["--stream", str(stream), "--labels", str(labels), "--rows-per-day", "1", "--retrain", "never", "--json"]
    done = CliRunner().invoke(simulate, [*command, "--plot", str(svg)], catch_exceptions=False)
    found = json.loads(done.output)
    wanted = """days entries rows_shown plots_total plots_found plot_recall plot_recall_24h entry_recall precision
        average_precision labels_used weekly seconds peak_mib"""
    assert set(wanted.split()) <= found.keys()
    assert (found["plot_recall"], found["days"]) == (1.0, 2)
    assert svg.read_text().startswith("<svg ")
    assert CliRunner().invoke(simulate, []).exit_code == 2
