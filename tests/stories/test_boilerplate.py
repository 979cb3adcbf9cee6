"""Closing words, headers and copyright lines: what two entries share beside their news makes them no copies."""

from __future__ import annotations

import pytest

from monitor.stories.boilerplate import own_text, tell_different_news
from monitor.stories.fingerprint import COPY, fingerprint, resemblance
from monitor.stories.link import Linker

ABOUT = (
    "The prosecutor of Mereth informs the press on working days. Recordings are not permitted in the building. "
    "Requests for interviews are to be sent in writing to the press room, which answers within two days and keeps "
    "earlier statements in its archive for at least five years."
)
HARBOUR = ("Statement 12: two remanded over alleged sabotage of a ferry", "A ferry was damaged in Port Mereth in May.")
EDITOR = ("Statement 13: alleged scheme to abduct exiled editor foiled", "Officers searched a flat near Castle Square.")
WIRE = (
    "Two men were remanded in custody on Friday over an alleged scheme to abduct the exiled editor Sivra Thane from "
    "her home in Castle Square, the court in Mereth said. They had watched the flat for weeks, investigators allege."
)
NOTE = "© 2026 Mereth Wire. All rights reserved. This report may not be published, rewritten or passed on to others."
CHINESE = "检察院每个工作日通报情况，大楼内不得录音录像，采访申请须以书面形式提出，新闻处两日内答复，以往声明保存五年。"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((HARBOUR[0], f"{HARBOUR[1]} {ABOUT}"), (EDITOR[0], f"{EDITOR[1]} {ABOUT}")),
        ((HARBOUR[0], f"{ABOUT} {HARBOUR[1]}"), (EDITOR[0], f"{ABOUT} {EDITOR[1]}")),
        ((HARBOUR[0], ABOUT), (EDITOR[0], ABOUT)),
        (("Statement", f"{HARBOUR[0]}. {ABOUT}"), ("Statement", f"{EDITOR[0]}. {ABOUT}")),
        ((HARBOUR[0], f"{HARBOUR[1]} {NOTE}"), (EDITOR[0], f"{EDITOR[1]} {NOTE}")),
        (
            ("渡轮遭破坏两人被捕", "五月渡轮在港口受损。" + CHINESE),
            ("绑架流亡编辑计划被挫败", "警方搜查公寓。" + CHINESE),
        ),
    ],
    ids=["footer", "header", "nothing but the footer", "one title for all", "copyright line", "no spaces"],
)
def test_shared_closing_words_make_no_copy(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Promise: two statements of one press office are two stories, wherever the shared words stand."""
    assert tell_different_news(*one, *other)
    assert tell_different_news(*other, *one)
    linker = Linker()
    first = linker.add("a1", 0.0, *one)
    second = linker.add("b2", 60.0, *other)
    assert first.story_id != second.story_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("Court remands two over scheme against editor", WIRE),
            ("Two men in custody: editor was to be abducted", WIRE),
        ),
        (("Court remands two over scheme against editor", WIRE), ("Editor was to be abducted", WIRE[:150])),
        (("Two remanded", WIRE), ("Two remanded", f"MERETH (Wire) – {WIRE} The Herald could not reach their lawyers.")),
        ((EDITOR[0], f"{EDITOR[1]} {ABOUT}"), (EDITOR[0], f"{EDITOR[1]} {ABOUT}")),
        ((EDITOR[0], f"{EDITOR[1]} {ABOUT}"), (EDITOR[0] + " (update)", f"{EDITOR[1]} Two are held. {ABOUT}")),
    ],
    ids=["own title", "cut", "framed", "the same", "updated"],
)
def test_a_wire_report_under_other_titles_stays_a_copy(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Promise: papers that cut, frame or retitle one report make one row and one source."""
    assert not tell_different_news(*one, *other)
    assert resemblance(fingerprint(*one), fingerprint(*other)) >= COPY
    linker = Linker()
    linker.add("a1", 0.0, *one)
    assert linker.add("b2", 60.0, *other).why == "copy of a1"


def test_own_text_leaves_what_is_only_here() -> None:
    """Promise: the shared run goes, whatever its marks and capitals; the news stays."""
    assert own_text(f"{HARBOUR[1]} {ABOUT}", f"{EDITOR[1]} {ABOUT.upper()}") == HARBOUR[1].removesuffix(".")


def test_four_statements_are_four_stories() -> None:
    """Promise: stories do not grow together over their shared closing words."""
    linker = Linker()
    statements = [
        (f"Statement {n}: {title}", f"{text} {ABOUT}")
        for n, (title, text) in enumerate(
            [
                ("two remanded over ferry", "A ferry was damaged in Port Mereth."),
                ("scheme to abduct editor foiled", "Officers searched a flat near Castle Square."),
                ("consulate guard accused of leaking visas", "He is said to have sold lists of applicants."),
                ("mayor's tyres slashed", "Nobody was hurt in Lower Vale."),
            ]
        )
    ]
    stories = set()
    for n, (title, text) in enumerate(statements):
        stories.add(linker.add(f"e{n}", n * 60.0, title, text).story_id)
    assert len(stories) == 4
