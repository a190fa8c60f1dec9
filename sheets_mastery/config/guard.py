"""`[guard]`: what is too much change to happen without a person."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from sheets_mastery.config.kinds import Share, Switch, Whole
from sheets_mastery.config.section import Section


class Guard(Section):
    """What is too much change to happen without a person."""

    #: Letters about more than this share of the students in one day …
    letters_share: Share = Decimal("0.3")
    #: … and about more than this many students.
    letters_least: Annotated[Whole, Field(ge=0)] = 5
    #: Letters about so many times as many students as on a busy day of the last four weeks. 0 looks at no other day.
    letters_usual: Annotated[Whole, Field(ge=0)] = 2
    #: More than this share of the verdicts changed since the last sync.
    verdicts_share: Share = Decimal("0.5")
    #: More than this share of the students gone since the last sync.
    students_share: Share = Decimal("0.2")
    #: More than this share of the students with another name or other guardians since the last sync.
    names_share: Share = Decimal("0.1")
    #: A tab or an assignment that has gone or bears another name, and marks that stand where others stood.
    layout: Switch = True
