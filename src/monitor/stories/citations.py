"""Which outlet's report an entry passes on: read from its words ("told NAME", "NAME reports", "– NAME", "Report: …").

Owns the ways of citing and the names looked for (newsrooms and agencies of data/*.txt, and any name before "newspaper",
"magazine", "news agency"). Only the title and the head of the text are read. In doubt an entry cites: a source counted
once too few is better than one counted twice.
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.stories.origins import agencies
from monitor.stories.publishers import newsrooms

UNNAMED = "?"  # cites a report without saying whose
TITLE_CHARS, HEAD_CHARS = 400, 1200
# Names that are words too: they count only as "the X" or with a word of the trade.
_WORDS = frozenset(
    {"time", "today", "metro", "express", "mirror", "insider", "i", "fox", "standard", "sky", "welt", "sun"}
)
# Words that begin with a capital before "newspaper" and name none.
_NO_NAMES = frozenset({
    "the", "a", "an", "this", "that", "our", "which", "why", "when", "us", "u.s", "uk", "london", "sunday",
    "saturday", "monday", "tuesday", "wednesday", "thursday", "friday", "local", "state", "english-language", "covid",
    "covid-19", "strike", "me", "left-wing", "right-wing", "national", "online", "leading",
})  # fmt: skip
_NATIONAL = re.compile(
    r"^(?:[A-Z]\w+-)*[A-Z][a-z]*(?:ian|ish|ese|ean|rench|eli|orean|erman|raqi|audi|tani|utch|zech|wiss|reek|ican|alan|inian|South|North)$"
)
_VERBS = (
    r"(?:reports?|reported|reporting|says|said|reveals?|revealed|has learned|learned|writes|wrote|claims|claimed|"
    r"berichtet|berichtete|meldet|schreibt|rapporte|révèle|affirme|écrit|informa|informó|revela|asegura|publica|"
    r"сообщает|сообщил|сообщила|пишет|yazdı|bildirdi)"
)
_BEFORE = (
    r"(?:according to|as reported by|(?:first )?reported by|told|tells|citing|cited by|quoting|quoted by|via|"
    r"interview with|reports? (?:in|by|from|on)|published (?:in|by)|laut|nach angaben|berichten? (?:der|des|von)|"
    r"selon|d'après|révélations? (?:du|de)|según|de acuerdo con|informes? de|a través de|по данным|göre)"
)
_ARTICLE = (
    r"(?:(?:the|a|an|its|der|die|das|dem|le|la|les|el|los|l'|german|british|american|israeli|local|us|u\.s\.)\s+){0,3}"
)
_KIND = r"(?:newspaper|daily|magazine|weekly|news agency|news site|broadcaster|outlet|tageszeitung|quotidien|diario)"
_UNNAMED = (
    r"[-–—:|]\s*(?:report|reports|media|sources?|state tv|state media|newspaper|local media|bericht|presse|medios)\s*$",
    r"^\W*(?:report|reports)\s*:",
    r"\b(?:according to|in|by|citing)\s+(?:\w+\s+){0,3}(?:reports?|media)\b",
    r"\b(?:media|news|press|newspaper|local|multiple|several|other) (?:reports?|outlets?) (?:say|said|claim|suggest)",
    r"\breports? (?:say|says|said|claim|claims|suggest|suggests)\b",
    r"\b(?:a|the|new) report (?:by|in|from|says|said)\b",
    # what was said to another outlet, however it is called: "in an interview with a Danish podcast"
    (
        r"\b(?:told|tells|telling|with|on|to) (?:an?|another|one) (?:[\w-]+ ){0,2}"
        r"(?:podcast(?:er)?|radio (?:station|show|host|programme)|tv (?:station|channel|show|host)|talk show|"
        r"broadcaster|newspaper|magazine|news agency|news site)\b"
    ),
    r"\b(?:laut|nach) (?:einem )?(?:medien)?berichten?\b",
    r"\bselon (?:la presse|des médias|les médias)\b",
    r"\bsegún (?:la prensa|medios|informes)\b",
)


@lru_cache(maxsize=1)
def _named() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return the pattern that finds a cited outlet by name, and lower-case name -> family."""
    families = {name.lower(): family for family, names in agencies().items() for name in names if len(name) > 2}
    families.update({name: family for name, family in newsrooms().items() if len(name) > 1})
    plain = "|".join(re.escape(name) for name in sorted(families, key=len, reverse=True) if name not in _WORDS)
    doubtful = "|".join(re.escape(name) for name in sorted(families) if name in _WORDS)
    pattern = (
        rf"\b{_BEFORE}\s+{_ARTICLE}(?P<a>{plain})\b"
        rf"|\b(?P<b>{plain})(?:['’]s)?\s+(?:{_KIND}\s+)?(?:on \w+ |also |has |had |first ){{0,2}}{_VERBS}\b"
        rf"|[-–—:|]\s*(?P<c>{plain})(?:\s+(?:reports?|exclusive))?\s*$"
        rf"|\b(?P<d>{plain})\s+(?:reports?|exclusive|{_KIND}|interview|investigation|podcast)\b"
        rf"|\bthe\s+(?P<e>{doubtful})\s+{_VERBS}\b"
    )
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE), families


