"""The terminal queue: the rows and keys of the triage page, one screen, nothing but text and our own few escapes.

Pure: a state and a key in, a state or a decision out; a state in, a screen out. Reading keys and writing to the
terminal is cli/decide/review.py. Feed text is neutralised before it is measured or drawn.
"""

from __future__ import annotations

import textwrap
import unicodedata
from typing import Literal

import msgspec

from monitor.surfaces import safe
from monitor.surfaces.layouts import meaning
from monitor.triage.rows import QueueRow

PAGE = {" ": 1, "\x1b[6~": 1, "b": -1, "\x1b[5~": -1}  # space or page down, b or page up, in an opened row
KEYS = "j/k move  o open  p plot  n not-plot  u unsure  c confirm  s later  z undo  r reload  ? help  q quit"
NO_ROW = "no row is selected: j selects the first"
DECISIONS = {"p": "plot", "n": "not-plot", "u": "unsure"}
Act = Literal["none", "label", "confirm", "skip", "undo", "open", "reload", "quit"]


class ReviewState(msgspec.Struct, frozen=True, kw_only=True):
    """What is on the screen. `position` is the log position the rows were read at."""

    rows: list[QueueRow]
    position: int
    at: int = -1
    open_text: str = ""
    said: str = ""
    n_waiting: int = 0
    n_left: int | None = None  # the rows of the day that are left; None where that was not counted
    page: int = 0  # of an opened row

    @property
    def row(self) -> QueueRow | None:
        """The selected row; none before j or k was pressed."""
        return self.rows[self.at] if 0 <= self.at < len(self.rows) else None


class Step(msgspec.Struct, frozen=True):
    """What a key asks for: the next state, and what is to be done with the row under the cursor."""

    state: ReviewState
    act: Act = "none"
    label: str = ""


def press(state: ReviewState, key: str) -> Step:
    """Return what a key does: the Latin letter, or the letter that another layout has in its place."""
    key = meaning(key)
    if key in ("j", "\x1b[B", "k", "\x1b[A"):
        step = 1 if key in ("j", "\x1b[B") else -1
        at = max(0, min(len(state.rows) - 1, state.at + step)) if state.rows else -1
        return Step(msgspec.structs.replace(state, at=at, open_text="", page=0, said=""))
    if key in ("q", "\x03", "\x04"):
        return Step(state, "quit")
    if state.open_text and key in PAGE:
        return Step(msgspec.structs.replace(state, page=max(0, state.page + PAGE[key]), said=""))
    if key == "z":
        return Step(state, "undo")
    if key == "r":
        return Step(state, "reload")
    if state.row is not None:
        if key in DECISIONS:
            return Step(state, "label", DECISIONS[key])
        if key == "s":
            return Step(state, "skip")
        if key == "c":
            return Step(state, "confirm")
        if key in ("o", "\r", "\n"):
            return Step(msgspec.structs.replace(state, open_text="", page=0), "none" if state.open_text else "open")
    said = NO_ROW if state.rows and state.row is None and key in (*DECISIONS, "s", "o", "c") else KEYS
    return Step(msgspec.structs.replace(state, said=said))


def screen(state: ReviewState, width: int, height: int) -> str:
    """Draw the state in `width` x `height` cells."""
    lines = [f"{state.n_waiting} waiting; a row says what sources allege", ""]
    if not state.rows:
        lines.append("Nothing waits for a decision.")
    room = max(3, height - 6)
    if state.open_text:
        told = state.open_text.splitlines()
        page = min(state.page, (len(told) - 1) // room)
        lines += told[page * room : (page + 1) * room]
        lines += [f"(page {page + 1} of {-(-len(told) // room)}: space, b)"] if len(told) > room else []
    else:
        first = max(0, min(state.at - room // 4, len(state.rows) - max(1, room // 2)))
        for number in range(first, min(len(state.rows), first + max(1, room // 2))):
            if state.n_left is not None and number == state.n_left:
                lines.append("  -- the day's rows end here --")
            lines += _row(state.rows[number], number == state.at, width)
    body = [clipped(line, width) for line in lines[: height - 2]]
    body += [""] * (height - 2 - len(body))
    return "\n".join([*body, clipped(state.said or KEYS, width)])


def _row(row: QueueRow, here: bool, width: int) -> list[str]:
    mark = ">" if here else " "
    title = "(text erased)" if row.erased else row.title
    sources = f"{row.n_entries} entries, {row.n_independent} independent" if row.n_entries > 1 else "1 entry"
    facts = f"{safe.line(row.publisher or row.feed, 40)}  {row.published_at[:16]}  {sources}"
    why = "; ".join(safe.line(reason.text, 80) for reason in row.reasons.for_it)
    lines = [f"{mark} {row.score:.2f} {safe.isolated(title, max(20, width - 10))}"]
    behind = f"  behind: {row.behind}" if row.behind else ""
    behind += f"  answered: {safe.line(row.answered, 200)}" if row.answered else ""
    told = [f"       {safe.isolated(row.told, max(20, width - 10))}"] if row.told else []
    told += [f"       {safe.line(row.unread, 200)}"] if row.unread else []
    return [*lines, *told, f"       {facts}{behind}  why: {why}"] if here else lines


def opened(row: QueueRow, words: str, card: list[tuple[str, str]], width: int) -> str:
    """Return the text of an opened row: title, words, card, reasons."""
    parts = [safe.isolated(row.title, 300), ""]
    for paragraph in safe.block(words).splitlines():
        parts += [safe.isolated(line) for line in textwrap.wrap(paragraph, max(20, width - 2))] or [""]
    parts += ["", "what the reports allege:" if card else ""]
    for name, value in card:
        told = textwrap.wrap(f"{name}: {safe.line(value, 900)}", max(20, width - 4))
        parts += [f"  {safe.isolated(line)}" for line in told]
    parts += ["", f"score {row.score:.3f}, threshold {row.threshold:.3f}, model {row.model_id}"]
    parts += [f"  for: {safe.isolated(reason.text, 120)}" for reason in row.reasons.for_it]
    parts += [f"  against: {safe.isolated(reason.text, 120)}" for reason in row.reasons.against]
    parts += ["", safe.http_link(row.link)]
    return "\n".join(parts)


def clipped(line: str, width: int) -> str:
    """Cut a line to `width` cells, wide characters counting two, an open isolate closed."""
    cells = 0
    for index, char in enumerate(line):
        cells += 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if cells > width:
            cut = line[:index]
            return cut + "\u2069" * (cut.count("\u2068") - cut.count("\u2069"))
    return line
