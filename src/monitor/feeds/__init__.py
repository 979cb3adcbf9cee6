"""The address that config, fetch, parse and poll had before they were rooms, kept for scripts written then.

`monitor.feeds.guard` is `monitor/fetch/guard.py` and so on. Nothing in this project imports from here.
"""

from __future__ import annotations

from pathlib import Path

__path__ = [str(Path(__file__).parent.parent / room) for room in ("config", "fetch", "parse", "poll", "untrusted")]
