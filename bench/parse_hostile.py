"""Hostile feed files through the reader: crashes, hangs, leaks and lost controls; exit code 1 if there is one.

    python3 dev.py bench parse_hostile [COUNT [SEED]]

Needs the optional data folder (../shared or $MONITOR_SHARED) with its generator and checker. Another seed makes other
mutants: the figure holds for every seed, not for one.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BAD = ("crash", "hang", "memory", "canary", "lost_control")


def main() -> int:
    """Generate, run, print."""
    hostile = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared")) / "hostile"
    if not hostile.is_dir():
        print(f"needs {hostile}")
        return 0
    os.environ["PYTHONPATH"] = f"{ROOT / 'src'}:{hostile}"
    sys.path.insert(0, str(hostile))
    import check_feeds
    import hostile_feeds

    count, seed = [int(text) for text in (*sys.argv[1:], *("4200", "1")[len(sys.argv) - 1 :])]
    with tempfile.TemporaryDirectory() as folder:
        made = hostile_feeds.write_all(folder, count=count, seed=seed)
        result = check_feeds.check(folder, "monitor.parse.feed:entries_or_error")
    print(f"{made['files']} files, {made['bytes'] / 1e6:.0f} MB, seed {seed}, {result['wall_s']} s")
    print(json.dumps({key: result[key] for key in ("ok", "clean", *BAD, "junk_accepted", "over_1s")}, indent=1))
    return int(any(result[key] for key in BAD))


if __name__ == "__main__":
    sys.exit(main())
