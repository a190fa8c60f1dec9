"""Makes one picture a language of the letters in a browser: on a phone and on a desktop, by day and by night.

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

from sheets_mastery.letters import LetterPress  # noqa: E402

Scheme = Literal["light", "dark"]
#: What is shown: (kind, width, colours).
SHOTS: tuple[tuple[str, int, Scheme], ...] = (
    ("missing", 390, "light"),
    ("weekly", 390, "dark"),
    ("welcome", 760, "light"),
    ("made_good", 760, "dark"),
    ("digest", 390, "light"),
)
HEIGHT = 1180


def main(folder: Path) -> None:
    """Picture every language."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    texts = {file.name: file.read_text("utf-8") for file in (ROOT / "config" / "letters").iterdir()}
    press = LetterPress(texts)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium)
        for language in samples.LANGUAGES:
            shots = [_shot(browser, press, language, *each) for each in SHOTS]
            page = browser.new_page(viewport={"width": 1440, "height": 640})
            pictures = "".join(
                f'<img height="620" alt="" src="data:image/png;base64,{base64.b64encode(each).decode()}">'
                for each in shots
            )
            page.set_content(f'<body style="margin:10px;background:#888;white-space:nowrap">{pictures}</body>')
            page.screenshot(path=str(folder / f"letters-{language}.jpg"), type="jpeg", quality=62)
            page.close()
        browser.close()


def _shot(browser: Browser, press: LetterPress, language: str, kind: str, width: int, scheme: Scheme) -> bytes:
    page = browser.new_page(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)
    page.set_content(press.render(samples.letter(kind), language).html)
    taken = page.screenshot()
    page.close()
    return taken


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
