"""Writing into a settings file: the change that was meant, and not a byte besides."""

from __future__ import annotations

import difflib
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery import config
from sheets_mastery.errors import SettingsError
from sheets_mastery.gradebook import Sort
from sheets_mastery.gradebook.records import key
from sheets_mastery.settingsfile import (
    Basics,
    fresh,
    gradebook_at,
    read_answer,
    with_gradebook,
    with_value,
    written,
)

EXAMPLE = (Path(__file__).parent.parent.parent / "config" / "mastery.example.toml").read_text("utf-8")
BASICS = Basics(
    school="Lakeview",
    teacher="Ms. Rivera",
    reply_to="rivera@example.edu",
    sender="office@example.edu",
    time_zone="America/Chicago",
)
NEW = with_gradebook(fresh(BASICS, {"credentials": "service_account", "file": "key.json"}), "Algebra 1", "1AbCdEf")


def changed(before: str, after: str) -> list[str]:
    """The lines that are gone and the lines that are new, in their order."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_a_new_file_is_short_has_comments_and_is_what_the_school_said() -> None:
    assert NEW == (
        "# The settings of Sheets Mastery. config/mastery.example.toml explains every key that\n"
        "# there is; what is not said here has the default that is told there.\n"
        "\n"
        "[school]\n"
        "# Names as families read them, in every letter; reply_to is where their answers go.\n"
        'name = "Lakeview"\n'
        'teacher = "Ms. Rivera"\n'
        'reply_to = "rivera@example.edu"\n'
        'time_zone = "America/Chicago"\n'
        "\n"
        "[google]\n"
        '# How Google is reached: a "service_account", your own account ("oauth"), or "local".\n'
        'credentials = "service_account"\n'
        'file = "key.json"\n'
        "\n"
        "[mail]\n"
        '# Letters go into the folder "outbox" and nowhere else, until transport is "smtp" or "gmail".\n'
        'transport = "maildir"\n'
        'sender = "office@example.edu"\n'
        "\n"
        "[[gradebooks]]\n"
        "# A name of your own for the command line and the ledger; do not change it later.\n"
        'name = "Algebra 1"\n'
        'spreadsheet = "1AbCdEf"\n'
    )
    settings = config.parse(NEW)
    assert (settings.school.teacher, settings.mail.transport, settings.gradebooks[0].spreadsheet) == (
        "Ms. Rivera",
        "maildir",
        "1AbCdEf",
    )


def test_every_sort_of_answer_finds_its_place_in_a_new_file() -> None:
    text = with_value(NEW, ("codes", "M"), "not in", gradebook=0)
    text = with_value(text, ("codes", "✓+"), "mastered", gradebook=0)
    text = with_value(text, ("scale",), "points", gradebook=0)
    text = with_value(text, ("assignments", "Quiz 1", "points"), Decimal("7.5"), gradebook=0)
    text = with_value(text, ("labels", "id"), ("Email",), gradebook=0)
    text = with_value(text, ("worth",), {"4": Decimal(100), "3+": Decimal("92.5")}, gradebook=0)
    assert text.removeprefix(NEW) == (
        'scale = "points"\n'
        'worth = {4 = 100, "3+" = 92.5}\n'
        "\n"
        "[gradebooks.codes]\n"
        'M = "not in"\n'
        '"✓+" = "mastered"\n'
        "\n"
        '[gradebooks.assignments."Quiz 1"]\n'
        "points = 7.5\n"
        "\n"
        "[gradebooks.labels]\n"
        'id = ["Email"]\n'
    )


def test_what_is_said_already_changes_nothing_and_another_answer_changes_one_line() -> None:
    text = with_value(NEW, ("codes", "M"), "not in", gradebook=0)
    assert with_value(text, ("codes", "m"), "not in", gradebook=0) == text
    assert changed(text, with_value(text, ("codes", "m"), "mastered", gradebook=0)) == [
        '-M = "not in"',
        '+M = "mastered"',
    ]


def test_in_the_commented_example_a_key_goes_behind_the_line_that_explains_it() -> None:
    text = with_value(EXAMPLE, ("scale",), "percent", gradebook=0)
    text = with_value(text, ("labels", "id"), ("Email",), gradebook=0)
    text = with_value(text, ("codes", "M"), "not in", gradebook=0)
    text = with_value(text, ("assignments", "Quiz 1", "points"), Decimal(20), gradebook=0)
    text = with_gradebook(text, "Geometry", "1XyZabc")
    text = with_value(text, ("school", "name"), "Hillside", gradebook=None)
    # Which of several blank lines is the new one, no comparison can tell.
    assert [line for line in changed(EXAMPLE, text) if line != "+"] == [
        '-name = "Lakeview Middle School"',
        '+name = "Hillside"',
        '+scale = "percent"',
        '+id = ["Email"]',
        '+[gradebooks.assignments."Quiz 1"]',
        "+points = 20",
        "+[gradebooks.codes]",
        '+M = "not in"',
        "+[[gradebooks]]",
        "+# A name of your own for the command line and the ledger; do not change it later.",
        '+name = "Geometry"',
        '+spreadsheet = "1XyZabc"',
    ]
    lines = text.splitlines()
    assert lines[lines.index('scale = "percent"') - 1] == '#scale = "percent"  # an example'
    assert lines[lines.index('id = ["Email"]') - 1].startswith('#id = ["Student ID"')


def test_a_gradebook_is_found_by_its_spreadsheet_whether_the_file_has_its_address_or_its_id() -> None:
    text = with_gradebook(EXAMPLE, "Geometry", "1XyZabc")
    assert gradebook_at(text, "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789") == 0
    assert gradebook_at(text, "1XyZabc") == 1
    assert gradebook_at(text, "1Nobody") is None


def test_a_file_that_would_be_harmed_is_refused_and_names_the_key() -> None:
    inline = NEW[: NEW.index("[[gradebooks]]")]
    inline = 'gradebooks = [{ name = "Algebra 1", spreadsheet = "1AbCdEf" }]\n' + inline
    assert config.parse(inline).gradebooks[0].name == "Algebra 1"
    with pytest.raises(SettingsError, match=r"^gradebooks: "):
        with_gradebook(inline, "Geometry", "1XyZabc")
    with pytest.raises(SettingsError, match=r"^scale\.x: scale is no table"):
        with_value(with_value(NEW, ("scale",), "percent", gradebook=0), ("scale", "x"), "y", gradebook=0)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=6), st.integers(0, 1))
def test_whatever_the_words_are_what_is_read_again_is_what_was_meant(
    pairs: list[tuple[str, str]], gradebook: int
) -> None:
    text = with_gradebook(EXAMPLE, "Geometry", "1XyZabc")
    meant: dict[str, str] = {}
    for word, value in pairs:
        there = next((each for each in meant if key(each) == key(word)), word)
        meant[there] = value
        text = with_value(text, ("codes", word), value, gradebook=gradebook)
    read = tomllib.loads(text)["gradebooks"]
    assert read[gradebook].get("codes", {}) == meant
    assert [line for line in changed(EXAMPLE, text) if line.startswith("-")] == []


@pytest.mark.parametrize(
    ("said", "sort", "choices", "value"),
    [
        (" Percent ", Sort.TEXT, ("points", "percent"), "percent"),
        ("Email", Sort.TEXTS, (), ("Email",)),
        ("7,5", Sort.NUMBER, (), Decimal("7.5")),
        ("4 = 100, 3+ = 92.5 %", Sort.PERCENTAGES, (), {"4": Decimal(100), "3+": Decimal("92.5")}),
    ],
)
def test_an_answer_is_read_by_its_sort(said: str, sort: Sort, choices: tuple[str, ...], value: object) -> None:
    read = read_answer(said, sort, choices)
    assert read == value
    assert read_answer(written(read), sort, choices) == value


@pytest.mark.parametrize(
    ("said", "sort", "choices", "sentence"),
    [
        ("", Sort.TEXT, (), "an answer is needed."),
        ("maybe", Sort.TEXT, ("points", "percent"), "it is one of: “points”, “percent”."),
        ("twenty", Sort.NUMBER, (), "it is a number, such as 20."),
        ("0", Sort.NUMBER, (), "it is a number above zero."),
        ("NaN", Sort.NUMBER, (), "it is a number above zero."),
        ("4: 100", Sort.PERCENTAGES, (), 'it is a percentage for each word, such as "4 = 100, 3 = 90".'),
        ("4 = 1000", Sort.PERCENTAGES, (), 'it is a percentage for each word, such as "4 = 100, 3 = 90".'),
    ],
)
def test_an_answer_that_cannot_be_is_refused_in_a_sentence(
    said: str, sort: Sort, choices: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(ValueError, match=r"\.$") as refused:
        read_answer(said, sort, choices)
    assert str(refused.value) == sentence
