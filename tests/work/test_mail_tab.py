"""The tab `Mastery Mail`: a tick lets the letter of its own row leave, and no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest

from sheets_mastery import desk
from sheets_mastery.envelope import reference
from sheets_mastery.errors import MailNotAsMeant, MailRefused, MailUnknown
from sheets_mastery.mailtab import MAIL_ID, MAIL_LABELS
from sheets_mastery.notices import NoticeState
from sheets_mastery.status import drawn, report

if TYPE_CHECKING:
    from tests.work.conftest import Class

TAB = "Mastery Mail"
MONDAY = "2026-11-02T16:30"
EVERYTHING = "sheets(properties,data(rowData(values(userEnteredValue,dataValidation,note))))"
Json = dict[str, Any]


class Tab:
    """The tab, as the teacher's hands and eyes have it."""

    def __init__(self, school: Class) -> None:
        self.school = school

    @property
    def sheet(self) -> Any:
        return self.school.school.spreadsheet.worksheet(TAB)

    def table(self) -> list[list[str]]:
        found: list[list[str]] = self.sheet.get_all_values()
        return found

    def rows(self) -> dict[str, dict[str, str]]:
        """The letters that wait: the student's first name -> what stands under each label."""
        table = self.table()
        labels = table[1]
        end = next(number for number, row in enumerate(table) if any(each.startswith("Contact log") for each in row))
        lines = [dict(zip(labels, row, strict=True)) for row in table[2:end]]
        return {line["Student"].split()[-1]: line for line in lines if line["Reference"]}

    def log(self) -> list[tuple[str, ...]]:
        """What was sent: when, to whom, about what."""
        table = self.table()
        end = next(number for number, row in enumerate(table) if row[2].startswith("Contact log"))
        return [tuple(row[2:9]) for row in table[end + 1 :]]

    def row(self, name: str) -> int:
        """The row of a student's letter, from 1."""
        return next(number for number, row in enumerate(self.table(), 1) if row[9] and row[4].endswith(name))

    def tick(self, name: str, box: str = "A") -> None:
        """Tick a box, as a person does."""
        self.sheet.update([[True]], f"{box}{self.row(name)}", raw=False)


@pytest.fixture
def tab(open_class: Callable[..., Class]) -> Tab:
    """The tab after the first sync of a class whose letters are approved and held for a night."""
    algebra = open_class(mode="review")
    algebra.change("hold_hours = 0", "hold_hours = 18")
    algebra.sync()
    return Tab(algebra)


def sent(school: Class) -> list[str]:
    return sorted(school.letters())


def test_the_tab_lists_the_letters_that_wait_with_two_boxes_each(tab: Tab) -> None:
    (first, labels, *_) = tab.table()

    assert first[:6] == [
        "FALSE", "", "← Approve all", "", "", "review: no letter leaves before a person has approved it",
    ]  # fmt: skip
    assert tuple(labels) == MAIL_LABELS
    rows = tab.rows()
    assert sorted(rows) == ["Ana", "Ben", "Cho"]
    assert {label: rows["Ben"][label] for label in MAIL_LABELS[:-1]} == {
        "Approve": "FALSE",
        "Skip": "FALSE",
        "Leaves": "when it is approved; given up 2026-11-06 10:30",
        "Student ID": "benid8",
        "Student": "Oxenstierna, Ben",
        "To": "Pa Oxenstierna <oxen@example.org>",
        "About": "newly missing: Quiz; Essay",
        "State": "hold",
        "Why": "waits for approval",
    }
    known = tab.school.service.ledger.waiting(tab.school.gradebook.name)
    assert {row["Reference"] for row in rows.values()} == {reference(each.key) for each in known}
    document = tab.school.school.document("sheets(properties.sheetId,data.rowData.values.dataValidation)")
    (sheet,) = (each for each in document["sheets"] if each["properties"]["sheetId"] == MAIL_ID)
    boxes = [
        (row, column)
        for row, line in enumerate(sheet["data"][0]["rowData"])
        for column, cell in enumerate(line.get("values", []))
        if cell.get("dataValidation", {}).get("condition", {}).get("type") == "BOOLEAN"
    ]
    assert boxes == [(0, 0), (2, 0), (2, 1), (3, 0), (3, 1), (4, 0), (4, 1)]


