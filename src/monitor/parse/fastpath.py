"""The fast reader: well-formed RSS, RDF and Atom by the standard library's tree builder, at a twentieth of the cost.

It says what feedparser says, or nothing: whatever is rare, odd or dangerous (a DTD, an entity, markup where none
belongs, base64, a base that changes within the document) is declined with a reason, and the caller asks feedparser. A
differential test over both parsers' own test suites and over real feeds holds the two equal. What an entry says is
fastentry.py's, what names mean vocabulary.py's; JSON Feed is jsonfeed.py's.

The tree is bounded: a document goes in by pieces, and what has been read is cut off after each. One that piles up
elements, names or text in a single entry beyond any real one is declined.
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Iterator, Set
from contextlib import contextmanager
from typing import cast
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser, XMLPullParser
from xml.parsers import expat

from monitor.parse.fastentry import Names, is_of_cdf, read_entry
from monitor.parse.fasttext import cleaned, text_of
from monitor.parse.raw import MAX_READ, DeclinedError, RawFeed
from monitor.parse.vocabulary import NAMESPACES, XML_LANG

# Up to so many bytes a document is read as a whole, a larger one by pieces, what is read being cut off after each. A
# byte of tags makes up to 100 bytes of tree.
WHOLE, PIECE = 256 << 10, 64 << 10
# Beyond any feed: blocks of memory piled up (some 70 bytes each), names and namespaces, characters of a single element,
# pieces in a row within a single tag or comment.
_MAX_BLOCKS, _MAX_NAMES, _MAX_SIZE, _MAX_IDLE = 600_000, 5_000, 12 << 20, 8 * PIECE
# The tree builder copies an element's text for each comment in it: so many characters at most. So many open elements,
# counted once a piece.
_MAX_COPIED, _MAX_OPEN = 2 << 30, 4_000_000
# A document whose root element follows the XML declaration has no document type.
_PLAIN_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^<>?]*\?>\s*)?<[A-Za-z_]")
_PROLOG = 64 << 10
# Without these a UTF-8 document holds no letter of U+0080 to U+00BF, and so none that may need mending: the byte they
# begin with; a reference by number; UTF-16.
_MENDING = (b"\xc2", b"#", b"\0")
_NOWHERE = -1
_TEXTS_OF_FEED = frozenset({"title", "language", "ttl", "hour", "link"})
_NEED_THEIR_END = _TEXTS_OF_FEED | {"entry"}


def read_fast(document: bytes, *, whole: int = WHOLE, piece: int = PIECE) -> RawFeed:
    """Return what a UTF-8 document says, read in pieces where it has more than `whole` bytes.

    Raises DeclinedError where feedparser must be asked.
    """
    if not _PLAIN_START.match(document):
        _decline_doctype(document)
    reader = _Reader(is_sound=not any(sign in document for sign in _MENDING))
    try:
        reader.parse(document, whole, piece)
    except ParseError as error:
        raise DeclinedError(f"not well-formed: {error}") from error
    if not reader.feed.version:
        raise DeclinedError("no known root element")
    return reader.feed


def _decline_doctype(document: bytes) -> None:
    """Decline a document with a DTD, before the tree builder sees it: entities are where the attacks are."""
    if b"<!DOCTYPE" not in document and b"\0" not in document:
        return
    # The letters may stand in a text. What precedes the root element is parsed; nothing is expanded there.
    is_started: list[bool] = []
    parser = expat.ParserCreate("utf-8")

    def doctype(*_: object) -> None:
        raise DeclinedError("a document type declaration")

    def start(*_: object) -> None:
        parser.StartElementHandler = parser.StartDoctypeDeclHandler = None
        is_started.append(True)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    try:
        parser.Parse(document[:_PROLOG], False)
    except expat.ExpatError:
        pass  # after the root element began, the tree builder says so; before, there is none
    finally:
        parser.StartElementHandler = parser.StartDoctypeDeclHandler = None
    if not is_started:
        raise DeclinedError("no root element")


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector away: what it frees of others' meanwhile would let a tree grow by as much past its bound."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Reader:
    """One document in reading. `path` leads to where it stands: each element with the number of children read."""

    __slots__ = ("builder", "feed", "inner_depth", "names", "namespaces", "parser", "path")

    def __init__(self, is_sound: bool) -> None:
        self.feed = RawFeed(entries=[], skip_hours=[])
        self.names = Names(is_sound)
        self.inner_depth = _NOWHERE
        self.builder = TreeBuilder()
        self.path: list[tuple[Element, int]] = [(self.builder.start("", {}), 0)]
        self.parser = XMLParser(target=self.builder, encoding="utf-8")  # noqa: S314 - no DTD comes here, see above
        self.namespaces = XMLPullParser(["start-ns"], _parser=self.parser)

    def parse(self, document: bytes, whole: int, piece_size: int) -> None:
        """Read a document."""
        if len(document) <= whole:
            self.parser.feed(document)
        else:
            with _no_collection():
                self.feed_pieces(document, piece_size)
        self.parser.close()
        self.walk(is_open=frozenset())

    def feed_pieces(self, document: bytes, piece_size: int) -> None:
        """Parse a large document, reading what has ended and cutting it off as it comes."""
        names = self.names
        n_blocks = sys.getallocatedblocks()
        n_idle = n_copied = n_open = size = 0
        for start in range(0, len(document), piece_size):
            piece = document[start : start + piece_size]
            n_copied += piece.count(b"-->") * size
            if (
                max(n_copied // _MAX_COPIED, n_open // _MAX_OPEN, n_idle * piece_size // _MAX_IDLE, size // _MAX_SIZE)
                or len(names.actions) + len(names.prefixes) > _MAX_NAMES
                or sys.getallocatedblocks() - n_blocks > _MAX_BLOCKS
            ):
                raise DeclinedError("more in one element than any feed has")
            self.parser.feed(piece)
            edge = self.right_edge()
            n_open += len(edge)
            size, size_before = _size_of(edge), size
            has_moved = self.walk(is_open=set(edge))
            n_idle = 0 if has_moved or size != size_before else n_idle + 1

    def right_edge(self) -> list[Element]:
        """Return all elements that may not have ended: the last child, its last child, and so on."""
        self.builder.comment("")  # makes the builder hand over the text it has; the comment itself is dropped
        element = self.path[0][0]
        edge = [element]
        while len(element):
            element = element[-1]
            edge.append(element)
        return edge

    def walk(self, is_open: Set[Element]) -> bool:
        """Read what has ended, and cut it off the tree; say whether there was anything."""
        self.note_prefixes()
        path = self.path
        has_moved = False
        while path:
            parent, index = path[-1]
            n_read, container = self.read_children(parent, index, is_open)
            has_moved = has_moved or n_read > index
            path[-1] = (parent, n_read)
            if container is not None:
                path.append((container, 0))
            elif parent in is_open:
                break
            else:
                path.pop()
                if len(path) == self.inner_depth:
                    self.inner_depth = _NOWHERE
        self.prune()
        return has_moved

    def read_children(self, parent: Element, index: int, is_open: Set[Element]) -> tuple[int, Element | None]:
        """Read children from `index` on; return how many are read, and the last if its own children come next."""
        depth = len(self.path)
        n_children = len(parent)
        while index < n_children:
            child = parent[index]
            action = self.names.actions[child.tag]
            if action in _NEED_THEIR_END and child in is_open:
                break
            index += 1
            if action == "entry":
                self.take_entry(child, depth)
            elif self.visit(child, action, depth):
                if len(child) or child in is_open:
                    return index, child
                if self.inner_depth == depth:
                    self.inner_depth = _NOWHERE
        return index, None

    def take_entry(self, item: Element, depth: int) -> None:
        feed = self.feed
        if not feed.version:
            raise DeclinedError("an entry outside a feed")
        entry = read_entry(item, depth, self.names)
        if len(feed.entries) < MAX_READ:
            feed.entries.append(entry)
        else:  # the second half of the list is a ring: what stands last in the document is kept
            half = MAX_READ // 2
            feed.entries[half + feed.n_dropped % half] = entry
            feed.n_dropped += 1

    def note_prefixes(self) -> None:
        """Note the prefixes that namespaces go by."""
        prefixes = self.names.prefixes
        for event in self.namespaces.read_events():
            prefix, uri = cast("tuple[str, tuple[str, str]]", event)[1]
            if not uri:
                continue
            if prefixes.setdefault(uri, prefix) != prefix and uri.lower() not in NAMESPACES:
                raise DeclinedError("an unknown namespace under two prefixes")
            if " " in uri:
                raise DeclinedError("a namespace that is no address")

    def prune(self) -> None:
        """Cut off what has been read, save the last child: the path may lead through it, or text may follow it."""
        for level, (parent, index) in enumerate(self.path):
            if index > 1:
                del parent[: index - 1]
                self.path[level] = (parent, 1)

    def visit(self, element: Element, action: str, depth: int) -> bool:
        """Take an element that is no entry; say whether its children are to be visited as well."""
        self.names.note_base(element, depth)
        if action == "link":
            action = self.take_link(element)
        if action in _TEXTS_OF_FEED and self.inner_depth == _NOWHERE:
            self.take_text(action, element, depth)
            return False
        if action == "root":
            if depth > 1:
                raise DeclinedError("a root element within the document")
            self.feed.version = "feed"
            self.feed.language = element.get(XML_LANG, "")
        elif action == "inner":
            self.inner_depth = depth
        elif action == "channel" and is_of_cdf(element):
            raise DeclinedError("a channel of CDF")
        return True

    def take_link(self, element: Element) -> str:
        """Take the link of a feed from its attributes, or say that its text is the link."""
        if self.feed.link:
            return ""
        href = element.get("href")
        if href is None:
            return "link"
        if element.get("rel", "alternate") == "alternate":
            self.feed.link = href
        return ""

    def take_text(self, field: str, element: Element, depth: int) -> None:
        """Take a text of the feed itself; the first that says something counts."""
        if field == "link" and not len(element):
            text = cleaned(element.text)  # whatever its attributes say
        else:
            text = text_of(element, depth, self.names.actions, may_hold_markup=field == "title")
        if field == "hour":
            self.feed.skip_hours.append(text)
        elif not getattr(self.feed, field):
            setattr(self.feed, field, text)


def _size_of(edge: list[Element]) -> int:
    """Return how much stands on the right edge. To ask for a text makes one string of its many pieces."""
    return sum(len(element.text or "") + len(element.tail or "") + len(element) for element in edge)
