"""A plot card from a text: who is said to be behind it, against whom, how, where, how far it got, who denies it.

Owns the order in which the fields are read, and the promise that reading never raises. The rules of each field stand in
their own module; shapes in values.py; merging and corrections in merge.py. By lexicon, gazetteer and rules only.
"""

from __future__ import annotations

from datetime import date, datetime

from monitor.facts.claims import read_claims, read_hedging
from monitor.facts.dates import read_dates
from monitor.facts.denials import read_denials
from monitor.facts.focus import read_published, weigh
from monitor.facts.lexicon import LATIN_LANGUAGES, index_for
from monitor.facts.methods import read_methods
from monitor.facts.numbers import read_number
from monitor.facts.places import read_places
from monitor.facts.sentences import Sentence, read_sentences
from monitor.facts.stages import read_legal, read_stage
from monitor.facts.states import read_states
from monitor.facts.targets import read_targets
from monitor.facts.values import Card

__all__ = ["Card", "read_card"]
_NOUN_FIRST = ("es", "fr")


def read_card(
    title: str,
    summary: str = "",
    text: str = "",
    published_at: datetime | date | str | None = None,
    lang: str = "",
) -> Card:
    """Return the card of one entry. Never raises: what cannot be read stays empty."""
    language = lang[:2].lower()
    if language not in LATIN_LANGUAGES:
        language = "en"
    published = read_published(published_at, text or "")
    sentences = read_sentences(title or "", summary or "", text or "", index_for(language))
    for sentence in sentences:
        sentence.noun_first = language in _NOUN_FIRST
    overview = is_overview(sentences)
    weigh(sentences, published, overview=overview)
    states, services = read_states(sentences, overview=overview)
    linked = [value.code for value in states]
    targets, description = read_targets(sentences, linked, overview=overview)
    countries, places = read_places(sentences, linked, overview=overview)
    return Card(
        linked_states=states,
        services=services,
        target_types=targets,
        target_description=description,
        methods=read_methods(sentences, overview=overview),
        countries=countries,
        places=places,
        dates=() if overview else read_dates(sentences, published),
        stage=read_stage(sentences, overview=overview),
        legal_stage=read_legal(sentences),
        n_arrested=read_number(sentences, "arrested"),
        n_charged=read_number(sentences, "charged"),
        claimed_by=read_claims(sentences, linked),
        denied_by=read_denials(sentences, linked, {value.code for value in services}),
        hedging=read_hedging(sentences),
        overview=overview,
    )


def is_overview(sentences: list[Sentence]) -> bool:
    """Return whether the report reviews several plots: its head speaks of plots or killings and of a pattern."""
    head = [s for at, s in enumerate(sentences) if s.field != "text" or at == 0]
    return any(s.has("many") for s in head) and any(s.has("overview") for s in head)
