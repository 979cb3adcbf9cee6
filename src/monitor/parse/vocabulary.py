"""What the elements of RSS, RDF and Atom mean to the fast reader: names to actions.

Data and one pure function. The table follows what feedparser makes of each element, since the two must agree; it names
all elements that bear on title, link, id, text, dates, author and source of an entry, and those that change how others
are read (`decline`: leave the document to feedparser).
"""

from __future__ import annotations

from functools import lru_cache

# Namespaces whose elements are read without a prefix.
_PLAIN = (
    "http://backend.userland.com/rss",
    "http://blogs.law.harvard.edu/tech/rss",
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://purl.org/rss/1.0/modules/rss091#",
    "http://www.w3.org/2005/atom",
    "http://purl.org/atom/ns#",
    "http://purl.org/pie/",
    "http://purl.org/echo/",
    "http://example.com/newformat#",
    "http://example.com/necho",
    "uri/of/echo/namespace#",
)
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://podlove.org/simple-chapters": "psc",
    "http://web.resource.org/cc/": "cc",
    "http://webns.net/mvcb/": "admin",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "creativecommons",
}
NAMESPACES = {**dict.fromkeys(_PLAIN, ""), **_PREFIXES}
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# element -> action; the action `x` of a text field is also the name the text is stored under.
_ACTIONS = {
    "item entry": "entry",
    "title dc:title": "title",
    "media:title": "media-title",
    "link": "link",
    "guid id": "id",
    "description dc:description": "description",
    "media:description": "caption",
    "summary itunes:summary": "summary",
    "content": "content",
    "content:encoded fullitem": "encoded",
    "published issued pubdate dcterms:issued": "published",
    "updated modified lastbuilddate dc:date dcterms:modified": "updated",
    "created dcterms:created": "created",
    "author managingeditor dc:author dc:creator itunes:author": "author",
    "source": "source",
    "language dc:language": "language",
    "ttl": "ttl",
    "hour": "hour",
    "rss": "root",
    "rdf:rdf": "root",
    "feed": "root",
    "channel": "channel",
    # `image` holds a title and a link of its own; in an entry feedparser mixes them with the entry's.
    "image textinput": "inner",
    # Rare elements that feedparser treats in ways not worth repeating.
    "body xhtml:body abstract svg math": "decline",
}
ELEMENTS = {name: action for names, action in _ACTIONS.items() for name in names.split()}
# Prefixes feedparser goes by even where the namespace is an unknown one.
KNOWN_PREFIXES = frozenset(name.partition(":")[0] for name in ELEMENTS if ":" in name)
# Longer tags are not kept in memory.
_USUAL_LENGTH = 200


def action_of(tag: str, prefixes: dict[str, str]) -> str:
    """Return the action for a tag ("{namespace}local" or "local"); "" means: of no concern.

    `prefixes` maps the namespaces of this document to their prefix ("" for a default namespace).
    """
    action = _action_anywhere(tag) if len(tag) < _USUAL_LENGTH else _action_anywhere.__wrapped__(tag)
    if action is None:
        namespace, _, local = tag[1:].rpartition("}")
        prefix = prefixes.get(namespace, "")
        # feedparser would read an unknown default namespace, or a known prefix, as if it were the real one
        is_misread = (not prefix or prefix in KNOWN_PREFIXES) and (prefix or local.lower() in ELEMENTS)
        return "decline" if is_misread else ""
    return action


@lru_cache(maxsize=1024)
def _action_anywhere(tag: str) -> str | None:
    """Return the action for a tag in no namespace or a known one; None where it depends on the prefix."""
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    local = local.lower()
    namespace = namespace.lower()
    prefix = NAMESPACES.get(namespace) if namespace else ""
    if prefix is None and "backend.userland.com/rss" in namespace:
        prefix = ""
    if prefix is None:
        return None
    return ELEMENTS.get(f"{prefix}:{local}" if prefix else local, "")


def local_name(tag: str) -> str:
    """Return a tag's local name in lower case."""
    return tag.rpartition("}")[2].lower()
