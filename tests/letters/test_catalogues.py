"""Every sentence of the templates has its twin in every language, and the catalogues hold nothing else."""

from __future__ import annotations

import gettext
import html
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import drawn
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment

from sheets_mastery.config import Labels
from sheets_mastery.gradebook.layout import find_columns
from sheets_mastery.gradebook.roster import read_entries
from sheets_mastery.letters import Digest, GoodItem, Group, Letter, LetterPress, Says, StopPage
from sheets_mastery.mastery import Verdict
from sheets_mastery.notices import CONTRACT, MADE_GOOD, REMINDER, WEEKLY, WELCOME

Sentence = str | tuple[str, ...]

LANGUAGES = ("ar", "es", "fr", "vi", "zh")
KINDS = ("class_time", "video", "practice", "peer_tutoring", "small_group", "one_to_one")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
#: How many pieces of work a letter is tried with: among them all that Arabic counts in another way.
COUNTS = (1, 2, 3, 11, 100)


def sentences(files: dict[str, str]) -> set[Sentence]:
    """What `{% trans %}` and `gettext` in the templates ask the catalogues for, with (singular, plural) as pairs."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.policies["ext.i18n.trimmed"] = True
    extract = vars(environment)["extract_translations"]
    found: set[Sentence] = set()
    for name, text in files.items():
        if name.endswith((".html", ".txt", ".jinja")):
            for _, _, message in extract(text):
                # Arguments that are no text, such as the number of a plural, are left as None.
                found.add(message if isinstance(message, str) else tuple(each for each in message if each is not None))
    return found


def translated(catalogue: Catalog) -> Iterator[tuple[Message, tuple[str, ...], tuple[str, ...]]]:
    """The messages of a catalogue with their originals and their forms, without the header."""
    for message in catalogue:
        if message.id:
            originals = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            yield message, originals, forms


def forms_by_number(catalogue: Catalog, message: Message, forms: tuple[str, ...]) -> dict[int, set[int]]:
    """Which numbers from 1 to 300 each form of a sentence serves."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    serves: dict[int, set[int]] = {}
    for number in range(1, 301):
        serves.setdefault(forms.index(translations.ngettext(message.id[0], message.id[1], number)), set()).add(number)
    return serves


@pytest.fixture(params=LANGUAGES)
def code(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def catalogue(code: str, letter_files: dict[str, str]) -> Catalog:
    return read_po(io.StringIO(letter_files[f"{code}.po"]), abort_invalid=True)


def test_these_are_the_languages(letter_files: dict[str, str], press: LetterPress) -> None:
    assert sorted(name for name in letter_files if name.endswith(".po")) == [f"{code}.po" for code in LANGUAGES]
    assert press.languages == ("ar", "en-US", "es-US", "fr", "vi", "zh-Hans-CN")


def test_every_sentence_of_the_templates_stands_in_the_catalogue_and_no_other(
    letter_files: dict[str, str], catalogue: Catalog
) -> None:
    asked_for = sentences(letter_files)
    assert len(asked_for) > 40
    ids = (message.id for message in catalogue if message.id)
    assert {each if isinstance(each, str) else tuple(each) for each in ids} == asked_for


def test_every_sentence_is_translated_and_keeps_its_placeholders(catalogue: Catalog) -> None:
    for message, originals, forms in translated(catalogue):
        assert "fuzzy" not in message.flags
        assert all(form.strip() for form in forms), originals
        if len(originals) == 1:
            (english,), (said,) = originals, forms
            assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(english)), english


def test_a_sentence_about_one_thing_or_many_names_what_is_true_of_its_number(catalogue: Catalog) -> None:
    counted = [each for each in translated(catalogue) if len(each[1]) == 2]
    assert len(counted) == 10
    for message, (one, many), forms in counted:
        assert len(forms) == catalogue.num_plurals
        names, numbered = set(PLACEHOLDER.findall(one)), set(PLACEHOLDER.findall(many))
        assert names - {"title", "count"} == numbered - {"count"}
        for form, numbers in forms_by_number(catalogue, message, forms).items():
            said = PLACEHOLDER.findall(forms[form])
            assert len(said) == len(set(said))
            # A title belongs to one piece of work; where a form serves several numbers, it has to tell which.
            wanted = [names] if numbers == {1} else []
            wanted += [numbered, numbered - {"count"}] if len(numbers) == 1 else [numbered]
            assert set(said) in wanted, forms[form]


