"""feeds.yaml is read strictly: every fault is named with its line, all at once, and nothing is guessed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from monitor.config.load import Config, load_config, parse_config
from monitor.errors import ConfigError

GOOD = """\
settings:
  interval_s: 900
  contact: desk@news.example
  schedule:
    digest_at: 7:30
feeds:
  wires:
    - url: https://news.example/rss
      name: Example
      publisher: Example News
      language: en
      country: NO
      full_text: yes
  regional:
    - {url: "https://news.example/atom", name: Atom, id: my-atom}
"""


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text if isinstance(text, bytes) else text.encode())
    return caught.value.problems


def test_a_good_file_is_read_as_written():
    config = parse_config(GOOD.encode())
    first, second = config.feeds
    assert (first.country, first.group, first.full_text, len(first.feed_id)) == ("NO", "wires", True, 10)
    assert (second.feed_id, second.group) == ("my-atom", "regional")
    assert (config.settings.interval_s, config.settings.schedule.digest_at) == (900, "07:30")
    assert config.settings.max_bytes == 16 << 20


def test_a_plain_list_of_feeds_has_no_groups():
    config = parse_config(b"feeds:\n- url: https://news.example/\n  name: A\n")
    assert [feed.group for feed in config.feeds] == [""]


def test_a_feed_can_be_its_address_alone_and_is_then_called_by_it():
    config = parse_config(b"feeds:\n- https://www.news.example/world/rss/\n- url: https://news.example:8080/atom?x=1\n")
    assert [(feed.url, feed.name) for feed in config.feeds] == [
        ("https://www.news.example/world/rss/", "news.example/world/rss"),
        ("https://news.example:8080/atom?x=1", "news.example/atom"),
    ]
    assert problems("feeds:\n- news.example/rss\n- [a]\n") == [
        'feeds.yaml:2: url: "news.example/rss" does not begin with http:// or https://',
        "feeds.yaml:3: expected a feed: `- url: https://...`, `name:` and so on",
    ]


def test_every_fault_is_listed_with_its_line():
    text = GOOD.replace("interval_s: 900", "intervall_s: 900").replace("country: NO", "country: Norway")
    text = text.replace("https://news.example/atom", "ftp://news.example/atom")
    assert problems(text) == [
        'feeds.yaml:2: unknown key "intervall_s" in settings (did you mean "interval_s"?)',
        'feeds.yaml:12: country: expected a two-letter country code such as PE or NO, found "Norway"',
        'feeds.yaml:15: url: "ftp://news.example/atom" does not begin with http:// or https://',
    ]


FEED = "feeds:\n- url: https://news.example/rss\n  name: A\n"
BAD = {
    "empty": "",
    "only a comment": "# nothing\n",
    "a text": "hello\n",
    "a list": "- a\n",
    "no feeds": "settings:\n  interval_s: 900\n",
    "feeds is a text": "feeds: none\n",
    "a feed is a word": "feeds:\n- news\n",
    "a group is a text": "feeds:\n  wires: https://news.example/rss\n",
    "no url": "feeds:\n- name: A\n",
    "empty url": "feeds:\n- url:\n  name: A\n",
    "url without scheme": "feeds:\n- url: news.example/rss\n  name: A\n",
    "url of a file": "feeds:\n- url: file:///etc/passwd\n  name: A\n",
    "url with script": "feeds:\n- url: 'javascript:alert(1)'\n  name: A\n",
    "url without host": "feeds:\n- url: 'https:///rss'\n  name: A\n",
    "url with blank": "feeds:\n- url: https://news.example/a b\n  name: A\n",
    "url with line break": 'feeds:\n- url: "https://news.example/\\nX: y"\n  name: A\n',
    "url with password": "feeds:\n- url: https://u:p@news.example/\n  name: A\n",
    "url with bad port": "feeds:\n- url: https://news.example:99999/\n  name: A\n",
    "url with port 0": "feeds:\n- url: https://news.example:0/\n  name: A\n",
    "url with broken address": "feeds:\n- url: 'https://[bad/'\n  name: A\n",
    "url too long": f"feeds:\n- url: https://news.example/{'x' * 3000}\n  name: A\n",
    "url is a list": "feeds:\n- url: [https://news.example/]\n  name: A\n",
    "name with escape": 'feeds:\n- url: https://news.example/\n  name: "\\x1b[31mA"\n',
    "name too long": f"feeds:\n- url: https://news.example/\n  name: {'A' * 500}\n",
    "unknown key": FEED + "  lang: en\n",
    "repeated key": FEED + "  name: B\n",
    "repeated section": FEED + FEED,
    "repeated url": FEED + "- url: https://news.example/rss\n  name: B\n",
    "repeated id": FEED + "  id: a\n- url: https://news.example/2\n  name: B\n  id: a\n",
    "bad id": FEED + "  id: ../../etc\n",
    "bad language": FEED + "  language: English language\n",
    "country as a word": FEED + "  country: false\n",
    "flag as a word": FEED + "  full_text: maybe\n",
    "interval as a time": FEED + "  interval_s: 12:30\n",
    "interval too short": FEED + "  interval_s: 5\n",
    "interval negative": FEED + "  interval_s: -60\n",
    "interval as a float": FEED + "  interval_s: 1e9\n",
    "settings a list": "settings:\n- a\n" + FEED,
    "schedule a text": "settings:\n  schedule: daily\n" + FEED,
    "schedule unknown time": "settings:\n  schedule:\n    digest_at: 25:00\n" + FEED,
    "bad allow_private": "settings:\n  allow_private: [localhost]\n" + FEED,
    "allow_private a text": "settings:\n  allow_private: localhost:80\n" + FEED,
    "bad proxy": "settings:\n  proxy: proxy.example\n" + FEED,
    "bad port": "settings:\n  web:\n    port: 70000\n" + FEED,
    "python tag": "feeds: !!python/object/apply:os.system ['id']\n",
    "tag": FEED.replace("name: A", "name: !!binary A"),
    "anchor": FEED.replace("name: A", "name: &n A"),
    "alias": FEED.replace("name: A", "name: &n A\n  publisher: *n"),
    "alias bomb": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nfeeds: *c\n",
    "merge key": "base: &b {name: A}\nfeeds:\n- <<: *b\n  url: https://news.example/\n",
    "two documents": FEED + "---\n" + FEED,
    "tab": "feeds:\n\t- url: https://news.example/\n",
    "unclosed quote": FEED.replace("A", '"A'),
    "unclosed list": "feeds: [\n",
    "key is a list": FEED + "  ? [a, b]\n  : c\n",
    "too deep": "feeds: " + "[" * 50 + "]" * 50 + "\n",
    "not UTF-8": FEED.encode().replace(b"A", b"\xff\xfe"),
    "binary": bytes(range(256)),
    "NUL": FEED.encode().replace(b"A", b"A\0"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_ends_in_clear_lines(name):
    """Each is refused, and every line of the answer names file and line and is fit to print."""
    for line in problems(BAD[name]):
        file, number, text = line.split(":", 2)
        assert file == "feeds.yaml"
        assert int(number) >= 1
        assert len(text) > 8
        assert text.isprintable()


def test_two_hundred_thousand_feeds_are_the_most_and_five_thousand_cost_under_a_second_of_cpu():
    def text(n: int) -> bytes:
        feed = "- url: https://news{0}.example/rss\n  name: Feed {0}\n  publisher: P\n  language: en\n  country: PE\n"
        return b"feeds:\n" + "".join(feed.format(i) for i in range(n)).encode()

    start = time.process_time()
    assert len(parse_config(text(5000)).feeds) == 5000
    assert time.process_time() - start < 1
    many = b"feeds:\n" + b"- https://news.example/rss\n" * 200_001
    assert problems(many) == ["feeds.yaml:2: a list of more than 200,000 values"]


def test_how_deep_and_how_large_a_file_may_be():
    """Promise: eight levels and 32 MiB, as docs/feeds-yaml.md says; what is more is refused before it is read."""
    deep = ["feeds: " + "[" * n + "]" * n + "\n" for n in (8, 9)]
    assert [problems(text)[0] == "feeds.yaml:1: nested deeper than 8 levels" for text in deep] == [False, True]
    large = b"# " + b"x" * (32 << 20)
    assert problems(large) == ["feeds.yaml:1: 33554434 bytes; at most 33554432 are read"]


def test_many_faults_are_counted_not_listed():
    text = "feeds:\n" + "- url: x\n  name: A\n" * 300
    assert problems(text)[-1] == "feeds.yaml:600: and 200 more problems"


def test_a_missing_file_is_a_clear_line(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_config(tmp_path / "feeds.yaml")


def test_the_cache_answers_for_the_same_file_only(tmp_path: Path):
    """With the cache, an unchanged file is not parsed again; a changed one is; a damaged cache is no error."""
    path = tmp_path / "feeds.yaml"
    path.write_text(GOOD)
    parsed: list[bytes] = []

    def parse(data: bytes, name: str) -> Config:
        parsed.append(data)
        return parse_config(data, name)

    first = load_config(path, tmp_path, parse)
    assert load_config(path, tmp_path, parse) == first
    assert len(parsed) == 1
    path.write_text(GOOD.replace("Atom", "Atoms"))
    assert load_config(path, tmp_path, parse).feeds[1].name == "Atoms"
    (tmp_path / "config.cache").write_bytes((tmp_path / "config.cache").read_bytes()[:-7])
    assert load_config(path, tmp_path, parse).feeds[1].name == "Atoms"
    assert len(parsed) == 3


def test_a_cache_folder_that_cannot_be_written_is_no_error(tmp_path: Path):
    path = tmp_path / "feeds.yaml"
    path.write_text(GOOD)
    assert len(load_config(path, tmp_path / "absent").feeds) == 2
