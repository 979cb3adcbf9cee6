"""What a worker works with: log, views, settings, model, clock and the way to the network, handed in by app.py.

The clock is a function here and nowhere deeper; every rule below takes `now` as a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.config.load import Config
from monitor.fetch.protocol import Fetcher
from monitor.log.codec import iso
from monitor.log.events import Event, NewEvent
from monitor.log.store import LogStore
from monitor.views.fold import Views
from monitor.worker.withhold import withhold

if TYPE_CHECKING:
    from monitor.classify.model import Model


class Workspace:
    """An open data folder. `model` is loaded when first asked for: a tick without new entries needs none."""

    def __init__(
        self,
        *,
        config: Config,
        data_dir: Path,
        log: LogStore,
        views: Views,
        clock: Callable[[], datetime],
        load_model: Callable[[Workspace], Model],
        fetcher: Fetcher,
    ) -> None:
        self.config = config
        self.data_dir = data_dir
        self.log = log
        self.views = views
        self.clock = clock
        self.fetcher = fetcher
        self._load_model = load_model
        self._model: Model | None = None

    @property
    def model(self) -> Model:
        """The model in use. Raises ModelError or NotFoundError where there is none that can be trusted."""
        if self._model is None:
            self._model = self._load_model(self)
        return self._model

    def forget_model(self) -> None:
        """Load the model anew at the next use (after a promotion)."""
        self._model = None

    def append(self, events: Sequence[NewEvent], payloads: dict[str, bytes] | None = None) -> Sequence[Event]:
        """Append in one durable transaction, stamped by the clock, and fold what was new."""
        appended = self.write(events, payloads or {})
        self.views.fold(appended)
        return appended

    def write(self, events: Sequence[NewEvent], payloads: Mapping[str, bytes]) -> Sequence[Event]:
        """Append without folding; texts a person had erased stay out."""
        events, payloads, erased = withhold(self.views, events, payloads)
        return self.log.append(events, recorded_at=iso(self.clock()), payloads=payloads, erased=erased)

    def close(self) -> None:
        """Close the views and the log."""
        self.views.close()
        self.log.close()
