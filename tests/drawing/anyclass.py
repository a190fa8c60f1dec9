"""Any class a teacher might keep: gradebooks drawn at random, as what is typed into the cells and done to the sheet.

Everything odd that a real sheet holds occurs: ids with leading zeros and with the wildcards of MATCH, names in every
script and such as look like formulas, maxima of 1 and 12.5, percentages typed into columns of points, dates that a
typed 7/10 became, formulas and their errors, headings between the students, the teacher's own colours, rules and notes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
Draw = st.DrawFn

#: Levels of the usual school, and of one with half points and an easier bar for quizzes.
USUAL = ("76", "86", "93")
UNUSUAL = ("76", "86.5", "93")
UNUSUAL_TIERS = """
[[tiers]]
name = "76"
pass_mark = 76

[[tiers]]
name = "86.5"
pass_mark = 86.5
by_kind = { quiz = 80 }

[[tiers]]
name = "Honours"
pass_mark = 93
by_kind = { Quiz = 87.25, test = 93 }
"""
GUARD = """
[guard]
letters_least = 1000
letters_share = 1
verdicts_share = 1
students_share = 1
names_share = 1
layout = false
"""
MAXIMA = tuple(Decimal(number) for number in ("1", "2", "4", "10", "12.5", "50", "100", "7"))
FORMULAS = ("=1/0", "=NA()", "=20+3", '="EX"', '=IF(TRUE,"",1)', "=43/50", "=SUM(1,2,3)")
NAMES = (
    "Ana Díaz", "Bo Kim", "O'Neil, Max", "=HYPERLINK(0)", "王小明", "Zoë  Ωmega", "محمد", "👩‍🚀 Star", "-Ana", "+1",
    "@home", "Ana\u0301", "ＡＢＣ", "Nguyễn Thị", '"Q"', "average joe",
)  # fmt: skip
TITLES = (
    "Quiz 1", "~ Test *2?", "What is 3/4?", 'The "big" one', "It's ~~ due", "*", "?", "Ünït 7", "第三课", "=A1",
    "quiz 1?", "1.1 Intro", "a~b", 'N("sheets-mastery:x")', "Level 2", "Class; 3,5", "Лист 4", "€50",
)  # fmt: skip
IDS = (
    "00103", "103", "7", "a*", "a?", "~a", "a~*", "O'N", '"1"', "ID 5", "x,y;z", "é", "０１", "=1", "1e3", "-5", "3.50",
)  # fmt: skip
# Controls cannot be typed, halves of surrogate pairs are no text.
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))


@dataclass(frozen=True, kw_only=True)
class AnyClass:
    """One gradebook, not yet at Google."""

    #: Tab -> rows of what is typed; the first tab is the one with the marks.
    tabs: Mapping[str, Sequence[Sequence[str]]]
    #: The gradebook's own keys of the settings, and the tables before it.
    gradebook: str
    more: str
    #: The document's locale.
    locale: str
    #: What the teacher does to the first tab (sheetId 0) apart from typing, as requests of a batchUpdate.
    dressing: Sequence[Json]
    #: The rows from the first student to the last one, and how many columns are in use.
    first_row: int
    end_row: int
    width: int


def typed_text(text: str) -> str:
    """How a text is typed so that it stays this text."""
    return "'" + text


def area(first_row: int, end_row: int, first_column: int, end_column: int) -> Json:
    """A GridRange on the tab with the marks."""
    return {
        "sheetId": 0,
        "startRowIndex": first_row,
        "endRowIndex": end_row,
        "startColumnIndex": first_column,
        "endColumnIndex": end_column,
    }


@st.composite
def any_class(draw: Draw, locales: Sequence[str] = ("en_US", "en_US", "de_DE", "fr_FR", "en_GB")) -> AnyClass:
    """A class of at most eight students and six assignments, in a document of one of some locales."""
    locale = draw(st.sampled_from(locales))
    comma = locale in {"de_DE", "fr_FR"}
    unusual = draw(st.booleans())
    count = draw(st.integers(1, 6))
    titles = draw(_unlike(st.one_of(st.sampled_from(TITLES), st.text(LETTERS, min_size=1, max_size=9)), count))
    maxima = [draw(st.sampled_from(MAXIMA)) for _ in titles]
    percent = [draw(st.sampled_from((False, False, False, True))) for _ in titles]
    in_sheet = draw(st.booleans())
    kinds = [draw(st.sampled_from(("", "quiz", "Test", "homework"))) for _ in titles]
    dues = [draw(st.sampled_from(("2026-09-18", "2026-09-18", "2026-10-29", "2026-12-01", ""))) for _ in titles]
    levels = UNUSUAL if unusual else USUAL
    # The student columns may stand in any order, and what is no assignment may stand among the assignments.
    roster = draw(st.permutations(["Student ID", "Student", "Level", *draw(_some(["Section", "Home Language"]))]))
    beside = draw(_some(["Notes", "Average"]))
    before = roster[: draw(st.integers(1, len(roster)))]
    after = roster[len(before) :]
    header = [*before, *titles, *after, *beside]
    first_title = len(before)
    label_column = header.index("Student ID")

    rows: list[list[str]] = []
    if draw(st.booleans()):
        rows.append(["Algebra 1", *[""] * (len(header) - 1)])
    rows.append([typed_text(label) if label in titles else label for label in header])
    if in_sheet:
        says: dict[str, list[str]] = {
            "Points": [_number(each, comma) for each in maxima],
            "Due": dues,
            "Kind": [typed_text(each) if each else "" for each in kinds],
        }
        for label in draw(st.permutations(["Points", *draw(_some(["Due", "Kind"]))])):
            line = [""] * len(header)
            line[label_column] = label
            line[first_title : first_title + count] = says[label]
            rows.append(line)
    first_row = len(rows)
    ids = draw(
        _unlike(st.one_of(st.sampled_from(IDS), st.text(LETTERS, min_size=1, max_size=5)), draw(st.integers(1, 8)))
    )
    if draw(st.sampled_from((False, False, False, True))):
        ids.append(ids[0].upper())
    for number, identity in enumerate(ids):
        line = [""] * len(header)
        as_number = identity.isascii() and identity.isdigit() and draw(st.booleans())
        line[header.index("Student ID")] = identity if as_number else typed_text(identity)
        name = draw(st.one_of(st.sampled_from(NAMES), st.text(LETTERS, min_size=1, max_size=8)))
        line[header.index("Student")] = typed_text(name)
        level = draw(st.sampled_from((*levels, *levels, f"{levels[1]}%", "", "?")))
        line[header.index("Level")] = level.replace(".", ",") if comma else level
        if "Section" in header:
            line[header.index("Section")] = draw(st.sampled_from(("P1", "P2")))
        for at, (maximum, share) in enumerate(zip(maxima, percent, strict=True), first_title):
            line[at] = draw(_mark(maximum, comma=comma, share=share))
        if "Average" in header:
            row = first_row + number + 1
            first, last = (chr(ord("A") + each) for each in (first_title, first_title + count - 1))
            line[header.index("Average")] = f"=COUNT({first}{row}:{last}{row})"
        rows.append(line)
        if number + 1 < len(ids) and draw(st.sampled_from((False, False, False, False, True))):
            heading = [""] * len(header)
            heading[header.index("Student")] = draw(st.sampled_from(("", "Period 3")))
            rows.append(heading)
    end_row = len(rows)
    rows.append([""] * len(header))
    dressing = draw(_dressing(first_row, end_row, len(header)))
    for at, share in enumerate(percent, first_title):
        if share:
            dressing.append(_percentages(area(first_row, end_row, at, at + 1)))
    return AnyClass(
        tabs={"Marks": rows, "Seating": [["Row 1", "=Marks!A1", "=1/3"], ["Row 2", "x", '=A1&"!"']]},
        gradebook=_gradebook(titles, maxima, kinds, dues, in_sheet=in_sheet),
        more=GUARD
        + (UNUSUAL_TIERS if unusual else "")
        + f'\n[marking]\nrounding = "{draw(st.sampled_from(("none", "whole")))}"\n',
        locale=locale,
        dressing=dressing,
        first_row=first_row,
        end_row=end_row,
        width=len(header),
    )


@st.composite
def teachers_moves(draw: Draw, any_one: AnyClass) -> list[Json]:
    """What a teacher does to the order of things on the tab with the marks: sorts, new rows, new columns."""
    moves: list[Json] = []
    first, end, width = any_one.first_row, any_one.end_row, any_one.width
    for _ in range(draw(st.integers(1, 2))):
        match draw(st.sampled_from(("sort", "row", "column"))):
            case "sort":
                spec = {
                    "dimensionIndex": draw(st.integers(0, width - 1)),
                    "sortOrder": draw(st.sampled_from(("ASCENDING", "DESCENDING"))),
                }
                moves.append({"sortRange": {"range": area(first, end, 0, width), "sortSpecs": [spec]}})
            case "row":
                at = draw(st.integers(0, end))
                moves.append(insertion("ROWS", at, inherit=at > 0 and draw(st.booleans())))
                first += at <= first
                end += at < end
            case _:
                at = draw(st.integers(0, width))
                moves.append(insertion("COLUMNS", at, inherit=at > 0 and draw(st.booleans())))
                width += 1
    return moves


@st.composite
def teachers_drags(draw: Draw, any_one: AnyClass) -> list[Json]:
    """Columns and rows of students that the teacher drags to another place, one or two."""
    moves: list[Json] = []
    for _ in range(draw(st.integers(1, 2))):
        columns = draw(st.booleans())
        first, end = (0, any_one.width) if columns else (any_one.first_row, any_one.end_row)
        at = draw(st.integers(first, end - 1))
        to = draw(st.sampled_from([place for place in range(first, end + 2) if place not in {at, at + 1}]))
        place = {"sheetId": 0, "dimension": "COLUMNS" if columns else "ROWS", "startIndex": at, "endIndex": at + 1}
        moves.append({"moveDimension": {"source": place, "destinationIndex": to}})
    return moves


def insertion(dimension: str, at: int, *, inherit: bool) -> Json:
    """A request for one more row or column; `inherit`: it takes its formats from the one before."""
    place = {"sheetId": 0, "dimension": dimension, "startIndex": at, "endIndex": at + 1}
    return {"insertDimension": {"range": place, "inheritFromBefore": inherit}}


def _some(things: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(things), unique=True, max_size=len(things))


def _unlike(texts: st.SearchStrategy[str], count: int) -> st.SearchStrategy[list[str]]:
    """So many texts that are no two writings of one, and none of them blank or a word with a meaning of its own."""
    taken = ("student", "student id", "level", "section", "notes", "average", "points", "due", "kind", "total", "sum")
    words = ("id", "name", "class", "period", "contract", "tier", "max", "maximum", "grade", "count", "comments")
    return st.lists(
        texts.filter(lambda text: text.strip() != "" and text.strip(" :").casefold() not in {*taken, *words}),
        min_size=count,
        max_size=count,
        unique_by=lambda text: " ".join(text.casefold().split()),
    )


def _number(number: Decimal, comma: bool) -> str:
    text = f"{number.normalize():f}"
    return text.replace(".", ",") if comma else text


@st.composite
def _mark(draw: Draw, maximum: Decimal, *, comma: bool, share: bool) -> str:
    """What is typed into one cell; `share`: into a column of percentages."""
    sort = draw(
        st.sampled_from(("score",) * 8 + ("blank",) * 3 + ("code",) * 2 + ("percent", "text", "date", "formula"))
    )
    match sort:
        case "blank":
            return ""
        case "score" if not share:
            bar = draw(st.sampled_from((0, 1, 76, 80, 86, 86.5, 87.25, 92.5, 93, 100)))
            near = Decimal(str(bar)) * maximum / 100 + draw(st.sampled_from((0, 0, 0, 1, -1))) * Decimal("0.01")
            return _number(max(near, Decimal(0)), comma)
        case "score" | "percent":
            whole = draw(
                st.sampled_from(("0", "50", "75.99", "76", "85.99", "86", "86.5", "92.5", "93", "100", "150", "151"))
            )
            return _number(Decimal(whole), comma) + "%"
        case "code":
            return draw(st.sampled_from(("EX", "ex", "Exempt ", "M", "ABS", "-", "Submitted")))
        case "date":
            return draw(st.sampled_from(("7/10", "2026-10-01", "10:30", "TRUE", "-3", "1e3", "200")))
        case "formula":
            formula = draw(st.sampled_from(FORMULAS))
            return formula.replace(",", ";") if comma else formula
        case _:
            score = draw(
                st.sampled_from(("17/20", "43 / 50", "85%", "12.5", "12,5", "B+", "✓", "17/0", "３", "late: 18"))
            )
            return typed_text(draw(st.one_of(st.just(score), st.text(LETTERS, min_size=1, max_size=6))))


@st.composite
def _dressing(draw: Draw, first_row: int, end_row: int, width: int) -> list[Json]:
    """The teacher's own rules, notes, colours and so on, some of each or none."""
    row, column = draw(st.integers(first_row, end_row - 1)), draw(st.integers(0, width - 1))
    block = area(draw(st.integers(0, row)), row + 1, draw(st.integers(0, column)), column + 1)
    note = draw(st.sampled_from(("ask mum", "[Mastery] is my word too", "Redo 2/5 – was 50 %")))
    everything: list[Json] = [
        _rule(0, block, {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=LEN(A1)>1"}]}, red=0.5),
        _rule(
            0,
            area(first_row, end_row, 0, width),
            {"type": "NUMBER_LESS", "values": [{"userEnteredValue": "10"}]},
            green=1,
        ),
        _gradient(area(first_row, end_row, column, column + 1)),
        {
            "updateCells": {
                "range": area(row, row + 1, column, column + 1),
                "rows": [{"values": [{"note": note}]}],
                "fields": "note",
            }
        },
        _format(block, {"backgroundColorStyle": {"rgbColor": {"red": 1, "blue": 0.2}}, "textFormat": {"bold": True}}),
        _format(
            block, {"horizontalAlignment": "CENTER", "textFormat": {"foregroundColorStyle": {"rgbColor": {"blue": 1}}}}
        ),
        _validation(block),
        {"mergeCells": {"range": area(end_row + 2, end_row + 3, 0, 2), "mergeType": "MERGE_ALL"}},
        {"addNamedRange": {"namedRange": {"name": "the_class", "range": block}}},
        {"addProtectedRange": {"protectedRange": {"range": block, "warningOnly": True}}},
        _hidden(column),
    ]
    kept = [draw(st.booleans()) for _ in everything]
    return [request for request, keep in zip(everything, kept, strict=True) if keep]


def _rule(index: int, where: Json, condition: Json, **fill: float) -> Json:
    look = {"backgroundColorStyle": {"rgbColor": fill}, "textFormat": {"strikethrough": True}}
    rule = {"ranges": [where], "booleanRule": {"condition": condition, "format": look}}
    return {"addConditionalFormatRule": {"index": index, "rule": rule}}


def _gradient(where: Json) -> Json:
    low = {"type": "MIN", "colorStyle": {"rgbColor": {"red": 1}}}
    high = {"type": "MAX", "colorStyle": {"rgbColor": {"green": 1}}}
    return {
        "addConditionalFormatRule": {
            "index": 0,
            "rule": {"ranges": [where], "gradientRule": {"minpoint": low, "maxpoint": high}},
        }
    }


def _format(where: Json, look: Json) -> Json:
    fields = "userEnteredFormat(" + ",".join(look) + ")"
    return {"repeatCell": {"range": where, "cell": {"userEnteredFormat": look}, "fields": fields}}


def _percentages(where: Json) -> Json:
    return _format(where, {"numberFormat": {"type": "PERCENT", "pattern": "0.00%"}})


def _validation(where: Json) -> Json:
    values = [{"userEnteredValue": each} for each in ("EX", "M", "43")]
    rule = {"condition": {"type": "ONE_OF_LIST", "values": values}, "strict": False, "showCustomUi": True}
    return {"setDataValidation": {"range": where, "rule": rule}}


def _hidden(column: int) -> Json:
    place = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
    return {
        "updateDimensionProperties": {"range": place, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
    }


def _gradebook(
    titles: Sequence[str], maxima: Sequence[Decimal], kinds: Sequence[str], dues: Sequence[str], *, in_sheet: bool
) -> str:
    """The settings of a sheet with one header row, or of one that says everything itself."""
    if in_sheet:
        return ""
    lines = ["points = 50"]
    for title, maximum, kind, due in zip(titles, maxima, kinds, dues, strict=True):
        lines.append(f"[gradebooks.assignments.{json.dumps(title, ensure_ascii=False)}]")
        lines.append(f"points = {maximum}")
        lines += [f'kind = "{kind}"'] if kind else []
        lines += [f"due = {due}"] if due else []
    return "\n".join(lines)
