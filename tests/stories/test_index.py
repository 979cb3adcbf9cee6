"""The open stories by their words: nearest, faded, alike enough to be one, shortened, forgotten."""

from __future__ import annotations

import math
import random

import pytest

from monitor.stories.index import (
    AGE_S,
    INDEX_TERMS,
    LENGTH_SLOPE,
    SEARCH_BUDGET,
    SEARCH_TERMS,
    SILENCE,
    STORY_TERMS,
    TWIN_GAP,
    OpenStories,
)

WINDOW = 72 * 3600.0


def unit(**weights: float) -> dict[str, float]:
    """Return terms as a vector of length 1."""
    norm = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {term: weight / norm for term, weight in weights.items()}


def test_the_nearest_story_is_the_most_alike_and_fades_with_its_silence() -> None:
    """Promise: the cosine times exp(-silence / 48 h), whichever came first; of equals the older; none shared, none."""
    stories = OpenStories(WINDOW)
    harbour, ferry, other = (stories.open(name, 0.0) for name in ("s1", "s2", "s3"))
    stories.join(harbour, "a", 0.0, unit(harbour=1.0, spy=1.0))
    stories.join(ferry, "b", 0.0, unit(ferry=3.0, spy=1.0))
    stories.join(other, "c", 0.0, unit(harbour=1.0, spy=1.0))
    assert stories.nearest(unit(spy=1.0), 0.0) == (harbour, pytest.approx(math.sqrt(0.5)))
    assert stories.nearest(unit(ferry=1.0), 0.0) == (ferry, pytest.approx(3 / math.sqrt(10)))
    for at in (3600.0, -3600.0):
        faded = math.sqrt(0.5) * math.exp(-3600.0 / (SILENCE * WINDOW))
        assert stories.nearest(unit(spy=1.0), at) == (harbour, pytest.approx(faded))
    assert stories.nearest(unit(walrus=1.0), 0.0) == (-1, 0.0)
    assert stories.nearest({}, 0.0) == (-1, 0.0)
    stories.join(other, "d", 7200.0, unit(harbour=1.0, spy=1.0))
    assert stories.nearest(unit(spy=1.0), 7200.0)[0] == other  # as much alike, and heard of since


def test_what_a_story_said_long_ago_counts_less() -> None:
    """Promise: after more than a day its words fade as exp(-age / a week), before that not at all."""
    for at, kept in ((AGE_S / 7, 1.0), (AGE_S / 7 + 1.0, math.exp(-(AGE_S / 7 + 1.0) / AGE_S))):
        stories = OpenStories(WINDOW)
        serial = stories.open("s1", 0.0)
        stories.join(serial, "a", 0.0, unit(harbour=1.0))
        stories.join(serial, "b", at, unit(spy=1.0))
        story = stories[serial]
        assert story.weights == {"harbour": pytest.approx(kept), "spy": 1.0}
        assert story.norm2 == pytest.approx(1.0 + kept * kept)
        assert (story.at, story.faded_at, story.n, story.n_terms) == (at, at if kept < 1.0 else 0.0, 2, 2)
        assert stories.nearest(unit(harbour=1.0), at)[1] == pytest.approx(kept / math.sqrt(1.0 + kept * kept))


def test_twins_are_alike_enough_for_their_gap_and_their_length() -> None:
    """Promise: the cosine fades with the gap between them; long texts need more of it; the bar itself is enough."""
    gap = 3600.0

    def pair(n_terms: int) -> tuple[OpenStories, float]:
        stories = OpenStories(WINDOW)
        for name, at, own in (("s1", 0.0, "a"), ("s2", gap, "b")):
            serial = stories.open(name, at)
            rest = {f"{own}{n}": 0.001 for n in range(n_terms - 2)}
            stories.join(serial, own, at, unit(harbour=1.0, **{own: 1.0}, **rest))
        likeness = math.fsum([stories[1].weights["harbour"] * stories[2].weights["harbour"]])
        return stories, likeness * math.exp(-gap / (TWIN_GAP * WINDOW))

    for n_terms, rise in ((4, 0.0), (8, 0.0), (16, LENGTH_SLOPE * math.log(2.0))):
        stories, likeness = pair(n_terms)
        assert stories.twin(2, likeness - rise - 1e-6) == (1, pytest.approx(likeness)), n_terms
        assert stories.twin(1, likeness - rise - 1e-6) == (2, pytest.approx(likeness)), n_terms
        assert stories.twin(2, likeness - rise + 1e-6) == (-1, 0.0), n_terms


