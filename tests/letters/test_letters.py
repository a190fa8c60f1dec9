"""What a family reads, word for word, and what keeps a template from going wrong in front of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from babel import Locale

from sheets_mastery.errors import MailRefused, SettingsError
from sheets_mastery.letters import (
    Letter,
    LetterPress,
    OpenItem,
    first_name,
    one_line,
    percent,
    web_address,
)
from sheets_mastery.mastery import Verdict

Gather = Callable[..., Letter]

ENGLISH = """\
The next step for José

Hello Rosa Peña,

José can still finish 2 pieces of work. Here is what to do next, and there is help for each one.

* Unit 4 quiz
  Not finished yet
  Needed: 86%   Reached: 72.5%
  First, José watches a short video about it. Then it is time to try again.
  Please finish by Friday, November 6.
  Watch the video: https://school.example/ratios?unit=4&part=1

* Homework 11
  Not handed in yet
  Needed: 86%
  First, José uses the class time that is set aside for this work. Then it is time to hand it in.
  Please finish by Friday, November 6.

Still open from before

* Project 2: scale drawing
  Not finished yet
  Needed: 86%   Reached: 85.99%
  First, José works on it in a small group with the teacher. Then it is time to try again.
  Please finish by Tuesday, November 3.

What “not finished” means
The contract sets a level of 86% for José, so that every learner is stretched. Work below that level is not failed. \
It is just not finished yet.

Questions? Just answer this e-mail, or write to Ms. Rivera at rivera@lincoln.example.edu.

Thank you for standing by José.

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""

SPANISH = """\
El siguiente paso para José

Hola, Rosa Peña:

José todavía puede terminar 2 trabajos. A continuación le decimos qué sigue y qué ayuda hay para cada uno.

* Unit 4 quiz
  Aún sin terminar
  Se necesita: 86%   Se obtuvo: 72.5%
  Primero, José verá un video corto sobre el tema. Después, a intentarlo otra vez.
  Fecha límite: viernes 6 de noviembre.
  Ver el video: https://school.example/ratios?unit=4&part=1

* Homework 11
  Aún sin entregar
  Se necesita: 86%
  Primero, José usará el tiempo de clase apartado para este trabajo. Después, a entregarlo.
  Fecha límite: viernes 6 de noviembre.

Pendiente desde antes

* Project 2: scale drawing
  Aún sin terminar
  Se necesita: 86%   Se obtuvo: 85.99%
  Primero, José trabajará en esto en un grupo pequeño con su maestra o maestro. Después, a intentarlo otra vez.
  Fecha límite: martes 3 de noviembre.

Qué significa “sin terminar”
El contrato establece un nivel de 86% para José, de modo que cada estudiante dé lo mejor de sí. \
Un trabajo por debajo de ese nivel no está reprobado. Simplemente aún no está terminado.

¿Preguntas? Basta con responder a este correo o escribir a Ms. Rivera: rivera@lincoln.example.edu.

Gracias por apoyar a José.

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""

WITHOUT_MARKS = """\
The next step for José

Dear family of José,

José can still finish “Unit 4 quiz”. Here is what to do next, and there is help.

* Unit 4 quiz
  Not finished yet
  First, José does some extra practice. Then it is time to try again.
  Please finish by Friday, November 6.

What “not finished” means
The contract sets a level for José, so that every learner is stretched. Work below that level is not failed. \
It is just not finished yet.

Questions? Just answer this e-mail, or write to Ms. Rivera at rivera@lincoln.example.edu.

Thank you for standing by José.

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""

TO_THE_STUDENT = """\
Tu siguiente paso

Hola, José:

Todavía puedes terminar “Unit 4 quiz”. Esto es lo que sigue, y hay ayuda.

* Unit 4 quiz
  Aún sin terminar
  Se necesita: 86%   Se obtuvo: 72.5%
  Primero, trabaja en esto individualmente con tu maestra o maestro. Después, a intentarlo otra vez.
  Fecha límite: viernes 6 de noviembre.

Qué significa “sin terminar”
Tu contrato establece tu propio nivel en 86%, de modo que cada estudiante dé lo mejor de sí. \
Un trabajo por debajo de ese nivel no está reprobado. Simplemente aún no está terminado.

¿Preguntas? Basta con responder a este correo o escribir a Ms. Rivera: rivera@lincoln.example.edu.

Tú puedes.

Ms. Rivera
Lincoln Middle School

Ref SM-VOV2XK5LVO
"""


def test_a_family_reads_this_in_english(press: LetterPress, usual: Letter) -> None:
    rendered = press.render(usual, "en")
    assert rendered.text == ENGLISH
    assert (rendered.subject, rendered.language, rendered.direction) == (
        "The next step for school work that is not finished yet",
        "en-US",
        "ltr",
    )


