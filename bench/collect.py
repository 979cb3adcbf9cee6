"""Collection against the readers people use, on one loopback farm: CPU ratios within interleaved rounds.

    python3 dev.py bench collect [--rounds N] [--only first,unchanged,same,https,latency,stall,many,idle]
                                [--peers reader,newsboat,sfeed,rss2email] [--no-apt]

Every subject runs as its users run it, one whole process per tick, in rounds; a ratio is the median over the rounds of
two CPU times of the same round, because the machine's speed moves more between rounds than within one. Ours includes
every safety check, the scores, the views and the log. Exits 1 when a target is missed, 0 otherwise; a peer that is not
installed is left out with a word. What the targets mean: docs/collection.md.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench._farm import FarmProcess, generate, urls
from bench._peers import MONITOR, ROOT, Floor, Ours, Reader, Run, Subject, available, measure

WORK = ROOT / ".bench" / "collect"
PORT = 8610
N_FEEDS, N_ITEMS, N_HOSTS = 500, 40, 250
MAX_RSS_MIB = 90
SCENARIOS = ("first", "unchanged", "same", "https", "latency", "stall", "many", "idle")
Rows = dict[str, list[Run]]


@dataclass
class Report:
    """Lines to print, and whether every target was met."""

    lines: list[str] = field(default_factory=list)
    missed: int = 0

    def say(self, text: str) -> None:
        print(text, flush=True)
        self.lines.append(text)

    def target(self, text: str, value: float, limit: float) -> None:
        ok = value <= limit
        self.missed += not ok
        self.say(f"  {'ok    ' if ok else 'MISSED'} {text}: {value:.3f} (target <= {limit:g})")

    def table(self, rows: Rows) -> None:
        for name, runs in rows.items():
            cpu, wall = [run.cpu_s for run in runs], [run.wall_s for run in runs]
            spread = f"{min(cpu):.2f}-{max(cpu):.2f}"
            self.say(
                f"  {name:<10} CPU {statistics.median(cpu):7.3f} s ({spread})  wall {statistics.median(wall):7.2f} s"
                f"  RSS {max(run.rss_mib for run in runs):5.0f} MiB"
            )

    def ratios(self, rows: Rows, limits: dict[str, float]) -> None:
        for other, limit in limits.items():
            if other in rows:
                pairs = zip(rows["monitor"], rows[other], strict=True)
                ratio = statistics.median(ours.cpu_s / theirs.cpu_s for ours, theirs in pairs)
                self.target(f"CPU / {other}", ratio, limit)
        self.target("peak RSS, MiB", max(run.rss_mib for run in rows["monitor"]), MAX_RSS_MIB)


def rounds(subjects: Sequence[Subject], n: int, before: Callable[[Subject], None] | None = None) -> Rows:
    """Run every subject once per round."""
    rows: Rows = {subject.name: [] for subject in subjects}
    for _ in range(n):
        for subject in subjects:
            if before:
                before(subject)
            rows[subject.name].append(subject.tick())
    return rows


def farm(port: int = PORT, *, root: Path = WORK / "farm", n_hosts: int = N_HOSTS, **kind: object) -> FarmProcess:
    server = kind.pop("server", "nginx" if shutil.which("nginx") else "asyncio")
    return FarmProcess(root, WORK / "nginx", port=port, n_hosts=n_hosts, server=str(server), **kind)  # type: ignore[arg-type]


def first(report: Report, peers: list[type[Subject]], n: int) -> None:
    """Everything is new."""
    subjects = [make(WORK, urls(N_FEEDS, PORT, N_HOSTS)) for make in (Ours, Floor, *peers)]
    with farm():
        rows = rounds(subjects, n, lambda subject: subject.prepare())
    report.say(f"first tick: {N_FEEDS} feeds x {N_ITEMS} entries, all new")
    report.table(rows)
    for subject in subjects:
        if subject.name != "rss2email" and subject.stored() != N_FEEDS * N_ITEMS:
            report.missed += 1
            report.say(f"  MISSED {subject.name} stored {subject.stored()} of {N_FEEDS * N_ITEMS} entries")
    report.ratios(rows, {"newsboat": 0.4, "reader": 0.25, "floor": 3})


def unchanged(report: Report, peers: list[type[Subject]], n: int) -> None:
    """Every answer is 304."""
    subjects = [make(WORK, urls(N_FEEDS, PORT, N_HOSTS)) for make in (Ours, Floor, *peers)]
    with farm():
        warm(subjects)
        rows = rounds(subjects, n)
    report.say("unchanged: every feed answers 304")
    report.table(rows)
    report.ratios(rows, {"rss2email": 0.4, "reader": 0.3, "floor": 3})


def same(report: Report, peers: list[type[Subject]], n: int) -> None:
    """Every answer is 200 with the bytes of last time."""
    subjects = [make(WORK, urls(N_FEEDS, PORT, N_HOSTS)) for make in (Ours, Floor, *peers)]
    with farm(mode="always200"):
        warm(subjects)
        rows = rounds(subjects, n)
    report.say("same: every feed answers 200 with the same bytes, no validators")
    report.table(rows)
    pairs = [min(rows[peer.name][n].cpu_s for peer in peers) for n in range(len(rows["monitor"]))] if peers else []
    if pairs:
        ratios = [ours.cpu_s / best for ours, best in zip(rows["monitor"], pairs, strict=True)]
        report.target("CPU / best peer", statistics.median(ratios), 0.06)
    report.ratios(rows, {"floor": 3})


def https(report: Report, peers: list[type[Subject]], n: int) -> None:
    """Every answer is 304, over TLS with verified certificates, 250 hosts."""
    if not shutil.which("nginx") or not shutil.which("openssl"):
        report.say("https: skipped (needs nginx and openssl)")
        return
    makers = [Ours, Floor, *(peer for peer in peers if peer is Reader)]
    subjects = [make(WORK, urls(N_FEEDS, PORT + 1, N_HOSTS, "https")) for make in makers]
    with farm(PORT + 1, tls=True), trusted(WORK / "nginx" / "cert.pem"):
        warm(subjects)
        rows = rounds(subjects, n)
    report.say("https: every feed answers 304 over TLS, certificates verified")
    report.table(rows)
    report.ratios(rows, {"reader": 0.1, "floor": 3})


class trusted:  # noqa: N801 - reads as a phrase
    """Let every child trust a full-size bundle that also holds the farm's certificate; reader knows only its own."""

    def __init__(self, certificate: Path) -> None:
        self.certificate = certificate

    def __enter__(self) -> None:
        import os

        import certifi

        extra = self.certificate.read_text()
        bundle = WORK / "ca.pem"
        bundle.write_text(Path(certifi.where()).read_text() + "\n" + extra)
        os.environ["SSL_CERT_FILE"] = str(bundle)
        for own in Reader.venv.glob("lib/*/site-packages/certifi/cacert.pem"):
            own.unlink()  # uv links files to its cache: replace, never append
            own.write_text(bundle.read_text())

    def __exit__(self, *_: object) -> None:
        import os

        del os.environ["SSL_CERT_FILE"]


