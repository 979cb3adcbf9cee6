"""Estimate how common each one-word form is in languages without general news here: writes tools/form-estimates.tsv.

    python3 -m venv words && words/bin/pip install . wordfreq
    words/bin/python -m tools.form_estimates

From the word frequencies of the wordfreq package, which only this script needs: a form's words, as the lexicon reads
them, are summed, and an entry is taken for WORDS words. Phrases have no estimate, nor has Azerbaijani, which wordfreq
does not know. tools/form_frequencies.py counts where there is news, and says how common a form may be.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from monitor.text import mask
from monitor.text.tokens import split
from tools.form_frequencies import PER, forms_of, named_forms

OUT = Path(__file__).parent / "form-estimates.tsv"
LANGUAGES = ("ar", "fa", "he", "pl", "sv", "uk", "nl", "it", "pt", "hi")
WORDS = 30  # of an entry
HEAD = """\
# language	concept	form	entries of 10,000 that may have it, by the word frequencies of wordfreq (Robyn Speer,
# CC BY-SA 4.0; so is this table, unlike the rest of the project). Made by tools/form_estimates.py.
"""


def main() -> None:
    """Write the table."""
    from wordfreq import get_frequency_dict

    lines = []
    for code in LANGUAGES:
        found = estimate(code, get_frequency_dict(code, wordlist="best").items())
        lines += [f"{code}\t{concept}\t{form}\t{found[concept, form]:.1f}" for concept, form in single(code)]
    OUT.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def single(code: str) -> list[tuple[str, str]]:
    """Return (concept, form) of a language's forms of one word."""
    return [(concept, form) for concept, form in forms_of(code) if len(mask.parts_of(form)) == 1]


def estimate(code: str, frequencies: Iterable[tuple[str, float]]) -> Counter[tuple[str, str]]:
    """Return in how many entries of PER each form stands, from the share of all words that each word is."""
    lexicon = mask.Lexicon(code, named_forms(code))
    shares: Counter[tuple[str, str]] = Counter()
    for word, share in frequencies:
        words, folded = split(word)
        marked = mask.mark([mask.CASED.get(w, plain) for w, plain in zip(words, folded, strict=True)], lexicon)
        for name in {part[0] for sentence in marked.concepts for part in sentence if "\t" in part[0]}:
            concept, form = name.split("\t", 1)
            shares[concept, form] += share  # type: ignore[assignment]
    return Counter({key: PER * (1 - math.exp(-share * WORDS)) for key, share in shares.items()})


if __name__ == "__main__":
    main()
