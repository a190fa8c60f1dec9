"""The pages in a real browser: Chromium types a mark, sees the colour change, and opens a letter."""

from __future__ import annotations

import shutil
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sheets_mastery.local_google.server import LocalGoogle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

RED, WHITE = "rgb(244, 204, 204)", "rgb(255, 255, 255)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests here, the machine's own."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of. A test that means to be complained of empties it."""
    return []


@pytest.fixture
def fresh(browser: Browser) -> Iterator[Page]:
    """A fresh page whose clock stands still, so that it looks again when told to."""
    context = browser.new_context(color_scheme="light")
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    opened.clock.install()
    yield opened
    context.close()


@pytest.fixture
def page(fresh: Page, complaints: list[str]) -> Iterator[Page]:
    """The same, and any complaint fails the test."""
    fresh.on("pageerror", lambda problem: complaints.append(str(problem)))
    fresh.on("console", lambda said: complaints.append(said.text))
    yield fresh
    assert complaints == []


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[LocalGoogle]:
    """Another server, which remembers what it was asked."""
    with LocalGoogle(tmp_path / "elsewhere") as running:
        yield running


@pytest.fixture
def outbox(tmp_path: Path, elsewhere: LocalGoogle) -> Path:
    """A maildir with one letter, which does what a letter should not."""
    for part in ("cur", "new", "tmp"):
        (tmp_path / "outbox" / part).mkdir(parents=True)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "teacher@school.example", "family@example.org", "The next step"
    message.set_content("In plain words")
    message.add_alternative(
        "<h1 style='color: rgb(0, 80, 90)'>In fine words</h1><script>document.body.innerHTML = 'taken over'</script>"
        f"<img src='{elsewhere.url}/pixel'><form action='{elsewhere.url}/form'><button>Send</button></form>"
        f"<meta http-equiv='refresh' content='0; url={elsewhere.url}/away'><a href='{elsewhere.url}/link'>Away</a>"
        f"<link rel='stylesheet' href='{elsewhere.url}/style'>"
        f"<style>h1 {{ background: url({elsewhere.url}/back) }}</style>",
        subtype="html",
    )
    (tmp_path / "outbox" / "new" / "1.letter").write_bytes(message.as_bytes())
    return tmp_path / "outbox"


@pytest.fixture
def google(tmp_path: Path, outbox: Path) -> Iterator[LocalGoogle]:
    """A fresh Google that shows a maildir."""
    with LocalGoogle(tmp_path / "google", mailboxes={"outbox": outbox}) as running:
        yield running


@pytest.fixture
def marks(book: Any) -> Any:
    """A tab of marks in B2:B4 with a sum below, in which a rule paints what is below 5."""
    book.type("A1", [["Student", "Quiz"], ["Ann", 8], ["Bo", 9], ["Cy", 7], ["", "=SUM(B2:B4)"]])
    place = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 4, "startColumnIndex": 1, "endColumnIndex": 2}
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=B2<5"}]}
    paint = {"condition": condition, "format": {"backgroundColor": {"red": 0.957, "green": 0.8, "blue": 0.8}}}
    book.batch({"addConditionalFormatRule": {"rule": {"ranges": [place], "booleanRule": paint}, "index": 0}})
    return book


@pytest.fixture
def open_marks(google: LocalGoogle, page: Page, marks: Any) -> Callable[[], None]:
    """Opens the tab of marks."""

    def opened() -> None:
        page.goto(f"{google.url}/face/sheets/{marks.id}/0")

    return opened


def test_a_mark_typed_with_the_keyboard_recolours_its_cell_at_once(
    page: Page, open_marks: Callable[[], None], marks: Any
) -> None:
    open_marks()
    cell = page.locator("#B3")
    expect(cell).to_have_css("background-color", WHITE)
    page.locator("#A1").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "3", "Enter"):
        page.keyboard.press(key)
    expect(cell).to_have_text("3")
    expect(cell).to_have_css("background-color", RED)
    expect(page.locator("#B5")).to_have_text("18")
    expect(page.locator("#status")).to_have_text("B3 is now 3. 1 other cell changed.")
    expect(page.locator("#B4")).to_be_focused()
    assert marks.values("B3", "UNFORMATTED_VALUE") == [[3]]


def test_a_box_is_ticked_by_a_click_and_by_the_space_bar_and_never_typed_over(
    page: Page, google: LocalGoogle, book: Any
) -> None:
    book.type("A1", [["Approve", "Student"], [False, "Ann"], ["", "Bo"]])
    boxes = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 1}
    book.batch({"setDataValidation": {"range": boxes, "rule": {"condition": {"type": "BOOLEAN"}}}})
    page.goto(f"{google.url}/face/sheets/{book.id}/0")
    first, second = page.locator("#A2"), page.locator("#A3")
    expect(second).to_have_text("☐")
    first.click()
    expect(first).to_have_text("☑")
    second.focus()
    page.keyboard.press("Space")
    expect(second).to_have_text("☑")
    assert book.values("A2:A3", "UNFORMATTED_VALUE") == [[True], [True]]
    second.dblclick()
    expect(second).to_have_text("☐")
    page.keyboard.press("Space")
    expect(second).to_have_text("☑")
    page.keyboard.press("Space")
    expect(second).to_have_text("☐")
    assert book.values("A2:A3", "UNFORMATTED_VALUE") == [[True], [False]]
    expect(page.locator("table.sheet input")).to_have_count(0)


def test_escape_gives_up_an_edit_and_enter_without_a_change_writes_nothing(
    page: Page, open_marks: Callable[[], None], google: LocalGoogle, marks: Any
) -> None:
    open_marks()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.locator("#B5").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Contents of B5")).to_have_value("=SUM(B2:B4)")
    page.keyboard.type("nonsense")
    page.keyboard.press("Escape")
    expect(page.locator("#B5")).to_be_focused()
    expect(page.locator("#B5")).to_have_text("24")
    page.keyboard.press("F2")
    page.keyboard.press("Enter")
    expect(page.locator("#B6")).to_be_focused()
    assert posts == []


def test_the_bar_above_shows_and_changes_what_is_in_a_cell(page: Page, open_marks: Callable[[], None]) -> None:
    open_marks()
    page.locator("#B5").click()
    contents = page.get_by_label("Contents", exact=True)
    expect(contents).to_have_value("=SUM(B2:B4)")
    contents.fill("=B2*2")
    page.get_by_role("button", name="Enter").click()
    expect(page.locator("#B5")).to_have_text("16")
    expect(page.locator("#B5")).to_be_focused()


def test_a_refused_edit_is_said_and_leaves_the_cell(
    page: Page, open_marks: Callable[[], None], marks: Any, complaints: list[str]
) -> None:
    open_marks()
    marks.ask("POST", "/_local/access", {"spreadsheetId": marks.id, "role": "reader"})
    page.locator("#B2").focus()
    page.keyboard.press("Delete")
    expect(page.locator("#status")).to_have_text("B2 was not changed: The caller does not have permission")
    expect(page.locator("#B2")).to_have_text("8")
    assert complaints == ["Failed to load resource: the server responded with a status of 403 (Forbidden)"]
    complaints.clear()


def test_what_a_program_writes_appears_while_one_looks(page: Page, open_marks: Callable[[], None], marks: Any) -> None:
    open_marks()
    note = {"rows": [{"values": [{"note": "Missing: 20 %"}]}], "fields": "note"}
    marks.put("B2", [[1]])
    marks.batch({"updateCells": {**note, "start": {"sheetId": 0, "rowIndex": 1, "columnIndex": 1}}})
    page.clock.run_for(2_000)
    cell = page.locator("#B2")
    expect(cell).to_have_css("background-color", RED)
    cell.focus()
    expect(page.locator("#about")).to_have_text("Missing: 20 %")
    expect(cell.locator(".note")).to_be_visible()


def test_the_table_is_named_and_scoped_for_those_who_do_not_see_it(page: Page, open_marks: Callable[[], None]) -> None:
    open_marks()
    grid = page.get_by_role("grid", name="Sheet1. Arrow keys move, Enter edits, Escape gives up an edit.")
    expect(grid.get_by_role("rowheader", name="2", exact=True)).to_have_count(1)
    expect(grid.get_by_role("columnheader", name="B", exact=True)).to_have_count(1)
    expect(grid.locator("[tabindex='0']")).to_have_count(1)


def test_a_letter_opens_and_nothing_in_it_runs_or_loads(
    fresh: Page, google: LocalGoogle, elsewhere: LocalGoogle
) -> None:
    fresh.goto(f"{google.url}/face/letters")
    fresh.get_by_role("link", name="The next step").click()
    frame = fresh.frame_locator("iframe")
    expect(frame.locator("h1")).to_have_css("color", "rgb(0, 80, 90)")
    expect(frame.locator("h1")).to_have_text("In fine words")
    expect(fresh.locator("pre")).to_have_text("In plain words\n")
    with fresh.expect_console_message(lambda said: "allow-forms" in said.text):
        frame.locator("button").click()
    with fresh.expect_console_message(lambda said: "frame-src" in said.text):
        frame.locator("a").click()
    expect(fresh.locator("h1")).to_have_text("The next step")
    requests.get(f"{elsewhere.url}/control", timeout=10)
    log = requests.get(f"{elsewhere.url}/_local/requests", timeout=10).json()["requests"]
    assert [each["path"] for each in log] == ["/control"]


def test_requests_appear_as_they_happen_and_can_be_held(page: Page, google: LocalGoogle) -> None:
    page.goto(f"{google.url}/face/requests")
    rows = page.locator("tbody tr")
    requests.get(f"{google.url}/v4/spreadsheets/first", timeout=10)
    page.clock.run_for(1_000)
    expect(rows.first).to_contain_text("/v4/spreadsheets/first")
    pause = page.get_by_role("button", name="Pause")
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "true")
    requests.get(f"{google.url}/v4/spreadsheets/second", timeout=10)
    page.clock.run_for(5_000)
    expect(rows).to_have_count(1)
    pause.click()
    page.clock.run_for(1_000)
    expect(rows.first).to_contain_text("/v4/spreadsheets/second")


@pytest.mark.parametrize("width", [1200, 390])
def test_no_page_is_wider_than_the_screen(page: Page, google: LocalGoogle, marks: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", f"/face/sheets/{marks.id}/0", "/face/letters", "/face/requests"):
        page.goto(google.url + path)
        assert page.locator("html").evaluate("root => root.scrollWidth") == width