def test_plural_forms_change_where_unicode_says_that_the_language_changes(catalogue: Catalog, code: str) -> None:
    assert catalogue.num_plurals == {"ar": 6, "es": 2, "fr": 2, "vi": 1, "zh": 1}[code]
    assert catalogue.locale is not None
    message, _, forms = next(each for each in translated(catalogue) if len(each[1]) == 2)
    # Two forms may be spelled alike, as the Arabic ones for eleven and for a hundred: they are made to differ.
    message.string = tuple(f"{form} {number}" for number, form in enumerate(forms))
    categories: dict[str, set[int]] = {}
    for number in range(1, 301):
        categories.setdefault(catalogue.locale.plural_form(number), set()).add(number)
    serves = forms_by_number(catalogue, message, message.string)
    assert sorted(map(sorted, serves.values())) == sorted(map(sorted, categories.values()))


@pytest.fixture(scope="session")
def letters(gather: Callable[..., Letter], work: Any) -> list[Letter]:
    """Letters that together say everything that a letter can say."""
    links = {(f"work {number}", ""): "https://school.example/help" for number in range(20)}
    pieces = [
        work(title=f"Work {number}", help=kind, verdict=verdict, got="72" if verdict is Verdict.RETAKE else None)
        for number, (verdict, kind) in enumerate(product((Verdict.RETAKE, Verdict.NOT_IN), KINDS))
    ]
    pieces.append(replace(pieces[0], title="Work 19", episode="known"))
    whole = [
        gather(*pieces, name=name, guardian=guardian, own=own, links=links, settings=settings)
        for name, guardian, own, settings in product(
            ("José", ""), ("Rosa", ""), (False, True), ("", "[letters]\nshow_marks = false\n")
        )
    ]
    (one,) = (each for each in whole[0].items if each.title == "Work 0")
    counted = [replace(letter, items=(one,) * count) for letter in (whole[0], whole[2]) for count in COUNTS]
    assert {letter.own for letter in counted} == {False, True}
    done = GoodItem(title="Work 30", needed=Fraction(86), got=Fraction(91))
    again = [replace(letter, kind=REMINDER) for letter in counted]
    praise = [replace(whole[0], kind=MADE_GOOD, items=(), good=(done,) * count) for count in COUNTS]
    others = [
        replace(letter, kind=kind, items=(), good=good, raised=not good, ladder=KINDS, for_not_in="class_time")
        for letter in whole
        for kind in (MADE_GOOD, WEEKLY, WELCOME, CONTRACT)
        for good in ((), (done,))
    ]
    stopping = [replace(letter, opt_out="https://school.example/stop?t=a") for letter in (whole[0], *again, *others)]
    return [*whole, *counted, *again, *praise, *others, *stopping]


@pytest.fixture(scope="session")
def digests() -> list[Digest]:
    """Digests that together say everything that a digest can say."""
    group = Group(title="Work 1", names=("José", "Rosa"))
    first = Digest(
        gradebook="Math 7",
        day=date(2026, 10, 30),
        new=(group,),
        good=(group,),
        waiting=0,
        to_decide=0,
        stopped=0,
        problems=("C4",),
        more_problems=2,
        school="Lincoln",
        teacher="Rivera",
        reply_to="rivera@lincoln.example.edu",
        reference="SM-VOV2XK5LVO",
    )
    return [
        replace(first, waiting=count, to_decide=count, stopped=count, approved=count, skipped=count, corrected=count)
        for count in COUNTS
    ]


