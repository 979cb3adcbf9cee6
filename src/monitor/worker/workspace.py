"""What a worker works with: log, views, settings, model, clock and the way to the network, handed in by app.py.

The clock is a function here and nowhere deeper; every rule below takes `now` as a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.classify.bands import Thresholds
from monitor.config.load import Config
from monitor.config.values import FeedConfig
from monitor.fetch.protocol import Fetcher
from monitor.log.codec import iso
from monitor.log.events import Event, NewEvent
from monitor.log.store import LogStore
from monitor.views.fold import Views
from monitor.views.queries.models import moved
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
        own_feeds: list[FeedConfig] | None = None,
        ahead_s: float = 0.0,
    ) -> None:
        """`own_feeds` are those of feeds.yaml as it stands, where `config` has been brought into line with the log.

        `ahead_s`: by how many seconds the clock of this machine is ahead of `clock`, where that is another one's.
        """
        self.config = config
        self.own_feeds = config.feeds if own_feeds is None else own_feeds
        self.data_dir = data_dir
        self.log = log
        self.views = views
        self.clock = clock
        self.ahead_s = ahead_s
        self.fetcher = fetcher
        self._load_model = load_model
        self._model: Model | None = None
        self.own_thresholds = Thresholds(0.5, 0.5)  # the loaded model's, wherever the flow has moved them

    @property
    def model(self) -> Model:
        """The model in use. Raises ModelError or NotFoundError where there is none that can be trusted."""
        if self._model is None:
            self._model = self._load_model(self)
            self.own_thresholds = Thresholds(self._model.threshold, self._model.look_again)
            stands = moved(self.views)
            if stands is not None and stands.model_id == self._model.model_id:
                self.move_thresholds(Thresholds(stands.threshold, stands.look_again))
        return self._model

    def move_thresholds(self, to: Thresholds) -> None:
        """Let the model in use flag and look again from these scores on."""
        model = self.model
        model.threshold, model.look_again = to.flag, to.look_again

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

    @contextmanager
    def alone(self, job: str, wait_s: float = 0.0) -> Iterator[bool]:
        """Be the one worker of all on this log that does a job, with the views at the head; False where another is."""
        with self.log.claims.alone(job, wait_s) as mine:
            if mine and self.log.claims.shared:
                self.views.catch_up()
            yield mine

    def close(self) -> None:
        """Close the views and the log."""
        self.views.close()
        self.log.close()
