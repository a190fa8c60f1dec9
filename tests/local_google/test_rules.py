"""Conditional formats: what the local Google paints is what Google would paint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from sheets_mastery.local_google.sheets.formulas import copied

if TYPE_CHECKING:
    from collections.abc import Callable

RED, GREEN, BLUE = {"red": 1}, {"green": 1}, {"blue": 1}


def rule(place: str, condition: str, *values: str, fill: Any = None, index: int = 0, **more: Any) -> dict[str, Any]:
    """Return the request that adds a rule with one fill over ``C4:D9``, given as 0-based bounds in A1 order."""
    top, bottom, left, right = (int(bound) for bound in place.split())
    box = {"sheetId": 0, "startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right}
    said = {"type": condition, "values": [{"userEnteredValue": value} for value in values]}
    boolean = {"condition": said, "format": {"backgroundColor": RED if fill is None else fill, **more}}
    return {"addConditionalFormatRule": {"index": index, "rule": {"ranges": [box], "booleanRule": boolean}}}


# --- the rules that Sheets Mastery writes

WORD = (
    'IFERROR(INDEX(INDIRECT("\'Mastery\'!$E$2:$AD$100"),MATCH($A4&"",INDIRECT("\'Mastery\'!$A$2:$A$100"),0),'
    'MATCH(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(C$1,"~","~~"),"*","~*"),"?","~?"),'
    'INDIRECT("\'Mastery\'!$E$1:$AD$1"),0)),"")'
)
LEVEL = 'IFERROR(INDEX(INDIRECT("\'Mastery\'!$C$2:$C$100"),MATCH($A4&"",INDIRECT("\'Mastery\'!$A$2:$A$100"),0)),"")'
NOW = (
    f'IF({WORD}="check","check",IF({WORD}="no contract","no contract",'
    f"IF(IF(ISNUMBER(C4),OR(C4=0,AND(C4*2>3,C4<20000)),FALSE),"
    f'IF(ROUND(C4/C$2,9)<SWITCH({LEVEL},76,70,86,80,93)/100,"missing (retake)","mastered"),{WORD})))'
)
WORDS = {
    "mastered": {"green": 1},
    "missing (retake)": {"red": 1},
    "missing (not in)": {"red": 1, "blue": 1},
    "pending": {"green": 1, "blue": 1},
    "excused": {"blue": 1},
    "check": {"red": 1, "green": 1},
    "no contract": {"red": 0.2},
}
FILLS = {
    "00ff00": "mastered",
    "ff0000": "missing (retake)",
    "ff00ff": "missing (not in)",
    "00ffff": "pending",
    "0000ff": "excused",
    "ffff00": "check",
    "330000": "no contract",
    "": "",
}


def live_rules(box: str, separator: str = ",") -> list[dict[str, Any]]:
    """Return our seven rules: one expression, asked for one word each."""
    return [
        rule(
            box,
            "CUSTOM_FORMULA",
            f'=AND(N("sheets-mastery:{word}")=0,{NOW}="{word}")'.replace(",", separator),
            fill=fill,
            index=index,
        )
        for index, (word, fill) in enumerate(WORDS.items())
    ]


TITLES = ["Essay", "Quiz *2*", "what?", "a~b"]
POINTS = [50, 10, 20, 4]
MASTERY: list[list[Any]] = [
    ["Student ID", "Student", "Level", "Missing", "a~b", "WHAT?", "essay", "Quiz *2*", "Quiz no2 ", "whats"],
    ["00103", "Ada", 86, 0, "excused", "missing (not in)", "pending", "pending", "check", "check"],
    ["101", "Bo", 93, 0, "no contract", "check", "pending", "", "check", "check"],
    ["s-4", "Di", 76, 0, "mastered", "", "excused", "no contract", "check", "check"],
]


def word_for(student: Any, title: str, mark: Any, points: float) -> str:
    """Say what the rules must make of a mark, without a formula."""
    row = next((row for row in MASTERY[1:] if row[0].casefold() == str(student).casefold()), None)
    level = 0 if row is None else row[2]
    column = next(column for column, other in enumerate(MASTERY[0]) if other.casefold() == title.casefold())
    word = "" if row is None else row[column]
    is_score = isinstance(mark, int | float) and (mark == 0 or 3 < mark * 2 < 40000)
    if word in ("check", "no contract") or not is_score:
        return str(word)
    return "missing (retake)" if round(mark / points, 9) < {76: 70, 86: 80}.get(level, 93) / 100 else "mastered"


@pytest.mark.parametrize(("locale", "separator"), [("en_US", ","), ("de_DE", ";")])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    students=strategies.permutations(["00103", 103, 101, "S-4", "nobody", ""]),
    marks=strategies.lists(
        strategies.sampled_from([None, 0, 1, 1.5, 1.6, 3.2, 3.72, 7, 8, 9.3, 15.19, 16, 40, 46.5, 20001, "abs", "8"]),
        min_size=24,
        max_size=24,
    ),
)
def test_the_live_rules_paint_each_mark_by_its_students_level_and_word(
    new_book: Callable[..., Any], locale: str, separator: str, students: list[Any], marks: list[Any]
) -> None:
    book = new_book("Marks", "Mastery", locale=locale, columns=30)
    rows = [[student, "name", *marks[index * 4 : index * 4 + 4]] for index, student in enumerate(students)]
    book.put("Marks!A1", [["id", "name", *TITLES], ["", "", *POINTS], [], *rows])
    book.put("Mastery!A1", MASTERY)
    book.batch(*live_rules("3 9 2 6", separator))
    fills = book.fills("Marks!C4:F9")
    painted = [[FILLS[fill] for fill in [*row, *[""] * (4 - len(row))]] for row in [*fills, *[[]] * (6 - len(fills))]]
    assert painted == [
        [word_for(row[0], title, mark, points) for title, mark, points in zip(TITLES, row[2:], POINTS, strict=True)]
        for row in rows
    ]


def test_a_sorted_sheet_or_an_inserted_line_paints_no_wrong_student(new_book: Callable[..., Any]) -> None:
    book = new_book("Marks", "Mastery", columns=30)
    rows = [["00103", "Ada", 50, 10], ["101", "Bo", 43, 9], ["s-4", "Di", 36, 7]]
    book.put("Marks!A1", [["id", "name", "Essay", "what?"], ["", "", 50, 10], [], *rows])
    book.put("Mastery!A1", MASTERY)
    book.batch(*live_rules("3 6 2 4"))
    before = dict(zip([row[0] for row in rows], book.fills("Marks!C4:D6"), strict=True))
    span = {"sheetId": 0, "startRowIndex": 3, "endRowIndex": 6, "startColumnIndex": 0, "endColumnIndex": 4}
    book.batch(
        {"sortRange": {"range": span, "sortSpecs": [{"dimensionIndex": 2, "sortOrder": "ASCENDING"}]}},
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 3, "endIndex": 4}}},
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 3}}},
    )
    ids = [row[0] for row in book.values("Marks!A5:A7")]
    assert ids == ["s-4", "101", "00103"]
    assert dict(zip(ids, book.fills("Marks!E5:F7"), strict=True)) == before


# --- any rule


@pytest.mark.parametrize(
    ("formula", "painted"),
    [
        ("=A1>1", ["", "", "x", "x", "x"]),  # a text is more than any number, a truth more than any text
        ("=ISNUMBER(A1)", ["x", "", "x", "", ""]),
        ('=A1="ADA"', ["", "", "", "x", ""]),
        ("=A1=1", ["x", "", "", "", ""]),
        ("=ISBLANK(A1)", ["", "x", "", "", ""]),
        ('=A1=""', ["", "x", "", "", ""]),
        ('=AND(ISTEXT(A1),IF(A1="ada","yes","no")="YES")', ["", "", "", "x", ""]),
        ("=1/A1>0", ["x", "", "x", "", "x"]),
        ("=$A1=MAX($A$1:$A$5)", ["", "", "x", "", ""]),
        ("=ROW()=2", ["", "x", "", "", ""]),
        ("=COUNTIF(A:A,A1)=1", ["x", "", "x", "x", "x"]),
        ("=COUNTA(A$1:A)=4", ["x", "x", "x", "x", "x"]),
        ("+A1=3", ["", "", "x", "", ""]),
        ('=INDIRECT("A3")=A1', ["", "", "x", "", ""]),
        ('=INDIRECT("B"&ROW())=7', ["", "", "", "x", ""]),
        ("=MOD(ROW(),2)", ["x", "", "x", "", "x"]),
        ("=AND(ISNUMBER(A1),A1*2>3)", ["", "", "x", "", ""]),
        ("=OR(A1=1,1/A1)", ["x", "", "x", "", "x"]),
        ('="text"', ["", "", "", "", ""]),
    ],
)
def test_a_custom_formula_holds_where_it_is_true_and_nowhere_else(book: Any, formula: str, painted: list[str]) -> None:
    book.put("A1", [[1], [], [3], ["Ada", 7], [True]])
    book.batch(rule("0 5 0 1", "CUSTOM_FORMULA", formula))
    rows = [*book.fills("A1:A5"), *[[]] * 5][:5]
    assert ["x" if row and row[0] == "ff0000" else "" for row in rows] == painted


@pytest.mark.parametrize(
    ("condition", "values", "painted"),
    [
        ("NUMBER_GREATER", ["2"], "..x..."),
        ("NUMBER_GREATER_THAN_EQ", ["=1+0"], "x.x..."),
        ("NUMBER_LESS", ["50%"], ".....x"),
        ("NUMBER_LESS_THAN_EQ", ["1"], "x....x"),
        ("NUMBER_EQ", ["=A1"], "x.x..x"),
        ("NUMBER_NOT_EQ", ["3"], "x..xxx"),
        ("NUMBER_BETWEEN", ["3", "1"], "x.x..."),
        ("NUMBER_NOT_BETWEEN", ["1", "2"], "..x..x"),
        ("TEXT_CONTAINS", ["D"], "...x.."),
        ("TEXT_NOT_CONTAINS", ["a"], "xxx.xx"),
        ("TEXT_STARTS_WITH", ["ad"], "...x.."),
        ("TEXT_ENDS_WITH", ["DA"], "...x.."),
        ("TEXT_EQ", ["ada"], "...x.."),
        ("BLANK", [], ".x...."),
        ("NOT_BLANK", [], "x.xxxx"),
    ],
)
def test_every_condition_holds_where_google_says(book: Any, condition: str, values: list[str], painted: str) -> None:
    book.put("A1", [[1], [], [3], ["Ada"], [True], [0]])
    book.batch(rule("0 6 0 1", condition, *values))
    rows = [*book.fills("A1:A6"), *[[]] * 6][:6]
    assert "".join("x" if row and row[0] == "ff0000" else "." for row in rows) == painted


def test_the_first_rule_wins_where_two_say_different_things(book: Any) -> None:
    book.put("A1", [[1]])
    book.batch(
        rule("0 1 0 1", "NOT_BLANK", fill=RED),
        rule("0 1 0 1", "NUMBER_EQ", "1", fill=GREEN, index=0),
        rule("0 1 0 1", "NUMBER_EQ", "2", fill=BLUE, index=0),
    )
    assert book.fills("A1") == [["00ff00"]]
    book.batch({"updateConditionalFormatRule": {"sheetId": 0, "index": 2, "newIndex": 0}})
    assert book.fills("A1") == [["ff0000"]]


def test_a_gradient_mixes_its_colours_between_its_points(book: Any) -> None:
    book.put("A1", [[0], [5], [10], ["text"]])
    box = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 1}
    gradient = {"minpoint": {"color": {}, "type": "MIN"}, "maxpoint": {"color": RED, "type": "MAX"}}
    book.batch({"addConditionalFormatRule": {"rule": {"ranges": [box], "gradientRule": gradient}, "index": 0}})
    assert book.fills("A1:A4") == [["000000"], ["800000"], ["ff0000"], [""]]


def test_rules_have_places_that_shift_and_a_deleted_rule_is_told(book: Any) -> None:
    book.batch(*(rule("0 1 0 1", "TEXT_EQ", text, index=0) for text in ("third", "second", "first")))
    reply = book.batch({"deleteConditionalFormatRule": {"sheetId": 0, "index": 1}})
    told = reply[0]["deleteConditionalFormatRule"]["rule"]
    left = book.get("sheets.conditionalFormats.booleanRule.condition.values")["sheets"][0]["conditionalFormats"]
    said = [each["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for each in left]
    assert (said, told["booleanRule"]["condition"]["values"]) == (["first", "third"], [{"userEnteredValue": "second"}])
    assert told["ranges"] == [{"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1}]


def test_one_wrong_index_undoes_the_whole_batch(book: Any) -> None:
    book.batch(rule("0 1 0 1", "BLANK"))
    gone = {"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}}
    assert book.refused(gone, gone) == (
        "Invalid requests[1].deleteConditionalFormatRule: No conditional format on sheet: 0 at index: 0"
    )
    assert len(book.get("sheets.conditionalFormats")["sheets"][0]["conditionalFormats"]) == 1


@pytest.mark.parametrize(
    ("condition", "value", "more", "said"),
    [
        ("CUSTOM_FORMULA", "=Other!A1=1", {}, "Conditional format rule cannot reference a different sheet."),
        ("CUSTOM_FORMULA", "=levels=1", {}, "Conditional format rule cannot reference a different sheet."),
        ("CUSTOM_FORMULA", "A1=1", {}, "Invalid ConditionValue.userEnteredValue: A1=1"),
        ("CUSTOM_FORMULA", "=A1>", {}, "Invalid ConditionValue.userEnteredValue: =A1>"),
        (
            "NOT_BLANK",
            None,
            {"horizontalAlignment": "LEFT"},
            (
                "ConditionalFormatRule.format only supports bold, italic, strikethrough, foreground color and "
                "background color."
            ),
        ),
    ],
)
def test_a_rule_that_google_refuses_is_refused(
    new_book: Callable[..., Any], condition: str, value: str | None, more: Any, said: str
) -> None:
    book = new_book("Marks", "Other")
    book.batch({"addNamedRange": {"namedRange": {"name": "levels", "range": {"sheetId": 1, "endRowIndex": 1}}}})
    values = [] if value is None else [value]
    message = book.refused(rule("0 1 0 1", condition, *values, **more))
    assert message == f"Invalid requests[0].addConditionalFormatRule: {said}"


@pytest.mark.parametrize(
    ("condition", "values", "said"),
    [
        ("CUSTOM_FORMULA", ['=QUERY(A:A,"x")=1'], "the function QUERY in a conditional format"),
        ("TEXT_IS_EMAIL", [], "the conditional format condition TEXT_IS_EMAIL"),
    ],
)
def test_a_rule_that_cannot_be_judged_here_is_refused_loudly(
    book: Any, condition: str, values: list[str], said: str
) -> None:
    message = book.refused(rule("0 1 0 1", condition, *values), status=501)
    assert message == f"The local Google does not speak {said}."


# --- the rules' own evaluation against IronCalc's

LEAVES = strategies.sampled_from(
    ["A1", "$B1", "A$2", "$B$3", "0", "1", "2.5", '"ada"', '"1"', '""', '"a*"', "TRUE", "7%", "ROW()*0+2"]
)


def _grown(inner: strategies.SearchStrategy[str]) -> strategies.SearchStrategy[str]:
    signs = strategies.sampled_from(["=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "&"])
    shapes = strategies.sampled_from(
        [
            "IF({0}={1},{1},{0})",
            "IF(ISNUMBER({0}),{0}*2,FALSE)",
            "AND({0}=1,{1}<3)",
            "OR({0}>1,{1}={0},FALSE)",
            "NOT({0}={1})",
            'IFERROR({0}/{1},"none")',
            "ROUND(N({0}),1)",
            "ISTEXT({0})",
            "ISBLANK({0})",
            "LEN({0}&{1})",
            'SUBSTITUTE({0}&"","a",{1}&"")',
            'TRIM(" "&{0}&"  b ")',
            'MATCH({0}&"",$A$1:$A$5,0)',
            "MATCH(N({0}),$B$1:$B$5,0)",
            "INDEX($A$1:$B$5,2,1)",
            'INDEX(INDIRECT("$B$1:$B$5"),MATCH({0}&"",INDIRECT("A$1:A$5"),0))',
            "SWITCH({0},1,{1},2,5,9)",
            "-({0})",
        ]
    )
    filled = strategies.tuples(shapes, inner, inner).map(lambda each: each[0].format(*each[1:]))
    return filled | strategies.tuples(inner, signs, inner).map(lambda each: f"({each[0]}{each[1]}{each[2]})")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(strategies.recursive(LEAVES, _grown, max_leaves=8))
def test_a_rule_holds_exactly_where_its_formula_is_true_in_a_cell(
    new_book: Callable[..., Any], expression: str
) -> None:
    book = new_book(rows=10, columns=8)
    book.put("A1", [[1, 2.5], ["Ada"], ["", 1], ["1", "ada"], [True, 7]])
    formula = f'=IF({expression},"yes","no")="yes"'
    book.type("F1", [[copied(formula, row, 0)] for row in range(5)])
    book.batch(rule("0 5 0 1", "CUSTOM_FORMULA", formula))
    painted = [row[0] == "ff0000" if row else False for row in [*book.fills("A1:A5"), *[[]] * 5][:5]]
    assert painted == [row == [True] for row in book.values("F1:F5", "UNFORMATTED_VALUE")]
