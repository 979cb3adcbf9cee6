"""The seeds as term statistics: what the package ships of the articles it learns from, in place of their sentences.

Owns seeds.json: per passage the counts of cleaned, masked terms (single words, word pairs that hold a mask, concepts,
patterns), sorted; per article its title, outlet and date as a citation. Training reads it; `monitor seeds` makes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from monitor.classify import features
from monitor.errors import InputError
from monitor.files import write_whole
from monitor.text.clean import clean

SHIPPED = Path(__file__).parent / "data" / "seeds.json"
CITATIONS = Path(__file__).parent / "data" / "citations.tsv"
OWN_NAME = "seeds.json"  # in a data folder: the seeds its owner added
FORMAT = "monitor-seeds-1"
MIN_WORDS = 12  # shorter paragraphs are headings, credits and links
MAX_ARTICLE = 1 << 20

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DATE = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}})\b")


class SeedPassage(msgspec.Struct, frozen=True):
    """One passage: its counts, a mapping per view in the order of features.VIEWS."""

    counts: tuple[dict[str, int], dict[str, int], dict[str, int]]


class Seed(msgspec.Struct, frozen=True):
    """One article: how to cite it, and its passages' counts."""

    name: str
    title: str
    outlet: str
    published: str
    passages: tuple[SeedPassage, ...]


class SeedFile(msgspec.Struct, frozen=True):
    """The whole file: for which features it was counted, and the seeds."""

    format: str
    features_version: int
    seeds: tuple[Seed, ...]


def load_seeds(path: Path = SHIPPED) -> tuple[Seed, ...]:
    """Read a seed file. Raises InputError where it is damaged or was counted by another version."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=SeedFile)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(f"{path}: not a seed file ({error})") from None
    if found.format != FORMAT or found.features_version != features.FEATURES_VERSION:
        raise InputError(f"{path}: counted by another version; build it again with `monitor seeds build DIR`")
    return found.seeds


def seed_bytes(seeds: Sequence[Seed]) -> bytes:
    """Return the seed file: indented JSON in a fixed order, the same bytes for the same articles."""
    content = SeedFile(FORMAT, features.FEATURES_VERSION, tuple(sorted(seeds, key=lambda s: s.name)))
    return msgspec.json.format(msgspec.json.encode(content, order="sorted"), indent=1) + b"\n"


def build(folder: Path) -> list[Seed]:
    """Count every .txt article of a folder. Raises InputError where there is none or one cannot be read."""
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise InputError(f"{folder}: no .txt article in it")
    return [count_article(path) for path in paths]


def count_article(path: Path, title: str = "", outlet: str = "", published: str = "") -> Seed:
    """Count one article: plain text, a paragraph a line. What is not given is cited from citations.tsv or guessed."""
    text = _text_of(path)
    cited = citations().get(path.stem, ("", "", ""))
    title = title or cited[0] or _title_of(text)
    passages = tuple(SeedPassage(_shipped(counts)) for counts in passage_counts(title if title in text else "", text))
    if not passages:
        raise InputError(f"{path}: no paragraph of {MIN_WORDS} words in it")
    return Seed(path.stem, title, outlet or cited[1], published or cited[2] or _date_of(text), passages)


def citations() -> dict[str, tuple[str, str, str]]:
    """Return (title, outlet, published) of the articles the shipped seeds come from, by file name without ending."""
    rows = (line.split("\t") for line in CITATIONS.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_ARTICLE:
            raise InputError(f"{path}: more than {MAX_ARTICLE} bytes; a seed is one article")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text ({error})") from None


def passages_of(text: str) -> list[str]:
    """Return an article's paragraphs long enough to say something, furniture gone, none twice."""
    paragraphs = (line.strip() for line in clean(text).split("\n"))
    return list(dict.fromkeys(p for p in paragraphs if len(p.split()) >= MIN_WORDS))


def passage_counts(title: str, text: str) -> list[features.Counts]:
    """Return the counts of the title with the first paragraph, and of every paragraph alone."""
    reader = features.Features()
    paragraphs = passages_of(text)
    if not paragraphs:
        return []
    return [reader.counts(title, paragraphs[0]), *(reader.counts("", p) for p in paragraphs)]


def _shipped(counts: features.Counts) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Drop the pairs of plain words, from which sentences could be pieced together; sort the rest."""
    words, concepts, patterns = counts
    kept = {term: n for term, n in words.items() if " " not in term or "#" in term}
    return _sorted(kept), _sorted(concepts), _sorted(patterns)


def _sorted(counts: Mapping[str, float]) -> dict[str, int]:
    return {term: int(n) for term, n in sorted(counts.items())}


def _title_of(text: str) -> str:
    return next((line.strip() for line in text.split("\n") if len(line.split()) >= 4), "")[:200]


def _date_of(text: str) -> str:
    found = _DATE.search(text)
    if not found:
        return ""
    month = _MONTHS.index(found[1])
    return f"{found[3]}-{month + 1:02d}-{int(found[2]):02d}"


def seeds_in_use(folder: Path | None) -> tuple[Seed, ...]:
    """Return the shipped seeds and those added in a data folder (its seeds.json), which replace a shipped namesake."""
    own = load_seeds(folder / OWN_NAME) if folder is not None and (folder / OWN_NAME).exists() else ()
    names = {seed.name for seed in own}
    return (*(seed for seed in load_seeds() if seed.name not in names), *own)


def add_own(folder: Path, seed: Seed) -> int:
    """Write a seed into a data folder's seeds.json, in place of its namesake, and return how many it holds.

    Raises StorageError.
    """
    path = folder / OWN_NAME
    own = [s for s in (load_seeds(path) if path.exists() else ()) if s.name != seed.name]
    write_whole(path, seed_bytes([*own, seed]))
    return len(own) + 1