@pytest.mark.parametrize("mode", ["review", "send"])
def test_a_tick_sends_the_letter_of_its_row_at_the_next_delivery_and_no_other(
    open_class: Callable[..., Class], mode: str
) -> None:
    school = open_class(mode=mode)
    school.change("hold_hours = 0", "hold_hours = 18")
    school.sync()
    tab = Tab(school)
    assert (school.deliver(), sent(school)) == ({}, [])
    tab.tick("Ben")
    school.school.sheet_requests()

    assert (school.deliver(), sent(school)) == ({"sent": 1}, ["Ben"])

    assert [each["method"] for each in school.school.sheet_requests()] == ["GET", "POST"]
    assert (school.deliver(), sent(school)) == ({}, ["Ben"])
    (key,) = (each.key for each in school.service.ledger.in_state(NoticeState.SENT))
    _, events = desk.shown(school.service, key, names=False)
    assert [(each.who, each.what, each.why) for each in events][:2] == [
        ("sync", "hold", ""),
        (TAB, "ready", "approved on the tab"),
    ]


def test_a_second_sync_writes_nothing_and_the_next_one_after_a_delivery_tells_what_was_sent(tab: Tab) -> None:
    school = tab.school
    before = school.school.document(EVERYTHING)
    school.school.sheet_requests()
    school.at("2026-10-30T17:10")
    assert school.sync().changes_anything is False
    assert [each["method"] for each in school.school.sheet_requests()] == ["GET"]
    assert school.school.document(EVERYTHING) == before
    assert tab.log() == []
    tab.tick("Cho")
    school.deliver()

    school.sync()

    assert sorted(tab.rows()) == ["Ana", "Ben"]
    assert tab.log() == [
        (
            "2026-10-30 17:10",
            "choid9",
            "Zubizarreta, Cho",
            "Ma Zubizarreta <zubi@example.org>",
            "newly missing",
            "sent",
            "",
        )
    ]
    assert school.sync().changes_anything is False


def test_a_sync_honours_a_tick_takes_it_away_and_says_so(tab: Tab) -> None:
    tab.tick("Ana")
    tab.tick("Cho", "B")
    school = tab.school

    school.sync()

    assert sorted(tab.rows()) == ["Ana", "Ben"]
    ana = tab.rows()["Ana"]
    assert [ana[label] for label in ("Approve", "Skip", "State", "Why", "Leaves")] == [
        "FALSE", "FALSE", "ready", "approved on the tab", "from 2026-10-30 16:30",
    ]  # fmt: skip
    assert school.states() == {NoticeState.READY: 1, NoticeState.HOLD: 1, NoticeState.CANCELLED: 1}
    assert (school.deliver(), sent(school)) == ({"sent": 1}, ["Ana"])
    # What was skipped comes back in no other letter.
    school.at(MONDAY)
    school.sync()
    assert sorted(tab.rows()) == ["Ben"]


def test_where_both_boxes_are_ticked_the_letter_is_skipped(tab: Tab) -> None:
    tab.tick("Ben")
    tab.tick("Ben", "B")
    assert (tab.school.deliver(), sent(tab.school)) == ({"skipped": 1}, [])


def test_approve_all_means_the_letters_that_stood_there_and_none_that_came_later(tab: Tab) -> None:
    school = tab.school
    tab.tick("Cho", "B")
    tab.sheet.update([[True]], "A1", raw=False)
    # Another letter about Cho is decided by the very sync that reads the ticks.
    school.type("I6", "1")

    school.sync()

    assert sorted(tab.rows()) == ["Ana", "Ben", "Cho"]
    assert tab.table()[0][0] == "FALSE"
    assert (school.deliver(), sent(school)) == ({"sent": 2}, ["Ana", "Ben"])
    assert tab.rows()["Cho"]["Why"] == "waits for approval"


def test_who_chooses_to_look_first_looks_at_what_was_tried_before_too(open_class: Callable[..., Class]) -> None:
    school = open_class()
    school.sync()
    ledger, now = school.service.ledger, school.service.clock()
    for letter in ledger.waiting():
        claimed = ledger.claim(letter.key, letter.version, now=now, lease_owner="mail", lease_seconds=600)
        assert claimed is not None
        ledger.move(claimed, NoticeState.READY, now=now, reason="the mail server was away", not_before=now)
    school.change('mode = "send"', 'mode = "review"')
    assert school.deliver() == {"waits for approval": 3}
    school.sync()
    assert report(school.service, None).to_approve == (
        "Algebra 1: 3 on the tab Mastery Mail, or with `outbox approve`",
    )
    tab = Tab(school)
    assert {(row["State"], row["Why"]) for row in tab.rows().values()} == {("ready", "waits for approval")}
    tab.tick("Cho")
    assert (school.deliver(), sent(school)) == ({"waits for approval": 2, "sent": 1}, ["Cho"])
    tab.sheet.update([[True]], "A1", raw=False)
    assert school.deliver() == {"sent": 2}


