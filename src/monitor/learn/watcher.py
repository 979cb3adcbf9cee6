"""A second watcher that knows nothing of the model: plain words of plots in a headline, looked for everywhere.

It flags nothing. What it notices and the flags left out is looked at more often in the audit sample (sample.py), so
that the few checks of a day go where a miss would show.
"""

from __future__ import annotations

import re

# Beginnings of words; two different kinds must meet in one headline. Plain words of the trade, of no case.
ACTS = (
    "assassin", "murder", "kill", "poison", "kidnap", "abduct", "hitm", "arson", "sabotag", "bomb", "attack", "asesin",
    "mord", "meurtre", "enlèvement", "anschlag", "убий", "похищ", "اغتيال", "خطف", "ترور", "suikast",
)  # fmt: skip
SIGNS = (
    "plot", "foil", "thwart", "alleged", "accused", "agents", "spies", "spy", "intelligence", "state-", "regime",
    "exile", "dissident", "complot", "mutmaßlich", "agent", "présumé", "заговор", "спецслужб", "مخطط", "مؤامرة",
    "توطئه", "planı",
)  # fmt: skip
_WORD = re.compile(r"[\w-]+")


def notices(headline: str) -> bool:
    """Tell whether a headline holds a word for violence and another for a plot or a state's hand."""
    words = _WORD.findall(headline.casefold())
    acts = {word for word in words if word.startswith(ACTS)}
    return bool(acts) and any(word.startswith(SIGNS) for word in words if word not in acts)
