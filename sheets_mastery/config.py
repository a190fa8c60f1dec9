"""The settings of a school: TOML text to `Settings`, or one sentence that names the key.

Every key is explained in `config/mastery.example.toml`, which the tests load. Secrets are never in the file:
`secret` reads them from the environment or from the file that a `*_FILE` variable names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from sheets_mastery.errors import SettingsError

_SPREADSHEET_URL = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]+)")
_SPREADSHEET_ID = re.compile(r"[A-Za-z0-9_-]{5,}")
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
#: The systems whose codes are known; `presets` says what they mean.
SYSTEMS = (
    "Canvas",
    "Infinite Campus",
    "PowerTeacher",
    "Schoology",
    "Skyward",
    "Aeries",
    "Jupiter",
    "Forestville",
    "Evidence-based",
    "Mastery Connect",
    "Homework words",
    "OneRoster",
    "Ed-Fi",
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def spreadsheet_id(text: str) -> str:
    if "/d/e/" in text:
        raise ValueError("is the address of a published copy; give the address in the browser while you edit the sheet")
    if found := _SPREADSHEET_URL.search(text):
        return found[1]
    if _SPREADSHEET_ID.fullmatch(text):
        return text
    raise ValueError("is neither the address of a Google Sheet nor its id")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'"{name}" is no time zone; write it like "America/Chicago"') from None
    return name


def _window(value: Any) -> Any:
    if isinstance(value, Window):
        return value
    found = _WINDOW.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError('is no span of the day; write it like "07:30-18:00"')
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if start >= end:
        raise ValueError("ends before it starts")
    return Window(start=start, end=end)


def _exact(value: Any) -> Any:
    """TOML numbers are read as `Decimal` already; whole numbers and quoted numbers are taken as well."""
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic turns a ValueError into a sentence
    return value


def _percent(value: Decimal) -> Decimal:
    """0.86 is a slip for 86: taken as it stands it would let nearly everything pass."""
    if value <= 1:
        raise ValueError(f"is in percent; write 86 for 86 %, not {value:f}")
    return value


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"'()\[\]\\]+\.[A-Za-z0-9-]+", text):
        raise ValueError("is not one bare e-mail address")
    return text


def _system(name: str) -> str:
    """A system's name as it is written here, whatever its capitals."""
    if not name:
        return ""
    found = next((each for each in SYSTEMS if each.casefold() == name.casefold().strip()), None)
    if found is None:
        raise ValueError(f'"{name}" is no system whose codes are known; there are {", ".join(SYSTEMS)}')
    return found


def _clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError('is no time of the day; write it like "15:00"')
    return time(int(found[1]), int(found[2]))


#: The names of this machine.
_HERE = {"127.0.0.1", "localhost", "::1"}


def _https(url: str) -> str:
    try:
        parts = urlsplit(url)
        fine = parts.scheme == "https" and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        fine = False
    if url and not (fine and re.fullmatch(r"[!-~]{1,200}", url)):
        raise ValueError('must be an https address without a "?", such as "https://letters.school.example/stop"')
    return url


def _watcher(url: str) -> str:
    try:
        parts = urlsplit(url)
        here = parts.scheme == "http" and parts.hostname in _HERE
        fine = (parts.scheme == "https" or here) and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        fine = False
    if url and not (fine and not parts.fragment and re.fullmatch(r"[!-~]{1,300}", url)):
        raise ValueError('must be an https address, such as "https://hc-ping.com/your-uuid", or one of this machine')
    return url


def _loopback(url: str) -> str:
    try:
        parts = urlsplit(url)
        here = parts.scheme == "http" and parts.hostname in _HERE and parts.port != 0
    except ValueError:
        here = False
    if not here:
        raise ValueError('must be an http address of this machine, such as "http://127.0.0.1:8787"')
    return url.rstrip("/")


