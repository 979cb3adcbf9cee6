"""Label files as people have them: what our own export writes, what a spreadsheet makes of it, what is broken."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from monitor.errors import InputError
from monitor.surfaces.cli.main import cli
from monitor.surfaces.labelfile import LabelLine, read_label_file
from monitor.triage.decide import label_entry, withdraw
from monitor.triage.queue import list_queue
from tests.surfaces.conftest import House

WANTED = [LabelLine("aa11", "plot", "ana", "read it, twice"), LabelLine("bb22", "not-plot", "Зоя", "")]
CSV = 'entry_id,label,by,note\naa11,plot,ana,"read it, twice"\nbb22,not-plot,Зоя,\n'


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(), CSV.encode("utf-8-sig"), CSV.replace("\n", "\r\n").encode(), CSV.encode("utf-16"),
        b"entry_id;label;by;note\naa11;plot;ana;read it, twice\nbb22;not-plot;" + "Зоя;\n".encode(),
        "entry_id\tlabel\tby\tnote\naa11\tplot\tana\tread it, twice\nbb22\tnot-plot\tЗоя\t\n".encode("utf-16"),
        ("sep=;\n" + 'entry_id;label;by;note\naa11;plot;ana;"read it, twice"\nbb22;not-plot;Зоя;\n').encode(),
        CSV.replace("entry_id,label,by,note", "Entry ID,LABEL,Reviewer,Comment").replace(",plot", ",PLOT").encode(),
        CSV.replace("not-plot", "Not Plot").replace("aa11", " aa11 ").encode(),
        CSV.replace("not-plot", "not_plot").encode(),
        b'{"entry_id":"aa11","label":"plot","by":"ana","note":"read it, twice"}\n\n'
        + '{"entry_id":"bb22","label":"NOT-PLOT","by":"Зоя"}'.encode(),
        b'\xef\xbb\xbf{"entry_id":"aa11","label":"plot","by":"ana","note":"read it, twice","score":0.5}\r\n'
        + '{"entry_id":"bb22","label":"not-plot","by":"Зоя","sample":false}\r\n'.encode(),
        b'[{"entry_id":"aa11","label":"plot","by":"ana","note":"read it, twice"},'
        + '{"id":"bb22","included":0,"by":"Зоя"}]'.encode(),
        b'position,entry_id,label,by,withdrawn,note\n1,aa11,plot,ana,False,"read it, twice"\n'
        + "2,bb22,not-plot,Зоя,,\n".encode(),
    ],
    ids=["CSV", "mark", "Windows", "UTF-16", "semicolons", "tabs", "sep=", "other names", "words", "underscore",
         "JSON lines", "JSON lines with mark", "list", "our export"],
)  # fmt: skip
def test_a_label_file_in_any_form_gives_the_same_labels(data: bytes) -> None:
    """Promise: a file that went through a spreadsheet comes back as it was meant."""
    assert [row for _, row in read_label_file(data)] == WANTED


def test_a_file_in_a_code_page_is_read_when_told() -> None:
    """Promise: where bytes do not tell, the caller can."""
    assert [row for _, row in read_label_file(CSV.encode("cp1251"), "windows-1251")] == WANTED


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"entry_id,label\naa11,maybe\nbb22,plot\n,plot\n", {2: "label must be", 4: "are needed"}),
        (b'{"entry_id":"aa11"}\n{"entry_id":"bb22","label":"plot"}\nnonsense\n', {1: "needed", 3: "expected"}),
        (b'entry_id,label,note\naa11,plot,"two\nlines"\nbb22,no,\n', {4: "label must be one of"}),
    ],
)
def test_each_bad_line_is_a_fault_with_its_number(data: bytes, faults: dict[int, str]) -> None:
    """Promise: a bad line keeps no other out, and is found by its number, also behind cells of several lines."""
    found = {number: str(row) for number, row in read_label_file(data) if isinstance(row, InputError)}
    assert found.keys() == faults.keys()
    assert all(words in found[number] for number, words in faults.items())
    assert any(isinstance(row, LabelLine) for _, row in read_label_file(data))


@pytest.mark.parametrize(
    "data", [b"aa11,plot\nbb22,plot\n", b"entry_id;verdict_of_mine\naa11;plot\n", b"[1, 2]", b"PK\3\4" + bytes(90)]
)
def test_a_file_without_the_columns_is_refused_as_a_whole(data: bytes) -> None:
    """Promise: nothing is guessed from a file that does not say which column is the label."""
    with pytest.raises(InputError):
        list(read_label_file(data))


def commands(house: House) -> Callable[..., str]:
    """Return a way to run commands over the house."""
    config = house.folder / "feeds.yaml"
    config.write_text("feeds:\n- url: https://x.test/feed\n  name: X\n")

    def run(*args: str) -> str:
        return CliRunner().invoke(cli, ["--config", str(config), "--data", str(house.folder), *args]).output

    return run


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_what_is_exported_can_be_imported(house: House, kind: str) -> None:
    """Promise: export, import: nothing new, nothing bad, and withdrawn labels stay withdrawn."""
    house.entry("aaaa1111", "Alleged plot")
    house.entry("bbbb2222", "Football")
    workspace = house.open()
    for entry_id, label in (("aaaa1111", "plot"), ("bbbb2222", "plot")):
        label_entry(workspace.log, workspace.views, entry_id, label, by="ana", now=house.now, note="=a; b")
    withdraw(workspace.log, workspace.views, workspace.views.position, by="ana", now=house.now)
    workspace.close()
    run = commands(house)
    (house.folder / "labels").write_text(run("labels", "export", "--format", kind), encoding="utf-8")
    said = run("labels", "import", str(house.folder / "labels"))
    assert said == "0 saved, 1 already there, 1 withdrawn passed over, 0 bad lines\n"


def test_a_saved_label_is_never_called_an_error(house: House) -> None:
    """Promise: views that somebody else holds are behind, and the label in the log is saved."""
    house.entry("aaaa1111", "Alleged plot")
    workspace = house.open()
    other = sqlite3.connect(house.folder / "views.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    event = label_entry(workspace.log, workspace.views, "aaaa1111", "plot", by="ana", now=house.now)
    behind = workspace.views.position < workspace.log.head()[0]
    other.execute("ROLLBACK")
    other.close()
    assert event is not None
    assert behind
    assert list_queue(workspace.log, workspace.views, house.now) != []
    workspace.views.catch_up()
    assert list_queue(workspace.log, workspace.views, house.now) == []
    workspace.close()
