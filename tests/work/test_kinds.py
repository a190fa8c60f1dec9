"""A term of letters about one class: each kind at its time, once, true when it leaves, and to those who want it."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from sheets_mastery.optout import Wish, verify

if TYPE_CHECKING:
    from tests.work.conftest import Class

HOLD = "hold_hours = 0"
Open = Callable[..., "Class"]


def read(letter: bytes) -> EmailMessage:
    message = message_from_bytes(letter, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class Post:
    """What has come into the maildir since one looked last."""

    def __init__(self, algebra: Class) -> None:
        self.algebra = algebra
        self.seen: set[str] = set()

    def new(self) -> list[EmailMessage]:
        """The new letters, by recipient."""
        fresh = [path for path in self.algebra.school.letters() if path.name not in self.seen]
        self.seen |= {path.name for path in fresh}
        return sorted((read(path.read_bytes()) for path in fresh), key=lambda letter: str(letter["To"]))

    def on(self, moment: str) -> list[EmailMessage]:
        """Let a day's sync and delivery happen, and answer its letters."""
        self.algebra.at(moment)
        self.algebra.sync()
        self.algebra.deliver()
        return self.new()


def test_work_is_told_told_again_in_the_same_thread_and_praised_when_it_is_done(algebra: Class) -> None:
    post = Post(algebra)
    first = {str(letter["To"]): letter for letter in post.on("2026-10-30T16:30")}
    assert sorted(first) == ["oxen@example.org", "quill@example.org", "zubi@example.org"]
    assert post.on("2026-11-12T16:30") == []
    again = post.on("2026-11-13T16:30")
    assert [(str(letter["To"]), str(letter["In-Reply-To"])) for letter in again] == [
        (to, str(letter["Message-ID"])) for to, letter in sorted(first.items())
    ]
    for letter in again:
        assert letter["References"] == letter["In-Reply-To"]
        assert letter["Subject"] == first[str(letter["To"])]["Subject"]
    assert "“Essay” is still open. There is still time, and there is help." in text(again[1])
    assert "2 pieces of work are still open." in text(again[0])
    # Ana's essay is made good: praise, once, in no thread of what was missing.
    algebra.type("I4", "47")
    (praise,) = post.on("2026-11-16T16:30")
    assert (str(praise["To"]), str(praise["Subject"])) == ("quill@example.org", "Good news about school work")
    assert "“Essay” was not finished, and now it is." in text(praise)
    assert "In-Reply-To" not in praise
    assert post.on("2026-11-17T16:30") == []
    # Ben and Cho hear twice more, and then no more; each time of the help that comes next by then.
    algebra.type("H6", "8")
    assert [str(each["To"]) for each in post.on("2026-11-27T16:30")] == ["oxen@example.org", "zubi@example.org"]
    assert [str(each["To"]) for each in post.on("2026-12-11T16:30")] == ["oxen@example.org", "zubi@example.org"]
    assert post.on("2026-12-28T16:30") == []
    assert post.on("2027-02-01T16:30") == []


def test_a_reminder_names_the_help_that_is_due_when_it_leaves(algebra: Class) -> None:
    post = Post(algebra)
    post.on("2026-10-30T16:30")
    algebra.at("2026-11-13T16:30")
    algebra.sync()
    # A second try below the level, marked after the sync that decided about the reminder.
    algebra.type("H6", "8")
    assert algebra.deliver() == {"sent": 3}
    (cho,) = (letter for letter in post.new() if letter["To"] == "zubi@example.org")
    assert "First, Cho works on it with a classmate who is a peer tutor." in text(cho)


def test_a_reminder_does_not_tell_what_is_still_held(algebra: Class) -> None:
    algebra.change(HOLD, "hold_hours = 18")
    post = Post(algebra)
    post.on("2026-10-29T16:30")
    assert len(post.on("2026-10-30T16:30")) == 3
    post.on("2026-11-13T08:30")
    algebra.at("2026-11-16T08:30")
    algebra.type("I6", "1")
    algebra.sync()
    algebra.at("2026-11-16T10:30")
    assert algebra.deliver() == {"sent": 3}
    (cho,) = (letter for letter in post.new() if letter["To"] == "zubi@example.org")
    assert ("“Quiz” is still open." in text(cho), "Essay" in text(cho)) == (True, False)
    (news,) = post.on("2026-11-17T10:30")
    assert ("Essay" in text(news), "Quiz" in text(news)) == (True, True)


