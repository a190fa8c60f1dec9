"""The whole file, table by table."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from sheets_mastery.config.google import Google
from sheets_mastery.config.gradebooks import GradebookSettings
from sheets_mastery.config.guard import Guard
from sheets_mastery.config.ledger import Ledger
from sheets_mastery.config.letters import Letters
from sheets_mastery.config.mail import Mail, MailMode
from sheets_mastery.config.marking import Marking
from sheets_mastery.config.remediation import RemediationSettings
from sheets_mastery.config.schedule import Schedule
from sheets_mastery.config.school import School
from sheets_mastery.config.section import Section
from sheets_mastery.config.tiers import Tier
from sheets_mastery.errors import SettingsError


class Settings(Section):
    """The whole file."""

    school: School
    google: Google
    mail: Mail
    ledger: Ledger = Ledger()
    schedule: Schedule = Schedule()
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)] = (
        Tier(name="76", pass_mark=Decimal(76)),
        Tier(name="86", pass_mark=Decimal(86)),
        Tier(name="93", pass_mark=Decimal(93)),
    )
    marking: Marking = Marking()
    letters: Letters = Letters()
    remediation: RemediationSettings = RemediationSettings()
    guard: Guard = Guard()
    gradebooks: Annotated[tuple[GradebookSettings, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _no_two_alike(self) -> Self:
        for key, values in (
            ("tiers: two levels have the pass mark", [f"{tier.pass_mark.normalize():f}" for tier in self.tiers]),
            ("tiers: two levels are called", [tier.name.casefold() for tier in self.tiers]),
            ("gradebooks: two gradebooks are called", [each.name.casefold() for each in self.gradebooks]),
        ):
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                raise ValueError(f"{key} {twice}")
        spreadsheets = [each.spreadsheet for each in self.gradebooks]
        for each in self.gradebooks:
            if spreadsheets.count(each.spreadsheet) > 1:
                # They would write over each other's Mastery tab at every sync.
                raise ValueError(
                    f'gradebooks: "{each.name}" is in the same spreadsheet as another gradebook; a spreadsheet has one '
                    "Mastery tab, so put the periods on one marks tab or into documents of their own"
                )
        return self

    @property
    def mail_mode(self) -> MailMode | None:
        """What is chosen about how letters leave. `letters.approval = true`, of earlier versions, means "review"."""
        return self.mail.mode or ("review" if self.letters.approval else None)

    @model_validator(mode="after")
    def _one_mode(self) -> Self:
        if self.letters.approval and self.mail.mode not in {None, "review"}:
            raise ValueError(
                f'letters.approval: is the older way to say mail.mode = "review", but mail.mode is "{self.mail.mode}"; '
                "keep mail.mode"
            )
        return self

    def gradebook(self, name: str) -> GradebookSettings:
        """The gradebook with a name; SettingsError where there is none."""
        for each in self.gradebooks:
            if each.name.casefold() == name.casefold():
                return each
        known = ", ".join(f'"{each.name}"' for each in self.gradebooks)
        raise SettingsError(f'gradebooks: there is none called "{name}"; the file has {known}.')
