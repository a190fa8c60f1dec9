"""Letters and a teacher who is still typing: what waits, what it says meanwhile, and that it leaves in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import drawn
import pytest
from stamped import StampPlace

from sheets_mastery import desk
from sheets_mastery.edits import DropStamp, PutStamp
from sheets_mastery.ledger import open_ledger
from sheets_mastery.letters import LetterPress
from sheets_mastery.mail import MaildirMailer
from sheets_mastery.notices import Decision, NoticeState
from sheets_mastery.outbox import deliver
from sheets_mastery.plan import decide
from sheets_mastery.reading import Reading, SeenStamp
from sheets_mastery.wiring import packaged

if TYPE_CHECKING:
    from tests.work.conftest import Class

QUIET = "quiet_hours = 2\nmarking_share = 0.2\nsecond_look_minutes = 10"
OFF = "quiet_hours = 0\nmarking_share = 0\nsecond_look_minutes = 0"


@pytest.fixture
def quiet(open_class: Callable[..., Class]) -> Class:
    """The class on a Friday at noon, with quiet hours and the second look as they usually are, and no hold."""
    algebra = open_class()
    algebra.change(OFF, QUIET)
    algebra.at("2026-10-30T12:00")
    algebra.sync()
    return algebra


def waiting(algebra: Class) -> list[tuple[str, str, str]]:
    """The letters that have not left: state, why, and when they leave."""
    found = desk.listed(algebra.service, None, names=False)
    return sorted((each.state, each.why, each.leaves) for each in found)


def approve_all(algebra: Class) -> None:
    letters = desk.listed(algebra.service, None, names=False)
    desk.decide(algebra.service, Decision.APPROVE, [each.key for each in letters])


# What is read once is not told


def test_no_letter_rests_on_one_look_at_the_sheet_whoever_has_approved_it(quiet: Class) -> None:
    approve_all(quiet)
    said = "first seen at 12:00; a second look follows at 12:10"
    assert (quiet.deliver(), waiting(quiet)) == ({"second look": 3}, [("ready", said, "from 2026-10-30 12:10")] * 3)
    quiet.at("2026-10-30T12:09")
    assert quiet.deliver() == {}
    quiet.at("2026-10-30T12:10")
    assert quiet.deliver() == {"sent": 3}


def test_a_mark_that_an_approved_letter_speaks_of_and_no_sync_has_seen_is_looked_at_twice(quiet: Class) -> None:
    quiet.at("2026-10-30T14:00")
    approve_all(quiet)
    quiet.type("I5", "41")
    assert quiet.deliver() == {"sent": 2, "second look": 1}
    quiet.at("2026-10-30T14:10")
    quiet.sync()
    assert quiet.deliver() == {"second look": 1}
    quiet.at("2026-10-30T14:20")
    assert quiet.deliver() == {"sent": 1}
    assert b"82%" in quiet.letters()["Ben"].replace(b"=\n", b"").replace(b"\xc2\xa0", b"")


def test_a_level_that_an_approved_letter_speaks_of_is_looked_at_twice(quiet: Class) -> None:
    quiet.at("2026-10-30T14:00")
    approve_all(quiet)
    quiet.type("C5", "93")  # Ben's
    assert quiet.deliver() == {"sent": 2, "changed since the last sync": 1}
    quiet.sync()
    assert quiet.deliver() == {"second look": 1}
    quiet.at("2026-10-30T14:10")
    assert quiet.deliver() == {"sent": 1}
    assert b"93%" in quiet.letters()["Ben"].replace(b"=\n", b"").replace(b"\xc2\xa0", b"")


# Where somebody types, nothing leaves


def test_a_level_that_was_typed_over_is_held_until_a_sync_has_seen_it_and_for_two_hours_more(quiet: Class) -> None:
    quiet.at("2026-10-30T14:05")
    quiet.type("C5", "93")
    assert quiet.deliver() == {"sent": 2, "changed since the last sync": 1}
    quiet.sync()
    assert quiet.deliver() == {"the level was changed": 1}
    assert ("hold", "the level was changed at 14:05; waits until 16:05", "from 2026-10-30 16:05") in waiting(quiet)
    # It was a slip, and is put right: that is a change as well.
    quiet.at("2026-10-30T15:00")
    quiet.type("C5", "86")
    quiet.sync()
    quiet.at("2026-10-30T16:59")
    assert quiet.deliver() == {"the level was changed": 1}
    quiet.at("2026-10-30T17:00")
    assert quiet.deliver() == {"sent": 1}
    assert b"93%" not in quiet.letters()["Ben"].replace(b"=\n", b"").replace(b"\xc2\xa0", b"")


def test_a_mark_that_no_sync_has_seen_keeps_its_row_and_its_column_here(quiet: Class) -> None:
    quiet.at("2026-10-30T14:05")
    quiet.type("I5", "41")  # Ben's essay; Ana's letter speaks of the essay, too, and Cho's of the quiz alone
    assert quiet.deliver() == {"sent": 1, "marks were changed": 2}
    assert sorted(quiet.letters()) == ["Cho"]
    column = "a column that it speaks of is being marked (1 of 4 marks changed), last at 14:05; waits until 16:05"
    row = "marks in this row were changed at 14:05; waits until 16:05"
    assert waiting(quiet) == [("hold", why, "from 2026-10-30 16:05") for why in (column, row)]
    # A sync that sees it at a later moment counts from there.
    quiet.at("2026-10-30T14:30")
    quiet.sync()
    assert quiet.deliver() == {}
    quiet.at("2026-10-30T16:05")
    assert quiet.deliver() == {"marks were changed": 2}
    assert {leaves for _, _, leaves in waiting(quiet)} == {"from 2026-10-30 16:30"}
    quiet.at("2026-10-30T16:30")
    assert quiet.deliver() == {"sent": 2}


def test_what_is_written_otherwise_and_means_the_same_is_no_edit(quiet: Class) -> None:
    quiet.at("2026-10-30T14:05")
    quiet.type("I4", "41.250")
    quiet.type("H5", " m ")
    quiet.school.spreadsheet.worksheet("Marks").format("H4:I7", {"textFormat": {"bold": True}})
    assert quiet.deliver() == {"sent": 3}


def test_a_mark_that_cannot_be_read_for_a_while_is_no_edit(quiet: Class) -> None:
    quiet.at("2026-10-30T14:05")
    quiet.type("I4", "=NA()")
    quiet.sync()
    assert quiet.deliver() == {"sent": 2, "unreadable": 1}
    quiet.type("I4", "41.25")
    quiet.sync()
    assert quiet.deliver() == {"sent": 1}


def test_a_code_that_is_typed_or_taken_away_is_an_edit(quiet: Class) -> None:
    quiet.at("2026-10-30T14:00")
    quiet.type("I7", "")  # what was a code is a blank: nobody's letter is about Dee, but the essay is being marked
    quiet.sync()
    assert (quiet.deliver(), sorted(quiet.letters())) == ({"sent": 1, "marks were changed": 2}, ["Cho"])


def test_who_approves_a_letter_ends_its_quiet_hours(quiet: Class) -> None:
    quiet.at("2026-10-30T14:00")
    quiet.type("I6", "10")
    quiet.sync()
    approve_all(quiet)
    assert quiet.deliver() == {"sent": 2, "second look": 1}
    quiet.at("2026-10-30T14:10")
    assert quiet.deliver() == {"sent": 1}


def test_more_that_joins_an_approved_letter_has_to_wait_like_any_other(open_class: Callable[..., Class]) -> None:
    algebra = open_class()
    algebra.change(OFF, QUIET)
    algebra.at("2026-10-30T18:30")
    algebra.sync()
    approve_all(algebra)
    algebra.at("2026-11-02T07:00")
    algebra.type("I6", "10")
    algebra.sync()
    assert algebra.deliver() == {"sent": 2, "marks were changed": 1}
    assert sorted(algebra.letters()) == ["Ana", "Ben"]
    assert waiting(algebra) == [
        ("hold", "marks in this row were changed at 07:00; waits until 09:00", "from 2026-11-02 09:00")
    ]


def test_work_that_joins_a_letter_has_a_hold_of_its_own(open_class: Callable[..., Class]) -> None:
    algebra = open_class()
    algebra.change("hold_hours = 0", "hold_hours = 18")
    algebra.at("2026-11-02T08:00")
    algebra.sync()
    algebra.at("2026-11-02T16:00")
    algebra.type("I6", "10")
    algebra.sync()
    algebra.at("2026-11-03T08:00")
    assert algebra.deliver() == {"sent": 2, "still held": 1}
    assert waiting(algebra) == [("hold", "first seen at 2026-11-02 16:00; waits until 10:00", "from 2026-11-03 10:00")]
    algebra.at("2026-11-03T10:00")
    assert algebra.deliver() == {"sent": 1}


def test_a_person_who_may_no_longer_be_written_to_is_not_though_somebody_has_approved_it(quiet: Class) -> None:
    quiet.at("2026-10-30T14:00")
    approve_all(quiet)
    quiet.type("F5", "no")
    assert quiet.deliver() == {"withdrawn": 1, "sent": 2}
    assert sorted(quiet.letters()) == ["Ana", "Cho"]


def test_a_letter_that_never_comes_to_rest_is_given_up_in_sight_and_decided_anew(quiet: Class) -> None:
    quiet.at("2026-11-06T11:30")
    quiet.type("I4", "42")
    assert quiet.deliver() == {"sent": 1, "marks were changed": 2}
    quiet.at("2026-11-06T13:30")
    assert quiet.deliver() == {"expired": 2}
    assert quiet.states() == {NoticeState.SENT: 1, NoticeState.CANCELLED: 2}
    quiet.sync()
    assert quiet.states() == {NoticeState.SENT: 1, NoticeState.CANCELLED: 2, NoticeState.HOLD: 2}


# A fortnight of a teacher who never stops


CHICAGO = ZoneInfo("America/Chicago")
STUDENTS, DAYS = 12, 10
#: Below the bar of 86 % each day; the mark of student 3 is a slip, put right an hour and a half later.
LOW, SLIP = (0, 3, 5, 8), 3


@dataclass
class Fortnight:
    """A class that is marked every afternoon, in one new column a day; and one column is never left alone by day."""

    folder: Path
    press: LetterPress
    now: datetime = datetime(2026, 10, 5, 7, tzinfo=CHICAGO)
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    #: When each mark was typed, all its times.
    typed: dict[tuple[int, int], list[datetime]] = field(default_factory=dict)
    #: (student, column, when the letter left) for everything that letters have announced.
    told: set[tuple[int, int, datetime]] = field(default_factory=set)
    place: StampPlace = field(default_factory=StampPlace)

    def days(self) -> Iterator[datetime]:
        """The mornings of the school days."""
        for number in range(14):
            morning = datetime(2026, 10, 5, 7, tzinfo=CHICAGO) + timedelta(days=number)
            if morning.weekday() < 5:
                yield morning

    def read(self, spreadsheet_id: str) -> Reading:
        assert spreadsheet_id
        columns = range(DAYS + 1)
        rows = [
            f"s{student:02} | Student {student:02} | 86 | g{student:02}@example.org | "
            + " | ".join(self.marks.get((student, column), "") for column in columns)
            for student in range(STUDENTS)
        ]
        titles = " | ".join(f"Work {column:02}" for column in columns)
        reading = drawn.reading(
            f"Marks:\nStudent ID | Student | Level | Guardian Email | {titles}\n"
            f"Points | | | | {' | '.join(['50'] * len(columns))}\n" + "\n".join(rows)
        )
        return replace(reading, stamps=self.place.there)

    def stamp(self, spreadsheet_id: str, edits: tuple[PutStamp | DropStamp, ...]) -> tuple[SeenStamp, ...]:
        assert spreadsheet_id
        return self.place.carry_out(edits)

    def put(self, student: int, column: int, mark: str) -> None:
        self.marks[student, column] = mark
        self.typed.setdefault((student, column), []).append(self.now)

    def teacher(self, day: int) -> None:
        """What is typed in this half hour: today's work in the afternoon, yesterday's anew from eight to ten."""
        half_hours = (self.now.hour * 60 + self.now.minute - 13 * 60) // 30
        if 0 <= half_hours < STUDENTS // 2:
            for student in (2 * half_hours, 2 * half_hours + 1):
                self.put(student, day + 1, "40" if student in LOW else "45")
        if half_hours == 4:
            self.put(SLIP, day + 1, "47")
        if 8 <= self.now.hour < 10 and day:
            self.put(6 + self.now.minute // 30, day, f"4{4 + self.now.hour % 4}")
        if 8 <= self.now.hour < 18:
            # The last students' marks of the first work are changed and changed again; the others' stay as they are.
            self.put(STUDENTS - 1 - self.now.hour % 4, 0, f"4{4 + self.now.minute // 10 % 6}")

    def play(self) -> None:
        settings = drawn.settings(
            "[letters]\nper_day = 5\nper_week = 20\n[guard]\nletters_share = 1\nverdicts_share = 1"
        )
        (book,) = settings.gradebooks
        mailer = MaildirMailer(self.folder / "outbox")
        works: dict[str, tuple[str, str]] = {}
        with open_ledger(f"sqlite:///{self.folder}/mastery.sqlite", now=self.now) as ledger:
            for student in range(STUDENTS):
                self.put(student, 0, "41" if student == 0 else "45")
            for day, morning in enumerate(self.days()):
                for turn in range(22):
                    self.now = morning + timedelta(minutes=30 * turn)
                    if day < DAYS - 1:
                        self.teacher(day)
                    past = ledger.past(book.name, self.now.date())
                    ledger.record(book.name, decide(self.read("x"), past, settings, book, self.now).facts, now=self.now)
                    works |= {each.id: each.work for each in past.episodes.values()}
                    deliver(
                        self,
                        ledger,
                        mailer,
                        self.press,
                        settings,
                        [book],
                        clock=lambda: self.now,
                        lease_owner="this delivery",
                    )
                    for letter in ledger.in_state(NoticeState.SENT):
                        for name, title in (works[each] for each in letter.episodes if each in works):
                            self.tell(int(name[1:]), int(title[-2:]))

    def tell(self, student: int, column: int) -> None:
        if (student, column) not in {(each[0], each[1]) for each in self.told}:
            self.told.add((student, column, self.now))


def test_a_fortnight_of_marking_every_afternoon_delays_no_letter_by_more_than_a_school_day(tmp_path: Path) -> None:
    played = Fortnight(folder=tmp_path, press=LetterPress(packaged("letters")))
    played.play()

    mornings = list(played.days())
    left = {(student, column): at for student, column, at in played.told}
    owed = {(student, column) for column in range(1, DAYS) for student in LOW if student != SLIP} | {(0, 0)}
    assert set(left) == owed
    for (student, column), at in left.items():
        day = max(column - 1, 0)
        assert at.date() in {mornings[day].date(), mornings[day + 1].date()}
        # Two hours before it left nobody had typed in its row or its column.
        others = [
            moment
            for (row, other), moments in played.typed.items()
            for moment in moments
            if (row == student or other == column) and moment <= at
        ]
        assert at - max(others) >= timedelta(hours=2)
    texts = [message_from_bytes(path.read_bytes(), policy=default) for path in (tmp_path / "outbox" / "new").iterdir()]
    assert [each for each in texts if "s03" in str(each) or "Student 03" in str(each)] == []
