"""Letters that come back: nobody writes twice where there is nobody, and the teacher sees where to correct it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import returns

from sheets_mastery import desk, undelivered
from sheets_mastery.afterwards import Bounce, CameBack
from sheets_mastery.errors import LedgerError, SettingsError
from sheets_mastery.ledger import Ledger
from sheets_mastery.notices import Decision, NoticeState
from sheets_mastery.status import report

if TYPE_CHECKING:
    from tests.work.conftest import Class

MONDAY = "2026-11-02T16:30"
FOLDER = '[mail.bounces]\nread_from = "folder"'
SEEN = "the tab Mastery Trouble says where they stand, `outbox undelivered` which letters"
REMEDY = "another address is new and asks once. If it is right, `outbox unblock` lets letters go to it again."
GONE = "letters to this address come back (5.1.1, no such mailbox)"


@pytest.fixture
def algebra(open_class: Callable[..., Class]) -> Class:
    """The class after its letters have left on a Friday, with a folder for what comes back."""
    opened = open_class(mail=FOLDER)
    (opened.school.folder / "bounces").mkdir()
    opened.sync()
    assert opened.deliver() == {"sent": 3}
    opened.at(MONDAY)
    return opened


def comes_back(algebra: Class, who: str, address: str = "", name: str = "", **how: str) -> Path:
    """Let somebody's letter come back."""
    mail = algebra.school.folder / "bounces" / (name or f"{who}.eml")
    mail.write_bytes(returns.about(algebra.letters()[who], address, **how))
    return mail


def trouble(algebra: Class) -> list[str]:
    """The cells on the tab Mastery Trouble beside what is said of addresses."""
    rows = algebra.school.spreadsheet.worksheet("Mastery Trouble").get_all_values()
    return [" ".join(row) for row in rows if any("come back" in cell for cell in row)]


def test_who_has_no_mailbox_is_written_to_no_more_until_another_address_stands_there(algebra: Class) -> None:
    comes_back(algebra, "Ben")
    algebra.sync()  # a letter that waits is none the less withdrawn
    delivery = algebra.service.deliver((algebra.gradebook,))

    assert dict(delivery.counts) == {"came back for good": 1}
    assert delivery.for_a_person == (
        "1 letters came back because there is no such address; the sheet shows where to correct it",
    )
    assert algebra.states() == {NoticeState.SENT: 3}
    assert report(algebra.service, None).waiting == (f"Algebra 1: letters to an address come back; {SEEN}",)
    assert [str(each) for each in algebra.sync().problems if "come back" in each.what] == [
        f"Marks!E5: {GONE}. Correct it; {REMEDY}"
    ]
    (line,) = trouble(algebra)
    assert ("E5" in line, GONE in line) == (True, True)
    # A fortnight later the others are reminded. In the ledger nobody was told anything twice.
    algebra.at("2026-11-13T16:30")
    algebra.sync()
    assert algebra.deliver() == {"sent": 2}
    assert len(algebra.school.letters()) == 5
    assert len(report(algebra.service, None).waiting) == 1

    algebra.type("E5", "pa@new.example.org")
    algebra.at("2026-11-16T16:30")
    assert [each for each in algebra.sync().problems if "come back" in each.what] == []
    assert (trouble(algebra), report(algebra.service, None).waiting) == ([], ())
    # It is a new address like any other: it has its day, and somebody says yes.
    algebra.at("2026-11-17T16:30")
    assert algebra.deliver() == {"waits for approval": 1}
    (asked,) = algebra.service.ledger.waiting()
    desk.decide(algebra.service, Decision.APPROVE, [asked.key])
    assert algebra.deliver() == {"sent": 1}
    assert sum(b"To: pa@new.example.org" in path.read_bytes() for path in algebra.school.letters()) == 1


def test_a_letter_that_waits_for_such_an_address_is_withdrawn_with_its_reason(algebra: Class) -> None:
    algebra.change("hold_hours = 0", "hold_hours = 48")
    algebra.type("H4", "2")  # Ana's quiz, too, is missing now
    algebra.sync()
    (waiting,) = algebra.service.ledger.waiting()
    comes_back(algebra, "Ana")

    assert algebra.deliver() == {"came back for good": 1, "withdrawn": 1}

    (withdrawn,) = algebra.service.ledger.in_state(NoticeState.CANCELLED)
    assert (withdrawn.key, withdrawn.reason) == (waiting.key, "letters to this address come back")
    assert algebra.sync().facts.new_notices == ()