def test_a_reminder_does_not_leave_when_its_work_is_done_nor_praise_when_it_is_missing_again(algebra: Class) -> None:
    post = Post(algebra)
    post.on("2026-10-30T16:30")
    algebra.at("2026-11-13T16:30")
    algebra.sync()
    algebra.type("I4", "50")
    assert algebra.deliver() == {"sent": 2, "withdrawn": 1}
    assert [str(each["To"]) for each in post.new()] == ["oxen@example.org", "zubi@example.org"]
    algebra.at("2026-11-16T16:30")
    algebra.sync()
    algebra.type("I4", "30")
    assert algebra.deliver() == {"withdrawn": 1}
    assert post.new() == []
    # It is missing anew, and that is told once more.
    assert [str(each["To"]) for each in post.on("2026-11-17T16:30")] == ["quill@example.org"]


def test_praise_waits_while_the_mark_cannot_be_read(algebra: Class) -> None:
    post = Post(algebra)
    post.on("2026-10-30T16:30")
    algebra.type("I4", "50")
    algebra.at("2026-11-02T16:30")
    algebra.sync()
    algebra.type("I4", "#N/A")
    assert algebra.deliver() == {"unreadable": 1}
    algebra.type("I4", "48")
    assert algebra.deliver() == {"sent": 1}
    assert [str(each["To"]) for each in post.new()] == ["quill@example.org"]


def test_no_family_hears_of_one_student_more_than_once_a_day_and_twice_a_week(open_class: Open) -> None:
    algebra = open_class(more="[letters]\nreminder_after_days = 1\nreminders_most = 9\n".replace("[letters]\n", ""))
    post = Post(algebra)
    heard: list[str] = []
    for day in ("10-30", "11-02", "11-03", "11-04", "11-05", "11-06", "11-09", "11-10"):
        heard += [f"{day} {letter['To']}" for letter in post.on(f"2026-{day}T16:30")]
        heard += [f"{day} {letter['To']}" for letter in post.on(f"2026-{day}T17:30")]
    assert [each for each in heard if each.endswith("quill@example.org")] == [
        "10-30 quill@example.org",
        "11-02 quill@example.org",
        "11-06 quill@example.org",
        "11-09 quill@example.org",
    ]


def test_a_guardian_who_wants_one_letter_a_week_gets_it_on_the_day_of_the_school(algebra: Class) -> None:
    algebra.school.spreadsheet.worksheet("Marks").update([["How Often"], [""], [""], ["weekly"], ["never"]], "J1")
    post = Post(algebra)
    # Ana's guardian wants a weekly letter, Ben's none.
    assert [str(each["To"]) for each in post.on("2026-10-28T16:30")] == ["zubi@example.org"]
    assert post.on("2026-10-29T16:30") == []
    (weekly,) = post.on("2026-10-30T16:30")
    assert (str(weekly["To"]), str(weekly["Subject"])) == (
        "quill@example.org",
        "This week in school work: the next steps",
    )
    assert "The week and the next steps for Ana" in text(weekly)
    assert post.on("2026-11-02T16:30") == []
    algebra.type("I4", "50")
    assert post.on("2026-11-05T16:30") == []
    (good,) = post.on("2026-11-06T16:30")
    assert "“Essay” was not finished, and now it is." in text(good)
    assert [str(each["To"]) for each in post.on("2026-11-13T16:30")] == ["zubi@example.org"]


def test_contracts_are_told_and_signatures_asked_for(open_class: Open) -> None:
    algebra = open_class()
    algebra.change("hold_hours = 0", 'hold_hours = 0\nkinds = ["made_good", "welcome", "contract"]')
    algebra.school.spreadsheet.worksheet("Marks").update([["Signed By"], [""], [""], ["Mo"], ["Pa"], [""]], "J1")
    post = Post(algebra)
    first = post.on("2026-10-30T16:30")
    assert [(str(each["To"]), str(each["Subject"])) for each in first] == [
        (to, "How the learning contract works") for to in ("oxen@example.org", "quill@example.org", "zubi@example.org")
    ]
    assert "The contract sets a level of 86% for Ben" in text(first[0])
    assert post.on("2026-11-12T16:30") == []
    (unsigned,) = post.on("2026-11-13T16:30")
    assert (str(unsigned["To"]), str(unsigned["Subject"])) == (
        "zubi@example.org",
        "The learning contract needs a signature",
    )
    algebra.type("C6", "86")
    algebra.type("J6", "Ma")
    (raised,) = post.on("2026-11-16T16:30")
    assert (str(raised["To"]), str(raised["Subject"])) == ("zubi@example.org", "Good news about school work")
    assert "Cho has moved up to the level of 86%." in text(raised)
    assert post.on("2026-12-16T16:30") == []


