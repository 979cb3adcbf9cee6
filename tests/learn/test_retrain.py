"""A retrain from the log: promoted, rejected, repeated, rolled back, unlearnt; and the second look after it."""

from __future__ import annotations

import msgspec
import pytest

from monitor.config.load import Config
from monitor.errors import ModelError, NotFoundError
from monitor.learn.labels import list_decisions
from monitor.log.events import EntryFlagged, EntryScored, LabelWithdrawn, ModelRejected, NewEvent
from monitor.worker.jobs.retrain import retrain, rollback, second_look
from tests.learn.conftest import Desk

PLOTS = [
    ("Two held over alleged plan to kill exiled editor", "Prosecutors say a foreign intelligence service paid them."),
    ("Envoy expelled after failed poisoning of dissident", "The ministry blamed agents of a neighbouring state."),
    ("Gang hired to abduct activist, court told", "The order came from officers abroad, the indictment says."),
    ("Arson at depot was ordered from Moscow, agency says", "Three recruits were paid through an app."),
    ("Iranian agents accused of scouting synagogue", "Police arrested a couple with maps and cameras."),
    ("Critic shot in exile; investigators suspect spy agency", "The gunman had met a diplomat the week before."),
]
OTHERS = [
    ("Striker scores twice in derby", "The home side won before a full house."),
    ("Heavy snow closes mountain pass", "Drivers were told to wait until morning."),
    ("Bank raises interest rate", "Economists had expected the step."),
    ("Husband held over hired killer sting", "An undercover officer played the hitman."),
    ("Museum buys letters of painter", "They will be shown in spring."),
    ("Talks on trade resume in Geneva", "Both ministers spoke of progress."),
    ("Fire destroys warehouse", "A faulty cable is the likely cause."),
    ("Union calls rail strike", "Services stop at midnight."),
]


def teach(desk: Desk) -> list[str]:
    """See and label the examples; return the ids of all entries labelled."""
    ids = []
    for label, items in (("plot", PLOTS), ("not-plot", OTHERS)):
        for number, item in enumerate(items):
            entry = desk.see(*item, feed=f"f{number}")
            desk.say(entry, label)
            ids.append(entry)
    for number in range(30):
        desk.see(f"Ordinary report number {number}", "Council meets, roads are mended.", flag=False)
    return ids


def test_a_retrain_promotes_a_candidate_that_holds_the_gate(desk: Desk) -> None:
    """Labels in, model in use changed, card and figures in the log."""
    teach(desk)
    before = desk.in_use()
    outcome = retrain(desk.workspace)
    assert outcome.reasons == ()
    assert (outcome.state, outcome.previous_id, outcome.n_plot, outcome.n_not_plot) == ("promoted", before, 6, 8)
    assert desk.in_use() == outcome.model_id != before
    trained = desk.events("model-trained")[0]
    assert trained.card["n_plot"] == 6  # type: ignore[attr-defined]
    assert trained.card["figures"]["gold_average_precision"] > 0.9  # type: ignore[attr-defined]


def test_the_same_log_gives_the_same_model_and_a_second_run_does_nothing(desk: Desk) -> None:
    """Retraining without a new label is harmless: the same bytes, no event."""
    teach(desk)
    assert retrain(desk.workspace, dry_run=True).model_id == retrain(desk.workspace, dry_run=True).model_id
    first = retrain(desk.workspace)
    head = desk.workspace.log.head()
    again = retrain(desk.workspace)
    assert (again.state, again.model_id) == ("unchanged", first.model_id)
    assert desk.workspace.log.head() == head


def test_the_log_carries_the_model(desk: Desk) -> None:
    """Where the promoted model's file is missing it comes back from the log, with the same name and the same bytes."""
    teach(desk)
    made = retrain(desk.workspace)
    file = desk.workspace.data_dir / "models" / f"{made.model_id}.json"
    content = file.read_bytes()
    file.unlink()
    assert desk.in_use() == made.model_id
    assert file.read_bytes() == content


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    """Looking is free."""
    teach(desk)
    head = desk.workspace.log.head()
    assert retrain(desk.workspace, dry_run=True).state == "dry-run"
    assert desk.workspace.log.head() == head
    assert len(list((desk.folder / "models").iterdir())) == 1


def test_one_kind_of_label_teaches_nothing(desk: Desk) -> None:
    """Without both answers there is no candidate and no event; the model stays."""
    before = desk.in_use()
    desk.say(desk.see(*OTHERS[0]), "not-plot")
    outcome = retrain(desk.workspace)
    assert (outcome.state, outcome.reasons) == ("rejected", ("no plot label to learn from",))
    assert desk.in_use() == before
    assert desk.events("model-rejected") == []