def test_who_has_got_a_letter_can_stop_nobody_elses_and_who_has_none_stops_nobody(algebra: Class) -> None:
    # Ana's mother says that Ben's father has no mailbox, or has passed her letter on to somebody who has none.
    comes_back(algebra, "Ana", "oxen@example.org", "forged")
    comes_back(algebra, "Ana", "quill@elsewhere.example", "passed on")
    assert algebra.deliver() == {}
    ledger = algebra.service.ledger
    assert ([each.bounce for each in ledger.since().values()], ledger.suppressed()) == ([Bounce.ELSEWHERE], ())
    # Nor does a mail that has no letter's mark, or an answer that nobody wrote.
    comes_back(algebra, "Cho").write_bytes(returns.postfix("quill@example.org", "Subject: Hello\r\n\r\nHello\r\n"))
    away = b"From: quill@example.org\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n"
    (algebra.school.folder / "bounces" / "away").write_bytes(away)
    (algebra.school.folder / "bounces" / "link").symlink_to("/etc/passwd")

    assert algebra.deliver() == {"about no letter": 1, "answered by itself": 1}
    assert algebra.deliver() == {}
    assert (len(ledger.since()), ledger.suppressed(), algebra.sync().coming_back) == (1, (), 0)


def test_a_mail_is_read_once_and_what_dies_in_between_is_read_again(algebra: Class) -> None:
    first = comes_back(algebra, "Ben", status="4.2.2")
    ledger = algebra.service.ledger

    class Dying:
        """The ledger, for a process that dies right before it has noted anything."""

        def __getattr__(self, name: str) -> Any:
            return getattr(ledger, name)

        def came_back(self, came: Iterable[CameBack], **where: Any) -> None:
            raise LedgerError("The process was killed.")

    algebra.service.ledger = Dying()  # type: ignore[assignment]
    with pytest.raises(LedgerError):
        algebra.deliver()
    algebra.service.ledger = ledger
    assert (ledger.bookmark("folder"), ledger.since()) == ("", {})

    assert [algebra.deliver(), algebra.deliver()] == [{"came back": 1}, {}]
    # Under another name it is the same mail.
    first.rename(first.with_name("again.eml"))
    assert algebra.deliver() == {}
    (since,) = ledger.since().values()
    assert since.said == "came back this time (4.2.2, the mailbox is full)"
    assert ledger.suppressed() == ()


def test_a_place_that_cannot_be_read_is_a_trouble_and_stops_no_letter(open_class: Callable[..., Class]) -> None:
    algebra = open_class(mail=FOLDER)
    algebra.sync()

    delivery = algebra.service.deliver((algebra.gradebook,))

    assert dict(delivery.counts) == {"sent": 3}
    folder = algebra.school.folder / "bounces"
    assert delivery.troubles == [f"mail.bounces.folder: {folder} cannot be read (No such file or directory)."]


def test_letters_of_many_that_come_back_stop_all_letters(algebra: Class) -> None:
    for who in ("Ana", "Ben", "Cho"):
        comes_back(algebra, who, status="5.7.1")

    delivery = algebra.service.deliver((algebra.gradebook,))

    why = "letters to 3 people among the last 3 letters came back"
    assert delivery.troubles == [f"All letters are stopped ({why}); `outbox go` lets them leave again."]
    assert algebra.service.ledger.stopped() == why


