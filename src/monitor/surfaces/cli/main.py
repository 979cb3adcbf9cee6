"""The `monitor` command: finds a command's file when it is called for, and turns errors into one line and an exit code.

Commands are imported only when used: importing scikit-learn or APScheduler for a tick costs more than the tick.
"""

from __future__ import annotations

import importlib
import os

import click

from monitor.surfaces.cli.ending import ended
from monitor.surfaces.cli.pager import paged

COMPLETE = "_MONITOR_COMPLETE"  # set by the completion scripts of the shells

# command name -> (module in this package, attribute, one-line help): the order is the order of `monitor --help`
COMMANDS: dict[str, tuple[str, str, str]] = {
    "help": ("help", "help_command", "Say how a command is used."),
    "init": ("serve.setup", "init", "Create feeds.yaml, the data folder, the log and the first model."),
    "tick": ("collect.tick", "tick", "Fetch what is due, score and flag it, once (for cron)."),
    "run": ("serve.run", "run", "Run as a service: tick, digest, retrain and backup on a schedule."),
    "status": ("serve.status", "status", "Show what the log knows: feeds, queue, model, last tick."),
    "doctor": ("serve.doctor", "doctor", "Check the installation, the data folder and the feeds."),
    "feeds": ("collect.feeds", "feeds", "List, add, remove, try, check, import and export feeds."),
    "add": ("collect.adding", "add", "Add a page you found elsewhere, ready to be labelled."),
    "import": ("collect.importing", "import_", "Import archives: entries, web archives, saved feeds."),
    "coverage": (
        "collect.coverage",
        "coverage",
        "Show which feeds were watched without a hole, and what may be missing.",
    ),
    "queue": ("decide.queue", "queue", "Show what waits for a decision."),
    "show": ("decide.queue", "show", "Show an entry: text, reasons, whole history."),
    "search": ("decide.search", "search", "Find entries by words and fields; save searches."),
    "label": ("decide.label", "label", "Decide: plot, not-plot or unsure."),
    "undo": ("decide.label", "undo", "Take back your last act of today."),
    "skip": ("decide.label", "skip", "Put a story off until tomorrow, for you alone."),
    "review": ("decide.review", "review", "Triage the queue in the terminal, one key per decision."),
    "stories": ("decide.stories", "stories", "Show, merge, split and link stories."),
    "card": ("filters", "card", "Filter: JSON lines to plot cards."),
    "correct": ("decide.stories", "correct", "Correct a field of a story's plot card."),
    "confirm": ("decide.stories", "confirm", "Confirm what a story's plot card says."),
    "train": ("learn.train", "train", "Train a candidate from the labels, compare it, promote it if the gate holds."),
    "models": ("learn.models", "models", "List models, show a card, use another, roll back."),
    "quality": ("learn.quality", "quality", "Estimate what was missed, from the audit sample."),
    "labels": ("decide.labels", "labels", "List, import, export and withdraw labels."),
    "explain": ("decide.explain", "explain", "Say why an entry was or was not flagged."),
    "simulate": ("learn.simulate", "simulate", "Replay a labelled stream day by day through the real code."),
    "seeds": ("learn.seeds", "seeds", "Show, build and add seed articles."),
    "parse": ("filters", "parse", "Filter: feed files to entries, as JSON lines."),
    "read": ("filters", "read", "Filter: pages to article text."),
    "score": ("filters", "score", "Filter: JSON lines to scores with reasons."),
    "link": ("filters", "link", "Filter: JSON lines to story ids."),
    "digest": ("publish.digest", "digest", "Write or send the daily digest."),
    "casebook": ("publish.casebook", "casebook", "Publish confirmed cases as a static site."),
    "export": ("publish.export", "export", "Export labelled entries: CSV, JSON lines, labelled set, STIX, MISP."),
    "web": ("serve.web", "web", "Serve the triage page and the API."),
    "users": ("serve.web", "users", "Add, list and remove the reviewers of the triage page."),
    "health": ("serve.health", "health", "Check that all is well (for monitoring systems); --metrics for Prometheus."),
    "log": ("keep.log", "log", "Tail, verify, prove, export and import the event log."),
    "rebuild": ("keep.log", "rebuild", "Delete the views and rebuild them from the log."),
    "views": ("keep.views", "views", "Hand the views to another machine of the same log."),
    "erase": ("keep.log", "erase", "Erase an entry's text for good; the chain still verifies."),
    "backup": ("keep.log", "backup", "Copy the log while it is in use, and verify the copy."),
    "restore": ("keep.log", "restore", "Put a verified backup in place of the log."),
}


class LazyGroup(click.Group):
    """A group that imports a command's file only when the command is called or its help is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(f"monitor.surfaces.cli.{module}"), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - the table and the files are ours
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="plotwatch")
@click.option("--config", "-c", metavar="FILE", envvar="MONITOR_CONFIG", help="The feeds.yaml to use [./feeds.yaml].")
@click.option("--data", "-d", metavar="DIR", envvar="MONITOR_DATA", help="The data folder [from feeds.yaml, ./data].")
@click.pass_context
def cli(ctx: click.Context, config: str | None, data: str | None) -> None:
    """Watch public feeds for reports of alleged state-linked plots; keep every fact and decision in an event log.

    A flag is a suggestion to read. monitor reports what public sources allege; it never says a person is guilty.
    """
    ctx.obj = {"config": config, "data": data}


def run(args: list[str]) -> int:
    """Run one command line and return its exit code; a user's mistake ends in one line, never a traceback."""
    return ended(lambda: paged(args, lambda: _run(args)))


def _run(args: list[str]) -> int:
    try:
        if COMPLETE in os.environ:
            cli.main(args=args, prog_name="monitor")  # answers the shell and exits
        with cli.make_context("monitor", list(args)) as context:  # not cli.main: it makes a closed pipe an exit code 1
            result = cli.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0
