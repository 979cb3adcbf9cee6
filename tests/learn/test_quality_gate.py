"""The quality gate: figures of the shipped model on texts written for this project may not fall below pinned floors.

Two small sets nobody trains on: the gold items (src/monitor/learn/gold.jsonl) and fixtures/eval/news.jsonl, written to
be hard. fixtures/eval/floors.json pins the figures, the hash of both sets, and a seal over itself, so that neither a
text nor a floor changes unnoticed. After an improvement raise the floors; lowering one needs the flag:

    .venv/bin/python -m tests.learn.test_quality_gate --pin            raises floors, refuses to lower any
    .venv/bin/python -m tests.learn.test_quality_gate --pin --lower    lowers them too: say why in the commit
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from monitor.classify.modelstore import cold_model
from monitor.learn.compare import GOLD_FILE
from monitor.learn.metrics import average_precision

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "eval"
NEWS, FLOORS = FOLDER / "news.jsonl", FOLDER / "floors.json"
SLACK = 0.005  # floors stand this far below what was measured, for rounding across platforms


def corpus_sha() -> str:
    """Return the SHA-256 over both sets."""
    return hashlib.sha256(GOLD_FILE.read_bytes() + b"\0" + NEWS.read_bytes()).hexdigest()


def seal(floors: dict[str, Any]) -> str:
    """Return the SHA-256 over the floors and the corpus hash."""
    content = {key: value for key, value in floors.items() if key != "seal"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def measured() -> dict[str, float]:
    """Return the shipped model's figures on both sets."""
    model = cold_model()
    found = {}
    for name, path in (("gold", GOLD_FILE), ("news", NEWS)):
        items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        scores = [model.score(item["title"], item["summary"], "", item["lang"]) for item in items]
        for part, keep in (("en", lambda lang: lang == "en"), ("others", lambda lang: lang != "en")):
            rows = [(s, i["label"] == 1) for s, i in zip(scores, items, strict=True) if keep(i["lang"])]
            found[f"{name}_{part}_average_precision"] = average_precision([s for s, _ in rows], [y for _, y in rows])
        n = sum(item["label"] for item in items)
        best = sorted(zip(scores, items, strict=True), key=lambda pair: -pair[0])[:n]
        found[f"{name}_recall_at_n"] = sum(item["label"] for _, item in best) / n
    return found


def test_the_corpus_and_the_floors_are_the_pinned_ones() -> None:
    """Neither a text nor a floor was changed by hand."""
    floors = json.loads(FLOORS.read_text())
    assert floors["corpus_sha"] == corpus_sha()
    assert floors["seal"] == seal(floors)


def test_no_figure_falls_below_its_floor() -> None:
    """What was reached stays reached."""
    floors, found = json.loads(FLOORS.read_text())["floors"], measured()
    assert floors.keys() == found.keys()
    assert {name: value for name, value in found.items() if value < floors[name]} == {}


def test_lowering_a_floor_needs_the_flag() -> None:
    """Pinning a worse figure is refused; with the flag it is done."""
    assert repin({"a": 0.9}, {"a": 0.8}, lower=False) == ({"a": 0.9}, ["a"])
    assert repin({"a": 0.9}, {"a": 0.8}, lower=True) == ({"a": 0.795}, [])
    assert repin({"a": 0.9}, {"a": 0.95}, lower=False) == ({"a": 0.945}, [])


def repin(old: dict[str, float], found: dict[str, float], *, lower: bool) -> tuple[dict[str, float], list[str]]:
    """Return new floors and the names of those that would have to be lowered (kept as they are)."""
    new, refused = {}, []
    for name, value in found.items():
        floor = round(max(0.0, value - SLACK), 4)
        if floor < old.get(name, 0.0) and not lower:
            if value < old[name]:
                refused.append(name)
            floor = old[name]
        new[name] = floor
    return new, refused


def pin(*, lower: bool) -> int:
    """Write the floors; return 1 where one would have to be lowered and the flag is missing."""
    old = json.loads(FLOORS.read_text())["floors"] if FLOORS.exists() else {}
    floors, refused = repin(old, measured(), lower=lower)
    if refused:
        print(f"these would have to be lowered: {', '.join(refused)}; add --lower and say why in the commit")
        return 1
    content: dict[str, Any] = {"corpus_sha": corpus_sha(), "floors": floors}
    FLOORS.write_text(json.dumps(content | {"seal": seal(content)}, indent=1, sort_keys=True) + "\n")
    print(FLOORS.read_text())
    return 0


if __name__ == "__main__":
    if "--pin" not in sys.argv:
        sys.exit(__doc__)
    sys.exit(pin(lower="--lower" in sys.argv))
