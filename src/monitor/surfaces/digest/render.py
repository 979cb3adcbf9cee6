"""A digest as text, Markdown, HTML (mail.html) and Atom. Feed text is neutralised for each; nothing remote loads."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.surfaces import safe
from monitor.surfaces.digest import content as say
from monitor.surfaces.digest.content import ERASED, WEEK, DigestContent
from monitor.triage.plots import Plot
from monitor.triage.rows import QueueRow

if TYPE_CHECKING:
    from jinja2 import Template

NOTE = "A row is a suggestion to read: it says what public sources allege, not that anybody is guilty."


def as_text(content: DigestContent) -> str:
    """Return the digest as plain text."""
    name = f"Plot watch, {content.week}" if content.kind == WEEK else f"monitor, {content.day}"
    lines = [f"{name}: {content.lead}", NOTE, ""]
    if content.kind == WEEK:
        lines += [*_plots_text(content), *_moved_text(content), _weeks_line(content), ""]
    for number, row in enumerate(content.rows, 1):
        lines += [f"{number}. {safe.isolated(row.title, 300) if not row.erased else ERASED}"]
        lines += [f"   {safe.isolated(told, 1000)}"] if (told := say.told_of(row)) else []
        lines += [f"   {say.facts_of(row)}", f"   why: {safe.isolated(say.why_of(row))}"]
        lines += [f"   {safe.http_link(row.link)}"]
        lines += [f"   decide: {desk}"] if (desk := content.desk(row.story_id)) else []
        lines.append("")
    if content.kind != WEEK:
        lines += [*_moved_text(content), *_plots_text(content)]
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


def _moved_text(content: DigestContent) -> list[str]:
    lines = ["Known cases that moved:"] if content.moved else []
    for case in content.moved:
        lines += [f"- {safe.isolated(case.title, 200)}", f"  {say.moved_line(case)}"]
        lines += [f"  {link}" for link in (safe.http_link(case.link), content.desk(case.story_id)) if link]
    return [*lines, ""] if lines else []


def _plots_text(content: DigestContent) -> list[str]:
    lines = [f"Confirmed in the {content.kind}:"] if content.plots else []
    for plot in content.plots:
        lines += [f"- {safe.isolated(plot.title, 300) or ERASED}", f"  {safe.isolated(say.plot_line(plot), 1000)}"]
        lines += [f"  {say.plot_sources(plot)}"]
        lines += [f"  {link}" for link in (safe.http_link(plot.link), content.desk(plot.story_ids[0])) if link]
    return [*lines, ""] if lines else []


def _weeks_line(content: DigestContent) -> str:
    counts = " ".join(str(count) for count in content.weeks)
    return f"Confirmed plots a week, {len(content.weeks)} weeks to {content.day}: {counts}"


def as_markdown(content: DigestContent) -> str:
    """Return the digest as Markdown."""
    name = f"Plot watch, {content.week}" if content.kind == WEEK else f"monitor, {content.day}"
    lines = [f"# {name}", "", f"{content.lead} {NOTE}", ""]
    for number, row in enumerate(content.rows, 1):
        lines.append(f"{number}. {_markdown_link(say.title_of(row), row.link)}")
        lines += [f"   {safe.markdown(told)}  "] if (told := say.told_of(row)) else []
        lines.append(f"   {safe.markdown(say.facts_of(row))}; why: {safe.markdown(say.why_of(row))}")
        lines += [f"   [decide](<{desk}>)"] if (desk := content.desk(row.story_id)) else []
    if content.moved:
        lines += ["", "## Known cases that moved", ""]
        for case in content.moved:
            title = _markdown_link(safe.line(case.title, 200), case.link)
            lines.append(f"- {title}: {safe.markdown(say.moved_line(case))}")
    if content.plots:
        lines += ["", f"## Confirmed in the {content.kind}", ""]
        for plot in content.plots:
            told = f"{safe.markdown(say.plot_line(plot))} {safe.markdown(say.plot_sources(plot))}."
            lines.append(f"- {_markdown_link(safe.line(plot.title, 300) or ERASED, plot.link)}: {told}")
    if content.samples:
        lines += ["", "## Audit sample", ""]
        lines += [f"- {sample.entry_id[:8]} {safe.markdown(sample.title)}" for sample in content.samples]
    if content.recall:
        lines += ["", f"Estimate: {content.recall}."]
    if content.warnings:
        lines += ["", "## Needs attention", "", *(f"- {safe.markdown(text)}" for text in content.warnings)]
    lines += [*(["", _weeks_line(content)] if content.kind == WEEK else [])]
    lines += ["", f"Log position {content.position}, head `{content.head[:16]}`."]
    return "\n".join(lines) + "\n"


def _markdown_link(title: str, url: str) -> str:
    link = safe.http_link(url).replace(")", "%29").replace("(", "%28")
    return f"[{safe.markdown(title)}](<{link}>)" if link else safe.markdown(title)


def as_html(content: DigestContent) -> str:
    """Return the digest as a page of its own that mail programs show: tables, inline colours, no picture, no script."""
    return _template().render(
        content=content, say=say, note=NOTE, top=max(1, *content.weeks), weekly=content.kind == WEEK
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    pages.filters.update(line=safe.line, link=safe.http_link)
    return pages.get_template("mail.html")


def as_atom(content: DigestContent) -> str:
    """Return the queue, or a week's confirmed plots, as an Atom feed (RFC 4287), one entry a row."""
    entries = "".join(_atom_row(row, content) for row in content.rows)
    entries += "".join(_atom_plot(plot) for plot in content.plots)
    name = "week" if content.kind == WEEK else "queue"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:monitor:{name}</id>'
        f"<title>monitor: {name}</title><updated>{content.at}</updated>"
        f"<author><name>monitor</name></author>{entries}</feed>\n"
    )


def _atom_row(row: QueueRow, content: DigestContent) -> str:
    words = f"{say.told_of(row)} {say.facts_of(row)}. Why: {say.why_of(row)}. {safe.line(row.summary, 1000)}"
    return _atom_entry(
        f"story:{row.story_id}", say.title_of(row), row.flagged_at or content.at, safe.http_link(row.link), words
    )


def _atom_plot(plot: Plot) -> str:
    words = f"{say.plot_line(plot)} {say.plot_sources(plot)}."
    title = safe.line(plot.title, 300) or ERASED
    return _atom_entry(f"case:{plot.case_id}", title, plot.confirmed_at, safe.http_link(plot.link), words)


def _atom_entry(name: str, title: str, at: str, link: str, words: str) -> str:
    return (
        f"<entry><id>urn:monitor:{escape(name)}</id><title>{escape(title)}</title><updated>{escape(at)}</updated>"
        + (f'<link href="{escape(link)}"/>' if link else "")
        + f"<summary>{escape(words)}</summary></entry>"
    )


FORMS: dict[str, Callable[[DigestContent], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "html": as_html,
    "atom": as_atom,
}
