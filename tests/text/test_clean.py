"""Page furniture goes, sentences stay."""

from __future__ import annotations

import pytest

from monitor.text.clean import clean


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("<p>Police held two men.</p><p>Read more</p>", "Police held two men."),
        ("Police held two men. The post Two held appeared first on Example News.", "Police held two men."),
        ("Police held two men [&#8230;]", "Police held two men"),
        ("Police held two men... Continue reading →", "Police held two men"),
        ("Accessibility links\nPolice held two men.\nDo you like this article?", "Police held two men."),
        ("Police held two men.\nSign up for our daily newsletter", "Police held two men."),
        ("Police held two men.\n© 2026 Example. All rights reserved.", "Police held two men."),
        ("News > World > Europe\nPolice held two men.", "Police held two men."),
        ("Police held two men. (Reporting by A. Writer; editing by B. Editor)", "Police held two men."),
        ("Police held two men.\n___\nThe writers contributed to this report.", "Police held two men."),
    ],
)
def test_furniture_goes(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "He was told to read more about the plot before the trial, prosecutors said.",
        "The men share this view, the court heard, and print leaflets.",
        "Reporting by the agency led to arrests | officials",
        "Security",
        "1 < 2 and 3 > 2",
        "First line\nSecond line",
        "They met at noon.\nSkip to the search of the house: "
        + "officers went from room to room and took papers, " * 9
        + "it is said.",
    ],
)
def test_sentences_stay(text):
    assert clean(text) == text


def test_clean_is_a_fixed_point():
    text = "<p>One &amp; two</p><p>Read more</p><p>Three [...]</p>"
    assert clean(clean(text)) == clean(text)


def test_a_long_line_stays_beside_furniture():
    """Promise: what is too long to be furniture is kept whole, however it begins."""
    sentence = (
        "Read more closely, the indictment says that " + "the men were paid by an officer abroad and " * 12 + "fled."
    )
    assert len(sentence) > 500
    assert clean(f"{sentence}\nSign up for our daily newsletter") == sentence
