"""A week of ordinary trouble, at a tenth of its ticks: what bench/week.py counts must hold."""

from __future__ import annotations

import pytest

from bench import week


@pytest.mark.parametrize("through", ["cron", "service"])
def test_a_week_loses_nothing_and_disturbs_rarely(through: str) -> None:
    """Every entry once, every edit a revision, every plot shown on its day, at most six mails, the log verifies."""
    assert week.main(["--feeds", "8", "--every", "100", "--through", through]) == 0
