"""The fast reader: well-formed RSS, RDF and Atom on expat, at a twentieth of feedparser's cost.

It says what feedparser says, or nothing: whatever is rare, odd or dangerous (a DTD, an entity, markup where none
belongs, base64, a base that changes within the document) is declined with a reason, and the caller asks feedparser. A
differential test over both parsers' own test suites and over real feeds holds the two equal. Which of several
elements counts is fastentry.py's, what names mean vocabulary.py's; JSON Feed is jsonfeed.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from xml.parsers import expat

from monitor.feeds.fastentry import EntryRules, mended, resolved
from monitor.feeds.raw import MAX_ENTRIES, RawFeed
from monitor.feeds.vocabulary import NAMESPACES, RDF_ABOUT, XML_BASE, XML_LANG, action_of

_XHTML_TYPES = frozenset({"xhtml", "application/xhtml+xml"})
_HTML_TYPES = frozenset({"html", "text/html"}) | _XHTML_TYPES
_TEXT_TYPES = frozenset({"", "text", "plain", "text/plain"}) | _HTML_TYPES
# Fields that may hold markup; in any other, a child element is declined.
_MARKUP_FIELDS = frozenset({"title", "media-title", "summary", "content"})
# A base on these bears on links within their text only, which nobody follows.
_BASE_IS_HARMLESS = frozenset({"title", "media-title", "description", "summary", "content", "encoded", "author"})
_MAX_DEPTH = 100
_NOWHERE = -1


class DeclinedError(Exception):
    """This document is left to feedparser; the message says why."""


def read_fast(document: bytes) -> RawFeed:
    """Return what a UTF-8 document says. Raises DeclinedError where feedparser must be asked."""
    reader = _Reader()
    try:
        reader.parse(document)
    except expat.ExpatError as error:
        raise DeclinedError(f"not well-formed: {error}") from error
    if not reader.feed.version:
        raise DeclinedError("no known root element")
    return reader.feed


_Handler = Callable[[dict[str, str]], None]


class _Table(dict[str, "_Handler | None"]):
    """expat name -> what to do at the start of such an element (None: nothing), filled as names turn up."""

    def __init__(self, find: Callable[[str], _Handler | None]) -> None:
        self._find = find

    def __missing__(self, name: str) -> _Handler | None:
        handler = self[name] = self._find(name)
        return handler


class _Reader:
    """One document in reading. While a text element is open, `field` names it and `pieces` collects its text."""

    __slots__ = (
        "base", "depth", "entry", "entry_depth", "feed", "field", "field_depth", "in_entry", "in_feed", "inner_depth",
        "is_escaped", "language", "parser", "pieces", "prefixes", "source_depth", "table",
    )  # fmt: skip

    def __init__(self) -> None:
        self.feed = RawFeed(entries=[], skip_hours=[])
        self.prefixes: dict[str, str] = {}
        self.in_feed, self.in_entry = _Table(self._find_in_feed), _Table(self._find_in_entry)
        self.table = self.in_feed
        self.base = self.language = self.field = ""
        self.depth = 0
        self.entry_depth = self.source_depth = self.inner_depth = self.field_depth = _NOWHERE
        self.entry: EntryRules | None = None
        self.pieces: list[str] = []
        self.is_escaped = False
        self.parser = expat.ParserCreate("utf-8", " ")

    def parse(self, document: bytes) -> None:
        """Send the document through expat."""
        parser = self.parser
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.StartNamespaceDeclHandler = self.namespace
        parser.StartDoctypeDeclHandler = self.doctype
        try:
            parser.Parse(document, True)
        finally:
            # The handlers are bound methods: left in place, reader and parser would keep each other alive.
            parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
            parser.StartNamespaceDeclHandler = parser.StartDoctypeDeclHandler = None
            self.in_feed.clear()
            self.in_entry.clear()

    def doctype(self, *_: object) -> None:
        """Decline every DTD: entities are where the attacks are."""
        raise DeclinedError("a document type declaration")

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        """Note the prefix a namespace goes by."""
        if uri and self.prefixes.setdefault(uri, prefix or "") != (prefix or "") and uri.lower() not in NAMESPACES:
            raise DeclinedError("an unknown namespace under two prefixes")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        self.depth += 1
        if self.field:
            self._start_inline(name)
            if self.field:
                return
        if attributes and XML_BASE in attributes:
            self._note_base(action_of(name, self.prefixes), attributes[XML_BASE])
        handler = self.table[name]
        if handler is not None:
            handler(attributes)

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        depth = self.depth
        self.depth = depth - 1
        if self.field:
            if depth == self.field_depth:
                self._close(depth)
            else:
                self._end_inline(name)
        elif depth == self.entry_depth:
            self._end_entry()
        elif depth == self.source_depth:
            self._end_source()
        elif depth == self.inner_depth:
            self.inner_depth = _NOWHERE

    # Starts and ends outside entries.

    def _find_in_feed(self, name: str) -> _Handler | None:
        action = self._action(name)
        if action in ("title", "language", "ttl", "hour"):
            return partial(self._open_of_feed, action)
        handlers: dict[str, _Handler] = {
            "entry": self._start_entry,
            "root": self._start_root,
            "inner": self._start_inner,
            "channel": self._start_channel,
            "link": self._start_link_of_feed,
        }
        return handlers.get(action)

    def _action(self, name: str) -> str:
        action = action_of(name, self.prefixes)
        if action == "decline":
            raise DeclinedError(f"element {name.rpartition(' ')[2]}")
        return action

    def _start_root(self, attributes: dict[str, str]) -> None:
        if self.depth > 1:
            raise DeclinedError("a root element within the document")
        self.feed.version = "feed"
        self.feed.language = attributes.get(XML_LANG, "")

    def _start_inner(self, _: dict[str, str]) -> None:
        self.inner_depth = self.depth

    def _start_channel(self, attributes: dict[str, str]) -> None:
        if "lastmod" in attributes or "href" in attributes:
            raise DeclinedError("a channel of CDF")

    def _open_of_feed(self, field: str, attributes: dict[str, str]) -> None:
        if self.inner_depth == _NOWHERE:
            self._open(field, attributes)

    def _start_link_of_feed(self, attributes: dict[str, str]) -> None:
        if self.feed.link:
            return
        href = attributes.get("href")
        if href is None:
            self._open_of_feed("link", {})
        elif attributes.get("rel", "alternate") == "alternate":
            self.feed.link = href

    def _keep_of_feed(self, field: str, text: str) -> None:
        if field == "hour":
            self.feed.skip_hours.append(text)
        elif not getattr(self.feed, field):
            setattr(self.feed, field, text)

    def _note_base(self, action: str, base: str) -> None:
        if action == "root" and self.depth == 1 and base.startswith(("http://", "https://")):
            self.base = base
        elif base != self.base and action not in _BASE_IS_HARMLESS:
            raise DeclinedError("a base that changes within the document")

    # Entries and what they hold.

    def _start_entry(self, attributes: dict[str, str]) -> None:
        if not self.feed.version:
            raise DeclinedError("an entry outside a feed")
        self.entry = entry = EntryRules()
        self.entry_depth = self.depth
        self.table = self.in_entry
        self.language = ""
        if attributes:
            if "lastmod" in attributes or "href" in attributes:
                raise DeclinedError("an item of CDF")
            if RDF_ABOUT in attributes:
                entry.values["id"] = attributes[RDF_ABOUT]
            self.language = attributes.get(XML_LANG, "")

    def _end_entry(self) -> None:
        if self.entry is not None and len(self.feed.entries) < MAX_ENTRIES:
            self.feed.entries.append(self.entry.as_raw(self.language))
        else:
            self.feed.n_dropped += 1
        self.entry = None
        self.table = self.in_feed
        self.entry_depth = self.source_depth = _NOWHERE

    def _find_in_entry(self, name: str) -> _Handler | None:
        action = self._action(name)
        if self.depth > _MAX_DEPTH or action in ("entry", "inner", "root", "channel"):
            raise DeclinedError(f"element {name.rpartition(' ')[2]} within an entry")
        if action in ("description", "summary", "content", "encoded"):
            return partial(self._start_text, action)
        handlers: dict[str, _Handler] = {"link": self._start_link, "id": self._start_id, "source": self._start_source}
        return handlers.get(action) or (partial(self._open, action) if action else None)

    def _start_text(self, action: str, attributes: dict[str, str]) -> None:
        if self.entry is not None:
            self._open(self.entry.text_field(action), attributes)

    def _start_id(self, attributes: dict[str, str]) -> None:
        if self.entry is not None:
            self.entry.is_permalink = not attributes or _attribute(attributes, "ispermalink", "true") == "true"
        self._open("id")

    def _start_link(self, attributes: dict[str, str]) -> None:
        """Take a link of Atom from its attributes, or collect the text of one of RSS."""
        href = attributes and (
            _attribute(attributes, "url") or _attribute(attributes, "uri") or _attribute(attributes, "href")
        )
        if not href:
            if attributes and _attribute(attributes, "href", "-") == "":
                raise DeclinedError("a link to nowhere")
            self._open("link")
        elif (
            _attribute(attributes, "rel", "alternate").lower() == "alternate"
            and _attribute(attributes, "type", "text/html").lower() in _HTML_TYPES
            and self.entry is not None
        ):
            self.entry.set_link(resolved(href, self.base))

    def _start_source(self, attributes: dict[str, str]) -> None:
        entry = self.entry
        if entry is None or entry.in_source or entry.source:
            raise DeclinedError("two sources")
        entry.title_depth = -1
        entry.in_source = True
        if url := _attribute(attributes, "url"):
            entry.source["href"] = url
        self.source_depth = self.depth
        self._open("source")

    def _end_source(self) -> None:
        self.source_depth = _NOWHERE
        if self.entry is not None:
            self.entry.in_source = False

    # Text of elements.

    def _open(self, field: str, attributes: dict[str, str] | None = None) -> None:
        """Begin to collect the text of an element."""
        self.field = field
        self.field_depth = self.depth
        self.is_escaped = False
        pieces: list[str] = []
        self.pieces = pieces
        self.parser.CharacterDataHandler = pieces.append
        if attributes:
            content_type = _attribute(attributes, "type").lower()
            if content_type not in _TEXT_TYPES or _attribute(attributes, "mode") == "base64":
                raise DeclinedError(f"content of type {content_type or 'base64'}")
            if content_type in _XHTML_TYPES:
                self._escape_text()

    def _close(self, depth: int) -> None:
        """Keep the text collected."""
        self.parser.CharacterDataHandler = None
        field = self.field
        self.field = ""
        text = "".join(self.pieces).strip()
        if not text.isascii():
            text = mended(text)
        if self.entry is None:
            self._keep_of_feed(field, text)
        elif field == "source":
            if text:
                self.entry.source["title"] = text
            self._end_source()
        else:
            self.entry.store(field, text, depth, self.base)

    def _escape_text(self) -> None:
        """From here on text stands beside markup: a literal `<` must not look like a tag."""
        self.is_escaped = True
        append = self.pieces.append
        self.parser.CharacterDataHandler = lambda text: append(
            text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        )

    def _start_inline(self, name: str) -> None:
        """Handle an element within a text element."""
        field = self.field
        if field in _MARKUP_FIELDS:
            if action_of(name, self.prefixes) or self.depth > _MAX_DEPTH:
                raise DeclinedError(f"element {name.rpartition(' ')[2]} within {field}")
            local = name.rpartition(" ")[2].lower()
            if not self.is_escaped and local != "div":
                self._escape_text()
            if self.is_escaped:
                self.pieces.append(f"<{local}>")
        elif field == "source":
            # a source of Atom: its parts are elements of their own; one of RSS has text and no parts
            if (self.entry is not None and self.entry.source) or "".join(self.pieces).strip():
                raise DeclinedError("an element within a source of RSS")
            self.field = ""
            self.parser.CharacterDataHandler = None
        elif field == "author":
            if action_of(name, self.prefixes):
                raise DeclinedError("an element within author")
            self.pieces.clear()
        else:
            raise DeclinedError(f"an element within {field}")

    def _end_inline(self, name: str) -> None:
        local = name.rpartition(" ")[2].lower()
        if self.field != "author":
            if self.is_escaped:
                self.pieces.append(f"</{local}>")
            return
        if local == "name" and self.entry is not None:
            self.entry.store("author", mended("".join(self.pieces).strip()), 0, "")
        self.pieces.clear()


def _attribute(attributes: dict[str, str], name: str, default: str = "") -> str:
    """Return an attribute whatever the case of its name."""
    value = attributes.get(name)
    if value is not None:
        return value
    for key, value in attributes.items():
        if key.lower() == name:
            return value
    return default
