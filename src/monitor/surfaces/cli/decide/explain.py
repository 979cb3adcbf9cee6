"""`monitor explain`: why an entry was flagged, or was not, by the model of that day or by the one in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from monitor.classify.reasons import reasons_of
from monitor.errors import NotFoundError
from monitor.surfaces import safe
from monitor.surfaces.cli.options import as_of_option, json_option, reading, write_json
from monitor.triage import entries as entry_lookup

if TYPE_CHECKING:
    from monitor.classify.explain import Explanation, TermPart
    from monitor.classify.model import Model
    from monitor.views.queries.entries import EntryRow
    from monitor.worker.workspace import Workspace


@click.command()
@click.argument("entry")
@click.option("--now", "with_current", is_flag=True, help="Score it again with the model in use now.")
@as_of_option
@json_option
@click.pass_context
def explain(ctx: click.Context, entry: str, with_current: bool, as_of: str | None, as_json: bool) -> None:
    """Say why ENTRY was or was not flagged: the terms for and against, in its own words, and what it resembles.

    Uses the model that scored the entry last (with --as-of: as known then), so that "why was this not flagged in
    March?" has an answer; where its file is not here it comes from the log. ENTRY is an id or the beginning of one.

    \b
    Example:
      monitor explain 3fb2a91c
      monitor explain 3fb2a91c --as-of 2026-03-31
    """
    with reading(ctx, as_of) as workspace:
        views = workspace.views
        entry_id = entry_lookup.find_entry(views, entry)
        text = entry_lookup.entry_text(workspace.log, views, entry_id)
        if text.erased:
            raise NotFoundError(f"{entry_id}: the text was erased; what was logged of its flag is in `monitor show`")
        row = entry_lookup.entry_row(views, entry_id)
        of_then = row.model_id and not with_current
        model = _model_of(workspace, row.model_id) if of_then else workspace.model
        threshold = _threshold_of(workspace, row) if of_then else model.threshold
    found = model.explain(text.title, text.summary, text.text, row.lang)
    if as_json:
        facts: dict[str, Any] = {
            "entry_id": entry_id, "model": model.model_id, "threshold": threshold, "look_again": model.look_again,
            "flagged_at": row.flagged_at or None, "score_logged": row.score,
        }  # fmt: skip
        write_json(facts | msgspec.to_builtins(found))
        return
    click.echo(safe.isolated(text.headline, 400))
    verdict = "reaches" if round(found.score, 6) >= threshold else "is below"
    click.echo(f"\nscore {found.score:.3f} {verdict} the threshold {threshold:.3f} of model {model.model_id}")
    click.echo(
        f"flagged {row.flagged_at[:19]}Z"
        if row.flagged
        else "not flagged"
        if row.score is not None
        else "not yet scored"
    )
    _write_phrases(found)
    _write_reasons("for", found.terms_for)
    _write_reasons("against", found.terms_against)
    click.echo(f"  {found.rest:+7.3f}  all other terms together")
    click.echo(f"  {found.bias:+7.3f}  what every text starts with")
    if found.nearest:
        named = f" ({safe.isolated(found.nearest_title, 120)})" if found.nearest_title else ""
        click.echo(f"most like {safe.line(found.nearest, 80)}{named}, similarity {found.nearest_similarity:.2f}")


def _write_phrases(found: Explanation) -> None:
    phrases = reasons_of([(r.term, r.weight, r.shown) for r in (*found.terms_for, *found.terms_against)])
    for phrase in phrases.for_it:
        click.echo(f"  {phrase.meaning}: {safe.isolated(', '.join(phrase.words), 100)}")
    for phrase in phrases.against:
        click.echo(f"  against: {phrase.meaning}: {safe.isolated(', '.join(phrase.words), 100)}")


def _write_reasons(side: str, reasons: tuple[TermPart, ...]) -> None:
    click.echo(f"{side}:" if reasons else f"{side}: nothing")
    for reason in reasons:
        click.echo(f"  {reason.weight:+7.3f}  {safe.isolated(reason.shown, 100)}   [{safe.line(reason.term, 60)}]")


def _threshold_of(workspace: Workspace, row: EntryRow) -> float:
    """Return where the threshold stood when an entry was flagged, or else when it was last scored."""
    event = workspace.log.get(row.flagged_position or row.scored_position or 0)
    return float(getattr(event.data, "threshold", 0.0)) if event is not None else 0.0


def _model_of(workspace: Workspace, model_id: str) -> Model:
    """Load the model that gave an entry its score, from the log where its file is not here. Raises NotFoundError."""
    from monitor import app
    from monitor.classify.modelstore import load_model
    from monitor.worker.setup import bring_model

    folder: Path = workspace.data_dir / app.MODELS_NAME
    if not bring_model(workspace.log, folder, model_id):
        raise NotFoundError(
            f"{folder / model_id}.json: the model of that day is gone, and the log does not carry it; `--now` explains "
            "with the one in use"
        )
    return load_model(folder / f"{model_id}.json")