# Numbers, dates and switches are taken as they are written: `true` is no 1, and 20261126 is no day.
Percent = Annotated[Decimal, BeforeValidator(_exact), AfterValidator(_percent), Field(gt=0, le=100, decimal_places=4)]
Share = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=1)]
Points = Annotated[Decimal, BeforeValidator(_exact), Field(gt=0)]
Worth = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=150)]
Address = Annotated[str, AfterValidator(_address)]
Text = Annotated[str, AfterValidator(_said)]
Whole = Annotated[int, Field(strict=True)]
Switch = Annotated[bool, Field(strict=True)]
Day = Annotated[date, Field(strict=True)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Annotated[time, BeforeValidator(_clock_time)]
LetterKind = Literal["missing", "reminder", "made_good", "weekly", "welcome", "contract", "digest"]
MailMode = Literal["review", "send", "drafts"]


class _Section(BaseModel):
    """A table of the file: unknown keys are refused, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


_Part = TypeVar("_Part", bound=_Section)


class Window(_Section):
    """A span of the day in the school's time zone."""

    #: First minute inside.
    start: time
    #: First minute after it.
    end: time

    def holds(self, moment: time) -> bool:
        """Whether a time of the day lies inside."""
        return self.start <= moment < self.end


DayWindow = Annotated[Window, BeforeValidator(_window)]


class School(_Section):
    """Who writes, and when the school is awake."""

    #: The school's name, for the letters.
    name: Text
    #: The teacher's name as families know it.
    teacher: Text
    #: Where answers go.
    reply_to: Address
    #: The IANA time zone in which days begin and end.
    time_zone: Annotated[str, AfterValidator(_zone)]
    #: Days on which there is school.
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri")
    #: Days without school.
    holidays: tuple[Day, ...] = ()
    #: The hours in which the scheduled job works.
    hours: DayWindow = Window(start=time(7), end=time(18))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def open_on(self, day: date) -> bool:
        """Whether there is school on a day."""
        return _WEEKDAYS[day.weekday()] in self.days and day not in self.holidays


class Tier(_Section):
    """One level that a family can sign a contract for."""

    #: What the level is called.
    name: Text
    #: The pass mark in percent: work below it is not accepted.
    pass_mark: Percent
    #: Other pass marks for some kinds of assignment, such as {"quiz": 80}.
    by_kind: dict[str, Percent] = {}

    def pass_mark_for(self, kind: str) -> Decimal:
        """The pass mark in percent for a kind of assignment, without regard to case."""
        return next((mark for name, mark in self.by_kind.items() if name.casefold() == kind.casefold()), self.pass_mark)


class Meaning(StrEnum):
    """What a code says that a teacher types instead of a score; the values are the words for it in settings.

    No code means the same in every school (`M` is missing in one and mastery in another), so each gradebook says.
    """

    #: Need not be done.
    EXCUSED = "excused"
    #: Was never asked of this student.
    NOT_ASSIGNED = "not assigned"
    #: Not handed in.
    NOT_IN = "not in"
    #: Not handed in, and no longer taken without a talk: still missing.
    CLOSED = "not in, closed"
    #: The student was away.
    ABSENT = "absent"
    #: Not handed in yet, and still taken: like a blank.
    EXPECTED = "still to come"
    #: Handed in, not marked yet.
    HANDED_IN = "handed in"
    #: Handed in late, not marked yet.
    LATE = "late"
    #: Handed in, but not whole: to be finished.
    INCOMPLETE = "incomplete"
    #: Marked, without a number: at the level.
    MASTERED = "mastered"
    #: Marked, without a number: below the level.
    BELOW = "below level"
    #: No mark at all, like a blank.
    NOTHING = "nothing"


class Codes(_Section):
    """What every teacher of the school types instead of a score. Compared without regard to case.

    Only words that mean the same everywhere stand here by themselves; `M`, `INC`, `-` and the like are told by each
    gradebook under `codes` or `codes_as_in`.
    """

    excused: tuple[Text, ...] = ("EX", "EXC", "Excused", "Exempt")
    not_in: tuple[Text, ...] = ("Missing", "Not in", "Not handed in", "Not turned in")
    absent: tuple[Text, ...] = ("Absent",)
    pending: tuple[Text, ...] = ("Pending", "Submitted", "Turned in", "Handed in", "Not graded yet", "Ungraded")
    #: Codes with any other meaning, such as {"INC": "incomplete"}.
    other: dict[Text, Meaning] = {}

    @model_validator(mode="after")
    def _each_code_once(self) -> Self:
        seen: dict[str, str] = {}
        for meaning in ("excused", "not_in", "absent", "pending"):
            for code in getattr(self, meaning):
                other = seen.setdefault(code.strip().casefold(), meaning)
                if other != meaning:
                    raise ValueError(f'the code "{code}" is listed under {other} and under {meaning}')
        for code in self.other:
            listed = seen.setdefault(code.strip().casefold(), "other")
            if listed != "other":
                raise ValueError(f'the code "{code}" is listed under {listed} and under other')
        return self

    @property
    def meanings(self) -> dict[str, Meaning]:
        """What each code means, by the code as it is written here."""
        pairs = (
            (self.excused, Meaning.EXCUSED),
            (self.not_in, Meaning.NOT_IN),
            (self.absent, Meaning.ABSENT),
            (self.pending, Meaning.HANDED_IN),
        )
        return {code: meaning for codes, meaning in pairs for code in codes} | self.other


class Marking(_Section):
    """How a mark is judged."""

    #: "none": 85.99 is below 86. "whole": percentages are rounded half up to whole percent first.
    rounding: Literal["none", "whole"] = "none"
    #: School days after the due date before a blank counts as not handed in.
    grace_days: Annotated[Whole, Field(ge=0, le=60)] = 1
    #: Days after the due date before "absent" counts as not handed in.
    absent_grace_days: Annotated[Whole, Field(ge=0, le=120)] = 7
    #: A column counts as graded once this share of a section has an entry (or by its own graded date).
    graded_share: Share = Decimal("0.5")
    #: A score above this share of the maximum, in percent, is reported instead of believed.
    highest_percent: Annotated[Decimal, BeforeValidator(_exact), Field(ge=100, le=150)] = Decimal(150)
    codes: Codes = Codes()


class Letters(_Section):
    """What is written home."""

    #: The kinds of letter that are written at all.
    kinds: tuple[LetterKind, ...] = ("missing", "reminder", "made_good", "weekly")
    #: How often a guardian hears where the roster does not say: "each" time, or one letter a week with everything.
    frequency: Literal["each", "weekly"] = "each"
    #: Days without a letter about open work before it is spoken of again.
    reminder_after_days: Annotated[Whole, Field(ge=1, le=120)] = 14
    #: How many times a piece of work is spoken of again.
    reminders_most: Annotated[Whole, Field(ge=0, le=10)] = 3
    #: The day of the week on which the weekly letters leave.
    weekly_on: Weekday = "fri"
    #: The most letters a day about one student to one person.
    per_day: Annotated[Whole, Field(ge=1, le=5)] = 1
    #: The most letters in seven days about one student to one person.
    per_week: Annotated[Whole, Field(ge=1, le=20)] = 2
    #: When the teacher's digest of a school day leaves, at the earliest.
    digest_at: TimeOfDay = time(15)
    #: The https address at which a family can stop letters; "" for none.
    opt_out_url: Annotated[str, AfterValidator(_https)] = ""
    #: The number of the key that signs the links to it; a higher one makes new links.
    opt_out_key: Annotated[Whole, Field(ge=1, le=9999)] = 1
    #: The lowest number of a key whose links still work.
    opt_out_oldest_key: Annotated[Whole, Field(ge=1, le=9999)] = 1

    #: Hours that a letter waits before it may leave, so that a mark put right withdraws it.
    hold_hours: Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=720)] = Decimal(18)
    #: Hours for which nobody may have changed a mark in the student's row, or in a column that the letter speaks of.
    quiet_hours: Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=24)] = Decimal(2)
    #: No letter speaks of a column of which at least this share was changed within two hours; 0 does without.
    marking_share: Share = Decimal("0.2")
    #: Minutes between the sync that first saw what a letter says and the reading from which it leaves.
    second_look_minutes: Annotated[Whole, Field(ge=0, le=240)] = 10
    #: Hours for which a guardian's address is left alone that was not there before.
    new_address_hours: Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=720)] = Decimal(24)
    #: Whether a person has to approve the first letter to such an address.
    ask_new_address: Switch = True
    #: The hours of a school day in which letters leave; by default the school's hours.
    window: DayWindow | None = None
    #: School days after which a letter that could not leave is given up, visibly.
    expires_after_days: Annotated[Whole, Field(ge=1, le=60)] = 5
    #: Whether students get a letter of their own, at the address in their roster column.
    to_students: Switch = False
    #: Whether percentages stand in the body. They never stand in the subject.
    show_marks: Switch = True
    #: The language where the roster names none.
    language: Text = "en"
    #: Whether nobody is written to at all, until this is taken back.
    stop: Switch = False
    #: The older way to say `mail.mode = "review"`; `Settings.mail_mode` reads both.
    approval: Switch = False
    #: A folder with templates and catalogues of your own; anything not there is taken from the program.
    folder: str = ""

    @model_validator(mode="after")
    def _new_links_work(self) -> Self:
        if self.opt_out_oldest_key > self.opt_out_key:
            raise ValueError(
                f"opt_out_oldest_key is {self.opt_out_oldest_key}, but new links are signed by opt_out_key "
                f"{self.opt_out_key}: they would not work"
            )
        return self


