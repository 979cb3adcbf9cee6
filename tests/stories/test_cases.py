"""Cases: a follow-up weeks later finds its story by rare names and matter, and by nothing less."""

from __future__ import annotations

import random
from collections.abc import Iterable

from monitor.stories.cases import Cases

ARREST = (
    "Two held over alleged plot to kidnap exiled broadcaster Ilar Vossen",
    (
        "Police in Tarnmouth said on Monday that they had arrested Bram Okkel and a second man over an alleged plot to "
        "kidnap the exiled broadcaster Ilar Vossen and take her across the border."
    ),
)
TRIAL = (
    "Trial opens over alleged plot to kidnap broadcaster Ilar Vossen",
    (
        "The trial of Bram Okkel, accused of an alleged plot to kidnap the exiled broadcaster Ilar Vossen, "
        "opened before a court on Tuesday. He denies it."
    ),
)
SAME_WORDS_OTHER_NAMES = (
    "Two held over alleged plot to kidnap exiled editor Maro Dunwick",
    (
        "Police in Hollenberg said on Monday they had arrested Jens Aldred and another over an alleged plot to "
        "kidnap the exiled editor Maro Dunwick and take him across the border."
    ),
)
SAME_NAME_OTHER_MATTER = (
    "Broadcaster Ilar Vossen wins prize for documentary",
    "A documentary on glaciers by Ilar Vossen won the first prize of the film festival on Sunday evening.",
)


def cases() -> Cases:
    made = Cases()
    made.add("s1", "s1", [ARREST])
    return made


def test_a_trial_weeks_later_joins_the_case_and_says_why() -> None:
    match = cases().find([TRIAL])
    assert match is not None
    assert match.case_id == "s1"
    assert {"Ilar", "Vossen"} & set(match.names)
    assert match.reason.startswith("same names (")


def test_the_same_kind_of_happening_to_other_people_is_another_case() -> None:
    assert cases().find([SAME_WORDS_OTHER_NAMES]) is None


def test_the_same_person_in_another_matter_is_another_case() -> None:
    assert cases().find([SAME_NAME_OTHER_MATTER]) is None


def test_a_follow_up_of_a_follow_up_joins_the_first_case() -> None:
    made = cases()
    made.add("s2", "s1", [TRIAL])
    told = (
        "A court convicted Bram Okkel, who was on trial over a plot to kidnap the exiled broadcaster Ilar Vossen in "
        "Tarnmouth. His lawyers will appeal."
    )
    verdict = ("Court finds Bram Okkel guilty in plot to kidnap broadcaster Ilar Vossen", told)
    match = made.find([verdict])
    assert match is not None
    assert match.case_id == "s1"


def test_nothing_to_compare_is_no_match() -> None:
    assert Cases().find([ARREST]) is None
    assert cases().find([("", "")]) is None


class Exhaustive(Cases):
    """Compares a new story with every earlier one."""

    def candidates(self, names: Iterable[str]) -> list[int]:
        """Return all."""
        return list(range(len(self._stories)))


def test_looking_only_at_stories_with_a_rare_name_in_common_finds_what_looking_at_all_does() -> None:
    """Promise: the work of a tick is bounded by who is named, and no link is lost by it."""
    rng = random.Random(4)
    people = [
        f"{first}{last}" for first in ("Vor", "Nel", "Tam", "Ril", "Oss") for last in ("ban", "dek", "mir", "zul")
    ]
    acts = ("kidnap the exiled broadcaster", "poison a former officer", "set fire to the printing works of a magazine")

    def report() -> tuple[str, str]:
        one, other, act = rng.choice(people), rng.choice(people), rng.choice(acts)
        return (
            f"Two held over alleged plot to {act}",
            f"Police said that {one} and {other} had planned to {act} abroad.",
        )

    few, all_ = Cases(), Exhaustive()
    n_found = 0
    for n in range(150):
        text = report()
        found = few.find([text])
        assert found == all_.find([text])
        n_found += found is not None
        for made in (few, all_):
            made.add(f"s{n}", f"s{n}", [text])
    assert n_found > 10
    assert few.candidates(["nobody"]) == []
    assert len(few.candidates(["ilar", *map(str.lower, people[:1])])) < 75


def test_names_alone_are_no_matter() -> None:
    """Two stories that say nothing beside their names have no likeness there, and are no case."""
    names = ("the Vossen Okkel Tarnmouth of the and", "")
    made = Cases()
    made.add("s1", "s1", [names])
    assert made.find([names]) is None
    assert made.find([TRIAL]) is None