def test_rows_and_columns_may_be_sorted_moved_and_inserted(tab: Tab) -> None:
    school, sheet = tab.school, tab.sheet
    tab.tick("Cho")
    sheet.sort((5, "des"), range="A3:J5")
    sheet.insert_row(["", "", "a remark"], 4)
    body = {
        "requests": [
            {
                "moveDimension": {
                    "source": {"sheetId": sheet.id, "dimension": "COLUMNS", "startIndex": 9, "endIndex": 10},
                    "destinationIndex": 0,
                }
            },
            {
                "insertDimension": {
                    "range": {"sheetId": sheet.id, "dimension": "COLUMNS", "startIndex": 3, "endIndex": 4}
                }
            },
        ]
    }
    school.school.spreadsheet.batch_update(body)

    assert (school.deliver(), sent(school)) == ({"sent": 1}, ["Cho"])

    school.sync()
    assert sorted(tab.rows()) == ["Ana", "Ben"]
    assert tab.table()[1][:6] == ["Reference", "Approve", "Skip", "", "Leaves", "Student ID"]
    assert school.sync().changes_anything is False


@pytest.mark.parametrize("what", ["another letter's reference", "a row copied", "one column sorted", "no labels"])
def test_a_row_that_is_not_whole_approves_nothing(tab: Tab, what: str) -> None:
    school, sheet = tab.school, tab.sheet
    ana, ben = tab.row("Ana"), tab.row("Ben")
    tab.tick("Ana")
    tab.tick("Ben")
    tab.tick("Cho")
    match what:
        case "another letter's reference":
            sheet.update([[sheet.acell(f"J{ben}").value]], f"J{ana}", raw=False)
        case "a row copied":
            sheet.update([sheet.row_values(ben)], f"A{ana}", raw=False)
        case "one column sorted":
            cells = [row[9] for row in tab.table()[2:5]]
            sheet.update([[each] for each in (*cells[1:], cells[0])], "J3:J5", raw=False)
        case _:
            sheet.update([["Word"]], "J2", raw=False)
    expected = {"another letter's reference": ["Cho"], "a row copied": ["Cho"]}.get(what, [])

    assert school.deliver() == ({"sent": 1} if expected else {})

    assert sent(school) == expected
    school.sync()
    rows = tab.rows()
    assert sorted(rows) == sorted({"Ana", "Ben", "Cho"} - set(expected))
    assert {(row["Approve"], row["State"]) for row in rows.values()} == {("FALSE", "hold")}


def test_a_deleted_tab_comes_back_and_remove_takes_it_away(tab: Tab) -> None:
    school = tab.school
    before = tab.table()
    school.school.spreadsheet.del_worksheet(tab.sheet)
    assert school.deliver() == {}
    school.sync()
    assert tab.table() == before
    school.service.remove(school.gradebook)
    assert [each.title for each in school.school.spreadsheet.worksheets()] == ["Marks"]


def test_somebody_elses_tab_of_that_name_is_left_alone(open_class: Callable[..., Class]) -> None:
    school = open_class(mode="review")
    theirs = school.school.spreadsheet.add_worksheet(TAB, 5, 5)
    theirs.update([["Letters to post", "TRUE"]], "A1", raw=False)
    plan = school.sync()
    assert theirs.get_all_values() == [["Letters to post", "TRUE"]]
    assert [str(each) for each in plan.problems if TAB in str(each)] == [
        (
            "tab Mastery Mail: this tab has the name that this program uses for its letters, but is not of its making, "
            "so it is left alone, and nothing on it is read. Give your tab another name, or say mail_tab = false under "
            "gradebooks in the settings file."
        )
    ]
    school.change('flag_column = "Missing"', 'flag_column = "Missing"\nmail_tab = false')
    assert [str(each) for each in school.sync().problems if TAB in str(each)] == []
    assert school.deliver() == {"waits for approval": 3}


class Post:
    """A way for letters to leave that refuses Ana's, falls silent about Ben's, and finds Cho's changed."""

    ask_after = timedelta()

    def send(self, letter: bytes, *, sender: str, recipient: str, key: str, on_draft: Any, last_look: Any) -> str:
        last_look()
        if recipient.startswith("quill"):
            raise MailRefused("The mail server refuses the recipient (code 550).")
        if recipient.startswith("oxen"):
            raise MailUnknown("It did not say.")
        raise MailNotAsMeant("The letter is another one.")

    def recover(self, key: str, draft_id: str) -> str | None:
        raise MailUnknown("It may have left or not.")

    def close(self) -> None:
        """Nothing is open."""


