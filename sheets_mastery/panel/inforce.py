"""The settings in force: those of the file, with the choices of a document's tab `Mastery Settings` over them.

A choice counts when it can be read and when all choices go together. As long as one is wrong, no new choice counts: the
last good ones stay in force, so that nobody is ever written to because of a slip. Only the brake always counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sheets_mastery.a1 import Cell
from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.gradebook import Place, Problem
from sheets_mastery.gradebook.records import key
from sheets_mastery.ourtabs import find_labels, is_empty, present
from sheets_mastery.panel.catalogue import (
    FIXED,
    LEGEND,
    LEGEND_LABEL,
    SECTIONS,
    STOP,
    Refused,
    Setting,
    applied,
    setting_of,
)
from sheets_mastery.reading import Content, Reading, Tab

#: The tab: its id, its title at birth, and the labels of its columns.
SETTINGS_ID = 768_693_003
SETTINGS_TITLE = "Mastery Settings"
SETTINGS_LABELS = ("Setting", "Your choice", "In force", "What it does", "Trouble")
_UNKNOWN = "there is no setting called"
#: What the settings file says, or what counts instead: for the school, and for the gradebook.
_Both = tuple[Settings, GradebookSettings]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One choice that counts, as it is remembered."""

    #: The label of its row, which for a level or a code holds the name.
    label: str
    #: The value as text, the same in every locale.
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """What is wrong in one row."""

    #: A sentence about the row's choice.
    what: str
    #: The row of the choice that this one waits for; None where this one is wrong itself.
    waits_for: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The tab as it was found."""

    tab: Tab
    #: The row with the labels, from 0; -1 for a tab that is still empty.
    header_row: int
    #: The columns by label.
    columns: Mapping[str, int]
    #: The rows of each setting, by its id. More than one is the teacher's slip.
    rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    #: The settings that have a row.
    settings: Mapping[str, Setting] = field(default_factory=dict)
    #: The rows of headings and of the legend, by key of their label.
    words: Mapping[str, int] = field(default_factory=dict)
    #: What is wrong, by row.
    troubles: Mapping[int, Trouble] = field(default_factory=dict)

    def at(self, row: int, label: str) -> Content:
        """What is in a row under a label."""
        return self.tab.at(row, self.columns[label])

    def said(self, row: int, moved: Callable[[int], int]) -> str:
        """What stands in the column Trouble of a row, "" for nothing; `moved` tells to where a row moves just now."""
        trouble = self.troubles.get(row)
        if trouble is None:
            return ""
        column = self.columns["Your choice"]
        said = f"{Place(tab=self.tab.title, cell=Cell(moved(row), column))}: {trouble.what}"
        if trouble.waits_for is None:
            return said
        return f"{said} as soon as {Cell(moved(trouble.waits_for), column)} is mended."


@dataclass(frozen=True, kw_only=True, slots=True)
class InForce:
    """The settings that a sync or a delivery really uses."""

    settings: Settings
    #: Those of the gradebook, likewise.
    gradebook: GradebookSettings
    #: The choices in force, by the settings' ids: what the ledger should remember.
    choices: Mapping[str, Choice]
    #: What is wrong on the tab; it stands beside the choices there, too.
    problems: tuple[Problem, ...] = ()
    #: What keeps the tab from being used at all; it can only be said elsewhere.
    unusable: tuple[Problem, ...] = ()
    #: The tab; None where there is none of ours, or none that can be used.
    page: Page | None = None


def settings_in_force(
    settings: Settings, gradebook: GradebookSettings, reading: Reading, last_good: Mapping[str, Choice]
) -> InForce:
    """What is in force for a gradebook, from the settings file, its document and the choices that counted last.

    Pure, and it costs nothing: the tab is in the one reading. A blank choice means "as the settings file says"; a row
    or a tab that is gone says nothing, so that what counted goes on counting.
    """
    if not gradebook.settings_tab:
        return InForce(settings=settings, gradebook=gradebook, choices={})
    tab = settings_tab(reading)
    if tab is None:
        return remembered(settings, gradebook, last_good)
    if not is_ours_or_free(tab):
        problem = Problem(
            place=Place(tab=tab.title),
            what="this tab has the name that this program uses for its settings, but is not of its making, so it is "
            "left alone.",
            remedy="Give your tab another name, or say settings_tab = false under gradebooks in the settings file.",
        )
        return _but(remembered(settings, gradebook, last_good), problem)
    page = _page(tab)
    if page is None:
        problem = Problem(
            place=Place(tab=tab.title),
            what=f"the row with the labels {', '.join(SETTINGS_LABELS)} is not whole, so nothing on this tab is read, "
            "and what was in force stays so.",
            remedy="Put the labels back, or delete the tab: the next sync makes it anew with what is in force.",
        )
        return _but(remembered(settings, gradebook, last_good), problem)
    return _judged((settings, gradebook), page, reading.locale, last_good)


def remembered(settings: Settings, gradebook: GradebookSettings, choices: Mapping[str, Choice]) -> InForce:
    """What is in force as far as the ledger knows, without a look at the document."""
    if not gradebook.settings_tab:
        return InForce(settings=settings, gradebook=gradebook, choices={})
    counting, there, _ = _together((settings, gradebook), {}, _known(choices))
    return _in_force(there, counting)


def judging(choices: Mapping[str, Choice]) -> dict[str, Choice]:
    """The choices that marks are judged by, without those that are only about how and when letters leave."""
    return {name: choice for name, choice in choices.items() if not name.startswith(("letters.", "school.", "mail."))}


def settings_tab(reading: Reading) -> Tab | None:
    """The tab, by its id, and by its title where it came back from a copy under another id."""
    return present(reading, SETTINGS_ID, SETTINGS_TITLE)


def is_ours_or_free(tab: Tab) -> bool:
    """Whether a tab of this name is ours or empty; any other one belongs to the teacher."""
    return tab.sheet_id == SETTINGS_ID or is_empty(tab) or find_labels(tab, SETTINGS_LABELS) is not None


# The tab, read


def _page(tab: Tab) -> Page | None:
    """The tab with its rows told apart; None where its columns cannot be told."""
    if is_empty(tab):
        columns = {label: number for number, label in enumerate(SETTINGS_LABELS)}
        return Page(tab=tab, header_row=-1, columns=columns)
    found = find_labels(tab, SETTINGS_LABELS)
    if found is None:
        return None
    header_row, columns = found
    rows: dict[str, tuple[int, ...]] = {}
    known: dict[str, Setting] = {}
    words: dict[str, int] = {}
    others: dict[int, str] = {}
    ours = {key(section.label) for section in SECTIONS} | {key(LEGEND_LABEL)} | {key(word) for word, _, _ in LEGEND}
    for row in range(header_row + 1, len(tab.cells)):
        label = tab.at(row, columns["Setting"])
        said = " ".join(label.text.split())
        setting = setting_of(said) if said and label.error is None else None
        if setting is not None:
            rows[setting.id] = (*rows.get(setting.id, ()), row)
            known.setdefault(setting.id, setting)
        elif key(said) in ours:
            words.setdefault(key(said), row)
        elif not tab.at(row, columns["Your choice"]).blank:
            others[row] = said
    page = Page(tab=tab, header_row=header_row, columns=columns, rows=rows, settings=known, words=words)
    troubles = {
        row: Trouble(
            what=f"{_UNKNOWN} “{_short(said)}”. Correct the label, or move your remark to the right; a level's row "
            "begins with “Level:”, a code's with “Code:”."
        )
        for row, said in others.items()
    }
    return replace(page, troubles=troubles)


def says_unknown(text: str) -> bool:
    """Whether a cell holds our sentence about a label that is not known."""
    return _UNKNOWN in text


# The choices, judged


def _judged(file: _Both, page: Page, locale: str, last_good: Mapping[str, Choice]) -> InForce:
    good = _known(last_good)
    chosen: dict[str, tuple[Setting, Any]] = {}
    wrong: dict[int, str] = {}
    for identity, rows in page.rows.items():
        setting = page.settings[identity]
        typed = {row: page.at(row, "Your choice") for row in rows if not _says_nothing(page.at(row, "Your choice"))}
        found: dict[int, Any] = {}
        for row, content in typed.items():
            try:
                found[row] = setting.sort.typed(content, locale)
            except (ValueError, ArithmeticError) as problem:
                wrong[row] = str(problem) if isinstance(problem, ValueError) else "must be an ordinary number"
        meant = [value for value in found.values() if value is not None or not setting.sort.checkbox]
        if len({setting.sort.text(value) for value in meant}) > 1:
            wrong |= dict.fromkeys(
                found, f"is not alone: more than one row is called “{setting.label}”; keep one of them"
            )
        elif meant:
            chosen[identity] = (setting, meant[0])
    # A row that is gone says nothing.
    chosen |= {identity: known for identity, known in good.items() if identity not in page.rows}
    counting, there, refused = _together(file, good, chosen)
    for identity, why in refused.items():
        wrong |= dict.fromkeys(page.rows.get(identity, ()), why)
    if not wrong:
        return _in_force(there, counting, page=page)
    held, in_force, _ = _together(file, {}, _but_for_the_brake(good, chosen, page))
    page = replace(page, troubles={**page.troubles, **_troubles(page, wrong, chosen, held)})
    return _in_force(in_force, held, page=page, problems=_problems(page, wrong))


def _but_for_the_brake(
    good: Mapping[str, tuple[Setting, Any]], chosen: Mapping[str, tuple[Setting, Any]], page: Page
) -> dict[str, tuple[Setting, Any]]:
    """The last good choices, but the brake as it is on the tab now."""
    held = {identity: known for identity, known in good.items() if identity != STOP.id}
    if STOP.id in chosen:
        held[STOP.id] = chosen[STOP.id]
    elif STOP.id in good and any(not _says_nothing(page.at(row, "Your choice")) for row in page.rows.get(STOP.id, ())):
        # There is something that cannot be read: the brake stays as it was.
        held[STOP.id] = good[STOP.id]
    return held


def _says_nothing(content: Content) -> bool:
    """A blank, or a box without a tick."""
    return content.blank or content.value is False


def _together(
    file: _Both, base: Mapping[str, tuple[Setting, Any]], chosen: Mapping[str, tuple[Setting, Any]]
) -> tuple[dict[str, tuple[Setting, Any]], _Both, dict[str, str]]:
    """The choices that go together, the settings with them, and why the others do not.

    Where not all do, those that counted already go first, and the others are tried one by one.
    """
    try:
        return dict(chosen), applied(*file, chosen), {}
    except Refused:
        pass
    counting: dict[str, tuple[Setting, Any]] = {}
    refused: dict[str, str] = {}
    there = file
    known = {identity: value for identity, value in chosen.items() if base.get(identity) == value}
    for identity, value in {**known, **chosen}.items():
        try:
            there = applied(*file, {**counting, identity: value})
            counting[identity] = value
        except Refused as why:
            refused[identity] = str(why)
    return counting, there, refused


def _known(choices: Mapping[str, Choice]) -> dict[str, tuple[Setting, Any]]:
    """The remembered choices, less those that nothing can be made of any more."""
    known = {}
    for identity, choice in choices.items():
        setting = FIXED.get(identity) or setting_of(choice.label)
        if setting is None or setting.id != identity:
            continue
        try:
            known[identity] = (setting, setting.sort.remembered(choice.text))
        except ValueError:
            continue
    return known


def _in_force(
    both: _Both,
    counting: Mapping[str, tuple[Setting, Any]],
    *,
    page: Page | None = None,
    problems: tuple[Problem, ...] = (),
) -> InForce:
    settings, gradebook = both
    return InForce(
        settings=settings,
        gradebook=gradebook,
        choices={
            identity: Choice(label=setting.label, text=setting.sort.text(value))
            for identity, (setting, value) in counting.items()
        },
        problems=problems,
        page=page,
    )


# What is said about it


def _problems(page: Page, wrong: Mapping[int, str]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            place=Place(tab=page.tab.title, cell=Cell(row, page.columns["Your choice"])),
            what=f"this choice {wrong[row]}; until it is mended, what is in force stays in force.",
            remedy="Mend the choice, or empty the cell for what the settings file says.",
        )
        for row in sorted(wrong)
    )


def _troubles(
    page: Page,
    wrong: Mapping[int, str],
    chosen: Mapping[str, tuple[Setting, Any]],
    held: Mapping[str, tuple[Setting, Any]],
) -> dict[int, Trouble]:
    """What stands beside the choices: what is wrong with one, and what the good ones wait for."""
    said = {
        row: Trouble(what=f"this choice {why}. What is in force stays so: mend the choice, or empty the cell.")
        for row, why in wrong.items()
    }
    first = min(wrong)
    for identity, rows in page.rows.items():
        if chosen.get(identity) != held.get(identity):
            said |= {row: Trouble(what="this counts", waits_for=first) for row in rows if row not in wrong}
    return said


def _but(in_force: InForce, problem: Problem) -> InForce:
    return replace(in_force, unusable=(problem,))


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
