"""The wizard: looks at a teacher's sheet once, asks what only a person knows, and writes the settings file.

Nothing of the teacher's in the sheet is changed: it gets its tab Mastery Settings, and a column of ids only where
somebody says so. Nothing is written before the last question is answered.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sheets_mastery import config, drawing, settingsfile
from sheets_mastery.a1 import Range, column_letters
from sheets_mastery.asking import Asked
from sheets_mastery.config import Google, GradebookSettings, Mail, School
from sheets_mastery.errors import LayoutError, SettingsError
from sheets_mastery.gradebook import Layout, Question, find_layout
from sheets_mastery.newids import ID_LABEL, NEW_ID, new_ids, supposed
from sheets_mastery.outcome import Outcome
from sheets_mastery.panel import SETTINGS_ID, SETTINGS_TITLE, InForce, settings_in_force, settings_tab
from sheets_mastery.plan import Plan
from sheets_mastery.reading import Reading
from sheets_mastery.settingsfile import Basics, Value
from sheets_mastery.summary import Summary, describe
from sheets_mastery.terminal import Screen
from sheets_mastery.wayin import connected, way_in
from sheets_mastery.wiring import Service
from sheets_mastery.wishes import Wishes, at_path, find_spreadsheet, given, key_of, path_of, put_at, sort_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sheets_mastery.google.sheets import GoogleSheets

#: The keys of a gradebook that questions are about: each is looked at without, to ask again what was answered.
_ASKED = (
    ("marks_tab", "marks_tabs"),
    ("roster_tab",),
    ("labels",),
    ("points", "assignments"),
    ("scale", "worth"),
    ("checkboxes",),
    ("codes", "codes_as_in"),
)
#: What stands in for the school at the local Google, where no letter ever leaves the machine.
_STAND_INS = {"school": "A school", "teacher": "The teacher", "reply_to": "teacher@school.invalid"}


class Setup:
    """One run of the wizard."""

    def __init__(
        self,
        address: str,
        wishes: Wishes,
        screen: Screen,
        environment: Mapping[str, str],
        *,
        clock: Callable[[], datetime],
        quiet: bool = False,
        person: Callable[[Callable[[Question], str]], Asked] | None = None,
    ) -> None:
        """`person` makes somebody to ask, from what shows a question's cell in a browser; None where nobody is there.

        `quiet` keeps what was found for the outcome alone.

        Raises SettingsError for an address that is none, and for a settings file that cannot be used.
        """
        self._wishes = wishes
        self._screen = screen
        self._environment = environment
        self._clock = clock
        self._quiet = quiet
        self._spreadsheet, self._face = find_spreadsheet(address)
        self._before = _read(wishes.file)
        self._settings = None if self._before is None else config.parse(self._before, environment)
        self._person = None if person is None or wishes.yes else person(self._page)
        self._answered: dict[settingsfile.Path, Value] = {}
        self._tab_made = False
        #: The keys of the questions that were put: none is put twice, whatever came of it.
        self._put: set[str] = set()
        self._asked = 0
        self._google_table = way_in(self._before, wishes, self._face, self._person)
        self._google = config.part(Google, self._google_table)

    def run(self) -> Outcome:
        """Look, ask, write, and try. Raises WaitingForPerson where there is nobody to ask, and what reading raises."""
        reading = self._read_sheet()
        self._name = self._gradebook_name(reading)
        layout = self._understand(reading)
        self._show_found(reading, layout)
        first = layout
        reading, layout = self._ask_about(reading, layout)
        if (layout.tabs, layout.findings) != (first.tabs, first.findings):
            self._show("")
            self._show_found(reading, layout)
        if layout.stopped and not layout.questions:
            raise LayoutError(layout.stopped)
        stops = bool(layout.stopped) or any(each.stops for each in layout.questions)
        if self._person is not None and stops:
            return self._outcome(layout, (), written=False)
        text, missing = self._text(reading)
        if text is None or stops or (layout.questions and self._person is None and not self._wishes.yes):
            return self._outcome(layout, missing, written=False)
        settings = config.parse(text, self._environment)
        written = self._write(text)
        service = Service(settings, self._wishes.file.resolve().parent, self._environment, self._clock)
        try:
            summary = self._try(service)
        finally:
            service.close()
        return self._outcome(layout, missing, written=written, plan=summary)

    def _show_found(self, reading: Reading, layout: Layout) -> None:
        parts = self._supposed(reading, layout)
        self._show(drawing.explained(layout), "", drawing.drawn(parts, reading, self._screen.out.width))

    def _show(self, *things: RenderableType) -> None:
        if not self._quiet:
            self._screen.show(*things)

    # Connecting

    def _read_sheet(self) -> Reading:
        with self._connected() as sheets, self._screen.busy("Reading the sheet"):
            return sheets.read(self._spreadsheet)

    def _connected(self) -> GoogleSheets:
        mail = self._settings.mail if self._settings else None
        return connected(self._google, mail, self._wishes.file.resolve().parent, self._person)

    def _page(self, question: Question) -> str:
        """Where a browser shows the cell of a question."""
        cell = f"&range={question.place.cell}" if question.place.cell else ""
        if self._google.endpoint:
            return f"{self._google.endpoint}/face/sheets/{self._spreadsheet}"
        gid = self._sheet_ids.get(question.place.tab, 0)
        return f"https://docs.google.com/spreadsheets/d/{self._spreadsheet}/edit#gid={gid}{cell}"

    # Understanding

    def _gradebook_name(self, reading: Reading) -> str:
        """The name in the settings; for a new gradebook what was wished, else the document's title."""
        self._sheet_ids = {tab.title: tab.sheet_id for tab in reading}
        there = self._settings.gradebooks if self._settings else ()
        known = next((each.name for each in there if each.spreadsheet == self._spreadsheet), "")
        if known and self._wishes.name not in {"", known}:
            raise SettingsError(
                f'--name: the settings call this spreadsheet "{known}", and what is known about it is kept by that '
                "name; leave it."
            )
        if known or self._wishes.name:
            return known or self._wishes.name
        plain = re.sub(r"[^\w .()&+-]+", " ", reading.title)
        base = re.sub(r"^[^\w]+", "", " ".join(plain.split()))[:56].strip() or "Gradebook"
        taken = {each.name.casefold() for each in there}
        names = (base, *(f"{base} {number}" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name.casefold() not in taken)

    def _table(self, base: str | None = None) -> dict[str, Any]:
        """This gradebook's table with every answer so far, as it will stand in the file."""
        text = self._with_gradebook(base if base is not None else self._before or "")
        number = settingsfile.gradebook_at(text, self._spreadsheet)
        table: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)["gradebooks"][number]
        return table

    def _with_gradebook(self, text: str) -> str:
        number = settingsfile.gradebook_at(text, self._spreadsheet)
        if number is None:
            text = settingsfile.with_gradebook(text, self._name, self._spreadsheet)
            number = settingsfile.gradebook_at(text, self._spreadsheet)
        for path, value in self._answered.items():
            text = settingsfile.with_value(text, path, value, gradebook=number)
        return text

    def _understand(self, reading: Reading, without: tuple[str, ...] = ()) -> Layout:
        """Look at the reading again with every answer so far, or as if some keys had never been set."""
        return self._look(reading, self._gradebook(without))

    def _look(self, reading: Reading, gradebook: GradebookSettings) -> Layout:
        there = self._in_force(reading, gradebook)
        return find_layout(reading, there.gradebook, there.settings.marking)

    def _supposed(self, reading: Reading, layout: Layout) -> Layout:
        there = self._in_force(reading, self._gradebook())
        return supposed(reading, layout, there.gradebook, there.settings.marking)

    def _in_force(self, reading: Reading, gradebook: GradebookSettings) -> InForce:
        """What counts: the answers, and over them what the document's own tab of settings says."""
        file = self._settings
        if file is None:
            nobody = Basics(**_STAND_INS, sender=_STAND_INS["reply_to"], time_zone="UTC")
            google = {key: str(value) for key, value in self._google_table.items()}
            file = config.parse(self._with_gradebook(settingsfile.fresh(nobody, google)))
        return settings_in_force(file, gradebook, reading, {})

    def _gradebook(self, without: tuple[str, ...] = ()) -> GradebookSettings:
        table = {key: value for key, value in self._table().items() if key not in without}
        return config.part(GradebookSettings, table)

    # Asking

    def _ask_about(self, reading: Reading, layout: Layout) -> tuple[Reading, Layout]:
        """Put every question until none is left that anybody can answer; answers the last look."""
        layout = self._take_given(reading, layout)
        if self._person is not None:
            self._ask_again(reading)
            layout = self._understand(reading)
        # Looked at again after every answer: one may settle others, or bring new ones.
        while question := next((each for each in layout.questions if each.key not in self._put), None):
            self._put.add(question.key)
            if question.paths[0] == ID_LABEL and self._ids_added(question, reading, layout):
                reading = self._read_sheet()
            elif (value := self._answer(question, None)) is not None:
                self._keep(question.paths, value)
            layout = self._understand(reading)
        return reading, layout

    def _ids_added(self, question: Question, reading: Reading, layout: Layout) -> bool:
        """Put a column of new ids into a sheet that has none, where somebody says so."""
        columns = new_ids(reading, self._supposed(reading, layout))
        if not columns:
            return False
        if not self._wishes.add_ids:
            if question.choices or self._person is None:
                return False
            count = sum(len(each.values) - each.values.count(None) - 1 for each in columns)
            where = ", ".join(f"{column_letters(each.column)} of {each.title}" for each in columns)
            said = self._person.choice(
                f"{question.text} Shall a new column “{NEW_ID}” with {count} new ids be put in as column {where}?",
                {"no": "stop here", "yes": "no cell of yours is changed; they move one column to the right"},
                "",
            )
            if said != "yes":
                return False
        with self._connected() as sheets:
            corner = tuple((each.title, Range(0, each.column, 1, each.column + 1)) for each in columns[:1])
            sheets.apply(self._spreadsheet, tuple(each.edit for each in columns), corner)
        self._show(Text(f"A column “{NEW_ID}” is put in."))
        return True

    def _answer(self, question: Question, kept: Value | None) -> Value | None:
        if self._person is not None:
            while True:
                self._asked += 1
                value = self._person.answer(question, self._asked, kept)
                if value is None or self._can_be(question, value):
                    return value
        if self._wishes.yes and question.proposal and not question.of_some_marks:
            return settingsfile.read_answer(question.proposal, question.sort, question.choices)
        return None

    def _can_be(self, question: Question, value: Value) -> bool:
        before = dict(self._answered)
        try:
            self._keep(question.paths, value)
            self._gradebook()
        except SettingsError as problem:
            self._screen.complain(str(problem))
            return False
        finally:
            self._answered = before
        return True

    def _take_given(self, reading: Reading, layout: Layout) -> Layout:
        """Take the answers of the command line: those that are asked for as they are asked, then the others."""
        answers = dict(self._wishes.answers)
        while True:
            matched = [each for each in layout.questions if each.key in answers]
            for question in matched:
                self._keep(
                    question.paths, given(question.key, answers.pop(question.key), question.sort, question.choices)
                )
            if not matched:
                if not answers:
                    return layout
                for key, said in answers.items():
                    path = path_of(key)
                    self._keep((path,), given(key, said, sort_of(path), ()))
                answers = {}
            try:
                self._gradebook()
            except SettingsError as problem:
                raise SettingsError(f"--answer: {problem}") from None
            layout = self._understand(reading)

    def _ask_again(self, reading: Reading) -> None:
        """Put the questions that the settings answer already, with that answer as what Enter keeps.

        First as they came the first time, from a table without answers on; then those that come only when the others
        are answered.
        """
        again: set[settingsfile.Path] = set()
        known = {key: value for key, value in self._table().items() if not any(key in keys for keys in _ASKED)}
        while (question := self._answered_before(reading, known, again)) is not None:
            self._put_again(question, again)
            for path in question.paths:
                put_at(known, path, at_path(self._table(), path))
        for keys in _ASKED:
            if any(key in self._table() for key in keys):
                without = {key: value for key, value in self._table().items() if key not in keys}
                while (question := self._answered_before(reading, without, again)) is not None:
                    self._put_again(question, again)

    def _answered_before(
        self, reading: Reading, table: Mapping[str, Any], again: Collection[settingsfile.Path]
    ) -> Question | None:
        """The first question that comes with a table, that the settings answer, and that was not put again yet."""
        found = self._look(reading, config.part(GradebookSettings, table))
        answers = self._table()
        for each in found.questions:
            if each.paths[0] not in again and at_path(answers, each.paths[0]) is not None:
                return each
        return None

    def _put_again(self, question: Question, again: set[settingsfile.Path]) -> None:
        again.add(question.paths[0])
        if question.paths[0] in self._answered:
            return  # the command line has just said it
        kept = at_path(self._table(), question.paths[0])
        value = self._answer(question, kept)
        if value is not None and value != kept:
            self._keep(question.paths, value)

    def _keep(self, paths: Iterable[settingsfile.Path], value: Value) -> None:
        for path in paths:
            self._answered[path] = value

    # Writing

    def _text(self, reading: Reading) -> tuple[str | None, tuple[str, ...]]:
        """The settings file as it will be; None where the school has not said enough, with the flags to say it."""
        if self._before is not None:
            return self._with_gradebook(self._changed(self._before)), ()
        basics, missing = self._basics(reading)
        if basics is None:
            return None, missing
        google = {key: str(value) for key, value in self._google_table.items()}
        return self._with_gradebook(settingsfile.fresh(basics, google)), ()

    def _changed(self, text: str) -> str:
        """The file with what was said on the command line about the school and its way to Google."""
        said = {
            ("school", "name"): self._wishes.school,
            ("school", "teacher"): self._wishes.teacher,
            ("school", "reply_to"): self._wishes.reply_to,
            ("school", "time_zone"): self._wishes.time_zone,
            ("mail", "sender"): self._wishes.sender,
            ("google", "credentials"): self._wishes.credentials,
            ("google", "file"): self._wishes.key_file,
            ("google", "endpoint"): self._wishes.endpoint,
        }
        for path, value in said.items():
            if value:
                text = settingsfile.with_value(text, path, value)
        return text

    def _basics(self, reading: Reading) -> tuple[Basics | None, tuple[str, ...]]:
        """What the school says about itself, asked for where the command line does not say it."""
        stand_ins = _STAND_INS if self._google.credentials == "local" else {}
        zone = reading.time_zone if "/" in reading.time_zone else ""
        said: dict[str, str] = {}
        missing: list[str] = []
        for name, question, proposal in (
            ("school", "The school's name, as families read it?", stand_ins.get("school", "")),
            ("teacher", "The teacher's name, as families know it?", stand_ins.get("teacher", "")),
            ("reply_to", "The address that families answer to?", stand_ins.get("reply_to", "")),
            ("time_zone", "The school's time zone?", zone),
            ("sender", "The address that letters come from?", ""),
        ):
            likely = proposal or (said.get("reply_to", "") if name == "sender" else "")
            wished: str = getattr(self._wishes, name)
            if wished:
                _basic(name, wished)
                said[name] = wished
            elif self._person is not None:
                said[name] = self._person.line(question, likely, lambda text, name=name: _basic(name, text))  # type: ignore[misc]  # the default binds the loop's name
            elif self._wishes.yes and likely:
                said[name] = likely
            else:
                missing.append(f"--{name.replace('_', '-')}")
        return (None if missing else Basics(**said)), tuple(missing)

    def _write(self, text: str) -> bool:
        """Put the file in its place, whole or not at all, with the mode it had; answers whether that was needed."""
        file = self._wishes.file
        if _read(file) != self._before:
            raise SettingsError(f"{file} was changed while questions were asked; nothing was written. Begin again.")
        if text == self._before:
            return False
        try:
            replace(file, text)
        except OSError as problem:
            raise SettingsError(f"The settings file {file} cannot be written: {problem.strerror}.") from None
        return True

    def _try(self, service: Service) -> Summary:
        """Put the tab with the settings into the document, and answer what a sync would do then."""
        from sheets_mastery.sync import make_plan

        gradebook = service.settings.gradebook(self._name)

        def decided() -> tuple[Plan, Reading]:
            return make_plan(service.sheets, service.ledger, service.settings, gradebook, service.clock())

        with self._screen.busy("Trying a sync, without writing"):
            plan, reading = decided()
            page = tuple(edit for edit in plan.edits if getattr(edit, "sheet_id", None) == SETTINGS_ID)
            if page and settings_tab(reading) is None:
                # The same edits that the first sync would make; everything else waits for it.
                service.sheets.apply(gradebook.spreadsheet, page, ((SETTINGS_TITLE, Range(0, 0, 1, 1)),))
                self._tab_made = True
                plan, _ = decided()
        return describe(plan)

    def _outcome(
        self, layout: Layout, missing: tuple[str, ...], *, written: bool, plan: Summary | None = None
    ) -> Outcome:
        return Outcome(
            gradebook=self._name,
            layout=layout,
            answered={key_of(path): settingsfile.written(value) for path, value in self._answered.items()},
            open=layout.questions,
            missing=missing,
            written=written,
            tab_made=self._tab_made,
            plan=plan,
        )


def replace(file: Path, text: str) -> None:
    """Put a text in a file's place, whole or not at all; a new one is for its owner alone. Raises OSError."""
    place = file.resolve()
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o600
    beside = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as new:
            os.fchmod(new.fileno(), mode)
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


def _read(file: Path) -> str | None:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no text"
        raise SettingsError(f"The settings file {file} cannot be read: {why}.") from None


def _basic(name: str, text: str) -> None:
    """Refuse what the school cannot be, with a sentence."""
    right = {"name": "A school", "teacher": "A teacher", "reply_to": "a@school.example", "time_zone": "UTC"}
    if name == "sender":
        config.part(Mail, {"sender": text})
    else:
        config.part(School, right | {"name" if name == "school" else name: text})