def test_what_was_refused_may_be_tried_again_and_what_may_have_left_is_settled_by_no_tick(tab: Tab) -> None:
    school = tab.school
    school.service.mailer = Post()
    tab.sheet.update([[True]], "A1", raw=False)
    for _ in range(3):
        # One that is not as meant stops the others, in whatever order they are tried.
        school.deliver()
        school.service.ledger.go_on(now=school.service.clock(), who="a person")
    school.sync()
    rows = tab.rows()
    assert {name: (row["State"], row["Why"]) for name, row in rows.items()} == {
        "Ana": (
            "failed",
            (
                "The mail server refuses the recipient (code 550). Approve tries once more, Skip drops it; a corrected "
                "address gets a letter of its own."
            ),
        ),
        "Ben": (
            "needs review",
            (
                "It may have left or not. A tick cannot settle this. Look for the reference in the sent mail, then say "
                "`outbox settle` with --sent or --again."
            ),
        ),
        "Cho": ("blocked", "The letter is another one. Approve lets it leave, Skip drops it."),
    }
    # The box for all is not about these, and a delivery alone does not try them again and again.
    tab.sheet.update([[True]], "A1", raw=False)
    for name in rows:
        tab.tick(name)
    before = school.states()
    school.deliver()
    assert school.states() == before

    school.sync()

    assert {name: row["State"] for name, row in tab.rows().items()} == {
        "Ana": "ready",
        "Ben": "needs review",
        "Cho": "ready",
    }


def test_nobody_has_to_look_because_letters_wait_for_approval_but_status_counts_them(tab: Tab) -> None:
    school = tab.school
    school.at(MONDAY)
    delivery = school.service.deliver((school.gradebook,))
    found = report(school.service, None)
    assert (dict(delivery.counts), delivery.for_a_person, found.waiting) == ({"waits for approval": 3}, (), ())
    assert found.to_approve == ("Algebra 1: 3 on the tab Mastery Mail, or with `outbox approve`",)
    assert [str(sentence) for sentence in drawn(found, school.service.settings.school.zone)[-2:]] == [
        "Letters wait for approval: Algebra 1: 3 on the tab Mastery Mail, or with `outbox approve`.",
        "Nothing else waits for a person.",
    ]


# What is usual where nobody has chosen


def test_where_nobody_has_chosen_letters_wait_for_a_person_for_two_weeks_and_leave_by_themselves_then(
    open_class: Callable[..., Class],
) -> None:
    school = open_class(mode="")
    school.sync()
    usual = (
        "review: no letter leaves before a person has approved it. From 2026-11-13 on they leave by themselves, unless "
        "somebody chooses a mode"
    )
    assert (Tab(school).table()[0][5], report(school.service, None).modes) == (usual, {"Algebra 1": usual})
    assert school.deliver() == {"waits for approval": 3}
    school.at("2026-11-12T16:30")
    # Nobody has looked for so long that the letters are given up, which is said, and decided anew.
    assert school.deliver() == {"expired": 3}
    school.sync()
    assert school.deliver() == {"waits for approval": 3}
    school.at("2026-11-13T16:30")
    school.sync()
    assert Tab(school).table()[0][5] == "send: letters leave by themselves, after their hold"
    assert school.deliver() == {"sent": 3}


def test_the_digest_counts_what_was_approved_and_skipped_on_the_tab_since_the_last_one(
    open_class: Callable[..., Class],
) -> None:
    algebra = open_class(mode="review")
    algebra.change("hold_hours = 0", 'hold_hours = 18\nkinds = ["missing", "digest"]')
    tab = Tab(algebra)

    def told() -> list[str]:
        """What the digest says about letters, and then it is gone."""
        (path,) = (each for each in algebra.school.letters() if b"\nTo: rivera@school.example" in each.read_bytes())
        plain = message_from_bytes(path.read_bytes(), policy=default).get_body(("plain",))
        assert plain is not None
        text = plain.get_content()
        path.unlink()
        return [line for line in text.splitlines() if "letter" in line]

    algebra.sync()
    assert algebra.deliver()["sent"] == 1
    assert told() == ["3 letters need your decision."]
    # One tick is carried out by a sync; two by the very delivery with which the digest leaves.
    tab.tick("Ana")
    algebra.at("2026-10-30T16:45")
    algebra.type("H4", "8o")
    algebra.sync()
    algebra.at("2026-11-02T16:30")
    algebra.sync()
    tab.tick("Ben", "B")
    tab.tick("Cho")
    algebra.deliver()
    assert told()[-2:] == [
        "2 letters were approved on the tab Mastery Mail.",
        "1 letter was skipped on the tab Mastery Mail.",
    ]
    algebra.at("2026-11-03T16:30")
    algebra.type("H5", "9o")
    algebra.sync()
    algebra.deliver()
    assert told() == []
