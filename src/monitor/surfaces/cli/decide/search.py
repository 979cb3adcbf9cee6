"""`monitor search`: find entries by words and fields, in every script; searches saved by name."""

from __future__ import annotations

import click

from monitor.surfaces import safe
from monitor.surfaces.cli.options import as_of_option, by_option, json_option, reading, working, write_json
from monitor.triage.told import published_by
from monitor.views.queries.search import SavedSearch, saved_searches
from monitor.views.search.find import Found, Hit
from monitor.views.search.marks import Highlighted
from monitor.worker.jobs import searching


# A minus begins a word here, not an option, so this command has long options alone.
@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("words", nargs=-1)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Which page.")
@click.option("--per-page", type=click.IntRange(1, 500), default=20, show_default=True, help="Entries on a page.")
@click.option("--newest", is_flag=True, help="The newest first, not the best.")
@click.option("--saved", metavar="NAME", help="Search for what was saved under NAME.")
@click.option("--save", metavar="NAME", help="Save these words under NAME (kept in the log).")
@click.option("--forget", metavar="NAME", help="Forget the search saved under NAME.")
@click.option("--list", "as_list", is_flag=True, help="List the saved searches.")
@by_option
@as_of_option
@json_option
@click.pass_context
def search(
    ctx: click.Context, words: tuple[str, ...], page: int, per_page: int, newest: bool, saved: str | None,
    save: str | None, forget: str | None, as_list: bool, by: str, as_of: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Find entries whose headline, summary or article has all of WORDS.

    "a phrase", OR between two words, a minus before what must not be there, poison* for how words begin, title:word.
    Fields: feed:, publisher:, lang:, label:, flagged:, score:, after: and before: a day, month or year. Accents, case
    and variants of letters do not matter. What fits is marked.

    \b
    Example:
      monitor search sikh -canada
      monitor search '"arms dealer" OR courier' lang:en after:2026-01
      monitor search title:embassy --save embassies

    Exit codes: 0 found or not, 4 no such saved search, 9 a query that cannot be read.
    """
    text = " ".join(words)
    if save or forget:
        with working(ctx) as workspace:
            if save:
                searching.save_search(workspace, save, text, by)
            else:
                searching.forget_search(workspace, forget or "", by)
        click.echo(f"saved as {safe.line(save)}" if save else f"forgotten: {safe.line(forget or '')}")
        return
    with reading(ctx, as_of) as workspace:
        if as_list:
            _write_saved(saved_searches(workspace.views), as_json=as_json)
            return
        if saved:
            text = f"{searching.saved_search(workspace, saved).query} {text}"
        found = searching.search(workspace, text, page=page, per_page=per_page, newest=newest)
    if as_json:
        write_json(found)
        return
    _write(found)


def _write(found: Found) -> None:
    for hit in found.hits:
        _write_hit(hit)
    n = f"{found.total}{'+' if found.more else ''}"
    pages = f", page {found.page} of {found.n_pages}" if found.n_pages > 1 else ""
    click.echo(f"{n} found{pages}" if found.total else "nothing found")
    if found.n_behind:
        click.echo(f"{found.n_behind} newer events are not in the index yet: `monitor tick` or `rebuild` reads them in")


def _write_hit(hit: Hit) -> None:
    entry = hit.entry
    title = "(text erased)" if hit.erased else _marked(hit.title)
    score = f"  score {entry.score:.2f}" if entry.score is not None else ""
    click.echo(
        f"{entry.entry_id[:8]}  {entry.seen_at[:16]}Z  {safe.line(published_by(entry) or entry.feed, 40)}{score}"
    )
    click.echo(f"  {title}")
    if hit.snippet.text:
        click.echo(f"  {_marked(hit.snippet)}")


def _marked(shown: Highlighted) -> str:
    """Return a text for the terminal with what fits in bold (which a pipe takes away)."""
    parts, last = [], 0
    for start, end in shown.marks:
        parts += [_between(shown.text[last:start]), click.style(safe.line(shown.text[start:end]), bold=True)]
        last = end
    return "".join([*parts, _between(shown.text[last:])]).strip()


def _between(text: str) -> str:
    """Return what stands between two marks, with the spaces at its ends."""
    return " " * text[:1].isspace() + safe.isolated(text, 400) + " " * (text.strip() != "" and text[-1:].isspace())


def _write_saved(items: list[SavedSearch], *, as_json: bool) -> None:
    if as_json:
        write_json(items)
        return
    for item in items:
        click.echo(f"{safe.line(item.name):<24}  {safe.line(item.query)}  ({safe.line(item.by, 40)}, {item.at[:10]})")
    if not items:
        click.echo("no saved search yet; `monitor search WORDS --save NAME` keeps one")
