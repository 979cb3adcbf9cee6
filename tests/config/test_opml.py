"""OPML goes out and comes back the same; a hostile file is refused with its line."""

from __future__ import annotations

import pytest

from monitor.config.opml import OpmlFeed, read_opml, write_opml
from monitor.config.values import FeedConfig
from monitor.errors import InputError


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
    back = read_opml(write_opml(feeds).encode())
    assert [(f.url, f.name, f.group, f.language) for f in back] == [(f.url, f.name, f.group, f.language) for f in feeds]


def test_nesting_gives_the_nearest_group_and_each_url_counts_once():
    body = """<outline text="World"><outline text="Asia"><outline xmlUrl="https://a.example/" title="A"/></outline>
        <outline xmlURL="https://b.example/"/><outline xmlUrl="https://a.example/" text="again"/></outline>"""
    assert read_opml(opml(body)) == [
        OpmlFeed(url="https://a.example/", name="A", group="Asia", line=1),
        OpmlFeed(url="https://b.example/", name="b.example", group="World", line=2),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (opml("", '<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "document type"),
        (opml("", '<!DOCTYPE opml SYSTEM "file:///etc/passwd">'), "document type"),
        (opml("<outline>" * 20 + "</outline>" * 20), "deeper"),
        (opml('<outline xmlUrl="file:///etc/passwd"/>'), "no http(s) address"),
        (opml('<outline xmlUrl="javascript:alert(1)"/>'), "no http(s) address"),
        (opml('<outline xmlUrl="https://x.example/$(reboot) `id`"/>'), "no http(s) address"),
        (opml("<outline"), "not well-formed"),
        (b"<rss/>", "not an OPML file"),
        (b"", "not well-formed"),
        (b'<?xml version="1.0" encoding="nonsense"?><opml/>', "encoding"),
        (b" " * ((8 << 20) + 1), "bytes"),
        (opml("".join(f'<outline xmlUrl="https://a.example/{i}"/>' for i in range(20_001))), "20,000"),
    ],
)
def test_a_hostile_file_is_refused(data: bytes, words: str):
    """Entities, external references, depth, size, other schemes: an InputError naming the line."""
    with pytest.raises(InputError, match=r"^my\.opml:\d+: ") as refused:
        read_opml(data, "my.opml")
    assert words in str(refused.value)


def test_controls_do_not_come_in():
    """A name with an escape sequence or a line break becomes one plain line."""
    (feed,) = read_opml(opml('<outline xmlUrl="https://a.example/" text="a&#10;b&#x9b;31m&#x2028;c"/>'))
    assert feed.name == "a b 31m c"
