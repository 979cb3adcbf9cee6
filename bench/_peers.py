"""The subjects of the collection bench: ours, the hand-written floor, and the readers people use.

A subject makes an empty store that knows the feeds (not measured), then runs one tick as its users would, as a process
of its own; CPU is that of the whole process and its children, imports included.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MONITOR = Path(sys.executable).with_name("monitor")


@dataclass
class Run:
    """One measured process."""

    code: int
    wall_s: float
    cpu_s: float
    rss_mib: float
    err: str


def measure(command: list[str], *, cwd: Path, env: dict[str, str] | None = None, timeout_s: float = 900) -> Run:
    """Run a command; CPU includes the children it waited for, RSS is the process's own peak."""
    full = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | (env or {})
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=full, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        peak, pause = 0, 0.002
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, _peak_kib(process.pid))
            if time.perf_counter() - began > timeout_s:
                process.kill()
                timeout_s = 1e9
            time.sleep(pause)
            pause = min(pause * 1.3, 0.02)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        said = log.read()[-2000:].decode("utf-8", "replace")
    return Run(process.returncode, wall, usage.ru_utime + usage.ru_stime, peak / 1024, said)


def _peak_kib(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


class Subject:
    """A reader in a folder of its own."""

    name = ""

    def __init__(self, work: Path, urls: list[str]) -> None:
        self.home = work / self.name
        self.urls = urls

    def prepare(self) -> None:
        """Make an empty store that knows the feeds."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        (self.home / "urls").write_text("\n".join(self.urls) + "\n")

    def command(self) -> list[str]:
        raise NotImplementedError

    def env(self) -> dict[str, str]:
        return {}

    def tick(self) -> Run:
        run = measure(self.command(), cwd=self.home, env=self.env())
        if run.code:
            raise SystemExit(f"error: {self.name} ended with {run.code}: {run.err.strip()[-400:]}")
        return run

    def stored(self) -> int:
        """Return how many entries the store holds."""
        return 0


class Ours(Subject):
    """`monitor tick`: safety checks, scores, views and the signed log included."""

    name = "monitor"
    extra = ""

    def prepare(self) -> None:
        super().prepare()
        hosts = sorted({url.split("/")[2] for url in self.urls})
        lines = ["settings:", "  contact: bench@example.org", self.extra, "  allow_private:"]
        lines += [f"  - {host}" for host in hosts] + ["feeds:"]
        lines += [f"- url: {url}\n  name: feed {n}" for n, url in enumerate(self.urls)]
        (self.home / "feeds.yaml").write_text("\n".join(line for line in lines if line) + "\n")
        run = measure([str(MONITOR), "init"], cwd=self.home)
        if run.code:
            raise SystemExit(f"error: monitor init: {run.err}")

    def command(self) -> list[str]:
        return [str(MONITOR), "tick", "--quiet", "--force"]

    def stored(self) -> int:
        return _count(self.home / "data" / "views.db", "entries")


class Floor(Subject):
    """The hand-written script."""

    name = "floor"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "bench._hand", str(self.home / "urls"), str(self.home / "store.db")]

    def env(self) -> dict[str, str]:
        return {"PYTHONPATH": str(ROOT)}

    def stored(self) -> int:
        return _count(self.home / "store.db", "entries")


class Reader(Subject):
    """lemon24's reader, 20 workers, in an environment of its own."""

    name = "reader"
    venv = ROOT / ".bench" / "reader"
    add = (
        "from reader import make_reader; reader = make_reader('r.db')\n"
        "for url in open('urls').read().split(): reader.add_feed(url)"
    )
    update = "from reader import make_reader; make_reader('r.db').update_feeds(scheduled=False, workers=20)"

    def prepare(self) -> None:
        super().prepare()
        run = measure([str(self.venv / "bin" / "python"), "-c", self.add], cwd=self.home)
        if run.code:
            raise SystemExit(f"error: reader: {run.err}")

    def command(self) -> list[str]:
        return [str(self.venv / "bin" / "python"), "-c", self.update]

    def stored(self) -> int:
        return _count(self.home / "r.db", "entries")


class Newsboat(Subject):
    """newsboat, 50 threads; over HTTPS without verification, as it cannot be given a bundle."""

    name = "newsboat"

    def prepare(self) -> None:
        super().prepare()
        options = "reload-threads 50\nuse-proxy no\nmax-items 0\nssl-verifypeer no\nssl-verifyhost no\n"
        (self.home / "config").write_text(options)

    def command(self) -> list[str]:
        return ["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]

    def env(self) -> dict[str, str]:
        return {"HOME": str(self.home), "TERM": "dumb", "LANG": "C.UTF-8"}

    def stored(self) -> int:
        return _count(self.home / "cache.db", "rss_item")


class Sfeed(Subject):
    """sfeed_update, 50 jobs, with curl's ETag files."""

    name = "sfeed"

    def prepare(self) -> None:
        super().prepare()
        (self.home / "etags").mkdir()
        lines = [
            f'sfeedpath="{self.home}/feeds"',
            "maxjobs=50",
            f'fetch() {{ e="{self.home}/etags/$1"; curl -L --max-redirs 0 \\',
        ]
        lines += [
            '  -H "User-Agent:" -f -s -m 15 --etag-save "$e" --etag-compare "$e" "$2" 2>/dev/null; }',
            "feeds() {",
        ]
        lines += [f'  feed "f{n:05d}" "{url}"' for n, url in enumerate(self.urls)]
        (self.home / "sfeedrc").write_text("\n".join([*lines, "}", ""]))

    def command(self) -> list[str]:
        return ["sfeed_update", str(self.home / "sfeedrc")]

    def stored(self) -> int:
        return sum(path.read_bytes().count(b"\n") for path in (self.home / "feeds").glob("*"))


class Rss2Email(Subject):
    """rss2email, sending nothing."""

    name = "rss2email"

    def prepare(self) -> None:
        super().prepare()
        outlines = "".join(f'<outline type="rss" text="f{n}" xmlUrl="{url}"/>' for n, url in enumerate(self.urls))
        (self.home / "feeds.opml").write_text(f'<opml version="1.0"><head/><body>{outlines}</body></opml>')
        for tail in (["new", "a@localhost"], ["opmlimport", "feeds.opml"]):
            run = measure([*self.base(), *tail], cwd=self.home, env=self.env())
            if run.code:
                raise SystemExit(f"error: rss2email: {run.err}")

    def base(self) -> list[str]:
        return ["r2e", "-c", str(self.home / "cfg"), "-d", str(self.home / "data.json")]

    def command(self) -> list[str]:
        return [*self.base(), "run", "--no-send"]

    def env(self) -> dict[str, str]:
        return {"HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home), "XDG_DATA_HOME": str(self.home)}

    def stored(self) -> int:
        return (self.home / "data.json").read_text().count('"id"')


def _count(path: Path, table: str) -> int:
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        db.close()


def available(apt: bool) -> tuple[list[type[Subject]], list[str]]:
    """Return the peers that can run here, and a line for each that cannot. Installs them where it may."""
    programs = {"newsboat": Newsboat, "sfeed_update": Sfeed, "r2e": Rss2Email, "nginx": None}
    packages = {"newsboat": "newsboat", "sfeed_update": "sfeed", "r2e": "rss2email", "nginx": "nginx-light"}
    missing = [program for program in programs if shutil.which(program) is None]
    if missing and apt and os.geteuid() == 0 and shutil.which("apt-get"):
        names = [packages[program] for program in missing]
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "curl", *names], capture_output=True)
    notes = [f"{packages[p]}: not installed (apt-get install {packages[p]})" for p in programs if not shutil.which(p)]
    found: list[type[Subject]] = [peer for program, peer in programs.items() if peer and shutil.which(program)]
    if _reader_venv():
        found.insert(0, Reader)
    else:
        notes.append("reader: could not be installed into .bench/reader")
    return found, notes


def _reader_venv() -> bool:
    """Make .bench/reader (reader needs sgmllib3k beside it to start), compiled as an installation would be."""
    python = Reader.venv / "bin" / "python"
    if not python.exists():
        Reader.venv.parent.mkdir(exist_ok=True)
        uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
        if Path(uv).exists():
            make, fill = [uv, "venv", "-q", str(Reader.venv)], [uv, "pip", "install", "-q", "--python", str(python)]
        else:
            make, fill = [sys.executable, "-m", "venv", str(Reader.venv)], [str(python), "-m", "pip", "install", "-q"]
        for command in (make, [*fill, "reader==3.26", "sgmllib3k"]):
            if subprocess.run(command, capture_output=True, cwd=ROOT).returncode:
                shutil.rmtree(Reader.venv, ignore_errors=True)
                return False
        subprocess.run([str(python), "-m", "compileall", "-q", str(Reader.venv / "lib")], capture_output=True)
    return True
