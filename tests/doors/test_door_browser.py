"""The door's page in a real browser: read, pressed by the keyboard, and taken back, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsers import CHROMIUM, axe, browser
from doorway import MOTHER, SETTINGS, Open, opened
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
__all__ = ["axe", "browser"]

#: As a browser asks, as the page says, and how it runs.
LANGUAGES = (
    ("en-US", "en-US", "ltr"),
    ("es-MX", "es-US", "ltr"),
    ("fr", "fr", "ltr"),
    ("vi-VN", "vi", "ltr"),
    ("zh-CN", "zh-Hans-CN", "ltr"),
    ("ar-EG", "ar", "rtl"),
)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    folder: Path = tmp_path_factory.mktemp("door")
    (folder / "mastery.toml").write_text(SETTINGS, "utf-8")
    with opened(folder, f"sqlite:///{folder}/mastery.sqlite") as door:
        yield door


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def press_by_keyboard(page: Page, which: str) -> None:
    """Tab to a button, see where one is, and press it."""
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("which => document.activeElement.matches(which)", which):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_parent_stops_letters_by_the_keyboard_takes_it_back_and_changes_the_language(
    browser: Browser, door: Open
) -> None:
    context = browser.new_context(locale="es-MX", viewport={"width": 360, "height": 740})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda problem: said.append(str(problem)))
    link = door.link()
    page.goto(link)
    assert (heading(page), door.stopped()) == ("¿Dejar de recibir estas cartas?", [])
    press_by_keyboard(page, "button.button")
    assert (heading(page), door.stopped()) == (
        "Estas cartas ya no se envían",
        [("Algebra 1 & 2", "ab" * 32, "reminder")],
    )
    # The page's own policy lets its own look through.
    assert page.evaluate("getComputedStyle(document.querySelector('button.button')).borderRadius") == "8px"
    press_by_keyboard(page, "button[lang=ar]")
    assert (heading(page), page.locator("html").get_attribute("dir")) == ("توقّفت هذه الرسائل", "rtl")
    press_by_keyboard(page, "button.button")
    assert (heading(page), door.stopped()) == ("استؤنفت هذه الرسائل", [])
    assert (page.url, context.cookies(), said) == (link, [], [])
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1100)])
def test_axe_finds_nothing_to_complain_of_on_any_page_in_any_language(
    browser: Browser, door: Open, axe: str, scheme: str, width: int
) -> None:
    stopped = replace(MOTHER, kind="weekly")
    door.ledger.opt_out(stopped.gradebook, stopped.guardian, stopped.kind, now=door.ledger.install().created)
    found, seen = [], []
    for locale, language, direction in LANGUAGES:
        context = browser.new_context(
            locale=locale,
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": 700},
        )
        page = context.new_page()
        for link in (door.link(), door.link(stopped), f"{door.address}?t=nothing"):
            page.goto(link)
            page.evaluate("axe => { (0, eval)(axe) }", axe)
            result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert len(result["passes"]) > 10
            found += [(language, each["id"]) for each in result["violations"]]
            shape = page.evaluate(
                """() => ({
                    lang: document.documentElement.lang,
                    starts: getComputedStyle(document.querySelector('h1')).direction,
                    wide: document.documentElement.scrollWidth,
                    small: Math.min(...[...document.querySelectorAll('button')].map(each => each.offsetHeight)) >= 44,
                })"""
            )
            assert shape == {"lang": language, "starts": direction, "wide": width, "small": True}
            seen.append(heading(page))
        context.close()
    assert found == []
    assert len(set(seen)) == 18
