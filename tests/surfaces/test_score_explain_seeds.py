"""`score`, `explain` and `seeds` as people type them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from monitor.classify.model import model_bytes, model_id_of
from monitor.classify.modelstore import COLD_MODEL, cold_model
from monitor.log.codec import iso
from monitor.log.events import EntryScored, EntrySeen, FeedAdded, NewEvent
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.store import open_log
from monitor.surfaces.cli.main import cli
from tests.conftest import NOW

PLOT = "Two charged over alleged plot to abduct exiled journalist for foreign intelligence service"
ENTRY = "abcd1234abcd1234"
ARTICLE = (
    "Police arrest four over alleged plot\n"
    "January 31, 2026\n"
    "Police in the capital have arrested four people accused of planning to attack the embassy on behalf of a state.\n"
    "The security service said the suspects had been hired through a criminal gang and paid in cash for the job.\n"
)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_NOW", iso(NOW))
    return tmp_path


def run(*args: str, given: str = "", code: int = 0) -> str:
    result = CliRunner().invoke(cli, list(args), input=given, standalone_mode=False)
    ended = getattr(result.exception, "exit_code", result.return_value or 0)
    assert ended == code, result.output + repr(result.exception)
    return result.output


def test_score_works_in_an_empty_folder_with_the_shipped_model(empty: Path) -> None:
    """One line in, one line out: id, score, flag, model and reasons that sum to the score."""
    row = json.loads(run("score", given=json.dumps({"id": 7, "title": PLOT, "lang": "en"})))
    model = cold_model()
    assert (row["id"], row["flagged"], row["model"]) == (7, True, model.model_id)
    assert row["score"] == model.score(PLOT, lang="en")
    words = {word for shown, _, _ in row["reasons"]["for"] for word in shown.split()}
    assert words
    assert words <= {*PLOT.split(), "…"}
    assert list(empty.iterdir()) == []


def test_score_reads_gzip_takes_a_model_and_goes_on_after_bad_lines(empty: Path) -> None:
    """A bad line is reported and skipped; the exit code says so."""
    lines = b'{"title": "A plot"}\nno json\n{"title": 3}\n{"id": "x"}\n{"summary": "Rain in the north"}\n'
    (empty / "in.jsonl.gz").write_bytes(gzip.compress(lines))
    (empty / "m.json").write_bytes(COLD_MODEL.read_bytes())
    output = run("score", "--no-reasons", "--model", "m.json", "in.jsonl.gz", code=1)
    rows = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    assert [sorted(row) for row in rows] == [["flagged", "model", "score"]] * 2


def test_score_refuses_a_damaged_model(empty: Path) -> None:
    """No score is better than a wrong one."""
    (empty / "m.json").write_bytes(COLD_MODEL.read_bytes()[:-7])
    run("score", "--model", "m.json", given='{"title": "x"}', code=8)


def entry(folder: Path, model_id: str = "") -> str:
    """A data folder with one unflagged entry, scored by this model or the shipped one."""
    run("init")
    model_id = model_id or cold_model().model_id
    payload = entry_payload(PLOT, "")
    sha = payload_sha(payload)
    log = open_log(folder / "data" / "log.db")
    events = [
        NewEvent("feed", FeedAdded(feed_id="f", url="https://x.test/f", name="F")),
        NewEvent("seen", EntrySeen(entry_id=ENTRY, feed_id="f", guid="g", link="https://x.test", text_sha=sha)),
        NewEvent("scored", EntryScored(model_id=model_id, threshold=0.99, scores=[(ENTRY, 0, 0.98)])),
    ]  # fmt: skip
    log.append(events, recorded_at=iso(NOW), payloads={sha: payload})
    log.close()
    return model_id


def test_explain_answers_for_entries_that_were_not_flagged(empty: Path) -> None:
    """The score, the threshold, the model of that day, and the terms in the entry's own words."""
    model_id = entry(empty)
    text = run("explain", "abcd1234")
    assert model_id in text
    assert "not flagged" in text
    assert "most like seed:" in text
    found = json.loads(run("explain", "abcd1234", "--json"))
    assert found["score"] == cold_model().score(PLOT)
    assert found["score_logged"] == 0.98


def test_explain_brings_the_model_of_that_day_from_the_log(empty: Path) -> None:
    """A model put in use on one machine, and out of use again, explains on another that never had its file."""
    data = cold_model().data
    content = model_bytes(msgspec.structs.replace(data, card={**data.card, "note": "another one"}))
    (empty / "other.json").write_bytes(content)
    model_id = entry(empty, model_id_of(content))
    run("models", "use", "other.json")
    run("models", "rollback")
    for path in (empty / "data" / "models").iterdir():
        path.unlink()
    (empty / "other.json").unlink()
    found = json.loads(run("explain", "abcd1234", "--json"))
    assert (found["model"], found["score"]) == (model_id, cold_model().score(PLOT))


def test_explain_says_when_the_model_of_that_day_is_gone(empty: Path) -> None:
    """It does not quietly explain with another model."""
    entry(empty, "m0123456789ab")
    run("explain", "abcd1234", code=4)


def test_seeds_are_listed_built_and_added(empty: Path) -> None:
    """A seed of one's own is counted, kept in the data folder and listed; its sentences are not kept."""
    (empty / "articles").mkdir()
    (empty / "articles" / "one.txt").write_text(ARTICLE, encoding="utf-8")
    assert "1 seeds, 3 passages" in run("seeds", "build", "articles", "--out", "counted.json")
    run("seeds", "add", "articles/one.txt", code=4)
    run("init")
    assert "1 seeds of your own" in run("seeds", "add", "articles/one.txt", "--outlet", "Gazette")
    rows = json.loads(run("seeds", "list", "--json"))
    assert [row["added_here"] for row in rows] == [False] * 4 + [True]
    assert rows[-1] == {
        "name": "one", "title": "Police arrest four over alleged plot", "outlet": "Gazette", "published": "2026-01-31",
        "passages": 3, "added_here": True,
    }  # fmt: skip
    assert "paid in cash" not in (empty / "data" / "seeds.json").read_text(encoding="utf-8")


def test_a_seed_that_cannot_be_read_is_one_clear_error(empty: Path) -> None:
    """A missing file, and one that is no text."""
    run("init")
    run("seeds", "add", "absent.txt", code=9)
    (empty / "bad.txt").write_bytes(b"\xff\xfe\x00")
    run("seeds", "add", "bad.txt", code=9)
