"""The article of a page by paragraph density: the reader that needs no extra package.

The article is where paragraphs with much text and few links stand together. Tuned numbers carry their reason; the
figure they reach is in docs/collection.md. Runs inside the killable child (article.py).
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

_DROPPED = (
    "script", "style", "noscript", "template", "iframe", "svg", "form", "button", "select", "nav", "footer", "aside",
    "figure", "figcaption", "video", "audio", "canvas", "dialog", "menu", "input", "textarea", "object", "label",
)  # fmt: skip
# Names sites give to what stands around an article. Matched as whole words of class and id.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:comments?|disqus|footer|sidebar|share|sharing|social|related|recommend\w*|promo\w*|newsletter|subscribe"
    r"|advert\w*|ads?|sponsor\w*|breadcrumbs?|nav|navigation|menu|cookie\w*|popup|modal|widget|byline|author-?bio|tags?"
    r"|taboola|outbrain|caption|credit|trending|popular|more-?(?:from|on|stories)|masthead|toolbar|pagination)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "pre", "td", "th", "div", "dd", "dt", "section",
     "article", "main", "body", "center", "header", "ul", "ol", "table", "tr")
)  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# A paragraph shorter than this, in characters, is more often a label than a sentence.
_MIN_PARAGRAPH = 25
# Over this share of its text in links, a block is a list of links.
_MAX_LINK_SHARE = 0.5
# How much of a paragraph's weight its block's ancestors get: the parent holds its siblings; the grandparent holds the
# sections of an article whose sections have a wrapper each.
_SHARES = (1.0, 0.5, 0.25)
# Blocks of one article have a common ancestor within so many steps, and so many characters of paragraphs each.
_NEAR = 4
_MIN_PART = 150.0


class Paragraph:
    """A run of text without a block element or line break in it, and how much of it stands in links."""

    __slots__ = ("block", "n_linked", "text")

    def __init__(self, block: Any, text: str, n_linked: int) -> None:
        self.block, self.text, self.n_linked = block, text, n_linked

    @property
    def weight(self) -> float:
        """Return the characters that speak for an article here."""
        if len(self.text) < _MIN_PARAGRAPH or self.n_linked > _MAX_LINK_SHARE * len(self.text):
            return 0.0
        return float(len(self.text) - self.n_linked)


def densest_text(tree: Any) -> str:
    """Return the article's text, a line per paragraph; empty where no part of the page reads like an article."""
    if tree is None:
        return ""
    _drop_furniture(tree)
    paragraphs = _paragraphs(tree)
    scores: dict[Any, float] = defaultdict(float)
    for paragraph in paragraphs:
        ancestor = paragraph.block if paragraph.block.tag in ("div", "td", "article", "body") else None
        ancestor = paragraph.block.getparent() if ancestor is None else ancestor
        for share in _SHARES:
            if ancestor is None or not paragraph.weight:
                break
            scores[ancestor] += paragraph.weight * share
            ancestor = ancestor.getparent()
    if not scores:
        return ""
    best = max(scores, key=lambda element: scores[element])
    inside = {element for part in _parts(best, scores) for element in part.iter()}
    return "\n".join(_kept_lines([paragraph for paragraph in paragraphs if paragraph.block in inside]))


def _parts(best: Any, scores: dict[Any, float]) -> list[Any]:
    """Return the best block with the other blocks of its kind near it: advertisements cut an article into several."""
    kind = (best.tag, best.get("class", "").split())
    if not kind[1]:
        return [best]
    near = list(best.iterancestors())[:_NEAR]
    return [best] + [
        element
        for element, score in scores.items()
        if element is not best and score >= _MIN_PART and (element.tag, element.get("class", "").split()) == kind
        and any(ancestor in near for ancestor in element.iterancestors())
    ]  # fmt: skip


def _kept_lines(paragraphs: list[Paragraph]) -> list[str]:
    """Leave out link lists, labels, repeats and headings with nothing under them."""
    lines: list[str] = []
    heading = ""
    for paragraph in paragraphs:
        if paragraph.block.tag in _HEADINGS:
            heading = paragraph.text if paragraph.block.tag != "h1" else ""
        elif paragraph.n_linked > _MAX_LINK_SHARE * len(paragraph.text) and len(paragraph.text) < 200:
            heading = ""
        elif paragraph.block.tag in ("p", "blockquote", "pre") or len(paragraph.text) >= _MIN_PARAGRAPH:
            if heading:
                lines.append(heading)
                heading = ""
            if not lines or lines[-1] != paragraph.text:
                lines.append(paragraph.text)
    return lines


class _Cutter:
    """Cuts a page into paragraphs: text runs until a block begins or ends, or a line breaks."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self._pieces: list[str] = []
        self._n_linked = 0

    def take(self, text: str | None, *, linked: bool) -> None:
        """Add text to the run."""
        if text:
            self._pieces.append(text)
            self._n_linked += len(text.strip()) if linked else 0

    def cut(self, block: Any) -> None:
        """End the run; it stands in `block`."""
        text = " ".join("".join(self._pieces).split())
        if text:
            self.paragraphs.append(Paragraph(block, text, self._n_linked))
        self._pieces.clear()
        self._n_linked = 0


def _paragraphs(tree: Any) -> list[Paragraph]:
    """Cut the page into paragraphs, in order. A stack and no recursion: pages nest as deep as they like."""
    cutter = _Cutter()
    # (element, the block it stands in, whether in a link, whether it closes)
    stack: list[tuple[Any, Any, bool, bool]] = [(tree, tree, False, False)]
    while stack:
        element, block, linked, closes = stack.pop()
        is_block = element.tag in _BLOCKS
        if closes:
            if is_block:
                cutter.cut(element)
            cutter.take(element.tail, linked=linked)
            continue
        if is_block or element.tag == "br":
            cutter.cut(block)
        stack.append((element, block, linked, True))
        inner_linked = linked or element.tag == "a"
        cutter.take(element.text, linked=inner_linked)
        inner_block = element if is_block else block
        stack.extend((child, inner_block, inner_linked, False) for child in reversed(element))
    cutter.cut(tree)
    return cutter.paragraphs


def _drop_furniture(tree: Any) -> None:
    for element in list(tree.iter(*_DROPPED)):
        _drop(element)
    for element in list(tree.iter("div", "section", "ul", "ol", "p", "span", "header", "a", "table")):
        names = f"{element.get('class', '')} {element.get('id', '')}"
        if names != " " and _FURNITURE.search(names) and not _is_most_of(element, tree):
            _drop(element)


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _is_most_of(element: Any, tree: Any) -> bool:
    """Say whether an element holds so much of the page's text that its name must mislead (`page-with-sidebar`)."""
    return len(element.text_content()) * 2.5 > len(tree.text_content())
