"""Seven real feeds polled sixty times in a row: every distinct entry once, every change a revision."""

from __future__ import annotations

import tarfile
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from monitor.log.codec import iso
from monitor.parse.feed import parse_feed
from monitor.poll.identity import Was, identify


@pytest.mark.shared
def test_successive_polls_give_every_entry_once_and_every_change_as_a_revision(shared: Path):
    """Counted independently by guid (or link) and text; nothing is new twice, nothing is revised without a change."""
    polls: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    with tarfile.open(shared / "data/feeds/successive-polls.tar.gz") as tar:
        for member in tar:
            handle = tar.extractfile(member) if member.isfile() else None
            if handle is not None:
                polls[Path(member.name).parent.name].append((member.name, handle.read()))
    totals: Counter[str] = Counter()
    for feed_id, documents in polls.items():
        known: dict[str, Was] = {}
        texts: dict[str, tuple[str, str, str]] = {}
        for _, body in sorted(documents):
            entries = parse_feed(body).entries
            for change in identify(feed_id, entries, known):
                assert not (change.kind == "new" and change.entry_id in known)
                at = change.entry.published_at
                known[change.entry_id] = Was(change.revision, change.text_sha, change.entry.link, iso(at) if at else "")
                totals[change.kind] += 1
            for entry in entries:
                key, text = entry.guid or entry.link, (entry.title, entry.summary, entry.text)
                totals["expected new"] += key not in texts
                totals["expected revised"] += key in texts and texts[key] != text
                texts[key] = text
    assert len(polls) == 7
    assert (totals["new"], totals["revised"]) == (totals["expected new"], totals["expected revised"])
    assert (totals["new"], totals["revised"]) == (1379, 111)
