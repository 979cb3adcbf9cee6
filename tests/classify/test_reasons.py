"""Reasons: phrases with their words, each said once, few, and no number in them."""

from __future__ import annotations

from monitor.classify.modelstore import cold_model
from monitor.classify.reasons import N_AGAINST, N_FOR, Reasons, meanings, reasons_of
from monitor.text import mask


def reasons(title: str, summary: str = "", lang: str = "en") -> Reasons:
    """The reasons of a text as the cold model scores it."""
    found = cold_model().explain(title, summary, "", lang)
    return reasons_of([(r.term, r.weight, r.shown) for r in (*found.terms_for, *found.terms_against)], lang)


PLOT = (
    "Prosecutors say Revolutionary Guards ordered a plot to kill an exiled journalist in London",
    "Police foiled the plot in March. Two men were charged and have denied it, Britain's prosecutors say.",
)


def test_a_reason_is_a_phrase_with_its_words() -> None:
    """People read what a word says, not what it weighs."""
    texts = [reason.text for reason in reasons(*PLOT).for_it]
    assert "names a secret or security service: Revolutionary Guards" in texts
    assert not any(character in text for text in texts for character in "+0123456789#")


def test_no_meaning_and_no_word_comes_twice() -> None:
    """The plot and the plot to kill are one reason; what speaks for and against the same meaning is set off."""
    found = reasons(*PLOT)
    said = [reason.meaning for reason in (*found.for_it, *found.against)]
    assert len(said) == len(set(said))
    words = [word.lower() for reason in (*found.for_it, *found.against) for word in reason.words]
    assert len(words) == len(set(words))


def test_few_reasons_are_shown_the_strongest_first() -> None:
    """At most five for and three against."""
    found = reasons(*PLOT)
    assert 1 <= len(found.for_it) <= N_FOR
    assert len(found.against) <= N_AGAINST
    weights = [reason.weight for reason in found.for_it]
    assert weights == sorted(weights, reverse=True)


def test_empty_words_are_no_reasons() -> None:
    """`have` weighs what it weighs in four articles; it says nothing."""
    assert reasons_of([("have", 0.23, "have"), ("during", 0.2, "during"), ("plot", 0.1, "plot")]).for_it == (
        reasons_of([("plot", 0.1, "plot")]).for_it
    )


def test_a_word_for_and_against_counts_once_with_what_is_left() -> None:
    """A charge that speaks for a plot by half of what it speaks against one is a reason against."""
    found = reasons_of([("CHARGE", 0.1, "charged"), ("charged", -0.2, "charged")])
    assert not found.for_it
    assert [reason.text for reason in found.against] == ["reports charges: charged"]


def test_other_languages_are_looked_up_in_their_own_lists() -> None:
    """The phrase is the same, the words are the text's."""
    found = reasons("Detienen a un sicario por encargo de los servicios de inteligencia", "", "es")
    assert any(r.meaning == "speaks of a killer for hire" and r.words == ("sicario",) for r in found.for_it)


def test_every_concept_has_a_phrase() -> None:
    """No concept is shown by its name."""
    assert set(meanings()) == set(mask.concept_kinds())
