"""A plan is carried out as it was approved or not at all; what is too much at once waits for a person."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from sheets_mastery.past import Past

if TYPE_CHECKING:
    from tests.doors.conftest import Answer, Office

NOW = ("--now", "2026-10-30T16:30")
DONE, WAITING = 0, 3
#: Everything in the class that must not show: names, ids, addresses, and the one odd mark.
CANARIES = ("Quillfeather", "Oxenstierna", "Zubizarreta", "0010", "example.org", "41.5")
SORTED_ALONE = (
    "3 students have another name or other guardians than before, "
    "as if one column had been sorted alone or the permissions deleted"
)
STRICT = "[guard]\nletters_least = 1\n"


def told(answer: Answer) -> dict[str, Any]:
    """The one gradebook in what a command has printed for a script, which shows nobody."""
    assert [each for each in CANARIES if each in answer.out + answer.err] == []
    found: dict[str, Any] = json.loads(answer.out)
    if "gradebooks" in found:
        (only,) = found["gradebooks"]
        return {**only, "requests": found["requests"]}
    return found


def past_of(office: Office) -> Past:
    """What the ledger knows."""
    service = office.school.service()
    past = service.ledger.past("Algebra 1", date(2026, 10, 30))
    service.close()
    return past


def test_a_plan_that_is_approved_is_carried_out_and_nothing_more_is_to_do(office: Office) -> None:
    before = office.school.document(), past_of(office)
    planned = told(office.run("plan", "--json", *NOW))
    assert (office.school.document(), past_of(office)) == before
    answer = office.run("apply", "--json", "--plan", planned["fingerprint"], *NOW)
    assert (answer.code, told(answer)) == (DONE, {**planned, "requests": 2})
    counted = {"newly_missing": 2, "letters_new": 2, "made_good": 0, "students": 3, "on_track": 1, "requests": 1}
    assert {name: planned[name] for name in counted} == counted
    assert planned["verdicts"] == {"mastered": 4, "missing (retake)": 1, "missing (not in)": 1}
    again = told(office.run("plan", "--json", *NOW))
    assert (again["edits"], again["newly_missing"], again["letters_new"]) == ({}, 0, 0)


def test_a_wrong_or_outdated_approval_does_nothing(office: Office) -> None:
    fingerprint = told(office.run("plan", "--json", *NOW))["fingerprint"]
    office.school.spreadsheet.worksheet("Marks").update_acell("G5", 50)
    before = office.school.document(), past_of(office)
    for given in ("0123456789ab", fingerprint):
        answer = office.run("apply", "--plan", given, *NOW)
        now = told(office.run("plan", "--json", *NOW))["fingerprint"]
        sentence = f"the plan {given} is not what would be done now; that is {now}."
        assert (answer.code, answer.err) == (
            WAITING,
            f"Algebra 1: {sentence} Look at it with `plan` and approve it anew.\n",
        )
    assert (office.school.document(), past_of(office)) == before


def test_an_approval_is_of_one_gradebook(office: Office) -> None:
    office.add('[[gradebooks]]\nname = "Algebra 2"\nspreadsheet = "another-one"\n')
    answer = office.run("apply", "--plan", "0123456789ab")
    sentence = "There is more than one gradebook in the settings: say which with --gradebook."
    assert (answer.code, answer.out, answer.err) == (2, "", f"{sentence}\n")


def more_letters_than_usual(office: Office) -> None:
    """Nothing: the first sync owes two letters."""


def other_verdicts(office: Office) -> None:
    """Five of six marks turn out to be above the level of their students, or below."""
    marks = office.school.spreadsheet.worksheet("Marks")
    marks.update([["2", "7"], ["2", "50"], ["20", "50"]], "F4:G6", raw=False)


def two_students_less(office: Office) -> None:
    """Two rows are deleted; a single one is ordinary in any class."""
    office.school.spreadsheet.worksheet("Marks").delete_rows(5, 6)


def names_sorted_alone(office: Office) -> None:
    """The column of names is sorted, and no other one."""
    marks = office.school.spreadsheet.worksheet("Marks")
    marks.update([["Zubizarreta, Cho"], ["Quillfeather, Ana"], ["Oxenstierna, Ben"]], "B4:B6")


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        (more_letters_than_usual, "letters would be written about 2 of 3 students at once"),
        (other_verdicts, "5 of 6 settled verdicts would change at once"),
        (two_students_less, "2 of 3 students are no longer in the sheet"),
        (names_sorted_alone, SORTED_ALONE),
    ],
)
def test_what_is_too_much_at_once_waits_for_a_person_who_approves_it(
    open_office: Callable[..., Office],
    usual_class: Sequence[Sequence[str]],
    change: Callable[[Office], None],
    objection: str,
) -> None:
    first = change is more_letters_than_usual
    nobody_is_written_to = [[cell.replace("yes", "no") for cell in row] for row in usual_class]
    office = open_office(usual_class if first else nobody_is_written_to, more=STRICT)
    if not first:
        service = office.school.service()
        service.sync(service.settings.gradebooks[0], "sync")
        service.close()
    change(office)
    before = office.school.document(), past_of(office)

    stopped = office.run("sync", "--json", *NOW)
    waiting = told(stopped)
    fingerprint = waiting["fingerprint"]
    sentence = f"{objection}. Look with `plan`, then `apply --plan {fingerprint}`."
    assert (stopped.code, stopped.err) == (WAITING, f"Algebra 1: {sentence}\n")
    assert (waiting["error"], waiting["exit_code"]) == (sentence, WAITING)
    assert (office.school.document(), past_of(office), office.school.letters()) == (*before, [])

    status = office.run("status", "--json")
    report = told(status)
    assert (status.code, report["waiting"]) == (WAITING, [f"Algebra 1: {sentence}"])
    assert (report["runs"][0]["outcome"], report["runs"][0]["fingerprint"]) == ("waiting", fingerprint)

    applied = office.run("apply", "--json", "--plan", fingerprint, *NOW)
    assert (applied.code, told(applied)["objections"]) == (DONE, [objection])
    assert (office.school.document() == before[0], past_of(office) == before[1]) == (False, False)
    after = office.run("status", "--json")
    assert (after.code, told(after)["waiting"]) == (DONE, [])


def test_a_person_sees_words_and_a_script_sees_numbers_and_neither_sees_a_child(office: Office) -> None:
    office.run("sync", *NOW)
    delivered = office.run("deliver", "--json", *NOW)
    assert (delivered.code, told(delivered)) == (DONE, {"letters": {"sent": 2}, "troubles": []})
    report = told(office.run("status", "--json"))
    assert report["letters"] == {"Algebra 1": {"sent": 2}}
    assert report["runs"][0] == {
        "gradebook": "Algebra 1",
        "started": "2026-10-30 21:30:00+00:00",
        "command": "sync",
        "outcome": "done",
        "why": "",
        "fingerprint": report["runs"][0]["fingerprint"],
        "requests": 2,
    }
    for words in (("status",), ("plan", *NOW), ("doctor",)):
        answer = office.run(*words)
        assert (answer.code, [each for each in CANARIES if each in answer.out + answer.err]) == (DONE, [])
    looked = json.loads(office.run("doctor", "--json").out)
    assert (looked["well"], {check["well"] for check in looked["checks"]}) == (True, {True})
