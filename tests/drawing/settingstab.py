"""The tab `Mastery Settings`, as the teacher's hands and eyes have it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sheets_mastery.panel import SETTINGS_LABELS, SETTINGS_TITLE
from sheets_mastery.plan import Plan

if TYPE_CHECKING:
    from tests.work.conftest import Class

Json = dict[str, Any]
EVERYTHING = (
    "properties,sheets(properties,conditionalFormats,"
    "data(rowData(values(userEnteredValue,userEnteredFormat,dataValidation,note))))"
)


class Panel:
    """The tab of a class."""

    def __init__(self, school: Class) -> None:
        self.school = school
        self.sheet = school.school.spreadsheet.worksheet(SETTINGS_TITLE)

    def rows(self) -> dict[str, tuple[str, str, str, str]]:
        """Label -> what is shown in the other four columns."""
        table = self.sheet.get_all_values()
        assert tuple(table[0][:5]) == SETTINGS_LABELS
        return {row[0]: (row[1], row[2], row[3], row[4]) for row in table[1:] if row[0]}

    def row(self, label: str) -> int:
        """The row of a setting, from 1."""
        return [row[0] for row in self.sheet.get_all_values()].index(label) + 1

    def choose(self, label: str, choice: Any) -> None:
        """Type a choice, as a person does."""
        self.sheet.update([[choice]], f"B{self.row(label)}", raw=False)

    def add(self, label: str, choice: Any) -> None:
        """A new row at the end."""
        self.sheet.update([[label, choice]], f"A{len(self.sheet.get_all_values()) + 1}", raw=False)

    def in_force(self, label: str) -> str:
        return self.rows()[label][1]

    def trouble(self, label: str) -> str:
        return self.rows()[label][3]

    def troubles(self) -> dict[str, str]:
        return {label: cells[3] for label, cells in self.rows().items() if cells[3]}


def verdicts(plan: Plan) -> dict[str, list[str]]:
    return {each.student.id: [str(judged.verdict) for judged in each.judged] for each in plan.standings}


def letters_in_ledger(algebra: Class) -> list[tuple[Any, ...]]:
    notices = algebra.service.ledger.past(algebra.gradebook.name, date(2026, 10, 30)).notices
    return sorted((each.key, each.state, each.episodes, each.not_before, each.version) for each in notices.values())


def title(sheet: Json) -> str:
    found: str = sheet["properties"]["title"]
    return found
