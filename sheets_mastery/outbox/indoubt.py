"""Letters of which nobody knows whether they left, or lie in the drafts still: whoever may know is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sheets_mastery.envelope import reference
from sheets_mastery.errors import CredentialsError, MailError, MailLater, MailUnknown, SheetsMasteryError
from sheets_mastery.leaving import LEFT_LYING, left_lying
from sheets_mastery.notices import Notice, NoticeState
from sheets_mastery.outbox.counts import Delivery
from sheets_mastery.outbox.edges import Drafts, Mailer, Outbox
from sheets_mastery.outbox.mishaps import kind_of, said_of

#: What is said of a letter that lies in the drafts …
LAID = "its draft lies in Gmail"
#: … and of one whose draft is gone while it is looked for.
_GONE = "its draft is gone; it is looked for among what was sent"
#: So long after it was sent a letter is found by Gmail's search.
_SETTLED = timedelta(minutes=30)
#: Minutes until the next try, by the number of tries so far.
_BACKOFF = (5, 15, 60, 240)


def settle(outbox: Outbox, mailer: Mailer, delivery: Delivery, now: datetime, await_turn: Callable[[], bool]) -> None:
    """Ask the mail service about the letters that may have left, as long as `await_turn` says that there is time."""
    for notice in outbox.unknown(now):
        if not await_turn():
            return
        if delivery.counts["not yet known"]:
            delivery.counts["not yet known"] -= 1
        try:
            provider_id = _asked(notice.key, partial(mailer.recover, notice.key, notice.draft_id))
        except MailUnknown as problem:
            outbox.move(notice, NoticeState.NEEDS_REVIEW, now=now, reason=str(problem))
            delivery.counts["needs review"] += 1
            continue
        except MailLater as problem:
            delivery.trouble(str(problem))
            if now >= notice.expires:
                # It has been silent for days: somebody should know, and look.
                why = "The mail service could not be asked whether it left until its time was over."
                outbox.move(notice, NoticeState.NEEDS_REVIEW, now=now, reason=why)
                delivery.counts["needs review"] += 1
            else:
                later, noted = next_try(notice, problem, now), problem.noted
                outbox.move(notice, NoticeState.UNKNOWN, now=now, reason=str(problem), not_before=later, draft_id=noted)
                delivery.counts["not yet known"] += 1
            continue
        if provider_id is None:
            outbox.move(notice, NoticeState.READY, now=now, reason="interrupted before it left")
        else:
            outbox.move(
                notice, NoticeState.SENT, now=now, provider_id=provider_id, reason="found after an interruption"
            )
            delivery.counts["sent"] += 1


def ask_about_drafts(outbox: Outbox, drafts: Drafts | None, delivery: Delivery, now: datetime) -> None:
    """Ask the mailbox what a person has done with the drafts."""
    for notice in outbox.drafted(now):
        if drafts is None:
            why = "Its draft lies in Gmail, which the settings no longer name: only a person can tell whether it left."
            outbox.move(notice, NoticeState.NEEDS_REVIEW, now=now, reason=why)
            delivery.counts["needs review"] += 1
            continue
        try:
            provider_id = _asked(notice.key, partial(drafts.look, notice.draft_id, reference(notice.key)))
        except (MailLater, CredentialsError) as problem:
            delivery.trouble(str(problem))
            break
        except MailUnknown as problem:
            # What was sent a moment ago may not be found yet.
            if notice.reason != _GONE:
                later = now + _SETTLED
                outbox.move(notice, NoticeState.DRAFTED, now=now, reason=_GONE, not_before=later)
            else:
                outbox.move(notice, NoticeState.NEEDS_REVIEW, now=now, reason=str(problem))
                delivery.counts["needs review"] += 1
            continue
        if provider_id is not None:
            outbox.move(
                notice, NoticeState.SENT, now=now, provider_id=provider_id, reason="sent from Gmail by a person"
            )
            delivery.counts["sent from the drafts"] += 1
        elif notice.reason == _GONE:
            outbox.move(notice, NoticeState.DRAFTED, now=now, reason=LAID, not_before=now)
        elif now >= notice.expires and not left_lying(notice):
            # It counts as told, so that it must not lie there unseen.
            outbox.move(notice, NoticeState.DRAFTED, now=now, reason=LEFT_LYING, not_before=now)
            delivery.counts["left in the drafts"] += 1


def _asked(key: str, ask: Callable[[], str | None]) -> str | None:
    """What the mail service answers about a letter; an error in the program is as good as no answer: MailLater."""
    try:
        return ask()
    except SheetsMasteryError:
        raise
    except Exception as error:  # noqa: BLE001 - one letter must not keep the others from being asked about
        raise MailLater(f"Asking what became of a letter ended in {said_of(kind_of(error, key))}.") from None


def next_try(notice: Notice, problem: MailError, now: datetime) -> datetime:
    """When something that did not work is tried again: later each time, and not before the mail service wants it."""
    wait = timedelta(minutes=_BACKOFF[min(max(notice.attempt, 1), len(_BACKOFF)) - 1])
    asked = problem.not_before if isinstance(problem, MailLater) else None
    return max(now + wait, asked or now)
