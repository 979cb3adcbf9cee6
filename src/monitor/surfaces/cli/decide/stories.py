"""`monitor stories` and `monitor correct`: look at stories and cases, put them right, and correct their cards."""

from __future__ import annotations

from typing import Any

import click

from monitor.facts.sentence import claim_words
from monitor.facts.values import LIST_FIELDS
from monitor.log.events import Event
from monitor.stories.publishers import name_of
from monitor.surfaces import safe
from monitor.surfaces.cli.options import as_of_option, by_option, json_option, reading, working, write_json
from monitor.triage import rearrange
from monitor.triage.entries import find_entry, story_entries
from monitor.triage.story import StoryEntry, StoryView, story_view
from monitor.triage.told import StoryFacts, sources_of, story_facts
from monitor.views.fold import Views
from monitor.views.queries.stories import newest_stories, story, story_of
from monitor.worker.workspace import Workspace


@click.group()
def stories() -> None:
    """Show, merge, split and link stories.

    A story is what several entries report about one happening; a case is a story with its follow-ups. Every change is
    an event, and another event can reverse it.
    """


@stories.command("list")
@click.option("--limit", "-n", type=click.IntRange(1), default=20, show_default=True, help="How many, newest first.")
@as_of_option
@json_option
@click.pass_context
def list_stories(ctx: click.Context, limit: int, as_of: str | None, as_json: bool) -> None:
    """List the stories, newest first.

    \b
    Example:
      monitor stories list -n 5
    """
    with reading(ctx, as_of) as workspace:
        rows: list[dict[str, Any]] = [
            {
                "story_id": item.story_id, "case_id": item.case_id, "opened_at": item.opened_at,
                "title": _title(workspace, item.story_id),
                "sources": str(sources_of(workspace.log, workspace.views, item.story_id)),
                "n_entries": len(story_entries(workspace.views, item.story_id)),
            }
            for item in newest_stories(workspace.views, limit)
        ]  # fmt: skip
    if as_json:
        write_json(rows)
        return
    if not rows:
        click.echo("There is no story yet; flagged entries open them.")
    for row in rows:
        follows = f"  follows {row['case_id'][:9]}" if row["case_id"] != row["story_id"] else ""
        click.echo(f"{row['story_id'][:9]}  {row['opened_at'][:16]}  {safe.isolated(row['title'], 110)}")
        click.echo(f"           {_plural(row['n_entries'], 'entry', 'entries')}, {row['sources']}{follows}")


@stories.command()
@click.argument("story")
@as_of_option
@json_option
@click.pass_context
def show(ctx: click.Context, story: str, as_of: str | None, as_json: bool) -> None:
    """Show STORY: its entries, its sources, its card, and the timeline of its case.

    STORY is the id of a story or of one of its entries, or the beginning of one.

    \b
    Example:
      monitor stories show s3fb2a91c
    """
    with reading(ctx, as_of) as workspace:
        story_id = _find(workspace.views, story)
        view = story_view(workspace.log, workspace.views, story_id)
        sources = view.facts.sources
        timeline = _timeline(workspace, view)
    if as_json:
        write_json({"story": view, "sources": str(sources), "timeline": timeline})
        return
    click.echo(f"story {view.story_id}: {_plural(len(view.entries), 'entry', 'entries')}, {sources}\n")
    for entry in view.entries:
        title = "(text erased)" if entry.text.erased else safe.isolated(entry.text.headline, 110)
        click.echo(f"  {entry.entry_id[:8]}  {entry.published_at[:16]:<16}  {_printed_by(entry)}")
        click.echo(f"            {title}")
    _write_facts(view.facts)
    if len(timeline) > 1:
        click.echo(f"\ncase {view.case_id}")
        for item in timeline:
            mark = "*" if item["story_id"] == view.story_id else " "
            click.echo(
                f" {mark} {item['opened_at'][:10]}  {item['story_id'][:9]}  {item['stage']:<10}  "
                f"{safe.isolated(item['title'], 90)}"
            )


@stories.command()
@click.argument("into")
@click.argument("others", nargs=-1, required=True)
@click.option("--reason", default="", help="Why; kept in the log for good.")
@by_option
@click.pass_context
def merge(ctx: click.Context, into: str, others: tuple[str, ...], reason: str, by: str) -> None:
    """Make the stories OTHERS part of the story INTO. A merged story's id keeps working.

    \b
    Example:
      monitor stories merge s3fb2a91c s77c0de12 --by ana
    """
    with working(ctx) as workspace:
        log, views, now = workspace.log, workspace.views, workspace.clock()
        into_id = _find(views, into)
        for other in others:
            event = rearrange.merge_stories(log, views, into_id, _find(views, other), by=by, now=now, reason=reason)
            _saved(f"{other} is part of {into_id}", event)


@stories.command()
@click.argument("entries", nargs=-1, required=True)
@click.option("--reason", default="", help="Why; kept in the log for good.")
@by_option
@click.pass_context
def split(ctx: click.Context, entries: tuple[str, ...], reason: str, by: str) -> None:
    """Take ENTRIES out of their story into one of their own.

    \b
    Example:
      monitor stories split 3fb2a91c 90aa12fe --by ana
    """
    with working(ctx) as workspace:
        ids = [find_entry(workspace.views, entry) for entry in entries]
        event = rearrange.split_story(workspace.log, workspace.views, ids, by=by, now=workspace.clock(), reason=reason)
        _saved(f"{_plural(len(ids), 'entry', 'entries')} in a story of their own", event)


