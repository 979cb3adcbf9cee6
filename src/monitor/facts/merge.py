"""One card for a story from its entries' cards. Pure: the same cards give the same card; corrections.py comes after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from monitor.facts.values import LEGAL_STAGES, LIST_FIELDS, Card, Claim, Value

_FIXED_ORDER = {"legal_stage": LEGAL_STAGES}
_NUMBERS = {"n_arrested", "n_charged"}
_EXPLICIT = 0.5  # above, a number is said; below, one is read from "a man was arrested"


def merge_cards(cards: Sequence[Card], entry_ids: Sequence[str] = (), publishers: Sequence[str] = ()) -> Card:
    """Return the card of a story from its entries' cards, oldest first; every value names the entry it was read in.

    Codes are united, each with its best evidence, the most supported first. The stage is the newest report's that has
    one; a number each publisher's newest, so that those who differ are both heard; legal steps stand in their order,
    the highest first. Overviews fill a card only where no other does.
    """
    ids = [*entry_ids, *[""] * (len(cards) - len(entry_ids))]
    pairs = [(card, entry) for card, entry in zip(cards, ids, strict=False) if not card.overview]
    pairs = pairs or list(zip(cards, ids, strict=False))
    names = dict(zip(ids, [*publishers, *[""] * (len(cards) - len(publishers))], strict=False))
    fields = {
        field: _numbers(field, pairs, names) if field in _NUMBERS else _merged(field, pairs) for field in LIST_FIELDS
    }
    return Card(
        **fields,
        overview=bool(cards) and all(card.overview for card in cards),
        claims=_claims(pairs, names),
        language=next((card.language for card in cards if card.language), ""),
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


def _numbers(field: str, pairs: Sequence[tuple[Card, str]], publishers: Mapping[str, str]) -> tuple[Value, ...]:
    """Return the newest number of each publisher, the smallest first: "2 or 3 arrested" where they differ.

    One that is only implied gives way to those that are said.
    """
    newest: dict[str, Value] = {}
    for at, (card, entry) in enumerate(pairs):
        for value in getattr(card, field)[:1]:
            by = publishers.get(entry, "") or entry or str(at)
            if value.confidence > _EXPLICIT or by not in newest or newest[by].confidence <= _EXPLICIT:
                newest[by] = msgspec.structs.replace(value, entry_id=value.entry_id or entry)
    said = [value for value in newest.values() if value.confidence > _EXPLICIT] or list(newest.values())
    codes = {value.code: value for value in said}
    return tuple(sorted(codes.values(), key=lambda value: (len(value.code), value.code)))


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