class Help(_Section):
    """One rung of the remediation ladder."""

    help: Literal["class_time", "video", "practice", "peer_tutoring", "small_group", "one_to_one"]
    #: School days until the work is expected again.
    within_days: Annotated[Whole, Field(ge=1, le=60)] = 5
    #: Where the help is to be found, when the `Remediation` tab has no link for the assignment.
    link: str = ""


class RemediationSettings(_Section):
    """Which help comes next."""

    #: From the lightest help to the closest; each attempt below level goes one rung up.
    ladder: Annotated[tuple[Help, ...], Field(min_length=1)] = (
        Help(help="video", within_days=5),
        Help(help="practice", within_days=5),
        Help(help="peer_tutoring", within_days=5),
        Help(help="small_group", within_days=7),
        Help(help="one_to_one", within_days=7),
    )
    #: A gap of this many percentage points below the level skips one rung.
    skip_rung_at_gap: Annotated[Decimal, BeforeValidator(_exact), Field(gt=0)] = Decimal(20)
    #: What is offered for work that was not handed in at all.
    not_in: Help = Help(help="class_time", within_days=5)


class Guard(_Section):
    """What is too much change to happen without a person."""

    #: Letters to more than this share of the students …
    letters_share: Share = Decimal("0.3")
    #: … and to more than this many students.
    letters_least: Annotated[Whole, Field(ge=0)] = 5
    #: More than this share of the verdicts changed since the last sync.
    verdicts_share: Share = Decimal("0.5")
    #: More than this share of the students gone since the last sync.
    students_share: Share = Decimal("0.2")
    #: More than this share of the students with another name or other guardians since the last sync.
    names_share: Share = Decimal("0.1")
    #: A tab or an assignment that has gone or bears another name, and marks that stand where others stood.
    layout: Switch = True


