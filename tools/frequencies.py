"""Write src/monitor/stories/data/frequencies.txt: in how many background entries each common word occurs.

Run: python tools/frequencies.py ../shared/data/stream/background-2022.jsonl.gz
The file holds counts only, and no names of persons or firms: a word that is written with a capital inside sentences is
kept only where it is a calendar word, a country, a language or a nationality (CLDR), or a generic title below.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src/monitor/stories/data/frequencies.txt"
MIN_ENTRIES = 8
TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
GENERIC_WORDS = """
    us uk un eu pm mp mps tv ceo dr mr mrs ms st gov sen rep ii ai american americans british
    english european african asian congress senate parliament house white supreme department
    university league cup king queen prince princess president minister ministry union republican
    republicans democrat democrats democratic labour christmas south north west east northern
    southern western eastern county city bay lake hill palace capitol crown united states republic
    internet christian muslim jewish muslims christians jews catholic nazi earth continue reading
    reuters afp ap europe africa america asia britain england scotland wales i'm i've nov dec jan
    feb oct sept aug covid nato fbi cia
"""
GENERIC = frozenset(GENERIC_WORDS.split())


def allowed_names() -> frozenset[str]:
    """Return words of country, language and calendar names in English (CLDR)."""
    from babel import Locale

    english = Locale("en")
    names = [*english.territories.values(), *english.languages.values()]
    names += [*english.days["format"]["wide"].values(), *english.months["format"]["wide"].values()]
    return GENERIC | {word.lower() for name in names for word in TOKEN.findall(name)}


def is_nationality(word: str, roots: set[str]) -> bool:
    """Tell whether a word looks like a country's adjective (`Mexican`, `Iraqis`)."""
    return word[:4] in roots and word.endswith(("an", "ans", "ese", "ish", "i", "is"))


def bare(word: str) -> str:
    """Return the lower-case word without its possessive ending."""
    return word.lower().replace("’", "'").removesuffix("'s")


def main(source: str) -> None:
    """Count, filter and write."""
    entries: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    n_entries = 0
    with gzip.open(source, "rt", encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            n_entries += 1
            entries.update({bare(word) for word in TOKEN.findall(f"{entry['title']} {entry['summary']}")})
            for word in TOKEN.findall(entry["summary"])[1:]:
                inside[bare(word)] += 1
                capital[bare(word)] += word[0].isupper()
    allowed = allowed_names()
    roots = {word[:4] for word in allowed - GENERIC if len(word) >= 4}
    kept = [
        (word, count)
        for word, count in entries.items()
        if count >= MIN_ENTRIES
        and word[0].isalpha()
        and word.isascii()
        and len(word) > 1
        and (word in allowed or is_nationality(word, roots) or (inside[word] and capital[word] <= 0.5 * inside[word]))
    ]
    kept.sort(key=lambda pair: (-pair[1], pair[0]))
    TARGET.parent.mkdir(exist_ok=True)
    lines = [str(n_entries), *(f"{word} {count}" for word, count in kept)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(kept)} words of {n_entries} entries -> {TARGET.name}")


if __name__ == "__main__":
    main(sys.argv[1])
