"""Retrain from the log: read the labels, train, judge, promote or reject, take the second look. Also the rollback.

Owns reading the materials from the views and writing the outcome to the log and the models folder. What is learnt and
what the gate demands is learn/'s job. Harmless to repeat: without a new label the same model comes out and nothing
happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from monitor.classify.modelstore import load_model, save_model
from monitor.classify.seeds import seeds_in_use
from monitor.errors import ModelError, NotFoundError
from monitor.learn.candidate import Materials, RecentText, comparison_figures, train_candidate
from monitor.learn.labels import background_texts, labelled_texts
from monitor.learn.texts import TrainingText
from monitor.learn.train import texts_sha
from monitor.log.codec import iso
from monitor.log.events import ModelPromoted, ModelRejected, NewEvent
from monitor.triage.standing import verdicts
from monitor.views.queries.entries import seen_since
from monitor.views.queries.models import in_use
from monitor.views.queries.texts import with_texts
from monitor.worker.jobs.secondlook import RECENT_DAYS, RECENT_MAX, second_look
from monitor.worker.setup import bring_model, trained_event
from monitor.worker.workspace import Workspace

BACKGROUND_MAX = 20_000
NO_MODEL = "none"  # a rejection before any model was trained: the labels themselves were refused


class Retrained(msgspec.Struct, frozen=True, kw_only=True):
    """What a retrain did. `state` is promoted, rejected, unchanged or dry-run; `reasons` say why."""

    state: str
    model_id: str = ""
    previous_id: str = ""
    reasons: tuple[str, ...] = ()
    threshold: float = 0.0
    n_plot: int = 0
    n_not_plot: int = 0
    n_split: int = 0
    n_rescored: int = 0
    n_second_look: int = 0
    figures: Mapping[str, Any] = {}


def retrain(workspace: Workspace, *, target_recall: float | None = None, dry_run: bool = False) -> Retrained:
    """Train a candidate from every standing label, compare it, promote it if the gate holds, and look again.

    Raises NotFoundError or ModelError where no model is in use.
    """
    now, current = workspace.clock(), workspace.model
    settled, split = verdicts(workspace.views)
    trained_upto = int(current.card.get("label_positions", [0, 0])[1])
    earlier, _ = verdicts(workspace.views, upto=trained_upto)
    materials = Materials(
        labelled=tuple(labelled_texts(workspace.views, workspace.log, settled)),
        background=tuple(background_texts(workspace.views, workspace.log, BACKGROUND_MAX)),
        recent=tuple(_recent(workspace, now, {v.entry_id: v.plot for v in settled})),
        label_positions=tuple(v.position for v in settled),
        rows_per_day=float(workspace.config.settings.rows_per_day),
        target_recall=target_recall,
        seeds=seeds_in_use(workspace.data_dir),
        earlier={f"entry:{v.entry_id}": v.plot for v in earlier},
    )
    counts: dict[str, Any] = {
        "n_plot": sum(item.plot for item in materials.labelled),
        "n_not_plot": sum(not item.plot for item in materials.labelled),
        "n_split": len(split),
        "previous_id": current.model_id,
    }
    if materials.labelled and texts_sha(materials.labelled) == current.card.get("labels_sha"):
        return Retrained(state="unchanged", model_id=current.model_id, threshold=current.threshold, **counts)
    found = train_candidate(materials, current)
    if isinstance(found, tuple):
        if counts["n_plot"] and counts["n_not_plot"] and not dry_run:
            _refuse_labels(workspace, found, max(materials.label_positions))
        return Retrained(state="rejected", reasons=found, **counts)
    figures = comparison_figures(found.comparison)
    told: dict[str, Any] = {
        "model_id": found.model_id, "threshold": found.thresholds.flag, "figures": figures, **counts
    }  # fmt: skip
    if dry_run:
        return Retrained(state="dry-run", reasons=found.reasons, **told)
    save_model(workspace.data_dir / "models", found.content)
    trained, payloads = trained_event(found.model_id, found.card, found.content)
    workspace.append([trained], payloads)
    if found.reasons:
        reject(workspace, found.model_id, "; ".join(found.reasons), figures)
        return Retrained(state="rejected", reasons=found.reasons, **told)
    promote(workspace, found.model_id, "the gate held", figures)
    n_rescored, n_flagged = second_look(workspace)
    return Retrained(state="promoted", n_rescored=n_rescored, n_second_look=n_flagged, **told)


def promote(workspace: Workspace, model_id: str, reason: str, figures: Mapping[str, Any] | None = None) -> None:
    """Put a model in use. Raises ModelError where its file is missing or refused; the model in use then stays."""
    bring_model(workspace.log, workspace.data_dir / "models", model_id)
    model = load_model(workspace.data_dir / "models" / f"{model_id}.json")
    previous = in_use(workspace.views)
    data = ModelPromoted(
        model_id=model_id, threshold=model.threshold, previous_id=previous.model_id if previous else "", reason=reason,
        figures=dict(figures or {}),
    )  # fmt: skip
    workspace.append([NewEvent(f"model-promoted:{workspace.log.head()[0]}:{model_id}", data)])
    workspace.forget_model()


def reject(workspace: Workspace, model_id: str, reason: str, figures: Mapping[str, Any] | None = None) -> None:
    """Log that a model was refused; the model in use stays."""
    data = ModelRejected(model_id=model_id, reason=reason, figures=dict(figures or {}))
    workspace.append([NewEvent(f"model-rejected:{workspace.log.head()[0]}:{model_id}", data)])


def _refuse_labels(workspace: Workspace, reasons: tuple[str, ...], position: int) -> None:
    """Log, once per newest label, that the labels as they stand must not be learnt from."""
    data = ModelRejected(model_id=NO_MODEL, reason="; ".join(reasons))
    workspace.append([NewEvent(f"model-rejected:labels:{position}", data)])


def rollback(workspace: Workspace, reason: str) -> str:
    """Put the model that was in use before this one back in use, and return its id.

    Raises NotFoundError where there was none before, ModelError where its file is missing or damaged.
    """
    promotion = in_use(workspace.views)
    previous_id = promotion.previous_id if promotion else ""
    if not previous_id:
        raise NotFoundError("there is no model before the one in use; nothing to roll back to")
    try:
        promote(workspace, previous_id, reason)
    except ModelError as error:
        reject(workspace, previous_id, str(error)[:500])
        raise
    return previous_id


def _recent(workspace: Workspace, now: datetime, judged: Mapping[str, bool]) -> list[RecentText]:
    """Return the entries seen in the last RECENT_DAYS whole days, in log order."""
    since = iso(now - timedelta(days=RECENT_DAYS))
    found = []
    for row, text in with_texts(workspace.log, seen_since(workspace.views, since, RECENT_MAX)):
        if not text.erased:
            content = TrainingText(f"entry:{row.entry_id}", text.title, text.summary, text.text, row.lang)
            found.append(RecentText(content, row.seen_at[:10], row.story_id, judged.get(row.entry_id)))
    return found
