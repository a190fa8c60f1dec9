"""Letters that Gmail refuses or falls silent about, or that the teacher has in hand; and readings that grow old."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from sheets_mastery.notices import UNWANTED, NoticeState
from sheets_mastery.outbox import Mailer, deliver

if TYPE_CHECKING:
    from tests.work.conftest import Class

DRAFTS = "/gmail/v1/users/me/drafts"
#: What happens while a letter to a recipient is on its way.
Deed = Callable[[str], None]
SEND = {"method": "POST", "path": f"{DRAFTS}/send"}


@pytest.fixture
def by_gmail(open_class: Callable[..., Class]) -> Iterator[Class]:
    """The class after a sync; its letters leave by Gmail."""
    algebra = open_class(mail='transport = "gmail"')
    algebra.sync()
    yield algebra
    for path in ("faults", "quotas"):
        algebra.school.post(f"/_local/{path}", [] if path == "faults" else {})
    for draft in drafts(algebra):
        algebra.school.client.delete(f"{algebra.school.url}{DRAFTS}/{draft}", timeout=10)


def drafts(algebra: Class) -> list[str]:
    return [each["id"] for each in algebra.school.get(DRAFTS).get("drafts", [])]


def sent(algebra: Class) -> int:
    """How many letters lie in the folder Sent."""
    listed = algebra.school.get("/gmail/v1/users/me/messages", labelIds="SENT", maxResults=500)
    return len(listed.get("messages", []))


def refusal(status: int, reason: str, message: str) -> dict[str, Any]:
    errors = [{"message": message, "domain": "usageLimits", "reason": reason}]
    return {"status": status, "body": {"error": {"code": status, "message": message, "errors": errors}}}


@pytest.mark.parametrize(
    ("scene", "again"),
    [
        (refusal(403, "dailyLimitExceeded", "Daily Limit Exceeded"), "16:35"),
        (refusal(429, "rateLimitExceeded", "Too many concurrent requests for user"), "16:35"),
        (
            refusal(403, "rateLimitExceeded", "User-rate limit exceeded.  Retry after 2026-10-30T22:10:00.000Z"),
            "17:10",
        ),
    ],
    ids=["daily limit", "429", "403 with a time"],
)
def test_a_limit_keeps_every_letter_here_and_asks_gmail_nothing_before_its_time(
    by_gmail: Class, scene: dict[str, Any], again: str
) -> None:
    before = sent(by_gmail)
    by_gmail.school.post("/_local/faults", {**SEND, **scene})
    assert by_gmail.deliver() == {"later": 3}
    assert (sent(by_gmail) - before, len(drafts(by_gmail))) == (0, 1)
    # None has failed; the one that was tried has left its draft, which is cleared away before it is tried again.
    assert by_gmail.states() == {NoticeState.HOLD: 2, NoticeState.UNKNOWN: 1}

    by_gmail.school.post("/_local/requests:clear", {})
    early = datetime.fromisoformat(f"2026-10-30T{again}") - timedelta(minutes=1)
    by_gmail.at(early.isoformat())
    assert by_gmail.deliver() == {}
    assert [each for each in by_gmail.school.get("/_local/requests")["requests"] if "/gmail/" in each["path"]] == []

    by_gmail.at(f"2026-10-30T{again}")
    assert by_gmail.deliver() == {"sent": 3}
    assert (sent(by_gmail) - before, drafts(by_gmail)) == (3, [])


def test_a_daily_limit_lets_go_on_where_it_was_reached(by_gmail: Class) -> None:
    before = sent(by_gmail)
    # A letter takes 10 units for the draft, 20 to look at it and 100 to send it.
    by_gmail.school.post("/_local/quotas", {"GmailUnitsPerDayPerProject": 300})
    assert by_gmail.deliver() == {"sent": 2, "later": 1}
    by_gmail.school.post("/_local/quotas", {})
    by_gmail.at("2026-11-02T07:00")
    assert by_gmail.deliver() == {"sent": 1}
    assert (sent(by_gmail) - before, by_gmail.states(), drafts(by_gmail)) == (3, {NoticeState.SENT: 3}, [])


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_silence_is_asked_about_when_the_answer_can_be_relied_upon(by_gmail: Class, cut: str) -> None:
    before = sent(by_gmail)
    by_gmail.school.post("/_local/faults", {**SEND, "cut": cut})
    assert by_gmail.deliver() == {"not yet known": 1, "sent": 2}
    by_gmail.at("2026-10-30T16:44")
    assert by_gmail.deliver() == {}
    by_gmail.at("2026-10-30T16:45")
    # A draft that is still there has not been sent and, deleted, never will be; one that is gone tells nothing.
    assert by_gmail.deliver() == ({"sent": 1} if cut == "before" else {"needs review": 1})
    assert (sent(by_gmail) - before, drafts(by_gmail)) == (3, [])


def test_a_gmail_that_cannot_be_asked_for_days_leaves_it_to_a_person(by_gmail: Class) -> None:
    by_gmail.school.post("/_local/faults", {**SEND, "cut": "before"})
    by_gmail.deliver()
    by_gmail.school.post("/_local/faults", {"method": "GET", "path": DRAFTS, "cut": "before", "times": None})
    for moment, counts in (("10-30T17:00", {"not yet known": 1}), ("11-06T16:29", {"not yet known": 1})):
        by_gmail.at(f"2026-{moment}")
        assert by_gmail.deliver() == counts
    by_gmail.at("2026-11-09T16:30")
    assert by_gmail.deliver() == {"needs review": 1}
    (letter,) = by_gmail.service.ledger.in_state(NoticeState.NEEDS_REVIEW)
    assert letter.reason == "The mail service could not be asked whether it left until its time was over."


@pytest.mark.parametrize("deed", ["changed", "deleted", "sent"])
def test_a_draft_that_the_teacher_has_in_hand_is_left_to_the_teacher(by_gmail: Class, deed: str) -> None:
    before = sent(by_gmail)
    by_gmail.school.post("/_local/faults", {**SEND, "cut": "before"})
    by_gmail.deliver()
    (draft,) = drafts(by_gmail)
    client, url = by_gmail.school.client, f"{by_gmail.school.url}{DRAFTS}"
    raw = base64.urlsafe_b64encode(b"To: quill@example.org\r\nSubject: Come by\r\n\r\nSoon?\r\n").decode()
    answer = {
        "changed": lambda: client.put(f"{url}/{draft}", json={"message": {"raw": raw}}, timeout=10),
        "deleted": lambda: client.delete(f"{url}/{draft}", timeout=10),
        "sent": lambda: client.post(f"{url}/send", json={"id": draft}, timeout=10),
    }[deed]()
    assert answer.ok
    by_gmail.at("2026-10-30T17:00")
    assert by_gmail.deliver() == {"needs review": 1}
    assert (sent(by_gmail) - before, len(drafts(by_gmail))) == (2 + (deed == "sent"), deed == "changed")


CREATE = {"method": "POST", "path": f"{DRAFTS}?"}


def raw_of(algebra: Class, draft: str) -> bytes:
    raw = algebra.school.get(f"{DRAFTS}/{draft}", format="raw")["message"]["raw"]
    return base64.urlsafe_b64decode(raw)


def put(algebra: Class, draft: str, letter: bytes) -> None:
    """A person changes a draft, or, without a name, makes one."""
    client, url = algebra.school.client, f"{algebra.school.url}{DRAFTS}"
    message = {"message": {"raw": base64.urlsafe_b64encode(letter).decode()}}
    method, url = ("PUT", f"{url}/{draft}") if draft else ("POST", url)
    assert client.request(method, url, json=message, timeout=10).ok


def test_a_draft_whose_making_was_not_answered_is_found_and_deleted_before_the_letter_is_tried_again(
    by_gmail: Class,
) -> None:
    before = sent(by_gmail)
    by_gmail.school.post("/_local/faults", {**CREATE, "cut": "after"})
    assert by_gmail.deliver() == {"later": 1, "sent": 2}
    (orphan,) = drafts(by_gmail)
    # The teacher writes about it, and quotes its reference.
    reference = re.search(rb"SM-[A-Z2-7]{10}", raw_of(by_gmail, orphan))
    assert reference is not None
    put(by_gmail, "", b"To: head@school.example\r\nSubject: What is this?\r\n\r\n" + reference[0] + b"\r\n")
    by_gmail.at("2026-10-30T16:44")
    assert by_gmail.deliver() == {}
    by_gmail.at("2026-10-30T16:45")
    assert by_gmail.deliver() == {"sent": 1}
    (left,) = drafts(by_gmail)
    assert (sent(by_gmail) - before, left != orphan) == (3, True)
    assert b"What is this?" in raw_of(by_gmail, left)


@pytest.mark.parametrize(("old", "new"), [(b"Hello", b"Hi"), (b"To: ", b"To: x")])
def test_an_unknown_draft_that_a_person_has_changed_is_theirs(by_gmail: Class, old: bytes, new: bytes) -> None:
    before = sent(by_gmail)
    by_gmail.school.post("/_local/faults", {**CREATE, "cut": "after"})
    assert by_gmail.deliver() == {"later": 1, "sent": 2}
    (orphan,) = drafts(by_gmail)
    changed = raw_of(by_gmail, orphan).replace(old, new, 1)
    assert changed != raw_of(by_gmail, orphan)
    put(by_gmail, orphan, changed)
    by_gmail.at("2026-10-30T16:45")
    assert by_gmail.deliver() == {"needs review": 1}
    assert (sent(by_gmail) - before, drafts(by_gmail)) == (2, [orphan])


class Slow:
    """A way for letters to leave that takes its time with each, and lets something happen in it: a deed a letter."""

    ask_after = timedelta()

    def __init__(self, algebra: Class, mailer: Mailer, minutes: float, deeds: tuple[Deed, ...]) -> None:
        self._mailer = mailer
        self._algebra = algebra
        self._minutes = minutes
        self._deeds = iter(deeds)

    def send(self, letter: bytes, *, recipient: str, last_look: Callable[[], None], **others: Any) -> str:
        def look() -> None:
            now = self._algebra.service.clock() + timedelta(minutes=self._minutes)
            self._algebra.service.clock = lambda: now
            for deed in islice(self._deeds, 1):
                deed(recipient)
            last_look()

        return self._mailer.send(letter, recipient=recipient, last_look=look, **others)

    def recover(self, key: str, draft_id: str) -> str | None:
        return self._mailer.recover(key, draft_id)

    def close(self) -> None:
        self._mailer.close()


def slowly(algebra: Class, minutes: float, *deeds: Deed) -> dict[str, int]:
    """Deliver so, by a clock that moves meanwhile."""
    service = algebra.service
    service.mailer = Slow(algebra, service.mailer, minutes, deeds)

    def clock() -> datetime:
        return service.clock()

    delivery = deliver(
        service.sheets,
        service.ledger,
        service.mailer,
        service.press,
        service.settings,
        [algebra.gradebook],
        clock=clock,
        lease_owner="this delivery",
    )
    return dict(delivery.counts)


def test_a_reading_is_taken_anew_before_it_is_old(algebra: Class) -> None:
    algebra.sync()
    algebra.school.sheet_requests()
    assert slowly(algebra, 0.75) == {"sent": 3}
    # At 0, at 1:30; the letter in between, at 0:45, is of the first reading. Before the first one leaves, a stamp.
    assert [each["method"] for each in algebra.school.sheet_requests()] == ["GET", "POST", "GET"]


def test_marks_put_right_while_letters_leave_are_not_told(algebra: Class) -> None:
    algebra.sync()
    owed = {
        "quill@example.org": {"I4": "50"},
        "oxen@example.org": {"H5": "20", "I5": "50"},
        "zubi@example.org": {"H6": "20"},
    }

    def put_the_others_right(recipient: str) -> None:
        for cells in (cells for address, cells in owed.items() if address != recipient):
            for cell, mark in cells.items():
                algebra.type(cell, mark)

    assert slowly(algebra, 1, put_the_others_right) == {"sent": 1, "withdrawn": 2}


def test_a_letter_that_took_too_long_to_hand_over_is_written_anew(algebra: Class) -> None:
    algebra.sync()
    assert slowly(algebra, 2) == {"later": 3}
    assert (algebra.school.letters(), algebra.states()) == ([], {NoticeState.READY: 3})
    assert {each.reason for each in algebra.service.ledger.waiting()} == {
        "Handing the letter over took so long that the sheet is read again first."
    }


def test_a_stop_holds_from_the_very_next_letter(algebra: Class) -> None:
    algebra.sync()

    def stop(_recipient: str) -> None:
        algebra.service.ledger.stop("look", now=algebra.service.clock(), who="a person")

    assert slowly(algebra, 0, lambda _: None, stop) == {"sent": 1, "stopped": 1, "later": 1}
    assert (len(algebra.school.letters()), algebra.states()) == (
        1,
        {NoticeState.HOLD: 1, NoticeState.READY: 1, NoticeState.SENT: 1},
    )


def stops_everything(algebra: Class) -> Deed:
    """Every reader uses the link in an earlier letter, in this very moment."""

    def stop(_recipient: str) -> None:
        for each in algebra.service.ledger.sending():
            algebra.service.ledger.opt_out(each.gradebook, each.guardian, each.kind, now=algebra.service.clock())

    return stop


def test_a_letter_whose_reader_stops_its_kind_while_it_leaves_does_not_leave(algebra: Class) -> None:
    algebra.sync()
    assert slowly(algebra, 0, lambda _: None, stops_everything(algebra)) == {"sent": 2, "withdrawn": 1}
    assert len(algebra.school.letters()) == 2
    assert [each.reason for each in algebra.service.ledger.in_state(NoticeState.CANCELLED)] == [UNWANTED]


@pytest.mark.parametrize("left_behind", [False, True], ids=["draft deleted", "draft left behind"])
def test_neither_does_its_draft_stay_with_gmail(by_gmail: Class, left_behind: bool) -> None:
    before = sent(by_gmail)
    if left_behind:
        by_gmail.school.post("/_local/faults", {"method": "DELETE", "path": f"{DRAFTS}/", "status": 500})
    counts = slowly(by_gmail, 0, stops_everything(by_gmail))
    assert counts == ({"sent": 2, "later": 1} if left_behind else {"sent": 2, "withdrawn": 1})
    # What was left behind is asked about at the end of the delivery, and then it is gone as well.
    assert (sent(by_gmail) - before, len(drafts(by_gmail))) == (2, 0)
    by_gmail.deliver()
    assert (sent(by_gmail) - before, by_gmail.states()) == (2, {NoticeState.SENT: 2, NoticeState.CANCELLED: 1})


def test_who_was_taken_for_dead_notices_before_the_letter_leaves(algebra: Class) -> None:
    algebra.sync()

    def take_over(_recipient: str) -> None:
        algebra.service.ledger.take_over(algebra.service.clock(), ask_after=timedelta())

    # What was taken over is asked about at the end of this very delivery, and so may leave with the next one.
    assert slowly(algebra, 0, take_over) == {"taken by another": 1, "sent": 2}
    assert len(algebra.school.letters()) == 2
    assert (algebra.deliver(), len(algebra.school.letters())) == ({"sent": 1}, 3)