@lru_cache(maxsize=1)
def _others() -> tuple[re.Pattern[str], re.Pattern[str]]:
    trade = r"(?:newspaper|daily|magazine|weekly|news agency|news site|tageszeitung|quotidien|diario)"
    name = r"[A-Z][\w'’-]+"
    unlisted = re.compile(rf"((?:{name} ){{0,4}})\b{trade}\b(?: ((?:{name} ?){{1,3}}))?")
    return unlisted, re.compile("|".join(f"(?:{pattern})" for pattern in _UNNAMED), re.IGNORECASE | re.MULTILINE)


@lru_cache(maxsize=4096)
def cited_in(title: str, text: str, own_family: str = "") -> tuple[str, ...]:
    """Return the families of the outlets that an entry cites as its origin, its own left out.

    UNNAMED stands for a report that is not named. An entry that cites nobody reports itself.
    """
    head = f"{title[:TITLE_CHARS]}\n{text[:HEAD_CHARS]}"
    pattern, families = _named()
    found = [families[next(name for name in match.groups() if name).lower()] for match in pattern.finditer(head)]
    unlisted, unnamed = _others()
    found += [_family(_bare(one) or _bare(other)) or UNNAMED for one, other in unlisted.findall(head) if one or other]
    named = [family for family in found if family != UNNAMED]
    found = named or found
    cited = tuple(dict.fromkeys(family for family in found if family and family != own_family))
    if cited or own_family in found:
        return cited
    return (UNNAMED,) if unnamed.search(head) else ()


def names_cited(title: str, text: str) -> dict[str, str]:
    """Return the outlets that an entry cites and no list holds: family -> the name as it is written there."""
    head = f"{title[:TITLE_CHARS]}\n{text[:HEAD_CHARS]}"
    names = [_bare(one) or _bare(other) for one, other in _others()[0].findall(head)]
    return {_family(name): name for name in names if name and _family(name) and name.lower() not in newsrooms()}


def _bare(name: str) -> str:
    """Return an outlet's name without what stands before it: "Iran's Shargh", "Danish daily Berlingske", "The Trail".

    "" where nothing is left, as in "a British newspaper".
    """
    words = name.split()
    owners = [at for at, word in enumerate(words) if word.endswith(("'s", "’s"))]
    if owners:
        alone = words[owners[-1]][:-2]
        words = words[owners[-1] + 1 :] or ([alone] if alone.lower() in newsrooms() else [])
    while (
        words
        and words[0].lower() not in newsrooms()
        and (
            words[0].lower() in _NO_NAMES or (_NATIONAL.search(words[0]) and " ".join(words).lower() not in newsrooms())
        )
    ):
        words = words[1:]
    return " ".join(words)


def _family(name: str) -> str:
    bare = name.lower()
    return newsrooms().get(bare) or re.sub(r"[\W_]+", "-", bare).strip("-")
