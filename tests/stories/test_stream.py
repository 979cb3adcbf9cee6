"""`monitor link`: a file in, a story for each entry out; hostile lines cost themselves alone."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.stories.link import Link, Linker
from monitor.stories.stream import Item, link_items, read_item, seconds_of

ARREST = "Police in Freedonia arrest two men over alleged plot to kidnap exiled broadcaster"
RETOLD = "Two held in Freedonia over plot to kidnap an exiled broadcaster, police say"


def run(tmp_path: Path, lines: list[object], *options: str) -> tuple[int, list[dict[str, object]], str]:
    from monitor.surfaces.cli.main import cli

    path = tmp_path / "entries.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines).encode()))
    result = CliRunner().invoke(cli, ["link", *options, str(path)], standalone_mode=False)
    code = result.return_value if isinstance(result.return_value, int) else result.exit_code
    return code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_the_answer_keeps_the_files_order_and_ids_and_links_oldest_first(tmp_path: Path) -> None:
    """Feeds list the newest entry first; the story is still named after the oldest."""
    lines = [
        {"id": 7, "published": "2026-01-02T10:00:00Z", "title": RETOLD},
        {"id": "a", "time": "2026-01-01T10:00:00", "title": ARREST},
    ]
    assert run(tmp_path, lines) == (0, [{"id": 7, "story": "sa"}, {"id": "a", "story": "sa"}], "")


def test_a_bad_line_is_named_and_the_others_are_linked(tmp_path: Path) -> None:
    lines = [{"id": "a", "title": ARREST}, "{", {"id": "x"}, {"title": "no id"}, {"id": "b", "title": ["list"]},
             {"id": "c", "title": RETOLD}]  # fmt: skip
    code, rows, errors = run(tmp_path, lines)
    assert code == 1
    assert [row["story"] for row in rows] == ["sa", "sa"]
    assert [line.split(":")[1] for line in errors.splitlines()] == ["2", "3", "4", "5"]


def test_reasons_are_added_when_asked_for(tmp_path: Path) -> None:
    _, rows, _ = run(tmp_path, [{"id": "a", "title": ARREST}, {"id": "b", "title": RETOLD}], "--reasons")
    assert rows[0]["why"] == "opened"
    assert str(rows[1]["why"]).startswith("words: ")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("1970-01-02T00:00:00Z", 86_400.0),
        ("1970-01-02", 86_400.0),
        ("Fri, 02 Jan 1970 00:00:00 GMT", 86_400.0),
        (86_400, 86_400.0),
        ("yesterday", None),
        (True, None),
        (None, None),
        ({"a": 1}, None),
    ],
)
def test_times(moment: object, expected: float | None) -> None:
    assert seconds_of(moment) == expected


def test_the_same_id_twice_is_two_entries() -> None:
    items = [read_item({"id": "a", "title": ARREST}), read_item({"id": "a", "title": "Maize harvest a record"})]
    assert [placed.story for placed in link_items(items)] == ["sa", "sa~2"]


def test_stories_that_merged_later_have_one_id() -> None:
    """An entry keeps no id of a story that became part of another after it came."""

    class Merging(Linker):
        def add(self, entry_id: str, *_: object) -> Link:  # type: ignore[override]
            return {"a": Link("sa", 1.0, "opened"), "b": Link("sb", 1.0, "opened")}.get(
                entry_id, Link("sa", 0.5, "words", (("sa", "sb", 0.4),))
            )

    items = [Item(name, None, name, "") for name in "abc"]
    assert [placed.story for placed in link_items(items, Merging())] == ["sa", "sa", "sa"]


def b_cubed(predicted: list[str], gold: list[str]) -> float:
    """B3 F1 (Bagga and Baldwin 1998)."""
    from collections import Counter

    both, by_story, by_gold = Counter(zip(predicted, gold, strict=True)), Counter(predicted), Counter(gold)
    pairs = list(zip(predicted, gold, strict=True))
    precision = sum(both[pair] / by_story[pair[0]] for pair in pairs) / len(pairs)
    recall = sum(both[pair] / by_gold[pair[1]] for pair in pairs) / len(pairs)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "key"), [("headlines-2014", "story"), ("events-half", "cluster")])
def test_one_setting_finds_the_stories_of_headlines_and_of_full_texts(shared: Path, name: str, key: str) -> None:
    """B3 F1 of at least 0.80 on both corpora (docs/stories.md has the figures)."""
    with gzip.open(shared / "data" / "stories" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    placed = link_items([read_item(row) for row in rows])
    assert b_cubed([item.story for item in placed], [row[key] for row in rows]) >= 0.80
