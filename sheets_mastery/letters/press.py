"""Sets a letter in the language of its reader, from templates and catalogues.

The templates are Jinja in a sandbox (https://jinja.palletsprojects.com/en/stable/sandbox/) and speak English; a
catalogue such as `es.po` (https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html) holds the same sentences
in another language. Both arrive here as text, so that a school's own file can take the place of ours.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from css_inline import CSSInliner
from jinja2 import BytecodeCache, DictLoader, Environment, StrictUndefined, Template, TemplateError
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sheets_mastery.errors import MailRefused, SettingsError
from sheets_mastery.letters.digest import Digest
from sheets_mastery.letters.parts import ROOTS
from sheets_mastery.letters.plain import one_line, percent
from sheets_mastery.letters.proofs import DIGESTS, LETTERS, PAGES
from sheets_mastery.letters.records import Letter, Rendered
from sheets_mastery.letters.stopping import StopPage, WebPage
from sheets_mastery.notices import CONTRACT, DIGEST, MADE_GOOD, MISSING, REMINDER, WEEKLY, WELCOME

_SUBJECT = "subject.txt"
#: The template for families and the one for the teacher, each as a page and as text.
_FAMILY, _TEACHER = ("letter.html", "letter.txt"), ("digest.html", "digest.txt")
#: The page at which letters are stopped.
_STOP = "stop.html"
_KINDS = (MISSING, REMINDER, MADE_GOOD, WEEKLY, WELCOME, CONTRACT, DIGEST)
#: The language of the templates themselves, and of every reader without a catalogue.
_ENGLISH = "en"
_SUBJECT_LENGTH = 200
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
#: What the templates call the number that decides about the plural.
_NUMBER = "count"
#: What keeps a text together as one that is read from left to right (https://www.unicode.org/reports/tr9/#Isolates).
_LEFT_TO_RIGHT, _END_OF_DIRECTION = "\u2066", "\u2069"
#: What a template can do wrong while it is filled in, beyond Jinja's own errors.
_TEMPLATE_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class _Compiled(BytecodeCache):
    """Templates compiled once for all languages: what a sentence is called in one is looked up while it is printed."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's own sandbox, which remembers what it has decided.

    Whether a template may use an attribute depends on its name and on the type that it is of, and on nothing else;
    a letter asks hundreds of times, about the same few.
    """

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._decided: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As Jinja's."""
        which = type(obj), attr
        if which not in self._decided:
            self._decided[which] = super().is_safe_attribute(obj, attr, value)
        return self._decided[which]


