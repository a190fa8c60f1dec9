"""One letter a school day, whatever clocks do: long days and short ones, a day that is not there, a host that sleeps.

The scheduled job with the real ledger, outbox and maildir; time passes only in its waits. Every day brings two pieces
of missing work, at midnight and at noon: what is found after the day's letter has left goes with the next one's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import drawn
import pytest
from stamped import StampPlace

from sheets_mastery.config import Settings
from sheets_mastery.edits import DropStamp, PutStamp
from sheets_mastery.ledger import Ledger, open_ledger
from sheets_mastery.letters import LetterPress
from sheets_mastery.mail import MaildirMailer
from sheets_mastery.notices import NoticeState
from sheets_mastery.outbox import deliver
from sheets_mastery.plan import decide
from sheets_mastery.reading import Reading, SeenStamp
from sheets_mastery.schedule import keep_running
from sheets_mastery.wiring import packaged

EVERY_DAY = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
CHICAGO, LORD_HOWE, APIA = "America/Chicago", "Australia/Lord_Howe", "Pacific/Apia"


@dataclass(kw_only=True)
class Term:
    """Some days of a school, played."""

    settings: Settings
    folder: Path
    ledger: Ledger
    press: LetterPress
    now: datetime
    end: datetime
    first: datetime
    #: (when, what happens to the clock then), once each.
    jumps: list[tuple[datetime, timedelta]] = field(default_factory=list)
    runs: int = 0
    place: StampPlace = field(default_factory=StampPlace)
    #: How many letters of each delivery, by outcome, all added up.
    counts: Counter[str] = field(default_factory=Counter)

    def wait(self, seconds: float) -> bool:
        self.now += timedelta(seconds=seconds)
        for jump in list(self.jumps):
            if self.now >= jump[0]:
                self.jumps.remove(jump)
                self.now += jump[1]
        return self.now >= self.end

    def read(self, spreadsheet_id: str) -> Reading:
        """Ana owes what has come up so far: two pieces of work a day."""
        assert spreadsheet_id
        halves = int((self.now - self.first) / timedelta(hours=12)) + 1
        titles = [f"Work {number}" for number in range(60)]
        marks = ["40" if number < halves else "" for number in range(60)]
        head = "Student ID | Student | Level | Guardian Email"
        reading = drawn.reading(
            f"Marks:\n{head} | {' | '.join(titles)}\nPoints | | | | {' | '.join(['50'] * 60)}\n"
            f"ana | Ana | 93 | mo@example.org | {' | '.join(marks)}"
        )
        return replace(reading, stamps=self.place.there)

    def stamp(self, spreadsheet_id: str, edits: tuple[PutStamp | DropStamp, ...]) -> tuple[SeenStamp, ...]:
        assert spreadsheet_id
        return self.place.carry_out(edits)

    def work(self, now: datetime) -> None:
        """One turn of the scheduled job."""
        self.runs += 1
        (book,) = self.settings.gradebooks
        past = self.ledger.past(book.name, now.astimezone(self.settings.school.zone).date())
        self.ledger.record(book.name, decide(self.read("x"), past, self.settings, book, now).facts, now=now)
        delivery = deliver(
            self,
            self.ledger,
            MaildirMailer(self.folder / "outbox"),
            self.press,
            self.settings,
            [book],
            clock=lambda: self.now,
            lease_owner="this delivery",
        )
        self.counts += delivery.counts

    def play(self) -> None:
        keep_running(self.work, self.settings, clock=lambda: self.now, wait=self.wait)

    def letters(self) -> list[str]:
        """The school's days on which letters left, by the dates in them."""
        zone = self.settings.school.zone
        found = []
        for path in (self.folder / "outbox" / "new").glob("*"):
            letter = message_from_bytes(path.read_bytes(), policy=default)
            found.append(parsedate_to_datetime(letter["Date"]).astimezone(zone).date().isoformat())
        return sorted(found)


@pytest.fixture(scope="module")
def press() -> LetterPress:
    return LetterPress(packaged("letters"))


@pytest.fixture
def term(tmp_path: Path, press: LetterPress) -> Callable[..., Term]:
    """Makes a term: term(zone, start, end, hours=…, days=…, more letters' settings)."""

    def make(zone: str, start: str, end: str, *, hours: str, days: str = EVERY_DAY, letters: str = "") -> Term:
        settings = drawn.settings(
            "[letters]\nhold_hours = 0\nquiet_hours = 0\nmarking_share = 0\nsecond_look_minutes = 0\n"
            f"per_week = 20\n{letters}\n"
            "[schedule]\nevery_minutes = 60\n[guard]\nletters_share = 1",
            school=f'{days}\nhours = "{hours}"',
        )
        there = settings.school.model_copy(update={"time_zone": zone})
        first, last = (datetime.fromisoformat(each).replace(tzinfo=ZoneInfo(zone)) for each in (start, end))
        return Term(
            settings=settings.model_copy(update={"school": there}),
            folder=tmp_path,
            ledger=open_ledger(f"sqlite:///{tmp_path}/mastery.sqlite", now=first),
            press=press,
            now=first.astimezone(UTC),
            end=last.astimezone(UTC),
            first=first.astimezone(UTC),
        )

    return make


