"""The live rules: what Sheets decides while the teacher types."""

from __future__ import annotations

import re
from dataclasses import replace

import drawn
import pytest

from sheets_mastery.a1 import Range
from sheets_mastery.config import Settings
from sheets_mastery.gradebook import read_gradebook
from sheets_mastery.liverules import PALETTE, PENDING, LookUp, is_ours, marks_rules, normal, tab_rules
from sheets_mastery.mastery import Verdict
from sheets_mastery.reading import Look, Reading, Rule

LOOKUP = LookUp(tab="Mastery", rows=50, columns=14, before=4, level_column=2)
RETAKE = list(PALETTE).index(Verdict.RETAKE)


def rules_of(reading: Reading, settings: Settings | None = None, lookup: LookUp = LOOKUP) -> tuple[Rule, ...]:
    settings = settings or drawn.settings()
    gradebook = read_gradebook(reading, settings.gradebooks[0], settings.marking)
    order = {assignment.id: index for index, assignment in enumerate(gradebook.assignments)}
    return marks_rules(gradebook.tabs[0], order, settings.tiers, settings.marking, lookup, reading.locale)


def literally(expression: str) -> str:
    """What MATCH takes literally, written out by hand."""
    return f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({expression},"~","~~"),"*","~*"),"?","~?")'


def comparisons(reading: Reading, settings: Settings | None = None) -> list[tuple[str, str] | None]:
    """For each way of reading a column: the share and the bar that a number is compared by, in the rule for a retake.

    The level on the Mastery tab is written as `level`; None stands for a column whose numbers are not compared.
    """
    found: list[tuple[str, str] | None] = []
    for rule in rules_of(reading, settings)[RETAKE :: len(PALETTE)]:
        text = re.sub(r'INDEX\(INDIRECT\("Mastery!\$C\$2:\$C\$50"\),MATCH\(.*?,0\)\)', "level", rule.formula)
        pair = re.search(r"ROUND\(([^,]+),9\)<(level/100|SWITCH\(level,[0-9/,]+\))", text)
        found.append((pair[1], pair[2]) if pair else None)
    return found


# The colours


def luminance(colour: str) -> float:
    """The relative luminance of `#RRGGBB` (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(look: Look) -> float:
    ink, fill = sorted((luminance(look.ink), luminance(look.fill or "#FFFFFF")))
    return (fill + 0.05) / (ink + 0.05)


@pytest.mark.parametrize("look", [*PALETTE.values(), PENDING], ids=lambda look: look.ink)
def test_every_word_can_be_read_on_its_colour(look: Look) -> None:
    assert contrast(look) >= (7 if look.fill else 4.5)


def test_every_verdict_that_says_something_has_a_colour_of_its_own() -> None:
    assert set(PALETTE) == set(Verdict) - {Verdict.PENDING, Verdict.NOT_ASSIGNED}
    assert len({look.fill for look in PALETTE.values()}) == len(PALETTE)


# A rule for every coloured word


def test_every_coloured_verdict_has_a_rule_with_its_signature_and_its_look(reading: Reading) -> None:
    """
    ID  | Level | Quiz 1
    Max |       | 50
    101 | 86    | 43
    """
    rules = rules_of(reading)
    assert [rule.formula.partition("=0,")[0] for rule in rules] == [
        f'=AND(N("sheets-mastery:{name}")'
        for name in ("mastered", "retake", "not-in", "excused", "check", "no-contract")
    ]
    assert [rule.look for rule in rules] == list(PALETTE.values())
    assert all(is_ours(rule) for rule in rules)


def test_the_rules_look_the_student_up_by_id_and_the_work_by_title(reading: Reading) -> None:
    """
           | ID  | Quiz 1 | Level
    Points |     | 50     |
           | 101 | 43     | 86
    """
    student, title = literally('$B3&""'), literally("C$1")
    row = f'MATCH({student},INDIRECT("Mastery!$A$2:$A$50"),0)'
    column = f'MATCH({title},INDIRECT("Mastery!$E$1:$N$1"),0)'
    word = f'IFERROR(INDEX(INDIRECT("Mastery!$E$2:$N$50"),{row},{column}),"")'
    check = rules_of(reading)[list(PALETTE).index(Verdict.CHECK)]
    assert check.formula == f'=AND(N("sheets-mastery:check")=0,{word}="check")'


def test_the_wildcards_of_ids_and_titles_are_taken_literally(reading: Reading) -> None:
    """
    ID  | Quiz 1
    Max | 50
    101 | 43
    """
    for rule in rules_of(reading):
        assert rule.formula.count(literally("B$1")) == rule.formula.count("B$1") > 0
        assert rule.formula.count(literally('$A3&""')) == rule.formula.count('$A3&""') > 0


def test_a_tab_s_title_is_quoted_for_the_reference_and_for_the_text() -> None:
    odd = replace(LOOKUP, tab='Ana\'s "Mastery"')
    assert odd.ids == """INDIRECT("'Ana''s ""Mastery""'!$A$2:$A$50")"""
    assert LOOKUP.titles == 'INDIRECT("Mastery!$E$1:$N$1")'


def test_a_code_with_a_quote_stays_inside_its_text() -> None:
    settings = drawn.settings("[marking.codes]\nexcused = ['e \"x\"']")
    rules = rules_of(drawn.reading("ID | Quiz 1\nMax | 50\n101 | 43"), settings)
    assert all('TRIM(B3)="e ""x"""' in rule.formula for rule in rules if "TRIM" in rule.formula)
    assert [verdict for verdict, rule in zip(PALETTE, rules, strict=True) if "TRIM" in rule.formula] != []


