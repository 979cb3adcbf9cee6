"""The entry in the fast reader's hands: which of several elements counts, and how its text is put right.

The rules are feedparser's, because both readers must agree: an element counts at any depth; the last one wins unless
an earlier one stood less deep; a title keeps later titles out; a second description is the content; a guid is a link
where there is none; what stands within `source` belongs to the source.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from monitor.feeds.raw import RawEntry

_EXTRA_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)/+")
_LINK_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
# windows-1252 letters sent as C1 control codes.
_C1 = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
_HAS_C1 = re.compile("[\x80-\x9f]").search


class EntryRules:
    """What is known of one entry so far. `source` is the same for its source element."""

    __slots__ = ("_depths", "has_content", "in_source", "is_permalink", "source", "title_depth", "values")

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.source: dict[str, str] = {}
        self.in_source = self.has_content = self.is_permalink = False
        self.title_depth = -1
        self._depths: dict[str, int] = {}

    def text_field(self, action: str) -> str:
        """Return the field a text element fills: a second summary is the content, unless there is content."""
        if action == "encoded" or action == "content":
            self.has_content = True
            return "content"
        known = self.source if self.in_source else self.values
        if "summary" in known and not self.has_content:
            self.has_content = True
            return "content"
        return "summary"

    def store(self, field: str, text: str, depth: int, base: str) -> None:
        """Take the text of an element that ended at `depth`."""
        if field == "summary":
            self._keep(field, text, depth)
        elif field == "link":
            self.set_link(resolved(_LINK_REFERENCE.sub(r"&\1", text.replace("&amp;", "&")), base))
        elif field == "id":
            self._store_id(text, depth, base)
        elif field == "title" or field == "media-title":
            self._store_title(field, text, depth)
        elif field == "content":
            if not self.in_source:
                self.values.setdefault("content", text)
                self.values.setdefault("summary", text)
        else:
            self._keep(field, text, depth)

    def set_link(self, link: str) -> None:
        """Take a link; the last one wins."""
        (self.source if self.in_source else self.values)["link"] = link

    def as_raw(self, language: str) -> RawEntry:
        """Return what the entry came to."""
        get = self.values.get
        source = self.source.get
        return RawEntry(
            guid=get("id", ""),
            link=get("link", ""),
            title=get("title", ""),
            summary=get("summary", ""),
            content=get("content", ""),
            published=get("published", ""),
            updated=get("updated", ""),
            created=get("created", ""),
            lang=get("language", language),
            author=get("author", ""),
            source_name=source("title", "") if self.source else "",
            source_url=(source("href") or source("link", "")) if self.source else "",
        )

    def _store_id(self, text: str, depth: int, base: str) -> None:
        if self.is_permalink and text:
            text = resolved(text, base)
        self._keep("id", text, depth)
        if self.is_permalink:
            (self.source if self.in_source else self.values).setdefault("link", text)

    def _store_title(self, field: str, text: str, depth: int) -> None:
        if not -1 < self.title_depth <= depth:
            self._keep("title", text, depth)
        if text and field == "title":
            self.title_depth = depth

    def _keep(self, field: str, text: str, depth: int) -> None:
        if self.in_source:
            self.source[field] = text
            return
        known = self._depths.get(field)
        if known is None or depth <= known:
            self._depths[field] = depth
            self.values[field] = text


def mended(text: str) -> str:
    """Undo UTF-8 that was encoded twice, and read C1 control codes as the windows-1252 letters they stand for."""
    try:  # noqa: SIM105 - suppress() costs more than the attempt
        text = text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        pass
    return text.translate(_C1) if _HAS_C1(text) else text


def resolved(link: str, base: str) -> str:
    """Return a link as feedparser does: surplus slashes gone, joined to the document's base if it states one."""
    if ":///" in link:
        link = _EXTRA_SLASHES.sub(r"\1", link)
    if base:
        try:
            return urljoin(base, link)
        except ValueError:
            return ""
    return link
