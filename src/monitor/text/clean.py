"""Text fit to be read and weighed: no markup, no references, no page furniture.

Furniture is what a site prints around every article: navigation words, share and newsletter lines, legal footers,
"The post ... appeared first on ...". Left in, it becomes a feature of the classifier. Only whole lines and closing
phrases are removed, never words inside a sentence. Markup itself is untrusted/markup.py's.
"""

from __future__ import annotations

import re
from functools import cache

from monitor.untrusted.markup import plain_text

# Lower-case strings of which at least one occurs in any line the rules below could remove: looking for them costs a
# microsecond or two, matching the rules some hundred. Whole lines are looked at only where there are several.
_LINE_TRIGGERS = (
    "accessib", "skip to", "news", "read ", "continue reading", "sign up", "subscribe", "advertis", "sponsored",
    "do you", "did you", "share", "print", "mail", "tweet", "follow us", "like us", "join us", "reserved", "copyright",
    "©", "click here", "undesirable organi", "russia", "contributed", "reporting", "editing", "writing", "compiled",
    "audio by", "related", "recommended", "popular", "listen", "cookies", "more on", "app", "terms of use",
    "privacy policy", "comment", "originally", "home", "menu", "search", "security", "photo", "image", "video",
    "picture", "credit", "reply", "save", "see more", "learn more", "find out", "__", "--", "**", "==", "••", "..",
    " > ", " › ", " » ", " |", "am ", "pm ", "a.m", "p.m", " am", " pm",
)  # fmt: skip
# A text that ends in a closing phrase has the first near its end, or ends in one of the others, a mark or two aside.
_NEAR_THE_END, _NEAR = "appeared ", 130
_ENDINGS = (")", "]", "continue reading", "read more", "full story", "full article")
_MARKS = "»→›…."
_LINE_RULES = (
    r"accessibility links?|skip to (?:main |the )?(?:content|navigation|search).*",
    r"(?:breaking|latest|top|more) (?:news|stories)|news|home|menu|search|security|advertise?ments?|sponsored",
    r"(?:share|print|e-?mail|copy link|tweet|save|listen|comments?|reply)(?: (?:this|on|via|to)\b.{0,60})?",
    r"(?:read|see|find out|learn) (?:more|also|next)\b.{0,120}|continue reading\b.{0,80}|more on this story.{0,60}",
    r"(?:do|did) you (?:like|enjoy|find)\b.{0,60}\?|view comments|listen to (?:this )?article.{0,60}",
    r"(?:please )?(?:sign up|subscribe|register|join|get)\b.{0,120}\b(?:newsletter|e-?mail|alerts?|inbox)\b.{0,80}",
    r"(?:please )?(?:follow|like|join) us (?:on|at)\b.{0,100}|download our app.{0,80}",
    r"(?:©|\(c\)|copyright)\s?.{0,160}|.{0,120}all rights reserved\b.{0,120}",
    r".{0,80}undesirable organi[sz]ation.{0,200}|if you are in russia or.{0,400}|to find out more,? click here\.?",
    r"(?:related|recommended|popular|most read)(?: (?:articles?|stories|topics|news|content))?:?(?: .{0,120})?",
    r"audio by .{0,60}|(?:photo|image|video|picture|credit)s?(?: by)?: .{0,120}",
    r"with (?:additional )?.{0,80} reporting\.?|.{0,200} contributed (?:to )?this (?:report|story|article)\.?",
    r"(?:reporting|writing|editing|compiled) by .{0,160}",
    r"this (?:article|story) (?:was )?originally (?:appeared|published).{0,160}",
    r".{0,80}\b(?:accept|use of|uses|our) cookies\b.{0,200}|.{0,60}(?:terms of use|privacy policy)\b.{0,80}",
    r"by [^.!?]{2,60} ?\|.{0,40}|\d{1,2}[:.]\d\d ?[ap]\.?m\.?\b.{0,50}",
    r"[\w& ]{2,40}(?: [>›»] [\w& ]{2,40}){1,4}|[_\-*=•·. ]{3,}",
)
_READ_ON = r"continue reading|read (?:more|full (?:story|article)|the full (?:story|article))|\(more(?:…|\.\.\.)\)"
_TAIL_RULES = (
    r"(?:^|(?<=[\s.!?…]))the post .{1,300}? (?:first )?appeared (?:first )?on .{1,100}$",
    rf"(?:\[?(?:…|\.\.\.)\]?)?\s*(?:{_READ_ON})\s*(?:»|→|›|\.\.\.|…|\.)?$",
    r"\[(?:…|\.\.\.)\]$",
    r"\((?:additional )?(?:reporting|writing|editing|compiled) by [^()]{1,300}\)$",
)
# A line this long is prose, whatever it begins with.
_MAX_LINE = 420
# Closing phrases are looked for in so many characters at the end.
_TAIL = 600


def clean(text: str) -> str:
    """Return the text without markup, references and page furniture; text that has none of them comes back as it is."""
    if "<" in text or "&" in text:
        text = plain_text(text)
    if "\n" in text and _has_any(text.lower(), _LINE_TRIGGERS):
        text = _without_furniture_lines(text)
    text = text.strip()
    return _without_closing_phrases(text).strip() if _may_close(text) else text


def _has_any(lowered: str, triggers: tuple[str, ...]) -> bool:
    for trigger in triggers:  # noqa: SIM110 - any() over a generator costs three times as much
        if trigger in lowered:
            return True
    return False


def _may_close(text: str) -> bool:
    """Say whether a text may end in a closing phrase; few do, and matching the rules costs fifty times this."""
    end = text[-_NEAR:].lower()
    return _NEAR_THE_END in end or end.rstrip(_MARKS).rstrip().endswith(_ENDINGS)


def _without_furniture_lines(text: str) -> str:
    is_furniture = _rules()[0].fullmatch
    lines = text.split("\n")
    return "\n".join(line for line in lines if len(line) > _MAX_LINE or not is_furniture(line.strip())).strip()


def _without_closing_phrases(text: str) -> str:
    head, tail = text[:-_TAIL], text[-_TAIL:]
    for rule in _rules()[1]:
        tail = rule.sub("", tail).rstrip()
    return head + tail


@cache
def _rules() -> tuple[re.Pattern[str], tuple[re.Pattern[str], ...]]:
    """Compile the rules when first needed: most ticks meet no furniture."""
    line_rule = re.compile("|".join(f"(?:{rule})" for rule in _LINE_RULES), re.IGNORECASE)
    return line_rule, tuple(re.compile(rule, re.IGNORECASE) for rule in _TAIL_RULES)
