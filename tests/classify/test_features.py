"""Term counts: deterministic, the same for the same text, and what each view promises."""

from __future__ import annotations

import subprocess
import sys

from monitor.classify.features import VIEWS, Features, pattern_kinds
from monitor.text import mask

TITLE = "Iranian agents charged over plot to kidnap journalist in London"
SUMMARY = "Police say the men were hired by the Quds Force. Tehran denies the accusation."


def test_counts_are_whole_and_at_least_one() -> None:
    """The scorer takes 1 + ln(count): no count may be below 1."""
    for counts in Features().counts(TITLE, SUMMARY):
        assert counts
        assert all(n >= 1 and n == int(n) for n in counts.values())


def test_the_title_counts_twice() -> None:
    """What a title says is what a report is about."""
    words, concepts, _ = Features().counts(TITLE, SUMMARY)
    assert (words["journalist"], concepts["JOURNALIST"]) == (2, 2)
    assert (words["hired"], concepts["DENY"]) == (1, 1)


def test_patterns_know_their_place() -> None:
    """A pattern of the title is "t:", of another sentence "s:", of the lead as a whole "d:"."""
    patterns = Features().counts(TITLE, SUMMARY)[VIEWS.index("patterns")]
    assert {"t:STATE+COVERT+TARGET", "d:STATE+COVERT+TARGET", "s:LINK+SERVICE"} <= set(patterns)
    assert "s:STATE+COVERT+TARGET" not in patterns


def test_a_pattern_may_need_an_absence() -> None:
    """A state and no act: what most news about these states is."""
    found = Features().counts("Iran and Iraq agree on trade", "")[VIEWS.index("patterns")]
    assert "t:STATE-ACT" in found
    assert pattern_kinds("STATE-ACT") == mask.kinds()["STATE"]


def test_other_states_give_the_same_terms() -> None:
    """A report about one state counts as the same report about another would."""
    features = Features()
    assert features.counts(TITLE, SUMMARY)[1:] == features.counts(TITLE.replace("Iranian", "Rwandan"), SUMMARY)[1:]


def test_counts_do_not_depend_on_the_process() -> None:
    """Two processes with different hash seeds count the same in the same order."""
    code = f"from monitor.classify.features import Features; print(Features().tokens({TITLE!r}, {SUMMARY!r}))"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert "patterns:t:STATE+COVERT" in runs.pop()


def test_an_empty_text_has_no_terms() -> None:
    """Nothing in, nothing out, in every view."""
    assert Features().counts("") == ({}, {}, {})


def test_what_is_read_of_a_giant_entry_is_bounded() -> None:
    """A summary of millions of words has no more terms than its beginning."""
    features = Features()
    giant = "bombs and plots " * 1_000_000
    assert features.counts("a", giant) == features.counts("a", giant[:50_000])
