"""The outlines of an OPML file: each with its attributes, its line, and the titles around it.

Well-formed XML is read by expat, which resolves no entity here. What is not is read tag by tag, so that one broken line
costs itself alone. Which attributes mean what is opml.py's.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from typing import Any
from xml.parsers import expat

import msgspec

from monitor.errors import InputError
from monitor.untrusted import charset

MAX_DEPTH = 200
MAX_OUTLINES = 200_000
MAX_FAULTS = 1_000
_MAX_TAG = 20_000  # characters

Fault = tuple[int, str]

_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,500}\?>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_NAMES_OPML = re.compile(r"<!DOCTYPE\s+opml\s*>", re.IGNORECASE)  # which declares nothing
_COMMENT = re.compile(r"<!--|-->")
_XML_NAMES = "amp|lt|gt|quot|apos"
_BARE = re.compile(rf"&(?!(?:{_XML_NAMES}|#[0-9]{{1,7}}|#[xX][0-9a-fA-F]{{1,6}});)")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TAG = re.compile(r"<(/?)(?:[\w.-]+:)?(opml|outline)(?=[\s/>])", re.IGNORECASE)
_PAIR = re.compile(r"""\s*([\w:.-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+)|\s+([\w:.-]+)(?=[\s/>])""")


class Outline(msgspec.Struct):
    """One outline as written; `around` are the titles of the outlines it stands in, outermost first."""

    line: int
    attributes: dict[str, str]
    around: list[str]
    has_children: bool = False


def read_outlines(data: bytes, name: str) -> tuple[list[Outline], list[Fault]]:
    """Return a file's outlines in order and what is wrong with it. Raises InputError with `name:line: text`."""
    text = _DECLARATION.sub(lambda match: "\n" * match[0].count("\n"), charset.decode(data, ""), count=1)
    text = _NAMES_OPML.sub("", text, count=1)
    found = _DOCTYPE.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise InputError(f"{name}:{line}: a document type or an entity; OPML needs neither, so the file is refused")
    reader = _Reader(name)
    mended = _BARE.sub("&amp;", _NAMED.sub(_letter, _FORBIDDEN.sub(" ", text)))
    try:
        reader.parse(mended)
    except expat.ExpatError as error:
        reader.faults.append((
            error.lineno, f"not well-formed XML ({expat.ErrorString(error.code)}); its outlines are read one by one"
        ))  # fmt: skip
        reader.restart()
        reader.scan(mended)
    if not reader.is_opml:
        raise InputError(f"{name}:1: not an OPML file (no <opml> element)")
    return reader.outlines, reader.faults[:MAX_FAULTS]


def _letter(match: re.Match[str]) -> str:
    """Return the letter that HTML names, as XML does not know it; XML's own names stay as they are."""
    letters = html.unescape(match[0])
    return match[0] if re.fullmatch(_XML_NAMES, match[1]) or letters == match[0] else letters


class _Reader:
    """Collects outlines from expat's calls, or from tags where the file is no XML."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self.restart()

    def restart(self) -> None:
        """Forget what was read; faults stay."""
        self.outlines: list[Outline] = []
        self.is_opml = False
        self._open: list[Outline] = []
        self._titles: list[str] = []
        self._depth = 0

    def parse(self, text: str) -> None:
        """Read well-formed XML. Raises ExpatError for any other."""
        parser = expat.ParserCreate("utf-8")

        def start(tag: str, attributes: dict[str, str]) -> None:
            self._start(tag.rpartition(":")[2].lower(), attributes, parser.CurrentLineNumber)

        def end(tag: str) -> None:
            self._end(tag.rpartition(":")[2].lower())

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.Parse(text.encode("utf-8", "replace"), True)

    def scan(self, text: str) -> None:
        """Read tag by tag what is no XML; a tag that cannot be told apart is a fault."""
        text = _without_comments(text)
        lines = [match.start() for match in re.finditer("\n", text)]
        ends_of_itself = False  # an outline with an address holds no others, closed or not
        for match in _TAG.finditer(text):
            line = bisect_right(lines, match.start()) + 1
            tag = match[2].lower()
            if ends_of_itself and not match[1]:
                self._end("outline")
            ends_of_itself = False
            if match[1]:
                self._end(tag)
                continue
            if self._depth >= MAX_DEPTH:
                self.faults.append((line, f"nested deeper than {MAX_DEPTH} levels; the rest is left out"))
                return
            attributes, closed = self._attributes(text[match.end() : match.end() + _MAX_TAG], line)
            self._start(tag, attributes, line)
            if closed:
                self._end(tag)
            else:
                ends_of_itself = any("url" in key.lower() for key in attributes)

    def _attributes(self, rest: str, line: int) -> tuple[dict[str, str], bool]:
        """Return a tag's attributes as far as they can be told, and whether it closes itself."""
        attributes: dict[str, str] = {}
        at = 0
        while match := _PAIR.match(rest, at):
            if match[1]:
                attributes.setdefault(match[1], html.unescape(match[2].strip("\"'")))
            at = match.end()
        tail = rest[at : at + 200].lstrip()
        if not tail.startswith((">", "/>", "?>")) and (attributes or not tail):
            self.faults.append((line, f"an outline whose attributes cannot be told from here on: {tail[:40]!r}"))
        return attributes, tail.startswith("/>")

    def _start(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InputError(f"{self.name}:{line}: nested deeper than {MAX_DEPTH} levels")
        self.is_opml = self.is_opml or tag == "opml"
        if tag != "outline":
            return
        if self._open:
            self._open[-1].has_children = True
        outline = Outline(line, attributes, list(self._titles))
        self.outlines.append(outline)
        if len(self.outlines) > MAX_OUTLINES:
            raise InputError(f"{self.name}:{line}: more than {MAX_OUTLINES:,} outlines")
        self._open.append(outline)
        known: dict[str, Any] = {key.lower(): value for key, value in attributes.items()}
        self._titles.append(known.get("text") or known.get("title") or "")

    def _end(self, tag: str) -> None:
        self._depth = max(0, self._depth - 1)
        if tag == "outline" and self._open:
            self._open.pop()
            self._titles.pop()


def _without_comments(text: str) -> str:
    """Return the text with comments blanked, its lines kept."""
    kept: list[str] = []
    at, inside = 0, False
    for match in _COMMENT.finditer(text):
        if inside == (match[0] == "<!--"):
            continue  # `<!--` within a comment, `-->` outside
        part = text[at : match.start()]
        kept.append("\n" * part.count("\n") if inside else part)
        at, inside = match.end(), not inside
    return "".join(kept) + ("" if inside else text[at:])