@pytest.fixture(scope="session")
def say_everything(press: LetterPress, letters: list[Letter], digests: list[Digest]) -> Callable[[str], str]:
    """All that letters and pages can say in a language."""

    def say(code: str) -> str:
        everything: list[Letter | Digest] = [*letters, *digests]
        rendered = [press.render(letter, code) for letter in everything]
        pages = [
            press.page(StopPage(says=says, school="Lincoln", kind=kind, gradebook="Math 7"), code).html
            for says, kind in product(Says, ("", "missing"))
        ]
        # Only what a reader sees or hears: "button" and "class" are words of the page's own language as well.
        seen = [
            re.sub(r"<style>.*?</style>|<[^>]*?(?:aria-label=\"([^\"]*)\")?>", r"\1\n", each, flags=re.DOTALL)
            for each in pages
        ]
        return html.unescape("\n".join([*(part for each in rendered for part in (each.subject, each.text)), *seen]))

    return say


def test_every_sentence_is_said_in_one_letter_or_another(
    say_everything: Callable[[str], str], catalogue: Catalog, code: str
) -> None:
    said = say_everything(code)
    for message, _, forms in translated(catalogue):
        if message.id == "EEEE, MMMM d":
            continue
        used = forms_by_number(catalogue, message, forms) if len(forms) > 1 else {0: {1}}
        for form in used:
            pattern = ".+".join(map(re.escape, PLACEHOLDER.sub("\0", forms[form]).split("\0")))
            assert re.search(pattern, said), forms[form]


def test_nothing_of_the_english_is_left(
    say_everything: Callable[[str], str], letter_files: dict[str, str], code: str
) -> None:
    said = say_everything(code)
    originals = {
        each for sentence in sentences(letter_files) for each in ([sentence] if isinstance(sentence, str) else sentence)
    }
    parts = {part.strip() for each in originals for part in PLACEHOLDER.split(each)[::2]}
    assert [part for part in parts if len(part) > 3 and part in said] == []


@pytest.mark.parametrize(
    ("code", "to_a_student", "to_a_family"),
    [
        ("es", r"\b(tú|tu|te|puedes|usa|mira|haz|trabaja)\b", r"\b(su|le|decimos)\b"),
        ("fr", r"\b(tu|te|ta|ton|utilise|regarde|fais|travaille)\b", r"\b(vous|votre|vos)\b"),
        ("vi", r"\bem\b", r"\bquý\b"),
        ("zh", "你", "您"),
        ("ar", r"(بإمكانك|إليك|خطوتك|مستواك)\b", r"(بإمكانكم|إليكم|ابنكم|لكم|وقوفكم)\b"),
    ],
)
def test_a_family_is_addressed_as_families_are_and_a_student_as_students_are(
    letter_files: dict[str, str], code: str, to_a_student: str, to_a_family: str
) -> None:
    student, family = re.compile(to_a_student, re.IGNORECASE), re.compile(to_a_family, re.IGNORECASE)
    catalogue = read_po(io.StringIO(letter_files[f"{code}.po"]), abort_invalid=True)
    addressed = {"student": 0, "family": 0}
    for message, _, forms in translated(catalogue):
        own = "To the student." in message.auto_comments
        for form in forms:
            assert not (family if own else student).search(form), form
            addressed["student" if own else "family"] += bool((student if own else family).search(form))
    assert addressed["student"] >= 3
    assert addressed["family"] >= 3


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("English", "en-US"),
        ("Spanish", "es-US"),
        ("español", "es-US"),
        ("French", "fr"),
        ("Français", "fr"),
        ("Vietnamese", "vi"),
        ("Tiếng Việt", "vi"),
        ("Chinese", "zh-Hans-CN"),
        ("中文", "zh-Hans-CN"),
        ("Arabic", "ar"),
        ("العربية", "ar"),
        ("fr-CA", "fr"),
        ("zh-Hans-CN", "zh-Hans-CN"),
    ],
)
def test_the_word_in_the_roster_decides_about_the_language_of_the_letter(
    press: LetterPress, usual: Letter, written: str, language: str
) -> None:
    reading = drawn.reading(f"ID | Guardian Email | Language\n1 | a@x.org | {written}")
    columns = find_columns(reading.tabs[0], Labels())
    assert columns is not None
    (entry,), problems = read_entries(reading.tabs[0], columns, locale=reading.locale, no_students=frozenset())
    assert problems == []
    assert press.render(usual, entry.guardians[0].language).language == language