def test_a_family_reads_this_in_spanish(press: LetterPress, usual: Letter) -> None:
    rendered = press.render(usual, "es")
    assert rendered.text == SPANISH
    assert (rendered.subject, rendered.language, rendered.direction) == (
        "El siguiente paso para el trabajo escolar por terminar",
        "es-US",
        "ltr",
    )


def test_with_marks_switched_off_no_percentage_is_named(press: LetterPress, gather: Gather, work: Any) -> None:
    letter = gather(work(title="Unit 4 quiz", help="practice"), guardian="", settings="[letters]\nshow_marks = false\n")
    rendered = press.render(letter, "en")
    assert rendered.text == WITHOUT_MARKS
    assert (letter.level, letter.items[0].needed, letter.items[0].got) == (None, None, None)
    assert "%" not in rendered.html.partition("</h1>")[2].replace('width="100%"', "")


def test_a_students_own_letter_speaks_to_the_student(press: LetterPress, gather: Gather, work: Any) -> None:
    letter = gather(work(title="Unit 4 quiz", help="one_to_one"), own=True)
    assert press.render(letter, "es").text == TO_THE_STUDENT


def test_a_letter_without_names_is_still_a_letter(press: LetterPress, gather: Gather, work: Any) -> None:
    letter = gather(work(title="Unit 4 quiz"), name="", guardian="")
    assert press.render(letter, "en").text.split("\n\n")[:3] == [
        "The next step for your student",
        "Dear family,",
        "Your student can still finish “Unit 4 quiz”. Here is what to do next, and there is help.",
    ]


def test_a_letter_holds_what_is_missing_and_known_to_the_ledger_new_work_first(gather: Gather, work: Any) -> None:
    """
    | work   | verdict  | episode |
    |--------|----------|---------|
    | First  | RETAKE   | known   |
    | Second | NOT_IN   | new     |
    | Third  | CHECK    | known   |
    | Fourth | MASTERED | -       |
    | Fifth  | RETAKE   | -       |
    | Sixth  | RETAKE   | new     |
    """
    letter = gather(
        work(title="First", episode="known"),
        work(title="Second", verdict=Verdict.NOT_IN, got=None, help="class_time"),
        work(title="Third", verdict=Verdict.CHECK, got=None, episode="known"),
        work(title="Fourth", verdict=Verdict.MASTERED, got="90", episode=""),
        work(title="Fifth", episode=""),
        work(title="Sixth", due=date(2026, 11, 10)),
        links={("second", ""): "https://school.example/second", ("sixth", "practice"): "https://school.example/no"},
    )
    assert letter.items == (
        OpenItem(
            title="Second",
            verdict=Verdict.NOT_IN,
            needed=Fraction(86),
            got=None,
            help="class_time",
            link="https://school.example/second",
            due=date(2026, 11, 6),
            new=True,
        ),
        OpenItem(
            title="Sixth",
            verdict=Verdict.RETAKE,
            needed=Fraction(86),
            got=Fraction(145, 2),
            help="video",
            link="",
            due=date(2026, 11, 10),
            new=True,
        ),
        OpenItem(
            title="First",
            verdict=Verdict.RETAKE,
            needed=Fraction(86),
            got=Fraction(145, 2),
            help="video",
            link="",
            due=date(2026, 11, 6),
            new=False,
        ),
    )
    assert (letter.new_items, letter.known_items) == (letter.items[:2], letter.items[2:])


def test_a_letter_about_nothing_is_refused(gather: Gather, work: Any) -> None:
    with pytest.raises(ValueError, match=r"^a letter about missing work needs missing work$"):
        gather(work(title="Unit 4 quiz", verdict=Verdict.MASTERED, got="90", episode=""))


@pytest.mark.parametrize(
    ("value", "decimals", "english", "spanish", "french"),
    [
        ("72", 2, "72%", "72%", "72\u202f%"),
        ("72.5", 2, "72.5%", "72.5%", "72,5\u202f%"),
        ("85.99", 2, "85.99%", "85.99%", "85,99\u202f%"),
        ("85.999999", 2, "85.99%", "85.99%", "85,99\u202f%"),
        ("500/7", 2, "71.42%", "71.42%", "71,42\u202f%"),
        ("0", 2, "0%", "0%", "0\u202f%"),
        ("104", 2, "104%", "104%", "104\u202f%"),
        ("86.0625", 4, "86.0625%", "86.0625%", "86,0625\u202f%"),
    ],
)
def test_a_percentage_is_never_rounded_up(value: str, decimals: int, english: str, spanish: str, french: str) -> None:
    shown = [percent(Fraction(value), Locale.parse(code), decimals) for code in ("en_US", "es_US", "fr_FR")]
    # Which kind of narrow space stands before a French percent sign depends on the edition of Unicode's tables.
    assert [each.replace("\xa0", "\u202f") for each in shown] == [english, spanish, french]


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("José Luis Peña", "José"),
        ("Peña, José Luis", "José"),
        ("Peña,", "Peña"),
        ("  Zoë\nMiller ", "Zoë"),
        ("=Zed Quill", "=Zed"),
        ("D'Angelo O'Neil", "D'Angelo"),
        ("", ""),
        (" , ", ""),
    ],
)
def test_a_student_is_called_by_the_first_name(name: str, called: str) -> None:
    assert first_name(name) == called