def test_a_person_can_write_to_an_address_again_and_what_was_lost_is_said(algebra: Class) -> None:
    comes_back(algebra, "Ben")
    algebra.deliver()
    algebra.sync()
    (one,) = undelivered.listed(algebra.service, None, names=True)
    assert (one.blocked, one.letter.since) == (True, "came back (5.1.1, no such mailbox)")
    assert (one.letter.student, one.letter.guardian) == ("Oxenstierna, Ben", "Pa Oxenstierna <oxen@example.org>")
    letter, events = desk.shown(algebra.service, one.letter.key, names=False)
    assert (letter.state, letter.since) == ("sent", one.letter.since)
    assert [event.what for event in events][-2:] == ["came back", "address no longer written to"]
    anas = next(each.key for each in algebra.service.ledger.in_state(NoticeState.SENT) if each.key != one.letter.key)
    with pytest.raises(SettingsError, match="is written to as it is"):
        undelivered.unblock(algebra.service, [one.letter.key, anas])

    assert undelivered.unblock(algebra.service, [one.letter.key[:12]]) == (one.letter.key,)

    assert report(algebra.service, None).waiting == ()
    assert algebra.sync().coming_back == 0
    assert algebra.deliver() == {"sent": 1}
    assert undelivered.listed(algebra.service, None, names=False)[0].blocked is False


def test_what_comes_back_to_gmail_is_read_there_with_one_request_and_one_more_for_each(
    open_class: Callable[..., Class],
) -> None:
    algebra = open_class(mail='transport = "gmail"\n[mail.bounces]\nread_from = "gmail"')
    # Gmail's clock is this machine's, and letters leave on school days.
    today = datetime.now(UTC)
    day = next(each for each in (today + timedelta(days=n) for n in range(7)) if each.weekday() < 5)
    algebra.at(f"{day:%Y-%m-%d}T16:30")
    algebra.sync()
    algebra.deliver()
    algebra.school.post("/_local/gmail/bounces", {"address": "quill@example.org"})
    algebra.school.post("/_local/requests:clear", {})

    def asked() -> list[str]:
        seen = algebra.school.get("/_local/requests")["requests"]
        algebra.school.post("/_local/requests:clear", {})
        paths = [each["path"].partition("?")[0] for each in seen if each["path"].startswith("/gmail/")]
        return [path.removeprefix("/gmail/v1/users/me/").partition("/")[0] + f" {path.count('/')}" for path in paths]

    assert algebra.deliver() == {"came back for good": 1}
    assert asked() == ["messages 5", "messages 6"]
    assert algebra.deliver() == {}
    assert asked() == ["messages 5"]
    (stop,) = algebra.service.ledger.suppressed()
    assert stop.why == GONE


def test_the_digest_tells_of_a_mark_put_right_too_late_and_of_an_address_once(open_class: Callable[..., Class]) -> None:
    algebra = open_class(mail=FOLDER)
    algebra.change("hold_hours = 0", 'hold_hours = 0\nkinds = ["missing", "digest"]')
    folder = algebra.school.folder / "bounces"
    folder.mkdir()
    algebra.sync()
    algebra.at("2026-10-30T16:31")
    assert algebra.deliver() == {"sent": 4}
    # Too late: the letter has left.
    algebra.type("I4", "48")
    algebra.at("2026-10-30T17:00")
    algebra.sync()
    ledger: Ledger = algebra.service.ledger
    (since,) = ledger.since(algebra.gradebook.name).values()
    assert (since.said, since.corrected) == ("corrected since", algebra.service.clock())
    (bens,) = (path.read_bytes() for path in algebra.school.letters() if b"To: oxen@" in path.read_bytes())
    (folder / "Ben.eml").write_bytes(returns.about(bens))
    assert algebra.deliver() == {"came back for good": 1}
    # What Cho has done again is no correction.
    algebra.type("H6", "18")
    algebra.at(MONDAY)
    algebra.sync()
    assert sum(each.corrected is not None for each in ledger.since().values()) == 1

    assert algebra.deliver() == {"sent": 1}

    told = [text for path in algebra.school.letters() if "put right after" in (text := body(path))]
    (digest,) = told
    assert "What 1 letter said was put right after it had left. You may want to tell the family." in digest
    assert f"Marks!E5: {GONE}." in digest
    # Once told, it is not told again.
    algebra.at("2026-11-03T16:30")
    algebra.sync()
    assert algebra.deliver() == {}


def body(letter: Path) -> str:
    """The plain text of a letter, each paragraph in one line."""
    message = message_from_bytes(letter.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())
