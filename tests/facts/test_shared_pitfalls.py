"""The pitfalls of the data folder: invented reports that look like an accusation, a step of the law or a denial.

Their words stay in the folder; here stand what each may say: states, and codes that a field must have or must not.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from monitor.facts.card import read_card

FOLDER = Path(os.environ.get("MONITOR_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FILE = FOLDER / "data/cards/pitfalls.jsonl"
STATES = {
    "foiler": "IR", "warner": "BY", "host": "BY", "accuser": "UA", "custody": "BY", "stage burn": "RU",
    "stage shot": "IR", "country": "IN",
}  # fmt: skip
EITHER = {"legal sanction": "IR"}  # suspected at most
HAS = {
    "legal jail": ("legal_stage", "charged"), "stage burn": ("stage", "executed"), "country": ("countries", "CA"),
}  # fmt: skip
LACKS = {
    "host": ("legal_stage", "convicted"), "legal jail": ("legal_stage", "convicted"),
    "legal pending": ("legal_stage", "convicted"), "legal may": ("legal_stage", "arrested"),
    "legal sanction": ("legal_stage", "sanctioned"), "country": ("countries", "GB"),
}  # fmt: skip
EMPTY = {
    "legal sentence": "legal_stage", "legal neg": "legal_stage", "legal neg2": "legal_stage",
    "legal charge": "legal_stage", "legal held up": "legal_stage", "deny": "denied_by",
}  # fmt: skip


@pytest.mark.skipif(not FILE.is_file(), reason="needs the data folder (../shared or $MONITOR_SHARED)")
def test_every_pitfall_of_the_data_folder_is_read_right() -> None:
    """No state that nobody accuses, no step that was not taken, no denial that was none."""
    wrong = []
    for row in map(json.loads, FILE.read_text(encoding="utf-8").splitlines()):
        name = row["id"]
        card = read_card(row["title"], row["summary"], "", row["published"])
        states, wanted = card.codes("linked_states"), [STATES[name]] if name in STATES else []
        if states != wanted and states != [EITHER.get(name)]:
            wrong.append((name, "linked_states", states))
        if name in HAS and HAS[name][1] not in card.codes(HAS[name][0]):
            wrong.append((name, *HAS[name]))
        if name in LACKS and LACKS[name][1] in card.codes(LACKS[name][0]):
            wrong.append((name, *LACKS[name]))
        if name in EMPTY and card.codes(EMPTY[name]):
            wrong.append((name, EMPTY[name], card.codes(EMPTY[name])))
    assert wrong == []
