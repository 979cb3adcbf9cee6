"""Write src/monitor/text/lexicon/names-LANG.tsv: states, nationalities and capitals by language.

States' names come from the Unicode CLDR (Unicode licence) through the babel package, which only this script needs:
    python -m venv /tmp/babel && /tmp/babel/bin/pip install babel && /tmp/babel/bin/python tools/make_names.py
Nationality words and capitals come from tools/demonyms.tsv, written by hand.
"""

from __future__ import annotations

from pathlib import Path

from babel import Locale

TOOLS = Path(__file__).parent
LEXICON = TOOLS.parent / "src" / "monitor" / "text" / "lexicon"
LANGUAGES = (
    "en", "es", "fr", "de", "tr", "ru", "ar", "fa", "he", "pl", "sv", "uk", "nl", "it", "pt", "az", "hi",
)  # fmt: skip
SLAVIC = {"pl": "aeiouyąęó", "uk": "аяіїуиюєоей"}  # a name's last letters, which change with its case
ENDINGS = {"pl": ("y", "i", "ę", "ą", "ie", "o"), "uk": ("и", "і", "ї", "у", "ю", "ою", "єю")}  # where little is left
INFLECTED = ("tr", "ru", "ar", "fa", "az")  # endings are written onto the name
# Names that are also common words or other places, and territories that are not states.
AMBIGUOUS = {
    ("en", "GE"),
    ("en", "TD"),
    ("en", "JO"),
    ("en", "TR"),
    ("en", "GN"),
    ("es", "TD"),
    ("de", "TD"),
    ("fr", "TD"),
    ("fa", "CL"),
    ("ar", "TD"),
    ("he", "CU"),
    ("ru", "ML"),
    ("ar", "ML"),
    ("fa", "ML"),
    ("he", "TD"),
    ("fa", "TD"),
    ("ar", "OM"),
    ("he", "ML"),
    ("tr", "CL"),
    ("tr", "OM"),
    ("tr", "PE"),
    ("tr", "ML"),
    ("tr", "TD"),
    ("he", "PE"),
    ("fa", "OM"),
    ("fa", "FI"),
    ("ar", "NE"),
    ("fa", "NE"),
    ("tr", "NE"),
    ("tr", "MA"),
    ("tr", "CN"),
    ("tr", "MM"),
    ("he", "FI"),
    *[
        (code, state)
        for code in ("pl", "sv", "uk", "nl", "it", "pt", "az", "hi")
        for state in ("TD", "ML", "OM", "TO", "GA", "NE")
    ],
    ("pl", "CL"),
    ("pl", "CN"),
    ("pl", "CI"),
    ("sv", "DO"),
    ("it", "DM"),
    ("pt", "PE"),
    ("uk", "CU"),
    ("ru", "PE"),
    ("ru", "CU"),
    ("ru", "TD"),
    ("ru", "GA"),
    ("tr", "GA"),
    ("ar", "GA"),
    ("fa", "GA"),
    ("tr", "TO"),
    ("ru", "TO"),
    ("ar", "TO"),
    ("fa", "TO"),
    ("he", "TO"),
}
ALWAYS = {("en", "GE"): "georgia", ("en", "JO"): "jordan", ("en", "TR"): "turkey", ("en", "TD"): "chad"}
STATES = frozenset(
    (  # noqa: SIM905 - a list of 195 strings would be no clearer
        "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI "
        "CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR "
        "GT GW GY HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR "
        "LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA "
        "PE PG PH PK PL PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG "
        "TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW "
    ).split()
)


def main() -> None:
    """Write one file per language."""
    extra = demonyms()
    for language in LANGUAGES:
        rows = sorted(row for row in rows_of(language, extra))
        head = (
            "# concept\tstate\tforms: names from the Unicode CLDR, nationalities and capitals from tools/demonyms.tsv\n"
        )
        text = head + "".join(f"{concept}\t{state}\t{', '.join(forms)}\n" for concept, state, forms in rows)
        (LEXICON / f"names-{language}.tsv").write_text(text, encoding="utf-8")
        print(f"names-{language}.tsv: {len(rows)} rows")


def rows_of(language: str, extra: dict[tuple[str, str], list[str]]) -> list[tuple[str, str, list[str]]]:
    """Return (concept, state, forms) of one language."""
    rows = []
    territories = Locale(language).territories
    for state in sorted(STATES):
        listed = extra.get((language, state), [])
        names = [form for form in listed if not form.startswith("@")]
        if (language, state) not in AMBIGUOUS and state in territories:
            names = [*forms_of(language, territories[state]), *names]
        if (language, state) in ALWAYS:
            names.append(ALWAYS[language, state])
        capitals = [form[1:] for form in listed if form.startswith("@")]
        rows += [(kind, state, forms) for kind, forms in (("STATE", names), ("CAPITAL", capitals)) if forms]
    return rows


def forms_of(language: str, name: str) -> list[str]:
    """Return a CLDR name as forms: lower case, no bracketed parts, a stem where the language inflects."""
    plain = name.split("(")[0].replace("&", "").replace("’", "'").lower().strip()
    plain = plain.removeprefix("the ")
    if language == "ar":
        plain = " ".join(word.removeprefix("ال") for word in plain.split())
    if language == "ru" and " " not in plain and len(plain) > 5:
        return [plain[:-1] + "*" if plain[-1] in "аяыиьй" else plain + "*"]
    if language in INFLECTED and " " not in plain and len(plain) > 4:
        return [plain + "*"]
    if language in SLAVIC and " " not in plain and len(plain) > 4:
        stem = plain.rstrip(SLAVIC[language])
        return [stem + "*"] if len(stem) > 4 else [plain, *(plain[:-1] + end for end in ENDINGS[language])]
    if language == "sv" and " " not in plain and len(plain) > 3:
        return [plain, plain + "s"]
    if language == "de" and " " not in plain and len(plain) > 4:
        return [plain, plain + "s"]
    return [plain]


def demonyms() -> dict[tuple[str, str], list[str]]:
    """Read tools/demonyms.tsv: (language, state) → forms."""
    table: dict[tuple[str, str], list[str]] = {}
    for line in (TOOLS / "demonyms.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            state, language, forms = line.split("\t")
            table.setdefault((language, state), []).extend(form.strip() for form in forms.split(","))
    return table


if __name__ == "__main__":
    main()