def test_a_story_that_became_part_of_another_is_found_by_both_names() -> None:
    """Promise: words, entries, counts and the newest time go over; entries leave the window one by one, then it all."""
    stories = OpenStories(WINDOW)
    kept, gone = stories.open("s1", 0.0), stories.open("s2", 5.0)
    stories.join(kept, "a", 0.0, unit(harbour=1.0, spy=1.0))
    stories.join(gone, "b", 5.0, unit(ferry=1.0, spy=1.0))
    stories.absorb(kept, gone)
    story = stories[kept]
    half = math.sqrt(0.5)
    assert story.weights == {
        "harbour": pytest.approx(half),
        "spy": pytest.approx(2 * half),
        "ferry": pytest.approx(half),
    }
    assert (story.n, story.n_terms, story.at, story.entries, len(stories)) == (2, 4, 5.0, {"a", "b"}, 1)
    assert story.norm2 == pytest.approx(3.0)
    assert [stories.number(name) for name in ("s1", "s2", "s3")] == [kept, kept, None]
    assert stories.holding("b") == kept
    assert stories.nearest(unit(ferry=1.0), 5.0) == (kept, pytest.approx(half / math.sqrt(3.0)))
    for entry, left in (("a", 1), ("absent", 1), ("b", 0)):
        stories.forget(entry)
        assert (len(stories), stories.holding(entry)) == (left, None)
    assert stories.number("s1") is None
    assert stories.nearest(unit(ferry=1.0), 5.0) == (-1, 0.0)


def test_a_long_story_keeps_its_strongest_words() -> None:
    """Promise: of more than twice STORY_TERMS the strongest are kept, of equals the first by name; they are found."""
    stories = OpenStories(WINDOW)
    serial = stories.open("s1", 0.0)
    for number in range(25):
        stories.join(serial, f"e{number}", 0.0, {f"w{number:02}{n:02}": 1.0 - number / 100 for n in range(32)})
    assert len(stories[serial].weights) == 2 * STORY_TERMS
    stories.join(serial, "last", 0.0, {"w0031": 0.5, "zebra": 0.9})
    weights = stories[serial].weights
    assert len(weights) == STORY_TERMS
    kept = sorted((-(1.0 - number / 100), f"w{number:02}{n:02}") for number in range(25) for n in range(32))
    kept = sorted([*kept, (-0.9, "zebra")])[:STORY_TERMS]
    assert set(weights) == {term for _, term in kept} | {"w0031"}
    assert stories[serial].norm2 == pytest.approx(sum(weight * weight for weight in weights.values()))
    assert stories.nearest({"w2400": 1.0}, 0.0) == (-1, 0.0)
    assert stories.nearest({"w0000": 1.0}, 0.0)[0] == serial


def searched(told: list[dict[str, float]], vector: dict[str, float]) -> tuple[int, float]:
    """The nearest of stories of one entry each, told the slow way: rare words name candidates, all words rank them."""
    held = {
        term: [n for n, words in enumerate(told) if term in list(words)[:INDEX_TERMS]]
        for term in list(vector)[:SEARCH_TERMS]
    }
    candidates: set[int] = set()
    budget = SEARCH_BUDGET
    for term in sorted((term for term in held if held[term]), key=lambda term: len(held[term])):
        if len(held[term]) <= budget or not candidates:
            budget -= len(held[term])
            candidates.update(held[term])
    ranks = {n: math.fsum(vector[term] * told[n][term] for term in held if n in held[term]) for n in candidates}
    two = sorted(candidates, key=lambda n: -ranks[n])[:2]
    cosines = {n: math.fsum(vector[term] * told[n].get(term, 0.0) for term in vector) for n in two}
    best = max(two, key=lambda n: cosines[n], default=-1)
    return (best + 1, cosines[best]) if best >= 0 and cosines[best] > 0 else (-1, 0.0)


def test_common_words_rank_and_rare_ones_name_the_candidates() -> None:
    """Promise: whatever words are rare or common, the search finds what the slow way finds."""
    chance = random.Random(5)
    rare = [f"rare{n}" for n in range(60)]
    common = [f"common{n}" for n in range(14)]

    def entry() -> dict[str, float]:
        words = chance.sample(rare, chance.randrange(4)) + chance.sample(common, chance.randrange(1, 12))
        chance.shuffle(words)
        weights = sorted((chance.uniform(0.2, 2.0) for _ in words), reverse=True)
        return unit(**dict(zip(words, weights, strict=True)))

    for n_stories in (5, 40, 150):
        stories, told = OpenStories(WINDOW), [entry() for _ in range(n_stories)]
        for number, vector in enumerate(told):
            stories.join(stories.open(f"s{number}", 0.0), f"e{number}", 0.0, dict(vector))
        for _ in range(200):
            vector = entry()
            number, likeness = searched(told, vector)
            assert stories.nearest(vector, 0.0) == (number, pytest.approx(likeness))
