"""Handing one claimed letter over, with the last look before there is no way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sheets_mastery.errors import (
    CredentialsError,
    MailError,
    MailLater,
    MailNoAddress,
    MailNotAllowed,
    MailNotAsMeant,
    MailUnknown,
    SheetsMasteryError,
)
from sheets_mastery.freshlook import View
from sheets_mastery.notices import Letterbox, Notice, NoticeState, expiry
from sheets_mastery.outbox.counts import NO_ADDRESS, Outcome, said_of_stop
from sheets_mastery.outbox.edges import Mailer, Outbox
from sheets_mastery.outbox.indoubt import LAID, next_try
from sheets_mastery.outbox.mishaps import kind_of, said_of

#: A letter leaves no later after the reading it was written from, or it is written anew: a mark put right two minutes
#: ago is never told.
_FRESH = timedelta(seconds=110)


class _TakenOver(MailLater):
    """Another delivery has taken the letter over. Nothing was taken by the mail service, and nothing is left to do."""


class _Stopped(MailLater):
    """A person has stopped all letters."""


class _Unwanted(MailLater):
    """Its reader has stopped letters of its kind a moment ago, or has turned out to have no address."""


def withdrawn(outbox: Outbox, notice: Notice, why: str, now: datetime) -> Outcome:
    """Withdraw a letter that has not left."""
    moved = outbox.move(notice, NoticeState.CANCELLED, now=now, reason=why)
    return Outcome(word="withdrawn" if moved is not None else "taken by another")


def hand_over(
    claimed: Notice,
    letter: bytes,
    box: Letterbox,
    view: View,
    *,
    outbox: Outbox,
    mailer: Mailer,
    clock: Callable[[], datetime],
    as_draft: bool = False,
) -> Outcome:
    """Hand a letter over and note what became of it; `as_draft` where the mailer lays it into a person's drafts."""
    current = claimed

    def on_draft(draft_id: str) -> None:
        nonlocal current
        noted = outbox.note_draft(current, draft_id, clock())
        if noted is None:
            raise _TakenOver("another delivery has taken this letter over")
        current = noted

    def last_look() -> None:
        ours, why, unwanted = outbox.look(current, clock())
        if why:
            raise _Stopped(said_of_stop(why))
        if not ours:
            raise _TakenOver("another delivery has taken this letter over")
        if unwanted:
            raise _Unwanted(unwanted)
        # The clock is asked last: looking into the ledger may itself have taken any length of time.
        if not view.younger_than(_FRESH, clock()):
            raise MailLater("Handing the letter over took so long that the sheet is read again first.")

    try:
        provider_id = mailer.send(
            letter,
            sender=view.settings.mail.sender,
            recipient=box.address,
            key=claimed.key,
            on_draft=on_draft,
            last_look=last_look,
        )
    except _TakenOver as problem:
        # Where only the lease is over and nobody has taken the letter, it is still ours to give back.
        now = clock()
        back = NoticeState.UNKNOWN if problem.draft_left and current.draft_id else NoticeState.READY
        outbox.move(current, back, now=now, reason=str(problem), not_before=now)
        return Outcome(word="taken by another")
    except MailLater as problem:
        now = clock()
        ours = isinstance(problem, _Stopped | _Unwanted)
        not_before = now if ours else next_try(current, problem, now)
        if problem.draft_left and not current.draft_id:
            # Whether there is a draft cannot be said before its making would be done, if it was done at all.
            not_before = max(not_before, now + mailer.ask_after)
        back = NoticeState.UNKNOWN if problem.draft_left else NoticeState.READY
        moved = outbox.move(current, back, now=now, reason=str(problem), not_before=not_before)
        if isinstance(problem, _Unwanted):
            # Where a draft of it was left behind, it is withdrawn once that is cleared away.
            there = moved if back is NoticeState.READY else None
            return Outcome(word="later") if there is None else withdrawn(outbox, there, str(problem), now)
        if problem.for_all:
            # Whoever asks again too early is told to wait longer (Gmail): no other letter tries before that.
            outbox.postpone(not_before, now)
        word = "stopped" if isinstance(problem, _Stopped) else "later"
        for_all = problem.for_all or isinstance(problem, _Stopped)
        return Outcome(word=word, trouble=str(problem), for_all=for_all)
    except CredentialsError as problem:
        # No fault of this letter, and no other letter will leave either. A draft that was made is still there.
        now = clock()
        if current.draft_id:
            outbox.move(current, NoticeState.UNKNOWN, now=now, reason=str(problem), not_before=now)
        else:
            outbox.move(current, NoticeState.READY, now=now, reason=str(problem))
        raise
    except MailUnknown as problem:
        now = clock()
        asked = now + mailer.ask_after
        outbox.move(current, NoticeState.UNKNOWN, now=now, reason=str(problem), not_before=asked)
        return Outcome(word="not yet known")
    except MailNotAllowed as problem:
        # Trying things out must not use the letters up.
        outbox.move(current, NoticeState.READY, now=clock(), reason=str(problem))
        return Outcome(word="not on mail.only_to")
    except MailNotAsMeant as problem:
        # It was as meant when it was written. Nothing may leave by a way on which letters become other letters.
        outbox.move(current, NoticeState.BLOCKED, now=clock(), reason=str(problem))
        return Outcome(word="blocked", alarm=str(problem).rstrip("."))
    except MailNoAddress as problem:
        found = outbox.turned_away(current, problem.status, reason=str(problem), now=clock())
        if found is None:
            return Outcome(word="taken by another")
        trouble = said_of_stop(found.stopped) if found.stopped else ""
        return Outcome(word=NO_ADDRESS, trouble=trouble, for_all=bool(trouble))
    except MailError as problem:
        outbox.move(current, NoticeState.FAILED, now=clock(), reason=str(problem))
        return Outcome(word="refused")
    except SheetsMasteryError:
        raise
    except Exception as error:  # noqa: BLE001 - one letter must not keep the others from leaving
        # Nobody knows how far it got; the mail service is asked.
        kind, now = kind_of(error, claimed.key), clock()
        asked = now + mailer.ask_after
        outbox.move(current, NoticeState.UNKNOWN, now=now, reason=said_of(kind), not_before=asked)
        trouble = f"{claimed.gradebook}: handing a letter over ended in {said_of(kind)}; the log says where."
        return Outcome(word="not yet known", trouble=trouble, error=kind)
    if as_draft:
        now, letters, school = clock(), view.settings.letters, view.settings.school
        # Its time is not over for the mail, but for whoever has to send it.
        moved = outbox.move(
            current, NoticeState.DRAFTED, now=now, reason=LAID, not_before=now, expires=expiry(now, letters, school)
        )
        return Outcome(word="laid into the drafts" if moved is not None else "taken by another")
    moved = outbox.move(current, NoticeState.SENT, now=clock(), provider_id=provider_id)
    return Outcome(word="sent" if moved is not None else "taken by another")
