"""The tables of the ledger.

The migrations make them; a test holds that the migrations and this page say the same. Students and work are known by
their keys, guardians and signers by a keyed digest: no name, no address and no letter is ever in here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from sheets_mastery.afterwards import Bounce
from sheets_mastery.mastery import Verdict
from sheets_mastery.notices import NoticeState
from sheets_mastery.remediation import AttemptKind, Closed
from sheets_mastery.stamps import Suspicion

#: The migration that makes exactly these tables.
SCHEMA = "r0008"


class Moment(TypeDecorator[datetime]):
    """A moment: kept in UTC, given back aware. SQLite has no zones, so they are taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To UTC. A time without a zone is a mistake of the program: ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone came to the ledger: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Fraction]):
    """An exact number, kept as text: "43/50"."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, _dialect: Dialect) -> str | None:
        """To text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Fraction | None:
        """From text."""
        return None if value is None else _fraction(value)


@lru_cache(maxsize=4096)
def _fraction(text: str) -> Fraction:
    """A ledger holds the same few shares hundreds of thousands of times, and to parse one takes long."""
    return Fraction(text)


def _words(of: type[StrEnum]) -> Enum:
    """A column of the school's words, kept as they are written."""
    return Enum(of, native_enum=False, length=32, values_callable=lambda members: [each.value for each in members])


#: A running number. SQLite counts only in a column that is called INTEGER.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

#: This installation: one row. `send_seq` counts letters that left; a spreadsheet whose stamp has a higher number tells
#: that the ledger was restored from an old copy.
install = Table(
    "install",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("send_seq", BigInteger, nullable=False),
    Column("created", Moment, nullable=False),
    #: Why no letter may leave, in a person's words; "" where letters leave.
    Column("stopped", String, nullable=False, server_default=""),
    CheckConstraint("one = 1", name="one"),
)

#: A gradebook that was recorded at least once. Every recording begins by writing its row, and so waits for its turn.
gradebook_state = Table(
    "gradebook_state",
    metadata,
    Column("gradebook", String, primary_key=True),
    #: The fingerprint of the last reading.
    Column("reading", String, nullable=False),
    Column("recorded", Moment, nullable=False),
    #: The layout of the last reading, as `shape.Shape` in JSON; null before it was kept.
    Column("shape", JSON(none_as_null=True)),
    #: Of which kind each mark of the last reading was, as `quiet.MarksSeen` in JSON; null before it was kept.
    Column("marks", JSON(none_as_null=True)),
)


def _gradebook() -> Column[str]:
    return Column("gradebook", String, ForeignKey("gradebook_state.gradebook"), nullable=False)


#: The choices of a document's tab Mastery Settings that are in force. A gradebook need not have been recorded yet: who
#: sets one up may choose before its first sync.
choice = Table(
    "choice",
    metadata,
    Column("gradebook", String, primary_key=True),
    #: The setting's id, such as "marking.grace_days".
    Column("setting", String, primary_key=True),
    #: The label of its row.
    Column("label", String, nullable=False),
    #: The value as text.
    Column("text", String, nullable=False),
    Column("since", Moment, nullable=False),
)

