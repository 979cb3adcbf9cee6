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
    code = _run(sys.argv[1:])
    gc.disable()
    gc.freeze()  # a last look for cycles in what ends with the process costs another 30 ms
    sys.exit(code)


def _run(args: list[str]) -> int:
    from monitor.surfaces.cli.ending import escape_foreign_letters
    from monitor.surfaces.cli.plain import plain_tick

    escape_foreign_letters()
    code = plain_tick(args)
    if code is None:
        from monitor.surfaces.cli.main import run

        code = run(args)
    return code


if __name__ == "__main__":
    main()
