"""The sheet as the control panel: the tab `Mastery Settings`, read as settings and written as what is in force."""

from sheets_mastery.panel.codes import Seen, codes_seen
from sheets_mastery.panel.inforce import (
    SETTINGS_ID,
    SETTINGS_LABELS,
    SETTINGS_TITLE,
    Choice,
    InForce,
    Page,
    is_ours_or_free,
    judging,
    remembered,
    settings_in_force,
    settings_tab,
)
from sheets_mastery.panel.page import page_edits

__all__ = [
    "SETTINGS_ID",
    "SETTINGS_LABELS",
    "SETTINGS_TITLE",
    "Choice",
    "InForce",
    "Page",
    "Seen",
    "codes_seen",
    "is_ours_or_free",
    "judging",
    "page_edits",
    "remembered",
    "settings_in_force",
    "settings_tab",
]