def test_a_flood_from_one_source_is_refused_and_logged_once(desk: Desk) -> None:
    """The log says why; running again does not say it again."""
    teach(desk)
    before = desk.in_use()
    for number in range(40):
        title = f"Editor, agents and embassy in report {number}"
        desk.say(desk.see(title, f"Number {number} of many.", feed="loud"), "not-plot")
    for _ in range(2):
        assert retrain(desk.workspace).state == "rejected"
    (event,) = desk.events("model-rejected")
    assert isinstance(event, ModelRejected)
    assert event.reason == "40 of 48 not-plot labels come from one source (loud)"
    assert desk.in_use() == before


def test_a_rollback_puts_the_earlier_model_back(desk: Desk) -> None:
    """One command undoes a promotion."""
    with pytest.raises(NotFoundError):
        rollback(desk.workspace, "nothing to undo")
    before = desk.in_use()
    teach(desk)
    outcome = retrain(desk.workspace)
    assert desk.in_use() == outcome.model_id
    assert rollback(desk.workspace, "too many flags") == before
    assert desk.in_use() == before


def test_a_rollback_to_a_damaged_file_is_refused_and_the_model_stays(desk: Desk) -> None:
    """What is in use works; what is broken does not get in use."""
    before = desk.in_use()
    teach(desk)
    outcome = retrain(desk.workspace)
    path = desk.folder / "models" / f"{before}.json"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError):
        rollback(desk.workspace, "try")
    assert desk.in_use() == outcome.model_id
    assert "model refused" in desk.events("model-rejected")[-1].reason  # type: ignore[attr-defined]


def test_withdrawn_labels_are_unlearnt(desk: Desk) -> None:
    """A model rebuilt without one reviewer's labels is the model that never knew them."""
    teach(desk)
    honest = retrain(desk.workspace, dry_run=True)
    for item in OTHERS[:4]:
        entry = next(d.entry_id for d in list_decisions(desk.workspace.views) if d.entry_id)
        desk.say(entry, "not-plot", by="mallory")
        desk.say(desk.see(item[0], item[1] + " Again.", feed="m"), "plot", by="mallory")
    poisoned = retrain(desk.workspace, dry_run=True)
    assert poisoned.n_plot != honest.n_plot
    for decision in list_decisions(desk.workspace.views):
        if decision.by == "mallory":
            data = LabelWithdrawn(label_position=decision.position, entry_id=decision.entry_id, by="ana")
            desk.workspace.append([NewEvent(f"label-withdrawn:{decision.position}", data)])
    rebuilt = retrain(desk.workspace, dry_run=True)
    assert (rebuilt.n_plot, rebuilt.n_not_plot) == (honest.n_plot, honest.n_not_plot)


def test_the_second_look_flags_what_the_old_model_passed_over(desk: Desk) -> None:
    """After a promotion past entries are scored again; a new find says how it came into the queue."""
    teach(desk)
    missed = desk.see(
        "Foreign intelligence service paid gang to abduct exiled editor, court told",
        "Prosecutors say agents of a neighbouring state gave the order.",
        flag=False,
    )
    outcome = retrain(desk.workspace)
    assert outcome.state == "promoted"
    assert outcome.n_rescored == 31
    found = [e for e in desk.events("entry-flagged") if isinstance(e, EntryFlagged) and e.why == "second-look"]
    assert missed in [event.entry_id for event in found]
    assert all(event.model_id == outcome.model_id for event in found)


@pytest.mark.parametrize("backfill", [False, True])
def test_the_second_look_adds_at_most_two_days_rows_the_best_first(desk: Desk, backfill: bool) -> None:
    """Promise: a new model never floods the queue, nor that of the archives; what is left out is the least sure."""
    for item in PLOTS:
        desk.see(*item, flag=False, backfill=backfill)
    settings = msgspec.structs.replace(desk.workspace.config.settings, rows_per_day=1)
    desk.workspace.config = Config(feeds=[], settings=settings)
    n_scored, n_flagged = second_look(desk.workspace)
    (scored,) = (e for e in desk.events("entry-scored") if isinstance(e, EntryScored) and e.why == "second-look")
    best = sorted((score for _, _, score in scored.scores if score >= scored.threshold), reverse=True)
    assert (n_scored, n_flagged) == (len(PLOTS), 2)
    assert len(best) > 2
    assert [e.score for e in desk.events("entry-flagged") if isinstance(e, EntryFlagged)] == best[:2]
