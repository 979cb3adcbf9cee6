"""Whether a text changed in its counters alone: points, comments, votes, minutes ago. Pure.

Link sites print them into every summary, and each poll would be a revision of everything. A number that changed is a
counter where its neighbour is a known word for one, or where numbers beside that very word changed in nearly all
entries of one answer. Any other number is news: three held, then five.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

# So many entries of one answer, and so much of what changed in it, must have changed beside an unknown word before it
# is taken for a counter's: fewer may be the toll of one day.
MANY, NEARLY_ALL = 10, 0.8
_NUMBER = re.compile(r"\d+(?:[.,\u202f\u00a0 ]\d{3})*(?:[.,]\d+)?[kKmM]?(?![^\W\d_])")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[^\w.!?\n]{0,4}$")
_WORD_BEHIND = re.compile(r"[^\w.!?\n]{0,4}([^\W\d_]+)")
_REACH = 40  # characters on each side that are looked at
_COUNTER_WORDS = (
    "points point comments comment votes vote upvotes upvote downvotes likes like shares share"
    " views view replies reply retweets reposts karma stars claps reactions downloads listens"
    " followers subscribers kommentare kommentar aufrufe stimmen commentaires commentaire vues"
    " partages réactions comentarios comentario votos vistas visualizaciones visitas compartidos"
    " comentários comentário visualizações commenti commento visualizzazioni reacties reactie"
    " weergaven kommentarer visninger komentarze komentarzy wyświetleń komentáře komentářů yorum"
    " yorumlar görüntülenme комментарии комментариев комментария комментарий просмотров просмотра"
    " просмотры коментарі коментарів переглядів تعليقات تعليق مشاهدة مشاهدات بازدید תגובות צפיות 评论"
    " 條評論 条评论 阅读 浏览 点赞 コメント ブックマーク 댓글 조회"
)
_COUNTERS = frozenset(_COUNTER_WORDS.split())
# How long ago, in words: it changes by itself, "59 minutes" to "an hour".
_AGO = re.compile(
    r"\b(?:\d+|an?|one) \w+ ago\b|\bjust now\b|\bvor (?:\d+|einer|einem) \w+|\bil y a (?:\d+|une?) \w+"
    r"|\bhace (?:\d+|una?) \w+|\bhá (?:\d+|uma?) \w+|\b\d+ \w+ (?:fa|geleden|temu|önce)\b"
    r"|\b(?:\d+ )?\w+ (?:назад|тому)\b|منذ (?:\d+ )?\w+|\d+ ?(?:秒|分钟|分鐘|分|小时|小時|時間|天|日) ?前"
    r"|\d+ ?(?:초|분|시간|일) ?전",
    re.IGNORECASE,
)


def only_counters(pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """Return for each old and new text of one answer whether they differ in counters alone."""
    masked = [(_AGO.sub("\x1f", old), _AGO.sub("\x1f", new)) for old, new in pairs]
    changes = [_changed_numbers(old, new) for old, new in masked]
    beside = Counter(word for change in changes for word in {word for words in change or () for word in words})
    learned = {word for word, n in beside.items() if n >= max(MANY, NEARLY_ALL * len(pairs))}
    known = _COUNTERS | learned
    return [change is not None and all(known.intersection(words) for words in change) for change in changes]


def _changed_numbers(old: str, new: str) -> list[tuple[str, ...]] | None:
    """Return the words beside each number that changed, None where anything else did."""
    if _NUMBER.sub("0", old) != _NUMBER.sub("0", new):
        return None
    numbers = zip(_NUMBER.finditer(old), _NUMBER.finditer(new), strict=True)
    return [_beside(new, after) for before, after in numbers if before[0] != after[0]]


def _beside(text: str, number: re.Match[str]) -> tuple[str, ...]:
    """Return the words right before and right behind a number."""
    before = _WORD_BEFORE.search(text[max(0, number.start() - _REACH) : number.start()])
    behind = _WORD_BEHIND.match(text[number.end() : number.end() + _REACH])
    return tuple(match[1].casefold() for match in (before, behind) if match)
