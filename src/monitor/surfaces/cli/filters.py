"""The stages as filters: files or standard input in, JSON lines out, so that people can compose and measure them.

Owns the running: inputs, gzip, bad lines, exit code. What a stage does is its own room's business, imported when the
filter runs. A bad input or line is reported on standard error as `file:line: …`, the rest goes on, and the exit code
is 1.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

if TYPE_CHECKING:
    from monitor.classify.model import Model

# One decoded file or line; above it a gzip bomb or a wrong file is likelier than an input.
MAX_INPUT_BYTES = 256 << 20

Row = dict[str, Any]


class BadInputs:
    """Counts the bad inputs of a run and prints each as `file:line: text`."""

    def __init__(self) -> None:
        self.n_bad = 0

    def bad(self, name: str, line: int, text: str) -> None:
        """Report one bad input (line 0: the file as a whole)."""
        self.n_bad += 1
        printable = "".join(char if char.isprintable() else "\ufffd" for char in text)
        click.echo(f"{name}:{line}: {printable}", err=True)

    def exit_code(self) -> int:
        """Return 1 where anything was bad."""
        return 1 if self.n_bad else 0


def files(paths: Iterable[str], report: BadInputs) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of each file, unpacked where it is gzip; `-` is standard input."""
    for path in paths:
        name = "<stdin>" if path == "-" else path
        try:
            data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
            yield name, _unpacked(data)
        except (OSError, EOFError, zlib.error, ValueError) as error:
            report.bad(name, 0, f"cannot be read: {getattr(error, 'strerror', None) or error}")


def rows(name: str, data: bytes, report: BadInputs) -> Iterator[tuple[int, Row]]:
    """Yield (line number, object) of each JSON line; blank lines are skipped, bad ones reported."""
    decode = msgspec.json.Decoder().decode
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            report.bad(name, number, f"no JSON: {error}")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            report.bad(name, number, "expected a JSON object")


def run_rows(paths: Iterable[str], stage: Callable[[Row], Row | None]) -> int:
    """Send every JSON line through `stage` and write what it returns; its ValueError marks the line as bad."""
    report = BadInputs()
    for name, data in files(paths, report):
        for number, row in rows(name, data, report):
            try:
                result = stage(row)
            except (ValueError, KeyError, TypeError) as error:
                report.bad(name, number, str(error) or type(error).__name__)
                continue
            if result is not None:
                write(result)
    sys.stdout.flush()
    return report.exit_code()


def write(row: object) -> None:
    """Write one JSON line."""
    sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")


