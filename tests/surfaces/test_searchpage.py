"""The search page: what an analyst types is understood, what fits is marked, and nothing typed is lost."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.surfaces.conftest import House


def shown(page: str) -> list[str]:
    """Return the headlines of the results, without their marks."""
    links = re.findall(r'<li><a href="/story/\w+" dir="auto">(.*?)</a>', page)
    return [unescape(re.sub(r"</?mark>", "", link)) for link in links]


@pytest.fixture
def three(house: House) -> House:
    """A house with three entries in two scripts."""
    house.entry("aaaa1111", "Sikh organiser in Canada says he was warned", "An arms dealer was named in court.")
    house.entry("bbbb2222", "Sikh organiser in Leicester attacked", "Police spoke of a courier.")
    house.entry("cccc3333", "محاولة خطف معارض في إسطنبول", "قالت الشرطة إنها أحبطت مخططا")
    return house


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=sikh", {"Sikh organiser in Canada says he was warned", "Sikh organiser in Leicester attacked"}),
        ("q=sikh+-canada", {"Sikh organiser in Leicester attacked"}),
        ("q=%22arms+dealer%22", {"Sikh organiser in Canada says he was warned"}),
        (
            "q=canada+OR+leicester",
            {"Sikh organiser in Canada says he was warned", "Sikh organiser in Leicester attacked"},
        ),
        ("q=خطف", {"محاولة خطف معارض في إسطنبول"}),
        ("q=sikh&title=leicester", {"Sikh organiser in Leicester attacked"}),
        ("q=sikh&before=2020-01-01", set()),
    ],
)
def test_what_is_asked_is_what_is_found(three: House, query: str, found: set[str]) -> None:
    """Promise: phrases, OR, minus and fields, in all scripts."""
    answer = three.signed_in().get(f"/search?{query}")
    assert answer.status_code == 200
    assert set(shown(answer.text)) == found


def test_what_fits_is_marked_and_words_keep_their_blanks(three: House) -> None:
    """Promise: why a result is one is seen, and marks glue no words together."""
    page = three.signed_in().get("/search?q=organiser").text
    assert "Sikh <mark>organiser</mark> in Canada" in page
    assert "<mark>courier</mark>" in three.signed_in().get("/search?q=courier").text


def test_a_query_that_cannot_be_read_comes_back_as_typed(three: House) -> None:
    """Promise: a slip costs no retyping."""
    answer = three.signed_in().get("/search?q=sikh+after:yesterday")
    assert answer.status_code == 400
    assert 'value="sikh after:yesterday"' in answer.text
    assert "give a day such as 2026-01-31" in answer.text
    assert three.signed_in().get("/search?q=-canada").status_code == 400


def test_results_go_on_page_by_page_to_the_last(house: House) -> None:
    """Promise: no result is out of reach."""
    for number in range(35):
        house.entry(f"aaaa{number:04}", f"Alleged plot number {number}")
    client = house.signed_in()
    first = client.get("/search?q=alleged").text
    assert "35 found, page 1 of 2" in first
    following = re.search(r'href="(/search[^"]*)" rel="next"', first)
    assert following is not None
    second = client.get(unescape(following[1])).text
    assert len(shown(first)) == 30
    assert len(shown(second)) == 5
    assert not set(shown(first)) & set(shown(second))


def test_a_search_is_kept_by_name_used_and_forgotten(three: House) -> None:
    """Promise: a search is kept with its boxes, and for everybody of the log."""
    client = three.signed_in()
    kept = client.post("/search/save", data={"name": "sikh, abroad", "query": "sikh -canada", "back": "/search"})
    assert kept.status_code == 303
    other = three.signed_in("ben").get("/search").text
    assert "sikh, abroad" in other
    link = re.search(r'<li><a href="(/search\?q=sikh[^"]*)">', other)
    assert link is not None
    assert shown(three.signed_in("ben").get(unescape(link[1])).text) == ["Sikh organiser in Leicester attacked"]
    client.post("/search/forget", data={"name": "sikh, abroad", "back": "/search"})
    assert "sikh, abroad" not in client.get("/search").text
