"""The closed set of events: what can happen, and what each event says.

A type is a stable kebab string, never a Python path. Each type has one Struct, its version and its documentation in
docs/events.md. Old versions are upcast on reading (codec); fields unknown to this release stay in the stored bytes.
A file for each subject: what was collected, judged by the machine, decided by people, and kept; the names in `__all__`
of the four are the set. This room knows nothing of storage, hashes or clocks.

Conventions: times are ISO 8601 strings in UTC ending in `Z`; `*_sha` names a payload by the SHA-256 (hex) of its bytes;
a payload of an entry is the canonical JSON of `{"title", "summary", "text"}`; scores are floats in [0, 1].
"""

from __future__ import annotations

from monitor.log.events import collected, decided, judged, kept
from monitor.log.events.collected import *
from monitor.log.events.decided import *
from monitor.log.events.judged import *
from monitor.log.events.kept import *
from monitor.log.events.shape import Event as Event
from monitor.log.events.shape import EventData as EventData
from monitor.log.events.shape import NewEvent as NewEvent

EVENT_TYPES: dict[str, type[EventData]] = {
    getattr(subject, name).type: getattr(subject, name)
    for subject in (collected, judged, decided, kept)
    for name in subject.__all__
}
