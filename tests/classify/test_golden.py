"""What the shipped model says of invented texts, and why, stays as it is written down, or is changed on purpose."""

from __future__ import annotations

from tools.build_golden import differing


def test_nothing_is_scored_or_explained_otherwise_than_before() -> None:
    """Promise: a score, its reasons and the words that gave them are the same today and tomorrow.

    After a change of a rule, the lexicon or the shipped model: python -m tools.build_golden.
    """
    assert differing("scores") == []