class Labels(_Section):
    """The words in the header row by which columns and rows are found. Compared without regard to case and spaces."""

    id: Annotated[tuple[Text, ...], Field(min_length=1)] = (
        "Student ID",
        "ID",
        "Student Number",
        "Student Num",
        "SIS User ID",
    )
    name: tuple[Text, ...] = ("Student", "Student Name", "Name")
    section: tuple[Text, ...] = ("Section", "Period", "Class")
    level: tuple[Text, ...] = ("Level", "Contract", "Contract Level", "Tier")
    signed_by: tuple[Text, ...] = ("Signed By", "Contract Signed By")
    signed_on: tuple[Text, ...] = ("Signed On", "Contract From", "Contract Date")
    student_email: tuple[Text, ...] = ("Student Email", "Student E-mail")
    guardian_name: tuple[Text, ...] = ("Guardian", "Guardian Name", "Parent", "Parent Name")
    guardian_email: tuple[Text, ...] = ("Guardian Email", "Guardian E-mail", "Parent Email", "Parent E-mail")
    language: tuple[Text, ...] = ("Language", "Guardian Language", "Home Language")
    may_write: tuple[Text, ...] = (
        "May Be Written To",
        "Guardian May Be Written To",
        "May Write",
        "Guardian May Write",
        "OK To E-mail",
        "OK To Contact",
        "May Contact",
    )
    frequency: tuple[Text, ...] = ("How Often", "Guardian How Often", "Letter Frequency")
    points: tuple[Text, ...] = ("Points", "Points Possible", "Out Of", "Maximum", "Max")
    due: tuple[Text, ...] = ("Due", "Due Date")
    graded: tuple[Text, ...] = ("Graded", "Graded On")
    kind: tuple[Text, ...] = ("Kind", "Category", "Type")
    #: Columns of the marks tab that are no assignments.
    ignore: tuple[Text, ...] = ("Average", "Total", "Sum", "Grade", "Notes", "Comments", "Count")


