"""What becomes of a letter after it has left: the mark that says so, and what follows for whom it was for.

A letter that left stays SENT, whatever is learnt later. That it came back, or that what it said was put right since, is
a mark beside it; marks are only ever added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: So many letters to one person that came back softly, within so many days, are as good as one that came back for good.
SOFT_MOST, SOFT_DAYS = 3, 14
#: All letters are stopped where more than this share of the last so many came back, from so many people at least: one
#: person, who can forge what comes back of the own letters and of no others, stops nobody else's.
BREAKER_SHARE, BREAKER_LAST, BREAKER_LEAST = 0.05, 50, 3
#: Why a waiting letter does not leave, and why none is written.
COMES_BACK = "letters to this address come back"


class Bounce(StrEnum):
    """How a letter came back."""

    #: For good: there is no such address.
    HARD = "hard"
    #: For a reason that may pass, or that is no fault of the address: a full mailbox, a filter, a server in trouble.
    SOFT = "soft"
    #: Not yet: the mail server goes on trying.
    DELAYED = "delayed"
    #: From another address than it went to: it was passed on, or somebody wants to make believe so.
    ELSEWHERE = "elsewhere"

    @property
    def counts(self) -> bool:
        """Whether the person it was for did not get it."""
        return self in {Bounce.HARD, Bounce.SOFT}

    @property
    def weight(self) -> int:
        """The more the weightier."""
        return (Bounce.ELSEWHERE, Bounce.DELAYED, Bounce.SOFT, Bounce.HARD).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class CameBack:
    """One mail that says that one letter came back."""

    #: The letter's key.
    key: str
    bounce: Bounce
    #: The status code of RFC 3463, such as "5.1.1"; "" where the mail has none.
    status: str
    #: Names the mail: the same mail, read again, has the same name.
    mail: str
    #: Whether it shows that the letter has left: it has the whole token, which stands in the letter and nowhere else.
    #: (The short reference stands on the tab Mastery Mail as well.)
    proves: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Since:
    """What has happened to one letter since it left."""

    #: The letter's key.
    key: str
    #: The weightiest way in which it came back; None where it did not.
    bounce: Bounce | None = None
    #: The status code of that, "" for none.
    status: str = ""
    #: When that was learnt.
    came_back: datetime | None = None
    #: When a sync has found that what it said was put right after it had left; None where it was not.
    corrected: datetime | None = None

    @property
    def said(self) -> str:
        """The same in a few words, for a column: "came back (5.1.1, no such mailbox); corrected since"."""
        back = {
            None: "",
            Bounce.HARD: "came back",
            Bounce.SOFT: "came back this time",
            Bounce.DELAYED: "not delivered yet",
            Bounce.ELSEWHERE: "passed on, and not taken there",
        }[self.bounce]
        words = [f"{back}{in_brackets(self.status)}"] if back else []
        return "; ".join([*words, *(["corrected since"] if self.corrected else [])])


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppressed:
    """A person to whom no letter is written, because letters to the address came back."""

    #: The person's digest, as in `Notice.guardian`.
    guardian: str
    #: The gradebook of the letter that settled it.
    gradebook: str
    #: That letter's key.
    key: str
    since: datetime
    #: The status code, "" for none.
    status: str
    #: Why, in words without personal data.
    why: str


def meaning(status: str) -> str:
    """What a status code means in a teacher's words; "" for one that says nothing by itself."""
    kind, _, detail = status.partition(".")
    if kind not in {"4", "5"}:
        return ""
    exact = _MEANINGS.get(detail)
    return exact or _MEANINGS.get(detail.partition(".")[0], "")


#: By what follows the first number of a status code (RFC 3463).
_MEANINGS = {
    "1.1": "no such mailbox",
    "1.2": "no such domain",
    "1.3": "not an e-mail address",
    "1.6": "the mailbox has moved",
    "1": "no such address",
    "2.1": "the mailbox is switched off",
    "2.2": "the mailbox is full",
    "2": "the mailbox takes no mail",
    "4.4": "no such domain",
    "4": "the mail server could not be reached",
    "7": "refused by a filter",
}


def in_brackets(status: str) -> str:
    """A status code and its meaning as they stand behind some words; "" for none."""
    words = ", ".join(filter(None, (status, meaning(status))))
    return f" ({words})" if words else ""


def verdict_on(bounce: Bounce, status: str, soft_before: Iterable[datetime], now: datetime) -> str:
    """Why a person is written to no more after one more letter came back; "" where the next one may arrive.

    `soft_before` are the moments at which earlier letters to the same person came back softly, one a letter.
    """
    if bounce is Bounce.HARD:
        return f"{COMES_BACK}{in_brackets(status)}"
    if bounce is Bounce.SOFT:
        count = 1 + sum(now - timedelta(days=SOFT_DAYS) < each <= now for each in soft_before)
        if count >= SOFT_MOST:
            return f"{count} letters to this address came back in {SOFT_DAYS} days{in_brackets(status)}"
    return ""


def alarm(last: Sequence[str | None]) -> str:
    """Why all letters are to be stopped; "" where they need not be.

    `last` are the letters that left last, `BREAKER_LAST` at most: for each the digest of the person to whom it came
    back, None for one that did not.
    """
    people = {each for each in last if each is not None}
    if len(people) < BREAKER_LEAST or len(people) <= BREAKER_SHARE * len(last):
        return ""
    return f"letters to {len(people)} people among the last {len(last)} letters came back"
