"""`[letters]`: what is written home."""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from sheets_mastery.config.kinds import DayWindow, Number, Share, Switch, Text, TimeOfDay, Weekday, Whole
from sheets_mastery.config.section import Section

LetterKind = Literal["missing", "reminder", "made_good", "weekly", "welcome", "contract", "digest"]


def _https(url: str) -> str:
    try:
        parts = urlsplit(url)
        fine = parts.scheme == "https" and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        fine = False
    if url and not (fine and re.fullmatch(r"[!-~]{1,200}", url)):
        raise ValueError('must be an https address without a "?", such as "https://letters.school.example/stop"')
    return url


class Letters(Section):
    """What is written home."""

    #: The kinds of letter that are written at all.
    kinds: tuple[LetterKind, ...] = ("missing", "reminder", "made_good", "weekly")
    #: How often a guardian hears where the roster does not say: "each" time, or one letter a week with everything.
    frequency: Literal["each", "weekly"] = "each"
    #: Days without a letter about open work before it is spoken of again.
    reminder_after_days: Annotated[Whole, Field(ge=1, le=120)] = 14
    #: How many times a piece of work is spoken of again.
    reminders_most: Annotated[Whole, Field(ge=0, le=10)] = 3
    #: The day of the week on which the weekly letters leave.
    weekly_on: Weekday = "fri"
    #: The most letters a day about one student to one person.
    per_day: Annotated[Whole, Field(ge=1, le=5)] = 1
    #: The most letters in seven days about one student to one person.
    per_week: Annotated[Whole, Field(ge=1, le=20)] = 2
    #: When the teacher's digest of a school day leaves, at the earliest.
    digest_at: TimeOfDay = time(15)
    #: The https address at which a family can stop letters; "" for none.
    opt_out_url: Annotated[str, AfterValidator(_https)] = ""
    #: The number of the key that signs the links to it; a higher one makes new links.
    opt_out_key: Annotated[Whole, Field(ge=1, le=9999)] = 1
    #: The lowest number of a key whose links still work.
    opt_out_oldest_key: Annotated[Whole, Field(ge=1, le=9999)] = 1

    #: Hours that a letter waits before it may leave, so that a mark put right withdraws it.
    hold_hours: Annotated[Number, Field(ge=0, le=720)] = Decimal(18)
    #: Hours for which nobody may have changed a mark in the student's row, or in a column that the letter speaks of.
    quiet_hours: Annotated[Number, Field(ge=0, le=24)] = Decimal(2)
    #: No letter speaks of a column of which at least this share was changed within two hours; 0 does without.
    marking_share: Share = Decimal("0.2")
    #: Minutes between the sync that first saw what a letter says and the reading from which it leaves.
    second_look_minutes: Annotated[Whole, Field(ge=0, le=240)] = 10
    #: Hours for which a guardian's address is left alone that was not there before.
    new_address_hours: Annotated[Number, Field(ge=0, le=720)] = Decimal(24)
    #: Whether a person has to approve the first letter to such an address.
    ask_new_address: Switch = True
    #: The hours of a school day in which letters leave; by default the school's hours.
    window: DayWindow | None = None
    #: School days after which a letter that could not leave is given up, visibly.
    expires_after_days: Annotated[Whole, Field(ge=1, le=60)] = 5
    #: Whether students get a letter of their own, at the address in their roster column.
    to_students: Switch = False
    #: Whether percentages stand in the body. They never stand in the subject.
    show_marks: Switch = True
    #: The language where the roster names none.
    language: Text = "en"
    #: Whether nobody is written to at all, until this is taken back.
    stop: Switch = False
    #: The older way to say `mail.mode = "review"`; `Settings.mail_mode` reads both.
    approval: Switch = False
    #: A folder with templates and catalogues of your own; anything not there is taken from the program.
    folder: str = ""

    @model_validator(mode="after")
    def _new_links_work(self) -> Self:
        if self.opt_out_oldest_key > self.opt_out_key:
            raise ValueError(
                f"opt_out_oldest_key is {self.opt_out_oldest_key}, but new links are signed by opt_out_key "
                f"{self.opt_out_key}: they would not work"
            )
        return self
