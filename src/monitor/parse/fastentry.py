"""An entry in the fast reader's hands: which of several elements counts, and what each says.

The rules are feedparser's, because both readers must agree: an element counts at any depth; the last one wins unless
an earlier one stood less deep; a title keeps later titles out; a second description is the content; a guid is a link
where there is none; what stands within `source` belongs to the source. Most entries never need them: where every
element stands once, directly in the entry and without markup, `_take_plainly` takes them as they come.
"""

from __future__ import annotations

from collections.abc import KeysView
from xml.etree.ElementTree import Element

from monitor.parse.fastlink import enclosure_of, href_of, is_permalink, link_of, link_text, resolved
from monitor.parse.fasttext import (
    MAX_DEPTH,
    attributes_of,
    cleaned,
    escaped,
    is_xhtml,
    mended,
    text_of,
)
from monitor.parse.raw import DeclinedError, RawEntry
from monitor.parse.vocabulary import RDF_ABOUT, XML_BASE, XML_LANG, action_of, local_name

# Fields that may hold markup; in any other, a child element is declined.
_MARKUP_FIELDS = frozenset({"title", "media-title", "summary", "content", "caption"})
_TEXTS = frozenset({"description", "summary", "content", "encoded"})
# What the text of an element is stored as, where no other element competes for it.
_SLOTS = {"description": "summary", "encoded": "content", "media-title": "title"}
_NOT_IN_ENTRIES = frozenset({"entry", "inner", "root", "channel"})
# A base on these bears on links within their text only, which nobody follows.
_BASE_IS_HARMLESS = frozenset(
    {"title", "media-title", "description", "summary", "content", "encoded", "author", "caption"}
)
# The ends of a tag whose local name is `name`.
_NAMES = frozenset({"}name", "name"})


class TagActions(dict[str, str]):
    """Tag -> action, filled as tags turn up. Raises DeclinedError for a tag that must be left to feedparser."""

    def __init__(self, prefixes: dict[str, str]) -> None:
        self.prefixes = prefixes

    def __missing__(self, tag: str) -> str:
        action = action_of(tag, self.prefixes)
        if action == "decline":
            raise DeclinedError(f"element {local_name(tag)}")
        self[tag] = action
        return action


class _Slots(dict[str, str]):
    """Tag -> field of an entry it fills ("" for none), filled as tags turn up."""

    def __init__(self, actions: TagActions) -> None:
        self.actions = actions

    def __missing__(self, tag: str) -> str:
        action = self.actions[tag]
        if action in _NOT_IN_ENTRIES:
            raise DeclinedError(f"element {local_name(tag)} within an entry")
        slot = self[tag] = _SLOTS.get(action, action)
        return slot


class Names:
    """What the tags of one document mean, the address its links are relative to, whether no letter needs mending."""

    __slots__ = ("actions", "base", "is_sound", "prefixes", "slots")

    def __init__(self, is_sound: bool) -> None:
        self.is_sound = is_sound
        self.prefixes: dict[str, str] = {}
        self.actions = TagActions(self.prefixes)
        self.slots = _Slots(self.actions)
        self.base = ""

    def note_base(self, element: Element, depth: int) -> None:
        """Take the base of the root; decline one that changes within the document and bears on a link."""
        base = element.get(XML_BASE)
        if base is None:
            return
        action = self.actions[element.tag]
        if action == "root" and depth == 1 and base.startswith(("http://", "https://")):
            self.base = base
        elif base != self.base and action not in _BASE_IS_HARMLESS:
            raise DeclinedError("a base that changes within the document")


def is_of_cdf(element: Element) -> bool:
    """Say whether a channel or an item is one of CDF, a format of 1997."""
    return element.get("lastmod") is not None or element.get("href") is not None


