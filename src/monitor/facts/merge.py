"""One card for a story from its entries' cards. Pure: the same cards give the same card; corrections.py comes after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from monitor.facts.values import LEGAL_STAGES, LIST_FIELDS, Card, Claim, Value

_FIXED_ORDER = {"legal_stage": LEGAL_STAGES}
_NUMBERS = {"n_arrested", "n_charged"}
_SAME_TIME = timedelta(hours=12)  # counts of this span stand side by side; a later one is news
_EXPLICIT = 0.5  # above, a number is said; below, one is read from "a man was arrested"


class _Count(NamedTuple):
    """One report's number: by which publisher, and when."""

    value: Value
    by: str
    at: datetime | None


def merge_cards(
    cards: Sequence[Card],
    entry_ids: Sequence[str] = (),
    publishers: Sequence[str] = (),
    published: Sequence[datetime | None] = (),
) -> Card:
    """Return the card of a story from its entries' cards, oldest first; every value names the entry it was read in.

    Codes are united, each with its best evidence, the most supported first. The stage is the newest report's that has
    one; a number the newest report's, beside those that other publishers gave in the same hours; legal steps stand in
    their order, the highest first. Overviews fill a card only where no other does.
    """
    ids = [*entry_ids, *[""] * (len(cards) - len(entry_ids))]
    pairs = [(card, entry) for card, entry in zip(cards, ids, strict=False) if not card.overview]
    pairs = pairs or list(zip(cards, ids, strict=False))
    names = dict(zip(ids, [*publishers, *[""] * (len(cards) - len(publishers))], strict=False))
    times = {entry: at for entry, at in zip(ids, published, strict=False) if entry and at}
    fields = {
        field: _numbers(field, pairs, names, times) if field in _NUMBERS else _merged(field, pairs)
        for field in LIST_FIELDS
    }
    return Card(
        **fields,
        overview=bool(cards) and all(card.overview for card in cards),
        claims=_claims(pairs, names),
        language=next((card.language for card in cards if card.language), ""),
        unread=next((card.unread for card in cards if card.unread), ""),
    )


def _claims(pairs: Sequence[tuple[Card, str]], publishers: Mapping[str, str]) -> tuple[Claim, ...]:
    """Return every publisher's claims, oldest first, each with its entry; the same claim of one publisher once."""
    kept: dict[tuple[object, ...], Claim] = {}
    for card, entry in pairs:
        for claim in card.claims:
            key = (
                claim.verb,
                claim.states,
                claim.services,
                claim.accuser,
                claim.accuser_state,
                publishers.get(entry, ""),
            )
            kept.setdefault(
                key,
                msgspec.structs.replace(
                    claim, entry_id=claim.entry_id or entry, publisher=claim.publisher or publishers.get(entry, "")
                ),
            )
    return tuple(kept.values())


def _numbers(
    field: str, pairs: Sequence[tuple[Card, str]], publishers: Mapping[str, str], times: Mapping[str, datetime]
) -> tuple[Value, ...]:
    """Return the newest number, and those that other publishers gave at the same time, the smallest first.

    A later count by any paper takes the place of an earlier one, which it names; one that is only implied gives way to
    those that are said.
    """
    told = [
        _Count(value, publishers.get(entry, "") or entry or str(at), times.get(entry))
        for at, (card, entry) in enumerate(pairs)
        for value in [msgspec.structs.replace(v, entry_id=v.entry_id or entry) for v in getattr(card, field)[:1]]
    ]
    told = [count for count in told if count.value.confidence > _EXPLICIT] or told
    told = sorted(told, key=lambda count: count.at.timestamp() if count.at else float("inf")) if times else told
    newest = {count.by: count for count in told}
    last = max((count.at for count in told if count.at), default=None)
    now = [count for count in newest.values() if not (last and count.at) or last - count.at <= _SAME_TIME]
    older = [count for count in told if last and count.at and last - count.at > _SAME_TIME]
    codes = {count.value.code: count for count in now}
    before = older[-1].value.code if older and len(codes) == 1 and older[-1].value.code not in codes else ""
    values = (_dated(count, before) for count in codes.values())
    return tuple(sorted(values, key=lambda value: (len(value.code), value.code)))


def _dated(count: _Count, before: str) -> Value:
    return msgspec.structs.replace(count.value, said_on=count.at.date().isoformat() if count.at else "", earlier=before)


def _merged(field: str, pairs: Sequence[tuple[Card, str]]) -> tuple[Value, ...]:
    best: dict[str, Value] = {}
    support: dict[str, float] = {}
    newest: tuple[Value, ...] = ()
    for card, entry in pairs:
        values = tuple(msgspec.structs.replace(v, entry_id=v.entry_id or entry) for v in getattr(card, field))
        newest = values or newest
        for value in values:
            support[value.code] = support.get(value.code, 0.0) + value.confidence
            if value.code not in best or value.confidence > best[value.code].confidence:
                best[value.code] = value
    if field == "stage":
        return newest
    if field in _FIXED_ORDER:
        return tuple(best[code] for code in _FIXED_ORDER[field] if code in best)
    return tuple(best[code] for code in sorted(best, key=lambda code: -support[code]))
