"""Fuzz the compiled scorer under AddressSanitizer and UndefinedBehaviorSanitizer, against the plain one as reference.

    python3 dev.py bench sanitize [--texts 20000] [--seed 1]

Compiles classify/_scan.c with both into a copy of the sources in a temporary folder, runs its tests there, then scores
random texts both ways: lexicon words, marks, broken letters, entities, all lengths. Exits 1 at the first report of a
sanitizer or the first score that differs. Needs gcc with its sanitizers, as the ordinary build needs a C compiler.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ("-std=c11", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fPIC", "-shared")
MARKS = " \n\t.!?…؟۔,;:-–_'\"’״׳()0٣۵²½№Aß\u0130\u0301\u200c\u200f\ufeff\0\ud800𝔘😀ﬁªאह\u093f\u094d\u0901\u093c।"


def compiled_copy(folder: Path) -> None:
    """Put a copy of the sources into a folder, with the scorer compiled for the sanitizers."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    target = folder / "src" / "monitor" / "classify" / f"_scan{sysconfig.get_config_var('EXT_SUFFIX')}"
    include = f"-I{sysconfig.get_path('include')}"
    source = str(target.with_name("_scan.c"))
    subprocess.run(["gcc", *FLAGS, "-ffp-contract=off", include, source, "-o", str(target), "-lm"], check=True)


def sanitized(folder: Path, *command: str) -> int:
    """Run Python on the copy with the sanitizers loaded; return its exit code."""
    names = ("libasan.so", "libubsan.so")
    found = [
        subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
        for name in names
    ]
    env = os.environ | {
        "LD_PRELOAD": " ".join(item.stdout.strip() for item in found), "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONMALLOC": "malloc", "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{ROOT}",
    }  # fmt: skip
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=False).returncode


def fuzz(n_texts: int, seed: int) -> int:
    """Score random texts both ways; return 1 at the first that differs."""
    from monitor.classify.features import cleaned
    from monitor.classify.modelstore import cold_model
    from monitor.classify.scan import compiled
    from monitor.text import mask
    from monitor.text.language import LANGUAGES

    scorer = compiled()
    if scorer is None:
        print("the scorer was not compiled")
        return 1
    dice, model = random.Random(seed), cold_model()
    words = sorted({word for code in LANGUAGES for word in mask.lexicon_for(code) if word.isprintable()})
    scan = model.scan()
    assert scan is not None
    for number in range(n_texts):
        title, summary = (_text(dice, words, dice.choice(most)) for most in ((4, 20), (0, 40, 400)))
        lang = dice.choice(["", "xx", "\0", *LANGUAGES])
        if scan.log_odds(*cleaned(title, summary, ""), lang) != model.margin(
            model.plain_counts(title, summary, "", lang)
        ):
            print(f"text {number} of seed {seed} differs: {(title, summary, lang)!r}")
            return 1
        scan = model.scan() or scan
    print(f"{n_texts:,} texts (seed {seed}): equal to the last bit, no report of a sanitizer")
    return 0


def _text(dice: random.Random, words: list[str], most: int) -> str:
    parts = []
    for _ in range(dice.randint(0, most)):
        kind = dice.random()
        if kind < 0.6:
            word = dice.choice(words)
            parts.append(dice.choice([word, word.capitalize(), word.upper(), word[: dice.randint(0, len(word))]]))
        elif kind < 0.8:
            parts.append("".join(dice.choices(MARKS, k=dice.randint(1, 5))))
        else:
            parts.append("".join(chr(dice.randrange(1, 0x11_0000)) for _ in range(dice.randint(1, 6))))
        parts.append(dice.choice(["", " ", " ", " ", "\n", ". "]))
    return "".join(parts)


def main(args: list[str]) -> int:
    """Compile, run the tests, fuzz."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(args)
    if given.child:
        return fuzz(given.texts, given.seed)
    if shutil.which("gcc") is None:
        print("needs gcc")
        return 1
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compiled_copy(folder)
        tests = ("-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "tests/classify/test_scan.py")
        code = sanitized(folder, *tests) or sanitized(
            folder, "-m", "bench.sanitize", "--child", "--texts", str(given.texts), "--seed", str(given.seed)
        )
    print(f"{'ok' if code == 0 else 'FAILED'} after {time.monotonic() - began:.0f} s")
    return 1 if code else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
