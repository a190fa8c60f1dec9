"""What keeps all letters of a gradebook from leaving, in sentences for the teacher, who lives in the sheet.

What keeps a single letter stands in its row on the tab `Mastery Mail`; this is about what is the same for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheets_mastery.config import Settings
from sheets_mastery.leaving import Mode
from sheets_mastery.stamps import Quarantine

#: On top of the letters, where the tab Mastery Trouble says more.
_STANDS_STILL = "No letter leaves: the tab Mastery Trouble says why, and what to do"
_NOBODY = "No letter leaves, because that is chosen: “Write to nobody” (letters.stop)"
_DEAF = "No tick counts here: the tab Mastery Trouble says why"
_FEW = "Nobody is written to but those listed in the settings under mail.only_to"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standstill:
    """Something that a person has to end before any letter of a gradebook leaves."""

    #: What it is, in one sentence.
    what: str
    #: What to do about it, in one sentence.
    remedy: str


def standstills(stopped: str, quarantine: Quarantine | None) -> tuple[Standstill, ...]:
    """What all letters of a gradebook wait for.

    `stopped` says why no letter may leave at all, "" where letters leave; `quarantine` is that of the spreadsheet.
    """
    found = []
    if stopped:
        found.append(
            Standstill(
                what=f"no letter leaves, about this gradebook or another: all are stopped ({stopped}).",
                remedy="When that is settled, say `outbox go`, or ask whoever runs the program to.",
            )
        )
    if quarantine is not None:
        found.append(Standstill(what=f"{quarantine.why.what}.", remedy=quarantine.why.remedy))
    return tuple(found)


def on_top(settings: Settings, mode: Mode, *, still: bool, deaf: bool = False) -> str:
    """The line above the letters on their tab: whether letters leave, and who lets them.

    `still`: none leaves. `deaf`: no tick counts.
    """
    if still:
        return _STANDS_STILL
    if settings.letters.stop:
        return _NOBODY
    if deaf:
        return f"{_DEAF}. {mode}"
    return f"{mode}. {_FEW}" if settings.mail.only_to else str(mode)
