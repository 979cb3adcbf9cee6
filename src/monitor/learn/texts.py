"""What training is given: texts, and texts a person judged. Values alone, so that who lists labels loads no numbers."""

from __future__ import annotations

import msgspec


class TrainingText(msgspec.Struct, frozen=True):
    """A text to learn from; `ref` is "seed:NAME", "entry:ID" or "background:ID"."""

    ref: str
    title: str
    summary: str = ""
    text: str = ""
    lang: str = ""


class Labelled(msgspec.Struct, frozen=True):
    """A text a person judged: `group` is its story, `source` its publisher, `weight` 1 / probability in a sample."""

    text: TrainingText
    plot: bool
    weight: float = 1.0
    group: str = ""
    source: str = ""
