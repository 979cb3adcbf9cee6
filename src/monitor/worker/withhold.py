"""Keeping erased texts out: what comes in for an entry a person had erased, or for a copy of it, is not stored.

The entry is still scored, flagged and linked: that work was done with the words in hand. Only the words are left out of
the log, and an event says so. A person lifts it with `monitor erase --lift`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.log.events import EntryRevised, EntrySeen, NewEvent, PageRead
from monitor.log.keep.erasure import withheld
from monitor.log.marks import all_marks_of
from monitor.views.fold import Views
from monitor.views.queries.erasures import kept_out


def withhold(
    views: Views, events: Sequence[NewEvent], payloads: Mapping[str, bytes]
) -> tuple[Sequence[NewEvent], Mapping[str, bytes], list[str]]:
    """Return what to append: events, payloads, and the names of texts to be kept out."""
    if not payloads:
        return events, payloads, []
    entries, marks = kept_out(views)
    if not entries and not marks:
        return events, payloads, []
    out: dict[str, str] = {}
    for event in events:
        data = event.data
        if isinstance(data, EntrySeen | EntryRevised | PageRead) and data.text_sha in payloads:
            is_copy = not marks.isdisjoint(all_marks_of(payloads[data.text_sha])) if marks else False
            if data.entry_id in entries or is_copy:
                out.setdefault(data.text_sha, data.entry_id)
    said = [withheld(sha, entry_id) for sha, entry_id in out.items()]
    kept = {sha: payload for sha, payload in payloads.items() if sha not in out}
    return [*events, *said], kept, list(out)