class LetterPress:
    """Sets letters from templates and catalogues, in as many languages as there are catalogues, and English."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Make it ready.

        `files` holds the texts of letter.html, letter.txt, digest.html, digest.txt, subject.txt, stop.html, of whatever
        they include, and of a catalogue `<language>.po` a language. Everything is tried out on made-up letters first:
        what is wrong in a template or a catalogue is a SettingsError that names the file, long before a letter is due.
        """
        for name in ROOTS:
            if name not in files:
                raise SettingsError(f"letters.folder: the template {name} is not there.")
        catalogues = {_code(name.removesuffix(".po")): name for name in files if name.endswith(".po")}
        compiled = {True: _Compiled(), False: _Compiled()}
        self._editions = {_ENGLISH: _Edition(files, None, compiled)} if _ENGLISH not in catalogues else {}
        self._editions |= {code: _Edition(files, name, compiled) for code, name in catalogues.items()}
        #: (code, what the language calls itself, how it runs) of each language there is.
        self._choices = [(each.language, each.own_name, each.direction) for _, each in sorted(self._editions.items())]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are, such as ("en-US", "es-US")."""
        return tuple(sorted(edition.language for edition in self._editions.values()))

    def speaks(self, language: str) -> bool:
        """Whether there is a catalogue for a language such as "es" or "es-MX"."""
        return self._edition(language) is not None

    def _edition(self, language: str) -> _Edition | None:
        code = _code(language)
        return self._editions.get(code) or self._editions.get(code.partition("_")[0])

    def render(self, letter: Letter | Digest, language: str) -> Rendered:
        """Set a letter in a language such as "es" or "es-MX"; where there is no catalogue for it, in English.

        Raises MailRefused where a template cannot be filled in; its message holds nothing of the letter.
        """
        edition = self._edition(language) or self._editions[_ENGLISH]
        try:
            return edition.render(letter)
        except _TEMPLATE_FAULTS as problem:
            # The words of the error may quote the letter, so only its kind is told, and its cause is cut off.
            raise MailRefused(f"A template of the letters cannot be filled in ({type(problem).__name__}).") from None

    def page(self, page: StopPage, language: str) -> WebPage:
        """Set the page at which letters are stopped; where there is no catalogue for the language, in English."""
        edition = self._edition(language) or self._editions[_ENGLISH]
        return WebPage(html=edition.page(page, self._choices), language=edition.language)


class _Edition:
    """The templates in one language."""

    def __init__(
        self, files: Mapping[str, str], catalogue_name: str | None, compiled: Mapping[bool, BytecodeCache]
    ) -> None:
        """Read the catalogue (None: English as it is), compile the templates, set the subject, print proofs."""
        self._locale, translations = Locale("en", "US"), gettext.NullTranslations()
        if catalogue_name is not None:
            self._locale, translations = _read_catalogue(catalogue_name, files[catalogue_name])
        self.language = str(self._locale).replace("_", "-")
        self.direction = self._locale.text_direction
        self.own_name = self._locale.get_language_name() or self.language
        # Nothing is fetched, whatever a template links to. A style block marked data-css-inline="keep" stays as it is.
        self._inliner = CSSInliner(load_remote_stylesheets=False)
        # Two environments, because a file that both letters share has to be compiled with and without escaping: a
        # macro of an unescaped file would count as escaped when the HTML calls it.
        escaping, plain = (
            _environment(files, self._locale, translations, compiled[on], autoescape=on) for on in (True, False)
        )
        with _blaming(_SUBJECT, self.language):
            # Set once, before any student is known: a subject can hold nothing from a sheet.
            subject = plain.get_template(_SUBJECT)
            self._subjects = {kind: one_line(subject.render(kind=kind), _SUBJECT_LENGTH) for kind in _KINDS}
        if not all(self._subjects.values()):
            raise SettingsError(f"letters.folder: {_SUBJECT} leaves the subject empty in {self.language}.")
        self._pages: dict[bool, Template] = {}
        self._texts: dict[bool, Template] = {}
        for teacher, (html, text), proofs in ((False, _FAMILY, LETTERS), (True, _TEACHER, DIGESTS)):
            with _blaming(html, self.language):
                self._pages[teacher] = escaping.get_template(html)
                for letter in proofs:
                    self._html_of(letter)
            with _blaming(text, self.language):
                self._texts[teacher] = plain.get_template(text)
                for letter in proofs:
                    self._text_of(letter)
        with _blaming(_STOP, self.language):
            self._stop = escaping.get_template(_STOP)
            for page in PAGES:
                self.page(page, [(self.language, self.own_name, self.direction)])

    def render(self, letter: Letter | Digest) -> Rendered:
        return Rendered(
            subject=self._subjects[letter.kind],
            html=self._html_of(letter),
            text=self._text_of(letter),
            language=self.language,
            direction=self.direction,
        )

    def page(self, page: StopPage, choices: list[tuple[str, str, str]]) -> str:
        """A web page, whose styles stay in its style block: the browser is told to take no others."""
        filled = self._stop.render(page=page, languages=choices, language=self.language, direction=self.direction)
        return filled.strip() + "\n"

    def _html_of(self, letter: Letter | Digest) -> str:
        page = self._filled_in(self._pages[letter.kind == DIGEST], letter)
        return self._inliner.inline(page).strip() + "\n"

    def _text_of(self, letter: Letter | Digest) -> str:
        filled = self._filled_in(self._texts[letter.kind == DIGEST], letter)
        text = "\n".join(line.rstrip() for line in filled.split("\n"))
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"

    def _filled_in(self, template: Template, letter: Letter | Digest) -> str:
        subject = self._subjects[letter.kind]
        return template.render(letter=letter, subject=subject, language=self.language, direction=self.direction)


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
    files: Mapping[str, str],
    locale: Locale,
    translations: gettext.NullTranslations,
    compiled: BytecodeCache,
    *,
    autoescape: bool,
) -> Environment:
    environment = _Sandbox(
        loader=DictLoader(files),
        autoescape=autoescape,
        bytecode_cache=compiled,
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

    # A class has few dates, and letters name them again and again.
    environment.filters["day"] = lru_cache(maxsize=512)(lambda day, pattern: format_date(day, pattern, locale=locale))
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
