"""A plot card from a text: who is said to be behind it, against whom, how, where, how far it got, who denies it.

Owns the order in which the fields are read, and the promise that reading never raises. The rules of each field stand in
their own module; shapes in values.py; merging and corrections in merge.py. By lexicon, gazetteer and rules only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from monitor.facts.fields.claims import read_claims, read_hedging
from monitor.facts.fields.dates import read_dates
from monitor.facts.fields.denials import read_denials, with_claims
from monitor.facts.fields.methods import read_methods
from monitor.facts.fields.numbers import read_number
from monitor.facts.fields.places import read_places
from monitor.facts.fields.stages import read_legal, read_stage
from monitor.facts.fields.states import grounded, linked_states, read_claims_of_states, read_services
from monitor.facts.fields.targets import read_targets
from monitor.facts.lexicon import LATIN_LANGUAGES, WORD, index_for
from monitor.facts.reading.focus import read_published, weigh
from monitor.facts.reading.foreign import LANGUAGES, mark_foreign
from monitor.facts.reading.foreign import WORD as FOREIGN_WORD
from monitor.facts.reading.realm import set_apart
from monitor.facts.reading.roles import rules_for
from monitor.facts.reading.sentences import Sentence, mark_phrases, read_sentences
from monitor.facts.values import Card
from monitor.text.language import LANGUAGES as WITH_LISTS
from monitor.text.language import tell_language

__all__ = ["Card", "read_card"]
HEAD_SENTENCES = 2  # of a text without a title
_NOUN_FIRST = ("es", "fr", "ar", "fa", "it", "pt")
_OWNER_LAST = ("ru", "uk", "pl")
_VERB_LAST = ("tr", "az", "fa", "hi")


def read_card(
    title: str,
    summary: str = "",
    text: str = "",
    published_at: datetime | date | str | None = None,
    lang: str = "",
) -> Card:
    """Return the card of one entry. Never raises: what cannot be read stays empty."""
    title, summary, text = title or "", summary or "", text or ""
    told = tell_language(f"{title}\n{summary}\n{text[:1000]}", lang)
    language = told if told in WITH_LISTS else "en"  # read as English for what little is alike: names, numbers
    published = read_published(published_at, text)
    word = FOREIGN_WORD if language in LANGUAGES else WORD
    sentences = read_sentences(title, summary, text, _marker(language), word)
    set_apart(sentences)
    overview = is_overview(sentences)
    weigh(sentences, published, overview=overview)
    claims = read_claims_of_states(sentences, language, published, overview=overview)
    methods, stage = read_methods(sentences, overview=overview), read_stage(sentences, overview=overview)
    accused = [value.code for value in linked_states(claims)]
    targets, description = read_targets(sentences, accused, overview=overview)
    claims = grounded(claims, methods, targets, stage, language)
    states = linked_states(claims)
    linked = [value.code for value in states]
    services = read_services(sentences, linked, claims)
    countries, places = read_places(sentences, linked, overview=overview)
    return Card(
        linked_states=states,
        services=services,
        target_types=targets,
        target_description=description,
        methods=methods,
        countries=countries,
        places=places,
        dates=() if overview else read_dates(sentences, published),
        stage=stage,
        legal_stage=read_legal(sentences, overview=overview),
        n_arrested=read_number(sentences, "arrested"),
        n_charged=read_number(sentences, "charged"),
        claimed_by=read_claims(sentences, linked, overview=overview),
        denied_by=with_claims(
            read_denials(sentences, linked, {value.code for value in services}, named_only=language != "en"), claims
        ),
        hedging=read_hedging(sentences),
        overview=overview,
        claims=claims,
        language=told if rules_for(told) else "",
        unread="" if rules_for(told) else told,
    )


def _marker(language: str) -> Callable[[Sentence], None]:
    """Return the function that marks a sentence of the language; what has no table of its own is read as English."""
    if language in LANGUAGES:

        def mark(sentence: Sentence) -> None:
            sentence.loose, sentence.noun_first = True, language in _NOUN_FIRST
            sentence.owner_last = language in _OWNER_LAST
            sentence.verb_last = language in _VERB_LAST
            mark_foreign(sentence, language)

        return mark
    index = index_for(language if language in LATIN_LANGUAGES else "en")

    def mark_latin(sentence: Sentence) -> None:
        sentence.noun_first = language in _NOUN_FIRST
        mark_phrases(sentence, index)

    return mark_latin


def is_overview(sentences: list[Sentence]) -> bool:
    """Return whether the report reviews several plots: its head speaks of plots or killings and of a pattern."""
    head = [s for at, s in enumerate(sentences) if s.field != "text" or at < HEAD_SENTENCES]
    return any(s.has("many") for s in head) and any(s.has("overview") for s in head)
