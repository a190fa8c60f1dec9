"""What a letter holds before it is set: cleaned words of one line each, dates, and exact percentages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sheets_mastery.mastery import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenItem:
    """One piece of work that a student can still finish."""

    #: The assignment's title, in one line.
    title: str
    #: RETAKE (handed in, below the student's own level) or NOT_IN.
    verdict: Verdict
    #: The pass mark for this piece of work in percent; None where marks are not shown.
    needed: Fraction | None
    #: What was reached in percent; None where nothing was handed in or marks are not shown.
    got: Fraction | None
    #: The kind of help that comes next, one of `config.Help.help`.
    help: str
    #: The web address of the help, "" for none.
    link: str
    #: The day by which the work is expected.
    due: date
    #: Whether this letter is the first to speak of it.
    new: bool

    @property
    def handed_in(self) -> bool:
        """Whether there is something to do again, instead of something to hand in."""
        return self.verdict is Verdict.RETAKE


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodItem:
    """One piece of work that has been made good."""

    #: The assignment's title, in one line.
    title: str
    #: The pass mark for this piece of work in percent; None where marks are not shown.
    needed: Fraction | None
    #: What was reached in percent; None where marks are not shown.
    got: Fraction | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What one letter about one student may say."""

    #: Its kind, one of those of `notices` but for the digest.
    kind: str
    #: The student's first name, "" where the sheet has no name.
    first_name: str
    #: The student's name as in the sheet.
    name: str
    #: The reader's name, "" where the sheet has none.
    guardian: str
    #: Whether the reader is the student.
    own: bool
    #: The open work, what is new first.
    items: tuple[OpenItem, ...]
    #: The work that was announced as missing and is at the level now.
    good: tuple[GoodItem, ...] = ()
    #: Whether the student has gone up to the level.
    raised: bool = False
    #: The kinds of help there are, from the lightest to the closest; only in a letter about a contract.
    ladder: tuple[str, ...] = ()
    #: The kind of help for what was not handed in; "" where there is no ladder.
    for_not_in: str = ""
    #: The pass mark of the student's contract in percent; None where marks are not shown.
    level: Fraction | None
    #: The school's name.
    school: str
    #: The teacher's name as families know it.
    teacher: str
    #: The address where answers go.
    reply_to: str
    #: The word by which this letter is found again (`envelope.reference`).
    reference: str
    #: Whether percentages may be named; without it there are none in this record.
    show_marks: bool
    #: The web address at which letters of this kind can be stopped, "" for none.
    opt_out: str = ""

    @property
    def new_items(self) -> tuple[OpenItem, ...]:
        """The work that this letter is the first to speak of."""
        return tuple(item for item in self.items if item.new)

    @property
    def known_items(self) -> tuple[OpenItem, ...]:
        """The work that an earlier letter has spoken of."""
        return tuple(item for item in self.items if not item.new)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A letter, set in one language."""

    #: The subject: the same for every letter of a kind and a language.
    subject: str
    #: The HTML document, with its styles on its elements and nothing to fetch.
    html: str
    #: The same in plain text, lines ended by "\\n".
    text: str
    #: The language as in HTML and mail headers, such as "es-US".
    language: str
    #: "ltr" or "rtl".
    direction: str
