"""Text fit to be read and weighed: no markup, no references, no page furniture.

Furniture is what a site prints around every article: navigation words, share and newsletter lines, legal footers,
"The post ... appeared first on ...". Left in, it becomes a feature of the classifier. Only whole lines and closing
phrases are removed, never words inside a sentence. Markup itself is feeds/markup.py's.
"""

from __future__ import annotations

import re
from functools import cache

from monitor.feeds.markup import plain_text

# Lower-case strings of which at least one occurs in anything the rules below could remove: looking for them costs
# a few microseconds, matching the rules some hundred.
_TRIGGERS = (
    "accessib", "skip to", "appeared first", "read more", "continue reading", "[…]", "[...]", "…]", "read the full",
    "read full", "newsletter", "sign up", "subscribe", "advertis", "do you like", "share this", "share on",
    "follow us", "all rights reserved", "copyright", "click here", "undesirable organi", "russia-controlled",
    "contributed to this", "reporting by", "editing by", "audio by", "breaking news", "related articles", "related:",
    "listen to", "(more", "cookies", "more on this story", "download our app", "terms of use", "privacy policy",
    " reporting", "view comments", "originally published", "share", "print", "comments", "___", "---", "***",
    " > ", " | ",
)  # fmt: skip
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


def clean(text: str) -> str:
    """Return the text without markup, references and page furniture; text that has none of them comes back as it is."""
    if "<" in text or "&" in text:
        text = plain_text(text)
    lowered = text.lower()
    for trigger in _TRIGGERS:
        if trigger in lowered:
            return _without_furniture(text)
    return text


def _without_furniture(text: str) -> str:
    line_rule, tail_rule = _rules()
    kept: list[str] = []
    lines = text.split("\n")
    for line in lines:
        stripped = line.strip()
        if len(lines) > 1 and stripped and len(stripped) <= _MAX_LINE and line_rule.fullmatch(stripped):
            continue
        kept.append(line)
    text = "\n".join(kept).rstrip()
    head, tail = text[:-600], text[-600:]
    for rule in tail_rule:
        tail = rule.sub("", tail).rstrip()
    return (head + tail).strip()


@cache
def _rules() -> tuple[re.Pattern[str], tuple[re.Pattern[str], ...]]:
    """Compile the rules when first needed: most ticks meet no furniture."""
    line_rule = re.compile("|".join(f"(?:{rule})" for rule in _LINE_RULES), re.IGNORECASE)
    return line_rule, tuple(re.compile(rule, re.IGNORECASE) for rule in _TAIL_RULES)
