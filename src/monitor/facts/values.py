"""The plot card, its claims and its values: what every field holds, frozen.

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
HEDGES = ("alleged", "suspected", "reported", "possible")
CLAIM_VERBS = ("alleges", "suspects", "charges", "convicts", "admits", "denies", "warns")
OFFICIAL = ("police", "prosecutors", "court", "ministry", "intelligence", "anonymous-officials")
CLAIMANTS = (
    "police", "prosecutors", "court", "ministry", "intelligence", "anonymous-officials", "media", "court-papers",
    "relatives",
)  # fmt: skip


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """One coded value and its evidence: `quote` stands at `offset` of `field` (title, summary or text).

    `confidence` is a rank in (0, 1], not a probability. `precision` is set for places (city, region, country) and
    dates (day, month, year). A correction by a reviewer has the field "correction". Of a number in a story,
    `said_on` is the day of the report that says it, `earlier` the number an older report gave; "" where there is none.
    """

    code: str
    quote: str = ""
    field: str = ""
    offset: int = 0
    confidence: float = 0.5
    precision: str = ""
    entry_id: str = ""
    said_on: str = ""
    earlier: str = ""


class Claim(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who says that whom did what: the unit a card is made of.

    `verb`: one of CLAIM_VERBS. `states`, `services`: who is accused (of `denies` and `admits`: who speaks); `services`
    holds proxies too, whose patron stands in `states` only where the text names it. `accuser`: a code of CLAIMANTS, or
    "" where the report names nobody; `accuser_state`: the state that accuser belongs to, or "". `tied`: the words link,
    back or trace rather than accuse of the act. `open`: the words are of open war or force, which no plain sentence
    tells. `acts`: codes of METHODS in the same sentence. `quote` is the whole sentence, which stands at `offset` of
    `field`; `entry_id` and `publisher` say whose report it is.
    """

    verb: str
    states: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    accuser: str = ""
    accuser_state: str = ""
    tied: bool = False
    open: bool = False
    acts: tuple[str, ...] = ()
    quote: str = ""
    field: str = ""
    offset: int = 0
    entry_id: str = ""
    publisher: str = ""

    @property
    def official(self) -> bool:
        """Whether an authority of some state makes the claim."""
        return bool(self.accuser_state) or self.accuser in OFFICIAL

    @property
    def named(self) -> bool:
        """Whether the report says who makes the claim, if only by office."""
        return bool(self.accuser or self.accuser_state) and self.accuser != "anonymous-officials"

    @property
    def accepting(self) -> bool:
        """Whether the claim puts its states on the card: somebody accuses them, or they answer for themselves."""
        return self.verb in CLAIM_VERBS


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a report says of one alleged plot; `overview` when it reports several.

    `language`: the language it was read in for accusations; `unread`: a language that nobody reads ("not read"), of a
    story's report too where others were read.
    """

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
    claims: tuple[Claim, ...] = ()
    language: str = ""
    unread: str = ""

    def codes(self, field: str) -> list[str]:
        """Return the codes of one list field, in the card's order."""
        return [value.code for value in getattr(self, field)]
