"""The letters in a real browser: every kind and language, on a phone and on a desktop, by day and by night."""

from __future__ import annotations

from itertools import product
from typing import Literal

import pytest
import samples
from browsers import CHROMIUM, axe, browser
from playwright.sync_api import Browser

from sheets_mastery.letters import LetterPress

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

__all__ = ["axe", "browser"]

KINDS = ("missing", "reminder", "made_good", "weekly", "welcome", "contract", "digest")
PHONE, DESKTOP = 360, 1100


# What is wrong with colours does not hang on the width, and each costs seconds: so two of the four.
@pytest.mark.parametrize(("scheme", "width"), [("light", PHONE), ("dark", DESKTOP)])
def test_axe_finds_nothing_to_complain_of(
    browser: Browser, press: LetterPress, axe: str, scheme: str, width: int
) -> None:
    colours: Literal["light", "dark"] = "dark" if scheme == "dark" else "light"
    context = browser.new_context(color_scheme=colours, viewport={"width": width, "height": 700})
    page = context.new_page()
    found = []
    for kind, language in product(KINDS, samples.LANGUAGES):
        page.set_content(press.render(samples.letter(kind), language).html)
        # It stays in the window from one letter to the next.
        page.evaluate("axe => { window.axe || (0, eval)(axe) }", axe)
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert len(result["passes"]) > 10
        found += [(kind, language, each["id"]) for each in result["violations"]]
    context.close()
    assert found == []


def test_axe_itself_is_awake_for_the_second_page_as_well(browser: Browser, press: LetterPress, axe: str) -> None:
    page = browser.new_page()
    page.set_content(press.render(samples.letter("missing"), "en").html)
    page.evaluate("axe => { (0, eval)(axe) }", axe)
    page.set_content("<html><body style='background:#fff'><p style='color:#ddd'>pale</p></body></html>")
    found = {each["id"] for each in page.evaluate("axe.run()")["violations"]}
    page.close()
    assert {"color-contrast", "html-has-lang", "document-title"} <= found


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_every_letter_fits_its_screen_fetches_nothing_and_runs_in_its_direction(
    browser: Browser, press: LetterPress, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    for kind, language in product(KINDS, samples.LANGUAGES):
        page.set_content(press.render(samples.letter(kind), language).html)
        seen = page.evaluate(
            """() => ({
                wide: document.documentElement.scrollWidth,
                out: [...document.querySelectorAll('p, h1, h2, h3, li, a, div')].filter(
                    each => each.getBoundingClientRect().right > innerWidth + 0.5
                        || each.getBoundingClientRect().left < -0.5).length,
                starts: getComputedStyle(document.querySelector('h1')).direction,
                small: Math.min(...[...document.querySelectorAll('p, li, a')].map(
                    each => parseFloat(getComputedStyle(each).fontSize))),
            })"""
        )
        expected = {"wide": width, "out": 0, "starts": "rtl" if language == "ar" else "ltr", "small": 14}
        assert seen == expected, (kind, language)
    page.close()
    assert fetched == []
