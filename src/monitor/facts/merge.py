"""One card for a story from its entries' cards. Pure: the same cards give the same card; corrections.py comes after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from monitor.facts.values import LEGAL_STAGES, LIST_FIELDS, Card, Claim, Value

_FIXED_ORDER = {"legal_stage": LEGAL_STAGES}
_ONE = {"stage", "n_arrested", "n_charged"}  # fields where the newest report answers for the story


def merge_cards(cards: Sequence[Card], entry_ids: Sequence[str] = (), publishers: Sequence[str] = ()) -> Card:
    """Return the card of a story from its entries' cards, oldest first; every value names the entry it was read in.

    Codes are united, each with its best evidence, the most supported first. Stage and numbers are the newest report's
    that has them; legal steps stand in their order, the highest first. Overviews fill a card only where no other does.
    """
    ids = [*entry_ids, *[""] * (len(cards) - len(entry_ids))]
    pairs = [(card, entry) for card, entry in zip(cards, ids, strict=False) if not card.overview]
    pairs = pairs or list(zip(cards, ids, strict=False))
    fields = {field: _merged(field, pairs) for field in LIST_FIELDS}
    names = dict(zip(ids, [*publishers, *[""] * (len(cards) - len(publishers))], strict=False))
    return Card(
        **fields,
        overview=bool(cards) and all(card.overview for card in cards),
        claims=_claims(pairs, names),
        language=next((card.language for card in cards if card.language), ""),
    )


def _claims(pairs: Sequence[tuple[Card, str]], publishers: Mapping[str, str]) -> tuple[Claim, ...]:
    """Return every entry's claims, oldest first, each with its entry and publisher; the same claim once."""
    kept: dict[tuple[object, ...], Claim] = {}
    for card, entry in pairs:
        for claim in card.claims:
            key = (claim.verb, claim.states, claim.services, claim.accuser, claim.accuser_state)
            kept.setdefault(
                key,
                msgspec.structs.replace(
                    claim, entry_id=claim.entry_id or entry, publisher=claim.publisher or publishers.get(entry, "")
                ),
            )
    return tuple(kept.values())


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
    if field in _ONE:
        return newest
    if field in _FIXED_ORDER:
        return tuple(best[code] for code in _FIXED_ORDER[field] if code in best)
    return tuple(best[code] for code in sorted(best, key=lambda code: -support[code]))