def test_words_from_a_cell_become_one_honest_line() -> None:
    assert one_line("Quiz\r\n1\x85two\u2028three\tfour\x00five", 80) == "Quiz 1 two three four five"
    assert one_line("pay \u202egnihton\u202c \u2066now\u2069 \u200f\ufeff\u00ad", 80) == "pay gnihton now"
    assert one_line("می\u200cخواهم", 80) == "می\u200cخواهم"
    assert one_line("\ud800x", 80) == "x"
    assert one_line("a" * 10_000, 20) == "a" * 19 + "…"
    assert one_line("a" * 20, 20) == "a" * 20


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://school.example/a?b=1&c=2#d", True),
        ("http://school.example", True),
        ("https://школа.example/ё", True),
        ("javascript:alert(1)", False),
        ("javascript://school.example/%0aalert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https:school.example", False),
        ("//school.example", False),
        ("https://school.example/a b", False),
        ('https://school.example/"onclick="x', False),
        ("https://school.example/\nBcc: x@y.example", False),
        ("https://[school.example", False),
        ("https://school.example/" + "a" * 2000, False),
        ("", False),
    ],
)
def test_only_a_web_address_becomes_a_link(text: str, kept: bool) -> None:
    assert web_address(text) == (text if kept else "")


@pytest.mark.parametrize(
    ("asked", "got"),
    [("es", "es-US"), ("es-MX", "es-US"), ("ES_us", "es-US"), ("en-GB", "en-US"), ("ht", "en-US"), ("", "en-US")],
)
def test_a_language_without_a_catalogue_falls_back(press: LetterPress, usual: Letter, asked: str, got: str) -> None:
    assert press.render(usual, asked).language == got


def test_a_schools_own_catalogue_of_a_right_to_left_language_turns_the_letter(
    letter_files: dict[str, str], usual: Letter
) -> None:
    hebrew = (
        'msgid ""\nmsgstr "Language: he\\n"\n\nmsgid "EEEE, MMMM d"\nmsgstr "EEEE, d בMMMM"\n\n'
        'msgid "Please finish by %(date)s."\nmsgstr "המועד האחרון: %(date)s."\n'
    )
    rendered = LetterPress(letter_files | {"he.po": hebrew}).render(usual, "he")
    assert (rendered.language, rendered.direction) == ("he", "rtl")
    assert rendered.html.startswith('<!DOCTYPE html><html lang="he" dir="rtl">')
    assert "  המועד האחרון: יום שישי, 6 בנובמבר.\n" in rendered.text
    assert "Needed: \u206686%\u2069   Reached: \u206672.5%\u2069\n" in rendered.text


def test_a_form_for_two_may_say_the_number_itself(letter_files: dict[str, str], usual: Letter) -> None:
    two = (
        'msgid ""\nmsgstr "Language: sl\\n"\n"Plural-Forms: nplurals=2; plural=(n != 2);\\n"\n\n'
        'msgid "%(name)s can still finish “%(title)s”. Here is what to do next, and there is help."\n'
        'msgid_plural "%(name)s can still finish %(count)s pieces of work. Here is what to do next, and there is help'
        ' for each one."\n'
        'msgstr[0] "%(name)s: dve nalogi"\n'
        'msgstr[1] "%(name)s: %(count)s nalog"\n'
    )
    letter = replace(usual, items=usual.items[:2])
    assert LetterPress(letter_files | {"sl.po": two}).render(letter, "sl").text.split("\n\n")[2] == "José: dve nalogi"
    nobody = two.replace("%(name)s: dve", "Dve")
    with pytest.raises(SettingsError, match=r'^letters.folder: sl.po: the placeholders of "Dve nalogi" are not those'):
        LetterPress(letter_files | {"sl.po": nobody})


