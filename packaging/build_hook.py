"""Compile the scorer while the package is built, and put the manual page and the shells' completions into the wheel.

Where the scorer cannot be compiled, the package is built without it and scores in Python.

hatchling runs this for wheels and for editable installs. It needs a C compiler and Python's headers (Debian:
`gcc python3-dev`), and asks for neither: docs/classifier.md says what each way costs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "src/monitor/classify/_scan.c"
# No contraction to fused operations: the last bit of a score must not depend on the machine.
FLAGS = ("-std=c11", "-O3", "-fPIC", "-ffp-contract=off", "-DNDEBUG")
COMPLETIONS = {
    "monitor.bash": "share/bash-completion/completions/monitor",
    "_monitor": "share/zsh/site-functions/_monitor",
    "monitor.fish": "share/fish/vendor_completions.d/monitor.fish",
}
LINK = ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared",)


class CompiledScorer(BuildHookInterface[Any]):
    """Adds the compiled scorer to a wheel where it can be compiled."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile beside the source and mark the wheel as this machine's; `version` is standard or editable."""
        if self.target_name != "wheel":
            return
        build_data["shared_data"].update(shared_files(Path(self.root)))
        target = Path(self.root, SOURCE).with_suffix(str(sysconfig.get_config_var("EXT_SUFFIX")))
        problem = compile_to(target, Path(self.root, SOURCE))
        if problem:
            self.app.display_warning(f"the scorer stays in plain Python, about seven times slower: {problem}")
            return
        build_data["artifacts"].append(f"/{target.relative_to(self.root)}")
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


def shared_files(root: Path) -> dict[str, str]:
    """Return what goes below `share/` of the environment, source path to target; what a checkout lacks is left out."""
    folder = root / "packaging" / "completion"
    shared = {str(folder / name): target for name, target in COMPLETIONS.items() if (folder / name).is_file()}
    commands = root / "docs" / "commands.md"
    if commands.is_file():
        made = root / "build" / "monitor.1"
        made.parent.mkdir(exist_ok=True)
        made.write_text(manual_page(commands.read_text(encoding="utf-8")), encoding="utf-8")
        shared[str(made)] = "share/man/man1/monitor.1"
    return shared


def manual_page(markdown: str) -> str:
    """Return docs/commands.md as a manual page, in the macros of man(7)."""
    lines = [
        '.TH MONITOR 1 "" "monitor" "User commands"',
        ".SH NAME",
        r"monitor \- watch public feeds for reports of alleged state-linked plots",
    ]
    literal = False
    for line in markdown.splitlines()[1:]:
        if line.startswith("```"):
            literal = not literal
            lines.append(".nf" if literal else ".fi")
        elif not literal and line.startswith("#"):
            lines.append((".SH " if line.startswith("## ") else ".SS ") + roff(line.strip("# `")))
        else:
            lines.append(roff(line) if literal or line else ".PP")
    return "\n".join(lines) + "\n"


def roff(line: str) -> str:
    """Escape what roff would take for its own: a leading dot or apostrophe, backslashes, hyphens, other letters."""
    text = line.replace("\\", r"\e").replace("-", r"\-")
    text = "".join(letter if letter.isascii() else rf"\[u{ord(letter):04X}]" for letter in text)
    return rf"\&{text}" if text[:1] in (".", "'") else text


def compile_to(target: Path, source: Path, extra: tuple[str, ...] = ()) -> str:
    """Compile an extension module; return what went wrong, or nothing. A target that stood there is replaced whole."""
    named = os.environ.get("CC", "").split() or (sysconfig.get_config_var("CC") or "").split()[:1]
    compiler = next((found for name in (*named[:1], "cc", "gcc", "clang") if (found := shutil.which(name))), None)
    if compiler is None:
        target.unlink(missing_ok=True)
        return "no C compiler was found"
    made = target.with_name(f".{target.name}.{os.getpid()}")
    include = f"-I{sysconfig.get_path('include')}"
    command = [compiler, *named[1:], *FLAGS, *LINK, *extra, include, str(source), "-o", str(made), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        made.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        lines = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines() or ["?"]
        return f"{compiler}: {lines[0].strip()}"
    made.replace(target)
    return ""
