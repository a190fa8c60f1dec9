"""What is not as meant stays here; what goes wrong three times in a row stops everything until a person has looked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sheets_mastery import desk
from sheets_mastery.errors import MailError, MailLater, MailNoAddress, MailNotAsMeant, MailRefused
from sheets_mastery.letters import Digest, Letter, LetterPress, Rendered
from sheets_mastery.notices import PERSON, Decision, NoticeState
from sheets_mastery.sync import make_plan
from sheets_mastery.wiring import packaged

if TYPE_CHECKING:
    from tests.work.conftest import Class


class Refusing:
    """A way for letters to leave that says of each what it is told to."""

    ask_after = timedelta()

    def __init__(self, *answers: MailError | None) -> None:
        self._answers = iter(answers)

    def send(self, letter: bytes, *, last_look: Callable[[], None], **others: Any) -> str:
        last_look()
        if answer := next(self._answers):
            raise answer
        return "taken"

    def recover(self, key: str, draft_id: str) -> str | None:
        return None

    def close(self) -> None:
        """Nothing is open."""


def go_on(algebra: Class) -> None:
    assert algebra.service.ledger.go_on(now=algebra.service.clock(), who=PERSON) is True


def test_three_refusals_in_a_row_stop_everything_until_a_person_lets_it_go_on(open_class: Callable[..., Class]) -> None:
    algebra = open_class()
    more = [[f"new{n}", f"New {n}", "93", "Mo", f"mo{n}@example.org", "yes", "", "20", "41"] for n in range(3)]
    algebra.school.spreadsheet.worksheet("Marks").update(more, "A8", raw=False)
    algebra.service.sync(algebra.gradebook, "apply", approved=fingerprint(algebra))
    no = MailRefused("The mail server refuses the recipient (code 550).")
    algebra.service.mailer = Refusing(no, no, None, no, no, no)

    delivery = algebra.service.deliver((algebra.gradebook,))

    # Two in a row and one that left are no sign; three in a row are. No two of the letters are to one person.
    assert dict(delivery.counts) == {"refused": 5, "sent": 1}
    why = "letters to 3 people in a row were refused for good"
    assert delivery.troubles == [f"All letters are stopped ({why}); `outbox go` lets them leave again."]
    assert algebra.service.ledger.stopped() == why
    # The teacher, who sees no terminal, sees it from the next sync on.
    algebra.sync()
    seen = [row[2] for row in algebra.school.spreadsheet.worksheet("Mastery Trouble").get_all_values()]
    assert seen[1] == f"no letter leaves, about this gradebook or another: all are stopped ({why})."


def test_refusals_are_counted_by_people_and_on_into_the_next_delivery(open_class: Callable[..., Class]) -> None:
    algebra = open_class()
    # Ana has a sister and two brothers, whose letters go to the same mother.
    more = [[f"new{n}", f"New {n}", "93", "Mo", "quill@example.org", "yes", "", "20", "41"] for n in range(3)]
    algebra.school.spreadsheet.worksheet("Marks").update(more, "A8", raw=False)
    algebra.service.sync(algebra.gradebook, "apply", approved=fingerprint(algebra))
    ledger = algebra.service.ledger
    mother = next(each.guardian for each in ledger.due(algebra.service.clock()) if each.student == "new1")
    no, later = MailRefused("The mail server refuses the recipient (code 550)."), MailLater("The mail server is busy.")
    due = [each.guardian == mother for each in ledger.due(algebra.service.clock())]

    algebra.service.mailer = Refusing(*(no if hers else later for hers in due))
    assert algebra.deliver() == {"refused": 4, "later": 2}
    assert (ledger.stopped(), ledger.refused_in_a_row()) == ("", frozenset({mother}))

    algebra.at("2026-10-30T16:40")
    algebra.service.mailer = Refusing(no, no)
    assert algebra.deliver() == {"refused": 2}
    assert ledger.stopped() == "letters to 3 people in a row were refused for good"
    go_on(algebra)
    assert ledger.refused_in_a_row() == frozenset()


def test_an_address_that_the_mail_server_does_not_know_is_not_written_to_again_and_the_sheet_says_so(
    open_class: Callable[..., Class],
) -> None:
    algebra = open_class()
    # Ana has a brother.
    more = [["new0", "New 0", "93", "Mo", "quill@example.org", "yes", "", "20", "41"]]
    algebra.school.spreadsheet.worksheet("Marks").update(more, "A8", raw=False)
    algebra.service.sync(algebra.gradebook, "apply", approved=fingerprint(algebra))
    ledger = algebra.service.ledger
    due = ledger.due(algebra.service.clock())
    mother = next(each.guardian for each in due if each.student == "new0")
    first = next(each for each in due if each.guardian == mother)
    nobody = MailNoAddress("The mail server says that there is no such address (code 550, 5.1.1).")
    nobody.status = "5.1.1"
    said = dict.fromkeys((each.key for each in due), None) | {first.key: nobody}
    algebra.service.mailer = Refusing(*(said[each.key] for each in due if each is first or each.guardian != mother))

    delivery = algebra.service.deliver((algebra.gradebook,))

    assert dict(delivery.counts) == {"no such address": 1, "withdrawn": 1, "sent": 2}
    assert delivery.for_a_person == (
        "1 letters were refused because there is no such address; the sheet shows where to correct it",
    )
    places = [str(each.place) for each in algebra.sync().problems if "come back (5.1.1" in each.what]
    assert (sorted(places), algebra.deliver(), ledger.waiting()) == (["Marks!E4", "Marks!E8"], {}, ())


def fingerprint(algebra: Class) -> str:
    """That of the plan that would be carried out now."""
    service = algebra.service
    plan, _ = make_plan(service.sheets, service.ledger, service.settings, algebra.gradebook, service.clock())
    return plan.fingerprint


class Smudged(LetterPress):
    """A press that spoils the letter about one student."""

    def render(self, letter: Letter | Digest, language: str) -> Rendered:
        rendered = super().render(letter, language)
        return (
            replace(rendered, language="no language")
            if isinstance(letter, Letter) and letter.first_name == "Ben"
            else rendered
        )


def test_a_letter_that_is_not_as_meant_is_held_back_and_the_others_leave(algebra: Class) -> None:
    algebra.sync()
    algebra.service.press = Smudged(packaged("letters"))
    assert algebra.deliver() == {"blocked": 1, "sent": 2}
    (blocked,) = algebra.service.ledger.in_state(NoticeState.BLOCKED)
    assert blocked.reason.endswith("its envelope is not as meant: Content-Language is no language tag.")

    algebra.service.press = LetterPress(packaged("letters"))
    assert algebra.deliver() == {}
    desk.decide(algebra.service, Decision.APPROVE, [blocked.key])
    assert (algebra.deliver(), sorted(algebra.letters())) == ({"sent": 1}, ["Ana", "Ben", "Cho"])


def test_a_letter_that_becomes_another_on_its_way_stops_everything_at_once(algebra: Class) -> None:
    algebra.sync()
    other = MailNotAsMeant("The letter's headers name somebody else than the one it is for; it was not sent.")
    algebra.service.mailer = Refusing(other, None, None)

    assert algebra.deliver() == {"blocked": 1, "later": 2}

    assert algebra.deliver() == {"stopped": 2}
    go_on(algebra)
    assert algebra.deliver() == {"sent": 2}
    assert algebra.states() == {NoticeState.BLOCKED: 1, NoticeState.SENT: 2}


class Stumbling(LetterPress):
    """A press with a mistake in it, over the letters about some students; it says what nobody else should hear."""

    def __init__(self, *names: str) -> None:
        super().__init__(packaged("letters"))
        self._names = names

    def render(self, letter: Letter | Digest, language: str) -> Rendered:
        if isinstance(letter, Letter) and letter.first_name in self._names:
            raise ValueError(f"{letter.first_name} has 41.25")
        return super().render(letter, language)


def test_an_error_in_the_program_over_one_letter_keeps_that_one_here_and_is_said_by_its_kind_alone(
    algebra: Class, caplog: pytest.LogCaptureFixture
) -> None:
    algebra.sync()
    algebra.service.press = Stumbling("Ben")

    delivery = algebra.service.deliver((algebra.gradebook,))

    assert (dict(delivery.counts), sorted(algebra.letters())) == ({"not written": 1, "sent": 2}, ["Ana", "Cho"])
    assert delivery.troubles == [
        "Algebra 1: a letter did not leave because of an error in the program (ValueError); the log says where."
    ]
    (failed,) = algebra.service.ledger.in_state(NoticeState.FAILED)
    assert failed.reason == "an error in the program (ValueError)"
    (line,) = (each.getMessage() for each in caplog.records if each.levelname == "ERROR")
    assert line.startswith(f"letter key={failed.key[:12]} error=ValueError at=test_breaker.py:")
    assert "41.25" not in caplog.text
    # It is no refusal by anybody.
    assert algebra.service.ledger.refused_in_a_row() == frozenset()

    algebra.service.press = LetterPress(packaged("letters"))
    desk.decide(algebra.service, Decision.AGAIN, [failed.key])
    assert (algebra.deliver(), sorted(algebra.letters())) == ({"sent": 1}, ["Ana", "Ben", "Cho"])


def test_the_same_error_over_three_letters_in_a_row_stops_everything(algebra: Class) -> None:
    algebra.sync()
    algebra.service.press = Stumbling("Ana", "Ben", "Cho")
    assert algebra.deliver() == {"not written": 3}
    assert algebra.service.ledger.stopped() == "3 letters in a row ended in an error in the program (ValueError)"


class Tripping(Refusing):
    """A way for letters to leave with a mistake in it."""

    def send(self, letter: bytes, *, last_look: Callable[[], None], **others: Any) -> str:
        last_look()
        raise KeyError(letter)


def test_after_an_error_in_the_handing_over_the_mail_service_is_asked_whether_the_letter_left(algebra: Class) -> None:
    algebra.sync()
    algebra.service.mailer = Tripping()

    delivery = algebra.service.deliver((algebra.gradebook,))

    # It was asked, and has seen nothing of them.
    assert (dict(delivery.counts), algebra.states()) == ({}, {NoticeState.READY: 3})
    assert delivery.troubles[0] == (
        "Algebra 1: handing a letter over ended in an error in the program (KeyError); the log says where."
    )
