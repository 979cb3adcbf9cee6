"""`monitor` and `python -m monitor`: hand over to the command line."""

from __future__ import annotations

import gc
import sys

# Young objects before the collector looks for cycles. We make few cycles and many small values: looking every 700 finds
# nothing and costs a first tick of 20,000 entries 30 ms.
YOUNG = 20_000


def main() -> None:
    """Run the command line and exit with its documented code."""
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    from monitor.surfaces.cli.idle import idle_tick

    if idle_tick(sys.argv[1:]):
        sys.exit(0)
    from monitor.surfaces.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