#: The students of a gradebook, those of the last reading (`gone` is null) and those before.
student_seen = Table(
    "student_seen",
    metadata,
    Column("gradebook", String, ForeignKey("gradebook_state.gradebook"), primary_key=True),
    Column("student", String, primary_key=True),
    #: Digests of who it is, the name's own among them.
    Column("name", String, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("gone", Moment),
)

#: The verdict of each piece of work as of the last recording.
verdict = Table(
    "verdict",
    metadata,
    Column("gradebook", String, ForeignKey("gradebook_state.gradebook"), primary_key=True),
    Column("student", String, primary_key=True),
    Column("assignment", String, primary_key=True),
    Column("verdict", _words(Verdict), nullable=False),
    Column("since", Moment, nullable=False),
)

#: Every change of a verdict; rows are only ever added.
verdict_change = Table(
    "verdict_change",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    _gradebook(),
    Column("student", String, nullable=False),
    Column("assignment", String, nullable=False),
    Column("before", _words(Verdict)),
    Column("after", _words(Verdict)),
    Column("at", Moment, nullable=False),
    Index(None, "gradebook", "student", "assignment"),
)

#: Every attempt; rows are only ever added, and the last one of a piece of work counts.
attempt = Table(
    "attempt",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    _gradebook(),
    Column("student", String, nullable=False),
    Column("assignment", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", _words(AttemptKind), nullable=False),
    Column("share", Exact, nullable=False),
    #: The school's day.
    Column("seen_on", Date, nullable=False),
    Index(None, "gradebook", "student", "assignment"),
)

#: Every change of a contract; rows are only ever added, and a student's last one is in force.
contract = Table(
    "contract",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    _gradebook(),
    Column("student", String, nullable=False),
    #: The pass mark in percent, null for no contract.
    Column("level", Exact),
    #: A digest of who signed, "" where the sheet does not say.
    Column("signed_by", String, nullable=False),
    Column("since", Date),
    Column("at", Moment, nullable=False),
    Index(None, "gradebook", "student"),
)

#: Episodes of owed work.
episode = Table(
    "episode",
    metadata,
    Column("gradebook", String, ForeignKey("gradebook_state.gradebook"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("student", String, nullable=False),
    Column("assignment", String, nullable=False),
    Column("opened", Date, nullable=False),
    Column("help", String, nullable=False),
    Column("due", Date, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("closed", Date),
    Column("why", _words(Closed)),
    #: When a sync first saw it as it is; null for what was recorded before this was kept.
    Column("seen", Moment),
)
Index(
    "uq_episode_open",
    episode.c.gradebook,
    episode.c.student,
    episode.c.assignment,
    unique=True,
    sqlite_where=episode.c.closed.is_(None),
    postgresql_where=episode.c.closed.is_(None),
)

#: The marks that were changed of late, with when a sync saw it; what is older than a day is taken away.
mark_edit = Table(
    "mark_edit",
    metadata,
    Column("gradebook", String, ForeignKey("gradebook_state.gradebook"), primary_key=True),
    Column("student", String, primary_key=True),
    Column("assignment", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

#: The guardians' addresses, by digest, that stand or stood beside each student.
guardian_address = Table(
    "guardian_address",
    metadata,
    Column("gradebook", String, ForeignKey("gradebook_state.gradebook"), primary_key=True),
    Column("student", String, primary_key=True),
    #: The person's digest, as in `notice`.
    Column("guardian", String, primary_key=True),
    #: When it came; null where it was there when the student was first seen.
    Column("since", Moment),
    #: Whether it may be written to without asking.
    Column("trusted", Boolean, nullable=False),
    #: When it was first missed; null while it is there.
    Column("gone", Moment),
)

#: Letters owed.
notice = Table(
    "notice",
    metadata,
    Column("key", String, primary_key=True),
    _gradebook(),
    Column("student", String, nullable=False),
    Column("guardian", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("slot", Date, nullable=False),
    Column("state", _words(NoticeState), nullable=False),
    Column("version", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    #: Who holds it while SENDING, under which number, and until when.
    Column("lease_owner", String, nullable=False),
    Column("lease_no", Integer, nullable=False),
    Column("lease_until", Moment),
    Column("draft_id", String, nullable=False),
    Column("provider_id", String, nullable=False),
    #: The fingerprint of the reading that last decided about it.
    Column("snapshot", String, nullable=False),
    #: A keyed digest of what was sent, or was about to be.
    Column("content_hash", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    #: What it is about besides the episodes in it, such as a level.
    Column("about", String, nullable=False, server_default=""),
    #: When a person let it leave as it is; null where nobody has.
    Column("approved", Moment),
    UniqueConstraint("gradebook", "student", "guardian", "kind", "slot"),
    Index(None, "state", "not_before"),
)

#: What a letter announces. Each episode is said once to each guardian; a withdrawn letter's items no longer count,
#: so that what it would have said can be said by another.
notice_item = Table(
    "notice_item",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("notice", String, ForeignKey("notice.key"), nullable=False, index=True),
    Column("gradebook", String, nullable=False),
    Column("episode", String, nullable=False),
    Column("guardian", String, nullable=False),
    #: 0 for the announcement, then 1, 2, … for reminders; -1 where it is told that it has been made good.
    Column("reminder_no", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    ForeignKeyConstraint(["gradebook", "episode"], ["episode.gradebook", "episode.id"]),
)
Index(
    "uq_notice_item_said",
    notice_item.c.gradebook,
    notice_item.c.episode,
    notice_item.c.guardian,
    notice_item.c.reminder_no,
    unique=True,
    sqlite_where=notice_item.c.withdrawn == false(),
    postgresql_where=notice_item.c.withdrawn == false(),
)

#: Who has stopped letters of a kind by the link in them; taking a row away lets them be written again.
opt_out = Table(
    "opt_out",
    metadata,
    Column("gradebook", String, primary_key=True),
    #: The person's digest, as in `notice`.
    Column("guardian", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

#: Every stamp that was put, or was about to be put, into a spreadsheet; rows are only ever added.
stamp = Table(
    "stamp",
    metadata,
    Column("spreadsheet", String, primary_key=True),
    #: The random word in it.
    Column("word", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

#: The spreadsheets about which no letter leaves until a person has said something.
quarantine = Table(
    "quarantine",
    metadata,
    Column("spreadsheet", String, primary_key=True),
    Column("why", _words(Suspicion), nullable=False),
    Column("since", Moment, nullable=False),
    #: How many letters had left by what stood in the sheet.
    Column("send_seq", BigInteger, nullable=False),
)

#: Every mail that said that a letter came back; rows are only ever added, and each mail counts once a letter.
bounce = Table(
    "bounce",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("letter", String, ForeignKey("notice.key"), nullable=False),
    #: The person's digest, as in `notice`.
    Column("guardian", String, nullable=False, index=True),
    Column("bounce", _words(Bounce), nullable=False),
    #: RFC 3463's code, "" for none.
    Column("status", String, nullable=False),
    #: The mail's name: a digest.
    Column("mail", String, nullable=False),
    #: When it was read.
    Column("at", Moment, nullable=False),
    UniqueConstraint("letter", "mail"),
)

#: Who is not written to because letters came back. A person lifts it, and the row stays.
suppressed = Table(
    "suppressed",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    #: The person's digest, as in `notice`; another address is another person.
    Column("guardian", String, nullable=False),
    #: Where it was learnt. It holds for every gradebook: an address that is none is none everywhere.
    Column("gradebook", String, nullable=False),
    Column("letter", String, ForeignKey("notice.key"), nullable=False),
    Column("since", Moment, nullable=False),
    Column("status", String, nullable=False),
    Column("why", String, nullable=False),
    #: Null while it holds.
    Column("lifted", Moment),
)
Index(
    "uq_suppressed_holding",
    suppressed.c.guardian,
    unique=True,
    sqlite_where=suppressed.c.lifted.is_(None),
    postgresql_where=suppressed.c.lifted.is_(None),
)

#: Letters of which a sync found that what they said was put right after they had left; rows are only ever added.
correction = Table(
    "correction",
    metadata,
    Column("letter", String, ForeignKey("notice.key"), primary_key=True),
    Column("episode", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

#: How far each place was read from which letters come back.
bookmark = Table(
    "bookmark",
    metadata,
    #: Names the place.
    Column("source", String, primary_key=True),
    #: In the place's own words.
    Column("mark", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Who did what to a letter, and when; rows are only ever added. Where a person has stopped a kind of letter, or wants
#: it again, `key` is the person's digest.
audit = Table(
    "audit",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    Column("what", String, nullable=False),
    Column("key", String, nullable=False, index=True),
    Column("detail", String, nullable=False),
)

#: Runs of the program; one that never finished has no `finished`.
run = Table(
    "run",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    #: "" for a command that is about no single gradebook.
    Column("gradebook", String, nullable=False, index=True),
    Column("command", String, nullable=False),
    Column("started", Moment, nullable=False),
    Column("finished", Moment),
    Column("outcome", String, nullable=False),
    #: The plan's.
    Column("fingerprint", String, nullable=False),
    #: HTTP requests.
    Column("requests", Integer, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("why", String, nullable=False),
)


def of_gradebook(column: ColumnElement[str], gradebook: str | None) -> ColumnElement[bool]:
    """That a row is about this gradebook; None is any."""
    return true() if gradebook is None else column == gradebook


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say ON CONFLICT: both databases can, in the same words, but the library keeps two of them."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
