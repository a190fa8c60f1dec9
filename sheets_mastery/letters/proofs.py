"""Made-up letters that together pass through every fork of the templates, so that a mistake shows before any is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import cycle, product

from sheets_mastery.letters.digest import Digest, Group
from sheets_mastery.letters.records import GoodItem, Letter, OpenItem
from sheets_mastery.letters.stopping import Says, StopPage
from sheets_mastery.mastery import Verdict
from sheets_mastery.notices import CONTRACT, MADE_GOOD, MISSING, REMINDER, WEEKLY, WELCOME

_HELP = ("class_time", "video", "practice", "peer_tutoring", "small_group", "one_to_one")


def _letters() -> Iterator[Letter]:
    verdicts = (Verdict.RETAKE, Verdict.NOT_IN)
    # With names and marks, and without: no sentence asks for both.
    for own, (show, named) in product((False, True), ((True, True), (False, False))):
        # Each kind of help is new and known, to be done again and handed in: two by two, as trying all takes its time.
        items = tuple(
            OpenItem(
                title="Unit 4 quiz",
                verdict=verdict,
                needed=Fraction(86) if show else None,
                got=Fraction(72) if show and verdict is Verdict.RETAKE else None,
                help=kind,
                link="https://school.example/help" if new else "",
                due=date(2026, 10, 30),
                new=new,
            )
            for new in (True, False)
            for kind, verdict in zip(_HELP, cycle(verdicts if new else reversed(verdicts)), strict=False)
        )
        good = GoodItem(title="Essay", needed=Fraction(86) if show else None, got=Fraction(91) if show else None)
        usual = Letter(
            kind=MISSING,
            first_name="José" if named else "",
            name="José Peña" if named else "",
            guardian="Rosa Peña" if named else "",
            own=own,
            items=items,
            level=Fraction(86) if show else None,
            school="Lincoln Middle School",
            teacher="Ms. Rivera",
            reply_to="rivera@school.example",
            reference="SM-AAAAAAAAAA",
            show_marks=show,
        )
        yield usual
        yield replace(usual, items=items[:1])
        for some in (items[:1], items[:2]):
            yield replace(usual, kind=REMINDER, items=tuple(replace(each, new=False) for each in some))
        yield replace(usual, kind=WEEKLY, items=items[:2], good=(good,), opt_out="https://school.example/stop?a")
        for some_good, raised in (((good,), False), ((good, good), True), ((), True)):
            yield replace(usual, kind=MADE_GOOD, items=(), good=some_good, raised=raised)
            yield replace(usual, kind=WEEKLY, items=(), good=some_good, raised=raised)
        yield replace(usual, kind=WELCOME, items=(), ladder=_HELP, for_not_in="class_time")
        yield replace(usual, kind=CONTRACT, items=(), ladder=_HELP, for_not_in="class_time")


LETTERS = tuple(_letters())
_GROUP = Group(title="Unit 4 quiz", names=("Ana Diaz", "Bo Kim"))
_DIGEST = Digest(
    gradebook="Algebra I",
    day=date(2026, 10, 30),
    new=(_GROUP,),
    good=(_GROUP,),
    waiting=2,
    to_decide=1,
    stopped=1,
    approved=2,
    skipped=1,
    corrected=1,
    problems=("'Marks'!C4: this is neither a mark nor one of your codes. Type a number.",),
    more_problems=3,
    school="Lincoln Middle School",
    teacher="Ms. Rivera",
    reply_to="rivera@school.example",
    reference="SM-AAAAAAAAAA",
)
DIGESTS = (
    _DIGEST,
    replace(
        _DIGEST, new=(), good=(), waiting=0, to_decide=0, stopped=0, approved=0, skipped=0, corrected=0, more_problems=0
    ),
    replace(_DIGEST, problems=(), more_problems=0),
)
_PAGE = StopPage(says=Says.ASK, school="Lincoln Middle School", gradebook="Algebra I")
PAGES = (
    *(replace(_PAGE, says=says) for says in Says),
    *(replace(_PAGE, kind=kind) for kind in (MISSING, REMINDER, MADE_GOOD, WEEKLY, WELCOME, CONTRACT)),
)
