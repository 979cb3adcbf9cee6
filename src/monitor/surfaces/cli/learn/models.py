"""`monitor models`: list models, show a card, compare on the last weeks, use another, roll back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from monitor.errors import ModelError, NotFoundError
from monitor.surfaces import safe
from monitor.surfaces.cli.options import as_of_option, json_option, reading, working, write_json
from monitor.views.queries.models import all_models
from monitor.worker.workspace import Workspace


@click.group(invoke_without_command=True)
@as_of_option
@json_option
@click.pass_context
def models(ctx: click.Context, as_of: str | None, as_json: bool) -> None:
    """List models, show a card, use another, roll back.

    \b
    Example:
      monitor models
      monitor models --as-of 2026-01-31
      monitor models rollback --reason "flags too much sport"
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_models, as_of=as_of, as_json=as_json)


@models.command("list")
@as_of_option
@json_option
@click.pass_context
def list_models(ctx: click.Context, as_of: str | None, as_json: bool) -> None:
    """List every model trained, promoted or rejected, oldest first.

    \b
    Example:
      monitor models list --json
    """
    with reading(ctx, as_of) as workspace:
        rows = _rows(workspace)
    if as_json:
        write_json(rows)
        return
    for row in rows:
        threshold = f" threshold {row['threshold']:.3f}" if row["threshold"] is not None else ""
        click.echo(f"{row['model_id']}  {row['state']:10s}{threshold}  {safe.line(row['reason'])}")
    if not rows:
        click.echo("no model yet; `monitor init` installs the first one")


@models.command("show")
@click.argument("model")
@click.pass_context
def show_model(ctx: click.Context, model: str) -> None:
    """Show MODEL's card as JSON: labels, hashes, versions, figures (a unique prefix of the id will do).

    \b
    Example:
      monitor models show m5523
    """
    with reading(ctx) as workspace:
        row = _find(workspace, model)
    write_json({key: row[key] for key in ("model_id", "state", "trained_at", "promoted_at", "card", "figures")})


@models.command("use")
@click.argument("model")
@click.option("--reason", default="chosen by hand", help="Why; kept in the log.")
@click.pass_context
def use_model(ctx: click.Context, model: str, reason: str) -> None:
    """Put MODEL, an id or a model file, in use without asking the gate.

    A file is checked and copied into the data folder first. A damaged or foreign file is refused, the refusal logged,
    and the model in use stays.

    \b
    Example:
      monitor models use m5523 --reason "the new one flags too much sport"
    """
    from monitor.classify.model import model_id_of
    from monitor.classify.modelstore import load_model, save_model
    from monitor.worker.jobs.retrain import NO_MODEL, promote, reject
    from monitor.worker.setup import trained_event

    with working(ctx) as workspace:
        path = Path(model)
        given = path.suffix or path.is_symlink() or path.exists()
        model_id = NO_MODEL if given else _find(workspace, model)["model_id"]
        try:
            if given:
                card = load_model(path).card
                content = path.read_bytes()
                model_id = save_model(workspace.data_dir / "models", content)
                assert model_id == model_id_of(content)  # noqa: S101 - the name is the content's hash
                trained, payloads = trained_event(model_id, card, content)  # so that it reaches every worker
                if workspace.log.by_key(trained.key) is None:
                    workspace.append([trained], payloads)
            promote(workspace, model_id, reason)
        except ModelError as error:
            reject(workspace, model_id, str(error)[:500])
            raise
    click.echo(f"{model_id} is in use")


@models.command("rollback")
@click.option("--reason", default="rolled back", help="Why; kept in the log.")
@click.pass_context
def rollback_model(ctx: click.Context, reason: str) -> None:
    """Put the model that was in use before this one back in use.

    \b
    Example:
      monitor models rollback --reason "flags too much sport"
    """
    from monitor.worker.jobs.retrain import rollback

    with working(ctx) as workspace:
        model_id = rollback(workspace, reason)
    click.echo(f"{model_id} is in use again")


def _rows(workspace: Workspace) -> list[dict[str, Any]]:
    return [msgspec.structs.asdict(row) for row in all_models(workspace.views)]


def _find(workspace: Workspace, prefix: str) -> dict[str, Any]:
    found = [row for row in _rows(workspace) if row["model_id"].startswith(prefix)]
    if len(found) != 1:
        how_many = "no model starts" if not found else f"{len(found)} models start"
        raise NotFoundError(f"{how_many} with {prefix!r}; `monitor models` lists them")
    return found[0]
