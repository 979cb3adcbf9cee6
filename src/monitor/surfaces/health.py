"""Health and metrics: one answer for monitoring systems, on the command line and over HTTP.

Not well means: the log does not verify near its end, the last tick is late, a group of feeds has fallen silent, the
model cannot be read, a daily job failed, or a channel did not take its last digest or alert.
"""

from __future__ import annotations

from collections import defaultdict

import msgspec

from monitor.errors import MonitorError
from monitor.surfaces.condition import Condition, condition_of
from monitor.views.queries.ticks import last_finished_tick
from monitor.worker.workspace import Workspace

GROUP_BAD_SHARE = 0.5


class Health(msgspec.Struct, frozen=True):
    """Whether all is well, and every reason why not."""

    ok: bool
    reasons: list[str]
    warnings: list[str]


def health_of(workspace: Workspace) -> Health:
    """Judge the installation."""
    condition = condition_of(workspace)
    reasons = condition.failures + _groups(condition) + condition.tick_warnings
    try:
        workspace.log.check_writable()
    except MonitorError as error:
        reasons.append(f"log: {error}")
    try:
        _ = workspace.model
    except MonitorError as error:
        reasons.append(f"model: {error}")
    return Health(not reasons, reasons, [text for text in condition.warnings if text not in reasons])


def _groups(condition: Condition) -> list[str]:
    """Return one reason per group of feeds of which half or more give nothing."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for feed in condition.feeds:
        groups[feed.group].append(feed.state not in ("ok", "new", "moved", "partial", "resting"))
    return [
        f"feeds: {sum(bad)} of {len(bad)} in group {group or 'default'!r} give nothing"
        for group, bad in sorted(groups.items())
        if sum(bad) >= max(1, GROUP_BAD_SHARE * len(bad))
    ]


def metrics_text(workspace: Workspace) -> str:
    """Return the figures in the Prometheus text format (exposition format 0.0.4)."""
    condition = condition_of(workspace)
    states: dict[str, int] = defaultdict(int)
    for feed in condition.feeds:
        states[feed.state] += 1
    tick = last_finished_tick(workspace.views)
    figures = [
        ("monitor_log_position", "Events in the log.", condition.position),
        ("monitor_entries", "Entries seen.", condition.n_entries),
        ("monitor_flagged", "Entries flagged.", condition.n_flagged),
        ("monitor_queue_waiting", "Stories that wait for a decision.", condition.n_waiting),
        ("monitor_labels", "Standing labels.", condition.n_labels),
        ("monitor_tick_new_entries", "New entries of the last finished tick.", tick.n_new if tick else 0),
        ("monitor_tick_flagged", "Entries flagged by the last finished tick.", tick.n_flagged if tick else 0),
        ("monitor_tick_seconds", "Duration of the last finished tick.", tick.duration_ms / 1000 if tick else 0),
        ("monitor_tick_failed_feeds", "Feeds that failed in the last finished tick.", tick.n_failed if tick else 0),
    ]
    lines = []
    for name, text, value in figures:
        lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge", f"{name} {value}"]
    lines += ["# HELP monitor_feeds Feeds by state.", "# TYPE monitor_feeds gauge"]
    lines += [f'monitor_feeds{{state="{state}"}} {count}' for state, count in sorted(states.items())]
    return "\n".join(lines) + "\n"
