"""Who may tick on the tab `Mastery Mail`, where the settings name them: the whole tab is protected for everybody else.

The whole tab and not the boxes alone: whoever could write a reference, a label or a row of their own beside the boxes
could let a letter leave without touching any. And a tick counts only while the protection stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from sheets_mastery.a1 import Range
from sheets_mastery.edits import Edit, Protect, Unprotect
from sheets_mastery.gradebook import Place, Problem
from sheets_mastery.mailtab.ticks import MAIL_ID
from sheets_mastery.reading import Protection, Tab

#: The protection is ours when its description begins like this; Google shows it beside the tab.
_OURS = "Sheets Mastery: who may let letters leave"


def described(approvers: Sequence[str], spreadsheet: str) -> str:
    """The description of the protection that lets these people tick in this document, and nobody else.

    It changes with them, and in a copy of the document, where Google lets nobody tick but whoever made the copy. What
    Google makes of the list itself (it adds the document's owner and the account that asks, and may know somebody under
    another address) is not compared: who may change it is among those who may tick.
    """
    said = "\n".join((spreadsheet, *sorted({each.casefold() for each in approvers})))
    return f"{_OURS} ({hashlib.sha256(said.encode()).hexdigest()[:10]})"


def guarded(tab: Tab, description: str) -> bool:
    """Whether the tab is protected so."""
    return any(_guards(each, tab, description) for each in tab.protections)


def _guards(each: Protection, tab: Tab, description: str) -> bool:
    whole = each.range == Range(0, 0, tab.rows, tab.columns)
    return whole and each.description == description and not each.warns and not each.for_domain


def guard_edits(tab: Tab | None, approvers: Sequence[str], spreadsheet: str) -> tuple[Edit, ...]:
    """What protects the tab for these people; with none of them, what takes our protection away again.

    `tab` is the tab as it is; None where it is made by the same request.
    """
    description = described(approvers, spreadsheet)
    sheet_id = MAIL_ID if tab is None else tab.sheet_id
    new = Protect(sheet_id=sheet_id, description=description, editors=tuple(dict.fromkeys(approvers)))
    if tab is None:
        return (new,) if approvers else ()
    ours = {each.id: each for each in tab.protections if each.description.startswith(_OURS)}
    good = [number for number, each in ours.items() if approvers and _guards(each, tab, description)]
    gone = [Unprotect(id=number) for number in ours if number not in good[:1]]
    return (*gone, *([new] if approvers and not good else []))


def not_guarded(place: Place, approvers: Sequence[str], spreadsheet: str, today: date) -> Problem:
    """That Google did not let the tab be protected. It says the day, and who was meant, so that it is asked again."""
    word = described(approvers, spreadsheet).removeprefix(_OURS).strip(" ()")
    return Problem(
        place=place,
        what="no tick counts here, because Google did not let this tab be protected for those whom the settings name "
        f"under mail.approvers (asked on {today}, {word}).",
        remedy="Look whether each of them has a Google account that may edit this document; it is asked again on "
        "another day. Until then letters are approved with `outbox approve`.",
    )
