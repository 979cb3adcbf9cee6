#!/usr/bin/env python3
"""Set up, check, show and measure `monitor` with nothing but python3 (3.11 or later) and git.

    python3 dev.py setup                .venv with .venv/bin/monitor, from the hash-locked requirements
    python3 dev.py test [ARGS…]         set up, then format, lint, types and tests (ARGS go to pytest)
    python3 dev.py demo                 set up, then the main job over fixtures/feeds/ on the loopback interface
    python3 dev.py bench NAME [ARGS…]   set up, then bench/NAME.py; without NAME, the list
    python3 dev.py lock [--upgrade]     resolve requirements.lock and those of packaging/ anew (needs network); versions
                                        stay as they are unless asked to rise

Owns how the project is installed and checked on a machine that has neither uv nor make, nor always pip. Uses the
standard library alone. What the demo does is in tools/demo.py, what a bench measures in bench/.
"""

from __future__ import annotations

import compileall
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = ROOT / ".tools"
LOCK = ROOT / "requirements.lock"
BOOTSTRAP = ROOT / "packaging" / "bootstrap.lock"
RUNTIME = ROOT / "packaging" / "runtime.lock"
STAMP = VENV / ".installed"
EXTRAS = ("archive", "fulltext", "web", "notify", "witness", "postgres")
NO_PIP = (
    "error: this python3 has no pip and none could be installed; as root run `apt-get install python3-venv` "
    "(Debian, Ubuntu) or install pip another way, then run this again"
)


class StepError(Exception):
    """A step failed; the message says which, and shows what its program said."""