def test_every_plural_form_of_a_language_is_used(letter_files: dict[str, str], usual: Letter) -> None:
    polish = (
        'msgid ""\nmsgstr "Language: pl\\n"\n'
        '"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"\n\n'
        'msgid "%(name)s can still finish “%(title)s”. Here is what to do next, and there is help."\n'
        'msgid_plural "%(name)s can still finish %(count)s pieces of work. Here is what to do next, and there is help'
        ' for each one."\n'
        'msgstr[0] "%(name)s: “%(title)s”"\n'
        'msgstr[1] "%(name)s: %(count)s prace"\n'
        'msgstr[2] "%(name)s: %(count)s prac"\n'
    )
    press = LetterPress(letter_files | {"pl.po": polish})
    one = replace(usual.items[0], new=True)
    assert [
        press.render(replace(usual, items=(one,) * count), "pl").text.split("\n\n")[2] for count in (1, 3, 5, 22)
    ] == ["José: “Unit 4 quiz”", "José: 3 prace", "José: 5 prac", "José: 22 prace"]


def test_a_schools_own_file_takes_the_place_of_one_of_ours(letter_files: dict[str, str], usual: Letter) -> None:
    own = {
        "letter.txt": "{% trans %}Needed{% endtrans %} "
        "{% for item in letter.items[:1] if item.needed is not none %}\r\n"
        "{{ item.needed|percent }}{% endfor %}\r\n",
        "letter.css": "",
    }
    rendered = LetterPress(letter_files | own).render(usual, "es")
    assert rendered.text == "Se necesita 86%\n"
    assert "<h1>El siguiente paso para José</h1>" in rendered.html


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"subject.txt": "About {{ letter.name }}"},
            "letters.folder: subject.txt does not work in en-US (UndefinedError: 'letter' is undefined).",
        ),
        ({"subject.txt": " \n"}, "letters.folder: subject.txt leaves the subject empty in en-US."),
        (
            {"letter.html": "{{ letter.grade }}"},
            (
                "letters.folder: letter.html does not work in en-US (UndefinedError: "
                "'sheets_mastery.letters.records.Letter object' has no attribute 'grade')."
            ),
        ),
        (
            {"letter.txt": "{{ ''.__class__.__mro__ }}"},
            (
                "letters.folder: letter.txt does not work in en-US (SecurityError: "
                "access to attribute '__class__' of 'str' object is unsafe.)."
            ),
        ),
        (
            {"letter.txt": "{% if %}"},
            (
                "letters.folder: letter.txt does not work in en-US (TemplateSyntaxError: "
                "Expected an expression, got 'end of statement block')."
            ),
        ),
        (
            {"letter.txt": "{{ letter.level|percent }}"},
            (
                "letters.folder: letter.txt does not work in en-US (ValueError: "
                "a percentage is wanted where there is none; ask `is not none` first)."
            ),
        ),
        (
            {"letter.html": '{% include "/etc/passwd" %}'},
            "letters.folder: letter.html does not work in en-US (TemplateNotFound: /etc/passwd).",
        ),
        (
            {"fr.po": 'msgid ""\nmsgstr "Language: fr\\n"\n\nmsgid "Hello %(name)s,"\nmsgstr "Bonjour %(nom)s,"\n'},
            'letters.folder: fr.po: the placeholders of "Bonjour %(nom)s," are not those of "Hello %(name)s,".',
        ),
        (
            {"fr.po": 'msgid ""\nmsgstr "Language: fr\\n"\n\nmsgid "Needed"\nmsgstr "100 %"\n'},
            'letters.folder: fr.po: the placeholders of "100 %" are not those of "Needed".',
        ),
        ({"fr.po": "Bonjour"}, "letters.folder: fr.po: Unknown or misformatted keyword on 0."),
        ({"xx.po": ""}, "letters.folder: xx.po: unknown locale 'xx'."),
        (
            {"fr.po": 'msgid ""\nmsgstr "Language: fr\\n"\n\nmsgid "EEEE, MMMM d"\nmsgstr "EEEEEEE"\n'},
            "letters.folder: letter.html does not work in fr (ValueError: Invalid length for field: 'EEEEEEE').",
        ),
    ],
)
def test_a_mistake_in_a_schools_file_is_told_when_the_press_is_set_up(
    letter_files: dict[str, str], files: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError) as told:
        LetterPress(letter_files | files)
    assert str(told.value) == sentence


def test_a_missing_template_is_named(letter_files: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as told:
        LetterPress({name: text for name, text in letter_files.items() if name != "letter.html"})
    assert str(told.value) == "letters.folder: the template letter.html is not there."


def test_a_template_that_fails_over_one_letter_tells_nothing_of_it(letter_files: dict[str, str], usual: Letter) -> None:
    files = letter_files | {"letter.txt": "{{ {'José': 1, '': 1}[letter.first_name] }}"}
    press = LetterPress(files)
    with pytest.raises(MailRefused) as told:
        press.render(replace(usual, first_name="Canary"), "en")
    assert str(told.value) == "A template of the letters cannot be filled in (UndefinedError)."
    assert (told.value.__cause__, told.value.__suppress_context__) == (None, True)
