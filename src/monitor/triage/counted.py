"""What the overview counts of each confirmed plot: codes of states, targets and countries, read once and kept.

Reading the reports of forty plots takes a second and a half; a tick does it, so that who opens the overview need not
wait. The file (plots.json beside the log) holds codes and nothing of any text; it can be thrown away, and what is not
in it is read when asked for. A story is read anew when its texts, corrections or confirmations change, and all are when
the rules of reading do.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import msgspec

from monitor import __version__, facts
from monitor.errors import StorageError
from monitor.files import write_whole
from monitor.log.store import EventStore
from monitor.triage.plots import ConfirmedCase, confirmed_cases, fullness
from monitor.triage.told import MAX_CARD_ENTRIES, story_told
from monitor.views.fold import Views
from monitor.views.queries import stories

FILE_NAME = "plots.json"


class Codes(msgspec.Struct, frozen=True):
    """The codes of a story's card, `state` saying of which texts and corrections, `rank` how full its account is."""

    state: str
    rank: tuple[bool, bool, int]
    states: list[str]
    targets: list[str]
    countries: list[str]


class CountedPlot(msgspec.Struct, frozen=True):
    """A confirmed case as it is counted: when it was first reported, and the codes of its fullest story."""

    case: ConfirmedCase
    at: str
    states: list[str]
    targets: list[str]
    countries: list[str]


class _File(msgspec.Struct):
    rules: str = ""
    stories: dict[str, Codes] = {}


class KeptCodes:
    """The codes of stories read before, in a file of the data folder (None: in memory alone)."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = folder / FILE_NAME if folder else None
        self._read: dict[str, Codes] = {}
        self._seen = 0
        self._is_new = False

    def of(self, log: EventStore, views: Views, story_id: str) -> Codes:
        """Return a story's codes, as kept where nothing changed since."""
        state = _state(views, story_id)
        kept = self._read.get(story_id)
        if kept is None or kept.state != state:
            told = story_told(log, views, story_id)
            card = told.card
            kept = self._read[story_id] = Codes(
                state, fullness(told), card.codes("linked_states"), card.codes("target_types"), card.codes("countries")
            )
            self._is_new = True
        return kept

    def load(self) -> None:
        """Take in the file, where it is there, was written since the last look and by the same rules."""
        if self._path is None:
            return
        with suppress(OSError, msgspec.DecodeError):
            changed = self._path.stat().st_mtime_ns
            if changed != self._seen:
                found = msgspec.json.decode(self._path.read_bytes(), type=_File)
                self._seen = changed
                self._read = {**self._read, **found.stories} if found.rules == _rules() else self._read

    def save(self) -> None:
        """Write the file where something was read since it was loaded; a disk that refuses costs a visitor's second."""
        if self._path is None or not self._is_new:
            return
        with suppress(StorageError):
            write_whole(self._path, msgspec.json.encode(_File(_rules(), self._read)))
            self._is_new = False

    def keep_only(self, story_ids: set[str]) -> None:
        """Forget all other stories."""
        self._read = {story_id: codes for story_id, codes in self._read.items() if story_id in story_ids}


def counted_plots(log: EventStore, views: Views, kept: KeptCodes) -> list[CountedPlot]:
    """Return the confirmed cases as they are counted, the newest confirmed first."""
    found = []
    for case in confirmed_cases(views):
        best = max((kept.of(log, views, story_id) for story_id in case.story_ids), key=lambda codes: codes.rank)
        found.append(CountedPlot(case, case.at, best.states, best.targets, best.countries))
    return found


def keep_codes(log: EventStore, views: Views, folder: Path) -> None:
    """Read what was confirmed and not read yet, and keep it for whoever opens the overview; for a tick."""
    kept = KeptCodes(folder)
    kept.load()
    plots = counted_plots(log, views, kept)
    kept.keep_only({story_id for plot in plots for story_id in plot.case.story_ids})
    kept.save()


def _state(views: Views, story_id: str) -> str:
    """Return a mark of all that a story's codes are read from."""
    said = {field: one.position for field, one in stories.confirmations(views, story_id).items()}
    what = (stories.text_shas(views, story_id, MAX_CARD_ENTRIES), stories.corrections(views, story_id), said)
    return hashlib.sha256(msgspec.json.encode(what)).hexdigest()[:16]


@lru_cache(maxsize=1)
def _rules() -> str:
    """Return a mark of the rules of reading: the version, and the names, sizes and times of their files."""
    folder = Path(facts.__file__).parent
    files = sorted(
        (path.name, path.stat().st_size, path.stat().st_mtime_ns)
        for where, _, names in os.walk(folder)
        for path in (Path(where) / name for name in names)
        if "__pycache__" not in where
    )
    return hashlib.sha256(f"{__version__}{files}".encode()).hexdigest()[:16]
