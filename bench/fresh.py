"""Do as a new user does, in a fresh Debian: clone, `python3 dev.py demo`, as root and as a user without any rights.

    python3 dev.py bench fresh [--suites bookworm trixie]

Needs root and debootstrap. The system has python3 and git and nothing more: no pip, no ensurepip, no compiler. As
root the demo brings in what it lacks; a user is told the one package to ask for, and the demo works once it is there.
Exits 1 where any of that is not so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARE = "python3,git,ca-certificates"
TIMEOUT_S = 1200


class Debian:
    """A fresh Debian in a folder."""

    def __init__(self, folder: Path, suite: str) -> None:
        self.folder = folder
        command = ["debootstrap", "--variant=minbase", f"--include={BARE}", suite, str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=TIMEOUT_S)
        for name in ("resolv.conf", "hosts"):
            shutil.copy(f"/etc/{name}", folder / "etc" / name)
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", folder / "etc/ssl/certs/ca-certificates.crt")
        if Path("/etc/pip.conf").is_file():  # how this machine reaches its package index
            shutil.copy("/etc/pip.conf", folder / "etc/pip.conf")

    def run(self, command: str, user: str = "root") -> subprocess.CompletedProcess[str]:
        """Run a shell command inside, with /proc and /dev that end with it."""
        inside = f'mount -t proc proc "$0"/proc && mount --rbind /dev "$0"/dev && exec chroot "$0" su {user} -c "$1"'
        env = {"PATH": os.defpath + ":/usr/sbin:/sbin", "LANG": "C.UTF-8"}
        args = ["unshare", "-m", "sh", "-c", inside, str(self.folder), command]
        return subprocess.run(args, env=env, capture_output=True, text=True, timeout=TIMEOUT_S)

    def clone(self, home: str) -> None:
        """Put a fresh clone of this checkout into a home folder."""
        target = f"{self.folder}{home}/monitor"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), target], check=True, timeout=TIMEOUT_S)


def try_suite(suite: str, folder: Path) -> list[str]:
    """Try one Debian as a user and as root; return what went wrong."""
    print(f"{suite}: a fresh system …", flush=True)
    debian, faults = Debian(folder, suite), []
    debian.run("useradd -m ana")
    debian.clone("/home/ana")
    debian.run("chown -R ana /home/ana")
    demo = "cd ~/monitor && python3 dev.py demo"
    told = debian.run(demo, "ana")
    if told.returncode == 0 or "apt-get install python3-venv" not in told.stderr:
        faults.append(f"{suite}: a user without pip is not told what is missing: {told.stderr[-200:]}")
    debian.clone("/root")
    for user in ("root", "ana"):  # root's run brings python3-venv in, which is what the user was told to ask for
        began = time.monotonic()
        done = debian.run(demo, user)
        last = (done.stdout.strip().splitlines() or [""])[-1]
        print(f"{suite}, {user}: exit {done.returncode}, {time.monotonic() - began:.0f} s, {last}", flush=True)
        if done.returncode:
            faults.append(f"{suite}, {user}: {(done.stderr or done.stdout)[-400:]}")
    return faults


def main(args: list[str]) -> int:
    """Try each suite."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--suites", nargs="+", default=["bookworm", "trixie"])
    given = parser.parse_args(args)
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        print("needs root and debootstrap (Debian: apt-get install debootstrap)")
        return 2
    faults = []
    for suite in given.suites:
        with tempfile.TemporaryDirectory() as name:
            faults += try_suite(suite, Path(name) / suite)
    for fault in faults:
        print(f"MISSED {fault}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
