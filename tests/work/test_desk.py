"""What a person sees of the letters that wait, and what comes of what a person decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sheets_mastery import desk
from sheets_mastery.errors import MailRefused, MailUnknown, SettingsError
from sheets_mastery.notices import Decision, NoticeState
from sheets_mastery.preview import preview
from sheets_mastery.status import report

if TYPE_CHECKING:
    from tests.work.conftest import Class

MONDAY = "2026-11-02T16:30"


class Post:
    """A way for letters to leave that refuses Ana's, falls silent about Ben's, and takes the others."""

    ask_after = timedelta()

    def __init__(self) -> None:
        self.taken: list[str] = []

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
        last_look()
        if recipient.startswith("quill"):
            raise MailRefused("The mail server refuses the recipient (code 550).")
        if recipient.startswith("oxen"):
            raise MailUnknown("It did not say.")
        self.taken.append(recipient)
        return "taken"

    def recover(self, key: str, draft_id: str) -> str | None:
        raise MailUnknown("The letter may have reached the mail server or not.")

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def after(algebra: Class) -> Class:
    """The class after a delivery: one letter refused, one in doubt, one sent."""
    algebra.sync()
    algebra.service.mailer = Post()
    assert algebra.deliver() == {"refused": 1, "needs review": 1, "sent": 1}
    return algebra


def key_of(algebra: Class, state: NoticeState) -> str:
    (letter,) = algebra.service.ledger.in_state(state)
    return letter.key


def test_the_desk_shows_without_a_name_where_each_letter_is_why_and_when_it_leaves(
    open_class: Callable[..., Class], canaries: dict[str, tuple[str, ...]]
) -> None:
    algebra = open_class()
    algebra.change("hold_hours = 0", "hold_hours = 18")
    algebra.sync()
    algebra.school.sheet_requests()

    found = desk.listed(algebra.service, None, names=False)

    assert algebra.school.sheet_requests() == []
    assert [(each.gradebook, each.kind, each.slot, each.state, each.why, each.leaves) for each in found] == [
        (
            "Algebra 1",
            "missing",
            "2026-10-30",
            "hold",
            "held for a while, so that a mark put right withdraws it",
            "from 2026-11-02 07:00",
        )
    ] * 3
    assert [word for words in canaries.values() for word in words if word in repr(found)] == []


def test_asked_for_names_the_desk_reads_the_sheet_once(after: Class) -> None:
    after.school.sheet_requests()
    after.type("B5", "Oxenstierna-Kim, Ben")
    after.school.sheet_requests()

    found = desk.listed(after.service, None, names=True)

    assert len(after.school.sheet_requests()) == 1
    assert {(each.state, each.student, each.guardian, each.leaves) for each in found} == {
        ("failed", "Quillfeather, Ana", "Mo Quillfeather <quill@example.org>", "when a person has decided"),
        ("needs review", "Oxenstierna-Kim, Ben", "Pa Oxenstierna <oxen@example.org>", "when a person has decided"),
    }
    after.school.spreadsheet.worksheet("Marks").delete_rows(4)
    gone = desk.listed(after.service, None, names=True)
    assert ("not in the sheet", "not in the sheet") in {(each.student, each.guardian) for each in gone}


def test_one_letter_is_shown_with_everything_that_has_happened_to_it(after: Class) -> None:
    letter, events = desk.shown(after.service, key_of(after, NoticeState.NEEDS_REVIEW)[:6], names=False)

    assert (letter.state, letter.attempts) == ("needs review", 1)
    assert [(each.what, each.why) for each in events] == [
        ("hold", ""),
        ("sending", ""),
        ("unknown", "It did not say."),
        ("needs review", "The letter may have reached the mail server or not."),
    ]


def test_when_everything_is_settled_nothing_waits_for_a_person(after: Class) -> None:
    assert report(after.service, None).waiting == (
        "Algebra 1: letters to look at: 1 (The letter may have reached the mail server or not.)",
        "Algebra 1: letters refused for good: 1 (The mail server refuses the recipient (code 550).)",
    )

    desk.decide(after.service, Decision.SENT, [key_of(after, NoticeState.NEEDS_REVIEW)])
    desk.decide(after.service, Decision.CANCEL, [key_of(after, NoticeState.FAILED)])

    assert report(after.service, None).waiting == ()
    assert after.states() == {NoticeState.SENT: 2, NoticeState.CANCELLED: 1}
    assert after.service.ledger.install().send_seq == 2
    # Neither is said again by another letter.
    after.at(MONDAY)
    after.sync()
    assert after.deliver() == {}


def test_what_a_person_wants_sent_once_more_is_sent_once_more_even_after_its_time(after: Class) -> None:
    keys = [key_of(after, state) for state in (NoticeState.NEEDS_REVIEW, NoticeState.FAILED)]
    after.at("2026-11-20T16:30")

    decided = desk.decide(after.service, Decision.AGAIN, [*keys, keys[0][:8]])

    assert [(each.key, each.state, each.draft_id) for each in decided] == [(key, NoticeState.READY, "") for key in keys]
    assert after.deliver() == {"refused": 1, "needs review": 1}
    _, events = desk.shown(after.service, keys[0], names=False)
    assert [each.who for each in events if each.why == "a person wants it sent once more"] == ["a person"]


def test_an_approved_letter_waits_no_longer_and_the_others_do(open_class: Callable[..., Class]) -> None:
    algebra = open_class()
    algebra.change("hold_hours = 0", "hold_hours = 18")
    algebra.at("2026-10-29T10:00")
    algebra.sync()
    first, *_ = desk.listed(algebra.service, None, names=False)

    desk.decide(algebra.service, Decision.APPROVE, [first.key])

    assert [each.leaves for each in desk.listed(algebra.service, None, names=False)] == [
        "at the next delivery",
        "from 2026-10-30 07:00",
        "from 2026-10-30 07:00",
    ]
    assert (algebra.deliver(), len(algebra.school.letters())) == ({"sent": 1}, 1)


def test_an_approval_is_no_approval_of_what_is_no_longer_so(algebra: Class) -> None:
    algebra.sync()
    desk.decide(algebra.service, Decision.APPROVE, [each.key for each in algebra.service.ledger.waiting()])
    algebra.type("H6", "20")
    assert algebra.deliver() == {"withdrawn": 1, "sent": 2}


def test_a_dropped_letter_does_not_leave_and_comes_back_in_no_other(algebra: Class) -> None:
    algebra.sync()
    desk.decide(algebra.service, Decision.CANCEL, [each.key for each in algebra.service.ledger.waiting()])
    for day in ("2026-10-30", "2026-11-02", "2026-11-03"):
        algebra.at(f"{day}T16:30")
        algebra.sync()
        assert algebra.deliver() == {}
    assert (algebra.states(), algebra.school.letters()) == ({NoticeState.CANCELLED: 3}, [])


@pytest.mark.parametrize(
    ("decision", "state", "sentence"),
    [
        (
            Decision.APPROVE,
            NoticeState.FAILED,
            (
                "approve: the letter {key} is failed, not blocked, hold or ready. "
                "Try it again with `outbox settle --again`, or drop it with `outbox cancel`."
            ),
        ),
        (
            Decision.SENT,
            NoticeState.FAILED,
            (
                "settle --sent: the letter {key} is failed, not needs review. "
                "Try it again with `outbox settle --again`, or drop it with `outbox cancel`."
            ),
        ),
        (
            Decision.AGAIN,
            NoticeState.SENT,
            "settle --again: the letter {key} is sent, not failed or needs review.",
        ),
    ],
)
def test_a_decision_that_is_not_for_a_letter_changes_none(
    after: Class, decision: Decision, state: NoticeState, sentence: str
) -> None:
    keys = [key_of(after, state), key_of(after, NoticeState.NEEDS_REVIEW)]
    before = after.states()
    with pytest.raises(SettingsError) as said:
        desk.decide(after.service, decision, keys)
    assert (str(said.value), after.states()) == (sentence.format(key=keys[0][:12]), before)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("abc", '"abc" is too short for a letter\'s key: give at least 6 signs of it.'),
        ("nosuchkey", 'No letter has a key beginning with "nosuchkey"; `outbox list` shows them.'),
    ],
)
def test_a_key_that_names_no_letter_is_said_so(after: Class, key: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as said:
        desk.decide(after.service, Decision.CANCEL, [key])
    assert str(said.value) == sentence


def test_a_stop_keeps_every_letter_here_until_it_is_lifted_and_status_says_so(algebra: Class) -> None:
    algebra.sync()
    algebra.service.ledger.stop("wrong column shared", now=algebra.service.clock(), who=desk.PERSON)

    delivery = algebra.service.deliver((algebra.gradebook,))

    stopped = "All letters are stopped (wrong column shared); `outbox go` lets them leave again."
    assert (dict(delivery.counts), delivery.troubles, algebra.school.letters()) == ({"stopped": 3}, [stopped], [])
    assert report(algebra.service, None).waiting == (stopped[0].lower() + stopped[1:-1],)
    assert {each.leaves for each in desk.listed(algebra.service, None, names=False)} == {
        "when letters are let go again"
    }
    algebra.service.ledger.go_on(now=algebra.service.clock(), who=desk.PERSON)
    assert algebra.deliver() == {"sent": 3}


def test_a_preview_is_the_letter_that_would_be_written_and_leaves_nothing_behind(
    algebra: Class, canaries: dict[str, tuple[str, ...]]
) -> None:
    page = preview(algebra.service, algebra.gradebook, "BENID8", guardian=1, language="")

    assert ("Ben" in page, "Essay" in page, "Quiz" in page, page.count("<html")) == (True, True, True, 1)
    assert [word for name in ("Ana", "Cho", "Dee") for word in canaries[name] if word in page] == []
    spanish = preview(algebra.service, algebra.gradebook, "benid8", guardian=1, language="es")
    with pytest.raises(SettingsError) as said:
        preview(algebra.service, algebra.gradebook, "benid8", guardian=1, language="de")
    spoken = "ar, en-US, es-US, fr, vi, zh-Hans-CN"
    assert str(said.value) == f'--language: there is no catalogue for "de"; there are letters in {spoken}.'
    assert ('lang="en-US"' in page, 'lang="es-US"' in spanish) == (True, True)
    assert (algebra.states(), algebra.service.ledger.last_runs()) == ({}, ())


@pytest.mark.parametrize(
    ("student", "guardian", "sentence"),
    [
        ("nobody", 1, '--student: no student in Algebra 1 has the id "nobody".'),
        ("deeid5", 1, "--student: nobody may be written to about this student (may not be written to)."),
        ("anaid7", 2, "--guardian: 1 may be written to about this student, so there is no 2."),
        ("edaid1", 1, "--student: this student has nothing missing, so no letter would be written."),
    ],
)
def test_a_preview_that_cannot_be_says_why(algebra: Class, student: str, guardian: int, sentence: str) -> None:
    well = ["edaid1", "Vandermeer, Eda", "76", "Pa Vandermeer", "vand@example.org", "yes", "", "20", "50"]
    algebra.school.spreadsheet.worksheet("Marks").update([well], "A8", raw=False)
    with pytest.raises(SettingsError) as said:
        preview(algebra.service, algebra.gradebook, student, guardian=guardian, language="")
    assert str(said.value) == sentence
