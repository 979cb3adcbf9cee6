"""The documents say what the product does: examples run, links lead somewhere, nothing public goes unmentioned.

A fence opened with ```console run holds commands after `$ ` and what they print; `…` stands for anything, and
`# exit N` after a command for an exit code other than 0. The blocks of one document run in order in a folder that holds
the fixtures and a feeds.yaml for them, with the fixtures served; `export` holds for the commands after it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest

from monitor.config.settings import Settings
from monitor.log.events import EVENT_TYPES
from monitor.surfaces.cli.main import cli
from tests.conftest import ROOT
from tools.build_fixtures import FEEDS
from tools.feed_server import FeedServer

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
DOCUMENTS = [path for path in DOCUMENTS if path.is_file()]
TIMEOUT_S = 60


def text_of_all() -> str:
    """Every document, one after the other."""
    return "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)


def examples(path: Path) -> list[tuple[str, int, str]]:
    """The (command, exit code, expected output) of a document's runnable blocks."""
    found = []
    for block in re.findall(r"^```console run\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            code = re.search(r"\s+# exit (\d+)$", command)
            found.append((command[: code.start()] if code else command, int(code[1]) if code else 0, output))
    return found


def matches(expected: str, printed: str) -> bool:
    """Say whether what was printed is what the document shows; an empty expectation accepts anything."""
    if not expected.strip():
        return True
    lines = "\n".join(line.rstrip() for line in expected.strip().splitlines())
    first, *further = [r"\s*".join(map(re.escape, piece.split("\n"))) for piece in lines.split("…")]
    found = re.match(first if further else first + r"\s*\Z", printed.strip())
    for number, piece in enumerate(further, 1):  # each where it comes first: no other choice could help a later one
        at = found.end() if found else -1
        ends = r"\s*\Z" if number == len(further) else ""
        found = re.compile(piece + ends).search(printed.strip(), at) if at >= 0 else None
    return found is not None


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, str]]:
    """Every command a person can type, subcommands included: its path and its help."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = click.Context(command, info_name=name, parent=context)
        yield below.command_path, command.get_help(below)
        if isinstance(command, click.Group):
            yield from commands(command, below)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder as the tutorial has it: the fixtures at hand and served, and their feeds.yaml."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    with FeedServer.of_folder(FEEDS) as server:
        config = (FEEDS / "feeds.yaml").read_text(encoding="utf-8")
        (tmp_path / "feeds.yaml").write_text(config.replace("127.0.0.1:8099", server.host), encoding="utf-8")
        yield tmp_path


@pytest.mark.parametrize("path", [p for p in DOCUMENTS if examples(p)], ids=lambda p: p.name)
def test_examples_print_what_the_document_shows(path: Path, folder: Path) -> None:
    """A reader who copies the commands in order sees the same."""
    paths = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": paths, "HOME": str(folder), "LANG": "C.UTF-8", "COLUMNS": "120"}
    exports = ""
    for command, code, expected in examples(path):
        if command.startswith("export "):
            exports += command + "; "
            continue
        done = subprocess.run(
            ["bash", "-c", exports + command],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # in the order a terminal shows it
            text=True,
            timeout=TIMEOUT_S,
        )
        printed = done.stdout
        assert (command, code) == (command, done.returncode), printed
        assert matches(expected, printed), f"$ {command}\nexpected:\n{expected}\nprinted:\n{printed}"


def test_the_comparison_can_fail() -> None:
    """`…` stands for anything; everything else must be there and in order."""
    assert matches("3 feeds …\nlast", "3 feeds ok, 1 late\nlast\n")
    assert matches("first\n…\nlast", "first\nsecond\nthird\nlast")
    assert not matches("4 feeds …", "3 feeds ok")
    assert not matches("first", "first\nsecond")


def test_links_between_documents_lead_somewhere() -> None:
    """Relative links name files that exist."""
    broken = []
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
            name = target.split("#")[0]
            if name and "://" not in name and not name.startswith("mailto:") and not (path.parent / name).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


def paragraphs(text: str) -> Iterator[list[tuple[int, str]]]:
    """Yield each paragraph and list item of a document as numbered lines; code, tables and headings are left out."""
    kept: list[tuple[int, str]] = []
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        fence = line.lstrip().startswith("```")
        if fence or fenced or not line.strip() or re.match(r"\s*(#|\||<|!\[|[-*] |\d+\. )|    \S", line):
            yield kept
            kept = []
        if re.match(r"\s*([-*] |\d+\. )", line) or not (fence or fenced or re.match(r"\s*(#|\||<|!\[)|    \S", line)):
            kept.append((number, line))
        fenced ^= fence
    yield kept


def test_no_line_of_a_paragraph_breaks_off_early() -> None:
    """A paragraph fills its lines: none ends within 60 characters while words follow that would fit on it."""
    early = [
        f"{path.relative_to(ROOT)}:{number}: {line}"
        for path in DOCUMENTS
        for lines in paragraphs(path.read_text(encoding="utf-8"))
        for (number, line), (_, after) in pairwise(lines)
        if line.strip() and len(line) < 60 and len(line) + len(after.split()[0]) < 100
    ]
    assert early == []


def test_every_command_has_help_with_an_example() -> None:
    """`--help` says what a command does and shows how it is typed, below its usage line."""
    found = list(commands(cli, click.Context(cli, info_name="monitor", **cli.context_settings)))
    groups = {path for path, _ in found if any(other.startswith(path + " ") for other, _ in found)}
    assert [path for path, text in found if path not in groups and path not in text.split("\n", 1)[1]] == []


def test_the_page_of_commands_is_current() -> None:
    """docs/commands.md holds what `--help` says: after a change, `python -m tools.build_command_docs`.

    In a process of its own: click keeps the help option of a command's first use, and tests use them in many ways.
    """
    check = [sys.executable, "-m", "tools.build_command_docs", "--check"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_event_type_is_documented() -> None:
    """Each event type has its section in docs/events.md."""
    text = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    assert [name for name in EVENT_TYPES if not re.search(rf"^#+ `?{name}`?$", text, re.MULTILINE)] == []


def test_every_setting_is_documented() -> None:
    """Each key of feeds.yaml's settings is named in a document."""
    text = text_of_all()
    assert [name for name in Settings.__struct_fields__ if f"`{name}`" not in text and f"{name}:" not in text] == []


