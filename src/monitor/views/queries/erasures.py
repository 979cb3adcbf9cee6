"""Questions to the erasures view: what is kept out, and which erasures are not complete."""

from __future__ import annotations

from monitor.views.fold import Views


def pending_erasure(views: Views) -> int:
    """Return the position of an erasure that has begun and not finished; 0 where there is none."""
    begun, finished = views.db.execute("SELECT begun, finished FROM erasures").fetchone()
    return int(begun) if begun > finished else 0


def loose_erasures(views: Views) -> list[tuple[str, str]]:
    """Return (payload, entry) of the texts declared erased that nobody said were overwritten."""
    return views.db.execute("SELECT text_sha, entry_id FROM loose_erasures").fetchall()


def erasures_left(views: Views) -> bool:
    """Return whether an erasure is not complete."""
    return bool(pending_erasure(views) or loose_erasures(views))


def kept_out(views: Views) -> tuple[frozenset[str], frozenset[str]]:
    """Return (the entries whose texts are kept out, the marks of their copies): few, read at every append of texts."""
    entries = frozenset(row[0] for row in views.db.execute("SELECT entry_id FROM kept_out"))
    return entries, frozenset(row[0] for row in views.db.execute("SELECT known_by FROM erased_marks"))


def text_positions(views: Views, entry_id: str) -> list[int]:
    """Return the positions of the events that speak of one entry: where it was seen, and its history."""
    seen = views.db.execute("SELECT position FROM entries WHERE entry_id = ?", (entry_id,)).fetchall()
    rest = views.db.execute("SELECT position FROM entry_events WHERE entry_id = ?", (entry_id,)).fetchall()
    return sorted({row[0] for row in [*seen, *rest]})


def sharing_entries(views: Views, names: list[str], entry_id: str) -> list[tuple[str, str]]:
    """Return (payload, entry) of the other entries whose newest text is one of these payloads."""
    marks = ",".join("?" * len(names))
    query = f"""SELECT lower(hex(text_sha)), entry_id FROM entries
        WHERE substr(text_sha, 1, 4) IN ({marks}) AND text_sha IN ({marks}) AND entry_id <> ? ORDER BY position"""
    shas = [bytes.fromhex(name) for name in names]
    return views.db.execute(query, (*(sha[:4] for sha in shas), *shas, entry_id)).fetchall()
