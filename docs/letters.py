"""Makes one picture a language of all kinds of letter in a browser: on a phone and a desktop, by day and by night.

    .venv/bin/python docs/letters.py [FOLDER]

Needs Chromium and the development packages; FOLDER is `docs/` by default.
"""

from __future__ import annotations

import base64
import shutil
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "drawing"))

import samples  # noqa: E402 - it lies beside the tests

from sheets_mastery.letters import LetterPress, Says, StopPage  # noqa: E402

Scheme = Literal["light", "dark"]
#: What is shown, in two rows of these heights: (kind, width, colours); "stop" is the door's page.
HEIGHTS = (1180, 960)
SHOTS: tuple[tuple[tuple[str, int, Scheme], ...], ...] = (
    (("missing", 390, "light"), ("reminder", 390, "dark"), ("weekly", 390, "light"), ("welcome", 760, "dark")),
    (("contract", 760, "light"), ("made_good", 390, "dark"), ("digest", 390, "dark"), ("stop", 390, "light")),
)


def main(folder: Path) -> None:
    """Picture every language."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    texts = {file.name: file.read_text("utf-8") for file in (ROOT / "config" / "letters").iterdir()}
    press = LetterPress(texts)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium)
        for language in samples.LANGUAGES:
            page = browser.new_page(viewport={"width": 1052, "height": 1150})
            pictures = "<br>".join(
                "".join(_picture(_shot(browser, press, language, *each, height)) for each in row)
                for row, height in zip(SHOTS, HEIGHTS, strict=True)
            )
            page.set_content(f'<body style="margin:8px;background:#888;white-space:nowrap">{pictures}</body>')
            page.screenshot(path=str(folder / f"letters-{language}.jpg"), type="jpeg", quality=58)
            page.close()
        browser.close()


def _picture(png: bytes) -> str:
    return f'<img style="zoom:0.525;margin:3px" alt="" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def _shot(
    browser: Browser, press: LetterPress, language: str, kind: str, width: int, scheme: Scheme, height: int
) -> bytes:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    stop = StopPage(says=Says.ASK, school="Lincoln Middle School", kind="reminder", gradebook="Algebra I (period 3)")
    page.set_content(
        press.page(stop, language).html if kind == "stop" else press.render(samples.letter(kind), language).html
    )
    taken = page.screenshot()
    page.close()
    return taken


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
