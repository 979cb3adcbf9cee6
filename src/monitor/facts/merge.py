"""One card for a story, and a reviewer's corrections on top of what was read.

Owns merging and correcting. Both are pure: the same cards and corrections give the same card, and nothing a machine
read is lost that a reviewer did not replace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from monitor.errors import InputError
from monitor.facts.values import LEGAL_STAGES, LIST_FIELDS, STAGES, TARGET_TYPES, Card, Claim, Value

_CLOSED = {"stage": STAGES, "legal_stage": LEGAL_STAGES, "target_types": TARGET_TYPES}
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


def apply_corrections(card: Card, corrections: Iterable[Mapping[str, object]]) -> Card:
    """Return the card with each correction ({"field", "value": codes}) in place of what was read, in order.

    A code that the card had keeps its evidence; a new one has the field "correction" and confidence 1.
    Raises InputError for a field that no card has, or a code outside a closed list.
    """
    for correction in corrections:
        field = str(correction.get("field", ""))
        codes = correction.get("value", [])
        if field not in LIST_FIELDS:
            raise InputError(f'a card has no field "{field}"; fields: {", ".join(LIST_FIELDS)}')
        if not isinstance(codes, (list, tuple)):
            raise InputError(f'a correction of "{field}" needs a list of values')
        card = msgspec.structs.replace(card, **{field: _corrected(card, field, [str(code) for code in codes])})
    return card


def _corrected(card: Card, field: str, codes: list[str]) -> tuple[Value, ...]:
    allowed = _CLOSED.get(field)
    for code in codes:
        if allowed and code not in allowed:
            raise InputError(f'"{code}" is no {field}; one of: {", ".join(allowed)}')
    known = {value.code: value for value in getattr(card, field)}
    return tuple(
        msgspec.structs.replace(known[code], confidence=1.0)
        if code in known
        else Value(code, field="correction", confidence=1.0)
        for code in dict.fromkeys(codes)
    )
