"""On paper: a story prints without what can only be pressed, with addresses, the log position and its hash."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Server
from tests.surfaces.conftest import House

pytestmark = pytest.mark.browser


def test_a_story_prints_whole_and_provable(page: Any, server: Server, house: House) -> None:
    """Promise: no navigation, no buttons; what the page rests on can be looked up from the sheet."""
    page.goto(server.url + "/story/0aaa1110")
    page.emulate_media(media="print")
    assert page.locator("nav:visible, button:visible, form:visible, dialog:visible").count() == 0
    workspace = house.open()
    position, digest = workspace.log.head()
    workspace.close()
    proof = page.locator(".proof").inner_text()
    assert (f"position {position}," in proof, digest in proof) == (True, True)
    shown = page.evaluate("() => getComputedStyle(document.querySelector('.entry .facts a'), '::after').content")
    assert "https://news.test/0aaa1110" in shown


def test_the_rows_print_whole(page: Any) -> None:
    """Promise: all rows of the day are on paper, not the part that scrolled into view."""
    page.emulate_media(media="print")
    assert page.locator(".row h3:visible").count() == 12
    assert page.evaluate("() => getComputedStyle(document.querySelector('.list')).overflowY") == "visible"
