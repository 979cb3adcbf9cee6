"""Links that lead through somebody else: whose page it is, as far as the address says so."""

from __future__ import annotations

import pytest

from monitor.stories.publishers import Publisher, corroborate, publisher_of
from monitor.stories.wrapped import innermost

PAGE = "https://www.mereth-herald.example/a"


@pytest.mark.parametrize(
    "link",
    [
        f"https://www.google.com/url?rct=j&sa=t&url={PAGE}&ct=ga&cd=x",
        "https://www.google.de/url?q=https%3A%2F%2Fwww.mereth-herald.example%2Fa",
        "https://www.bing.com/news/apiclick.aspx?ref=x&url=https%3a%2f%2fwww.mereth-herald.example%2fa&c=1",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.mereth-herald.example%2Fa&h=x",
        "https://duckduckgo.com/l/?uddg=https%3A%2F%2Fwww.mereth-herald.example%2Fa",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.mereth-herald.example%2Fa&data=x",
        "https://www-mereth--herald-example.cdn.ampproject.org/c/s/www.mereth-herald.example/a",
        "https://www-mereth--herald-example.cdn.ampproject.org/v/s/www.mereth-herald.example/a?amp_js_v=0.1",
        "https://www.google.com/amp/s/www.mereth-herald.example/a",
        "https://web.archive.org/web/20260101000000/https://www.mereth-herald.example/a",
        "https://archive.ph/2026.01.01-000000/https://www.mereth-herald.example/a",
        "https://web.archive.org/web/2026id_/https:/www.mereth-herald.example/a",
        "https://www-mereth--herald-example.translate.goog/a?_x_tr_sl=de",
        f"https://clicks.example/r?url=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3D{PAGE.replace(':', '%253A')}",
    ],
)
def test_the_page_behind_a_wrapped_link(link: str) -> None:
    """Promise: alerts, AMP copies, archives, translators and click counters count for the page they lead to."""
    assert innermost(link) == PAGE
    assert publisher_of("", "", "", link) == Publisher("mereth-herald.example", "mereth-herald.example")


@pytest.mark.parametrize(
    "link",
    [
        PAGE, "https://mereth-herald.example/search?q=river", "https://mereth-herald.example/a?u=42",
        "https://mereth-herald.example/2026/http-explained", "https://mereth-herald.example/c/s", "https://[bad", "",
        "https://mereth-herald.example/?" + "&".join(f"p{n}=1" for n in range(9_000)), "magnet:?u=x",
        "https://mereth-herald.example/i/love.html/a",
    ],
)  # fmt: skip
def test_a_link_of_its_own_stays(link: str) -> None:
    """Promise: what leads nowhere else is taken as it is, however odd."""
    assert innermost(link) == link


@pytest.mark.parametrize(
    "link", ["https://news.google.com/rss/articles/CBMiX", "https://www.google.fr/url?id=7", "https://t.co/abc"]
)
def test_a_link_that_does_not_say_whose_page_it_is_is_no_source(link: str) -> None:
    """Promise: what cannot be told corroborates nothing."""
    assert publisher_of("", "", "", link) == Publisher()


def test_one_article_by_three_ways_is_one_source() -> None:
    """Promise: the article, its AMP copy and a search alert for it are one publisher and one source."""
    links = (PAGE, "https://x.cdn.ampproject.org/c/s/mereth-herald.example/a", f"https://www.google.com/url?url={PAGE}")
    found = corroborate([publisher_of("", "", "", link) for link in links])
    assert (found.n_publishers, found.n_independent) == (1, 1)
