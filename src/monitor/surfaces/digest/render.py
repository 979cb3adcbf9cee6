"""A digest as text, Markdown, HTML and Atom. Feed text is neutralised for each form; nothing remote is loaded."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from monitor.surfaces import safe
from monitor.surfaces.digest.content import DigestContent
from monitor.triage.rows import QueueRow

NOTE = "A row is a suggestion to read: it says what public sources allege, not that anybody is guilty."


def _facts(row: QueueRow) -> str:
    sources = "1 entry"
    if row.n_entries > 1:
        sources = f"{row.n_entries} entries, {row.n_publishers} publishers, {row.n_independent} independent"
    behind = f", behind: {row.behind}" if row.behind else ""
    behind += f", answered {safe.line(row.answered, 200)}" if row.answered else ""
    return f"{row.score:.2f}, {safe.line(row.publisher or row.feed, 80)}, {row.published_at[:16]}, {sources}{behind}"


def _told(row: QueueRow) -> str:
    """Return the plain sentence of what the reports allege, with its standing; empty where nobody accuses."""
    return f"{safe.line(row.told, 900)} ({row.told_status})" if row.told else ""


def _title(row: QueueRow) -> str:
    return "(text erased)" if row.erased else safe.line(row.title, 300)


def _why(row: QueueRow) -> str:
    return "; ".join(safe.line(reason.text, 100) for reason in row.reasons.for_it)


def as_text(content: DigestContent) -> str:
    """Return the digest as plain text."""
    lines = [f"monitor, {content.day}: {len(content.rows)} of {content.n_waiting} waiting", NOTE, ""]
    for number, row in enumerate(content.rows, 1):
        lines += [f"{number}. {safe.isolated(row.title, 300) if not row.erased else '(text erased)'}"]
        lines += [f"   {safe.isolated(_told(row), 1000)}"] if row.told else []
        lines += [f"   {_facts(row)}", f"   why: {safe.isolated(_why(row))}", f"   {safe.http_link(row.link)}", ""]
    if content.samples:
        lines.append("Audit sample (not flagged, drawn at random; please label):")
        lines += [f"- {sample.entry_id[:8]} {safe.isolated(sample.title, 200)}" for sample in content.samples]
        lines.append("")
    if content.recall:
        lines += [f"Estimate: {content.recall}.", ""]
    if content.warnings:
        lines += ["Needs attention:", *(f"- {safe.line(text, 300)}" for text in content.warnings), ""]
    lines.append(f"log position {content.position}, head {content.head[:16]}")
    return "\n".join(lines) + "\n"


def as_markdown(content: DigestContent) -> str:
    """Return the digest as Markdown."""
    lines = [f"# monitor, {content.day}", "", f"{len(content.rows)} of {content.n_waiting} waiting. {NOTE}", ""]
    for number, row in enumerate(content.rows, 1):
        title, link = safe.markdown(_title(row)), safe.http_link(row.link).replace(")", "%29").replace("(", "%28")
        lines.append(f"{number}. {f'[{title}](<{link}>)' if link else title}")
        if row.told:
            lines.append(f"   {safe.markdown(_told(row))}  ")
        lines.append(f"   {safe.markdown(_facts(row))}; why: {safe.markdown(_why(row))}")
    if content.samples:
        lines += ["", "## Audit sample", ""]
        lines += [f"- {sample.entry_id[:8]} {safe.markdown(sample.title)}" for sample in content.samples]
    if content.recall:
        lines += ["", f"Estimate: {content.recall}."]
    if content.warnings:
        lines += ["", "## Needs attention", "", *(f"- {safe.markdown(text)}" for text in content.warnings)]
    lines += ["", f"Log position {content.position}, head `{content.head[:16]}`."]
    return "\n".join(lines) + "\n"


def as_html(content: DigestContent) -> str:
    """Return the digest as a page of its own."""
    items = "".join(
        f'<li dir="auto"><strong>{_linked(row)}</strong>{_told_html(row)}<br>{escape(_facts(row))}<br>'
        f"why: {escape(_why(row))}</li>"
        for row in content.rows
    )
    lead = f"{len(content.rows)} of {content.n_waiting} waiting. {NOTE}"
    parts = [f"<h1>monitor, {content.day}</h1><p>{lead}</p><ol>{items}</ol>"]
    if content.samples:
        rows = "".join(
            f'<li dir="auto">{sample.entry_id[:8]} {escape(safe.line(sample.title, 300))}</li>'
            for sample in content.samples
        )
        parts.append(f"<h2>Audit sample</h2><ul>{rows}</ul>")
    if content.recall:
        parts.append(f"<p>Estimate: {escape(content.recall)}.</p>")
    if content.warnings:
        rows = "".join(f"<li>{escape(safe.line(text, 300))}</li>" for text in content.warnings)
        parts.append(f"<h2>Needs attention</h2><ul>{rows}</ul>")
    parts.append(f"<p>Log position {content.position}, head <code>{content.head[:16]}</code>.</p>")
    head = f'<head><meta charset="utf-8"><title>monitor, {content.day}</title></head>'
    return f'<!doctype html><html lang="en">{head}<body>{"".join(parts)}</body></html>\n'


def _told_html(row: QueueRow) -> str:
    return f"<br>{escape(_told(row))}" if row.told else ""


def _linked(row: QueueRow) -> str:
    link = safe.http_link(row.link)
    title = escape(_title(row))
    return f'<a href="{escape(link)}" rel="noopener noreferrer nofollow">{title}</a>' if link else title


def as_atom(content: DigestContent) -> str:
    """Return the queue as an Atom feed (RFC 4287), one entry a row."""
    entries = "".join(_atom_entry(row, content) for row in content.rows)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:monitor:queue</id>'
        f"<title>monitor: queue</title><updated>{content.at}</updated>"
        f"<author><name>monitor</name></author>{entries}</feed>\n"
    )


def _atom_entry(row: QueueRow, content: DigestContent) -> str:
    link = safe.http_link(row.link)
    words = escape(f"{_told(row)} {_facts(row)}. Why: {_why(row)}. {safe.line(row.summary, 1000)}")
    return (
        f"<entry><id>urn:monitor:story:{escape(row.story_id)}</id><title>{escape(_title(row))}</title>"
        f"<updated>{escape(row.flagged_at or content.at)}</updated>"
        + (f'<link href="{escape(link)}"/>' if link else "")
        + f"<summary>{words}</summary></entry>"
    )


FORMS: dict[str, Callable[[DigestContent], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "html": as_html,
    "atom": as_atom,
}
