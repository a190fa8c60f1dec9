"""Deliveries with the real ledger, maildir and local Google: who is written to, when, and who is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any, cast

import pytest

from sheets_mastery.errors import MailRefused, MailUnknown, SheetError, Unreachable
from sheets_mastery.notices import NoticeState
from sheets_mastery.outbox import Mailer
from sheets_mastery.reading import Reading
from sheets_mastery.status import report

if TYPE_CHECKING:
    from tests.work.conftest import Class

MONDAY = "2026-11-02T16:30"


def parsed(letter: bytes) -> EmailMessage:
    return message_from_bytes(letter, policy=default)


def words_of(letter: bytes) -> str:
    """The plain text of a letter, in one line."""
    body = parsed(letter).get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def reasons(algebra: Class) -> list[str]:
    """Why letters are where they are, from the audit."""
    with algebra.service.ledger._database.reading() as connection:
        told = connection.exec_driver_sql("SELECT what, detail FROM audit WHERE what NOT IN ('hold', 'sending')")
        return sorted(": ".join(row) for row in told)


def test_each_letter_speaks_of_one_student_to_one_guardian_who_may_be_written_to(
    algebra: Class, canaries: dict[str, tuple[str, ...]]
) -> None:
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    letters = algebra.letters()
    assert {about: parsed(letter)["To"] for about, letter in letters.items()} == {
        "Ana": "quill@example.org",
        "Ben": "oxen@example.org",
        "Cho": "zubi@example.org",
    }
    for about, letter in letters.items():
        others = [word for name, words in canaries.items() if name != about for word in words]
        assert [word for word in others if word.encode() in letter] == []
    assert (algebra.deliver(), algebra.states()) == ({}, {NoticeState.SENT: 3})


def test_a_mark_put_right_before_its_letter_leaves_withdraws_the_letter(algebra: Class) -> None:
    algebra.sync()
    algebra.type("H6", "20")
    assert algebra.deliver() == {"withdrawn": 1, "sent": 2}
    assert sorted(algebra.letters()) == ["Ana", "Ben"]
    assert reasons(algebra) == ["cancelled: put right before it left", "sent: ", "sent: "]


def test_a_letter_speaks_only_of_what_is_still_missing_when_it_leaves(algebra: Class) -> None:
    algebra.sync()
    algebra.type("H5", "20")
    assert algebra.deliver() == {"sent": 3}
    text = words_of(algebra.letters()["Ben"])
    assert ("Essay" in text, "Quiz" in text) == (True, False)


def test_a_mark_that_cannot_be_read_just_now_keeps_its_letter_here(algebra: Class) -> None:
    algebra.sync()
    algebra.type("H6", "=NA()")
    assert algebra.deliver() == {"unreadable": 1, "sent": 2}
    algebra.type("H6", "7.25")
    assert (algebra.deliver(), sorted(algebra.letters())) == ({"sent": 1}, ["Ana", "Ben", "Cho"])


def test_a_guardian_who_may_no_longer_be_written_to_is_not(algebra: Class) -> None:
    algebra.sync()
    algebra.type("F6", "no")
    assert algebra.deliver() == {"withdrawn": 1, "sent": 2}
    assert sorted(algebra.letters()) == ["Ana", "Ben"]
    assert reasons(algebra)[0] == "cancelled: this person is no longer to be written to"


def test_a_student_who_is_gone_is_not_written_about(algebra: Class) -> None:
    algebra.sync()
    algebra.school.spreadsheet.worksheet("Marks").delete_rows(6)
    assert algebra.deliver() == {"withdrawn": 1, "sent": 2}
    assert reasons(algebra)[0] == "cancelled: the student is no longer in the gradebook"


def test_addresses_sorted_alone_reach_nobody_until_a_sync_has_looked(algebra: Class) -> None:
    algebra.sync()
    marks = algebra.school.spreadsheet.worksheet("Marks")
    marks.update([["zubi@example.org"], ["quill@example.org"], ["oxen@example.org"]], "E4:E6")
    assert algebra.deliver() == {"changed since the last sync": 3}
    assert algebra.school.letters() == []


def test_rows_sorted_between_sync_and_delivery_change_no_letter(algebra: Class) -> None:
    algebra.sync()
    algebra.school.spreadsheet.worksheet("Marks").sort((8, "asc"), range="A4:I7")
    assert algebra.deliver() == {"sent": 3}
    assert {about: parsed(letter)["To"] for about, letter in algebra.letters().items()} == {
        "Ana": "quill@example.org",
        "Ben": "oxen@example.org",
        "Cho": "zubi@example.org",
    }


@pytest.mark.parametrize("closed", ["2026-10-30T18:00", "2026-10-31T12:00", "2026-11-02T06:59"])
def test_outside_the_schools_hours_nothing_leaves_and_nothing_is_read(algebra: Class, closed: str) -> None:
    algebra.sync()
    algebra.school.sheet_requests()
    algebra.at(closed)
    assert (algebra.deliver(), algebra.school.sheet_requests()) == ({"outside hours": 3}, [])
    algebra.at("2026-11-02T07:00")
    assert (algebra.deliver(), len(algebra.school.letters())) == ({"sent": 3}, 3)


def test_a_letter_leaves_no_sooner_than_it_may(open_class: Callable[..., Class]) -> None:
    algebra = open_class(more='window = "15:30-18:00"')
    algebra.change("hold_hours = 0", "hold_hours = 18")
    algebra.at("2026-10-28T16:30")
    algebra.sync()
    for moment, counts in (
        ("2026-10-28T17:59", {}),
        ("2026-10-29T10:29", {}),
        ("2026-10-29T10:30", {"outside hours": 3}),
        ("2026-10-29T15:30", {"sent": 3}),
    ):
        algebra.at(moment)
        assert algebra.deliver() == counts


def test_a_letter_whose_time_is_over_is_given_up_and_its_work_is_said_by_another(algebra: Class) -> None:
    algebra.sync()
    algebra.at("2026-11-20T16:30")
    assert (algebra.deliver(), algebra.school.letters()) == ({"expired": 3}, [])
    assert set(reasons(algebra)) == {"cancelled: expired"}
    algebra.sync()
    assert (algebra.deliver(), algebra.states()) == ({"sent": 3}, {NoticeState.CANCELLED: 3, NoticeState.SENT: 3})


class Refusing:
    """A mail server that takes no letter, ever."""

    ask_after = timedelta()

    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        raise MailRefused("The mail server does not know this mailbox.")

    def recover(self, key: str, draft_id: str) -> str | None:
        return None

    def close(self) -> None:
        """Nothing is open."""


def test_what_is_refused_for_good_waits_for_a_person_and_is_not_tried_again(algebra: Class) -> None:
    algebra.sync()
    algebra.service.mailer = Refusing()
    assert algebra.deliver() == {"refused": 3}
    why = "letters to 3 people in a row were refused for good"
    assert report(algebra.service, None).waiting == (
        f"all letters are stopped ({why}); `outbox go` lets them leave again",
        "Algebra 1: letters refused for good: 3 (The mail server does not know this mailbox.)",
    )
    assert (algebra.deliver(), list(algebra.letters())) == ({}, [])


def test_trying_things_out_on_a_few_uses_no_letter_up(open_class: Callable[..., Class]) -> None:
    algebra = open_class(mail='only_to = ["quill@example.org"]')
    algebra.sync()
    assert algebra.deliver() == {"sent": 1, "not on mail.only_to": 2}
    assert (algebra.deliver(), list(algebra.letters())) == ({"not on mail.only_to": 2}, ["Ana"])
    settings = algebra.school.settings_file
    settings.write_text(settings.read_text("utf-8").replace('only_to = ["quill@example.org"]', ""), "utf-8")
    service = algebra.school.service()
    assert dict(service.deliver(service.chosen(None)).counts) == {"sent": 2}


def test_what_cannot_leave_now_is_tried_again_later_and_later(algebra: Class) -> None:
    outbox = algebra.school.folder / "outbox"
    outbox.write_text("in the way")
    algebra.sync()
    for moment, counts in (
        ("16:30", {"later": 3}),
        ("16:34", {}),
        ("16:35", {"later": 3}),
        ("16:49", {}),
        ("16:50", {"later": 3}),
        ("17:49", {}),
    ):
        algebra.at(f"2026-10-30T{moment}")
        assert (moment, algebra.deliver()) == (moment, counts)
    outbox.unlink()
    algebra.at("2026-10-30T17:50")
    assert (algebra.deliver(), len(algebra.school.letters())) == ({"sent": 3}, 3)


class Speechless:
    """A way for letters to leave that takes each one and does not say so, and cannot be asked."""

    ask_after = timedelta()

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        self._mailer.send(
            letter, sender=sender, recipient=recipient, key=key, on_draft=on_draft, last_look=lambda: None
        )
        raise MailUnknown("It did not say.")

    def recover(self, key: str, draft_id: str) -> str | None:
        raise MailUnknown("Nobody can tell.")

    def close(self) -> None:
        self._mailer.close()


def test_what_may_or_may_not_have_left_is_never_sent_again_by_itself(algebra: Class) -> None:
    algebra.sync()
    algebra.service.mailer = Speechless(algebra.service.mailer)
    assert algebra.deliver() == {"needs review": 3}
    algebra.at(MONDAY)
    algebra.sync()
    assert (algebra.deliver(), len(algebra.school.letters())) == ({}, 3)
    assert report(algebra.service, None).waiting == ("Algebra 1: letters to look at: 3 (Nobody can tell.)",)


class Cut:
    """Sheets that answer a number of times and then no more."""

    def __init__(self, sheets: Any, answers: int) -> None:
        self._sheets = sheets
        self._answers = answers
        self.traffic = sheets.traffic

    def read(self, spreadsheet_id: str) -> Reading:
        self._answers -= 1
        if self._answers < 0:
            raise Unreachable("Google is away.")
        reading: Reading = self._sheets.read(spreadsheet_id)
        return reading

    def stamp(self, *written: Any) -> Any:
        return self._sheets.stamp(*written)

    def close(self) -> None:
        self._sheets.close()


def test_an_outage_of_google_keeps_letters_here_and_says_whose(algebra: Class) -> None:
    algebra.sync()
    sheets = algebra.service.sheets
    algebra.service.sheets = cast(Any, Cut(sheets, 0))
    delivery = algebra.service.deliver((algebra.gradebook,))
    assert (delivery.counts, delivery.troubles) == ({}, ["Algebra 1: Google is away."])
    with pytest.raises(SheetError):
        algebra.sync()
    algebra.service.sheets = sheets
    # What the sheet may not show yet, no family hears of.
    delivery = algebra.service.deliver((algebra.gradebook,))
    assert (delivery.counts, delivery.troubles) == (
        {},
        ["Algebra 1: the last sync failed, so its letters wait. Google is away."],
    )
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}


def test_new_work_is_said_once_and_what_was_said_is_not_new(algebra: Class) -> None:
    algebra.sync()
    algebra.deliver()
    algebra.at(MONDAY)
    algebra.type("H4", "7")
    algebra.sync()
    assert algebra.deliver() == {"sent": 1}
    texts = [words_of(path.read_bytes()) for path in algebra.school.letters()]
    anas = [text for text in texts if re.search(r"\bAna\b", text)]
    assert len(anas) == 2
    assert [("Quiz" in text) for text in sorted(anas, key=len)] == [False, True]
