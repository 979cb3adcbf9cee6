"""A model as data, and the scorer that reads it: pure Python, no numpy, nothing executed.

Owns the file format, its validation and the score. Fitting is learn/'s job, files on disk are modelstore.py's, reasons
are explain.py's. The score equals scikit-learn's on the same counts to 1e-12 (tested).

score = sigmoid(bias + sum over views, over terms of  weight · (1 + ln count) · idf / norm)
norm  = sqrt(pad² + sum of ((1 + ln count) · idf)²  over the view's known terms, unknown ones counting `unknown_idf`)
"""

from __future__ import annotations

import hashlib
import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from monitor.classify import features
from monitor.classify.scan import Scan, compiled
from monitor.errors import ModelError

if TYPE_CHECKING:
    from monitor.classify.explain import Explanation

FORMAT = "monitor-model-1"
MAX_BYTES = 64 * 1024 * 1024
MAX_WEIGHT = 1e4
MAX_IDF = 100.0
SMALL = 0.08  # log-odds a term must be able to reach in a short text to be a reason

_LOG: dict[float, float] = {n: 1.0 + math.log(n) for n in range(1, 64)}  # 1 + ln count, for the usual counts


class ViewData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One view's terms: term → (idf, weight)."""

    name: str
    terms: dict[str, tuple[float, float]]
    pad: float = 0.0
    unknown_idf: float = 0.0


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seed passage or labelled entry to compare with: its term values, of length 1.

    `ref` is "seed:NAME" or "entry:ID"; an entry's title is not kept here, so that it can be erased.
    """

    ref: str
    title: str
    terms: dict[str, float]


class ModelData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. `checksum` is the SHA-256 of the canonical JSON with an empty checksum."""

    format: str
    features_version: int
    views: tuple[ViewData, ...]
    bias: float
    threshold: float
    look_again: float
    examples: tuple[Example, ...] = ()
    card: dict[str, Any] = {}
    checksum: str = ""


class Model:
    """A loaded model: scores texts. Make one with `Model.from_bytes` or modelstore.load_model."""

    def __init__(self, data: ModelData, model_id: str) -> None:
        self.data = data
        self.model_id = model_id
        self.threshold = data.threshold
        self.look_again = data.look_again
        self.bias = data.bias
        self.card = data.card
        self._views = tuple(
            (
                {term: (idf * idf, idf * weight) for term, (idf, weight) in view.terms.items()},
                view.pad * view.pad,
                view.unknown_idf * view.unknown_idf,
            )
            for view in data.views
        )
        self._known = _known_words(data.views[features.VIEWS.index("words")])
        self._scan: Scan | None = None

    @classmethod
    def from_bytes(cls, content: bytes) -> Model:
        """Decode and check a model file; ModelError says what is wrong with it."""
        return cls(_checked(content), model_id_of(content))

    def score(self, title: str, summary: str = "", text: str = "", lang: str = "") -> float:
        """Return how much a text reads like a report of a state-linked plot, from 0 to 1."""
        scan = self.scan()
        total = scan.log_odds(*features.cleaned(title, summary, text), lang) if scan else None
        if total is None:
            total = self.margin(self.plain_counts(title, summary, text, lang))
        return sigmoid(total)

    def scan(self) -> Scan | None:
        """Return the compiled scorer of this model; None where there is none, or where unknown words weigh."""
        if self._scan is None or self._scan.crowded:
            self._scan = Scan(self.bias, self._views) if self._known and compiled() else None
        return self._scan

    def plain_counts(self, title: str, summary: str = "", text: str = "", lang: str = "") -> features.Counts:
        """Return a text's term counts, as far as this model weighs them, worked out in plain Python."""
        return features.count(features.read(title, summary, text, lang), self._known)

    def margin(self, counts: features.Counts) -> float:
        """Return the log-odds of a text's term counts."""
        return self._margin(counts)[0]

    def _margin(self, counts: features.Counts) -> tuple[float, list[float]]:
        """Return the log-odds and each view's norm."""
        total = self.bias
        norms = []
        for (weights, norm, unknown), terms in zip(self._views, counts, strict=True):
            dot = 0.0
            for found, n in zip(map(weights.get, terms), terms.values(), strict=True):
                if found is None:
                    norm += unknown
                elif n == 1:
                    norm += found[0]
                    dot += found[1]
                else:
                    tf = _LOG.get(n) or 1.0 + math.log(n)
                    norm += tf * tf * found[0]
                    dot += tf * found[1]
            norm = math.sqrt(norm) or 1.0
            norms.append(norm)
            total += dot / norm
        return total, norms

    def weigh(self, counts: features.Counts) -> tuple[float, list[tuple[float, str, int]]]:
        """Return the log-odds, and (its part of them, term, view) of each term that can be a reason."""
        total, norms = self._margin(counts)
        parts: list[tuple[float, str, int]] = []
        for view, (terms, strong, norm) in enumerate(zip(counts, self._strong, norms, strict=True)):
            parts += [
                (strong[term] * (1.0 if terms[term] == 1 else 1.0 + math.log(terms[term])) / norm, term, view)
                for term in terms
                if term in strong
            ]
        return total, parts

    @cached_property
    def _strong(self) -> tuple[dict[str, float], ...]:
        """Per view: idf times weight of the terms whose part could reach SMALL in a short text."""
        return tuple(
            {
                term: idf * weight
                for term, (idf, weight) in view.terms.items()
                if abs(idf * weight) > SMALL * max(view.pad, 1.0)
            }
            for view in self.data.views
        )

    @cached_property
    def example_index(self) -> dict[str, list[tuple[int, float]]]:
        """The examples by term: term → (place among the examples, value)."""
        index: dict[str, list[tuple[int, float]]] = {}
        for place, example in enumerate(self.data.examples):
            for term, value in example.terms.items():
                index.setdefault(term, []).append((place, value))
        return index

    def nearest(self, counts: features.Counts) -> tuple[str, str, float]:
        """Return (ref, title, cosine) of the example whose concepts are most like the text's."""
        terms = counts[features.VIEWS.index("concepts")]
        likeness: dict[int, float] = {}
        for n, found in zip(terms.values(), map(self.example_index.get, terms), strict=True):
            for place, value in found or ():
                likeness[place] = likeness.get(place, 0.0) + n * value
        if not likeness:
            return "", "", 0.0
        place = max(likeness, key=lambda p: (likeness[p], -p))
        example = self.data.examples[place]
        length = math.sqrt(sum(n * n for n in terms.values()))
        return example.ref, example.title, round(likeness[place] / length, 4)

    def explain(
        self, title: str, summary: str = "", text: str = "", lang: str = "", *, nearest: bool = True
    ) -> Explanation:
        """Return the score with its reasons in the text's own words; without `nearest` no example is looked for."""
        from monitor.classify.explain import explained

        passages = features.read(title, summary, text, lang)
        counts = features.count(passages, self._known)
        margin, parts = self.weigh(counts)
        example = self.nearest(counts) if nearest else ("", "", 0.0)
        return explained(passages, sigmoid(margin), margin, self.bias, parts, example)


