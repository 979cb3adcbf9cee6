"""Markup and character references to plain text.

Every step is linear in the input (no backtracking over `<!--` or `<script` floods). Nothing here makes text safe to
show: surfaces escape what they print. Page furniture and boilerplate are text/clean.py's job.
"""

from __future__ import annotations

import html
import re

# A tag ends at `>` outside quotes; where quotes do not pair, at the first `>`. `<` always starts anew, so the search
# stays linear. "1 < 2" and "<3" are no tags.
_TAG = re.compile(r"""</?[A-Za-z](?:[^<>"']|"[^"<]*"|'[^'<]*')*>|</?[A-Za-z][^<>]*>|<[!?][^<>]*>""")
_BLOCK_NAMES = (
    "p|br|div|li|ul|ol|tr|table|h[1-6]|blockquote|section|article|header|footer|figure|figcaption|pre|hr|dd|dt|option"
)
_BLOCK = re.compile(rf"</?(?:{_BLOCK_NAMES})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_CELL = re.compile(r"</?(?:td|th)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Their content is code, never text.
_CODE = re.compile(r"<(script|style|template|noscript|iframe|svg)(?=[\s/>])", re.IGNORECASE)


def plain_text(markup: str) -> str:
    """Return the text of an HTML fragment; blocks end in a newline, other white space becomes one blank."""
    if "<" in markup:
        if not markup.isprintable():
            markup = " ".join(markup.split())
        if "<!--" in markup:
            markup = _without_comments(markup)
        if _CODE.search(markup):
            markup = _without_code(markup)
        markup = _BLOCK.sub("\n", markup)
        if "<" in markup:
            markup = _TAG.sub("", _CELL.sub(" ", markup))
    if "&" in markup:
        markup = decode_references(markup)
    if "\n" in markup:
        return "\n".join(filter(None, map(_evenly_spaced, markup.split("\n"))))
    return _evenly_spaced(markup)


def one_line(markup: str) -> str:
    """Return the text of an HTML fragment on one line (titles, names)."""
    if "<" in markup or "&" in markup:
        markup = plain_text(markup)
    return _evenly_spaced(markup)


def _evenly_spaced(line: str) -> str:
    """Return the line with single blanks; printable text has no other white space than blanks."""
    if line.isprintable() and "  " not in line:
        return line.strip()
    return " ".join(line.split())


def decode_references(text: str) -> str:
    """Replace `&amp;`, `&#8217;` and the like; a bare ampersand stays. Unpaired surrogates become U+FFFD."""
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text)


def _without_comments(text: str) -> str:
    """Cut comments; from an unclosed one, only its opening goes."""
    parts = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        parts.append(text[position:start])
        end = text.find("-->", start + 4)
        if end < 0:
            parts.append(text[start:].replace("<!--", " "))
            return " ".join(parts)
        position = end + 3
    parts.append(text[position:])
    return " ".join(parts)


def _without_code(text: str) -> str:
    """Cut elements whose content is code; an unclosed one loses only its tag."""
    lowered = text.lower()
    unclosed: set[str] = set()
    parts = []
    position = 0
    for match in _CODE.finditer(text):
        name = match[1].lower()
        if match.start() < position or name in unclosed:
            continue
        end = lowered.find(f"</{name}", match.end())
        if end < 0:
            unclosed.add(name)
            continue
        parts.append(text[position : match.start()])
        position = end
    parts.append(text[position:])
    return " ".join(parts)