def read_entry(item: Element, depth: int, names: Names) -> RawEntry:
    """Return what an entry says. Raises DeclinedError where feedparser must be asked."""
    language = about = ""
    if item.keys():
        if is_of_cdf(item):
            raise DeclinedError("an item of CDF")
        names.note_base(item, depth)
        language = item.get(XML_LANG, "")
        about = item.get(RDF_ABOUT, "")
    values = {"id": about} if about else {}
    if not _take_plainly(item, names, values):
        rules = _Rules(names)
        rules.values["id"] = about
        rules.take(item, depth + 1)
        values = rules.as_values()
    get = values.get
    content = get("content", "")
    link = get("link", "")
    enclosure = "" if link[:4].lower() == "http" else enclosure_of(item, names.base)
    return RawEntry(
        get("id", ""),
        link,
        get("title", ""),
        get("summary", content),
        content,
        get("published", ""),
        get("updated", ""),
        get("created", ""),
        get("language", language),
        get("author", ""),
        get("source", ""),
        get("source_url", ""),
        get("caption", ""),
        enclosure,
    )


def _take_plainly(item: Element, names: Names, values: dict[str, str]) -> bool:
    """Take an entry whose elements do not compete; False, with nothing of worth taken, where any do."""
    slots, base, is_sound = names.slots, names.base, names.is_sound
    for child in item:
        slot = slots[child.tag]
        keys = child.keys()
        if not slot:
            if XML_BASE in keys or (len(child) and _text_of_parts(child, slot, slots) is None):
                return False
            continue
        text: str | None = child.text
        if len(child):
            text = _text_of_parts(child, slot, slots)
            if text is None:
                return False
        if text:
            text = text.strip()
            if not is_sound and not text.isascii():
                text = mended(text)
        if keys or slot == "id":
            if not _take_special(child, keys, slot, text or "", base, values):
                return False
        elif slot == "link":
            values["link"] = link_text(text or "", base)
        elif slot in values:
            return False
        else:
            values[slot] = text or ""
    return True


def _take_special(
    element: Element, keys: KeysView[str], slot: str, text: str, base: str, values: dict[str, str]
) -> bool:
    """Take an element that has attributes, or an id; False where it needs the rules."""
    if XML_BASE in keys:
        return False
    if slot == "link":
        link = link_of(element, base)
        if link is not None:
            values["link"] = link
    elif slot in values:
        return False
    elif slot == "id":
        if not keys or is_permalink(element):
            text = text and resolved(text, base)
            values.setdefault("link", text)
        values["id"] = text
    elif slot == "source":
        values["source_url"] = attributes_of(element).get("url", "")
        values["source"] = text
    else:
        values[slot] = text
        return not is_xhtml(element)
    return True


def _text_of_parts(element: Element, slot: str, slots: _Slots) -> str | None:
    """Return the text of an element with children that stand in nobody's way; None where they may.

    That is the name in an author of Atom, and nothing for an element of no concern.
    """
    text = ""
    n_names = 0
    for child in element:
        if slots[child.tag] or len(child) or child.get(XML_BASE) is not None:
            return None
        if child.tag[-5:].lower() in _NAMES:
            n_names += 1
            text = child.text or ""
    return text if not slot or (slot == "author" and n_names == 1) else None


