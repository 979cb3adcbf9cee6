"""`monitor` and `python -m monitor`: hand over to the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its documented code."""
    from monitor.surfaces.cli.idle import idle_tick

    if idle_tick(sys.argv[1:]):
        sys.exit(0)
    from monitor.surfaces.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
