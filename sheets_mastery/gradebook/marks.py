"""One cell to one `Mark`, exactly, or to a sentence about why not.

What may stand in a mark cell: a number (points), a percentage (by number format or as text), "17/20" or "17 out of 20"
as text, a letter or a step of the gradebook's scale, one of its codes, two attempts like 68>88, a score with a word
about it ("Late: 18"), or nothing. Everything else is UNREADABLE and is said to the teacher, never guessed. A score is
kept as an exact fraction of the maximum, and no word beside it hides it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from sheets_mastery.config import Marking, Meaning
from sheets_mastery.gradebook.codes import word
from sheets_mastery.gradebook.records import BLANK, Flag, Mark, MarkKind, key
from sheets_mastery.reading import Content

#: The number formats of dates and times.
MOMENTS = frozenset({"DATE", "DATE_TIME", "TIME", "DURATION"})
_POINT_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?")
_COMMA_NUMBER = re.compile(r"\d{1,6}(?:,\d{1,6})?")
# fmt: off
_POINT_LANGUAGES = frozenset({
    "am", "bn", "cy", "en", "fil", "ga", "gu", "he", "hi", "iw", "ja", "km", "kn", "ko", "ml", "mn", "mr", "ms", "my",
    "ne", "or", "pa", "si", "sw", "ta", "te", "th", "ur", "zh",
})
# fmt: on
_SPACES = " \t\n\u00a0\u2007\u202f"
_OUT_OF = re.compile(r"\s*/\s*|\s+out\s+of\s+", re.IGNORECASE)
_ATTEMPTS = re.compile(r"\s*(?:->|=>|>|→|⇒|➔|➜)\s*")
#: "Late: 18" and "L 18"; "18 (late)" and "18 L".
_WORD_BEFORE = re.compile(r"([^\W\d_]{1,12})(?:\s*:\s*|\s+)(\S.*)")
_WORD_BEHIND = re.compile(r"(.*\S)\s+\(?([^\W\d_]{1,12})\)?")
_LATE = frozenset({"late", "l"})
#: The first day of Sheets' calendar: a date is the number of days since then.
EPOCH = date(1899, 12, 30)


def decimal_comma(locale: str) -> bool:
    """Whether a document of this locale writes 0,5 for a half (and separates a formula's arguments by semicolons).

    Sheets' locales are "en_US", "de_DE", …, or a bare language. For one that is not known the answer is the comma: then
    a text like 85.5 is asked about instead of believed.
    """
    language, _, country = locale.partition("_")
    if country in {"CH", "LI"}:
        return language == "fr"
    if language in _POINT_LANGUAGES:
        return country == "ZA"
    american_spanish = {"MX", "US", "PR", "PE", "GT", "HN", "NI", "PA", "SV", "DO"}
    return not (language == "es" and country in american_spanish)


def month_first(locale: str) -> bool:
    """Whether a document of this locale takes a typed 7/10 for the tenth of July."""
    return locale in {"en_US", "en", ""}


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkReader:
    """How the mark cells of one gradebook are read."""

    #: What the codes mean, by `key`.
    codes: dict[str, Meaning]
    #: The highest believable share of the maximum.
    highest: Fraction
    #: Whether texts of this document use the decimal comma.
    comma: bool
    #: Whether its dates begin with the month.
    month_first: bool
    #: What letters and steps of a rubric are worth, as shares by `codes.word`.
    worth: Mapping[str, Fraction] = field(default_factory=dict)
    #: Whether the best of several attempts counts, and not the last one.
    best: bool = False
    #: Whether a ticked box is work done and an empty one nothing.
    checkboxes: bool = False
    #: Whether a bare number such as 0 is one of the codes; then no number speaks for itself.
    numeric_codes: bool = False

    @classmethod
    def of(
        cls,
        marking: Marking,
        locale: str,
        codes: Mapping[str, Meaning] | None = None,
        worth: Mapping[str, Fraction] | None = None,
        *,
        best: bool = False,
    ) -> MarkReader:
        """A reader for a document's locale; `codes` (by `key`) instead of those of `marking`."""
        said = {key(code): meaning for code, meaning in marking.codes.meanings.items()} if codes is None else codes
        return cls(
            codes=dict(said),
            highest=Fraction(marking.highest_percent) / 100,
            comma=decimal_comma(locale),
            month_first=month_first(locale),
            worth=worth or {},
            best=best,
            numeric_codes=any(code.replace(".", "").isdecimal() for code in said),
        )

    def together(self, attempts: list[Mark]) -> Mark:
        """The one mark for several attempts at the same work, in their order.

        A score is never hidden by a word in another column. One that cannot be read may be the one that made the work
        good: then nobody judges.
        """
        doubtful = next((mark for mark in attempts if mark.kind is MarkKind.UNREADABLE), None)
        if doubtful is not None:
            return doubtful
        scores = [mark for mark in attempts if mark.kind is MarkKind.SCORE and mark.share is not None]
        if scores:
            return max(scores, key=lambda mark: mark.share or 0) if self.best else scores[-1]
        said = [mark for mark in attempts if mark.kind is not MarkKind.BLANK]
        return said[-1] if said else attempts[0]

    def read(self, content: Content, points: Fraction | None) -> tuple[Mark, tuple[str, str] | None]:
        """The mark in a cell of a column with this maximum, and what is wrong with it (what, remedy) if anything is."""
        if content.error is not None:
            remedy = "mend the formula or type the mark."
            return _unreadable(
                content,
                f"the formula shows {content.failure}, so this mark cannot be read.",
                f"If it stays so, {remedy}" if content.computing else remedy.capitalize(),
            )
        if content.blank:
            return BLANK, None
        value = content.value
        if isinstance(value, bool):
            if self.checkboxes:
                return (Mark(kind=MarkKind.MASTERED, written=content.text) if value else BLANK), None
            return _unreadable(content, "there is a checkbox here, not a mark.", "Type a score or a code.")
        if isinstance(value, Decimal):
            return self._number(content, value, points)
        return self._text(content, content.text, points)

    def _number(self, content: Content, value: Decimal, points: Fraction | None) -> tuple[Mark, tuple[str, str] | None]:
        if content.format in MOMENTS:
            return _unreadable(
                content, self._moment(content, value), "Type the score alone, such as 7, or '7/10 as text."
            )
        if content.format == "PERCENT":
            return self._score(content, Fraction(value))
        if self.numeric_codes and (meaning := self.codes.get(word(f"{value:f}"))):
            return _coded(meaning, content.text), None
        if points is None:
            share = self.worth.get(word(f"{value:f}"))
            if share is not None:
                return self._score(content, share)
            return _unreadable(content, "there is a number here, but no maximum for the column.", _SAY_THE_MAXIMUM)
        return self._score(content, Fraction(value) / points)

    def _moment(self, content: Content, value: Decimal) -> str:
        if content.format in {"TIME", "DURATION"}:
            return "there is a time of day here, not a mark."
        try:
            day = EPOCH + timedelta(days=int(value))
        except OverflowError:
            return "there is a date here, not a mark."
        typed = f"{day.month}/{day.day}" if self.month_first else f"{day.day}/{day.month}"
        return (
            f"there is the date {day.isoformat()} here; Sheets makes a date of a typed {typed}, "
            "and which score was meant cannot be known."
        )

    def _text(self, content: Content, text: str, points: Fraction | None) -> tuple[Mark, tuple[str, str] | None]:
        if meaning := self.codes.get(key(text)):
            return _coded(meaning, content.text), None
        share, flags = self._share(text, points), frozenset[Flag]()
        if share is None:
            share, flags = self._flagged(text, points)
        if share is None and points is None and self._plain(text) is not None:
            return _unreadable(content, "there is a number here, but no maximum for the column.", _SAY_THE_MAXIMUM)
        if share is not None:
            mark, wrong = self._score(content, share)
            return (replace(mark, flags=flags) if flags and not wrong else mark), wrong
        return _unreadable(
            content,
            f"“{_short(content.text)}” is neither a score nor a code that the settings know.",
            "Type a score, or say what it means: on the tab Mastery Settings, or under codes in the settings.",
        )

    def _flagged(self, text: str, points: Fraction | None) -> tuple[Fraction | None, frozenset[Flag]]:
        """A score with a word about it, before or behind."""
        bare = text.strip(_SPACES)
        before, behind = _WORD_BEFORE.fullmatch(bare), _WORD_BEHIND.fullmatch(bare)
        pairs = [(before[1], before[2])] if before else []
        pairs += [(behind[2], behind[1])] if behind else []
        for said, rest in pairs:
            flags = _FLAGS.get(self.codes.get(key(said), Meaning.LATE if key(said) in _LATE else Meaning.NOTHING))
            share = self._share(rest, points) if flags else None
            if share is not None and flags:
                return share, flags
        return None, frozenset()

    def _share(self, text: str, points: Fraction | None) -> Fraction | None:
        """The share that a text says: a letter, a percentage, 17/20, points of the maximum, or attempts of these."""
        bare = text.strip(_SPACES)
        tries = _ATTEMPTS.split(bare)
        if len(tries) > 1:
            shares = [self._one_share(each, points) for each in tries]
            if any(share is None or share > self.highest for share in shares):
                return None
            known = [share for share in shares if share is not None]
            return max(known) if self.best else known[-1]
        return self._one_share(bare, points)

    def _one_share(self, bare: str, points: Fraction | None) -> Fraction | None:
        number = self._plain(bare)
        if number is not None and points is not None:
            return number / points
        worth = self.worth.get(word(bare.replace(",", ".") if self.comma and number is not None else bare))
        if worth is not None:
            return worth
        if bare.endswith("%"):
            number = self._plain(bare[:-1])
            return None if number is None else number / 100
        got, *of = _OUT_OF.split(bare)
        if len(of) == 1:
            above, below = self._plain(got), self._plain(of[0])
            return above / below if above is not None and below else None
        return None

    def _plain(self, text: str) -> Fraction | None:
        """An unsigned number in the document's own writing; None for anything else (1e3, nan, ３ and -1 included)."""
        bare = text.strip(_SPACES)
        if self.comma and _COMMA_NUMBER.fullmatch(bare) and bare.isascii():
            return Fraction(bare.replace(",", "."))
        if _POINT_NUMBER.fullmatch(bare) and bare.isascii() and not (self.comma and "." in bare):
            return Fraction(bare)
        return None

    def _score(self, content: Content, share: Fraction) -> tuple[Mark, tuple[str, str] | None]:
        if share < 0:
            return _unreadable(content, "the score is below zero.", "Type the score that was reached.")
        if share > self.highest:
            return _unreadable(
                content,
                f"the score is more than {float(self.highest) * 100:g} % of the maximum.",
                "Look for a slip of the keys, or correct the maximum.",
            )
        return Mark(kind=MarkKind.SCORE, written=content.text, share=share), None


class Remembered:
    """A reader for the cells of one reading, in which cells alike are one object: each is read once a maximum."""

    def __init__(self, reader: MarkReader) -> None:
        self.reader = reader
        self._known: dict[Fraction | None, dict[int, tuple[Mark, tuple[str, str] | None]]] = {}
        # What is known is known by where a cell is in memory, so it has to stay there.
        self._kept: list[Content] = []

    def known(self, points: Fraction | None) -> dict[int, tuple[Mark, tuple[str, str] | None]]:
        """What has been read with a maximum, by the identity of the cell's content."""
        return self._known.setdefault(points, {})

    def read(self, content: Content, points: Fraction | None) -> tuple[Mark, tuple[str, str] | None]:
        """As `MarkReader.read`."""
        known = self.known(points)
        found = known.get(id(content))
        if found is None:
            found = known[id(content)] = self.reader.read(content, points)
            self._kept.append(content)
        return found

    def kind(self, content: Content, points: Fraction | None) -> MarkKind:
        """What sort of mark is in a cell."""
        return self.read(content, points)[0].kind


_KINDS = {
    Meaning.EXCUSED: MarkKind.EXCUSED,
    Meaning.NOT_ASSIGNED: MarkKind.NOT_ASSIGNED,
    Meaning.NOT_IN: MarkKind.NOT_IN,
    Meaning.CLOSED: MarkKind.NOT_IN,
    Meaning.ABSENT: MarkKind.ABSENT,
    Meaning.EXPECTED: MarkKind.BLANK,
    Meaning.HANDED_IN: MarkKind.PENDING,
    Meaning.LATE: MarkKind.PENDING,
    Meaning.INCOMPLETE: MarkKind.PENDING,
    Meaning.MASTERED: MarkKind.MASTERED,
    Meaning.BELOW: MarkKind.BELOW,
    Meaning.NOTHING: MarkKind.BLANK,
}
#: What is said beside the mark by a word that can stand alone as well.
_FLAGS = {
    Meaning.ABSENT: frozenset({Flag.ABSENT}),
    Meaning.LATE: frozenset({Flag.LATE}),
    Meaning.INCOMPLETE: frozenset({Flag.INCOMPLETE}),
}
_SAY_THE_MAXIMUM = "Add a row of maxima, or say points in the settings."


def _coded(meaning: Meaning, written: str) -> Mark:
    return Mark(kind=_KINDS[meaning], written=written, flags=_FLAGS.get(meaning, frozenset()))


def _unreadable(content: Content, what: str, remedy: str) -> tuple[Mark, tuple[str, str]]:
    return Mark(kind=MarkKind.UNREADABLE, written=content.text), (what, remedy)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else flat[:39] + "…"
