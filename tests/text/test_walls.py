"""Walls before an article are told from the article, in many languages; an article is never taken for one."""

from __future__ import annotations

import pytest

from monitor.text.walls import LITTLE, fit_of, wall_of

TITLE = "Two remanded over alleged scheme to abduct exiled editor"
SUMMARY = "A court in Port Mereth heard that the pair had watched her flat for weeks."
ARTICLE = (
    "A court in Port Mereth remanded two men on Friday over an alleged scheme to abduct the exiled editor Sivra Thane. "
    "Prosecutors said the pair had been paid by an officer abroad. Both deny it. The hearing goes on next week."
)
ASKED = "https://mereth-herald.example/news/two-remanded"


def verdict(page_title: str, text: str, answered: str = ASKED, title: str = TITLE, summary: str = SUMMARY) -> str:
    """Return the reason, or an empty string."""
    wall = wall_of(title, summary, page_title, text, ASKED, answered)
    return wall.reason if wall else ""


@pytest.mark.parametrize(
    ("page_title", "text", "reason"),
    [
        ("Your privacy", "We value your privacy. We and our partners use cookies. Accept all cookies or reject all.",
         "consent-page"),
        ("Datenschutz", "Ihre Privatsphäre zählt. Alle akzeptieren oder mit Werbung weiterlesen.", "consent-page"),
        ("Cookies", "Nous respectons votre vie privée. Tout accepter ou continuer sans accepter.", "consent-page"),
        ("Sign in", "Sign in to continue. Forgot your password? Create a free account.", "login-page"),
        ("Вход", "Войдите, чтобы читать дальше. Забыли пароль?", "login-page"),
        ("Subscribe", "You have reached your limit of free articles. Subscribe to continue reading.", "payment-page"),
        ("Just a moment...", "Checking your browser before accessing the site. Verify you are human.", "robot-check"),
        ("بررسی", "لطفا تایید کنید: من ربات نیستم", "robot-check"),
        ("Herald", "Please enable JavaScript to view this page. JavaScript is disabled in your browser.",
         "needs-javascript"),
        ("Oops", "404: the page you are looking for could not be found. It has been removed or renamed.", "not-found"),
        ("页面不存在", "您访问的页面不存在", "not-found"),
    ],
)  # fmt: skip
def test_a_wall_is_named(page_title: str, text: str, reason: str) -> None:
    """Promise: what stands before an article is no article, short or repeated to any length."""
    assert verdict(page_title, text) == reason
    assert verdict(page_title, " ".join([text] * 30)) == reason


@pytest.mark.parametrize(
    "text",
    [
        ARTICLE,
        ARTICLE + " We value your privacy. Accept all cookies. Sign in to continue. Subscribe to continue reading." * 5,
        "Please enable JavaScript to comment. " + ARTICLE,
    ],
    ids=["plain", "with a notice", "with a hint"],
)
def test_an_article_is_no_wall(text: str) -> None:
    """Promise: an article that carries a notice around it is still read."""
    assert verdict("Two remanded | Mereth Herald", text) == ""


def test_a_report_about_walls_is_an_article() -> None:
    """Promise: news about captchas, logins and cookie rules is not turned away for its words."""
    text = "A captcha on the ministry's portal asked visitors to verify you are human and leaked addresses. " * 4
    assert (
        verdict("Captcha leak", text, title="Captcha on ministry portal leaked visitors' addresses", summary="") == ""
    )


@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        ("https://mereth-herald.example/", "not-found"),
        ("https://mereth-herald.example/en/", "not-found"),
        ("https://gate.example/start?x=1", "other-page"),
        ("https://mereth-herald.example/news/two-remanded/", "other-page"),
        ("https://www.mereth-herald.example/2026/two-remanded.html", "other-page"),
    ],
)
def test_a_redirect_to_another_page_is_no_article(answered: str, reason: str) -> None:
    """Promise: words of something else are not read, wherever the address led; the article is."""
    other = "Gardens are at their best in May. Roses want sun, and water in the morning, gardeners say. " * 8
    assert verdict("Gardens", other, answered) == reason
    assert verdict("Two remanded", ARTICLE, answered) == ""


@pytest.mark.parametrize(
    ("title", "text", "fits"),
    [
        ("Zwei Männer in Untersuchungshaft", "Zwei Männer sitzen in Untersuchungshaft, teilte das Gericht mit.", True),
        ("警方逮捕两名嫌疑人", "据报道，警方周五逮捕了两名男子。", True),
        ("警方逮捕两名嫌疑人", "玫瑰需要阳光和水。", False),
        ("Live", "Anything at all.", True),
    ],
)
def test_fit_is_told_in_any_script(title: str, text: str, fits: bool) -> None:
    """Promise: the comparison works with and without spaces; too few words to compare count as fitting."""
    assert (fit_of(title, "", text) >= LITTLE) == fits


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("You are being redirected.", "no-article"),
        ("Lorkel vant, ubri sastel. Omni trebas vulo, merdin astakol. " * 9, "other-page"),
        ("پلیس دو مرد را به اتهام طرح ربودن سردبیر در تبعید بازداشت کرد. " * 9, ""),
        ("Zwei Männer sind in Port Mereth wegen der Entführung der Redakteurin Sivra Thane in Haft. " * 9, ""),
    ],
    ids=["a stub", "nothing of it", "another script", "another language with its names"],
)
def test_a_page_without_a_word_of_the_entry_is_no_article(text: str, reason: str) -> None:
    """Promise: a wall in words nobody listed is seen by saying nothing of the matter; a translation is not."""
    assert verdict("Mereth Herald", text) == reason
