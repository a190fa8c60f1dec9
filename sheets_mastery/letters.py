"""The words a family reads: one student's open work, a template and a catalogue → subject, HTML and plain text.

`missing_letter` gathers what may be said, from one student's standing and nobody else's; `LetterPress` sets it in the
language of the reader. A letter holds cleaned words only: one line each, without characters that hide or reorder text.

The templates are Jinja in a sandbox (https://jinja.palletsprojects.com/en/stable/sandbox/) and speak English; a
catalogue such as `es.po` (https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html) holds the same sentences
in another language. Both arrive here as text, so that a school's own file can take the place of ours.
"""

from __future__ import annotations

import gettext
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import cycle, product
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_percent
from css_inline import CSSInliner
from jinja2 import DictLoader, Environment, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sheets_mastery.config import Settings
from sheets_mastery.errors import MailRefused, SettingsError
from sheets_mastery.gradebook import Assignment
from sheets_mastery.gradebook.records import key
from sheets_mastery.mastery import Standing, Verdict
from sheets_mastery.notices import Letterbox
from sheets_mastery.remediation import Remediation, Work, link_for

_HTML, _TEXT, _SUBJECT = "missing.html", "missing.txt", "subject.txt"
#: The language of the templates themselves, and of every reader without a catalogue.
_ENGLISH = "en"
_NAME_LENGTH = 80
_TITLE_LENGTH = 120
_LINK_LENGTH = 2000
_SUBJECT_LENGTH = 200
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
#: What the templates call the number that decides about the plural.
_NUMBER = "count"
#: What keeps a text together as one that is read from left to right (https://www.unicode.org/reports/tr9/#Isolates).
_LEFT_TO_RIGHT, _END_OF_DIRECTION = "\u2066", "\u2069"
#: What a template can do wrong while it is filled in, beyond Jinja's own errors.
_TEMPLATE_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenItem:
    """One piece of work that a student can still finish."""

    #: The assignment's title, in one line.
    title: str
    #: RETAKE (handed in, below the student's own level) or NOT_IN.
    verdict: Verdict
    #: The pass mark for this piece of work in percent; None where marks are not shown.
    needed: Fraction | None
    #: What was reached in percent; None where nothing was handed in or marks are not shown.
    got: Fraction | None
    #: The kind of help that comes next, one of `config.Help.help`.
    help: str
    #: The web address of the help, "" for none.
    link: str
    #: The day by which the work is expected.
    due: date
    #: Whether this letter is the first to speak of it.
    new: bool

    @property
    def handed_in(self) -> bool:
        """Whether there is something to do again, instead of something to hand in."""
        return self.verdict is Verdict.RETAKE


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingLetter:
    """What one letter about one student's open work may say."""

    #: The student's first name, "" where the sheet has no name.
    first_name: str
    #: The student's name as in the sheet.
    name: str
    #: The reader's name, "" where the sheet has none.
    guardian: str
    #: Whether the reader is the student.
    own: bool
    #: The open work, what is new first; never empty.
    items: tuple[OpenItem, ...]
    #: The pass mark of the student's contract in percent; None where marks are not shown.
    level: Fraction | None
    #: The school's name.
    school: str
    #: The teacher's name as families know it.
    teacher: str
    #: The address where answers go.
    reply_to: str
    #: The word by which this letter is found again (`envelope.reference`).
    reference: str
    #: Whether percentages may be named; without it there are none in this record.
    show_marks: bool

    @property
    def new_items(self) -> tuple[OpenItem, ...]:
        """The work that this letter is the first to speak of."""
        return tuple(item for item in self.items if item.new)

    @property
    def known_items(self) -> tuple[OpenItem, ...]:
        """The work that an earlier letter has spoken of."""
        return tuple(item for item in self.items if not item.new)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A letter, set in one language."""

    #: The subject: the same for every letter of a language.
    subject: str
    #: The HTML document, with its styles on its elements and nothing to fetch.
    html: str
    #: The same in plain text, lines ended by "\\n".
    text: str
    #: The language as in HTML and mail headers, such as "es-US".
    language: str
    #: "ltr" or "rtl".
    direction: str


def missing_letter(
    standing: Standing,
    assignments: tuple[Assignment, ...],
    episodes: Mapping[Work, Remediation],
    links: Mapping[tuple[str, str], str],
    box: Letterbox,
    settings: Settings,
    reference: str,
    *,
    announced: frozenset[str],
) -> MissingLetter:
    """Gather what a letter to one person about one student says.

    `assignments` go with `standing.judged`; `episodes` are the open ones; `links` are `Gradebook.links`; `announced`
    holds the ids of the episodes that this letter is the first to speak of. Raises ValueError where nothing is open.
    """
    student = standing.student
    show = settings.letters.show_marks
    items = []
    for assignment, judged in zip(assignments, standing.judged, strict=True):
        episode = episodes.get((key(student.id), assignment.id))
        # Work that went missing since the last sync has no episode yet: it waits for a letter of its own.
        if not judged.verdict.missing or episode is None:
            continue
        items.append(
            OpenItem(
                title=one_line(assignment.title, _TITLE_LENGTH),
                verdict=judged.verdict,
                needed=judged.needed if show else None,
                got=judged.got if show else None,
                help=episode.help,
                link=web_address(link_for(links, assignment.id, episode.help, settings.remediation)),
                due=episode.due,
                new=episode.id in announced,
            )
        )
    if not items:
        raise ValueError("a letter about missing work needs missing work")
    return MissingLetter(
        first_name=first_name(student.name),
        name=one_line(student.name, _NAME_LENGTH),
        guardian=one_line(box.name, _NAME_LENGTH),
        own=box.own,
        items=tuple(sorted(items, key=lambda item: not item.new)),
        level=Fraction(standing.contract.tier.pass_mark) if show and standing.contract else None,
        school=one_line(settings.school.name, _TITLE_LENGTH),
        teacher=one_line(settings.school.teacher, _NAME_LENGTH),
        reply_to=settings.school.reply_to,
        reference=reference,
        show_marks=show,
    )


def one_line(text: str, longest: int) -> str:
    """A text from a cell as words in one line, cut with "…" after so many characters.

    Line breaks and control characters become spaces. Marks that turn the direction of writing or take no room are left
    out, because they make a line read as something else; the joiners that Persian and the languages of India need stay.
    """
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cc", "Zl", "Zp", "Zs"}:
            kept.append(" ")
        elif category not in {"Cf", "Cs"} or character in "\u200c\u200d":
            kept.append(character)
    words = " ".join("".join(kept).split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def first_name(name: str) -> str:
    """What the student is called: "José" for "José Luis Peña" and for "Peña, José Luis"."""
    family, comma, given = one_line(name, _NAME_LENGTH).partition(",")
    words = given.split() if comma and given.strip() else family.split()
    return words[0] if words else ""


def web_address(text: str) -> str:
    """The text where it is a web address that may stand in a letter, else ""."""
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname)
    except ValueError:
        return ""
    clean = text == one_line(text, _LINK_LENGTH) and not any(character in " <>\"'`\\" for character in text)
    return text if clean and named and parts.scheme in {"http", "https"} else ""


def percent(value: Fraction, locale: Locale, decimals: int = 2) -> str:
    """A percentage to be read, in the manner of a locale: never rounded up, for 85.999 is not the 86 that it missed.

    A pass mark is asked for with four decimals, which is all that the settings allow, and so is always exact.
    """
    steps = 10**decimals
    shown = Decimal(value.numerator * steps // value.denominator) / steps
    return format_percent(shown / 100, locale=locale, decimal_quantization=False)


class LetterPress:
    """Sets letters from templates and catalogues, in as many languages as there are catalogues, and English."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Make it ready.

        `files` holds the texts of missing.html, missing.txt, subject.txt, of whatever they include, and of a catalogue
        `<language>.po` a language. Everything is tried out on made-up letters first: what is wrong in a template or a
        catalogue is a SettingsError that names the file, long before a letter is due.
        """
        for name in (_HTML, _TEXT, _SUBJECT):
            if name not in files:
                raise SettingsError(f"letters.folder: the template {name} is not there.")
        catalogues = {_code(name.removesuffix(".po")): name for name in files if name.endswith(".po")}
        self._editions = {_ENGLISH: _Edition(files, None)} if _ENGLISH not in catalogues else {}
        self._editions |= {code: _Edition(files, name) for code, name in catalogues.items()}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are, such as ("en-US", "es-US")."""
        return tuple(sorted(edition.language for edition in self._editions.values()))

    def render(self, letter: MissingLetter, language: str) -> Rendered:
        """Set a letter in a language such as "es" or "es-MX"; where there is no catalogue for it, in English.

        Raises MailRefused where a template cannot be filled in; its message holds nothing of the letter.
        """
        code = _code(language)
        edition = self._editions.get(code) or self._editions.get(code.partition("_")[0]) or self._editions[_ENGLISH]
        try:
            return edition.render(letter)
        except _TEMPLATE_FAULTS as problem:
            # The words of the error may quote the letter, so only its kind is told, and its cause is cut off.
            raise MailRefused(f"A template of the letters cannot be filled in ({type(problem).__name__}).") from None


