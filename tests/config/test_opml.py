"""OPML goes out and comes back the same; a hostile file is refused with its line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.config.edit import NewFeed, add_feeds, add_what_fits
from monitor.config.opml import OpmlFeed, read_opml, write_opml
from monitor.config.values import FeedConfig
from monitor.errors import InputError
from monitor.surfaces.cli.main import cli


def opml(body: str, head: str = "") -> bytes:
    return f'{head}<opml version="2.0"><body>{body}</body></opml>'.encode()


def test_what_goes_out_comes_back():
    feeds = [
        FeedConfig(
            feed_id="1", url="https://a.example/?x=1&y=2", name='A "quoted" <b>', group="Wires & more", language="fa"
        ),
        FeedConfig(feed_id="2", url="https://b.example/rss", name="ب", group="Wires & more"),
        FeedConfig(feed_id="3", url="https://c.example/rss", name="no group"),
    ]
    back = read_opml(write_opml(feeds).encode()).feeds
    assert [(f.url, f.name, f.group, f.language) for f in back] == [(f.url, f.name, f.group, f.language) for f in feeds]


def test_nesting_gives_the_nearest_group_and_each_url_counts_once():
    body = """<outline text="World"><outline text="Asia"><outline xmlUrl="https://a.example/" title="A"/></outline>
        <outline xmlURL="https://b.example/"/><outline xmlUrl="https://a.example/" text="again"/></outline>"""
    assert read_opml(opml(body)).feeds == [
        OpmlFeed(url="https://a.example/", name="A", group="Asia", line=1),
        OpmlFeed(url="https://b.example/", name="b.example", group="World", line=2),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (opml("", '<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "document type"),
        (opml("", '<!DOCTYPE opml SYSTEM "file:///etc/passwd">'), "document type"),
        (opml("<outline>" * 300 + "</outline>" * 300), "deeper"),
        (opml("<outline/>" * 200_001), "outlines"),
        (b"<rss/>", "not an OPML file"),
        (b"", "not an OPML file"),
        (b"PK\3\4" + bytes(100), "not an OPML file"),
        (b" " * ((8 << 20) + 1), "bytes"),
        (opml("".join(f'<outline xmlUrl="https://a.example/{i}"/>' for i in range(20_001))), "20,000"),
    ],
)
def test_a_hostile_file_is_refused(data: bytes, words: str):
    """Entities, external references, depth, size, other files: an InputError naming the line."""
    with pytest.raises(InputError, match=r"^my\.opml:\d+: ") as refused:
        read_opml(data, "my.opml")
    assert words in str(refused.value)


def test_controls_do_not_come_in():
    """A name with an escape sequence or a line break becomes one plain line."""
    (feed,) = read_opml(opml('<outline xmlUrl="https://a.example/" text="a&#10;b&#x9b;31m&#x2028;c"/>')).feeds
    assert feed.name == "a b 31m c"


NEWS = "Новости порта Мерет"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("windows-1251", "windows-1251"),
        ("koi8-r", "KOI8-R"), ("gb18030", "GB2312"), ("shift_jis", "Shift_JIS"), ("euc-jp", "EUC-JP"), ("utf-8", ""),
        ("utf-8", "nonsense"), ("utf-8", "windows-1252"), ("iso8859-5", "ISO-8859-5"),
    ],
)  # fmt: skip
def test_a_list_in_any_encoding_is_read(encoding: str, declared: str):
    """Promise: what a reader of any country exported comes in with its letters, whatever the declaration says."""
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = f'{head}<opml version="1.0"><body><outline text="{NEWS}" xmlUrl="https://a.example/"/></body></opml>'
    found = read_opml(text.encode(encoding))
    assert ([feed.name for feed in found.feeds], found.faults) == ([NEWS], [])


@pytest.mark.parametrize(
    ("outline", "url"),
    [
        ('xmlUrl="feed:https://a.example/f"', "https://a.example/f"),
        ('xmlUrl="feed://a.example/f"', "http://a.example/f"),
        ('xmlUrl="pcast://a.example/f"', "http://a.example/f"),
        ('xmlUrl="feed://https://a.example/f"', "https://a.example/f"),
        ('xmlUrl="a.example/f"', "https://a.example/f"),
        ('xmlUrl="//a.example/f"', "https://a.example/f"),
        ('xmlUrl=" https://a.example/f&#10;"', "https://a.example/f"),
        ('xmlUrl="https://a.example/f?x=1&copy=2&y=3"', "https://a.example/f?x=1&copy=2&y=3"),
        ('xmlUrl="https://a.example/f?x=1&amp;y=3"', "https://a.example/f?x=1&y=3"),
        ('xmlUrl="https://a.example/f?x=1&amp;amp;y=3"', "https://a.example/f?x=1&y=3"),
        ('xmlUrl="https://a.example/my feed"', "https://a.example/my%20feed"),
        ('type="rss" url="https://a.example/f"', "https://a.example/f"),
        ('type="link" url="https://a.example/f.xml"', "https://a.example/f.xml"),
        ('XMLURL="https://a.example/f"', "https://a.example/f"),
        ('x:xmlUrl="https://a.example/f" xmlns:x="https://x.example/"', "https://a.example/f"),
        ("xmlUrl='https://a.example/f'", "https://a.example/f"),
        ('xmlUrl="https://a.example/f" text="Ports & ferries &nbsp; caf&eacute;"', "https://a.example/f"),
        ('xmlUrl="https://a.example/f" text="3 < 4"', "https://a.example/f"),
        ('xmlUrl="https://a.example/f" text="twice" text="twice"', "https://a.example/f"),
        ("xmlUrl=https://a.example/f type=rss", "https://a.example/f"),
    ],
)
def test_an_outline_as_people_have_it_is_read(outline: str, url: str):
    """Promise: schemes, escapes, attributes and small faults of other programs cost no feed."""
    found = read_opml(opml(f'<outline {outline}/><outline text="Z" xmlUrl="https://z.example/"/>'))
    assert [feed.url for feed in found.feeds] == [url, "https://z.example/"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            '<outline text="P" type="rss" htmlUrl="https://p.example/"/>',
            "'P' has no xmlUrl; `monitor feeds add https://p",
        ),
        ('<outline text="P" xmlUrl="ftp://p.example/"/>', "no http(s) address: ftp://p.example/"),
        ('<outline text="P" xmlUrl="javascript:alert(1)"/>', "no http(s) address"),
        ('<outline text="P" xmlUrl="https://ana:secret@p.example/f"/>', "user names and passwords"),
        ('<outline text="P" xmlUrl="https://p.example:99999/f"/>', "is no address"),
        ('<outline text="P" xmlUrl="https://x.example/$(reboot) `id`"/>', "no http(s) address"),
        ('<outline text="P" type="HTML+XPath" xmlUrl="https://p.example/list"/>', "no feed"),
        ('<outline text="P" type="include" url="https://p.example/other"/>', "'P' is a include, no feed"),
        ('<outline text="P" xmlUrl="https://p.example/', "cannot be told"),
        ("</outline></outline>", "not well-formed XML"),
        ("<outline text='P'><outline text='Q'>", "not well-formed XML"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_keeps_no_other_out(broken: str, said: str):
    """Promise: every fault is told with its line; the feeds before and after it come in."""
    lines = [f'<outline text="F{n}" xmlUrl="https://f{n}.example/"/>' for n in range(4)]
    found = read_opml(opml("\n".join([*lines[:2], broken, *lines[2:]])), "my.opml")
    assert {feed.name for feed in found.feeds} >= {"F0", "F1", "F3"}
    assert any(said in fault and fault.startswith("my.opml:") for fault in found.faults)


def test_every_fault_is_named():
    """Promise: a list with three bad lines tells three, not the first."""
    bad = "\n".join(f'<outline text="B{n}" xmlUrl="gopher://{n}.example/"/>' for n in range(3))
    found = read_opml(opml(bad + '<outline xmlUrl="https://a.example/"/>'), "my.opml")
    assert [fault.split(":")[1] for fault in found.faults] == ["1", "2", "3"]


def test_folders_comments_and_categories():
    """Promise: empty folders are no fault, what is commented out stays out, a category stands in for a folder."""
    body = """<outline text="Empty"/><!-- <outline text="Off" xmlUrl="https://off.example/"/> -->
        <outline text="A" category="/Ports/Ferries,/x" xmlUrl="https://a.example/"/>"""
    found = read_opml(opml(body))
    assert ([(feed.name, feed.group) for feed in found.feeds], found.faults) == ([("A", "Ports Ferries")], [])
    broken = read_opml(opml(body + "<outline text='P' & >"))
    assert [feed.name for feed in broken.feeds] == ["A"]


def test_a_long_list_is_read_in_one_pass():
    """Promise: the work grows with the list, not with its square: three times the lines, three times the calls."""
    calls = []
    for n in (200, 600):
        lines = "".join(
            f'<outline text="G{k % 7}"><outline text="F" xmlUrl="https://f{k}.example/"/></outline>' for k in range(n)
        )
        new = [NewFeed(url=feed.url, name=feed.name, group=feed.group) for feed in read_opml(opml(lines)).feeds]
        counted = [0]
        sys.setprofile(lambda *_, counted=counted: counted.__setitem__(0, counted[0] + 1))
        try:
            text = add_feeds("feeds:\n  G1:\n    - url: https://old.example/\n      name: Old\n", new)
        finally:
            sys.setprofile(None)
        assert text.count("- url:") == n + 1
        calls.append(counted[0])
    assert calls[1] < 4 * calls[0]


def test_groups_are_left_out_where_feeds_yaml_has_none(tmp_path: Path):
    """Promise: a list with folders comes into a feeds.yaml without groups."""
    (tmp_path / "feeds.yaml").write_text("feeds:\n- url: https://old.example/\n  name: Old\n")
    (tmp_path / "s.opml").write_bytes(
        opml('<outline text="G"><outline text="A" xmlUrl="https://a.example/"/></outline>')
    )
    done = CliRunner().invoke(
        cli, ["--config", str(tmp_path / "feeds.yaml"), "feeds", "import-opml", str(tmp_path / "s.opml")]
    )
    assert (done.exit_code, done.output.split(" added")[0]) == (0, "1 feeds")


def test_a_feed_that_feeds_yaml_refuses_keeps_no_other_out():
    """Promise: what the file would not take is told, and everything else is added."""
    before = "feeds:\n- url: https://old.example/\n  name: Old\n  id: old\n"
    new = [NewFeed(url=f"https://f{n}.example/", name="F", id="old" if n == 3 else f"f{n}") for n in range(7)]
    text, refused = add_what_fits(before, new)
    assert [feed.url for feed, _ in refused] == ["https://f3.example/"]
    assert text.count("- url:") == 7


def test_a_document_type_that_only_names_opml_is_no_danger():
    """Promise: what declares nothing is passed over; what declares anything is refused (above)."""
    found = read_opml(opml('<outline text="A" xmlUrl="https://a.example/"/>', "<!DOCTYPE opml>\n"))
    assert [feed.name for feed in found.feeds] == ["A"]
