"""`mail.mode = "drafts"`: letters are laid into the teacher's drafts in Gmail, and what becomes of them is seen."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from sheets_mastery import desk
from sheets_mastery.afterwards import Bounce, CameBack
from sheets_mastery.notices import NoticeState
from sheets_mastery.status import report

if TYPE_CHECKING:
    from tests.work.conftest import Class

DRAFTS = "/gmail/v1/users/me/drafts"


@pytest.fixture
def laid(open_class: Callable[..., Class]) -> Iterator[Class]:
    """The class after a delivery that has laid its letters into the drafts."""
    algebra = open_class(mail='transport = "gmail"', mode="drafts")
    algebra.sync()
    assert algebra.deliver() == {"laid into the drafts": 3}
    yield algebra
    for draft in drafts(algebra).values():
        algebra.school.client.delete(f"{algebra.school.url}{DRAFTS}/{draft}", timeout=10)


def drafts(algebra: Class) -> dict[str, str]:
    """The drafts by recipient."""
    found = {}
    for each in algebra.school.get(DRAFTS).get("drafts", []):
        raw = algebra.school.get(f"{DRAFTS}/{each['id']}", format="raw")["message"]["raw"]
        found[message_from_bytes(base64.urlsafe_b64decode(raw), policy=default)["To"]] = each["id"]
    return found


def of(algebra: Class, word: str) -> str:
    """The draft to somebody."""
    return next(draft for recipient, draft in drafts(algebra).items() if recipient.startswith(word))


def delete(algebra: Class, word: str) -> None:
    algebra.school.client.delete(f"{algebra.school.url}{DRAFTS}/{of(algebra, word)}", timeout=10).raise_for_status()


def test_letters_lie_in_the_drafts_until_the_teacher_sends_them_and_the_ledger_sees_that(laid: Class) -> None:
    assert sorted(drafts(laid)) == ["oxen@example.org", "quill@example.org", "zubi@example.org"]
    assert laid.states() == {NoticeState.DRAFTED: 3}
    assert {(each.state, each.leaves, each.why) for each in desk.listed(laid.service, None, names=False)} == {
        ("in drafts", "when you send it from Gmail", "its draft lies in Gmail")
    }
    assert laid.deliver() == {}

    laid.school.post(f"{DRAFTS}/send", {"id": of(laid, "oxen")})

    assert laid.deliver() == {"sent from the drafts": 1}
    assert (len(drafts(laid)), laid.states()) == (2, {NoticeState.DRAFTED: 2, NoticeState.SENT: 1})
    laid.sync()
    rows = laid.school.spreadsheet.worksheet("Mastery Mail").get_all_values()
    assert rows[0][5] == "drafts: letters are laid into your drafts in Gmail, and you send them from there"
    assert sorted((row[4], row[7]) for row in rows[2:] if row[9]) == [
        ("Oxenstierna, Ben", "sent"),
        ("Quillfeather, Ana", "in drafts"),
        ("Zubizarreta, Cho", "in drafts"),
    ]


def test_a_draft_that_nobody_sends_is_said_in_the_status_and_on_the_tab_after_some_school_days(laid: Class) -> None:
    laid.at("2026-11-06T15:00")
    assert (laid.deliver(), report(laid.service, None).waiting) == ({}, ())
    laid.at("2026-11-06T16:30")
    laid.school.post(f"{DRAFTS}/send", {"id": of(laid, "oxen")})
    assert laid.deliver() == {"sent from the drafts": 1, "left in the drafts": 2}
    sentence = "nobody has sent its draft for days: send it from Gmail, or delete it there"
    said = report(laid.service, None)
    assert said.waiting == (f"Algebra 1: letters in the drafts: 2 ({sentence})",)
    # It is said anew by nobody, and stays said.
    assert (laid.deliver(), report(laid.service, None).waiting) == ({}, said.waiting)
    laid.sync()
    rows = laid.school.spreadsheet.worksheet("Mastery Mail").get_all_values()
    assert sorted((row[4], row[8]) for row in rows[2:] if row[7] == "in drafts") == [
        ("Quillfeather, Ana", sentence),
        ("Zubizarreta, Cho", sentence),
    ]
    assert (laid.sync().edits, laid.states()) == ((), {NoticeState.DRAFTED: 2, NoticeState.SENT: 1})
    laid.school.post(f"{DRAFTS}/send", {"id": of(laid, "quill")})
    assert laid.deliver() == {"sent from the drafts": 1}
    assert report(laid.service, None).waiting == (f"Algebra 1: letters in the drafts: 1 ({sentence})",)


def test_a_draft_that_is_gone_without_a_trace_is_looked_for_twice_and_then_a_person_is_asked(laid: Class) -> None:
    delete(laid, "zubi")
    assert laid.deliver() == {}
    assert laid.deliver() == {}
    laid.at("2026-10-30T17:05")
    assert laid.deliver() == {"needs review": 1}
    (letter,) = laid.service.ledger.in_state(NoticeState.NEEDS_REVIEW)
    assert letter.reason == "Its draft is gone, and it is not found among what was sent: a person has deleted it."


def test_the_draft_of_a_letter_that_is_no_longer_so_is_taken_away_unless_somebody_has_changed_it(laid: Class) -> None:
    laid.type("H6", "20")
    laid.type("I4", "50")
    raw = base64.urlsafe_b64encode(b"To: quill@example.org\r\nSubject: Mine\r\n\r\nMy own words.\r\n").decode()
    laid.school.client.put(
        f"{laid.school.url}{DRAFTS}/{of(laid, 'quill')}", json={"message": {"raw": raw}}, timeout=10
    ).raise_for_status()

    assert laid.deliver() == {"withdrawn": 1}

    assert sorted(drafts(laid)) == ["oxen@example.org", "quill@example.org"]
    assert laid.states() == {NoticeState.DRAFTED: 2, NoticeState.CANCELLED: 1}


def test_the_draft_to_somebody_whose_letters_come_back_is_taken_away(laid: Class) -> None:
    ledger, now = laid.service.ledger, laid.service.clock()
    cho = next(each for each in ledger.in_state(NoticeState.DRAFTED) if each.student == "choid9")
    came = CameBack(key=cho.key, bounce=Bounce.HARD, status="5.1.1", mail="a mail")
    assert ledger.came_back([came], source="a test", before="", after="1", now=now) is not None

    assert laid.deliver() == {"withdrawn": 1}

    assert sorted(drafts(laid)) == ["oxen@example.org", "quill@example.org"]
    (taken,) = ledger.in_state(NoticeState.CANCELLED)
    assert (taken.key, taken.reason) == (cho.key, "letters to this address come back")


def test_the_teachers_digest_is_sent_all_the_same(open_class: Callable[..., Class]) -> None:
    algebra = open_class(mail='transport = "gmail"', mode="drafts")
    algebra.change("hold_hours = 0", 'hold_hours = 0\nkinds = ["digest"]')
    algebra.sync()
    assert algebra.deliver() == {"sent": 1}
    assert drafts(algebra) == {}