def latency(report: Report, _: list[type[Subject]], n: int) -> None:
    """Every answer takes 100 ms; with 48 at a time the floor is about a second."""
    subjects: list[Subject] = [Ours(WORK, urls(N_FEEDS, PORT, N_HOSTS))]
    with farm(server="asyncio", latency_ms=100):
        warm(subjects)
        rows = rounds(subjects, n)
    report.say("latency: 304 after 100 ms")
    report.table(rows)
    report.target("wall, s", statistics.median(run.wall_s for run in rows["monitor"]), 2.5)


def stall(report: Report, _: list[type[Subject]], n: int) -> None:
    """Ten of a hundred hosts accept and never answer: the delay against the same tick without them."""
    ours = Ours(WORK, urls(100, PORT, 100))
    ours.extra = "  deadline_s: 4"
    rows: Rows = {"all well": [], "10 stall": []}
    for _round in range(min(n, 3)):
        for name, n_stalling in (("all well", 0), ("10 stall", 10)):
            with farm(server="asyncio", n_hosts=100, stall=n_stalling):
                ours.prepare()
                rows[name].append(ours.tick())
    report.say("stall: 10 of 100 hosts never answer, deadline 4 s")
    report.table(rows)
    delays = [bad.wall_s - good.wall_s for good, bad in zip(rows["all well"], rows["10 stall"], strict=True)]
    report.target("delay / deadline", statistics.median(delays) / 4, 1.25)


