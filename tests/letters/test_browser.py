"""The letters in a real browser: every kind and language, on a phone and on a desktop, by day and by night."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
import samples
from playwright.sync_api import Browser, sync_playwright

from sheets_mastery.letters import LetterPress

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

KINDS = ("missing", "reminder", "made_good", "weekly", "welcome", "contract", "digest")
PHONE, DESKTOP = 360, 1100


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests here, the machine's own."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program of axe-core (https://github.com/dequelabs/axe-core), from npm where there is one."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so axe-core cannot be had")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        [npm, "pack", "--silent", "axe-core@4"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        pytest.skip("npm cannot fetch axe-core here")
    (packed,) = Path(folder).glob("axe-core-*.tgz")
    with tarfile.open(packed) as archive:
        program = archive.extractfile("package/axe.min.js")
        assert program is not None
        return program.read().decode("utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_of(browser: Browser, press: LetterPress, axe: str, scheme: str) -> None:
    colours: Literal["light", "dark"] = "dark" if scheme == "dark" else "light"
    context = browser.new_context(color_scheme=colours, viewport={"width": PHONE, "height": 700})
    page = context.new_page()
    found = []
    for kind, language in product(("missing", "weekly", "welcome", "digest"), samples.LANGUAGES):
        page.set_content(press.render(samples.letter(kind), language).html)
        page.evaluate(axe)
        result = page.evaluate("axe.run()")
        assert len(result["passes"]) > 10
        found += [(kind, language, each["id"]) for each in result["violations"]]
    context.close()
    assert found == []


def test_axe_itself_is_awake(browser: Browser, axe: str) -> None:
    page = browser.new_page()
    page.set_content("<html><body style='background:#fff'><p style='color:#ddd'>pale</p></body></html>")
    page.evaluate(axe)
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
