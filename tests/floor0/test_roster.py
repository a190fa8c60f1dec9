"""The rows about students, and who may be written to about them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import drawn
import pytest

from sheets_mastery.a1 import Cell
from sheets_mastery.config import Labels
from sheets_mastery.gradebook import Guardian, Place, Problem
from sheets_mastery.gradebook.layout import find_columns
from sheets_mastery.gradebook.records import key
from sheets_mastery.gradebook.roster import Entry, id_text, read_entries, same_person, twice
from sheets_mastery.reading import Content, Reading

SUMS = frozenset({"average", "total"})


def entries_of(reading: Reading) -> tuple[list[Entry], list[Problem]]:
    tab = reading.tabs[0]
    columns = find_columns(tab, Labels())
    assert columns is not None
    return read_entries(tab, columns, locale=reading.locale, no_students=SUMS)


def guardian(address: str, name: str = "", language: str = "", *, may_receive: bool = True) -> Guardian:
    return Guardian(name=name, address=address, language=language, may_receive=may_receive)


def problem(cell: str, what: str, remedy: str) -> Problem:
    return Problem(place=Place(tab="Marks", cell=Cell.parse(cell)), what=what, remedy=remedy)


NOT_AN_ADDRESS = (
    "this is not an e-mail address, so nobody is written to from this cell.",
    "Type the bare address; separate several by a comma.",
)
NEITHER = ("this is neither yes nor no, so this guardian is not written to.", "Type yes or no.")


# Who


@pytest.mark.parametrize(
    ("content", "identity"),
    [
        (drawn.content("'00103"), "00103"),
        (drawn.content("101"), "101"),
        (Content(value=Decimal("101.0"), shown="00101", format="NUMBER"), "101"),
        (Content(value=" a1 ", shown=" a1 "), " a1 "),
        (Content(value=Decimal("1e14")), "100000000000000"),
        (Content(value=Decimal("1e15")), None),
        (drawn.content("101.5"), None),
        (drawn.content("2026-09-18"), None),
        (drawn.content("10:30"), None),
        (drawn.content("TRUE"), None),
        (drawn.content("#N/A"), None),
        (Content(value="  "), None),
        (Content(), None),
    ],
)
def test_an_id_is_what_was_typed(content: Content, identity: str | None) -> None:
    assert id_text(content) == identity


def test_ids_are_the_same_whatever_their_case_composition_and_spaces() -> None:
    assert key("  Ma\u006e\u0303o  1 ") == key("MA\u00d1O 1")
    assert key("00103") != key("103")


def test_a_row_says_who_the_student_is(reading: Reading) -> None:
    """
    ID  | Student   | Period   | Level | Signed By | Signed On  | Student Email | Guardian | Guardian Email | Language
    101 | Ana Diaz  | Period 1 | 86    | Mrs. Diaz | 2026-09-01 | ana@s.example | R. Diaz  | r@x.org        | Spanish
    """
    (entry,), problems = entries_of(reading)
    assert problems == []
    assert (entry.id, entry.row, entry.name, entry.section) == ("101", 1, "Ana Diaz", "Period 1")
    assert entry.guardians == (guardian("r@x.org", "R. Diaz", "es"),)
    assert (entry.address, entry.language, entry.may_write) == ("ana@s.example", "es", None)
    assert entry.contract.place == Place(tab="Marks", cell=Cell.parse("D2"))
    assert entry.contract.level.value == Decimal(86)
    assert (entry.contract.signed_by, str(entry.contract.signed_on)) == ("Mrs. Diaz", "2026-09-01")


def test_a_tab_without_a_level_column_points_at_the_id(reading: Reading) -> None:
    """
    ID  | Student
    101 | Ana
    """
    (entry,), _ = entries_of(reading)
    assert entry.contract.place == Place(tab="Marks", cell=Cell.parse("A2"))
    assert entry.contract.level.blank


def test_a_signing_date_that_is_none_is_said(reading: Reading) -> None:
    """
    ID  | Level | Signed On
    101 | 86    | soon
    102 | 86    |
    """
    entries, problems = entries_of(reading)
    assert [entry.contract.signed_on for entry in entries] == [None, None]
    assert problems == [
        problem("C2", "this is not a date; the contract is taken to be in force.", "Type the date like 2026-09-01.")
    ]


def test_headings_and_sums_are_no_students(reading: Reading) -> None:
    """
    ID       | Student  | Section | Quiz 1
             | Period 1 |         |
    101      | Ana      | 1       | 43
             |          |         |
             | Average: |         | 43
             | All      |         | =AVERAGE(D3) -> 43
    Average  |          |         | 43
    """
    entries, problems = entries_of(reading)
    assert [entry.id for entry in entries] == ["101"]
    assert problems == []


def test_a_row_with_a_name_and_no_id_is_said_and_never_dropped(reading: Reading) -> None:
    """
    ID    | Student | Quiz 1
          | Ana     | 43
    #N/A  | Bo      | 43
    101.5 | Cy      | 43
    """
    entries, problems = entries_of(reading)
    assert entries == []
    assert problems == [
        problem(
            "A2",
            "this row has a name but no student id, so it is left out.",
            "Type the student's id; a heading stands alone in its row.",
        ),
        problem("A3", "this cannot be a student id.", "Type the id as text or a whole number."),
        problem("A4", "this cannot be a student id.", "Type the id as text or a whole number."),
    ]


def test_an_id_that_two_rows_claim_is_found_whatever_its_case(reading: Reading) -> None:
    """
    ID    | Student
    a1    | Ana
    '101  | Bo
    A1    | Cy
    101   | Di
    '0101 | Ed
    """
    entries, _ = entries_of(reading)
    assert twice(entries) == {"a1", "101"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ana Diaz", "Diaz, Ana", True),
        ("ana  diaz", "Ana Diaz", True),
        ("Jose\u0301", "José", True),
        ("", "Ana Diaz", True),
        ("Ana Diaz", "", True),
        ("Ana Diaz", "Bo Kim", False),
        ("Ana Diaz", "Ana", False),
        ("Ana Diaz", "Diaz, Ana Maria", True),
        ("Ana\u200b Diaz", "Ana Diaz", False),
    ],
)
def test_two_writings_of_a_name_are_one_person_when_the_words_are_the_same(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same


# Whom to write to


@pytest.mark.parametrize(
    "address",
    ["a@x.org", "mary-ann.o'brien+school@mail.x-y.co.uk", "A_B@X.ORG", "1@x.museum", f"{'a' * 64}@x.org"],
)
def test_a_bare_address_is_taken(address: str) -> None:
    entries, problems = entries_of(drawn.reading(f"ID | Guardian Email\n1 | {address}"))
    assert (entries[0].guardians, problems) == ((guardian(address),), [])


@pytest.mark.parametrize(
    "written",
    [
        '"a@b.c" <evil@x.y>',
        "a@b.c <evil@x.y>",
        "<a@b.org>",
        "family: a@x.org, b@y.org;",
        "a@x.org (mother)",
        "a@x",
        "a@@x.org",
        "a@x..org",
        "a..b@x.org",
        ".a@x.org",
        "a.@x.org",
        "a@-x.org",
        "a@x.org/b@y.org",
        "a b@x.org",
        "ａ@x.org",
        "a@exаmple.org",
        "a@x.org\x00",
        "a@x.org\u200b",
        "=?UTF-8?Q?=0A?=@x.org",
        "mailto:a@x.org",
        f"{'a' * 65}@x.org",
        f"a@{'x.' * 100}org",
        "a@x.org, nobody",
        "none",
    ],
)
def test_anything_but_bare_addresses_is_written_to_by_nobody(written: str) -> None:
    reading = drawn.reading("ID | Guardian Email\n1 | x")
    tab = reading.tabs[0]
    cells = (tab.cells[0], (tab.cells[1][0], Content(value=written, shown=written)))
    entries, problems = entries_of(replace(reading, tabs=(replace(tab, cells=cells),)))
    assert entries[0].guardians == ()
    assert problems == [problem("B2", *NOT_AN_ADDRESS)]


def test_an_error_in_an_address_is_no_address() -> None:
    entries, problems = entries_of(drawn.reading("ID | Guardian Email\n1 | #N/A"))
    assert (entries[0].guardians, problems) == ((), [problem("B2", *NOT_AN_ADDRESS)])


def test_several_bare_addresses_in_a_cell_are_several_guardians() -> None:
    entries, problems = entries_of(drawn.reading("ID | Guardian Email\n1 | a@x.org; b@y.org,c@z.org;"))
    assert [each.address for each in entries[0].guardians] == ["a@x.org", "b@y.org", "c@z.org"]
    assert problems == []


@pytest.mark.parametrize(
    ("written", "may"),
    [
        ("yes", True),
        ("Y", True),
        ("TRUE", True),
        ("1", True),
        ("sí", True),
        ("no", False),
        ("FALSE", False),
        ("", False),
        ("0", False),
        ("Do not contact", False),
    ],
)
def test_where_there_is_a_column_for_it_only_a_yes_permits(written: str, may: bool) -> None:
    entries, problems = entries_of(drawn.reading(f"ID | Guardian Email | May Write\n1 | a@x.org | {written}"))
    assert (entries[0].guardians, problems) == ((guardian("a@x.org", may_receive=may),), [])
    assert entries[0].may_write is may


@pytest.mark.parametrize("written", ["perhaps", "#REF!", "2"])
def test_neither_yes_nor_no_is_a_no_and_is_said(written: str) -> None:
    entries, problems = entries_of(drawn.reading(f"ID | Guardian Email | May Write\n1 | a@x.org | {written}"))
    assert entries[0].guardians == (guardian("a@x.org", may_receive=False),)
    assert problems == [problem("C2", *NEITHER)]


@pytest.mark.parametrize(
    ("written", "rights", "wrong"),
    [("yes", True, 0), ("no", False, 0), ("", False, 0), ("17", True, 1), ("#N/A", True, 1)],
)
def test_of_a_student_whose_rights_are_the_student_s_own_no_guardian_may_be_written_to(
    written: str, rights: bool, wrong: int
) -> None:
    labels = "ID | Guardian Email | May Write | Student Email | Rights With Student"
    (entry,), problems = entries_of(drawn.reading(f"{labels}\n1 | a@x.org | yes | s@x.org | {written}"))
    assert (entry.guardians, entry.rights) == ((guardian("a@x.org", may_receive=not rights),), rights)
    # What is about the student alone stays as it is.
    assert (entry.may_write, entry.address) == (True, "s@x.org")
    neither = problem(
        "E2",
        "this is neither yes nor no, so nobody at home is written to about this student.",
        "Type yes where the rights are the student's own, else no.",
    )
    assert problems == [neither] * wrong


def test_each_guardian_has_a_permission_of_their_own(reading: Reading) -> None:
    """
    ID | Guardian Email | OK to e-mail | Guardian 2 Email | Guardian 2 May Be Written To
    1  | a@x.org        | yes          | b@x.org          | no
    """
    (entry,), problems = entries_of(reading)
    assert entry.guardians == (guardian("a@x.org"), guardian("b@x.org", may_receive=False))
    assert (entry.may_write, problems) == (False, [])


def test_a_column_without_a_number_speaks_for_all_guardians(reading: Reading) -> None:
    """
    ID | Guardian 1 Email | Guardian 2 Email | May Write
    1  | a@x.org          | b@x.org          | no
    """
    (entry,), _ = entries_of(reading)
    assert [each.may_receive for each in entry.guardians] == [False, False]


def test_a_guardian_whom_no_permission_speaks_of_is_not_written_to(reading: Reading) -> None:
    """
    ID | Guardian 1 Email | Guardian 2 Email | Guardian 1 May Be Written To
    1  | a@x.org          | b@x.org          | yes
    2  | c@x.org          | d@x.org          | yes
    """
    entries, problems = entries_of(reading)
    assert [[each.may_receive for each in entry.guardians] for entry in entries] == [[True, False], [True, False]]
    assert problems == [
        problem(
            "C1",
            "no column says whether these guardians may be written to, so they are not.",
            "Add the column with the same number, or one without a number for all.",
        )
    ]


def test_a_refusal_anywhere_counts_for_an_address_everywhere(reading: Reading) -> None:
    """
    ID | Guardian 1 Email | Guardian 1 May Be Written To | Guardian 2 Email | Guardian 2 May Be Written To
    1  | Mum@x.org        | yes                          | mum@X.org        | no
    """
    (entry,), _ = entries_of(reading)
    assert entry.guardians == (guardian("Mum@x.org", may_receive=False),)


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("en", "en"),
        ("ES", "es"),
        ("es_MX", "es"),
        ("pt-BR", "pt"),
        ("zh-Hans-CN", "zh"),
        ("Spanish", "es"),
        ("Español", "es"),
        ("", ""),
    ],
)
def test_a_language_is_a_code_or_a_name(written: str, language: str) -> None:
    entries, problems = entries_of(drawn.reading(f"ID | Guardian Email | Language\n1 | a@x.org | {written}"))
    assert (entries[0].guardians[0].language, entries[0].language, problems) == (language, language, [])


def test_an_unknown_language_is_said(reading: Reading) -> None:
    """
    ID | Guardian Email | Guardian Language
    1  | a@x.org        | the one of the sea
    """
    (entry,), problems = entries_of(reading)
    assert entry.guardians == (guardian("a@x.org"),)
    assert problems == [
        problem(
            "C2",
            "this language is not known here, so letters are in the school's usual one.",
            'Type a language code such as "en" or "es".',
        )
    ]


# How often


def test_each_guardian_says_how_often(reading: Reading) -> None:
    """
    ID  | Guardian 1 Email | Guardian 1 How Often | Guardian 2 Email | Guardian 2 How Often
    101 | a@x.org          | Weekly               | b@x.org          | never
    102 | a@x.org          |                      | b@x.org          | each time
    """
    entries, problems = entries_of(reading)
    assert problems == []
    assert [[(each.address, each.frequency) for each in entry.guardians] for entry in entries] == [
        [("a@x.org", "weekly"), ("b@x.org", "never")],
        [("a@x.org", ""), ("b@x.org", "each")],
    ]


def test_what_does_not_say_how_often_is_a_never_and_is_said(reading: Reading) -> None:
    """
    ID  | Guardian Email | How Often
    101 | a@x.org        | please stop
    """
    (entry,), problems = entries_of(reading)
    assert [each.frequency for each in entry.guardians] == ["never"]
    assert problems == [
        problem(
            "C2",
            "this does not say how often to write, so this guardian is not written to.",
            "Type each, weekly or never, or nothing for the school's usual way.",
        )
    ]


def test_the_fewer_letters_win_where_an_address_is_there_twice(reading: Reading) -> None:
    """
    ID  | Guardian 1 Email | Guardian 1 How Often | Guardian 2 Email | Guardian 2 How Often
    101 | a@x.org          | each                 | A@x.org          | weekly
    """
    (entry,), _ = entries_of(reading)
    assert [(each.address, each.frequency) for each in entry.guardians] == [("a@x.org", "weekly")]


def test_a_column_for_the_signature_is_noticed_whether_or_not_it_is_signed(reading: Reading) -> None:
    """
    ID  | Level | Signed By
    101 | 86    |
    """
    (entry,), _ = entries_of(reading)
    assert (entry.contract.signature_asked, entry.contract.signed_by) == (True, "")
