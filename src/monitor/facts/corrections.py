"""A reviewer's corrections: checked before they are written, and laid over what was read.

Owns what each field may hold, and the promise that no stored correction can break a card: one that holds what no card
can is passed over and named in `faults`. Both are pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from monitor.errors import InputError
from monitor.facts.lexicon import data_lines, gazetteer
from monitor.facts.names import state_code
from monitor.facts.values import (
    CLAIMANTS,
    HEDGES,
    LEGAL_STAGES,
    LIST_FIELDS,
    METHODS,
    STAGES,
    TARGET_TYPES,
    Card,
    Value,
)  # fmt: skip

MAX_CODES, MAX_CHARS = 20, 200
CLOSED = {
    "stage": STAGES, "legal_stage": LEGAL_STAGES, "target_types": TARGET_TYPES, "methods": METHODS,
    "claimed_by": CLAIMANTS, "hedging": HEDGES,
}  # fmt: skip
_STATES, _NUMBERS, _ONE = (
    {"linked_states", "countries"},
    {"n_arrested", "n_charged"},
    {"stage", "n_arrested", "n_charged"},
)
_GONE = {"XK", "YU", "SU", "DD"}
_DENIERS = {"accused", "other"}
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def allowed_codes(field: str) -> tuple[str, ...]:
    """Return the codes a field may hold, for a list to choose from; empty where it takes free words or numbers."""
    if field in CLOSED:
        return CLOSED[field]
    if field in _STATES:
        return tuple(sorted(set(gazetteer()["countries"]) | _GONE))
    if field == "denied_by":
        return (*sorted(_DENIERS), *sorted(set(gazetteer()["countries"]) | _GONE))
    if field == "services":
        return tuple(line.split("\t")[0] for line in data_lines("services.tsv"))
    return ()


def codes_of(field: str, words: Sequence[str]) -> list[str]:
    """Return what a reviewer typed as codes: a state may be named ("Iran", "the United Kingdom")."""
    named = field in _STATES or field == "denied_by"
    return [state_code(word) if named and word not in _DENIERS else word for word in words]


def check_codes(field: str, codes: Sequence[str], *, read: bool = False) -> None:
    """Raise InputError, naming what may stand there, where a card cannot hold `codes` in `field`.

    A reviewer sets one stage and one number; what was `read` may hold those of reports that differ.
    """
    if field not in LIST_FIELDS:
        raise InputError(f'a card has no field "{field[:40]}"; fields: {", ".join(LIST_FIELDS)}')
    if len(codes) > MAX_CODES or (field in _ONE and len(codes) > 1 and not read):
        raise InputError(f"{field}: at most {1 if field in _ONE else MAX_CODES} value(s)")
    allowed = allowed_codes(field)
    for code in codes:
        if not code.strip() or len(code) > MAX_CHARS or _CONTROL.search(code):
            raise InputError(f"{field}: a value is 1 to {MAX_CHARS} printable characters")
        if allowed and code not in allowed:
            raise InputError(f'"{code[:40]}" is no {field}; {_hint(field, allowed)}')
        if field in _NUMBERS and not (code.isascii() and code.isdigit() and len(code) < 5):
            raise InputError(f'{field}: "{code[:40]}" is no number of people')
        if field == "dates" and not _DATE.match(code):
            raise InputError(f'dates: "{code[:40]}" is no date; write 2026-03-14, 2026-03 or 2026')


def _hint(field: str, allowed: Sequence[str]) -> str:
    if field in _STATES:
        return "the name of a state or its ISO 3166 code in capitals, such as Iran or IR"
    if field == "denied_by":
        return "accused, other, or a state: its name or its ISO 3166 code in capitals"
    return f"one of: {', '.join(allowed)}"


def faults(corrections: Iterable[Mapping[str, object]]) -> list[str]:
    """Return what is wrong with stored corrections, in words; these are passed over by `apply_corrections`."""
    found = []
    for correction in corrections:
        try:
            _codes(correction)
        except InputError as error:
            found.append(str(error))
    return found


def apply_corrections(card: Card, corrections: Iterable[Mapping[str, object]]) -> Card:
    """Return the card with each correction ({"field", "value": codes}) in place of what was read, in order.

    A code that the card had keeps its evidence; a new one has the field "correction" and confidence 1. What no card can
    hold is passed over: a page must not break on what was once written.
    """
    for correction in corrections:
        try:
            field, codes = _codes(correction)
        except InputError:
            continue
        card = msgspec.structs.replace(card, **{field: _corrected(card, field, codes)})
    return card


def _codes(correction: Mapping[str, object]) -> tuple[str, list[str]]:
    field, value = str(correction.get("field", "")), correction.get("value", [])
    if not isinstance(value, (list, tuple)):
        raise InputError(f'a correction of "{field[:40]}" needs a list of values')
    codes = [str(code) for code in value]
    check_codes(field, codes)
    return field, codes


def _corrected(card: Card, field: str, codes: list[str]) -> tuple[Value, ...]:
    known = {value.code: value for value in getattr(card, field)}
    return tuple(
        msgspec.structs.replace(known[code], confidence=1.0)
        if code in known
        else Value(code, field="correction", confidence=1.0)
        for code in dict.fromkeys(codes)
    )
