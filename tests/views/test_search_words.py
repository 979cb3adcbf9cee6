"""Words, queries and marks: what a typed line asks for, and where it stands in a text. Pure."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.views.search.marks import mark, snippet
from monitor.views.search.query import FieldFilter, Query, SearchTerm, parse_query
from monitor.views.search.words import tokens_of, words_of


def term(*words: str, prefix: bool = False, title: bool = False) -> SearchTerm:
    """A term of a query."""
    return SearchTerm(words, prefix, title)


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("sikh -canada", ((term("sikh"),),), (term("canada"),)),
        ('"arms dealer" courier', ((term("arms", "dealer"),), (term("courier"),)), ()),
        ("a OR b c", ((term("a"), term("b")), (term("c"),)), ()),
        ("a OR -b", ((term("a"),),), (term("b"),)),
        ("OR a OR", ((term("a"),),), ()),
        ('-"drug ring" plot', ((term("plot"),),), (term("drug", "ring"),)),
        ("poison*", ((term("poison", prefix=True),),), ()),
        ("title:embassy", ((term("embassy", title=True),),), ()),
        ('title:"two men"', ((term("two", "men", title=True),),), ()),
        ("Iran's", ((term("iran", "s"),),), ()),
        ("well-known", ((term("well", "known"),),), ()),
        ("http://a.test", ((term("http", "a", "test"),),), ()),
        ('"never closed', ((term("never", "closed"),),), ()),
        ("„so“ «und»", ((term("so"),), (term("und"),)), ()),
        ("МИД -Канада", ((term("мид"),),), (term("канада"),)),
        ("暗殺計画", ((term("暗", "殺", "計", "画"),),), ()),
        ("- ! *", (), ()),
    ],
)
def test_a_typed_line_is_read(typed: str, wanted: object, unwanted: object) -> None:
    """Promise: phrases, OR, minus, beginnings and headlines mean what the help says, in every script."""
    query = parse_query(typed)
    assert (query.wanted, query.unwanted, query.filters) == (wanted, unwanted, ())


def test_fields_and_dates_are_read() -> None:
    """Promise: a field takes its value as it is; a month or a year stands for its first day; a minus turns it round."""
    query = parse_query('feed:"Harbour Post" -lang:FA after:2026-02 before:2027 label:none score:>=0.5 plot')
    assert query.wanted == ((term("plot"),),)
    assert query.filters == (
        FieldFilter("feed", "Harbour Post"), FieldFilter("lang", "fa", True), FieldFilter("after", "2026-02-01"),
        FieldFilter("before", "2027-01-01"), FieldFilter("label", "none"), FieldFilter("score", "0.5"),
    )  # fmt: skip


@pytest.mark.parametrize("typed", ["after:soon", "before:2026-13", "label:maybe", "flagged:perhaps", "score:2"])
def test_a_value_that_cannot_be_is_one_clear_line(typed: str) -> None:
    """Promise: the message names what was typed."""
    with pytest.raises(InputError, match=typed.split(":")[1]):
        parse_query(typed)


@given(st.text(max_size=200))
def test_no_line_is_too_odd_to_be_read(typed: str) -> None:
    """Promise: whatever is typed is read or refused in one line; words hold nothing that could be an operator."""
    try:
        query = parse_query(typed)
    except InputError:
        return
    for any_of in (*query.wanted, query.unwanted):
        for item in any_of:
            assert item.words
            assert not any(char in '"*():^-+{}' or char.isspace() for word in item.words for char in word)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("São Tomé", "sao TOME"), ("İstanbul", "istanbul"), ("Straße", "STRASSE"), ("ΣΊΓΜΑΣ", "σιγμας"),
        ("مُحَمَّد", "محمد"), ("ایران", "ايران"), ("إيران", "ايران"), ("ירוּשָׁלַיִם", "ירושלים"), ("ﬁre", "fire"),
        ("Ёлка", "елка"),
    ],
)  # fmt: skip
def test_writings_of_one_word_are_one(one: str, other: str) -> None:
    """Promise: case, accents, vowel points and the variants of letters do not matter."""
    assert words_of(one) == words_of(other)


def test_a_character_that_stands_for_more_than_a_word_is_left_as_it_is() -> None:
    """Promise: "½", "⑴" and Arabic signs spelled out with a blank bring neither blanks nor operators into words."""
    written = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    spelled_out = [char for char in written if unicodedata.normalize("NFKD", char) != char]
    words = [word for char in spelled_out for word in words_of(f"a{char}b {char}")]
    assert "" not in words
    assert [char for char in "".join(words) if unicodedata.category(char)[0] not in "LNM"] == []
    assert words_of("½ ⑴ \ufc5e") == ["½", "⑴", "\ufc5e"]
    assert words_of("ﬃ \ufef5") == words_of("ffi لآ")


def test_marks_that_make_a_word_are_kept() -> None:
    """Promise: in Devanagari and its kin another vowel is another word, and one word is one token."""
    assert len(words_of("हिन्दी")) == 1
    assert words_of("कि") != words_of("का")


@given(st.text(max_size=300))
def test_tokens_lie_in_the_text_in_order(text: str) -> None:
    """Promise: what is marked is in the text, and both ways of reading it find the same words."""
    tokens = tokens_of(text)
    assert words_of(text) == [token.word for token in tokens]
    ends = [place for token in tokens for place in (token.start, token.end)]
    assert ends == sorted(ends)
    assert all(0 <= token.start < token.end <= len(text) and token.word for token in tokens)


def test_what_fits_is_marked() -> None:
    """Promise: phrases, beginnings and folded words are marked where they stand, overlaps once."""
    text = "Le Président poisoned? The président's poisoner"
    marked = mark(text, [term("president"), term("poison", prefix=True), term("president", "poisoned")])
    assert [text[a:b] for a, b in marked.marks] == ["Président poisoned", "président", "poisoner"]
    longer = "two mentors, two men, two more"
    assert [longer[a:b] for a, b in mark(longer, [term("two", "men")]).marks] == ["two men"]
    assert [longer[a:b] for a, b in mark(longer, [term("two", "men", prefix=True)]).marks] == ["two mentors", "two men"]
    assert mark("上海市長", [term("海", "市")]).marks == [(1, 3)]


def test_a_snippet_shows_where_most_is_found() -> None:
    """Promise: of a long article the part that answers the query is shown, cut at words, its marks in place."""
    text = "alpha " * 200 + "courier\npaid by the ministry " + "omega " * 300
    shown = snippet(text, [term("courier"), term("ministry")])
    assert [shown.text[a:b] for a, b in shown.marks] == ["courier", "ministry"]
    assert shown.text.startswith("… alpha ")
    assert shown.text.endswith("omega …")
    assert len(shown.text) < 300
    assert snippet("short text", [term("absent")]).text == "short text"


@given(st.text(alphabet="ab \n", max_size=900), st.text(alphabet="ab", min_size=1, max_size=3))
def test_marks_of_a_snippet_fit_the_query(text: str, word: str) -> None:
    """Promise: a mark never stands beside what it marks."""
    shown = snippet(text, [SearchTerm((word,))])
    assert all(unicodedata.normalize("NFC", shown.text[a:b]) == word for a, b in shown.marks)
    assert Query() == parse_query("")
