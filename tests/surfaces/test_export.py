"""Exports: valid for the tools they are made for, the same when made again, and never an accusation."""

from __future__ import annotations

import json

import msgspec
import pytest

from monitor.surfaces.export import exchange
from monitor.surfaces.export.labelled import LabelledEntry, labelled_entries
from monitor.triage.decide import label_entry
from tests.surfaces.conftest import House


@pytest.fixture
def entries(house: House) -> list[LabelledEntry]:
    """Three labelled entries, two of them plots."""
    titles = {
        "aaaa1111": "Prosecutors charge two over alleged plot by a foreign service to kill an exile in Berlin",
        "bbbb2222": "La fiscalía investiga un presunto complot iraní contra un disidente en Madrid",
        "cccc3333": "Football",
    }
    for entry_id, title in titles.items():
        house.entry(entry_id, title, "Tehran denied the accusation.")
    workspace = house.open()
    for entry_id, label in zip(titles, ("plot", "plot", "not-plot"), strict=True):
        label_entry(workspace.log, workspace.views, entry_id, label, by="ana", now=house.now)
    found = list(labelled_entries(workspace))
    workspace.close()
    return found


def test_the_stix_bundle_is_valid_stix(entries: list[LabelledEntry]) -> None:
    """Promise: the reference library reads every object, without custom properties."""
    stix2 = pytest.importorskip("stix2", reason="needs the package stix2")
    bundle = stix2.parse(json.dumps(exchange.as_stix(entries)), allow_custom=False)
    kinds = [item.type for item in bundle.objects]
    assert (kinds.count("report"), kinds.count("note"), kinds.count("opinion")) == (2, 2, 2)


def test_the_misp_events_load_in_pymisp(entries: list[LabelledEntry]) -> None:
    """Promise: the reference library reads every event, and nothing in it is to be detected on."""
    pymisp = pytest.importorskip("pymisp", reason="needs the package pymisp")
    for raw in exchange.as_misp(entries):
        event = pymisp.MISPEvent()
        event.from_dict(**raw["Event"])
        assert event.info.startswith("Reported alleged plot")
        assert [item.type for item in event.attributes] == ["link", "text"]
        assert not any(item.to_ids for item in event.attributes)
        assert "tlp:amber" in [tag.name for tag in event.tags]


def test_wire_copies_are_no_corroboration(entries: list[LabelledEntry]) -> None:
    """Promise: the credibility follows the story's one count of independent sources, not the number of papers."""
    tag = 'admiralty-scale:information-credibility="{}"'
    for n_independent, grade in ((1, 3), (2, 2)):
        story = [msgspec.structs.replace(entries[0], entry_id=name, n_independent=n_independent) for name in ("a", "b")]
        (event,) = exchange.as_misp(story)
        assert tag.format(grade) in [item["name"] for item in event["Event"]["Tag"]]


def test_only_a_reviewer_makes_a_state_more_than_a_claim(entries: list[LabelledEntry]) -> None:
    """Promise: machine-read states leave the house as claims, marked so and with their quotes, in no other field."""
    entry = entries[0]
    assert entry.card.codes("linked_states") == []
    assert entry.claims
    assert all(claim.startswith("[machine, unconfirmed] ") and '"' in claim for claim in entry.claims)
    assert "linked state" not in exchange.card_words(entry)
    assert "machine, unconfirmed" in exchange.card_words(entry)


def test_exporting_again_gives_the_same_identifiers(entries: list[LabelledEntry]) -> None:
    """Promise: a platform updates what it has instead of doubling it."""
    assert exchange.as_stix(entries) == exchange.as_stix(entries)
    assert exchange.as_misp(entries) == exchange.as_misp(entries)


def test_the_words_allege_and_never_find(entries: list[LabelledEntry]) -> None:
    """Promise: a card's words keep the distance of the sources."""
    words = exchange.card_words(entries[0])
    assert "an allegation, not a finding" in words
    assert "guilty" not in words.lower()
