"""A language that is not read is said, with its share, and never where everything is read."""

from __future__ import annotations

from monitor.surfaces.cli.serve.doctor import unread_check
from monitor.triage.unread import Unread, not_read, unread_of

CZECH = ("Policie zadržela muže, který podle soudu připravoval útok na novináře v Praze", "")
SWEDISH = ("Polisen har gripit en man som planerade ett attentat mot en journalist", "")


def test_everything_read_says_nothing() -> None:
    """Languages with word lists are not spoken of."""
    unread = unread_of([SWEDISH] * 10)
    assert unread == Unread(10, {})
    assert unread.sentence == ""
    assert unread_check(unread).state == "ok"


def test_what_is_not_read_is_said_with_its_share() -> None:
    """Half the entries in Czech: the code, the share and what it means."""
    unread = unread_of([SWEDISH, CZECH] * 5)
    assert unread.languages == {"cs": 5}
    assert unread.sentence.startswith("not read: cs (50% of the newest 10 entries)")
    assert unread_check(unread).state == "warning"


def test_a_slip_of_the_guess_is_no_finding() -> None:
    """One odd title among two hundred is not counted; no entries are no share."""
    assert unread_of([SWEDISH] * 200 + [CZECH]).languages == {}
    assert unread_of([]).share == 0.0


def test_a_declared_language_counts_where_the_words_say_nothing() -> None:
    """A feed that says it is Finnish, with titles of names alone."""
    assert unread_of([("Sibelius", "fi")]).codes == "not read: fi"
    assert not_read() == not_read("") == ""
