"""What is not as meant stays here; what goes wrong three times in a row stops everything until a person has looked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sheets_mastery import desk
from sheets_mastery.errors import MailNotAsMeant, MailRefused
from sheets_mastery.letters import Digest, Letter, LetterPress, Rendered
from sheets_mastery.notices import PERSON, Decision, NoticeState
from sheets_mastery.sync import make_plan
from sheets_mastery.wiring import packaged

if TYPE_CHECKING:
    from tests.work.conftest import Class


class Refusing:
    """A way for letters to leave that says of each what it is told to."""

    ask_after = timedelta()

    def __init__(self, *answers: MailRefused | None) -> None:
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

    # Two in a row and one that left are no sign; three in a row are.
    assert dict(delivery.counts) == {"refused": 5, "sent": 1}
    sentence = "All letters are stopped (3 letters in a row were refused for good); `outbox go` lets them leave again."
    assert delivery.troubles == [sentence]
    assert algebra.service.ledger.stopped() == "3 letters in a row were refused for good"
    # The teacher, who sees no terminal, sees it from the next sync on.
    algebra.sync()
    seen = [row[2] for row in algebra.school.spreadsheet.worksheet("Mastery Trouble").get_all_values()]
    assert seen[1] == (
        "no letter leaves, about this gradebook or another: all are stopped (3 letters in a row were refused for good)."
    )


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
