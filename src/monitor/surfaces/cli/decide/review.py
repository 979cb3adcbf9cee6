"""`monitor review`: the queue in the terminal, one key per decision; works over SSH."""

from __future__ import annotations

import shutil
import sys

import click
import msgspec

from monitor.errors import InputError, MonitorError
from monitor.log.codec import iso
from monitor.surfaces import safe
from monitor.surfaces.cli.options import by_option, working
from monitor.surfaces.progress import progress_of
from monitor.surfaces.review import ReviewState, Step, opened, press, screen
from monitor.triage.decide import label_entry, skip_row
from monitor.triage.queue import count_queue, list_queue
from monitor.triage.rearrange import confirm_card
from monitor.triage.story import story_view
from monitor.triage.told import story_facts
from monitor.triage.undo import undo_last
from monitor.worker.workspace import Workspace

_CLEAR = "\x1b[H\x1b[2J"
# Bracketed paste (xterm): the terminal says where a paste begins and ends, so that pasted words decide nothing.
_PASTES_MARKED, _PASTES_PLAIN = "\x1b[?2004h", "\x1b[?2004l"
_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"


@click.command()
@by_option
@click.pass_context
def review(ctx: click.Context, by: str) -> None:
    """Triage the queue in the terminal: j/k move, p plot, n not-plot, u unsure, s skip, z undo, o open, q quit.

    c confirms that the reports say what the row's sentence says. Each decision is in the log before the screen says
    saved.

    \b
    Example:
      monitor review --by ana
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("review needs a terminal; in scripts use `monitor queue --json` and `monitor label`")
    with working(ctx) as workspace:
        state, typed = load(workspace, by), Typed()
        click.echo(_PASTES_MARKED, nl=False)
        ctx.call_on_close(lambda: click.echo(_PASTES_PLAIN, nl=False))
        while True:
            size = shutil.get_terminal_size()
            click.echo(_CLEAR + screen(state, size.columns, size.lines), nl=False)
            for key in typed.keys(click.getchar()):
                step = press(state, key)
                if step.act == "quit":
                    click.echo(_CLEAR, nl=False)
                    return
                state = carry_out(workspace, step, by, size.columns)


class Typed:
    """Splits what a terminal hands over into keys; what was pasted, in however many pieces, is none."""

    def __init__(self) -> None:
        self._pasting = False

    def keys(self, typed: str) -> list[str]:
        """Return the keys: an escape sequence is one, fast typing is several."""
        keys: list[str] = []
        while typed:
            if self._pasting:
                _, ended, typed = typed.partition(_PASTE_ENDS)
                self._pasting = not ended
                continue
            before, begins, typed = typed.partition(_PASTE_BEGINS)
            keys += [before] if before.startswith("\x1b") else list(before)
            self._pasting = bool(begins)
        return keys


def load(workspace: Workspace, by: str, at: int = -1, said: str = "") -> ReviewState:
    """Read the queue."""
    workspace.views.catch_up()
    now = workspace.clock()
    n_day = workspace.config.settings.rows_per_day
    rows = list_queue(workspace.log, workspace.views, now, n_day=n_day, limit=100, by=by)
    day = progress_of(workspace, by, count_queue(workspace.views, now, by))
    return ReviewState(
        rows=rows, position=workspace.views.position, at=min(at, len(rows) - 1), said=said, n_waiting=day.n_waiting,
        n_left=day.n_left,
    )  # fmt: skip


def carry_out(workspace: Workspace, step: Step, by: str, width: int) -> ReviewState:
    """Do what a key asked for; a refusal is said on the screen and the queue is read again."""
    state, row = step.state, step.state.row
    log, views, now = workspace.log, workspace.views, workspace.clock()
    try:
        if step.act == "label" and row is not None:
            label_entry(log, views, row.entry_id, step.label, by=by, now=now, seen_position=state.position)
            return load(workspace, by, state.at, f"saved: {step.label} ({row.entry_id[:8]}); z undoes it")
        if step.act == "confirm" and row is not None:
            return _confirm(workspace, state, row.story_id, by)
        if step.act == "skip" and row is not None:
            skip_row(log, views, row.entry_id, by=by, now=now)
            return load(
                workspace, by, state.at, f"put off until tomorrow, for you alone ({row.entry_id[:8]}); z undoes it"
            )
        if step.act == "undo":
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            undone = undo_last(log, views, by=by, now=now, since=iso(midnight))
            back = load(workspace, by, state.at, f"undone: {safe.isolated(undone.what, 200)}")
            at = next((n for n, row in enumerate(back.rows) if row.entry_id in undone.entry_ids), back.at)
            return msgspec.structs.replace(back, at=at)
        if step.act == "reload":
            return load(workspace, by, state.at)
        if step.act == "open" and row is not None:
            return msgspec.structs.replace(state, open_text=_open(workspace, state, width))
    except MonitorError as error:
        return load(workspace, by, state.at, str(error))
    return state


def _confirm(workspace: Workspace, state: ReviewState, story_id: str, by: str) -> ReviewState:
    """Confirm what the row's card says; a row that accuses nobody has nothing to confirm."""
    facts = story_facts(workspace.log, workspace.views, story_id)
    if not facts.sentence:
        return msgspec.structs.replace(state, said="nobody is accused in these reports: there is nothing to confirm")
    now = workspace.clock()
    saved = confirm_card(
        workspace.log, workspace.views, story_id, facts.shown(), by=by, now=now, sentence=facts.sentence
    )
    return load(workspace, by, state.at, "confirmed: the reports say so" if saved else "that was confirmed already")


def _silent(unread: str) -> str:
    read = "nobody is accused in these reports"
    return f"accusations in this language ({unread}) are not read by the machine" if unread else read


def _open(workspace: Workspace, state: ReviewState, width: int) -> str:
    row = state.row
    assert row is not None  # noqa: S101 - carry_out opens only a row
    story = story_view(workspace.log, workspace.views, row.story_id)
    lead = next(entry for entry in story.entries if entry.entry_id == row.entry_id)
    facts = story.facts
    card = [(facts.status, facts.sentence or _silent(facts.card.unread))]
    card += [("sources", str(line)) for line in facts.sources.lines[:8]]
    return opened(row, f"{lead.text.summary}\n\n{lead.text.text[:20_000]}".strip(), card, width)