@stories.command()
@click.argument("story")
@click.argument("earlier")
@click.option("--reason", default="", help="Why; kept in the log for good.")
@by_option
@click.pass_context
def link(ctx: click.Context, story: str, earlier: str, reason: str, by: str) -> None:
    """Put STORY into the case of the story EARLIER (a charge, a trial, a denial). With itself: out of its case.

    \b
    Example:
      monitor stories link s77c0de12 s3fb2a91c --by ana
    """
    with working(ctx) as workspace:
        log, views = workspace.log, workspace.views
        story_id, earlier_id = _find(views, story), _find(views, earlier)
        event = rearrange.link_case(log, views, story_id, earlier_id, by=by, now=workspace.clock(), reason=reason)
        _saved(f"{story_id} stands alone" if story_id == earlier_id else f"{story_id} follows {earlier_id}", event)


@click.command()
@click.argument("story")
@click.argument("field", type=click.Choice(LIST_FIELDS))
@click.argument("values", nargs=-1)
@click.option("--unknown", is_flag=True, help="Say that the field is unknown: no values.")
@click.option("--note", default="", help="Why; kept in the log for good.")
@by_option
@click.pass_context
def correct(
    ctx: click.Context, story: str, field: str, values: tuple[str, ...], unknown: bool, note: str, by: str
) -> None:
    """Correct FIELD of STORY's plot card to VALUES (codes: docs/plot-card.md).

    \b
    Example:
      monitor correct s3fb2a91c stage foiled --by ana
      monitor correct s3fb2a91c denied_by --unknown
    """
    if bool(values) == unknown:
        raise click.UsageError("give the values, or --unknown for none")
    with working(ctx) as workspace:
        log, views = workspace.log, workspace.views
        event = rearrange.correct_card(
            log, views, _find(views, story), field, list(values), by=by, now=workspace.clock(), note=note
        )
        _saved(f"{field} = {', '.join(values) or 'unknown'}", event)


@click.command()
@click.argument("story")
@click.option(
    "--field", "-f", "fields", multiple=True, type=click.Choice(LIST_FIELDS), help="This field alone; may be repeated."
)
@by_option
@click.pass_context
def confirm(ctx: click.Context, story: str, fields: tuple[str, ...], by: str) -> None:
    """Confirm that STORY's reports say what its card says: the sentence and its fields, or the named fields alone.

    Only what was confirmed or corrected is exported as more than a machine's reading.

    \b
    Example:
      monitor confirm s3fb2a91c --by ana
    """
    with working(ctx) as workspace:
        log, views = workspace.log, workspace.views
        story_id = _find(views, story)
        facts = story_facts(log, views, story_id)
        shown = {field: facts.card.codes(field) for field in fields} if fields else facts.shown()
        event = rearrange.confirm_card(
            log, views, story_id, shown, by=by, now=workspace.clock(), sentence=facts.sentence
        )
        _saved(f"confirmed: {facts.sentence or ', '.join(shown)}", event)


def _find(views: Views, wanted: str) -> str:
    """Return the story with this id or prefix, or the one that the entry with it stands in."""
    if wanted.startswith("s"):
        return rearrange.find_story(views, wanted)
    return rearrange.find_story(views, story_of(views, find_entry(views, wanted)))


def _printed_by(entry: StoryEntry) -> str:
    origin = name_of(entry.origin)
    return safe.line(entry.publisher + (f" < {origin}" if origin and origin != entry.publisher else ""), 60)


def _title(workspace: Workspace, story_id: str) -> str:
    from monitor.triage.entries import entry_text

    text = entry_text(workspace.log, workspace.views, story_entries(workspace.views, story_id)[0])
    return "(text erased)" if text.erased else text.headline


def _timeline(workspace: Workspace, view: StoryView) -> list[dict[str, str]]:
    """Return the case's stories, oldest first, with the stage that each one's card reports."""
    from monitor.triage.story import story_card

    rows = []
    for story_id in [view.story_id, *view.case]:
        row = story(workspace.views, story_id)
        card = view.card if story_id == view.story_id else story_card(workspace.log, workspace.views, story_id)
        stage = (card.codes("legal_stage") or card.codes("stage") or [""])[0]
        rows.append({
            "story_id": story_id, "opened_at": row.opened_at if row else "", "stage": stage,
            "title": _title(workspace, story_id),
        })  # fmt: skip
    return sorted(rows, key=lambda item: (item["opened_at"], item["story_id"]))


def _write_facts(facts: StoryFacts) -> None:
    """Write the sentence, the ledger of sources, the claims and the card."""
    status = facts.status + (f": {facts.card.unread}" if facts.card.unread and not facts.sentence else "")
    click.echo(f"\n{safe.isolated(facts.sentence, 900) or 'Who is accused: ' + status} ({status})")
    if facts.note:
        click.echo(f"note: {safe.line(facts.note, 300)}")
    click.echo("\nsources")
    for line in facts.sources.lines:
        click.echo(f"  {line.entry_id[:8]}  {safe.line(str(line), 160)}")
    if facts.claims:
        click.echo("\nclaims (who says so, and in which words)")
    for claim in facts.claims:
        click.echo(f"  {safe.line(claim_words(claim), 200)}  [{claim.entry_id[:8]}]")
        click.echo(f'    "{safe.isolated(claim.quote, 300)}"')
    click.echo("\ncard (what the reports allege; docs/plot-card.md)")
    for field in LIST_FIELDS:
        mark = "  confirmed" if field in facts.confirmed else ""
        for value in getattr(facts.card, field):
            quote = f'  "{safe.isolated(value.quote, 100)}"' if value.quote else f"  ({value.field})"
            click.echo(f"  {field:<19} {safe.line(value.code, 40)}{quote}{mark}")


def _plural(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _saved(what: str, event: Event | None) -> None:
    click.echo(f"saved: {safe.line(what)} (position {event.position})" if event else "that is so already")