def many(report: Report, _: list[type[Subject]], n: int) -> None:
    """5,000 feeds: what one more feed costs must not grow."""
    generate(WORK / "farm5000", 5000, 4)
    costs = {}
    for n_feeds in (500, 5000):
        ours = Ours(WORK, urls(n_feeds, PORT, N_HOSTS))
        with farm(root=WORK / "farm5000"):
            first_run = rounds([ours], 1, lambda subject: subject.prepare())["monitor"][0]
            runs = rounds([ours], min(n, 3))["monitor"]
            empty = min(measure([str(MONITOR), "tick", "--quiet"], cwd=ours.home).cpu_s for _ in range(3))
        warm_ms = (statistics.median(run.cpu_s for run in runs) - empty) / n_feeds * 1000
        costs[n_feeds] = ((first_run.cpu_s - empty) / n_feeds * 1000, warm_ms)
        report.say(
            f"many: {n_feeds} feeds x 4 entries: {costs[n_feeds][0]:.2f} ms CPU a feed new, {warm_ms:.3f} ms unchanged"
        )
        report.target("peak RSS, MiB", max(run.rss_mib for run in (first_run, *runs)), MAX_RSS_MIB)
    report.target("new: cost of a feed, 5000 / 500", costs[5000][0] / costs[500][0], 1.5)
    report.target("unchanged: cost of a feed, 5000 / 500", costs[5000][1] / costs[500][1], 1.5)


def idle(report: Report, _: list[type[Subject]], n: int) -> None:
    """A tick with nothing due, against an interpreter that does nothing."""
    ours = Ours(WORK, urls(N_FEEDS, PORT, N_HOSTS))
    with farm():
        warm([ours])
    ratios, costs = [], []
    for _round in range(max(15, n)):
        bare = measure([sys.executable, "-c", "pass"], cwd=ours.home).cpu_s
        costs.append(measure([str(MONITOR), "tick", "--quiet"], cwd=ours.home).cpu_s)
        ratios.append(costs[-1] / bare)
    report.say(f"idle: nothing due, {statistics.median(costs) * 1000:.0f} ms CPU")
    report.target("CPU / python -c pass", statistics.median(ratios), 8)


def warm(subjects: Sequence[Subject]) -> None:
    """Bring every store to where one tick leaves it."""
    for subject in subjects:
        subject.prepare()
        subject.tick()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(SCENARIOS))
    parser.add_argument("--no-apt", action="store_true", help="install nothing")
    parser.add_argument("--peers", help="only these, such as reader,newsboat; '' for ours and the floor alone")
    args = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    generate(WORK / "farm", N_FEEDS, N_ITEMS)
    report = Report()
    peers, notes = ([], []) if args.peers == "" else available(not args.no_apt)
    if args.peers:
        peers = [peer for peer in peers if peer.name in args.peers.split(",")]
    for note in notes:
        report.say(f"left out: {note}")
    for name in args.only.split(","):
        globals()[name](report, peers, args.rounds)
    report.say(f"{report.missed} targets missed" if report.missed else "every target met")
    return int(report.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