def text_of(row: Row, key: str) -> str:
    """Return a text field of an input row, empty where it is missing. Raises ValueError where it is no text."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f'"{key}" is no text')
    return value


def _unpacked(data: bytes) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    import io

    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        unpacked = packed.read(MAX_INPUT_BYTES + 1)
    if len(unpacked) > MAX_INPUT_BYTES:
        raise ValueError(f"more than {MAX_INPUT_BYTES} bytes once unpacked")
    return unpacked


@click.command()
@click.argument("paths", nargs=-1, metavar="[FILE]...")
def parse(paths: tuple[str, ...]) -> int:
    """Turn feed files into entries: one JSON object per entry.

    FILE is a feed as a server sent it (RSS, RDF, Atom, JSON Feed), plain or gzip; `-` or nothing is standard input.

    \b
    Example:
      monitor parse feed.xml | head -3

    Exit code 1 if a file was no feed (reported as `file:0: …` on standard error).
    """
    from monitor.parse.feed import parse_feed

    report = BadInputs()
    for name, data in files(paths or ("-",), report):
        feed = parse_feed(data)
        if feed.error:
            report.bad(name, 0, f"{feed.error}: {feed.warning}")
        elif feed.warning:
            click.echo(f"{name}:0: note: {feed.warning}", err=True)
        for entry in feed.entries:
            write({"feed": feed.title, **msgspec.structs.asdict(entry)})
    sys.stdout.flush()
    return report.exit_code()


@click.command()
@click.argument("paths", nargs=-1, metavar="[FILE]...")
@click.option("--url", default="", help="The page's address, where the file does not say it.")
def read(paths: tuple[str, ...], url: str) -> int:
    """Turn pages into article text: one JSON object per page with title and text.

    FILE is an HTML page, or JSON lines with `html` and optionally `id` and `url` (what is neither `html` nor `text` is
    passed on); plain or gzip; `-` or nothing is standard input.

    \b
    Example:
      monitor read page.html
      monitor read --url https://news.example/1 - < page.html

    Exit code 1 if a page could not be read (reported as `file:line: …` on standard error).
    """
    from monitor.text.extract import PageError, read_page

    report = BadInputs()
    for name, data in files(paths or ("-",), report):
        pages = rows(name, data, report) if _is_json_lines(data) else [(0, {"html": data, "url": url})]
        for number, row in pages:
            try:
                html = row.get("html")
                page = html if isinstance(html, bytes) else text_of(row, "html").encode()
                article = read_page(page, text_of(row, "url") or url)
            except (PageError, ValueError) as error:
                report.bad(name, number, str(error))
                continue
            kept = {key: value for key, value in row.items() if key not in ("html", "text", "articleBody")}
            write({**kept, "title": article.title, "text": article.text, "extractor": article.extractor})
    sys.stdout.flush()
    return report.exit_code()


def _is_json_lines(data: bytes) -> bool:
    return data.lstrip()[:1] == b"{"


@click.command()
@click.argument("paths", nargs=-1, metavar="[FILE]...")
def card(paths: tuple[str, ...]) -> int:
    """Turn entries into plot cards: who is said to be behind it, against whom, how, where, how far, who denies it.

    FILE holds JSON lines with `title`, and optionally `id`, `summary`, `text`, `published` and `lang`; plain or gzip;
    `-` or nothing is standard input. Every value carries its quote, the field it stands in and its offset
    (docs/plot-card.md). A card says what a report alleges; it never says that somebody is guilty.

    \b
    Example:
      monitor card entries.jsonl | head -3

    Exit code 1 if a line was bad (reported as `file:line: …` on standard error).
    """
    from monitor.facts.card import read_card

    def stage(row: Row) -> Row:
        title, summary, text = (text_of(row, key) for key in ("title", "summary", "text"))
        if not (title + summary + text).strip():
            raise ValueError('no "title", "summary" or "text"')
        published = row.get("published") or row.get("published_at")
        found = read_card(title, summary, text, str(published) if published else None, text_of(row, "lang"))
        named = {"id": row["id"]} if "id" in row else {}
        return {**named, "card": found}

    return run_rows(paths or ("-",), stage)


@click.command()
@click.argument("paths", nargs=-1, metavar="[FILE]...")
@click.option("--reasons", is_flag=True, help="Add `similarity` and `why` to each line.")
@click.option("--flagged", is_flag=True, help="Link as a tick links what it flagged: over 30 days, with a higher bar.")
def link(paths: tuple[str, ...], reasons: bool, flagged: bool) -> int:
    """Turn entries into stories: `{"id": …, "story": …}` for each JSON line, in the order given.

    FILE holds JSON lines with `id`, `title`, `summary` and/or `text`, and `published` or `time` (ISO 8601; without one
    an entry counts as reported with its predecessor); plain or gzip; `-` or nothing is standard input. Entries of all
    files are linked together, oldest first, over a window of 72 hours or 10,000 entries.

    \b
    Example:
      monitor link entries.jsonl.gz | head -3

    Exit code 1 if a line was bad (reported as `file:line: …` on standard error).
    """
    from monitor.stories.link import Linker
    from monitor.stories.stream import link_items, read_item

    report = BadInputs()
    ids, items = [], []
    for name, data in files(paths or ("-",), report):
        for number, row in rows(name, data, report):
            try:
                items.append(read_item(row))
            except ValueError as error:
                report.bad(name, number, str(error))
                continue
            ids.append(row["id"])
    linker = Linker(reasons=reasons)
    if flagged:
        from monitor.worker.intake.linking import JOIN, MERGE, WINDOW

        linker = Linker(reasons=reasons, window_s=WINDOW.total_seconds(), join=JOIN, merge=MERGE)
    for entry_id, placed in zip(ids, link_items(items, linker), strict=True):
        grounds = {"similarity": placed.similarity, "why": placed.why} if reasons else {}
        write({"id": entry_id, "story": placed.story, **grounds})
    sys.stdout.flush()
    return report.exit_code()


@click.command()
@click.argument("paths", nargs=-1, metavar="[FILE]...")
@click.option(
    "--model", "model_path", metavar="PATH", help="A model file [the model in use here, else the shipped one]."
)
@click.option("--reasons/--no-reasons", default=True, help="Say why, with the nearest seed or labelled plot.")
@click.pass_context
def score(ctx: click.Context, paths: tuple[str, ...], model_path: str | None, reasons: bool) -> int:
    """Score entries: `{"id": …, "score": …, "flagged": …, "model": …, "reasons": {…}}` for each JSON line.

    FILE holds JSON lines with `title`, `summary` and/or `text`, and optionally `id` and `lang`; plain or gzip; `-` or
    nothing is standard input. A score says how much a text reads like a report of an alleged state-linked plot; the
    reasons sum to its log-odds: bias + for + against + rest. Works in an empty folder, with the shipped model.

    \b
    Example:
      monitor score entries.jsonl.gz | head -3

    Exit code 1 if a line was bad (reported as `file:line: …` on standard error), 8 if the model was refused.
    """
    model = _model(ctx, model_path)

    def stage(row: Row) -> Row:
        title, summary, text, lang = (text_of(row, key) for key in ("title", "summary", "text", "lang"))
        if not (title.strip() or summary.strip() or text.strip()):
            raise ValueError('no "title", "summary" or "text"')
        named = {"id": row["id"]} if "id" in row else {}
        if not reasons:
            value = model.score(title, summary, text, lang)
            return {**named, "score": value, "flagged": value >= model.threshold, "model": model.model_id}
        found = model.explain(title, summary, text, lang)
        value = found.score
        return {
            **named, "score": value, "flagged": value >= model.threshold, "model": model.model_id,
            "reasons": {
                "for": [(term.shown, round(term.weight, 4), term.term) for term in found.terms_for],
                "against": [(term.shown, round(term.weight, 4), term.term) for term in found.terms_against],
                "bias": round(found.bias, 4), "rest": round(found.rest, 4),
                "nearest": found.nearest, "title": found.nearest_title, "similarity": found.nearest_similarity,
            },
        }  # fmt: skip

    return run_rows(paths or ("-",), stage)


def _model(ctx: click.Context, path: str | None) -> Model:
    """Return the model at a path, else the one in use in the data folder, else the shipped one."""
    from monitor.classify.modelstore import cold_model, load_model

    if path:
        return load_model(Path(path))
    if ctx.obj["config"] or ctx.obj["data"] or Path("feeds.yaml").exists():
        from monitor import app
        from monitor.errors import NotFoundError

        try:
            with app.closing_workspace(ctx.obj["config"], ctx.obj["data"]) as workspace:
                return workspace.model
        except NotFoundError:
            if ctx.obj["config"] or ctx.obj["data"]:
                raise
    return cold_model()