def _known_words(view: ViewData) -> features.KnownWords | None:
    """Return what of the words view must be counted; None where unknown words weigh on the norm and all must."""
    if view.unknown_idf:
        return None
    terms = frozenset(view.terms)
    return features.KnownWords(terms, frozenset(term.partition(" ")[0] for term in terms if " " in term))


def sigmoid(margin: float) -> float:
    """Return 1 / (1 + e^-margin) without overflow."""
    if margin >= 0:
        return 1.0 / (1.0 + math.exp(-margin))
    odds = math.exp(margin)
    return odds / (1.0 + odds)


def model_id_of(content: bytes) -> str:
    """Return the id of a model file: "m" and the first 12 hex of its SHA-256."""
    return "m" + hashlib.sha256(content).hexdigest()[:12]


def model_bytes(data: ModelData) -> bytes:
    """Return the file of a model: canonical JSON with its checksum filled in, the same bytes for the same model."""
    plain = msgspec.structs.replace(data, checksum="")
    digest = hashlib.sha256(_encode(plain)).hexdigest()
    return _encode(msgspec.structs.replace(plain, checksum=digest))


def _encode(data: ModelData) -> bytes:
    return msgspec.json.encode(data, order="sorted")


def _checked(content: bytes) -> ModelData:
    if len(content) > MAX_BYTES:
        raise ModelError(f"model refused: {len(content)} bytes, at most {MAX_BYTES} are read")
    try:
        data = msgspec.json.decode(content, type=ModelData)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ModelError(f"model refused: not a {FORMAT} file ({error})") from None
    problem = _problem(data)
    if not problem and model_bytes(data) != content:
        problem = "its checksum does not match its content: the file was changed or cut"
    if problem:
        raise ModelError(f"model refused: {problem}")
    return data


def _problem(data: ModelData) -> str:
    """Return what is wrong with a decoded model, or ""."""
    if data.format != FORMAT:
        return f"format {data.format[:40]!r}, this version reads {FORMAT!r}"
    if data.features_version != features.FEATURES_VERSION:
        return (
            f"made for features version {data.features_version}, this is version {features.FEATURES_VERSION}: "
            "train again (`monitor train`)"
        )
    if tuple(view.name for view in data.views) != features.VIEWS:
        return f"its views are not {', '.join(features.VIEWS)}"
    if not 0.0 < data.look_again <= data.threshold < 1.0:
        return f"thresholds {data.look_again} and {data.threshold} are not 0 < look_again <= threshold < 1"
    if not _within(data.bias, MAX_WEIGHT):
        return "its bias is not a sensible number"
    for view in data.views:
        problem = _view_problem(view)
        if problem:
            return f"view {view.name}: {problem}"
    if not any(weight for view in data.views for _, weight in view.terms.values()):
        return "all weights are zero"
    return _examples_problem(data.examples)


def _view_problem(view: ViewData) -> str:
    if not (0.0 <= view.pad <= MAX_IDF and 0.0 <= view.unknown_idf <= MAX_IDF):
        return "its pad or unknown_idf is out of range"
    for term, (idf, weight) in view.terms.items():
        if not term.isprintable() or not term:
            return f"term {term[:40]!r} has characters that do not belong in a term"
        if not (0.0 < idf <= MAX_IDF and _within(weight, MAX_WEIGHT)):
            return f"term {term[:40]!r} has idf {idf} and weight {weight}"
    return ""


def _examples_problem(examples: tuple[Example, ...]) -> str:
    for example in examples:
        if not (example.ref.isprintable() and example.title.isprintable()):
            return f"example {example.ref[:40]!r} has unprintable characters"
        if not all(term.isprintable() and 0.0 <= value <= 1.0 for term, value in example.terms.items()):
            return f"example {example.ref[:40]!r} has values outside 0 to 1"
    return ""


def _within(number: float, bound: float) -> bool:
    return math.isfinite(number) and abs(number) <= bound