def test_a_school_without_codes_asks_for_none() -> None:
    settings = drawn.settings("[marking.codes]\nexcused = []\nnot_in = []\nabsent = []\npending = []")
    rules = rules_of(drawn.reading("ID | Quiz 1\nMax | 50\n101 | 43"), settings)
    assert [rule for rule in rules if "TRIM" in rule.formula] == []


# How a column is read


def test_columns_that_are_read_alike_share_their_rules(reading: Reading) -> None:
    """
    ID  | Level | Quiz 1 | Quiz 2 | Average | Quiz 3 | Share | Typed     | Other
    Max |       | 50     | 20     |         | 10     |       |           |
    Due |       |        |        |         |        | 2026-09-18 | 2026-09-18 | 2026-09-18
    101 | 86    | 43     | 17     | 9       | 5      | 90%   | '17/20    | 90%
    102 | 86    | 43     | 17     | 9       | 5      | 90%   | '85 %     |
    """
    rules = rules_of(reading)
    assert [[str(area) for area in rule.ranges] for rule in rules[:: len(PALETTE)]] == [
        ["C4:D5", "F4:F5"],
        ["G4:G5"],
        ["H4:I5"],
    ]
    assert comparisons(reading) == [("C4/C$2", "level/100"), ("G4", "level/100"), None]


def test_a_maximum_from_the_settings_stands_in_the_formula(reading: Reading) -> None:
    """
    ID  | Quiz 1 | Quiz 2
    101 | 43     | 10
    """
    settings = drawn.settings(gradebook='points = 50\n[gradebooks.assignments."Quiz 2"]\npoints = 12.5')
    assert comparisons(reading, settings) == [("B2/(50)", "level/100"), ("C2/(25/2)", "level/100")]


def test_a_bar_of_its_own_for_a_kind_of_work_makes_a_group_of_its_own(reading: Reading) -> None:
    """
    ID   | Quiz 1 | Essay
    Max  | 50     | 50
    Kind | quiz   |
    101  | 43     | 43
    """
    tiers = '[[tiers]]\nname = "A"\npass_mark = 86.5\nby_kind = { quiz = 80 }\n[[tiers]]\nname = "B"\npass_mark = 93'
    assert comparisons(reading, drawn.settings(tiers)) == [
        ("B4/B$2", "SWITCH(level,173/2,4/5,93,93/100)"),
        ("C4/C$2", "level/100"),
    ]


