"""Words of a text marked where the model's reasons matched: plain segments for the template, never HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.surfaces import safe


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """Return (piece, matched) pairs that joined give the harmless text; matching ignores case."""
    clean = safe.block(text)
    wanted = sorted({word.strip() for word in words if len(word.strip()) > 1}, key=len, reverse=True)
    if not wanted:
        return [(clean, False)]
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in wanted[:40]), re.IGNORECASE)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for match in pattern.finditer(clean):
        if match.start() > at:
            pieces.append((clean[at : match.start()], False))
        pieces.append((match[0], True))
        at = match.end()
    pieces.append((clean[at:], False))
    return [piece for piece in pieces if piece[0]]