def test_the_teacher_has_one_digest_a_day_at_the_address_of_the_settings_and_nowhere_else(open_class: Open) -> None:
    algebra = open_class()
    algebra.change("hold_hours = 0", 'hold_hours = 0\nkinds = ["digest"]')
    post = Post(algebra)
    (digest,) = post.on("2026-10-30T16:30")
    assert (str(digest["To"]), str(digest["Subject"])) == ("rivera@school.example", "Your gradebook today")
    assert (
        text(digest)
        .replace("\r\n", "\n")
        .startswith(
            "Your gradebook today\n\nAlgebra 1: Friday, October 30\n\nNewly missing\n\n"
            "* Quiz\n  Oxenstierna, Ben · Zubizarreta, Cho · Yarborough, Dee\n"
            "* Essay\n  Quillfeather, Ana · Oxenstierna, Ben · Yarborough, Dee\n"
        )
    )
    algebra.type("I4", "50")
    # That a family has stopped a kind is said with the rest, and is no reason for a digest of its own.
    algebra.service.ledger.opt_out("Algebra 1", "ab" * 32, "weekly", now=algebra.service.clock())
    assert post.on("2026-10-30T17:30") == []
    (next_day,) = post.on("2026-11-02T16:30")
    assert "Made good\n\n* Essay\n  Quillfeather, Ana\n" in text(next_day).replace("\r\n", "\n")
    assert "Letters\n1 person has stopped a kind of letter.\n" in text(next_day).replace("\r\n", "\n")
    assert "Newly missing" not in text(next_day)
    assert post.on("2026-11-03T16:30") == []
    algebra.type("H4", "8o")
    (problem,) = post.on("2026-11-04T16:30")
    assert "To be mended in the sheet\n\n* Marks!H4: " in text(problem).replace("\r\n", "\n")
    assert post.on("2026-11-05T16:30") == []


def test_every_letter_home_has_a_link_that_stops_its_kind_for_its_reader(open_class: Open) -> None:
    algebra = open_class()
    algebra.change("hold_hours = 0", 'hold_hours = 0\nopt_out_url = "https://letters.school.example/stop"')
    post = Post(algebra)
    letters = post.on("2026-10-30T16:30")
    secret = algebra.service.ledger.install().secret
    people = set()
    for letter in letters:
        link = str(letter["List-Unsubscribe"])
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert link.startswith("<https://letters.school.example/stop?t=1.")
        assert link[1:-1] in text(letter).replace("\r\n", "\n")
        assert not any(word in link for word in ("oxen", "Ben", "quill", "Ana", "zubi", "Cho"))
        wish = verify(link[1:-1].partition("?t=")[2], secret, {1})
        assert wish is not None
        assert (wish.gradebook, wish.kind) == ("Algebra 1", "missing")
        people.add(wish.guardian)
    assert len(people) == 3
    # A family that has stopped reminders gets none, and everybody else does.
    (ben,) = (letter for letter in letters if letter["To"] == "oxen@example.org")
    wish = verify(str(ben["List-Unsubscribe"])[1:-1].partition("?t=")[2], secret, {1})
    assert wish is not None
    stopped = Wish(guardian=wish.guardian, gradebook=wish.gradebook, kind="reminder")
    algebra.at("2026-11-13T16:30")
    algebra.sync()
    # Also when the letter waits already: it is looked up once more before it leaves.
    algebra.service.ledger.opt_out(stopped.gradebook, stopped.guardian, stopped.kind, now=algebra.service.clock())
    assert algebra.deliver() == {"sent": 2, "withdrawn": 1}
    assert [str(each["To"]) for each in post.new()] == ["quill@example.org", "zubi@example.org"]
    assert post.on("2026-11-14T16:30") == post.on("2026-11-16T16:30") == []


@pytest.mark.parametrize("written", ["ht", "Klingon"])
def test_a_language_that_nobody_speaks_here_is_the_schools_usual_one(open_class: Open, written: str) -> None:
    algebra = open_class()
    algebra.change("hold_hours = 0", 'hold_hours = 0\nlanguage = "es"')
    algebra.school.spreadsheet.worksheet("Marks").update([["Language"], [""], [""], [written]], "J1")
    letters = Post(algebra).on("2026-10-30T16:30")
    assert [str(each["Content-Language"]) for each in letters] == ["es-US"] * 3
