"""What a headline or summary speaks of: news, or what is over, made up, supposed or rehearsed.

Owns three questions about the words around an act, whoever is named: is it told of a work of fiction, a supposition or
a drill, so that nobody did it; does the report only look back; and does a past year date it. Of such an act nobody is
accused today. What a word for an act means is tenor.py's; what an article recalls after its lead is focus.py's.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from monitor.facts.reading.focus import years_in
from monitor.facts.reading.sentences import Sentence

_BYGONE_YEARS = 10  # trials and inquiries of today reach back less; those that reach further name who speaks
_LAST_CENTURY = 1999  # what is bygone where nobody knows the day of publication
_ACTS = ("method", "done", "plan", "try", "foil", "target")
_NEWS = ("legal", "foil", "deny")  # marks of a title that tells of a step taken now

# Works whose acts are invented. A book, a series or a documentary may tell of real ones.
_WORK = (
    r"(?:film|movie|novel|(?:video |board |computer )?game|play|comic|strip|scene|opera(?! house)|musical|farce"
    r"|thriller|sketch|sitcom|puppet show|spoof|parody|satire|roman|pièce|jeu vidéo|bande dessinée|novela|película"
    r"|comedia|videojuego|krimi|hörspiel|theaterstück|computerspiel|komödie|фильм\w*|роман\w*|пьес\w*|комедия?\w*)"
)
_TELLS = (
    r"(?:casts?|imagines?|follows|lets|tells|premieres?|opens|renewed|returns|stars|portrays|depicts|shows|accuses?"
    r"|blames?|says?|sends|puts|imagine|raconte|met|imagina|cuenta|lässt|erzählt|zeigt|рассказывает|показывает)"
)
_THE = (
    r"(?:the|a|an|its|his|her|their|this|one|another|der|einem|seinem|ihrem|le|la|un|une|son|el|una|su|новом|своём|его"
    r"|её|les|die|das|ein|eine)"
)
_MEMORY = (
    r"(?:museum|exhibition|exhibit|archives?|plaque|memorial|statue|musée|exposition|ausstellung|denkmal|museo"
    r"|exposición)"
)
_SHOWS = (
    r"(?:opens?|shows?|displays?|recalls?|marks?|remembers?|tells?|honou?rs?|retraces?|traces?|puts?|reveals?|unveiled"
    r"|évoque|retrace|rappelle|raconte|montre|zeigt|erinnert|erzählt|recuerda|muestra|narra|cuenta)"
)
_DEED = r"(?:killing|murder|bombing|bomb|attack|plot|kidnapping|poisoning|massacre|raid)"
_SERVED = re.compile(
    r"\b(?:former|ex|last of|who (?:ordered|led|played|trained)|spy ?master|chief|general|ancien\w*|ehemalig\w*|antiguo"
    r"|бывш\w+)\b",
    re.IGNORECASE,
)
_STEP = re.compile(  # a step of the law that the title takes now
    r"\b(?:su(?:e|es|ed|ing)|lawsuits?|court|judges?|inquiry|prosecutors?|reopen\w*|trial|tribunal|gericht|juge|juez|суд)\b",
    re.IGNORECASE,
)
_UNDATING = re.compile(r"\b(?:since|depuis|seit|desde|с)\s+(?:the\s+)?\d{4}\b", re.IGNORECASE)


@cache
def _made_up() -> re.Pattern[str]:
    return re.compile(  # compiled on first use: a tick with nothing to read need not pay for it
        rf"\b(?:in|im|dans|en|в) (?:{_THE} )?(?:[\w’'-]+ )?{_WORK}\b|^\W*(?:{_THE} )?(?:[\w’'-]+ )?{_WORK} {_TELLS}\b"
        r"|^\W*(?:our )?(?:satire|satirical|comic|humou?r|parody|spoof|quiz|(?:podcast|radio) drama"
        r"|april(?: fool[’'s]*)? joke|sátira|humor|glosse|шутка|юмор)\b[^.?!]{0,20}:|^\W*review: ",
        re.IGNORECASE,
    )


@cache
def _supposed() -> re.Pattern[str]:
    return re.compile(
        r"^\W*(?:what if|suppos(?:e|ing)|imagin(?:e|ing)|let us (?:suppose|imagine)|assume|et si|imagin(?:ez|ons)"
        r"|suppos(?:ez|ons)|was,? wenn|angenommen|stell(?:en sie sich|t euch| dir) vor|y si|imagin(?:a|en|emos)"
        r"|supong\w+|что,? если|предположим|допустим)\b"
        r"|^\W*(?:could|would|might|can|may|dare) (?!.*\b(?:have|be|been)\b)[^.]*\?"
        r"|\b(?:if|should) [^.;:]*\b(?:were|was|is|are|had|did|turns? out|proves?|proven?)\b[^.;:]*,[^.;:]*"
        r"\b(?:would|could|might)\b"
        r"|\b(?:would|could|might)\b[^.;:]*\bif [^.;:]*\b(?:were|had|did|dared)\b",
        re.IGNORECASE,
    )


@cache
def _rehearsed() -> re.Pattern[str]:
    return re.compile(
        r"\brehears\w*|\bsimulat\w+|\brole-?play\w*|\bmock (?:attack|raid|bomb|ambush|plot|kidnap)\w*"
        r"|\b(?:for|in|during) (?:an? |the )?drills?\b|\btrain(?:s|ed|ing)? against\b|\bsimulent?\b|\bsimulacro\b"
        r"|\bensayan?\b|\bprob(?:t|en) |\bübt\b|\büben\b|\bна учениях\b",
        re.IGNORECASE,
    )


@cache
def _commemorates() -> re.Pattern[str]:
    return re.compile(
        r"\banniversary\b|\b(?:years|decades) (?:on|after|later|ago)\b|\bon this day\b|\bcommemorat\w+|\bdescendants?\b"
        rf"|\bhistorians?\b|\bobituary\b|\b{_MEMORY} (?:[\w’'-]+ ){{0,2}}?{_SHOWS}\b"
        rf"|\b(?:recalls?|remembers?) (?:[\w’'-]+ ){{0,4}}?{_DEED}\b|\b\w+ (?:recalls|remembers)\b"
        r"|\banniversaire\b|\bil y a \w+ ans\b|\bjahrestag\b|\bvor \w+ jahren\b|\baniversario\b|\bhace \w+ años\b"
        r"|\bгодовщин\w+|\bмузе\w+|\bвыставк\w+|\bисторик\w*",
        re.IGNORECASE,
    )


@cache
def _deceased() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:dies|died|dead|passes away) (?:at|aged) (?:the age of )?\d+|\bmort (?:d’|d'|de |du )"
        r"|\b(?:meurt|mort) à \d+ ans|\b(?:gestorben|stirbt)\b|\bmuere\b|\bfallece\b|\bскончал\w+|^\W*умер(?:ла)? "
        r"|\bdies$",
        re.IGNORECASE,
    )


def is_unreal(sentence: Sentence) -> bool:
    """Return whether a sentence of the title or summary tells of acts that nobody did: made up, supposed, drilled."""
    text = sentence.text
    return bool(_made_up().search(text) or _supposed().search(text) or _rehearsed().search(text))


def set_apart(sentences: list[Sentence]) -> None:
    """Take the acts out of those sentences of the title and summary that tell of none."""
    for sentence in sentences:
        if sentence.field != "text" and sentence.of(*_ACTS) and is_unreal(sentence):
            sentence.drop(_ACTS)


def looks_back(head: list[Sentence], published: date | None) -> bool:
    """Return whether a title and summary only recall an act: a commemoration, a death in old age, a year long past.

    A title that tells of a step taken now (an arrest, a verdict, a denial) does not.
    """
    titles = [sentence for sentence in head if sentence.field == "title"]
    if any(sentence.of(*_NEWS) or _STEP.search(sentence.text) for sentence in titles):
        return False
    if any(_commemorates().search(sentence.text) for sentence in head):
        return True
    if any(_deceased().search(one.text) and _SERVED.search(one.text) for one in titles):
        return True
    years = {year for sentence in head for year in years_in(sentence)}
    years -= {int(found.group()[-4:]) for sentence in head for found in _UNDATING.finditer(sentence.text)}
    limit = published.year - _BYGONE_YEARS if published else _LAST_CENTURY
    return bool(years) and max(years) <= limit
