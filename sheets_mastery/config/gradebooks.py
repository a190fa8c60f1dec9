"""`[[gradebooks]]`: what a school says about one gradebook."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sheets_mastery.config.codes import Meaning, System
from sheets_mastery.config.kinds import Day, Points, Switch, Text, Worth
from sheets_mastery.config.labels import Labels
from sheets_mastery.config.section import Section

_SPREADSHEET_URL = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]+)")
_SPREADSHEET_ID = re.compile(r"[A-Za-z0-9_-]{5,}")


def spreadsheet_id(text: str) -> str:
    if "/d/e/" in text:
        raise ValueError("is the address of a published copy; give the address in the browser while you edit the sheet")
    if found := _SPREADSHEET_URL.search(text):
        return found[1]
    if _SPREADSHEET_ID.fullmatch(text):
        return text
    raise ValueError("is neither the address of a Google Sheet nor its id")


class AssignmentSettings(Section):
    """What the sheet does not say about one assignment. A row of the sheet that says it wins."""

    points: Points | None = None
    due: Day | None = None
    graded: Day | None = None
    kind: str = ""


class GradebookSettings(Section):
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
    codes_as_in: System = ""
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
