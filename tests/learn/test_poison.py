"""No set of bad labels gets a worse model promoted: it is refused, or it does no harm."""

from __future__ import annotations

from bench._poison import HARM, attack_all

ALWAYS_REFUSED = {
    "flip 30 %", "flip 50 % of plots", "flip all", "flood not-plot, one source", "flood plot, one source",
    "dictionary 10 %", "one label only", "no labels", "contradictions",
}  # fmt: skip


def test_every_harmful_set_is_blocked_and_honest_labels_pass() -> None:
    """The gate stops the attacks and does not stop honest work."""
    rows = {name: (reasons, after, base) for name, reasons, after, base in attack_all()}
    assert rows["none"][0] == ()
    assert {name for name, (reasons, _, _) in rows.items() if reasons} >= ALWAYS_REFUSED
    harmful = [name for name, (reasons, after, base) in rows.items() if not reasons and after < base - HARM]
    assert harmful == []
