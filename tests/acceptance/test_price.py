"""What a sync costs, counted at the server: two requests when something changed and one when nothing did.

The numbers are the local Google's own log, not the service's; the service has to have counted the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sheets_mastery.mastery import Verdict
from sheets_mastery.sync import make_plan
from sheets_mastery.wiring import Service
from tests.acceptance.conftest import School, gradebook

SIZES = [(30, 20), (150, 40)]
LEVELS = (76, 86, 93)
#: Where the first student's first mark stands, below a header, due dates and maxima.
FIRST_MARK = "E4"
#: Everything in a document that somebody has put there, ourselves included; not what it looks like in the end.
TYPED_AND_OURS = (
    "properties,namedRanges,sheets(properties,conditionalFormats,protectedRanges,merges,"
    "data(rowData(values(userEnteredValue,userEnteredFormat,note)),rowMetadata,columnMetadata))"
)


def class_of(students: int, assignments: int) -> list[list[str]]:
    """A gradebook of some size: the first student has 99 of 100 everywhere, the others between 60 and 99."""
    works = range(assignments)
    return [
        ["Student ID", "Student", "Level", "Guardian Email", *(f"Work {work + 1}" for work in works)],
        ["Due", "", "", "", *("2026-09-11" for _ in works)],
        ["Points", "", "", "", *("100" for _ in works)],
        *(
            [
                str(10_001 + student),
                f"Student {student + 1}",
                str(LEVELS[student % 3]),
                f"family.{student + 1}@homes.example",
                *(str(99 - student * (7 + 11 * work) % 40) for work in works),
            ]
            for student in range(students)
        ),
    ]


def approved(service: Service) -> str:
    """The fingerprint of what a sync would do now, as a person reads it off a plan."""
    plan, _ = make_plan(service.sheets, service.ledger, service.settings, gradebook(service), service.clock())
    return plan.fingerprint


def prices(log: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """The requests of a log, method and status."""
    return [(each["method"], each["status"]) for each in log]


READ, WRITE = ("GET", 200), ("POST", 200)


@pytest.mark.parametrize(("students", "assignments"), SIZES)
def test_a_sync_takes_two_requests_and_one_where_nothing_changed(
    make_school: Callable[..., School], students: int, assignments: int
) -> None:
    school = make_school({"Marks": class_of(students, assignments)})
    service = school.service()
    fingerprint = approved(service)
    school.sheet_requests()

    first = service.sync(gradebook(service), "sync", approved=fingerprint)
    assert prices(school.sheet_requests()) == [READ, WRITE]
    assert first.changes_anything

    before = school.document(TYPED_AND_OURS)
    school.sheet_requests()
    second = service.sync(gradebook(service), "sync")
    assert prices(school.sheet_requests()) == [READ]
    assert not second.changes_anything
    assert school.document(TYPED_AND_OURS) == before

    school.spreadsheet.worksheet("Marks").update_acell(FIRST_MARK, "12")
    school.sheet_requests()
    third = service.sync(gradebook(service), "sync")
    assert prices(school.sheet_requests()) == [READ, WRITE]
    assert [change.after for change in third.facts.verdicts] == [Verdict.RETAKE]
    assert school.document(TYPED_AND_OURS) != before


@pytest.mark.parametrize("work", ["first", "last"])
def test_what_is_sent_for_one_mark_does_not_grow_with_the_class(make_school: Callable[..., School], work: str) -> None:
    """The first or the last mark of the same student: only the ranges to look at afterwards are longer."""
    sent = []
    for students, assignments in SIZES:
        school = make_school({"Marks": class_of(students, assignments)}, gradebook="mail_tab = false")
        service = school.service()
        service.sync(gradebook(service), "sync", approved=approved(service))
        school.spreadsheet.worksheet("Marks").update_cell(4, 5 if work == "first" else 4 + assignments, "12")
        school.sheet_requests()
        service.sync(gradebook(service), "sync")
        _, write = school.sheet_requests()
        # Google chooses the number of our stamp, and how long it is.
        (stamp,) = service.sheets.read(gradebook(service).spreadsheet).stamps
        sent.append(write["requestBytes"] - len(str(stamp.id)))
    small, large = sent
    assert large - small == len("Marks!A1:A153 Marks!A1:AR1") - len("Marks!A1:A33 Marks!A1:X1")
    assert small < 1500


def test_a_letter_more_costs_its_line_on_the_tab_however_many_wait_already(make_school: Callable[..., School]) -> None:
    sent = []
    for students, assignments in SIZES:
        school = make_school({"Marks": class_of(students, assignments)})
        service = school.service()
        service.sync(gradebook(service), "sync", approved=approved(service))
        school.spreadsheet.worksheet("Marks").update_acell(FIRST_MARK, "12")
        school.sheet_requests()
        service.sync(gradebook(service), "sync")
        _, write = school.sheet_requests()
        sent.append(write["requestBytes"])
    small, large = sent
    assert large - small < 50
    # The line on top, with the box for all, is made anew with it.
    assert small < 5500


def test_the_service_counts_its_requests_and_bytes_as_the_server_does(make_school: Callable[..., School]) -> None:
    school = make_school({"Marks": class_of(30, 20)})
    service = school.service()
    service.sync(gradebook(service), "sync", approved=approved(service))
    log = school.sheet_requests()
    traffic = service.sheets.traffic
    assert prices(log) == [READ, READ, WRITE]  # the first one was the person's look at the plan
    assert traffic.requests == len(log)
    assert traffic.bytes_out == sum(each["requestBytes"] for each in log)
    assert traffic.bytes_in == sum(each["responseBytes"] for each in log)


def test_a_class_of_letters_takes_one_more_look_at_the_sheet_and_one_stamp(make_school: Callable[..., School]) -> None:
    """Of 30 students the first owes nothing: 29 families are written to, and the gradebook is read and stamped once."""
    school = make_school({"Marks": class_of(30, 20)})
    service = school.service()
    service.sync(gradebook(service), "sync", approved=approved(service))
    school.sheet_requests()
    service.deliver((gradebook(service),))
    assert len(school.letters()) == 29
    assert prices(school.sheet_requests()) == [READ, WRITE]
