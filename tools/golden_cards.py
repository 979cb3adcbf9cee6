"""What the cards and their plain sentences say of invented reports: of titles, of whole articles, of stories.

Owns the drawing of articles and stories out of invented texts. Written down by build_golden.py.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from monitor.facts.card import read_card
from monitor.facts.merge import merge_cards
from monitor.facts.sentence import claim_words, plain_sentence
from monitor.facts.values import LIST_FIELDS, Card
from tools.golden_texts import OUTLETS, digits, seeded, texts


def cards() -> Iterator[str]:
    """Yield of each text its plain sentence, or its claims in words, and a digest of every field of its card."""
    for number, (title, summary) in enumerate(texts()):
        card = read_card(title, summary)
        told = plain_sentence(card) or "; ".join(map(claim_words, card.claims)) or "-"
        yield f"{number}\t{digits(card)}\t{told}"


# What stands further down in reports of a plot: steps of the law, denials, dates, numbers, other cases.
FURTHER = (
    "Three men were arrested on 3 May 2025 near Tampere.", "Police arrested a Latvian and a Moldovan on Tuesday.",
    "The trial of two suspects opens in March 2026.", "A court in Riga jailed four people for nine years.",
    "Minsk denies any part in it.", "The ministry in Tehran rejected the charge as absurd.",
    "The embassy called the claims baseless and politically motivated.", "Both men deny the charges.",
    "His lawyer said he would plead not guilty.", "The family denied that he had been ill.",
    "Relatives said they had been told to leave the country.", "Moscow has neither confirmed nor denied it.",
    "Sanctions were imposed on four officers last week.", "Sweden expelled the ambassador on 12 June.",
    "An arrest warrant was issued for a former consul.", "In 2019 another exile was stabbed in Vienna.",
    "The attack on 14 February 2024 left the editor in hospital.", "He survived, but lost an eye.",
    "The bomb failed to explode and nobody was hurt.", "Officials familiar with the inquiry said he was a target.",
    "Investigators believe that the gunman was paid by a man in Dubai.", "Two others are wanted.",
    "Prosecutors charged six people, among them an officer of the Quds Force.",
    "It was the third such case since 2021.",
    "The wife of the poet told reporters that they had been followed.", "Nobody has been charged so far.",
    "Turkey says it foiled a plot to abduct a pilot in Van.", "The suspects were to burn a warehouse in Leipzig.",
    "He was found hanged in a park in Kyiv.", "A drone damaged a depot of the army near Homs.",
)  # fmt: skip
EPOCH = datetime(2025, 1, 1, 9, tzinfo=UTC)


def _article(random_: random.Random, reports: list[tuple[str, str]]) -> tuple[Card, datetime]:
    """Return the card of an invented report with a text, and when it was published."""
    title, summary = random_.choice(reports)
    parts = [random_.choice((summary, random_.choice(reports)[1])), *random_.sample(FURTHER, random_.randint(2, 9))]
    at = EPOCH + timedelta(hours=random_.choice((0, 5, 30, 900, 9_000)))
    text = random_.choice(("", "RIGA - ", "LONDON (AP) - ")) + random_.choice((" ", "\n\n")).join(parts)
    whole = (title, summary, text) if random_.random() < 0.7 else (title, "", text)
    return read_card(*whole, published_at=random_.choice((at, at, None))), at


def articles() -> Iterator[str]:
    """Yield of invented reports with a text what each field of the card holds, and the plain sentence."""
    random_, reports = seeded(19), [row for row in texts() if row[1] and row[0].isascii()]
    for number in range(400):
        card, _ = _article(random_, reports)
        fields = " ".join(f"{field}={'+'.join(card.codes(field))}" for field in LIST_FIELDS[5:] if card.codes(field))
        yield f"{number}\t{digits(card)}\t{fields}\t{plain_sentence(card) or '-'}"


def merged() -> Iterator[str]:
    """Yield of invented stories the card that several reports make together, and its plain sentence."""
    random_, reports = seeded(23), [row for row in texts() if row[1] and row[0].isascii()]
    for number in range(200):
        found = [_article(random_, random_.sample(reports, 2)) for _ in range(random_.randint(2, 5))]
        found.sort(key=lambda pair: pair[1])
        cards = [card for card, _ in found]
        whole = merge_cards(
            cards, [f"e{at}" for at in range(len(cards))], [random_.choice(OUTLETS) for _ in cards],
            [at for _, at in found],
        )  # fmt: skip
        yield f"{number}\t{digits(whole)}\t{plain_sentence(whole) or '-'}"