class AssignmentSettings(_Section):
    """What the sheet does not say about one assignment. A row of the sheet that says it wins."""

    points: Points | None = None
    due: Day | None = None
    graded: Day | None = None
    kind: str = ""


class GradebookSettings(_Section):
    """One gradebook."""

    #: A short name for this gradebook, used on the command line and in the ledger: do not change it later.
    name: Annotated[str, Field(pattern=r"^[\w][\w .()&+-]{0,59}$")]
    #: The address of the Google Sheet, or its id.
    spreadsheet: Annotated[str, AfterValidator(spreadsheet_id)]
    #: The tab with the marks. Left out: a tab called "Marks", else the tab or tabs that look like it.
    marks_tab: str = ""
    #: The tabs with marks where there are several, one for each class period; instead of `marks_tab`.
    marks_tabs: tuple[Text, ...] = ()
    #: The tab with levels and guardians. Left out: a tab called "Roster" where there is one, else the marks tab.
    roster_tab: str = ""
    #: The tab with one link a row: assignment, kind of help, link.
    remediation_tab: str = "Remediation"
    #: A column of the marks tab that you have set aside for the titles of a student's missing work.
    flag_column: str = ""
    #: The maximum of an assignment that has none in the sheet.
    points: Points | None = None
    #: What a number among the marks is: points of a maximum, a percentage, or a step of a rubric from 0 to 4; "letters"
    #: takes A+ to F as well. "" is points, and asks where no maximum is to be found.
    scale: Literal["", "points", "percent", "rubric", "letters"] = ""
    #: What letters or steps of a rubric are worth, in percent; a word here is a mark whatever `scale` says.
    worth: dict[str, Worth] = {}
    #: Which of several attempts at one assignment counts.
    attempts: Literal["last", "best"] = "last"
    #: What a column of checkboxes is: marks, where a tick is work done, or none. "" asks.
    checkboxes: Literal["", "marks", "ignore"] = ""
    #: The system whose codes this gradebook uses, one of `SYSTEMS`.
    codes_as_in: Annotated[str, AfterValidator(_system)] = ""
    #: What this gradebook's own codes mean; it wins over `codes_as_in` and over `marking.codes`.
    codes: dict[str, Meaning] = {}
    #: Whether the document gets the tab Mastery Settings, on which a teacher overrides what this file says.
    settings_tab: Switch = True
    #: Whether the document gets the tab Mastery Mail, on which a teacher approves letters and sees what was sent.
    mail_tab: Switch = True
    labels: Labels = Labels()
    assignments: dict[str, AssignmentSettings] = {}

    @model_validator(mode="after")
    def _tabs_are_the_teachers(self) -> Self:
        if self.marks_tab and self.marks_tabs:
            raise ValueError("marks_tab and marks_tabs are both set; keep one of them")
        named = [(key, getattr(self, key)) for key in ("marks_tab", "roster_tab", "remediation_tab")]
        for key, title in (*named, *(("marks_tabs", title) for title in self.marks_tabs)):
            if re.match(r"mastery\b", title, re.IGNORECASE):
                raise ValueError(f'{key} is "{title}", but tabs called Mastery… belong to this program')
        return self