class _Rules:
    """Which of several elements counts. `source` is for its elements what `values` is for the entry's."""

    __slots__ = ("depths", "has_content", "in_source", "names", "source", "title_depth", "values")

    def __init__(self, names: Names) -> None:
        self.names = names
        self.values: dict[str, str] = {}
        self.source: dict[str, str] = {}
        self.depths: dict[str, int] = {}
        self.in_source = self.has_content = False
        self.title_depth = -1

    def take(self, parent: Element, depth: int) -> None:
        """Take all elements within one, the first of them `depth` deep."""
        names = self.names
        for child in parent:
            if depth > MAX_DEPTH:
                raise DeclinedError("elements nested too deep")
            names.note_base(child, depth)
            if not names.slots[child.tag]:
                self.take(child, depth + 1)
                continue
            action = names.actions[child.tag]
            if action == "link":
                self.take_link(child, depth)
            elif action == "source":
                self.take_source(child, depth)
            elif action == "author":
                self.take_author(child, depth)
            elif action == "id":
                self.take_id(child, depth)
            else:
                self.take_text(self.field_of(action), child, depth)

    def as_values(self) -> dict[str, str]:
        """Return all that is filled, the source's name and address by names of their own."""
        get = self.source.get
        return {**self.values, "source": get("title", ""), "source_url": get("href") or get("link", "")}

    def field_of(self, action: str) -> str:
        """Return the field a text fills: a second summary is the content, unless there is content."""
        if action not in _TEXTS:
            return action
        if action == "encoded" or action == "content":
            self.has_content = True
            return "content"
        if "summary" in self.known and not self.has_content:
            self.has_content = True
            return "content"
        return "summary"

    @property
    def known(self) -> dict[str, str]:
        """What is filled at present: the entry or its source."""
        return self.source if self.in_source else self.values

    def take_text(self, field: str, element: Element, depth: int) -> None:
        text = text_of(element, depth, self.names.actions, field in _MARKUP_FIELDS)
        if field == "title" or field == "media-title":
            if not -1 < self.title_depth <= depth:
                self.keep("title", text, depth)
            if text and field == "title":
                self.title_depth = depth
        elif field != "content":
            self.keep(field, text, depth)
        elif not self.in_source:
            self.values.setdefault("content", text)
            self.values.setdefault("summary", text)

    def take_link(self, element: Element, depth: int) -> None:
        link = link_of(element, self.names.base)
        if link is not None:
            self.known["link"] = link
        if len(element):
            if not href_of(attributes_of(element)):
                raise DeclinedError("an element within a link")
            self.take(element, depth + 1)

    def take_id(self, element: Element, depth: int) -> None:
        if len(element):
            raise DeclinedError("an element within an id")
        text = cleaned(element.text)
        is_page = is_permalink(element)
        if is_page and text:
            text = resolved(text, self.names.base)
        self.keep("id", text, depth)
        if is_page:
            self.known.setdefault("link", text)

    def take_author(self, element: Element, depth: int) -> None:
        """Take an author's text, or the names among its parts."""
        if len(element):
            is_escaped = bool(element.keys()) and is_xhtml(element)
            text = self.take_names(element, depth + 1, is_escaped)
        else:
            text = text_of(element, depth, self.names.actions, may_hold_markup=False)
        self.keep("author", text, depth)

    def take_names(self, parent: Element, depth: int, is_escaped: bool) -> str:
        """Take each name as the author; return the text behind the last child."""
        text = parent.text
        for child in parent:
            if self.names.actions[child.tag] or depth > MAX_DEPTH:
                raise DeclinedError("an element within author")
            name = self.take_names(child, depth + 1, is_escaped)
            if local_name(child.tag) == "name":
                self.keep("author", name, 0)
            text = child.tail
        return cleaned(escaped(text) if text and is_escaped else text)

    def take_source(self, element: Element, depth: int) -> None:
        """Take a source: one of RSS has an address and text, one of Atom elements of its own."""
        if self.in_source or self.source:
            raise DeclinedError("two sources")
        self.title_depth = -1
        self.in_source = True
        has_parts = bool(len(element))
        text = cleaned(element.text)
        if element.keys() and (url := attributes_of(element).get("url")):
            self.source["href"] = url
        if has_parts:
            if text or self.source:
                raise DeclinedError("an element within a source of RSS")
            self.take(element, depth + 1)
        elif text:
            self.source["title"] = text
        self.in_source = False

    def keep(self, field: str, text: str, depth: int) -> None:
        """Keep the text of an element that stands `depth` deep."""
        if self.in_source:
            self.source[field] = text
            return
        known = self.depths.get(field)
        if known is None or depth <= known:
            self.depths[field] = depth
            self.values[field] = text