def test_the_map_names_files_and_functions_that_are_there() -> None:
    """Promise: each file that docs/architecture.md sends a reader to is there, with the function it names."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    places = [ROOT / "src" / "monitor", ROOT]
    files = re.findall(r"`([a-z]\w*/[\w/-]+\.\w+)`", text)
    assert len(files) > 30
    given = [name.replace("CODE", "de") for name in files]  # a recipe's own language stands for any
    assert [name for name in given if not any((place / name).is_file() for place in places)] == []
    calls = re.findall(r"^\| `(?:\w+\.)?(\w+)` \| `([\w/.]+)` \|", text, re.MULTILINE)
    assert len(calls) > 10
    sources = {name: (places[0] / name).read_text(encoding="utf-8") for _, name in calls}
    assert [call for call in calls if f"def {call[0]}(" not in sources[call[1]]] == []


def spoken_commands(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, words) of each `monitor …` that a document tells people to type, in prose or in a block."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        typed = [line[2:]] if line.startswith("$ monitor") else re.findall(r"`(monitor [^`]+)`", line)
        for text in typed:
            first = re.split(r"[|>#;]|&&", text)[0]
            yield number, [word.strip("[]") for word in first.split()[1:]]


def unknown_word(words: list[str]) -> str:
    """The first subcommand or option of a command line that does not exist; nothing where all do."""
    context = click.Context(cli, info_name="monitor")
    command: click.Command = cli
    for word in words:
        if word.startswith("-"):
            known = {name for parameter in command.get_params(context) for name in parameter.opts}
            if word.split("=")[0] not in known | {"--help", "-h", "--version"}:
                return word
        elif isinstance(command, click.Group) and re.fullmatch(r"[a-z-]+", word):
            found = command.get_command(context, word)
            if found is None:
                return word
            context, command = click.Context(found, info_name=word, parent=context), found
    return ""


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_a_document_speaks_of_exists(path: Path) -> None:
    """Subcommands and options in prose and in blocks are those of the program: a renamed one is found here."""
    faults = [(number, words) for number, words in spoken_commands(path) if unknown_word(words)]
    assert faults == []


def test_a_command_that_does_not_exist_is_found() -> None:
    """The check sees a wrong subcommand and a wrong option."""
    assert unknown_word(["labels", "withdraw", "--reviewer", "ana"]) == "--reviewer"
    assert unknown_word(["nonsense"]) == "nonsense"
    assert unknown_word(["labels", "withdraw", "--of", "ana"]) == ""


def test_defaults_of_settings_are_those_of_the_code() -> None:
    """Whoever reads the table of feeds.yaml knows what happens where nothing is set."""
    table = (ROOT / "docs" / "feeds-yaml.md").read_text(encoding="utf-8").partition("## Settings")[2]
    said = dict(re.findall(r"^\| `(\w+)` \|.*\| ([\d.]+) \|$", table, re.MULTILINE))
    assert len(said) > 10
    assert {name: float(value) for name, value in said.items()} == {name: getattr(Settings(), name) for name in said}