def say(text: str) -> None:
    """Print one progress line at once."""
    print(text, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print what begins, then how long it took (seconds)."""
    say(f"· {name} …")
    began = time.monotonic()
    yield
    say(f"  done in {time.monotonic() - began:.1f} s")


def environment() -> dict[str, str]:
    """Return the environment for children: this machine's, without what bends Python or forbids bytecode."""
    bent = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV"}
    env = {key: value for key, value in os.environ.items() if key not in bent}
    env.setdefault("UV_SYSTEM_CERTS", "1")  # uv ignores the system's certificates unless told
    env.setdefault("UV_PYTHON_DOWNLOADS", "never")
    env.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    return env


def quiet(command: list[str], env: dict[str, str] | None = None) -> str:
    """Run a program without showing its output and return it. Raises StepError with that output if it fails."""
    try:
        done = subprocess.run(command, cwd=ROOT, env=env or environment(), text=True, capture_output=True)
    except OSError as error:
        raise StepError(f"{command[0]}: {error.strerror}") from error
    if done.returncode:
        raise StepError(f"{' '.join(command)}\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout


def works(command: list[str]) -> bool:
    """Say whether a program runs and exits 0."""
    try:
        quiet(command)
    except StepError:
        return False
    return True


def find_pip() -> list[str]:
    """Return the start of a command line that runs pip: Python's own, a private one, Debian's wheel, or apt's."""
    own = [sys.executable, "-m", "pip"]
    if works([*own, "--version"]):
        return own
    private = TOOLS / "pip"
    make_private = [sys.executable, "-m", "venv", "--clear", str(private)]
    if works(make_private):
        return [str(private / "bin" / "python"), "-m", "pip"]
    for wheel in sorted(Path("/usr/share/python-wheels").glob("pip-*.whl")):
        if works([sys.executable, f"{wheel}/pip", "--version"]):
            return [sys.executable, f"{wheel}/pip"]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("  this python3 has neither pip nor ensurepip: apt-get install python3-venv")
        works(["apt-get", "update", "-qq"])
        works(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv"])
        if works(make_private):
            return [str(private / "bin" / "python"), "-m", "pip"]
    raise SystemExit(NO_PIP)


def find_uv() -> tuple[str, dict[str, str]] | None:
    """Return uv and its environment: the machine's, or one bootstrapped into .tools; None where uv has no wheel."""
    env = environment()
    found = shutil.which("uv")
    if found and works([found, "--version"]):
        return found, env
    pip = find_pip()
    own = TOOLS / "uv" / "bin" / "uv"
    if not works([str(own), "--version"]):
        options = ["--quiet", "--upgrade", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
        try:
            quiet([*pip, "install", *options, "--target", str(TOOLS / "uv"), "-r", str(BOOTSTRAP)])
        except StepError:
            return None
    index = re.search(r"index-url='([^']+)'", pip_settings(pip))
    if index:  # a machine with its own package index says so to pip; uv does not read that
        env.setdefault("UV_DEFAULT_INDEX", index[1])
    return str(own), env


def pip_settings(pip: list[str]) -> str:
    """Return pip's settings, one a line, or nothing where pip cannot say; extra indexes are left out."""
    try:
        lines = quiet([*pip, "config", "list"]).splitlines()
    except StepError:
        return ""
    return "\n".join(line for line in lines if "extra-index-url" not in line)


def install_with_uv(uv: str, env: dict[str, str]) -> None:
    """Install the locked requirements and this checkout with uv."""
    base = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--compile-bytecode"]
    quiet([*base, "--require-hashes", "-r", str(LOCK)], env)
    quiet([*base, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], env)


def install_with_pip() -> None:
    """Install the locked requirements and this checkout with pip; slower, and works wherever pip does."""
    base = [*find_pip(), "--python", str(PYTHON), "install", "--quiet"]
    quiet([*base, "--require-hashes", "-r", str(LOCK)])
    quiet([*base, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])


def fingerprint() -> str:
    """Return what the installation depends on, as one hash."""
    files = [LOCK, ROOT / "pyproject.toml", *sorted((ROOT / "src").rglob("*.c")), ROOT / "packaging" / "build_hook.py"]
    parts = [*(path.read_bytes() for path in files), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_installed() -> bool:
    """Say whether .venv holds what the lock asks for."""
    return STAMP.is_file() and STAMP.read_text() == fingerprint() and (VENV / "bin" / "monitor").is_file()


def install() -> None:
    """Make .venv and install into it; an existing one that runs is kept and brought up to date."""
    if not works([str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
        with step("virtual environment .venv"):
            quiet([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)])
    with step("installer"):
        uv = find_uv()
    with step("locked requirements, every file checked against its hash"):
        try:
            if uv is None:
                raise StepError("uv has no build for this machine")
            install_with_uv(*uv)
        except StepError as error:
            say(f"  uv could not install them, trying pip ({str(error).splitlines()[-1].strip()})")
            install_with_pip()
    STAMP.write_text(fingerprint())


def setup() -> None:
    """Make sure .venv is there and current; nothing to do costs a fraction of a second."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed():
            say(f"Setting up with Python {sys.version.split()[0]} in {VENV}")
            install()
        compileall.compile_dir(ROOT / "src", quiet=2)


def run(command: list[str]) -> int:
    """Run one of the environment's programs with its output shown; return its exit code."""
    env = environment()
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    return subprocess.run(command, cwd=ROOT, env=env).returncode


def check(name: str, command: list[str]) -> bool:
    """Run one check and say how it went."""
    began = time.monotonic()
    passed = run(command) == 0
    say(f"{'ok    ' if passed else 'FAILED'} {name} ({time.monotonic() - began:.1f} s)")
    return passed


def run_tests(args: list[str]) -> bool:
    """Run pytest, show its output as it comes, and say whether at least one test ran and none failed."""
    command = [str(PYTHON), "-m", "pytest", *args]
    last = ""
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            print(line, end="", flush=True)
            last = line if line.strip() else last
    return child.returncode == 0 and re.search(r"\b[1-9]\d* passed", last) is not None


def test(args: list[str]) -> int:
    """Run every check, also after one has failed; pytest comes last, so its closing line is the last line."""
    sources = [
        str(ROOT / name) for name in ("src", "tests", "tools", "bench", "packaging", "dev.py") if (ROOT / name).exists()
    ]
    checks = [
        check("ruff format", [str(PYTHON), "-m", "ruff", "format", "--quiet", "--check", *sources]),
        check("ruff check", [str(PYTHON), "-m", "ruff", "check", "--quiet", *sources]),
        check("mypy --strict", [str(PYTHON), "-m", "mypy"]),
    ]
    return 0 if run_tests(args) and all(checks) else 1


def demo(args: list[str]) -> int:
    """Run the main job over the fixtures."""
    return run([str(PYTHON), "-m", "tools.demo", *args])


def bench(args: list[str]) -> int:
    """Run one bench, or list them."""
    names = sorted(path.stem for path in (ROOT / "bench").glob("*.py") if not path.stem.startswith("_"))
    name = args[0].replace("-", "_") if args else ""
    if name not in names:
        say(f"benches: {', '.join(names) or 'none'}")
        return 2 if args else 0
    return run([str(PYTHON), "-m", f"bench.{name}", *args[1:]])


def lock(args: list[str]) -> None:
    """Resolve the lock files anew; they name no index, so any mirror of the packages will do.

    Versions already locked stay, so that adding one package does not change all others; `--upgrade` raises them.
    """
    uv = find_uv()
    if uv is None:
        raise SystemExit("error: uv is needed to resolve the lock and has no build for this machine")
    common = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
    command = [uv[0], "pip", "compile", *common, "--no-annotate", "--custom-compile-command", "python3 dev.py lock"]
    command += ["--upgrade"] if "--upgrade" in args else []
    extras = [part for extra in EXTRAS for part in ("--extra", extra)]
    with step(LOCK.name):
        group = ["--group", f"{ROOT / 'pyproject.toml'}:dev"]
        quiet([*command, *extras, *group, "pyproject.toml", "-o", str(LOCK)], uv[1])
    with step(RUNTIME.name):  # the same versions without the development tools, for the image
        quiet([*command, *extras, "-c", str(LOCK), "pyproject.toml", "-o", str(RUNTIME)], uv[1])
    with step(BOOTSTRAP.name):
        wanted = TOOLS / "bootstrap.in"
        wanted.write_text("uv>=0.9\n")
        quiet([*command, str(wanted), "-o", str(BOOTSTRAP)], uv[1])


def main(args: list[str]) -> int:
    """Run one command; a failed step ends in its output and exit code 1."""
    if sys.version_info < (3, 11):  # noqa: UP036 - python3 may be older than what the project declares
        raise SystemExit(f"error: python3 3.11 or later is needed; this is {sys.version.split()[0]}")
    command, rest = (args[0], args[1:]) if args else ("help", [])
    if command not in ("setup", "test", "demo", "bench", "lock"):
        print(__doc__.split("\n\n", 1)[1].rsplit("\n\n", 1)[0])
        return 0 if command in ("help", "-h", "--help") else 2
    try:
        if command == "lock":
            TOOLS.mkdir(exist_ok=True)
            lock(rest)
            return 0
        setup()
    except StepError as error:
        raise SystemExit(f"error: {error}") from error
    if command == "setup":
        say("ready: .venv/bin/monitor")
        return 0
    return {"test": test, "demo": demo, "bench": bench}[command](rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