class Google(_Section):
    """How Google is reached."""

    #: "service_account", "oauth" (your own account), or "local" (the local Google, no account).
    credentials: Literal["service_account", "oauth", "local"]
    #: The key file of the service account, or the client file of the OAuth app.
    file: str = ""
    #: Where the OAuth token is kept.
    token_file: str = "google-token.json"  # noqa: S105 - a file's name, no secret
    #: The account whose Gmail a service account writes from (domain-wide delegation).
    subject: Address | None = None
    #: Where the local Google listens.
    endpoint: Annotated[str, AfterValidator(_loopback)] | None = None
    #: Seconds to wait for an answer.
    timeout_seconds: Annotated[Whole, Field(ge=1, le=600)] = 180
    #: Whether this machine's clock is held against Google's at each delivery. None: unless Google is the local one.
    check_clock: Switch | None = None

    @property
    def checks_clock(self) -> bool:
        """Whether letters wait while this machine's clock is not Google's."""
        return self.credentials != "local" if self.check_clock is None else self.check_clock

    @model_validator(mode="after")
    def _what_each_kind_needs(self) -> Self:
        if self.credentials == "local" and self.endpoint is None:
            raise ValueError('needs endpoint, such as "http://127.0.0.1:8787", when credentials is "local"')
        if self.credentials != "local" and self.endpoint is not None:
            raise ValueError('endpoint goes with credentials = "local" only')
        if self.credentials != "local" and not self.file:
            raise ValueError(f'needs file, the downloaded JSON file, when credentials is "{self.credentials}"')
        return self


class _MailServer(_Section):
    """A mail server, and how it is spoken to."""

    host: Text
    #: "starttls" and "tls" refuse to go on without encryption; "none" is for this machine only.
    security: Literal["starttls", "tls", "none"]

    @model_validator(mode="after")
    def _plain_text_stays_at_home(self) -> Self:
        if self.security == "none" and self.host not in {"127.0.0.1", "localhost", "::1"}:
            raise ValueError('security "none" is for a mail server on this machine only')
        return self


