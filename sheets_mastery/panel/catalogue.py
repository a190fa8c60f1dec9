"""Every setting that stands on the tab: its label, what it does, and the key of the settings that it overrides.

A setting is known by its label, wherever its row stands. Levels and codes are as many as a school has: their rows are
called “Level: …” and “Code: …”.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sheets_mastery.config import GradebookSettings, Help, Meaning, Settings, complaints
from sheets_mastery.gradebook.codes import codes_in_force
from sheets_mastery.gradebook.records import key
from sheets_mastery.leaving import REVIEW_DAYS
from sheets_mastery.liverules import PALETTE, PENDING
from sheets_mastery.mastery import Verdict
from sheets_mastery.panel import values
from sheets_mastery.panel.values import NO_HELP, Sort
from sheets_mastery.presets import PRESETS
from sheets_mastery.reading import Look

LEVEL_PREFIX, CODE_PREFIX = "Level: ", "Code: "
#: As many rungs as a ladder can have on the tab.
MOST_RUNGS = 8
#: What is in force where nothing is.
NOTHING = "–"
PRESET, CODE = "gradebook.codes_as_in", "gradebook.codes"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One setting."""

    #: Names it in the ledger: the key of the settings file, or the like of one.
    id: str
    #: What stands in the first column.
    label: str
    #: What it does, in a sentence.
    what: str
    #: How a choice is read.
    sort: Sort


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A heading and the settings below it."""

    label: str
    #: A sentence beside the heading.
    what: str
    settings: tuple[Setting, ...] = ()


def _setting(id_: str, label: str, what: str, sort: Sort) -> Setting:
    return Setting(id=id_, label=label, what=what, sort=sort)


STOP = _setting(
    "letters.stop",
    "Write to nobody",
    "Ticked: no letter is decided and none leaves, to anybody, until the tick is gone.",
    values.TICK,
)
#: Of earlier versions: it has a row only where somebody has made use of it.
APPROVAL = _setting(
    "letters.approval",
    "Letters wait for approval",
    "Of an earlier version; ticked, it is the same as “review” for “Letter mode”. Choose there instead.",
    values.TICK,
)
LEVELS = Section(
    label="Levels",
    what="What families sign for, in percent. Add one in a row “Level: its name”; “off” takes one away. "
    "Other pass marks for some kinds of work: 86; quiz 80.",
)
CODES = Section(
    label="Codes",
    what="What you type instead of a score. Add one in a row “Code: what you type”. A code without a meaning is asked "
    "about: until you choose one, its marks are “check”, and nobody is written to about them.",
    settings=(
        _setting(PRESET, "Codes as in", "The gradebook whose codes you use. Each code can still be changed below.",
                 values.PRESET),
    ),
)  # fmt: skip


_TIMES = ("the first time", "the second time", "the third time", *(f"the {number}th time" for number in range(4, 9)))


def rung(number: int) -> tuple[Setting, ...]:
    """The three settings of one rung of the ladder, from 1."""
    label, begins, which = f"Help {number}", f"remediation.ladder.{number}", _TIMES[number - 1]
    return (
        _setting(f"{begins}.help", label, f"The help for work below the level {which}; “{NO_HELP}” ends the "
                 "ladder before it.", values.RUNG),
        _setting(f"{begins}.within_days", f"{label}: days", "School days until the work is expected again.",
                 values.WHOLE),
        _setting(f"{begins}.link", f"{label}: link", "Where this help is found, unless the tab Remediation knows "
                 "better.", values.LINK),
    )  # fmt: skip


RUNGS = tuple(rung(number) for number in range(1, MOST_RUNGS + 1))
_NOT_IN = "Help when not handed in"

#: The tab from top to bottom. Levels and codes fill their sections; only as many rungs are shown as are of use.
SECTIONS: tuple[Section, ...] = (
    Section(label="Stop", what="The brake, for when something is wrong.", settings=(STOP,)),
    LEVELS,
    Section(
        label="Marking",
        what="When a blank counts as missing, and how a mark is held against the level.",
        settings=(
            _setting("marking.grace_days", "Grace days", "School days after the due date before a blank counts as not "
                     "handed in.", values.WHOLE),
            _setting("marking.absent_grace_days", "Grace days when absent", "Days after the due date before “absent” "
                     "counts as not handed in.", values.WHOLE),
            _setting("marking.graded_share", "Graded share", "A column counts as marked once this share of a section "
                     "has an entry in it, such as 50 %.", values.SHARE),
            _setting("marking.rounding", "Rounding", "none: 85.99 is below 86. whole: 85.5 counts as 86.",
                     values.ROUNDING),
            _setting("marking.highest_percent", "Highest percent", "A score above this many percent of the maximum is "
                     "shown to you as a slip.", values.NUMBER),
        ),
    ),
    Section(
        label="Letters",
        what="What is written home, and when it may leave.",
        settings=(
            _setting("letters.hold_hours", "Hold hours", "Hours that a letter waits, so that a mark put right "
                     "withdraws it. Counts for letters that are decided from now on.", values.HOURS),
            _setting("letters.quiet_hours", "Quiet hours", "Hours for which no mark may have been changed in the "
                     "student's row, or in a column that a letter speaks of, before it leaves.", values.HOURS),
            _setting("letters.marking_share", "Marking share", "No letter speaks of a column of which so much was "
                     "changed within two hours, such as 20 %; 0 does without.", values.SHARE),
            _setting("letters.window", "Letter hours", "The hours of a school day in which letters leave, such as "
                     "15:30-18:00; usually the school's hours.", values.SPAN),
            _setting("letters.expires_after_days", "Letters lapse after", "School days after which a letter that could "
                     "not leave is given up.", values.WHOLE),
            _setting("letters.to_students", "Letters to students", "Whether students get a letter of their own.",
                     values.YES_NO),
            _setting("letters.show_marks", "Marks in letters", "Whether percentages stand in the letter. They never "
                     "stand in its subject.", values.YES_NO),
            _setting("letters.language", "Language", "The language of a letter where the roster names none.",
                     values.LANGUAGE),
        ),
    ),
    Section(
        label="Hours",
        what="When there is school, for grace, help and letters. When the service itself runs is in the settings file.",
        settings=(
            _setting("school.hours", "School hours", "The hours in which letters may leave where “Letter hours” says "
                     "nothing, such as 07:00-18:00.", values.SPAN),
            _setting("school.days", "School days", "Such as Mon, Tue, Wed, Thu, Fri.", values.DAYS),
            _setting("school.holidays", "Holidays", "Days without school, such as 2026-11-26, 2026-12-21 to "
                     "2027-01-01.", values.DATES),
        ),
    ),
    Section(
        label="Help ladder",
        what="From the lightest help to the closest: each try below the level goes one rung up.",
        settings=(
            *(each for three in RUNGS for each in three),
            _setting("remediation.skip_rung_at_gap", "Wide gap", "A gap of this many percentage points below the level "
                     "skips one rung.", values.NUMBER),
            _setting("remediation.not_in.help", _NOT_IN, "What is offered for work that was not handed in at all.",
                     values.KIND_OF_HELP),
            _setting("remediation.not_in.within_days", f"{_NOT_IN}: days", "School days until it is expected.",
                     values.WHOLE),
            _setting("remediation.not_in.link", f"{_NOT_IN}: link", "Where this help is found.", values.LINK),
        ),
    ),
    Section(
        label="Who reviews",
        what="Whether a person looks at letters before they leave.",
        settings=(
            _setting("mail.mode", "Letter mode", "review: no letter leaves before you approve it on Mastery Mail. "
                     "send: letters leave by themselves after their hold. drafts: they are laid into your drafts in "
                     "Gmail. Blank, and nobody has chosen elsewhere: review for the first two weeks, then send.",
                     values.MODE),
            APPROVAL,
        ),
    ),
    CODES,
)  # fmt: skip
#: The words on the tab Mastery: word, look, what it means.
LEGEND_LABEL = "Colours and words"
LEGEND_WHAT = "What you see on the marks and on the tab Mastery. A blank that is not yet due has no colour at all."
LEGEND: tuple[tuple[str, Look, str], ...] = (
    (str(Verdict.MASTERED), PALETTE[Verdict.MASTERED], "At or above the student's own level."),
    (str(Verdict.RETAKE), PALETTE[Verdict.RETAKE], "Handed in, but below the student's own level."),
    (str(Verdict.NOT_IN), PALETTE[Verdict.NOT_IN], "Due, and not handed in."),
    (str(Verdict.PENDING), PENDING, "Nothing to say yet: not due, not marked, or still in the days of grace."),
    (str(Verdict.EXCUSED), PALETTE[Verdict.EXCUSED], "Need not be done."),
    (str(Verdict.NOT_ASSIGNED), Look(ink="#1B2733"), "Was never asked of this student."),
    (str(Verdict.CHECK), PALETTE[Verdict.CHECK], "Cannot be read: look at the tab Mastery Trouble."),
    (str(Verdict.NO_CONTRACT), PALETTE[Verdict.NO_CONTRACT], "No contract in force, so nothing is judged."),
)

FIXED: Mapping[str, Setting] = {each.id: each for section in SECTIONS for each in section.settings}
_BY_LABEL: Mapping[str, Setting] = {key(each.label): each for each in FIXED.values()}


def setting_of(label: str) -> Setting | None:
    """The setting that a row is about, by its label."""
    known = _BY_LABEL.get(key(label))
    if known is not None:
        return known
    sort, _, name = label.partition(":")
    name = " ".join(name.split())
    if not name or len(name) > 60:
        return None
    if key(sort) == "level":
        return level(name)
    return code(name) if key(sort) == "code" else None


def level(name: str) -> Setting:
    """The setting of a level."""
    return _setting(f"tiers.{key(name)}", LEVEL_PREFIX + name, f"The pass mark of the level {name}.", values.LEVEL)


def code(text: str) -> Setting:
    """The setting of a code. What it does is where it was seen, which only a reading can tell."""
    return _setting(f"{CODE}.{key(text)}", CODE_PREFIX + text, "", values.MEANING)


def name_of(setting: Setting) -> str:
    """The level or the code that a row is about."""
    return setting.label.partition(": ")[2]


# From choices to settings


class Refused(ValueError):
    """The settings cannot be so; the message says why, without a full stop."""


def applied(
    settings: Settings, gradebook: GradebookSettings, chosen: Mapping[str, tuple[Setting, Any]]
) -> tuple[Settings, GradebookSettings]:
    """The settings of school and gradebook with choices over them, checked as the settings file is. Raises Refused."""
    sections: dict[str, Any] = {}
    levels: list[tuple[str, Any]] = []
    codes: dict[str, Any] = {}
    if "mail.mode" in chosen and APPROVAL.id not in chosen:
        # What is chosen on the tab wins over the older key of the file.
        sections["letters"] = dict(settings.letters) | {"approval": False}
    for identity, (setting, value) in chosen.items():
        section, _, field = identity.partition(".")
        if section == "tiers":
            levels.append((name_of(setting), value))
        elif identity.startswith(f"{CODE}."):
            codes[name_of(setting)] = value
        elif section not in {"remediation", "gradebook"}:
            sections.setdefault(section, dict(getattr(settings, section)))[field] = value
    if levels:
        sections["tiers"] = _tiers(settings, levels)
    if any(identity.startswith("remediation.") for identity in chosen):
        sections["remediation"] = _remediation(settings, {each: value for each, (_, value) in chosen.items()})
    book: dict[str, Any] = dict(gradebook)
    if PRESET in chosen:
        book["codes_as_in"] = chosen[PRESET][1]
        # What is chosen on the tab wins over what the file says about single codes.
        book["codes"] = _without(book["codes"], PRESETS[chosen[PRESET][1]])
    if codes:
        book["codes"] = {**_without(book["codes"], codes), **codes}
    try:
        return (
            Settings.model_validate({**dict(settings), **sections}) if sections else settings,
            GradebookSettings.model_validate(book) if codes or PRESET in chosen else gradebook,
        )
    except ValidationError as problem:
        raise Refused(complaints(problem)[0][1]) from None


def _without(codes: Mapping[str, Meaning], others: Iterable[str]) -> dict[str, Meaning]:
    gone = {key(code) for code in others}
    return {code: meaning for code, meaning in codes.items() if key(code) not in gone}


def _tiers(settings: Settings, levels: Iterable[tuple[str, Any]]) -> list[Any]:
    tiers: dict[str, Any] = {key(tier.name): tier for tier in settings.tiers}
    for name, value in levels:
        known = tiers.pop(key(name), None)
        if value is not None:
            # What is said about kinds of work is kept where only the pass mark is changed.
            kinds = {} if known is None else dict(known.by_kind)
            tiers[key(name)] = {"name": known.name if known else name, "by_kind": kinds} | value
    order = [key(tier.name) for tier in settings.tiers]
    return [tiers[name] for name in sorted(tiers, key=lambda name: order.index(name) if name in order else len(order))]


def _remediation(settings: Settings, chosen: Mapping[str, Any]) -> dict[str, Any]:
    told = settings.remediation
    ladder: list[dict[str, Any]] = [dict(each) for each in told.ladder]
    for number in range(1, MOST_RUNGS + 1):
        help_, days, link = (chosen.get(each.id) for each in RUNGS[number - 1])
        if help_ == NO_HELP:
            ladder = ladder[: number - 1]
            break
        if help_ is not None and number > len(ladder) + 1:
            raise Refused(f"comes after a gap: choose the help of “Help {len(ladder) + 1}” first")
        if help_ is not None and number > len(ladder):
            ladder.append({"help": help_})
        elif help_ is not None:
            # A link leads to the help that it was given for.
            same = ladder[number - 1]["help"] == help_
            ladder[number - 1] |= {"help": help_} | ({} if same else {"link": ""})
        if number <= len(ladder):
            ladder[number - 1] |= {
                field: value for field, value in (("within_days", days), ("link", link)) if value is not None
            }
    fields: dict[str, Any] = {**dict(told), "ladder": ladder, "not_in": dict(told.not_in)}
    if chosen.get("remediation.not_in.help", told.not_in.help) != told.not_in.help:
        fields["not_in"]["link"] = ""
    for field in ("help", "within_days", "link"):
        if (value := chosen.get(f"remediation.not_in.{field}")) is not None:
            fields["not_in"][field] = value
    if (gap := chosen.get("remediation.skip_rung_at_gap")) is not None:
        fields["skip_rung_at_gap"] = gap
    return fields


# From settings to words


def in_force(setting: Setting, settings: Settings, gradebook: GradebookSettings) -> str:
    """What is in force, in words."""
    section, _, field = setting.id.partition(".")
    if section == "tiers":
        tier = next((each for each in settings.tiers if key(each.name) == key(name_of(setting))), None)
        return NOTHING if tier is None else values.level_in_force(tier)
    if setting.id == "mail.mode":
        return settings.mail_mode or f"review for {REVIEW_DAYS} days, then send"
    if setting.id == PRESET:
        return gradebook.codes_as_in or NOTHING
    if setting.id.startswith(f"{CODE}."):
        found = codes_in_force(gradebook, settings.marking).get(key(name_of(setting)))
        return "check (not answered)" if found is None else found.value
    if field.startswith(("ladder.", "not_in.")):
        return _help_in_force(setting, settings, field)
    value = getattr(getattr(settings, section), field)
    if setting.id == "letters.window" and value is None:
        return values.SPAN.text(settings.school.hours)
    said = setting.sort.text(value)
    if setting.id == "marking.highest_percent":
        said += " %"
    return said or NOTHING


def _help_in_force(setting: Setting, settings: Settings, field: str) -> str:
    told = settings.remediation
    rung_: Help
    if field.startswith("not_in."):
        rung_, part = told.not_in, field.removeprefix("not_in.")
    else:
        _, number, part = field.split(".")
        if int(number) > len(told.ladder):
            return NOTHING
        rung_ = told.ladder[int(number) - 1]
    return setting.sort.text(getattr(rung_, part)) or NOTHING