class _Edition:
    """The templates in one language."""

    def __init__(self, files: Mapping[str, str], catalogue_name: str | None) -> None:
        """Read the catalogue (None: English as it is), compile the templates, set the subject, print proofs."""
        self._locale, translations = Locale("en", "US"), gettext.NullTranslations()
        if catalogue_name is not None:
            self._locale, translations = _read_catalogue(catalogue_name, files[catalogue_name])
        self.language = str(self._locale).replace("_", "-")
        self.direction = self._locale.text_direction
        # Nothing is fetched, whatever a template links to. A style block marked data-css-inline="keep" stays as it is.
        self._inliner = CSSInliner(load_remote_stylesheets=False)
        # Two environments, because a file that both letters share has to be compiled with and without escaping: a
        # macro of an unescaped file would count as escaped when the HTML calls it.
        escaping, plain = (_environment(files, self._locale, translations, autoescape=on) for on in (True, False))
        with _blaming(_SUBJECT, self.language):
            # Set once, before any student is known: a subject can hold nothing from a sheet.
            self._subject = one_line(plain.get_template(_SUBJECT).render(), _SUBJECT_LENGTH)
        if not self._subject:
            raise SettingsError(f"letters.folder: {_SUBJECT} leaves the subject empty in {self.language}.")
        with _blaming(_HTML, self.language):
            self._html = escaping.get_template(_HTML)
            for letter in _PROOFS:
                self._html_of(letter)
        with _blaming(_TEXT, self.language):
            self._text = plain.get_template(_TEXT)
            for letter in _PROOFS:
                self._text_of(letter)

    def render(self, letter: MissingLetter) -> Rendered:
        return Rendered(
            subject=self._subject,
            html=self._html_of(letter),
            text=self._text_of(letter),
            language=self.language,
            direction=self.direction,
        )

    def _html_of(self, letter: MissingLetter) -> str:
        return self._inliner.inline(self._filled_in(self._html, letter)).strip() + "\n"

    def _text_of(self, letter: MissingLetter) -> str:
        text = "\n".join(line.rstrip() for line in self._filled_in(self._text, letter).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"

    def _filled_in(self, template: Template, letter: MissingLetter) -> str:
        return template.render(letter=letter, subject=self._subject, language=self.language, direction=self.direction)


@contextmanager
def _blaming(name: str, language: str) -> Iterator[None]:
    """Turn what goes wrong with made-up letters into a SettingsError that names the file."""
    try:
        yield
    except _TEMPLATE_FAULTS as problem:
        what = " ".join(str(problem).split())
        raise SettingsError(
            f"letters.folder: {name} does not work in {language} ({type(problem).__name__}: {what})."
        ) from None


def _environment(
    files: Mapping[str, str], locale: Locale, translations: gettext.NullTranslations, *, autoescape: bool
) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(files),
        autoescape=autoescape,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    # The extension adds this method while it is loaded, where no type checker sees it.
    vars(environment)["install_gettext_translations"](translations, newstyle=True)

    def percent_or_refusal(value: Fraction | None, decimals: int = 2) -> str:
        if value is None:
            raise ValueError("a percentage is wanted where there is none; ask `is not none` first")
        shown = percent(value, locale, decimals)
        # Behind Arabic words the sign would move to the other side of the number.
        return f"{_LEFT_TO_RIGHT}{shown}{_END_OF_DIRECTION}" if locale.text_direction == "rtl" else shown

    environment.filters["percent"] = percent_or_refusal
    environment.filters["day"] = lambda day, pattern: format_date(day, pattern, locale=locale)
    return environment


def _code(language: str) -> str:
    return language.strip().casefold().replace("-", "_")


def _read_catalogue(name: str, text: str) -> tuple[Locale, gettext.GNUTranslations]:
    """The locale and the sentences of a catalogue; SettingsError where it cannot be used."""
    try:
        catalogue = read_po(io.StringIO(text), abort_invalid=True)
        locale = catalogue.locale or Locale.parse(name.removesuffix(".po"))
        for message in catalogue:
            _check_placeholders(message)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        return locale, gettext.GNUTranslations(compiled)
    except (PoFileError, UnknownLocaleError, ValueError) as problem:
        raise SettingsError(f"letters.folder: {name}: {problem}.") from None


def _check_placeholders(message: Message) -> None:
    """Raise ValueError for a sentence that leaves a placeholder out, invents one, or writes a stray "%"."""
    originals = [message.id] if isinstance(message.id, str) else message.id
    strings = [message.string] if isinstance(message.string, str) else message.string or []
    if not originals[0] or not any(strings):
        # The header, or a sentence not translated yet: it stays English.
        return
    wanted = [set(_PLACEHOLDER.findall(original)) for original in originals]
    if len(originals) > 1:
        # A form may say the number itself, as the Arabic one for two things does.
        wanted += [names - {_NUMBER} for names in wanted]
    for string in strings:
        # Each form has to be like one of the original's: a language may tell one thing by its title or by its number.
        if set(_PLACEHOLDER.findall(string)) not in wanted or "%" in _PLACEHOLDER.sub("", string).replace("%%", ""):
            raise ValueError(f'the placeholders of "{string}" are not those of "{originals[-1]}"')


def _proofs() -> Iterator[MissingLetter]:
    """Made-up letters that together pass through every fork of the templates."""
    kinds = ("class_time", "video", "practice", "peer_tutoring", "small_group", "one_to_one")
    verdicts = (Verdict.RETAKE, Verdict.NOT_IN)
    for own, show, named in product((False, True), repeat=3):
        # Each kind of help is new and known, to be done again and handed in: two by two, as trying all takes its time.
        items = tuple(
            OpenItem(
                title="Unit 4 quiz",
                verdict=verdict,
                needed=Fraction(86) if show else None,
                got=Fraction(72) if show and verdict is Verdict.RETAKE else None,
                help=kind,
                link="https://school.example/help" if new else "",
                due=date(2026, 10, 30),
                new=new,
            )
            for new in (True, False)
            for kind, verdict in zip(kinds, cycle(verdicts if new else reversed(verdicts)), strict=False)
        )
        for some in (items, items[:1]):
            yield MissingLetter(
                first_name="José" if named else "",
                name="José Peña" if named else "",
                guardian="Rosa Peña" if named else "",
                own=own,
                items=some,
                level=Fraction(86) if show else None,
                school="Lincoln Middle School",
                teacher="Ms. Rivera",
                reply_to="rivera@school.example",
                reference="SM-AAAAAAAAAA",
                show_marks=show,
            )


_PROOFS = tuple(_proofs())
