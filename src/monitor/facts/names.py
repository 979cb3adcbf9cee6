"""Names for codes in plain English: states, services and groups, kinds of target, acts, accusers.

Owns the words that an editor prints where a card holds a code. Nothing here reads a text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from monitor.facts.lexicon import data_lines, gazetteer

_GONE = {"SU": "the Soviet Union", "YU": "Yugoslavia", "DD": "East Germany", "XK": "Kosovo"}
_WITH_ARTICLE = ("United ", "Netherlands", "Philippines", "Maldives", "Bahamas", "Gambia", "Comoros", "Czech Republic")
TARGETS = {
    "dissident": "a dissident", "journalist": "a journalist", "diplomat": "a diplomatic target",
    "jewish-or-israeli": "a Jewish or Israeli target", "official": "an official", "military": "a military target",
    "infrastructure": "infrastructure", "defector": "a defector",
}  # fmt: skip
ACTS = {
    "assassination": "assassination", "shooting": "shooting", "stabbing": "stabbing", "poisoning": "poisoning",
    "bombing": "bombing", "arson": "arson", "abduction": "abduction", "sabotage": "sabotage", "assault": "assault",
}  # fmt: skip
_OFFICES = {
    "police": ("Police", "in"), "prosecutors": ("Prosecutors", "in"), "court": ("A court", "in"),
    "ministry": ("The government", "of"), "intelligence": ("Intelligence services", "of"),
    "anonymous-officials": ("Officials", "of"), "media": ("Media reports", "in"),
}  # fmt: skip
_ALONE = {
    "ministry": "A government",
    "anonymous-officials": "Unnamed officials",
    "court-papers": "Court papers",
    "relatives": "Relatives",
    "intelligence": "An intelligence service",
}
_PLURAL = frozenset({
    "police", "prosecutors", "intelligence", "anonymous-officials", "media", "court-papers", "relatives",
})  # fmt: skip


def state_name(code: str) -> str:
    """Return the English name of a state as it stands in a sentence; the code itself where it has none."""
    if code in _GONE:
        return _GONE[code]
    row = gazetteer()["countries"].get(code)
    name = str(row["latin"][0]) if row else code
    return f"the {name}" if name.startswith(_WITH_ARTICLE) else name


def state_code(name: str) -> str:
    """Return the code of a state by any of its English names, in capitals or not; the word itself where it is none."""
    return _codes().get(_bare(name), name)


def _bare(name: str) -> str:
    return name.casefold().removeprefix("the ").strip()


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    owners: dict[str, set[str]] = defaultdict(set)
    for code, row in gazetteer()["countries"].items():
        for name in row["latin"]:
            owners[_bare(str(name))].add(code)
    for code, name in _GONE.items():
        owners[_bare(name)].add(code)
    return {name: min(codes) for name, codes in owners.items() if len(codes) == 1}


@lru_cache(maxsize=1)
def _services() -> dict[str, str]:
    rows = (line.split("\t") for line in data_lines("services.tsv"))
    return {row[0]: row[3].split(";")[0] for row in rows}


def service_name(code: str) -> str:
    """Return the name of a service or an armed group; the code itself where it has none."""
    return code if code in ("IRGC", "MOIS", "GRU", "FSB", "MIT", "SBU", "CIA") else _services().get(code, code)


def code_words(code: str) -> str:
    """Return a code of a closed field (stage, step of the law, target, act, speaker) as people say it."""
    said = {"jewish-or-israeli": "Jewish or Israeli", "executed": "carried out", "accused": "the accused"}
    return said.get(code, code.replace("-", " "))


def accuser_name(kind: str, state: str) -> str:
    """Return who makes a claim, to begin a sentence with; "" where nobody is named."""
    if not kind and not state:
        return ""
    office, joint = _OFFICES.get(kind or "ministry", ("Media reports", "in"))
    return f"{office} {joint} {state_name(state)}" if state else _ALONE.get(kind, office)


def is_plural(kind: str, state: str) -> bool:
    """Return whether an accuser takes a plural verb; a service that is not placed is one."""
    return kind in _PLURAL and bool(state or kind != "intelligence")


def listed(words: Sequence[str], joint: str = "and") -> str:
    """Return words as a list in a sentence: `a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}" if words else ""
