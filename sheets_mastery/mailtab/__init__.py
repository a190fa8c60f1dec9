"""The tab `Mastery Mail`: the letters that wait, each with a box to approve and one to skip it, and what was sent."""

from sheets_mastery.mailtab.approvers import described, guard_edits, guarded, not_guarded
from sheets_mastery.mailtab.lines import GONE, Line, People, contacts, waiting
from sheets_mastery.mailtab.page import Written, mail_edits
from sheets_mastery.mailtab.ticks import (
    MAIL_ID,
    MAIL_LABELS,
    MAIL_TITLE,
    Ticked,
    is_ours_or_free,
    mail_tab,
    ticked,
)
from sheets_mastery.mailtab.ticks import read as read_mail

__all__ = [
    "GONE",
    "MAIL_ID",
    "MAIL_LABELS",
    "MAIL_TITLE",
    "Line",
    "People",
    "Ticked",
    "Written",
    "contacts",
    "described",
    "guard_edits",
    "guarded",
    "is_ours_or_free",
    "mail_edits",
    "mail_tab",
    "not_guarded",
    "read_mail",
    "ticked",
    "waiting",
]
