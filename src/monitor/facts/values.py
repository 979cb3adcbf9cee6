"""The plot card and its values: what every field holds, frozen.

Owns the shapes only. A value carries the words it rests on, where they stand and how far to trust it; the card never
says that somebody is guilty, only what a report attributes, alleges or denies. Codes: docs/plot-card.md.
"""

from __future__ import annotations

import msgspec

LIST_FIELDS = (
    "linked_states", "services", "target_types", "target_description", "methods", "countries", "places",
    "dates", "stage",
    "legal_stage", "n_arrested", "n_charged", "claimed_by", "denied_by", "hedging",
)  # fmt: skip
STAGES = ("planned", "foiled", "attempted", "executed")
LEGAL_STAGES = ("convicted", "on-trial", "charged", "arrested", "suspected", "sanctioned", "expelled")
TARGET_TYPES = (
    "dissident", "journalist", "diplomat", "jewish-or-israeli", "official", "military", "infrastructure",
    "defector", "other",
)  # fmt: skip
METHODS = ("assassination", "shooting", "stabbing", "poisoning", "bombing", "arson", "abduction", "sabotage", "assault")
CLAIMANTS = ("police", "prosecutors", "court", "ministry", "intelligence", "anonymous-officials", "media")


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """One coded value and its evidence: `quote` stands at `offset` of `field` (title, summary or text).

    `confidence` is a rank in (0, 1], not a probability. `precision` is set for places (city, region, country) and
    dates (day, month, year). A correction by a reviewer has the field "correction".
    """

    code: str
    quote: str = ""
    field: str = ""
    offset: int = 0
    confidence: float = 0.5
    precision: str = ""
    entry_id: str = ""


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a report says of one alleged plot; `overview` when it reports several."""

    linked_states: tuple[Value, ...] = ()
    services: tuple[Value, ...] = ()
    target_types: tuple[Value, ...] = ()
    target_description: tuple[Value, ...] = ()
    methods: tuple[Value, ...] = ()
    countries: tuple[Value, ...] = ()
    places: tuple[Value, ...] = ()
    dates: tuple[Value, ...] = ()
    stage: tuple[Value, ...] = ()
    legal_stage: tuple[Value, ...] = ()
    n_arrested: tuple[Value, ...] = ()
    n_charged: tuple[Value, ...] = ()
    claimed_by: tuple[Value, ...] = ()
    denied_by: tuple[Value, ...] = ()
    hedging: tuple[Value, ...] = ()
    overview: bool = False

    def codes(self, field: str) -> list[str]:
        """Return the codes of one list field, in the card's order."""
        return [value.code for value in getattr(self, field)]
