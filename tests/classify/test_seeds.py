"""Seeds: what is taken of an article, how it is cited, and a data folder's own beside the shipped ones."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from monitor.classify import seeds
from monitor.classify.features import FEATURES_VERSION, Features
from monitor.errors import InputError

TITLE = "Harbour town tries two men over a plot"
FIRST = "Prosecutors in the harbour town said that two hired men had watched the exiled editor."
SECOND = "Both men deny it, and their lawyer said that nobody had paid them for anything."
HEADING = "Eleven words make a heading here and never a passage of it"  # 12 words with what is put in front
ARTICLE = f"By A. Writer\n{TITLE}\nMay 3, 2031\n{FIRST}\n{HEADING.partition(' ')[2]}\n{SECOND}\n{FIRST}\n"


def written(folder: Path, text: str, name: str = "own") -> Path:
    """Return an article in a file."""
    path = folder / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_article_is_its_paragraphs_its_title_and_its_day(tmp_path: Path) -> None:
    """Promise: paragraphs of twelve words and more, each once; the title counts with the first; no pair of words."""
    seed = seeds.count_article(written(tmp_path, ARTICLE))
    assert (seed.name, seed.title, seed.outlet, seed.published) == ("own", TITLE, "", "2031-05-03")
    reader = Features()
    counted = [reader.counts(TITLE, FIRST), reader.counts("", FIRST), reader.counts("", SECOND)]
    assert len(HEADING.split()) == seeds.MIN_WORDS
    assert len(seed.passages) == len(counted)
    for passage, (words, concepts, patterns) in zip(seed.passages, counted, strict=True):
        kept = {term: n for term, n in words.items() if " " not in term or "#" in term}
        assert passage.counts == (kept, concepts, patterns)
        assert all(list(view) == sorted(view) for view in passage.counts)
    assert any(" " in term for words, _, _ in counted for term in words)
    twelve = seeds.count_article(written(tmp_path, ARTICLE.replace(HEADING.partition(" ")[2], HEADING)))
    assert len(twelve.passages) == len(counted) + 1


def test_what_is_given_is_cited_before_what_is_guessed(tmp_path: Path) -> None:
    """Promise: title, outlet and day are those given; else those of the shipped citations; else the text's own."""
    path = written(tmp_path, ARTICLE)
    given = seeds.count_article(path, "Given title", "The Courier", "2030-01-02")
    assert (given.title, given.outlet, given.published) == ("Given title", "The Courier", "2030-01-02")
    assert given.passages[0] == given.passages[1]  # a title that does not stand in the text is not counted
    name, cited = next(iter(seeds.citations().items()))
    found = seeds.count_article(written(tmp_path, ARTICLE, name))
    assert (found.title, found.outlet, found.published) == cited
    assert all(cited)
    undated = seeds.count_article(written(tmp_path, f"Three words only\n{FIRST}\n{SECOND}"))
    assert (undated.title, undated.published) == (FIRST, "")
    assert len(seeds.count_article(written(tmp_path, "harbour " * 90)).title) == 200
    days = ("December 24, 2030", "January 1, 2031")
    assert [seeds.count_article(written(tmp_path, f"{FIRST} {day}")).published for day in days] == [
        "2030-12-24",
        "2031-01-01",
    ]


def test_what_is_no_article_is_one_clear_error(tmp_path: Path) -> None:
    """Promise: a file too large, not text, or absent is named; one just small enough is read."""
    path = written(tmp_path, "")
    for size, is_read in ((seeds.MAX_ARTICLE, True), (seeds.MAX_ARTICLE + 1, False)):
        path.write_text(f"{FIRST}\n".ljust(size, "\n"), encoding="utf-8")
        if is_read:
            assert len(seeds.count_article(path).passages) == 2
        else:
            with pytest.raises(InputError, match=f"more than {seeds.MAX_ARTICLE} bytes"):
                seeds.count_article(path)
    path.write_bytes(b"\xff\xfe harbour")
    for unread in (path, tmp_path / "absent.txt"):
        with pytest.raises(InputError, match="cannot be read as UTF-8"):
            seeds.count_article(unread)


def test_a_folders_own_seed_stands_in_place_of_its_namesake(tmp_path: Path) -> None:
    """Promise: the shipped seeds and one's own, a namesake once; adding again replaces, and says how many there are."""
    shipped = list(seeds.load_seeds())
    assert list(seeds.seeds_in_use(None)) == list(seeds.seeds_in_use(tmp_path)) == shipped
    own = seeds.count_article(written(tmp_path, ARTICLE))
    namesake = msgspec.structs.replace(own, name=shipped[1].name)
    again = msgspec.structs.replace(own, outlet="The Courier")
    assert [seeds.add_own(tmp_path, one) for one in (own, namesake, again)] == [1, 2, 2]
    assert list(seeds.load_seeds(tmp_path / seeds.OWN_NAME)) == sorted([again, namesake], key=lambda one: one.name)
    assert list(seeds.seeds_in_use(tmp_path)) == [
        *(one for one in shipped if one.name != namesake.name),
        *sorted([again, namesake], key=lambda one: one.name),
    ]


@pytest.mark.parametrize("change", [{"format": "monitor-seeds-2"}, {"features_version": FEATURES_VERSION + 1}])
def test_another_versions_seeds_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    """Promise: either mark of another version is enough, and the way out is named."""
    path = tmp_path / "seeds.json"
    content = msgspec.json.decode(seeds.seed_bytes(seeds.load_seeds()))
    path.write_bytes(msgspec.json.encode(content))
    assert seeds.load_seeds(path) == seeds.load_seeds()
    path.write_bytes(msgspec.json.encode(content | change))
    with pytest.raises(InputError, match="another version; build it again"):
        seeds.load_seeds(path)


def test_the_shipped_seeds_are_cited_as_the_citations_say() -> None:
    """Promise: each of them under its own name: title, outlet, day."""
    cited = {one.name: (one.title, one.outlet, one.published) for one in seeds.load_seeds()}
    assert {name: seeds.citations().get(name) for name in cited} == cited
