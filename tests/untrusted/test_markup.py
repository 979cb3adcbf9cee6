"""Markup becomes text in linear time; text that only looks like markup survives."""

from __future__ import annotations

import time

import pytest

from monitor.untrusted.markup import one_line, plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One &amp; <b>two</b></p><p>Three</p>", "One & two\nThree"),
        ("a<br/>b<BR>c", "a\nb\nc"),
        ('<img alt="a > b" src=x>After', "After"),
        ("<p title=it's>Sloppy</p>", "Sloppy"),
        ("x<!-- <b>no</b> -->y", "x y"),
        ("<script>var a = '<p>';</script>Text<style>p{}</style>", "Text"),
        ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
        ("AT&T &copy; &#8217; &#x2019; &unknown;", "AT&T © ’ ’ &unknown;"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("&#55296;", "\ufffd"),
        ("  much   \t space ", "much space"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<scripture>kept</scripture>", "kept"),
    ],
)
def test_text_of_markup(markup, text):
    assert plain_text(markup) == text


def test_a_title_is_one_line():
    assert one_line("One<br>two\n three") == "One two three"


@pytest.mark.parametrize(
    "flood", ["<!--", "<script", "<a ", "<", "&", "&lt;", "<a href='", '<a b="', "</", "<!", "<p "]
)
def test_floods_cost_linear_time(flood):
    """A megabyte of unclosed openings takes under two seconds of CPU on any machine we know (seen: 0.3)."""
    start = time.process_time()
    plain_text(flood * (1_000_000 // len(flood)))
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Leak names <redacted> as handler", "Leak names <redacted> as handler"),
        ("Write to <desk@news.example> now", "Write to <desk@news.example> now"),
        ("<insert name here> held", "<insert name here> held"),
        ("Held in <Riga>", "Held in <Riga>"),
        ("Held <br> in <b>Riga</b>", "Held in Riga"),
        ("Held <BR/> in Riga<hr>", "Held in Riga"),
        ("<o:p>Held <x-ad slot=1>in Riga", "Held in Riga"),
        ("<person>Ana Roe</person> held", "Ana Roe held"),
        ('<inset src="a.jpg"> Held', "Held"),
        ("<![CDATA[Held <i>in</i> Riga]]>", "Held in Riga"),
    ],
)
def test_what_stands_in_angle_brackets_and_is_no_tag_is_text(markup, text):
    assert one_line(markup) == text
