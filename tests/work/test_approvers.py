"""Where the settings name who may approve letters, nobody else's tick on the tab `Mastery Mail` lets one leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from sheets_mastery.errors import SheetProtected
from sheets_mastery.mailtab import MAIL_ID

if TYPE_CHECKING:
    from tests.work.conftest import Class

HEAD, AIDE, OWNER = "head@school.example", "aide@school.example", "teacher@school.example"
PROTECTIONS = "sheets(properties.sheetId,protectedRanges)"
WAIT = {"waits for approval": 3}
Json = dict[str, Any]


@pytest.fixture
def guarded(open_class: Callable[..., Class]) -> Class:
    """A class after its first sync, whose letters the head may approve."""
    school = open_class(mode="review", mail=f'approvers = ["{HEAD}"]')
    school.sync()
    return school


@contextmanager
def acting_as(school: Class, account: str) -> Iterator[None]:
    """Whoever writes into the sheet now is somebody else."""
    school.school.post("/_local/oauth/consent", {"account": account})
    try:
        yield
    finally:
        school.school.post("/_local/oauth/consent", {"account": OWNER})


def protections(school: Class) -> list[Json]:
    """The protections of the tab with the letters, as their owner sees them."""
    sheets = school.school.document(PROTECTIONS)["sheets"]
    (tab,) = (each for each in sheets if each["properties"]["sheetId"] == MAIL_ID)
    found: list[Json] = tab.get("protectedRanges", [])
    return found


def box(school: Class, name: str) -> str:
    """The box in which a student's letter is approved."""
    rows = school.school.spreadsheet.worksheet("Mastery Mail").get_all_values()
    return f"A{next(number for number, row in enumerate(rows, 1) if row[0] and row[4].endswith(name))}"


def trouble(school: Class) -> list[list[str]]:
    """What the tab Mastery Trouble says about the tab with the letters."""
    rows: list[list[str]] = school.school.spreadsheet.worksheet("Mastery Trouble").get_all_values()[1:]
    return [row for row in rows if row[0] == "tab Mastery Mail"]


def tick(school: Class, cell: str) -> None:
    school.school.spreadsheet.worksheet("Mastery Mail").update([[True]], cell, raw=False)


def requests(school: Class) -> list[str]:
    return [each["method"] for each in school.school.sheet_requests()]


def test_only_those_who_are_named_can_tick_and_no_sync_makes_the_protection_anew(guarded: Class) -> None:
    (only,) = protections(guarded)
    assert (only["range"], only["editors"]["users"]) == ({"sheetId": MAIL_ID}, [HEAD, OWNER])
    requests(guarded)
    guarded.sync()
    assert requests(guarded) == ["GET"]
    with acting_as(guarded, AIDE), pytest.raises(SheetProtected):
        tick(guarded, box(guarded, "Ben"))
    with acting_as(guarded, HEAD):
        tick(guarded, box(guarded, "Cho"))
    guarded.deliver()
    assert sorted(guarded.letters()) == ["Cho"]
    # Rows go and come, and it stands.
    guarded.type("F7", "yes")
    guarded.sync()
    assert protections(guarded) == [only]
    with acting_as(guarded, AIDE), pytest.raises(SheetProtected):
        tick(guarded, box(guarded, "Dee"))


def test_it_follows_the_setting_and_goes_with_it(guarded: Class) -> None:
    guarded.change(f'["{HEAD}"]', f'["{AIDE}", "{HEAD}"]')
    guarded.sync()
    (only,) = protections(guarded)
    assert only["editors"]["users"] == [AIDE, HEAD, OWNER]
    # In another order it is the same.
    guarded.change(f'["{AIDE}", "{HEAD}"]', f'["{HEAD.upper()}", "{AIDE}"]')
    requests(guarded)
    guarded.sync()
    assert requests(guarded) == ["GET"]
    guarded.change(f'approvers = ["{HEAD.upper()}", "{AIDE}"]', "")
    guarded.sync()
    assert protections(guarded) == []
    with acting_as(guarded, "anybody@school.example"):
        tick(guarded, box(guarded, "Cho"))
    assert guarded.deliver() == {"sent": 1, "waits for approval": 2}


