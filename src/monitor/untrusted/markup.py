"""Markup and character references to plain text.

Every step is linear in the input (no backtracking over `<!--` or `<script` floods). Nothing here makes text safe to
show: surfaces escape what they print. Page furniture and boilerplate are text/clean.py's job.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

# A tag ends at `>` outside quotes; where quotes do not pair, at the first `>`. `<` always starts anew, so the search
# stays linear. "1 < 2" and "<3" are no tags.
_TAG = re.compile(r"""</?[A-Za-z](?:[^<>"']++|"[^"<]*"|'[^'<]*')*+>|</?[A-Za-z][^<>]*>|<[!?][^<>]*>""")
_BLOCK_NAMES = (
    "p|br|div|li|ul|ol|tr|table|h[1-6]|blockquote|section|article|header|footer|figure|figcaption|pre|hr|dd|dt|option"
)
_BLOCK = re.compile(rf"</?(?:{_BLOCK_NAMES})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_CELL = re.compile(r"</?(?:td|th)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# What may begin a comment, a cell or one of the elements below; few texts hold any. (re.IGNORECASE reads ſ as s.)
_RARE = re.compile(r"<(?:!|/?[tT][dDhH]|[sSſ][cCtTvV]|[tT][eE]|[nN][oO]|[iIİı][fF])")
# What stands in angle brackets without being a tag of HTML or of a vocabulary with a prefix is the writer's own text:
# "names <redacted> as handler". A tag has a known name, an attribute with a value, or an end.
_BRACKETS = re.compile(r"<([A-Za-z][\w.]{0,30})((?:[ @][^<>=\"'/:]{0,60})?)>")
_ELEMENT_WORDS = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote"
    " body br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div"
    " dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header"
    " hgroup hr html i iframe image img input ins isindex kbd keygen label legend li link listing main map mark"
    " marquee math menu menuitem meta meter multicol nav nobr noembed noframes noscript object ol optgroup option"
    " output p param picture plaintext portal pre progress q rb rp rt rtc ruby s samp script search section select"
    " slot small source spacer span strike strong style sub summary sup svg table tbody td template textarea tfoot"
    " th thead time title tr track tt u ul var video wbr xmp path g circle rect line use defs symbol polygon"
    " polyline ellipse"
)
_ELEMENT_NAMES = frozenset(_ELEMENT_WORDS.split())
# Their content is code, never text.
_CODE = re.compile(r"<(script|style|template|noscript|iframe|svg)(?=[\s/>])", re.IGNORECASE)


def plain_text(markup: str) -> str:
    """Return the text of an HTML fragment; blocks end in a newline, other white space becomes one blank."""
    if "<" in markup:
        if "<![" in markup:
            markup = markup.replace("<![CDATA[", "").replace("]]>", "")  # a section that was escaped with its marks
        if "</" not in markup:
            markup = _BRACKETS.sub(_as_written, markup)
        if "\n" in markup:
            markup = markup.replace("\n", " ")
        text = _BLOCK.sub("\n", markup)
        if "<" in text:
            text = _TAG.sub("", _without_rarities(markup) if _RARE.search(text) else text)
        markup = text
    if "&" in markup:
        markup = decode_references(markup)
    markup = markup.strip()
    if "\n" in markup:
        lines = [_evenly_spaced(line) for line in markup.split("\n") if line]
        return "\n".join(line for line in lines if line)
    return _evenly_spaced(markup)


def one_line(markup: str) -> str:
    """Return the text of an HTML fragment on one line (titles, names)."""
    if "<" in markup or "&" in markup:
        markup = plain_text(markup)
    return _evenly_spaced(markup)


def _as_written(match: re.Match[str]) -> str:
    """Return what stands in angle brackets as text, unless it is a tag."""
    return match[0] if match[1].lower() in _ELEMENT_NAMES else f"&lt;{match[1]}{match[2]}&gt;"


def _evenly_spaced(line: str) -> str:
    """Return the line with single blanks. What is quick to see: ASCII on one line, or letters without odd blanks."""
    if line.rfind("  ") < 0:  # twice as fast as `in`
        if line.isascii():
            if len(line.splitlines()) < 2 and "\t" not in line and "\x1f" not in line:
                return line.strip()
        elif line.isprintable():
            return line.strip()
    if "\ufeff" in line:
        line = line.replace("\ufeff", "")  # a byte-order mark that was carried into a text
    return " ".join(line.split())


def decode_references(text: str) -> str:
    """Replace `&amp;`, `&#8217;` and the like; a bare ampersand stays. Unpaired surrogates become U+FFFD."""
    return _REFERENCE.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    return _meaning_of(match[0])


@lru_cache(maxsize=1024)
def _meaning_of(reference: str) -> str:
    meaning = html.unescape(reference)
    return "" if len(meaning) == 1 and meaning < " " and not meaning.isspace() else meaning


def _without_rarities(markup: str) -> str:
    """Cut comments and code, and part blocks and cells."""
    markup = _without_comments(markup)
    if _CODE.search(markup):
        markup = _without_code(markup)
    return _CELL.sub(" ", _BLOCK.sub("\n", markup))


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
