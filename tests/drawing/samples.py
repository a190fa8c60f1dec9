"""One letter of each kind, as a family could get it: for looking at."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from sheets_mastery.letters import Digest, GoodItem, Group, Letter, OpenItem
from sheets_mastery.mastery import Verdict

LANGUAGES = ("en", "es", "fr", "vi", "zh", "ar")
_DUE = date(2026, 11, 6)
_HELP = ("video", "practice", "peer_tutoring", "small_group", "one_to_one")


def _item(title: str, help_kind: str, *, got: str | None, new: bool, link: str = "") -> OpenItem:
    return OpenItem(
        title=title,
        verdict=Verdict.NOT_IN if got is None else Verdict.RETAKE,
        needed=Fraction(86),
        got=None if got is None else Fraction(got),
        help=help_kind,
        link=link,
        due=_DUE,
        new=new,
    )


QUIZ = _item("Unit 4 quiz: ratios", "video", got="72.5", new=True, link="https://school.example/ratios")
HOMEWORK = _item("Homework 11", "class_time", got=None, new=True)
PROJECT = _item("Project 2: scale drawing", "small_group", got="85.99", new=False)
DONE = GoodItem(title="Essay: my town", needed=Fraction(86), got=Fraction(91))


def letter(kind: str) -> Letter | Digest:
    """A letter of a kind."""
    if kind == "digest":
        return Digest(
            gradebook="Algebra I (period 3)",
            day=date(2026, 10, 30),
            new=(
                Group(title="Unit 4 quiz: ratios", names=("Peña, José Luis", "Nguyễn, Thị Minh")),
                Group(title="Homework 11", names=("Peña, José Luis",)),
            ),
            good=(Group(title="Essay: my town", names=("Haddad, Layla",)),),
            waiting=12,
            to_decide=2,
            stopped=1,
            approved=4,
            skipped=1,
            corrected=1,
            problems=("Marks!H7: this is neither a score nor one of your codes. Type a number or a code.",),
            more_problems=3,
            school="Lincoln Middle School",
            teacher="Ms. Rivera",
            reply_to="rivera@lincoln.example.edu",
            reference="SM-VOV2XK5LVO",
        )
    contract = kind in {"welcome", "contract"}
    return Letter(
        kind=kind,
        first_name="José",
        name="Peña, José Luis",
        guardian="Rosa Peña",
        own=False,
        items={
            "missing": (QUIZ, HOMEWORK, PROJECT),
            "reminder": (PROJECT,),
            "weekly": (QUIZ, PROJECT),
        }.get(kind, ()),
        good=(DONE,) if kind in {"made_good", "weekly"} else (),
        raised=kind == "made_good",
        ladder=_HELP if contract else (),
        for_not_in="class_time" if contract else "",
        level=Fraction(86),
        school="Lincoln Middle School",
        teacher="Ms. Rivera",
        reply_to="rivera@lincoln.example.edu",
        reference="SM-VOV2XK5LVO",
        show_marks=True,
        opt_out="https://letters.lincoln.example.edu/stop?t=1.WyJhYiJd.c2lnbmVk",
    )