def test_a_teachers_own_protection_stays_and_remove_takes_ours_away(guarded: Class) -> None:
    mine = {"range": {"sheetId": 0}, "description": "mine", "warningOnly": True}
    body = {"requests": [{"addProtectedRange": {"protectedRange": mine}}]}
    guarded.school.spreadsheet.batch_update(body)
    guarded.change(f'approvers = ["{HEAD}"]', "")
    guarded.sync()
    guarded.service.remove(guarded.gradebook)
    sheets = guarded.school.document(PROTECTIONS)["sheets"]
    found = [each["description"] for sheet in sheets for each in sheet.get("protectedRanges", [])]
    assert found == ["mine"]


@pytest.mark.parametrize("how", ["taken away", "with a hole"])
def test_where_it_does_not_stand_no_tick_counts_and_it_comes_back(guarded: Class, how: str) -> None:
    (only,) = protections(guarded)
    number = only["protectedRangeId"]
    hole = {"sheetId": MAIL_ID, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 1}
    request: Json = {"deleteProtectedRange": {"protectedRangeId": number}}
    if how == "with a hole":
        holed = {"protectedRangeId": number, "unprotectedRanges": [hole]}
        request = {"updateProtectedRange": {"protectedRange": holed, "fields": "unprotectedRanges"}}
    guarded.school.spreadsheet.batch_update({"requests": [request]})
    with acting_as(guarded, AIDE):
        tick(guarded, box(guarded, "Cho"))
    assert guarded.deliver() == WAIT
    guarded.sync()
    sheet = guarded.school.spreadsheet.worksheet("Mastery Mail")
    assert sheet.acell(box(guarded, "Cho")).value == "FALSE"
    (again,) = protections(guarded)
    assert {**again, "protectedRangeId": number} == only
    assert guarded.deliver() == WAIT


def test_a_copy_of_the_document_is_protected_anew(guarded: Class) -> None:
    (before,) = protections(guarded)
    old = guarded.school.spreadsheet.id
    copy = guarded.school.post(f"/drive/v3/files/{old}/copy", {"name": "Algebra 1, next term"})["id"]
    guarded.change(old, copy)
    guarded.sync()
    sheets = guarded.school.get(f"/v4/spreadsheets/{copy}", fields=PROTECTIONS)["sheets"]
    (after,) = (each for sheet in sheets for each in sheet.get("protectedRanges", []))
    assert after["editors"]["users"] == [HEAD, OWNER]
    assert after["description"] != before["description"]


@pytest.mark.parametrize(
    "refusal",
    [
        (400, "INVALID_ARGUMENT", "Invalid requests[3].addProtectedRange: There is nobody of that name."),
        (403, "PERMISSION_DENIED", "The caller does not have permission"),
    ],
)
def test_what_google_refuses_is_said_stops_no_sync_and_is_asked_again_another_day(
    open_class: Callable[..., Class], refusal: tuple[int, str, str]
) -> None:
    status, word, message = refusal
    school = open_class(mode="review", mail=f'approvers = ["{HEAD}"]')
    body = {"error": {"code": status, "message": message, "status": word}}
    order = {"method": "POST", "regex": ":batchUpdate", "status": status, "body": body}
    school.school.post("/_local/faults", order)
    requests(school)
    plan = school.sync()
    assert requests(school) == ["GET", "POST", "GET", "POST"]
    assert protections(school) == []
    assert [each.what for each in plan.problems if "approvers" in each.what] == [said[2] for said in trouble(school)]
    (said,) = trouble(school)
    assert said[2].startswith(
        "no tick counts here, because Google did not let this tab be protected for those whom the settings name under "
        "mail.approvers (asked on 2026-10-30, "
    )
    assert HEAD not in "".join(said)
    top = school.school.spreadsheet.worksheet("Mastery Mail").get_all_values()[0][5]
    assert top.startswith("No tick counts here: the tab Mastery Trouble says why. review: ")
    # The same day it is not asked again, and a tick does not count; the next day it works.
    tick(school, box(school, "Cho"))
    assert school.deliver() == WAIT
    school.sync()
    requests(school)
    school.sync()
    assert requests(school) == ["GET"]
    school.at("2026-11-02T08:00")
    school.sync()
    assert len(protections(school)) == 1
    assert trouble(school) == []
    tick(school, box(school, "Cho"))
    assert school.deliver() == {"sent": 1, "waits for approval": 2}
