"""The most memory that a process has taken, told by the process itself.

Owns that reading alone. Linux gives a new process the peak of the one it was forked from in ru_maxrss, and a bench is
often larger than what it starts; VmHWM begins anew with the program.
"""

from __future__ import annotations

import resource
from pathlib import Path


def peak_mib() -> float:
    """Return the peak resident memory of this process in MiB."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