def test_rounding_lowers_the_bar_in_the_formula_as_it_does_in_the_verdict(reading: Reading) -> None:
    """
    ID  | Quiz 1
    Max | 50
    101 | 43
    """
    assert comparisons(reading, drawn.settings('[marking]\nrounding = "whole"')) == [
        ("B3/B$2", "SWITCH(level,76,151/200,86,171/200,93,37/40)")
    ]


def test_no_students_no_rules(reading: Reading) -> None:
    """
    ID  | Quiz 1
    Max | 50
    """
    assert rules_of(reading) == ()


def test_rows_between_the_students_are_inside_the_ranges(reading: Reading) -> None:
    """
    ID  | Student  | Quiz 1
    Max |          | 50
        | Period 1 |
    101 | Ana      | 43
        | Period 2 |
    102 | Bo       | 43
    """
    rules = rules_of(reading)
    assert {rule.ranges for rule in rules} == {(Range(3, 2, 6, 3),)}
    assert '$A4&""' in rules[0].formula


# The document's own writing


@pytest.mark.parametrize(("locale", "sign"), [("en_US", ","), ("de_DE", ";"), ("fr_CA", ";"), ("es_MX", ",")])
def test_arguments_part_as_the_document_s_locale_wants_it(locale: str, sign: str) -> None:
    american = rules_of(drawn.reading("ID | Quiz; 1, 2\nMax | 50\n101 | 43"))
    rules = rules_of(drawn.reading("ID | Quiz; 1, 2\nMax | 50\n101 | 43", locale=locale))
    texts = re.compile(r'("[^"]*")')
    for rule, usual in zip(rules, american, strict=True):
        pieces = texts.split(usual.formula)
        assert rule.formula == "".join(piece if piece.startswith('"') else piece.replace(",", sign) for piece in pieces)


def test_no_formula_holds_a_decimal_sign() -> None:
    tiers = '[[tiers]]\nname = "A"\npass_mark = 85.5\nby_kind = { quiz = 79.99 }'
    reading = drawn.reading("ID | Quiz 1\nKind | quiz\n101 | 43\n102 | 12.5", locale="de_DE")
    for rule in rules_of(reading, drawn.settings(tiers, gradebook="points = 12.5")):
        assert re.search(r"\d[.,]\d", rule.formula) is None


# Our own tab


def test_on_our_own_tab_a_word_has_a_colour() -> None:
    rules = tab_rules(LOOKUP, "de_DE")
    assert [rule.formula for rule in rules] == [
        '=AND(N("sheets-mastery:tab:mastered")=0;E2="mastered")',
        '=AND(N("sheets-mastery:tab:retake")=0;E2="missing (retake)")',
        '=AND(N("sheets-mastery:tab:not_in")=0;E2="missing (not in)")',
        '=AND(N("sheets-mastery:tab:excused")=0;E2="excused")',
        '=AND(N("sheets-mastery:tab:check")=0;E2="check")',
        '=AND(N("sheets-mastery:tab:no_contract")=0;E2="no contract")',
        '=AND(N("sheets-mastery:tab:pending")=0;E2="pending")',
    ]
    assert {rule.ranges for rule in rules} == {(Range(1, 4, 50, 14),)}
    assert [rule.look for rule in rules] == [*PALETTE.values(), PENDING]


# Whose rule it is


def test_a_rule_without_our_signature_is_the_teacher_s() -> None:
    theirs = Rule(ranges=(Range(0, 0, 1, 1),), formula="=$A1>5", look=Look(fill="#FF0000"))
    assert not is_ours(theirs)
    assert not is_ours(None)
    assert is_ours(replace(theirs, formula='=N("sheets-mastery:anything")=0'))


def test_rules_are_compared_without_regard_to_spaces_and_case_outside_of_texts() -> None:
    rule = Rule(ranges=(Range(3, 0, 4, 1), Range(0, 0, 1, 1)), formula='=and(A1 = "a  B", 1)', look=Look())
    assert normal(rule) == Rule(ranges=(Range(0, 0, 1, 1), Range(3, 0, 4, 1)), formula='=AND(A1="a  B",1)', look=Look())
    assert normal(normal(rule)) == normal(rule)
