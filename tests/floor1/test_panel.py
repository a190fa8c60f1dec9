"""The tab of settings: what is typed → what is in force; and whatever is done to the tab, no exception, no letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import drawn
import pytest
import written
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sheets_mastery.config import SYSTEMS, Codes, Meaning, Settings
from sheets_mastery.gradebook.codes import codes_in_force
from sheets_mastery.gradebook.records import key
from sheets_mastery.liverules import PALETTE
from sheets_mastery.mastery import Verdict
from sheets_mastery.panel import SETTINGS_ID, Choice, remembered, settings_in_force, values
from sheets_mastery.panel.catalogue import FIXED, LEGEND, SECTIONS, Setting, code, level, setting_of
from sheets_mastery.past import Past
from sheets_mastery.plan import Plan, decide
from sheets_mastery.presets import PRESETS
from sheets_mastery.reading import EMPTY, Content, Reading, Tab

NOW = datetime(2026, 9, 21, 16, 0, tzinfo=ZoneInfo("America/Chicago"))
SETTINGS = drawn.settings()
BOOK = SETTINGS.gradebooks[0]
NOTHING_KNOWN = Past(
    secret=b"secret",
    students=None,
    verdicts={},
    attempts={},
    levels={},
    episodes={},
    notices={},
    announced=frozenset(),
)
#: Near every bar: hardly a setting can change without work becoming missing.
CLASS = """
    ID  | Student  | Level | Guardian Email | Quiz 1 | Essay | Talk       | Poster
    Max |          |       |                | 50     | 20    | 10         | 10
    Due |          |       |                |        |       | 2026-09-18 | 2026-09-14
    101 | Ana Diaz | 86    | a@x.org        | 42     | 20    |            | P
    102 | Bo Kim   | 93    | b@x.org        | 47     | 17    | 9.6        | EX
    103 | Cy Obi   | 76    | c@x.org        | 38     | 16    | 9          | ABS
    104 | Di Ray   | 86    | d@x.org        | 45     | 18    | 9          | Q
    """


def synced(reading: Reading, past: Past = NOTHING_KNOWN, file: Settings = SETTINGS) -> tuple[Reading, Past, Plan]:
    """The document and the ledger after a sync, and its plan."""
    plan = decide(reading, past, file, file.gradebooks[0], NOW)
    return written.applied(reading, plan.edits), written.learned(past, plan.facts), plan


FIRST, KNOWN, _ = synced(drawn.reading(CLASS))


def panel_of(reading: Reading) -> Tab:
    return next(tab for tab in reading if tab.sheet_id == SETTINGS_ID)


def on_panel(reading: Reading, change: Callable[[list[list[Content]]], object]) -> Reading:
    """The document after somebody changed the cells of the tab."""
    tab = panel_of(reading)
    table = [[*row, *[EMPTY] * (7 - len(row))] for row in tab.cells]
    change(table)
    return replace(
        reading,
        tabs=tuple(
            replace(each, cells=drawn.trimmed(table)) if each.sheet_id == SETTINGS_ID else each for each in reading
        ),
    )


def chosen(reading: Reading, **choices: str) -> Reading:
    """The document after some choices were typed; an underscore in a label stands for a space."""

    def choose(table: list[list[Content]]) -> None:
        for label, choice in choices.items():
            row = next(row for row in table if row[0].text == label.replace("_", " "))
            row[1] = drawn.content(choice)

    return on_panel(reading, choose)


# What a person types

TYPED: list[tuple[values.Sort, str, Any]] = [
    (values.WHOLE, "3", 3),
    (values.WHOLE, "'3", 3),
    (values.NUMBER, "86", Decimal(86)),
    (values.NUMBER, "'86 %", Decimal(86)),
    (values.NUMBER, "86%", Decimal(86)),
    (values.HOURS, "18:00", Decimal(18)),
    (values.HOURS, "'7:30", Decimal("7.5")),
    (values.SHARE, "50%", Decimal("0.5")),
    (values.SHARE, "50", Decimal("0.5")),
    (values.SHARE, "0.5", Decimal("0.5")),
    (values.YES_NO, "Yes", True),
    (values.YES_NO, "TRUE", True),
    (values.YES_NO, "FALSE", False),
    (values.YES_NO, "off", False),
    (values.TICK, "TRUE", True),
    (values.TICK, "no", None),
    (values.ROUNDING, " Whole ", "whole"),
    (values.LANGUAGE, "spanish", "es"),
    (values.LANGUAGE, "pt-BR", "pt-BR"),
    (values.SPAN, "07:30-18:00", "07:30-18:00"),
    (values.SPAN, "7:30 – 18h", "07:30-18:00"),
    (values.SPAN, "12am to 12pm", "00:00-12:00"),
    (values.DAYS, "Monday, wed and Fri", ("mon", "wed", "fri")),
    (values.DAYS, "Thu - Tue", ("mon", "tue", "thu", "fri", "sat", "sun")),
    (values.DATES, "2026-11-26", (date(2026, 11, 26),)),
    (values.DATES, "12/24/2026 to 12/25/2026", (date(2026, 12, 24), date(2026, 12, 25))),
    (values.LEVEL, "86", {"pass_mark": Decimal(86)}),
    (values.LEVEL, "86%", {"pass_mark": Decimal("86.00")}),
    (values.LEVEL, "86; big quiz 80.5", {"pass_mark": Decimal(86), "by_kind": {"big quiz": Decimal("80.5")}}),
    (values.LEVEL, "OFF", None),
    (values.RUNG, "one-to-one", "one_to_one"),
    (values.MEANING, "Not in, closed", Meaning.CLOSED),
    (values.PRESET, "canvas", "Canvas"),
    (values.LINK, "https://school.example/x", "https://school.example/x"),
]


@pytest.mark.parametrize(("sort", "typed", "meant"), TYPED)
def test_a_choice_is_read_as_a_person_types_it_and_remembered_in_words(
    sort: values.Sort, typed: str, meant: Any
) -> None:
    value = sort.typed(drawn.content(typed), "en_US")
    assert value == meant
    if value is not None or sort is values.LEVEL:
        assert sort.text(sort.remembered(sort.text(value))) == sort.text(value)
        assert sort.remembered(sort.text(value)) == value


@pytest.mark.parametrize(
    ("locale", "typed", "meant"),
    [
        ("de_DE", "86,5", "86.5"),
        ("de_DE", "86.5", "86.5"),
        ("de_DE", "1.000", None),
        ("en_US", "86.5", "86.5"),
        ("en_US", "86,5", None),
        ("en_US", "8e1", None),
        ("en_US", "-3", None),
        ("en_US", "８６", None),
    ],
)
def test_a_number_is_read_in_the_document_s_own_writing(locale: str, typed: str, meant: str | None) -> None:
    content = Content(value=typed, shown=typed)
    if meant is not None:
        assert values.NUMBER.typed(content, locale) == Decimal(meant)
        return
    with pytest.raises(ValueError, match="must be a number"):
        values.NUMBER.typed(content, locale)


SORTS = [(identity, setting.sort) for identity, setting in FIXED.items()]
SORTS += [("tiers.x", values.LEVEL), ("gradebook.codes.x", values.MEANING)]
ANY_CELL = st.one_of(
    st.builds(lambda text: Content(value=text, shown=text), st.text(max_size=12)),
    st.sampled_from(
        ["86", "50 %", "07:00-18:00", "Mon-Fri", "2026-10-01", "yes", "video", "off", "no help", "excused",
         "93; quiz 70", "whole", "Spanish", "Jupiter", "https://x.example/a", "TRUE", "0", "1", "90", "3"]
    ).map(lambda text: Content(value=text, shown=text)),
    st.builds(
        lambda number, format_: Content(value=number, shown=f"{number}", format=format_),
        st.one_of(
            st.decimals(allow_nan=False, allow_infinity=False, places=3),
            st.integers(-3, 120).map(Decimal),
            st.sampled_from([Decimal("1e300"), Decimal("-1e-300")]),
        ),
        st.sampled_from(["", "PERCENT", "DATE", "TIME", "DURATION", "DATE_TIME", "CURRENCY"]),
    ),
    st.booleans().map(lambda value: Content(value=value, shown=str(value).upper())),
    st.sampled_from([EMPTY, Content(error="N_A", shown="#N/A"), Content(value="x", shown="x", formula='="x"')]),
)  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(SORTS), ANY_CELL, st.sampled_from(["en_US", "de_DE", "fr_CH", ""]))
def test_any_cell_is_a_value_or_a_sentence(named: tuple[str, values.Sort], content: Content, locale: str) -> None:
    """And a value that is in force stays the same, however often it is remembered."""
    _, sort = named
    try:
        value = sort.typed(content, locale)
    except (ValueError, ArithmeticError):
        return
    if value is None and sort.checkbox:
        return
    try:
        again = sort.remembered(sort.text(value))
    except ValueError:
        assert sort in {values.WHOLE, values.NUMBER, values.HOURS, values.SHARE, values.LEVEL}  # refused by the models
        return
    assert sort.text(again) == sort.text(value)


# The catalogue


def test_no_two_rows_are_called_alike() -> None:
    labels = [key(setting.label) for setting in FIXED.values()] + [key(section.label) for section in SECTIONS]
    assert len(labels) == len(set(labels))
    assert all(setting_of(setting.label) is setting for setting in FIXED.values())


def test_the_legend_has_every_word_of_the_mastery_tab_in_its_colour() -> None:
    looks = {word: look for word, look, _ in LEGEND}
    assert set(looks) == {str(verdict) for verdict in Verdict}
    assert {verdict: looks[str(verdict)] for verdict in PALETTE} == dict(PALETTE)


@pytest.mark.parametrize(
    ("label", "setting"),
    [
        ("level:  gold ", level("gold")),
        ("Code: ✓+", code("✓+")),
        ("Code: a:b", code("a:b")),
        ("Code:", None),
        ("My notes", None),
        ("code", None),
    ],
)
def test_a_row_is_found_by_its_label(label: str, setting: Setting | None) -> None:
    assert setting_of(label) == setting


def test_the_systems_of_the_settings_are_those_with_codes() -> None:
    assert tuple(PRESETS) == SYSTEMS


def test_what_is_chosen_on_the_tab_wins_over_what_the_file_says_about_a_code() -> None:
    _, _, plan = synced(chosen(FIRST, Codes_as_in="Mastery Connect"), KNOWN)
    assert BOOK.codes["M"] is Meaning.NOT_IN
    found = settings_in_force(SETTINGS, BOOK, chosen(FIRST, Codes_as_in="Mastery Connect"), {})
    codes = codes_in_force(found.gradebook, found.settings.marking)
    assert (codes["m"], codes["r"], codes["abs"]) == (Meaning.MASTERED, Meaning.BELOW, Meaning.ABSENT)
    assert plan.facts.choices == {"gradebook.codes_as_in": Choice(label="Codes as in", text="Mastery Connect")}


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_preset_says_each_of_its_codes_once(name: str) -> None:
    Codes(excused=(), not_in=(), absent=(), pending=(), other=dict(PRESETS[name]))
    assert len({key(text) for text in PRESETS[name]}) == len(PRESETS[name])


# What is in force


def test_a_reading_without_the_tab_keeps_what_the_ledger_remembers() -> None:
    choices = {"marking.grace_days": Choice(label="Grace days", text="4")}
    found = settings_in_force(SETTINGS, BOOK, drawn.reading(CLASS), choices)
    assert (found.settings.marking.grace_days, found.choices, found.problems) == (4, choices, ())
    assert remembered(SETTINGS, BOOK, choices) == found


def test_a_remembered_choice_that_goes_with_the_file_no_more_is_let_go() -> None:
    choices = {
        "tiers.86": Choice(label="Level: 86", text="90"),
        "marking.grace_days": Choice(label="Grace days", text="4"),
        "marking.rounding": Choice(label="Rounding", text="sideways"),
        "of.another.time": Choice(label="Gone", text="1"),
    }
    file = drawn.settings('[[tiers]]\nname = "A"\npass_mark = 90')
    found = remembered(file, file.gradebooks[0], choices)
    assert list(found.choices) == ["marking.grace_days"]
    assert [tier.name for tier in found.settings.tiers] == ["A"]


def test_levels_may_change_places() -> None:
    _, _, plan = synced(chosen(FIRST, **{"Level:_86": "93", "Level:_93": "86"}), KNOWN)
    assert [str(tier.pass_mark) for tier in plan.settings.tiers] == ["76", "93", "86"]
    assert [problem for problem in plan.problems if problem.place.tab == "Mastery Settings"] == []


def test_a_change_that_owes_letters_still_meets_the_guard() -> None:
    class_ = "\n".join(
        ["ID | Student | Level | Guardian Email | Quiz", "Max | | | | 50"]
        + [f"{number} | S {number} | 86 | g{number}@x.org | 44" for number in range(100, 120)]
    )
    reading, past, _ = synced(drawn.reading(class_))
    _, _, plan = synced(chosen(reading, **{"Level:_86": "90"}), past)
    assert len(plan.letters.new) == 20
    assert plan.objections == (
        "letters would be written about 20 of 20 students at once", "20 of 20 settled verdicts would change at once",
    )  # fmt: skip


# Whatever is done to the tab

EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 90), st.integers(0, 6), ANY_CELL),
        st.tuples(st.just("choose"), st.integers(1, 90), st.just(1), ANY_CELL),
        st.tuples(st.just("delete"), st.integers(0, 90), st.just(0), st.just(EMPTY)),
        st.tuples(st.just("insert"), st.integers(0, 90), st.just(0), ANY_CELL),
        st.tuples(st.just("copy"), st.integers(0, 90), st.integers(0, 90), st.just(EMPTY)),
        st.tuples(st.just("swap"), st.integers(0, 90), st.integers(0, 90), st.just(EMPTY)),
        st.tuples(st.just("sort"), st.integers(0, 6), st.just(0), st.just(EMPTY)),
        st.tuples(st.just("lose column"), st.integers(0, 6), st.just(0), st.just(EMPTY)),
        st.tuples(st.just("new column"), st.integers(0, 6), st.just(0), ANY_CELL),
    ),
    min_size=1,
    max_size=4,
)
Done = list[tuple[str, int, int, Content]]


def do(table: list[list[Content]], edits: Done) -> None:
    """What a teacher might do."""
    for how, first, second, content in edits:
        row = min(first, len(table) - 1)
        match how:
            case "put" | "choose":
                table[row][min(second, len(table[row]) - 1)] = content
            case "delete":
                if len(table) > 1:
                    del table[row]
            case "insert":
                table.insert(row, [content, *[EMPTY] * (len(table[0]) - 1)])
            case "copy":
                table.insert(row, list(table[min(second, len(table) - 1)]))
            case "swap":
                other = min(second, len(table) - 1)
                table[row], table[other] = table[other], table[row]
            case "sort":
                table[1:] = sorted(table[1:], key=lambda line: line[min(first, len(line) - 1)].shown)
            case "lose column":
                for line in table:
                    if len(line) > 1:
                        del line[min(first, len(line) - 1)]
            case _:
                for line in table:
                    line.insert(min(first, len(line)), content)


def grown(reading: Reading) -> Reading:
    """The tab with room for everything that was put on it."""
    tab = panel_of(reading)
    columns = max(tab.columns, *(len(row) for row in tab.cells), 12)
    larger = replace(tab, rows=max(tab.rows, len(tab.cells)) + 20, columns=columns)
    return replace(reading, tabs=tuple(larger if each is tab else each for each in reading))


@settings(max_examples=500)
@given(EDITS)
@example([("choose", 4, 1, Content(value="0", shown="0"))])
def test_whatever_is_done_to_the_tab_is_no_exception_and_owes_no_letter_but_by_a_choice_in_force(edits: Done) -> None:
    """And what is put right by one sync needs no second one."""
    reading = grown(on_panel(FIRST, lambda table: do(table, edits)))
    after, past, plan = synced(reading, KNOWN)
    if plan.settings == SETTINGS:
        assert (plan.letters.new, plan.letters.joined, plan.facts.verdicts) == ((), (), ())
        assert after.tabs[:2] == FIRST.tabs[:2]
    _, _, again = synced(after, past)
    assert (again.edits, again.settings) == ((), plan.settings)


@settings(max_examples=500)
@given(EDITS)
def test_beside_a_slip_nothing_that_is_done_to_the_tab_counts(edits: Done) -> None:
    """Whatever else is chosen with it, nobody is written to, and only the tab itself changes."""

    def change(table: list[list[Content]]) -> None:
        do(table, edits)
        slip = [EMPTY] * len(table[0])
        header = {content.text: column for column, content in enumerate(table[0])}
        slip[header.get("Setting", 0)] = drawn.content("Hold hours")
        slip[header.get("Your choice", min(1, len(slip) - 1))] = drawn.content("a while")
        table.append(slip)

    reading = grown(on_panel(FIRST, change))
    after, _, plan = synced(reading, KNOWN)
    brake = plan.settings.letters.stop
    held = plan.settings.model_copy(
        update={"letters": plan.settings.letters.model_copy(update={"stop": SETTINGS.letters.stop})}
    )
    assert held == SETTINGS
    assert (plan.letters.new, plan.letters.joined, plan.letters.withdrawn, plan.facts.verdicts) == ((), (), (), ())
    only_the_brake = {"letters.stop": Choice(label="Write to nobody", text="yes")}
    assert plan.facts.choices == (only_the_brake if brake else None)
    assert after.tabs[:2] == FIRST.tabs[:2]
