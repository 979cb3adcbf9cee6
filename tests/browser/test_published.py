"""What leaves the house, as a browser shows it: digest, weekly report and casebook, on a phone, dark, on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.surfaces.digest.content import DAY, WEEK
from monitor.surfaces.digest.render import FORMS
from tests.browser.conftest import Server
from tests.browser.test_desk import BROKEN
from tests.conftest import ROOT
from tests.surfaces.conftest import House
from tests.surfaces.test_reports import TEXT, TITLE, content_of, label

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CASEBOOK = ROOT / "docs" / "casebook-example"
SIDEWAYS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
SMALL = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode()) {
    const box = texts.currentNode.parentElement, words = texts.currentNode.data.trim();
    if (words && box.offsetHeight > 1 && parseFloat(getComputedStyle(box).fontSize) < 11) found.push(words);
  }
  return found;
}"""


def axe_script() -> str:
    """Return axe, or skip."""
    axe = pytest.importorskip("axe_playwright_python", reason="the accessibility test needs axe-playwright-python")
    return (Path(axe.__file__).parent / "axe.min.js").read_text()


@pytest.fixture
def letters(house: House, tmp_path: Path) -> list[str]:
    """Addresses of a digest and a weekly report, rows in two scripts, one of them a plot that stands confirmed."""
    house.entry("aaaa1111", TITLE, TEXT, publisher="Harbour Wire")
    house.entry("bbbb2222", "گزارش: دو نفر به اتهام طرح ربودن یک روزنامه‌نگار بازداشت شدند", TEXT, lang="fa")
    house.entry("cccc3333", "Verkehrsgenehmigungszuständigkeitsübertragungsverordnungsentwurf" * 2, TEXT)
    label(house, "aaaa1111")
    found = []
    for kind in (DAY, WEEK):
        path = tmp_path / f"{kind}.html"
        path.write_text(FORMS["html"](content_of(house, kind)), encoding="utf-8")
        found.append(path.as_uri())
    return found


def casebook_pages() -> list[str]:
    """Return the addresses of the example's pages, of the cases two."""
    cases = sorted((CASEBOOK / "case").glob("*.html"))[:2]
    return [path.as_uri() for path in (*sorted(CASEBOOK.glob("*.html")), *cases)]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_digest_and_casebook_are_read_on_any_screen(browser: Any, letters: list[str], width: int) -> None:
    """Promise: no page moves sideways, no text is tiny, no word is broken, axe finds nothing, light and dark."""
    axe = axe_script()
    context = browser.new_context(
        viewport={"width": width, "height": 844}, is_mobile=width < 500, has_touch=width < 500
    )
    page = context.new_page()
    found: list[object] = []
    for address in (*letters, *casebook_pages()):
        page.goto(address)
        name = address.rpartition("/")[2]
        found += [(name, "sideways")] if page.evaluate(SIDEWAYS) else []
        found += [(name, "small", words) for words in page.evaluate(SMALL)]
        found += [(name, "broken", word) for word in page.evaluate(BROKEN)]
        page.evaluate(axe)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            answer = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
            found += [(name, scheme, item["id"], item["nodes"][0]["html"]) for item in answer["violations"]]
    context.close()
    assert found == []


def test_overview_and_casebook_print_without_what_can_only_be_pressed(page: Any, server: Server) -> None:
    """Promise: on paper there is no navigation and no button, the tables are open, and pictures are not cut in two."""
    page.emulate_media(media="print")
    page.goto(server.url + "/overview?coverage=1")
    assert page.locator("nav:visible, button:visible, form:visible, dialog:visible").count() == 0
    tables = page.locator("details table")
    assert tables.count() == page.locator("details table:visible").count() > 0
    assert page.locator(".figure").first.evaluate("figure => getComputedStyle(figure).breakInside") == "avoid"
    for address in casebook_pages():
        page.goto(address)
        assert page.locator("nav:visible, button:visible").count() == 0, address
        wide = page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, address


def test_a_kept_search_is_as_accessible_as_the_rest(page: Any, server: Server) -> None:
    """Promise: with searches kept the page still has a name for each button, and axe finds nothing, in both themes."""
    page.goto(server.url + "/search?q=alleged")
    page.fill("[name=name][maxlength='60']", "alleged, everywhere")
    page.click("button:text-is('Keep')")
    page.wait_for_selector(".saved >> text=alleged, everywhere")
    page.evaluate(axe_script())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("rules => axe.run({runOnly: rules})", RULES)["violations"] == []
    page.click("text=Forget")
    page.wait_for_function("() => !document.querySelector('.saved')")