class Smtp(_MailServer):
    """The school's mail server."""

    port: Annotated[Whole, Field(gt=0, lt=65536)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    #: The account; its password is in SHEETS_MASTERY_SMTP_PASSWORD (or …_FILE).
    user: str = ""


def _imap_folder(name: str) -> str:
    if not re.fullmatch(r"[ -~]{1,200}", name):
        raise ValueError("must be written as the mail server writes it, with plain letters only")
    return name


class Imap(_MailServer):
    """A mailbox on a mail server."""

    port: Annotated[Whole, Field(gt=0, lt=65536)] = 993
    security: Literal["starttls", "tls", "none"] = "tls"
    #: The account; its password is in SHEETS_MASTERY_IMAP_PASSWORD (or …_FILE).
    user: Text
    #: The folder in the mailbox.
    folder: Annotated[Text, AfterValidator(_imap_folder)] = "INBOX"


class Bounces(_Section):
    """Where letters that have come back are read."""

    #: "gmail", "imap" or "folder"; "" reads nothing.
    read_from: Literal["", "gmail", "imap", "folder"] = ""
    #: The folder for "folder": a file a mail, or a maildir.
    folder: str = "bounces"
    imap: Imap | None = None

    @model_validator(mode="after")
    def _imap_needs_a_server(self) -> Self:
        if self.read_from == "imap" and self.imap is None:
            raise ValueError('needs the table [mail.bounces.imap] when read_from is "imap"')
        return self


class Mail(_Section):
    """How letters leave, and where they come back to."""

    transport: Literal["maildir", "smtp", "gmail"] = "maildir"
    #: "review": a person approves each letter. "send": letters leave by themselves after their hold. "drafts": they are
    #: laid into Gmail's drafts. None: review in the first two weeks of a gradebook, then send.
    mode: MailMode | None = None
    #: The address that letters come from.
    sender: Address
    #: The folder for transport "maildir".
    folder: str = "outbox"
    #: What a sign-in, or a service account, asks Gmail's permission for; what is granted decides how letters leave.
    gmail_scopes: tuple[Literal["gmail.compose", "gmail.send", "gmail.metadata", "gmail.readonly"], ...] = (
        "gmail.compose",
    )
    smtp: Smtp | None = None
    bounces: Bounces = Bounces()
    #: When set, nobody else is ever written to: for trying things out. An address or "@domain" each.
    only_to: tuple[Text, ...] = ()
    #: At most so many letters in any 24 hours, those of all gradebooks together; see `most_a_day`.
    daily_most: Annotated[Whole, Field(ge=1)] | None = None
    #: At most so many letters in any minute; by Gmail its own quota counts as well.
    minute_most: Annotated[Whole, Field(ge=1)] | None = None

    @property
    def most_a_day(self) -> int | None:
        """The most letters in any 24 hours; None for as many as there are.

        By Gmail four fifths of what a private account may send (500; https://support.google.com/mail/answer/22839):
        nobody can ask Google which kind an account is, and the teacher writes letters of his own from it.
        """
        return self.daily_most or (400 if self.transport == "gmail" else None)

    @model_validator(mode="after")
    def _gmail_has_to_send(self) -> Self:
        if not {"gmail.compose", "gmail.send"} & set(self.gmail_scopes):
            raise ValueError('gmail_scopes needs "gmail.compose" or "gmail.send", or no letter leaves')
        return self

    @model_validator(mode="after")
    def _smtp_needs_a_server(self) -> Self:
        if self.transport == "smtp" and self.smtp is None:
            raise ValueError('needs the table [mail.smtp] when transport is "smtp"')
        return self

    @model_validator(mode="after")
    def _drafts_are_gmails(self) -> Self:
        if self.mode == "drafts" and self.transport != "gmail":
            raise ValueError(
                f'mode = "drafts" lays letters into Gmail\'s drafts, so it goes with transport = "gmail" only, not '
                f'with "{self.transport}"; say mode = "review" or "send"'
            )
        return self


class Ledger(_Section):
    """Where the record of what has happened is kept."""

    #: A SQLAlchemy address: "sqlite:///mastery.sqlite" or "postgresql+psycopg://…". SHEETS_MASTERY_LEDGER_URL wins.
    url: Text = "sqlite:///mastery.sqlite"


class Schedule(_Section):
    """The scheduled job."""

    #: Minutes between two syncs inside the school's hours.
    every_minutes: Annotated[Whole, Field(ge=1, le=1440)] = 30
    #: Where a watcher outside is told after each run; "" for nowhere.
    heartbeat_url: Annotated[str, AfterValidator(_watcher)] = ""


class Settings(_Section):
    """The whole file."""

    school: School
    google: Google
    mail: Mail
    ledger: Ledger = Ledger()
    schedule: Schedule = Schedule()
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)] = (
        Tier(name="76", pass_mark=Decimal(76)),
        Tier(name="86", pass_mark=Decimal(86)),
        Tier(name="93", pass_mark=Decimal(93)),
    )
    marking: Marking = Marking()
    letters: Letters = Letters()
    remediation: RemediationSettings = RemediationSettings()
    guard: Guard = Guard()
    gradebooks: Annotated[tuple[GradebookSettings, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _no_two_alike(self) -> Self:
        for key, values in (
            ("tiers: two levels have the pass mark", [f"{tier.pass_mark.normalize():f}" for tier in self.tiers]),
            ("tiers: two levels are called", [tier.name.casefold() for tier in self.tiers]),
            ("gradebooks: two gradebooks are called", [each.name.casefold() for each in self.gradebooks]),
        ):
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                raise ValueError(f"{key} {twice}")
        spreadsheets = [each.spreadsheet for each in self.gradebooks]
        for each in self.gradebooks:
            if spreadsheets.count(each.spreadsheet) > 1:
                # They would write over each other's Mastery tab at every sync.
                raise ValueError(
                    f'gradebooks: "{each.name}" is in the same spreadsheet as another gradebook; a spreadsheet has one '
                    "Mastery tab, so put the periods on one marks tab or into documents of their own"
                )
        return self

    @property
    def mail_mode(self) -> MailMode | None:
        """What is chosen about how letters leave. `letters.approval = true`, of earlier versions, means "review"."""
        return self.mail.mode or ("review" if self.letters.approval else None)

    @model_validator(mode="after")
    def _one_mode(self) -> Self:
        if self.letters.approval and self.mail.mode not in {None, "review"}:
            raise ValueError(
                f'letters.approval: is the older way to say mail.mode = "review", but mail.mode is "{self.mail.mode}"; '
                "keep mail.mode"
            )
        return self

    def gradebook(self, name: str) -> GradebookSettings:
        """The gradebook with a name; SettingsError where there is none."""
        for each in self.gradebooks:
            if each.name.casefold() == name.casefold():
                return each
        known = ", ".join(f'"{each.name}"' for each in self.gradebooks)
        raise SettingsError(f'gradebooks: there is none called "{name}"; the file has {known}.')


def parse(text: str, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from TOML text.

    The variable SHEETS_MASTERY_LEDGER_URL in `environment` replaces `ledger.url`, because that address can hold a
    password.
    Raises SettingsError with one line for each key that cannot be used.
    """
    try:
        tree = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(f"The settings are not valid TOML: {problem}.") from None
    url = (environment or {}).get("SHEETS_MASTERY_LEDGER_URL")
    if url:
        ledger = tree.setdefault("ledger", {})
        if isinstance(ledger, dict):
            ledger["url"] = url
    try:
        return Settings.model_validate(tree)
    except ValidationError as problem:
        raise SettingsError("\n".join(dict.fromkeys(map(_sentence, complaints(problem))))) from None


def part(model: type[_Part], table: Mapping[str, Any]) -> _Part:
    """Read one table of the settings by itself, such as a `GradebookSettings`; SettingsError as for the whole file."""
    try:
        return model.model_validate(table)
    except ValidationError as problem:
        raise SettingsError("\n".join(dict.fromkeys(map(_sentence, complaints(problem))))) from None


def secret(name: str, environment: Mapping[str, str], read: Callable[[str], str]) -> str | None:
    """The secret SHEETS_MASTERY_<name>, or what the file that SHEETS_MASTERY_<name>_FILE names holds; None for neither.

    `read` opens a file by its path. Raises SettingsError where both are set, and where the file is empty or unreadable.
    """
    variable = f"SHEETS_MASTERY_{name}"
    value, path = environment.get(variable), environment.get(f"{variable}_FILE")
    if value and path:
        raise SettingsError(f"{variable} and {variable}_FILE are both set; keep one of them.")
    if not path:
        return value or None
    try:
        kept = read(path).strip()
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no text"
        raise SettingsError(f"{variable}_FILE names {path}, which cannot be read: {why}.") from None
    if not kept:
        raise SettingsError(f"{variable}_FILE names {path}, which is empty.")
    return kept


def _causes(errors: Iterable[Any]) -> list[Any]:
    """The complaints without their consequences: a list whose only entry is wrong is not empty because of that."""
    listed = list(errors)
    return [
        each
        for each in listed
        if each["type"] != "too_short"
        or not any(other["loc"][: len(each["loc"])] == each["loc"] for other in listed if other is not each)
    ]


def complaints(problem: ValidationError) -> tuple[tuple[str, str], ...]:
    """What is wrong with some settings, said to the person who made them: (key or "", what without a full stop)."""
    return tuple(map(_complaint, _causes(problem.errors())))


def _sentence(complaint: tuple[str, str]) -> str:
    key, what = complaint
    return f"{key}: {what}." if key else f"{what}."


def _complaint(error: Any) -> tuple[str, str]:
    key = ""
    for part in error["loc"]:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        elif part not in {"function-before", "function-after"}:
            key += f".{part}" if key else str(part)
    kind, given = error["type"], error.get("input")
    context = error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            what = "there is no such key; see config/mastery.example.toml for those there are"
        case "missing":
            what = "is needed but not there"
        case "value_error":
            what = str(context.get("error", error["msg"]))
        case "literal_error" | "enum":
            what = f"must be {context['expected']}, not {given!r}"
        case "too_short":
            what = "must not be empty"
        case "model_type" | "dict_type":
            what = "must be a table"
        case "tuple_type":
            what = "must be a list in square brackets"
        case "string_type":
            what = "must be text in quotes"
        case "bool_type":
            what = "must be true or false"
        case "int_type":
            what = "must be a whole number"
        case "decimal_type" | "decimal_parsing" | "finite_number":
            what = "must be a number"
        case "date_type":
            what = "must be a date such as 2026-09-18, without quotes"
        case "string_pattern_mismatch":
            what = "may hold letters, digits, spaces and .()&+- and no more than 60 of them"
        case _:
            said = error["msg"].replace("Input should", "must", 1)
            shown = f"; it is {given}" if isinstance(given, int | float | Decimal | str) else ""
            what = f"{said}{shown}"
    return key, what
