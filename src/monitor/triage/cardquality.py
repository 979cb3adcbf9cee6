"""How often a card's fields are right, from what reviewers confirmed and corrected: precision with an interval.

Owns reading the judgements from the log. A confirmation says that every code shown was right; the first correction of a
field says which of the codes shown before it stand. Fields that nobody judged are not estimated. The interval is
Wilson's: few judgements give a wide one. Stories are judged because somebody looked, so this is no random sample.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import msgspec

from monitor.facts.values import LIST_FIELDS
from monitor.learn.metrics import wilson
from monitor.log.events import CardConfirmed, CardCorrected, Event
from monitor.log.store import EventStore


class FieldQuality(msgspec.Struct, frozen=True):
    """Precision of one field over judged stories: `n_right` of `n_said` codes, with its 95 % interval."""

    field: str
    n_stories: int
    n_said: int
    n_right: int
    precision: float
    low: float
    high: float


def card_quality(log: EventStore, upto: int | None = None) -> list[FieldQuality]:
    """Return the precision of every judged field, in the card's order, up to a log position."""
    return fields_judged(log.read(upto=upto, types=("card-corrected", "card-confirmed")))


def fields_judged(events: Iterable[Event]) -> list[FieldQuality]:
    """Return the precision of every field that the events judge; of one story and field a correction goes first."""
    judged: dict[tuple[str, str], tuple[int, int]] = {}
    corrected: set[tuple[str, str]] = set()
    for event in events:
        if event.type == "card-corrected":
            data = cast(CardCorrected, event.data)
            key = (data.story_id, data.field)
            if data.withdrawn:
                corrected.discard(key)
                judged.pop(key, None)
            elif key not in corrected:
                corrected.add(key)
                judged[key] = (len(data.read), len(set(data.read) & set(data.value)))
        else:
            confirmed = cast(CardConfirmed, event.data)
            for field, codes in confirmed.values.items():
                if (confirmed.story_id, field) not in corrected:
                    judged[(confirmed.story_id, field)] = (len(codes), len(codes))
    return [found for field in LIST_FIELDS if (found := _field(field, judged)) is not None]


def _field(field: str, judged: dict[tuple[str, str], tuple[int, int]]) -> FieldQuality | None:
    counts = [count for (_, name), count in judged.items() if name == field]
    said, right = sum(said for said, _ in counts), sum(right for _, right in counts)
    if not said:
        return None
    low, high = wilson(right, said)
    return FieldQuality(field, len(counts), said, right, right / said, low, high)