def days(first: str, last: str, *, without: tuple[str, ...] = ()) -> list[str]:
    """The dates from one to another."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    dates = [(start + timedelta(days=number)).isoformat() for number in range((end - start).days + 1)]
    return [each for each in dates if each not in without]


@pytest.mark.parametrize(
    ("zone", "first", "last", "hours", "missing"),
    [
        # 2026-11-01, 01:30 comes twice.
        (CHICAGO, "2026-10-30", "2026-11-03", "01:30-06:00", ()),
        # 2026-03-08, 02:30 does not come.
        (CHICAGO, "2026-03-06", "2026-03-10", "02:30-06:00", ()),
        # Half an hour more, half an hour less.
        (LORD_HOWE, "2026-04-03", "2026-04-07", "01:45-06:00", ()),
        (LORD_HOWE, "2026-10-02", "2026-10-06", "02:15-06:00", ()),
        # A Friday that is not there.
        (APIA, "2011-12-28", "2012-01-02", "07:00-12:00", ("2011-12-30",)),
    ],
    ids=["fall back", "spring forward", "Lord Howe back", "Lord Howe forward", "Apia"],
)
def test_every_day_that_there_is_has_one_letter(
    term: Callable[..., Term], zone: str, first: str, last: str, hours: str, missing: tuple[str, ...]
) -> None:
    played = term(zone, f"{first}T00:00", f"{last}T23:00", hours=hours)
    played.play()
    assert played.letters() == days(first, last, without=missing)
    assert played.counts["sent"] == len(played.letters())


def test_a_day_that_is_not_there_is_no_school_day_and_nobody_works_on_the_saturday_in_its_place(
    term: Callable[..., Term],
) -> None:
    played = term(APIA, "2011-12-29T00:00", "2012-01-03T00:00", hours="07:00-12:00", days="")
    played.play()
    assert played.letters() == ["2011-12-29", "2012-01-02"]
    assert played.runs == 10


def test_a_host_that_sleeps_over_the_weekend_catches_up_once(term: Callable[..., Term]) -> None:
    played = term(CHICAGO, "2026-10-29T00:00", "2026-11-04T00:00", hours="07:00-18:00", days="")
    friday = datetime(2026, 10, 30, 10, 10, tzinfo=ZoneInfo(CHICAGO)).astimezone(UTC)
    monday = datetime(2026, 11, 2, 11, 5, tzinfo=ZoneInfo(CHICAGO)).astimezone(UTC)
    played.jumps.append((friday, monday - friday))
    played.play()
    assert played.letters() == ["2026-10-29", "2026-10-30", "2026-11-02", "2026-11-03"]
    # Thursday from 7 to 17, Friday from 7 to 10, Monday from 11:05 on, Tuesday from 7 to 17.
    assert played.runs == 11 + 4 + 7 + 11


@pytest.mark.parametrize("hour", [8, 12, 17])
def test_a_clock_put_back_two_hours_makes_no_second_letter(term: Callable[..., Term], hour: int) -> None:
    played = term(CHICAGO, "2026-10-27T00:00", "2026-10-30T23:00", hours="07:00-18:00", days="")
    put_back = datetime(2026, 10, 28, hour, 20, tzinfo=ZoneInfo(CHICAGO)).astimezone(UTC)
    played.jumps.append((put_back, timedelta(hours=-2)))
    played.play()
    assert played.letters() == days("2026-10-27", "2026-10-30")


def test_letters_that_slept_past_their_time_are_given_up_in_sight_and_said_by_one_other(
    term: Callable[..., Term],
) -> None:
    played = term(
        CHICAGO, "2026-10-29T00:00", "2026-11-10T23:00", hours="07:00-18:00", days="", letters="expires_after_days = 2"
    )
    thursday = datetime(2026, 10, 29, 12, 50, tzinfo=ZoneInfo(CHICAGO)).astimezone(UTC)
    played.jumps.append((thursday, timedelta(days=11)))
    played.play()
    # What came up at noon on Thursday would have left on Friday, and until Tuesday: it is told on Monday week instead.
    assert (played.counts["expired"], played.letters()) == (1, ["2026-10-29", "2026-11-09", "2026-11-10"])
    expired = played.ledger.in_state(NoticeState.CANCELLED)
    assert [(each.slot.isoformat(), each.reason) for each in expired] == [("2026-10-30", "expired")]
