"""Count in how many entries of general news each form of the word lists stands: writes tools/form-frequencies.tsv.

    .venv/bin/python tools/form_frequencies.py [../shared]

Run it after changing a list. A form that is more common than its meaning allows says little and is shown to people as a
reason: tests/text/test_forms.py refuses it. Counted is what the walk of text/mask.py finds, so a longer phrase takes a
shorter form's place. Languages without general news here have no figures.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from monitor.classify import features
from monitor.text import mask
from monitor.text.language import LANGUAGES, guess_language
from monitor.text.tokens import split

OUT = Path(__file__).parent / "form-frequencies.tsv"
PER = 10_000
NEWS = {
    "en": "stream/background-2022", "de": "languages/de", "fr": "languages/fr", "ru": "languages/ru2020",
    "tr": "languages/tr", "es": "languages/es",
}  # fmt: skip
# Entries of 10,000 a form may stand in, by what it says. A word of a plot's own is rare; one that plots share with all
# other news (to accuse, to attack, a court) is not; what speaks against a plot may be as common as it is.
OWN, SHARED, COMMON = 65.0, 550.0, 1_300.0
OWN_CONCEPTS = frozenset(
    [
        "ASSASSIN",
        "TOKILL",
        "POISON",
        "ABDUCT",
        "PARCELBOMB",
        "ARSON",
        "SABOTAGE",
        "PLOT",
        "FOIL",
        "HIRE",
        "HITMAN",
        "LINK",
        "SERVICE",
        "PROXY",
        "AGENT",
        "CELL",
        "COVERT",
        "REGIME",
        "DISSIDENT",
        "DEFECTOR",
        "EMBASSY",
        "EXILE",
        "INFRA",
        "SURVEIL",
        "EXPEL",
        "SUMMON",
        "SANCTION",
        "DRONE",
        "TERROR",
    ]
)
KINDS_AGAINST = frozenset(
    ["WAR", "DOMESTIC", "MILITANT", "CRIME", "SPYING", "ARTS", "PAST", "TALK", "MISHAP", "OFFICE"]
)
NOT_GENERAL = frozenset({"tr"})  # one agency's news of a war: counted, not judged
HEAD = """\
# language	concept	form	entries of 10,000 that have it, in general news. Made by tools/form_frequencies.py.
"""


def main() -> None:
    """Write the table of every language there is general news in."""
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared") / "data"
    lines = []
    for code in LANGUAGES:
        if code not in NEWS or not (path := shared / f"{NEWS[code]}.jsonl.gz").exists():
            continue
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found, n = count_forms(code, ((e["title"], e.get("summary") or "") for e in map(json.loads, file)))
        print(f"{code}: {n} entries")
        lines += [
            f"{code}\t{concept}\t{form}\t{found[concept, form] * PER / n:.1f}" for concept, form in forms_of(code)
        ]
    OUT.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(too_common(listed())))


def ceiling(concept: str) -> float:
    """Return how many entries of 10,000 a concept's form may stand in."""
    if KINDS_AGAINST.intersection(mask.concept_kinds()[concept]):
        return COMMON
    return OWN if concept in OWN_CONCEPTS else SHARED


def too_common(rows: Iterable[tuple[str, str, str, float]]) -> list[str]:
    """Return the (language, concept, form, frequency) rows that are more common than their meaning allows, in words."""
    return [
        f"{code}: {form} ({concept}) stands in {frequency:g} of {PER} entries, at most {ceiling(concept):g}"
        for code, concept, form, frequency in rows
        if code not in NOT_GENERAL and frequency > ceiling(concept)
    ]


def listed(table: Path = OUT) -> list[tuple[str, str, str, float]]:
    """Return a table's rows."""
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(code, concept, form, float(frequency)) for code, concept, form, frequency in rows]


def forms_of(code: str) -> list[tuple[str, str]]:
    """Return (concept, form) of every form of a language's word list, as the lexicon reads it."""
    return list(dict.fromkeys((entry.concept, form) for form, entry in mask.words(code)))


def count_forms(code: str, texts: Iterable[tuple[str, str]]) -> tuple[Counter[tuple[str, str]], int]:
    """Return in how many texts of a language each of its forms was found, and how many texts there were."""
    lexicon = mask.Lexicon(code, named_forms(code))
    found: Counter[tuple[str, str]] = Counter()
    n = 0
    for title, summary in texts:
        head, body = features.cleaned(title, summary, "")
        whole = f"{head}\n{body}"
        if guess_language(whole, "en" if code == "en" else "") != code:
            continue
        n += 1
        words, folded = split(whole)
        marked = mask.mark([mask.CASED.get(word, plain) for word, plain in zip(words, folded, strict=True)], lexicon)
        names = {part[0] for sentence in marked.concepts for part in sentence}
        found.update(tuple(name.split("\t", 1)) for name in names if "\t" in name)  # type: ignore[misc]
    return found, n


def named_forms(code: str) -> Iterator[tuple[str, mask.Form]]:
    """Yield the lexicon's lines with the form written into each concept of the language's own list."""
    own = set(mask.words(code))
    for form, entry in mask.lines(code):
        named = entry._replace(concept=f"{entry.concept}\t{form}") if (form, entry) in own else entry
        yield form, named


if __name__ == "__main__":
    main()
