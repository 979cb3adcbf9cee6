"""STIX 2.1 and MISP: stories labelled `plot` as reports with a note, an opinion and markings; never as an accusation.

Identifiers are UUIDs (version 5) of our own ids, so that exporting again updates instead of doubling. Formats: STIX 2.1
(OASIS Standard, 2021) and the MISP core format (draft-dulaunoy-misp-core-format).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from monitor.surfaces import safe
from monitor.surfaces.export.labelled import LabelledEntry, TakenBack

# Our own name space for UUIDs: the version 5 UUID of this name under the DNS name space.
SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "monitor.news-plots")
# STIX 2.1, 7.2.1.4: the predefined TLP markings.
TLP_MARKING = {
    "white": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "green": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "amber": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "red": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
TLP_CREATED = "2017-01-20T00:00:00.000Z"
# Confidence (0 to 100) that the report is about an alleged plot, after STIX 2.1 appendix A, "None/Low/Med/High".
CONFIDENCE_AGREED, CONFIDENCE_SPLIT = 85, 50
NOTE = "Reported by public sources; an allegation, not a finding. Labelled as a report of an alleged state-linked plot."


def _stories(entries: Iterable[LabelledEntry]) -> list[list[LabelledEntry]]:
    plots = sorted(
        (entry for entry in entries if entry.label == "plot"), key=lambda entry: (entry.story_id, entry.position)
    )
    return [list(group) for _, group in groupby(plots, key=lambda entry: entry.story_id)]


def _uuid(kind: str, name: str) -> str:
    return str(uuid.uuid5(SPACE, f"{kind}:{name}"))


def _stamp(text: str) -> str:
    """Return an ISO time with milliseconds, as both formats want it."""
    at = datetime.fromisoformat(text)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def as_stix(entries: Iterable[LabelledEntry], tlp: str = "amber", gone: Iterable[TakenBack] = ()) -> dict[str, Any]:
    """Return a STIX 2.1 bundle: per story a report, a note with what is alleged, and the reviewers' opinion.

    A story that is `gone`, as its label was taken back, is a report that is revoked. `created` is when the story began
    and never moves; `modified` moves with everything the log says of it (STIX 2.1, 3.6).
    """
    author = f"identity--{_uuid('identity', 'monitor')}"
    objects: list[dict[str, Any]] = [_identity(author), _marking(tlp)]
    for story in _stories(entries):
        objects += _story_objects(story, author, tlp)
    objects += [_revoked(story, author, tlp) for story in gone]
    return {
        "type": "bundle",
        "id": f"bundle--{_uuid('bundle', str(sorted(item['id'] for item in objects)))}",
        "objects": objects,
    }


def _identity(author: str) -> dict[str, Any]:
    return {
        "type": "identity", "spec_version": "2.1", "id": author, "created": TLP_CREATED, "modified": TLP_CREATED,
        "name": "monitor", "identity_class": "system",
    }  # fmt: skip


def _marking(tlp: str) -> dict[str, Any]:
    return {
        "type": "marking-definition", "spec_version": "2.1", "id": TLP_MARKING[tlp], "created": TLP_CREATED,
        "definition_type": "tlp", "name": f"TLP:{tlp.upper()}", "definition": {"tlp": tlp},
    }  # fmt: skip


def _changed(story: list[LabelledEntry]) -> str:
    return max(entry.changed_at or entry.labelled_at for entry in story)


def _versioned(opened_at: str, changed_at: str, author: str, tlp: str) -> dict[str, Any]:
    created = opened_at or changed_at
    return {
        "spec_version": "2.1", "created_by_ref": author, "created": _stamp(created),
        "modified": _stamp(max(created, changed_at)), "object_marking_refs": [TLP_MARKING[tlp]],
    }  # fmt: skip


def _revoked(story: TakenBack, author: str, tlp: str) -> dict[str, Any]:
    return {
        "type": "report", "id": f"report--{_uuid('report', story.story_id)}",
        **_versioned(story.opened_at, story.changed_at, author, tlp), "revoked": True,
        "name": safe.line(story.title, 300) or story.story_id, "published": _stamp(story.published_at),
        "description": "Taken back: no longer labelled as a report of an alleged plot.", "object_refs": [author],
    }  # fmt: skip


def _story_objects(story: list[LabelledEntry], author: str, tlp: str) -> list[dict[str, Any]]:
    lead = story[0]
    common = _versioned(lead.opened_at, _changed(story), author, tlp)
    report_id, note_id = f"report--{_uuid('report', lead.story_id)}", f"note--{_uuid('note', lead.story_id)}"
    confidence = CONFIDENCE_AGREED if lead.agreed else CONFIDENCE_SPLIT
    references = [
        {"source_name": safe.line(entry.publisher, 200) or "feed", "url": url}
        for entry in story
        if (url := safe.http_link(entry.link))
    ]
    report = {
        "type": "report", "id": report_id, **common, "name": safe.line(lead.headline, 300) or lead.story_id,
        "description": f"{NOTE}\n\n{safe.block(lead.summary, 4000)}",
        "published": _stamp(lead.published_at or lead.opened_at or lead.labelled_at),
        "report_types": ["threat-report"],
        "labels": ["alleged", *(f"stage:{code}" for code in lead.card.codes("stage"))],
        "confidence": confidence, "object_refs": [author, note_id], "lang": lead.lang or "en",
    }  # fmt: skip
    if references:
        report["external_references"] = references
    note = {
        "type": "note", "id": note_id, **common, "abstract": "What the reports allege", "content": card_words(lead),
        "authors": lead.reviewers, "object_refs": [report_id], "confidence": confidence,
    }  # fmt: skip
    opinion = {
        "type": "opinion", "id": f"opinion--{_uuid('opinion', lead.story_id)}", **common,
        "opinion": "agree" if lead.agreed else "neutral", "object_refs": [report_id], "authors": lead.reviewers,
        "explanation": "That this is a report of an alleged plot; no opinion on whether the allegation is true.",
    }  # fmt: skip
    return [report, note, opinion]


def card_words(entry: LabelledEntry) -> str:
    """Return the card as lines of words that allege, claim and deny, but never find.

    States and services stand here only where a reviewer confirmed them; what a machine read stands as claims, each
    marked so, with its quote.
    """
    names = {
        "linked_states": "allegedly linked state", "services": "service or proxy named", "target_types": "target",
        "methods": "method", "countries": "country", "places": "place", "dates": "date", "stage": "stage",
        "legal_stage": "legal stage", "claimed_by": "claimed by", "denied_by": "denied by",
    }  # fmt: skip
    lines = [
        f"{name}: {safe.line(', '.join(entry.card.codes(field)), 300)}"
        for field, name in names.items()
        if entry.card.codes(field)
    ]
    counts = {"n_arrested": "arrested", "n_charged": "charged"}
    lines += [
        f"{step}: {' or '.join(entry.card.codes(field))}" for field, step in counts.items() if entry.card.codes(field)
    ]
    told = [f"{safe.line(entry.sentence, 900)} ({entry.sentence_status})"] if entry.sentence else []
    return "\n".join([NOTE, *told, *lines, *(safe.line(f"claim: {claim}", 700) for claim in entry.claims)])


def as_misp(entries: Iterable[LabelledEntry], tlp: str = "amber") -> list[dict[str, Any]]:
    """Return one MISP event per story, unpublished, with links, the card as text, and taxonomy tags.

    Tags: tlp, admiralty-scale (source reliability not judged: f; credibility 3 possibly true, 2 with independent
    sources), estimative-language and workflow.
    """
    return [{"Event": _misp_event(story, tlp)} for story in _stories(entries)]


def _misp_event(story: list[LabelledEntry], tlp: str) -> dict[str, Any]:
    lead = story[0]
    at = datetime.fromisoformat(_changed(story))
    independent = lead.n_independent
    attributes = [
        _attribute(f"{entry.entry_id}:link", "External analysis", "link", url, at)
        for entry in story
        if (url := safe.http_link(entry.link))
    ]
    attributes.append(_attribute(f"{lead.story_id}:card", "Other", "text", card_words(lead), at))
    tags = [
        f"tlp:{tlp}", 'admiralty-scale:source-reliability="f"',
        f'admiralty-scale:information-credibility="{2 if independent > 1 else 3}"',
        'estimative-language:likelihood-probability="roughly-even-chance"', 'workflow:state="complete"',
    ]  # fmt: skip
    return {
        "uuid": _uuid("misp", lead.story_id), "info": f"Reported alleged plot: {safe.line(lead.headline, 250)}",
        "date": (lead.published_at or lead.opened_at or lead.labelled_at)[:10], "timestamp": str(int(at.timestamp())),
        "threat_level_id": "4", "analysis": "1", "distribution": "0", "published": False, "Attribute": attributes,
        "Tag": [{"name": name} for name in tags],
    }  # fmt: skip


def _attribute(name: str, category: str, kind: str, value: str, at: datetime) -> dict[str, Any]:
    return {
        "uuid": _uuid("misp-attribute", name), "category": category, "type": kind, "value": value, "to_ids": False,
        "distribution": "5", "timestamp": str(int(at.timestamp())),
    }  # fmt: skip
