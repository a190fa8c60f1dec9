"""The live rules: the same verdict as `mastery.judge`, said in a formula that Sheets decides while the teacher types.

There is a rule a verdict, and at most one of them holds for any cell, whatever is typed. What a formula can see (a
number, its maximum, the student's level, an excused code, a blank) it decides on the spot. What it cannot see (a
percentage in a column of points, a date that a typed 7/10 became, text) it looks up in the `Mastery` tab by student id
and by title, so that a sort or an inserted column never paints the wrong child.

Sheets refuses references to other tabs in such a formula, even by a named range, but `INDIRECT` passes
(https://developers.google.com/workspace/sheets/api/guides/conditional-format). A rule has no id in the API: ours are
known by a signature inside the formula, `N("sheets-mastery:…")`, which is always 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sheets_mastery.a1 import Cell, Range, column_letters, quoted
from sheets_mastery.config import Marking, Meaning, Tier
from sheets_mastery.gradebook import Assignment, MarksTab
from sheets_mastery.gradebook.marks import decimal_comma
from sheets_mastery.mastery import DECIMALS, Verdict, bar
from sheets_mastery.reading import Look, Rule

SIGNATURE = "sheets-mastery:"

#: Dark text on light fills, told apart with a colour-vision deficiency as well (tints of the Okabe-Ito colours).
#: Every pair has a contrast of at least 7 : 1, and the word stands on the Mastery tab beside it.
PALETTE: Mapping[Verdict, Look] = {
    Verdict.MASTERED: Look(fill="#CDEBE0", ink="#0B3B2E"),
    Verdict.RETAKE: Look(fill="#FFDDB0", ink="#4F2C00", bold=True),
    Verdict.NOT_IN: Look(fill="#F5C9DD", ink="#561034", bold=True),
    Verdict.EXCUSED: Look(fill="#DBE7F5", ink="#1E3550", italic=True),
    Verdict.CHECK: Look(fill="#FFF4B8", ink="#453A00", italic=True),
    Verdict.NO_CONTRACT: Look(fill="#E4E4E4", ink="#333333", italic=True),
}
#: Pending work has no fill: nothing is said about it. On our own tab its word is grey.
PENDING = Look(ink="#5F5F5F", italic=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class LookUp:
    """Where the formulas find things on the `Mastery` tab."""

    #: The tab's title, which the teacher may have changed.
    tab: str
    #: The rows and columns of the tab's table; a little more than is in use.
    rows: int
    columns: int
    #: How many columns stand before the assignments.
    before: int
    #: The column with the level, from 0.
    level_column: int

    def _indirect(self, area: Range) -> str:
        reference = f"{quoted(self.tab)}!{area.absolute()}".replace('"', '""')
        return f'INDIRECT("{reference}")'

    @property
    def ids(self) -> str:
        return self._indirect(Range(1, 0, self.rows, 1))

    @property
    def levels(self) -> str:
        return self._indirect(Range(1, self.level_column, self.rows, self.level_column + 1))

    @property
    def titles(self) -> str:
        return self._indirect(Range(0, self.before, 1, self.columns))

    @property
    def words(self) -> str:
        return self._indirect(Range(1, self.before, self.rows, self.columns))


def is_ours(rule: Rule | None) -> bool:
    """Whether a rule of the sheet carries our signature."""
    return rule is not None and f'N("{SIGNATURE}' in rule.formula


def normal(rule: Rule) -> Rule:
    """A rule as it can be compared: spaces outside of texts do not count, neither does the order of its ranges."""
    pieces = rule.formula.split('"')
    pieces[::2] = ["".join(piece.split()).upper() for piece in pieces[::2]]
    return Rule(ranges=tuple(sorted(rule.ranges)), formula='"'.join(pieces), look=rule.look)


def marks_rules(
    tab: MarksTab,
    order: Mapping[str, int],
    tiers: tuple[Tier, ...],
    marking: Marking,
    lookup: LookUp,
    locale: str,
) -> tuple[Rule, ...]:
    """The rules for one tab with marks: for every way of reading a column, one rule a coloured verdict.

    `order` tells for each assignment's identity which of the `Mastery` tab's assignments it is, from 0. Columns are
    read alike when their maxima stand in the same place and their pass marks are the same. All ranges of a rule begin
    in the same row, and the first one is the leftmost, so that "the first range's top left cell" is never in doubt.
    """
    if not tab.students:
        return ()
    groups: dict[tuple[str, tuple[tuple[Fraction, Fraction], ...], int | None], list[int]] = {}
    for assignment in sorted(tab.assignments, key=lambda each: each.column):
        bars = tuple(
            (Fraction(tier.pass_mark), bar(Fraction(tier.pass_mark_for(assignment.kind)), marking.rounding))
            for tier in tiers
        )
        # Of several attempts the sheet has one verdict, which no single cell can tell; and a header cell that does not
        # tell the title alone cannot be looked up. Those columns know their place on the Mastery tab by its number:
        # both are written by one request, and a rule moves along with its column.
        place = None if assignment.header and not assignment.retakes else order[assignment.id]
        divisor = "" if assignment.retakes else _divisor(assignment)
        groups.setdefault((divisor, bars, place), []).extend(assignment.columns)
    rules = []
    for (divisor, bars, place), columns in groups.items():
        ranges = tuple(_ranges(sorted(columns), tab.first_row, tab.end_row))
        terms = _Terms.at(Cell(ranges[0].row, ranges[0].column), tab, divisor, bars, marking, lookup, place)
        for verdict, condition in _conditions(terms).items():
            name = verdict.name.lower().replace("_", "-")
            formula = f'=AND(N("{SIGNATURE}{name}")=0,{condition})'
            rules.append(Rule(ranges=ranges, formula=_localised(formula, locale), look=PALETTE[verdict]))
    return tuple(rules)


def tab_rules(lookup: LookUp, locale: str) -> tuple[Rule, ...]:
    """The rules for our own tab: a word, a colour."""
    area = Range(1, lookup.before, lookup.rows, lookup.columns)
    anchor = Cell(area.row, area.column)
    return tuple(
        Rule(
            ranges=(area,),
            formula=_localised(f'=AND(N("{SIGNATURE}tab:{verdict.name.lower()}")=0,{anchor}="{verdict}")', locale),
            look=look,
        )
        for verdict, look in (*PALETTE.items(), (Verdict.PENDING, PENDING))
    )


def _divisor(assignment: Assignment) -> str:
    """How a number of this column becomes a share: "%", "row" (the sheet's own maximum), a fraction; "" (it cannot)."""
    if assignment.percent:
        return "%"
    if assignment.points_in_sheet:
        return "row"
    return "" if assignment.points is None else str(assignment.points)


def _ranges(columns: Iterable[int], first_row: int, end_row: int) -> Iterator[Range]:
    """The columns as few rectangles, neighbours joined."""
    start = end = -1
    for column in columns:
        if column == end:
            end += 1
            continue
        if end >= 0:
            yield Range(first_row, start, end_row, end)
        start, end = column, column + 1
    if end >= 0:
        yield Range(first_row, start, end_row, end)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Terms:
    """The pieces of formula that the conditions are made of, for the cell that relative references count from."""

    #: The mark's own cell.
    cell: str
    #: The word on the Mastery tab for this student and this title; "" where there is none.
    word: str
    #: The student's level on the Mastery tab; empty without a contract, an error without a student.
    level: str
    #: Whether the formula can judge the cell itself: a number that is surely points.
    live: str
    #: What was reached, as a share; only right where `live` is. "" where no number can be judged.
    share: str
    #: The share that has to be reached.
    bar: str
    #: Whether the cell is text that says excused.
    excused: str
    #: Whether the cell is another code: whether that means missing, only a sync knows, but it is no score.
    other_code: str
    #: Whether the cell is text that says, without a number: at the level, or below it. "" where no code says so.
    mastered: str
    below: str

    @classmethod
    def at(
        cls,
        anchor: Cell,
        tab: MarksTab,
        divisor: str,
        bars: tuple[tuple[Fraction, Fraction], ...],
        marking: Marking,
        lookup: LookUp,
        place: int | None,
    ) -> _Terms:
        cell = str(anchor)
        letter = column_letters(anchor.column)
        student = _exactly(f'${column_letters(tab.id_column)}{anchor.row + 1}&""')
        title = _exactly(f"{letter}${tab.header_row + 1}")
        column = f"MATCH({title},{lookup.titles},0)" if place is None else f"{place + 1}"
        row = f"MATCH({student},{lookup.ids},0)"
        level = f"INDEX({lookup.levels},{row})"
        reached = _bar(level, bars)
        if divisor == "%":
            live, share = f"ISNUMBER({cell})", cell
        elif not divisor:
            live, share = "FALSE", ""
        else:
            said_row = tab.points_row if divisor == "row" else None
            share = f"{cell}/({divisor})" if said_row is None else f"{cell}/{letter}${said_row + 1}"
            # Up to 1.5 it may be a percentage: that is no matter where points and percentage have the same verdict.
            # From 20000 on it may be a date.
            alike = f"(ROUND({share},{DECIMALS})<{reached})=(ROUND({cell},{DECIMALS})<{reached})"
            live = f"IF(ISNUMBER({cell}),AND({cell}>=0,{cell}<20000,OR({cell}>3/2,{alike})),FALSE)"
        codes: dict[str, list[str]] = {}
        for code, meaning in marking.codes.meanings.items():
            codes.setdefault(_SAYS.get(meaning, "other"), []).append(code)
        return cls(
            cell=cell,
            word=f'IFERROR(INDEX({lookup.words},{row},{column}),"")',
            level=level,
            live=live,
            share=share,
            bar=reached,
            excused=_one_of(cell, codes.get("excused", ())),
            other_code=_one_of(cell, codes.get("other", ())),
            mastered=_one_of(cell, codes["mastered"]) if "mastered" in codes else "",
            below=_one_of(cell, codes["below"]) if "below" in codes else "",
        )


def _conditions(terms: _Terms) -> dict[Verdict, str]:
    """When a cell shows a verdict. At most one of these holds for any cell, whatever is typed into it.

    A cell that cannot be read and a student without a contract stay what the last sync found. A number that the formula
    can judge is judged, and text that says excused is excused. Everything else, blanks included, is what the last sync
    found, except that a cell which was emptied or got another code since then shows nothing until it is found missing.
    """
    cell, word, live, excused = terms.cell, terms.word, terms.live, terms.excused
    graded = "".join(f",{each}" for each in (terms.mastered, terms.below) if each)
    no_code = "".join(f",NOT({each})" for each in (excused, terms.mastered, terms.below) if each)
    open_to_judge = f'{word}<>"",{word}<>"{Verdict.CHECK}",{terms.level}>0'

    def score(verdict: Verdict, sign: str, said: str, unsaid: str) -> str:
        """`said`: whether a code says this verdict; `unsaid`: whether one says the opposite."""
        not_so = ",".join(filter(None, (excused, terms.other_code, unsaid)))
        found = f'AND({cell}<>"",NOT(OR({not_so})),{word}="{verdict}")'
        if said:
            found = f"OR({found},AND({said},{open_to_judge}))"
        if not terms.share:
            return found
        judged = f"AND({open_to_judge},ROUND({terms.share},{DECIMALS}){sign}{terms.bar})"
        return f"IF({live},{judged},{found})"

    return {
        Verdict.MASTERED: score(Verdict.MASTERED, ">=", terms.mastered, terms.below),
        Verdict.RETAKE: score(Verdict.RETAKE, "<", terms.below, terms.mastered),
        Verdict.NOT_IN: f'AND({word}="{Verdict.NOT_IN}",NOT({live}){no_code})',
        Verdict.EXCUSED: (
            f'AND({cell}<>"",NOT(OR({live},{terms.other_code}{graded})),'
            f'OR({word}="{Verdict.EXCUSED}",AND({excused},{open_to_judge})))'
        ),
        Verdict.CHECK: f'{word}="{Verdict.CHECK}"',
        Verdict.NO_CONTRACT: f'{word}="{Verdict.NO_CONTRACT}"',
    }


#: What a formula can tell by a code alone; of every other meaning only a sync knows what follows from it.
_SAYS = {
    Meaning.EXCUSED: "excused",
    Meaning.MASTERED: "mastered",
    Meaning.BELOW: "below",
}


def _bar(level: str, bars: tuple[tuple[Fraction, Fraction], ...]) -> str:
    """The share that has to be reached, from the level on the Mastery tab; whole numbers only, without decimal sign."""
    if all(reached == mark / 100 for mark, reached in bars):
        return f"{level}/100"
    cases = ",".join(f"{_ratio(mark)},{_ratio(reached)}" for mark, reached in bars)
    return f"SWITCH({level},{cases})"


def _ratio(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _exactly(expression: str) -> str:
    """An expression whose text MATCH takes literally: ~, * and ? are its wildcards.

    Always, whatever stands in the sheet now: a "Quiz 1?" that is typed before the next sync is no "Quiz 10".
    """
    for sign in "~*?":
        expression = f'SUBSTITUTE({expression},"{sign}","~{sign}")'
    return expression


def _one_of(cell: str, codes: Iterable[str]) -> str:
    """Whether a cell is one of some codes. `=` does not look at capitals, TRIM sees to the spaces."""
    texts = [" ".join(code.split()).replace('"', '""') for code in codes]
    said = ",".join(f'TRIM({cell})="{text}"' for text in texts)
    return f"AND(ISTEXT({cell}),OR({said}))" if texts else "FALSE"


def _localised(formula: str, locale: str) -> str:
    """The formula as it has to be typed in a document of a locale: arguments part by ";" where the comma is decimal."""
    if not decimal_comma(locale):
        return formula
    pieces = formula.split('"')
    pieces[::2] = [piece.replace(",", ";") for piece in pieces[::2]]
    return '"'.join(pieces)
