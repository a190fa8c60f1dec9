"""When a letter leaves and what it waits for, in the words of the desk, of `status` and of the tab `Mastery Mail`.

Whether a person approves letters first is the mode: `mail.mode` in the settings, or what is usual for a gradebook that
is new. Nothing here looks at the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sheets_mastery.config import MailMode, Settings
from sheets_mastery.newaddresses import asks_for_a_yes
from sheets_mastery.notices import (
    CONTRACT,
    DIGEST,
    MADE_GOOD,
    MISSING,
    REMINDER,
    WEEKLY,
    WELCOME,
    Notice,
    NoticeState,
)

#: Where nobody has chosen, a person approves every letter for so many days after a gradebook's first sync.
REVIEW_DAYS = 14
#: A letter waits because a person has to approve it.
UNAPPROVED = "waits for approval"
#: Why a letter is still in the drafts when a person has had as much time as for any other.
LEFT_LYING = "nobody has sent its draft for days: send it from Gmail, or delete it there"
#: The kinds of letter in words.
KINDS: Mapping[str, str] = {
    MISSING: "newly missing",
    REMINDER: "still missing",
    MADE_GOOD: "made good",
    WEEKLY: "weekly summary",
    WELCOME: "contract welcome",
    CONTRACT: "unsigned contract",
    DIGEST: "teacher's digest",
}
_HELD = "held for a while, so that a mark put right withdraws it"
#: Longer holidays than these are no holidays.
_MOST_DAYS = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Mode:
    """How letters leave that are in order."""

    word: MailMode
    #: The school's day from which on they leave by themselves, where nobody has chosen; None for good.
    until: date | None = None
    #: Whether a person has to approve the first letter to a new address, whatever the word.
    asks: bool = True

    @property
    def reviewed(self) -> bool:
        """Whether a person has to approve a letter."""
        return self.word == "review"

    def __str__(self) -> str:
        if self.word == "send":
            return "send: letters leave by themselves, after their hold"
        if self.word == "drafts":
            return "drafts: letters are laid into your drafts in Gmail, and you send them from there"
        usual = f". From {self.until} on they leave by themselves, unless somebody chooses a mode" if self.until else ""
        return f"review: no letter leaves before a person has approved it{usual}"


def mode_in_force(settings: Settings, first_sync: datetime | None, now: datetime) -> Mode:
    """What is chosen, else review in the first two weeks after the first sync (None: it is yet to come), then send."""
    asks = settings.letters.ask_new_address
    if (chosen := settings.mail_mode) is not None:
        return Mode(word=chosen, asks=asks)
    zone = settings.school.zone
    until = (first_sync or now).astimezone(zone).date() + timedelta(days=REVIEW_DAYS)
    if now.astimezone(zone).date() < until:
        return Mode(word="review", until=until, asks=asks)
    return Mode(word="send", asks=asks)


def unapproved(notice: Notice, mode: Mode) -> bool:
    """Whether a person has to approve a letter and has not: approving is what ends its hold."""
    if not notice.awaits_a_yes or notice.kind == DIGEST:
        return False
    return mode.reviewed or (mode.asks and asks_for_a_yes(notice))


def left_lying(notice: Notice) -> bool:
    """Whether a letter was laid into the drafts so long ago that it may have been forgotten: it says nothing there."""
    return notice.state is NoticeState.DRAFTED and notice.reason == LEFT_LYING


def in_window(settings: Settings, moment: datetime) -> bool:
    """Whether letters leave at this moment of the week."""
    local = moment.astimezone(settings.school.zone)
    window = settings.letters.window or settings.school.hours
    return settings.school.open_on(local.date()) and window.holds(local.time())


def first_moment(settings: Settings, moment: datetime) -> datetime:
    """The first moment from one on in which letters leave, in the school's time."""
    local = moment.astimezone(settings.school.zone)
    if in_window(settings, local):
        return local
    window = settings.letters.window or settings.school.hours
    day = local.date() if local.time() < window.start else local.date() + timedelta(days=1)
    for _ in range(_MOST_DAYS):
        if settings.school.open_on(day):
            break
        day += timedelta(days=1)
    return datetime.combine(day, window.start, tzinfo=settings.school.zone)


def leaves(
    notice: Notice,
    settings: Settings,
    mode: Mode,
    *,
    now: datetime | None = None,
    stopped: bool = False,
    quarantined: bool = False,
) -> str:
    """When a letter leaves, or what it waits for. Without `now` the words stay the same until something happens."""
    zone = settings.school.zone
    match notice.state:
        case NoticeState.HOLD | NoticeState.READY if now is not None and notice.expires <= now:
            return "no longer: its time is over"
        case NoticeState.HOLD | NoticeState.READY if stopped:
            return "when letters are let go again"
        case NoticeState.HOLD | NoticeState.READY if quarantined:
            return "when the quarantine has ended"
        case NoticeState.HOLD | NoticeState.READY if unapproved(notice, mode):
            return f"when it is approved; given up {_said(notice.expires.astimezone(zone))}"
        case NoticeState.HOLD | NoticeState.READY if now is not None and notice.not_before <= now:
            return "at the next delivery"
        case NoticeState.HOLD | NoticeState.READY:
            return f"from {_said(first_moment(settings, notice.not_before))}"
        case NoticeState.UNKNOWN:
            return f"asked about from {_said(notice.not_before.astimezone(zone))}"
        case NoticeState.NEEDS_REVIEW | NoticeState.BLOCKED | NoticeState.FAILED:
            return "when a person has decided"
        case NoticeState.DRAFTED:
            return "when you send it from Gmail"
        case NoticeState.SENDING:
            return "this moment"
        case _:
            return ""


def why(notice: Notice, mode: Mode) -> str:
    """Why a letter is where it is."""
    if unapproved(notice, mode) and not asks_for_a_yes(notice):
        return UNAPPROVED
    return notice.reason or (_HELD if notice.state is NoticeState.HOLD else "")


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
