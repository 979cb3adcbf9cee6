"""Keys of other keyboard layouts: a terminal hands over the letter that is printed, not the place where it lies.

Layouts as Unicode's CLDR and X.Org describe them, the letters this product's keys lie under. A letter that two layouts
have in different places means nothing: a decision is never guessed.
"""

from __future__ import annotations

from collections import defaultdict

# Each layout: Latin letters, and what it prints in their places.
LAYOUTS = {
    "Russian": ("qjkponusrz", "йолзщтгыкя"),
    "Ukrainian": ("qjkponusrz", "йолзщтгікя"),
    "Persian": ("qjkponusrz", "ضتنحخدعسقظ"),
    "Arabic": ("qjkponusrz", "ضتنحخىعسقئ"),
    "Hebrew": ("jkponusrz", "חלפםמודרז"),
    "Greek": ("jkponusrz", "ξκπονθσρζ"),
}


def _places() -> dict[str, str]:
    found: dict[str, set[str]] = defaultdict(set)
    for latin, printed in LAYOUTS.values():
        for place, letter in zip(latin, printed, strict=True):
            found[letter].add(place)
    return {letter: places.pop() for letter, places in found.items() if len(places) == 1}


_PLACES = _places()


def meaning(key: str) -> str:
    """Return the Latin letter a key stands for, small; keys that are no letters stay as they are."""
    if len(key) != 1:
        return key
    lower = key.lower()
    return lower if lower.isascii() else _PLACES.get(lower, key)
