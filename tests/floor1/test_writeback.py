"""What the sheet should show, less what it shows now: present state in, edits out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import drawn
import pytest
import written

from sheets_mastery import tabs
from sheets_mastery.a1 import Cell, Range
from sheets_mastery.config import Settings
from sheets_mastery.contracts import contracts_in_force
from sheets_mastery.edits import (
    AddRule,
    AddTab,
    DeleteRule,
    DeleteTab,
    Edit,
    PutLook,
    PutNote,
    PutValues,
    ResizeTab,
    SetWidths,
)
from sheets_mastery.errors import LayoutError
from sheets_mastery.gradebook import Gradebook, Place, Problem, read_gradebook
from sheets_mastery.liverules import SIGNATURE, is_ours
from sheets_mastery.mastery import standings
from sheets_mastery.reading import Content, Look, Protection, Reading, Rule, Tab
from sheets_mastery.remediation import Work, owed
from sheets_mastery.writeback import NOTE_CLOSING, NOTE_PREFIX, is_our_note, removal, write_back

TODAY = date(2026, 9, 21)
FLAGGED = drawn.settings(gradebook='flag_column = "Missing"')
CLASS = """
    Marks:
    ID  | Student       | Level | Missing | Quiz 1 | Essay
    Max |               |       |         | 50     | 20
    Due |               |       |         |        | 2026-09-14
    101 | Ana Díaz      | 86    |         | 42     | 17
    102 | '=1+1         | 93    |         | 50     |
    103 | Bo Kim [kind] |       |         | 50     | 20
    """


def new_id(work: Work, day: date) -> str:
    return f"{work} {day}"


def understood(reading: Reading, settings: Settings = FLAGGED) -> Gradebook:
    return read_gradebook(reading, settings.gradebooks[0], settings.marking)


def planned(reading: Reading, settings: Settings = FLAGGED) -> tuple[tuple[Edit, ...], tuple[Problem, ...]]:
    """The edits of a first sync, and what stands in their way."""
    gradebook = understood(reading, settings)
    contracts, problems = contracts_in_force(gradebook, settings.tiers, TODAY)
    judged = standings(gradebook, contracts, settings.marking, settings.school, TODAY)
    now = owed(
        judged,
        gradebook.assignments,
        before={},
        attempt_numbers={},
        settings=settings.remediation,
        school=settings.school,
        today=TODAY,
        new_id=new_id,
    )
    return write_back(
        reading,
        gradebook,
        judged,
        episodes=now.open,
        problems=(*gradebook.problems, *problems),
        tiers=settings.tiers,
        marking=settings.marking,
    )


def synced(reading: Reading, settings: Settings = FLAGGED) -> Reading:
    """The document after a sync; a second one plans nothing."""
    edits, in_the_way = planned(reading, settings)
    after = written.applied(reading, edits)
    assert planned(after, settings) == ((), in_the_way)
    return after


def words(tab: Tab | None) -> list[list[str]]:
    assert tab is not None
    return [[content.text for content in row] for row in tab.cells]


def on_marks(reading: Reading, place: str) -> Content:
    cell = Cell.parse(place)
    return reading.tabs[0].at(cell.row, cell.column)


def changed_on_marks(reading: Reading, **cells: str) -> Reading:
    """The document after somebody typed something into cells of its first tab."""
    table = [list(row) for row in reading.tabs[0].cells]
    for place, text in cells.items():
        cell = Cell.parse(place)
        table[cell.row] += [Content()] * (cell.column + 1 - len(table[cell.row]))
        table[cell.row][cell.column] = drawn.content(text)
    marks = replace(reading.tabs[0], cells=drawn.trimmed(table))
    return replace(reading, tabs=(marks, *reading.tabs[1:]))


def with_tab(reading: Reading, **changes: object) -> Reading:
    """The document with its Mastery tab changed."""
    return replace(
        reading,
        tabs=tuple(
            replace(tab, **changes) if tab.sheet_id == tabs.MASTERY_ID else tab  # type: ignore[arg-type]  # any field
            for tab in reading
        ),
    )


THEIRS = Rule(ranges=(Range(0, 0, 9, 9),), formula="=$A1>5", look=Look(fill="#FF0000"))


# A first sync


def test_the_mastery_tab_has_one_row_a_student_with_a_word_for_every_piece_of_work() -> None:
    after = synced(drawn.reading(CLASS))
    tab = after.tab("Mastery")
    assert words(tab) == [
        ["Student ID", "Student", "Level", "Missing", "Quiz 1", "Essay"],
        ["101", "Ana Díaz", "86", "2", "missing (retake)", "missing (retake)"],
        ["102", "=1+1", "93", "1", "mastered", "missing (not in)"],
        ["103", "Bo Kim", "", "0", "no contract", "no contract"],
    ]
    assert tab is not None
    assert (tab.sheet_id, tab.rows, tab.columns, tab.frozen) == (tabs.MASTERY_ID, 50, 14, (1, 4))
    assert tab.at(1, 0).value == "101"
    assert tab.at(2, 1) == Content(value="=1+1", shown="=1+1")
    assert tab.at(1, 2).value == Decimal(86)


def test_a_level_with_half_a_point_is_written_as_it_is() -> None:
    settings = drawn.settings('[[tiers]]\nname = "A"\npass_mark = 86.5')
    tab = synced(drawn.reading("ID | Level | Quiz 1\n101 | 86.5 | 90%"), settings).tab("Mastery")
    assert tab is not None
    assert tab.at(1, 2).value == Decimal("86.5")


def test_nothing_to_mend_needs_no_tab_of_trouble() -> None:
    assert [tab.title for tab in synced(drawn.reading(CLASS))] == ["Marks", "Mastery"]


def test_what_should_be_mended_stands_on_a_tab_of_its_own_until_it_is() -> None:
    wrong = synced(changed_on_marks(drawn.reading(CLASS), E4="B+"))
    assert words(wrong.tab("Mastery Trouble")) == [
        ["Where", "What was seen", "What is wrong", "What to do"],
        [
            "Marks!E4",
            "B+",
            "“B+” is neither a score nor a code that the settings know.",
            "Type a score, or say what it means: on the tab Mastery Settings, or under codes in the settings.",
        ],
    ]
    mended = synced(changed_on_marks(wrong, E4="42"))
    assert words(mended.tab("Mastery Trouble")) == [
        ["Where", "What was seen", "What is wrong", "What to do"],
        ["", "", "Nothing to mend."],
    ]


def test_missing_cells_get_a_note_and_the_flag_column_the_titles() -> None:
    after = synced(drawn.reading(CLASS))
    assert [on_marks(after, place).note for place in ("E4", "F4", "F5")] == [
        (
            "[Mastery] Missing: 84 %, this student's level is 86 %. Next: the video, by 2026-09-28."
            "\n(Mastery keeps this note up to date. Change it, and it is yours.)"
        ),
        (
            "[Mastery] Missing: 85 %, this student's level is 86 %. Next: the video, by 2026-09-28."
            "\n(Mastery keeps this note up to date. Change it, and it is yours.)"
        ),
        (
            "[Mastery] Missing: not handed in. Next: class time to hand it in, by 2026-09-28."
            "\n(Mastery keeps this note up to date. Change it, and it is yours.)"
        ),
    ]
    assert [on_marks(after, place).value for place in ("D4", "D5", "D6")] == [
        "missing: Quiz 1; Essay",
        "missing: Essay",
        None,
    ]


def test_a_first_sync_makes_its_tab_before_it_writes_on_it() -> None:
    edits, _ = planned(drawn.reading(CLASS))
    kinds = [type(edit) for edit in edits if getattr(edit, "sheet_id", None) == tabs.MASTERY_ID]
    assert kinds == [AddTab, SetWidths, PutLook, PutValues, *[AddRule] * 7]


def test_everything_that_is_the_teacher_s_stays(reading: Reading) -> None:
    """
    Marks:
    ID  | Student          | Level | Missing | Quiz 1             | Average
    Max |                  |       |         | 50                 |
    101 | Ana [allergic]   | 86    |         | 42 [came late]     | =AVERAGE(E3) -> 42
    102 | Bo               | 86    |         | =E3+1 -> 43        | 43
    103 | Cy               | 86    |         | #N/A               | 43
    """
    before = replace(reading, tabs=(replace(reading.tabs[0], rules=(THEIRS, None)),))
    after = synced(before)
    ours = [rule for rule in after.tabs[0].rules if is_ours(rule)]
    assert after.tabs[0].rules == (*ours, THEIRS, None)
    assert on_marks(after, "E3").note == "came late"
    unflagged = changed_on_marks(after, D3="")
    assert unflagged.tabs[0].cells == before.tabs[0].cells


# What has changed since


def test_a_mark_put_right_takes_its_note_and_its_title_away() -> None:
    before = synced(drawn.reading(CLASS))
    right = changed_on_marks(before, E4="43")
    note = on_marks(before, "E4").note
    table = [list(row) for row in right.tabs[0].cells]
    table[3][4] = replace(table[3][4], note=note)
    after = synced(replace(right, tabs=(replace(right.tabs[0], cells=drawn.trimmed(table)), *right.tabs[1:])))
    assert on_marks(after, "E4").note == ""
    assert on_marks(after, "D4").value == "missing: Essay"
    assert words(after.tab("Mastery"))[1] == ["101", "Ana Díaz", "86", "1", "mastered", "missing (retake)"]


def test_only_what_differs_is_written() -> None:
    before = synced(drawn.reading(CLASS))
    edits, _ = planned(changed_on_marks(before, E5="20"))
    assert [edit for edit in edits if isinstance(edit, PutValues)] == [
        PutValues(sheet_id=tabs.MASTERY_ID, row=2, column=3, values=((2, "missing (retake)"),)),
        PutValues(sheet_id=0, row=4, column=3, values=(("missing: Quiz 1; Essay",),)),
    ]
    assert [type(edit) for edit in edits] == [PutValues, PutNote, PutValues]


def test_a_grown_class_makes_the_tab_and_the_rules_grow() -> None:
    many = "\n".join(f"{number} | Student {number} | 86 | | 45" for number in range(200, 260))
    before = synced(drawn.reading("ID | Student | Level | Missing | Quiz 1\nMax | | | | 50\n101 | Ana | 86 | | 45"))
    grown = drawn.reading(f"ID | Student | Level | Missing | Quiz 1\nMax | | | | 50\n{many}")
    marks = replace(before.tabs[0], cells=grown.tabs[0].cells)
    edits, _ = planned(replace(before, tabs=(marks, *before.tabs[1:])))
    assert edits[0] == ResizeTab(sheet_id=tabs.MASTERY_ID, rows=100, columns=14)
    assert sum(isinstance(edit, DeleteRule) for edit in edits) == sum(isinstance(edit, AddRule) for edit in edits) == 13
    after = synced(replace(before, tabs=(marks, *before.tabs[1:])))
    assert len(words(after.tab("Mastery"))) == 61


def test_a_shrunken_class_leaves_no_rows_behind() -> None:
    before = synced(drawn.reading(CLASS))
    fewer = replace(before.tabs[0], cells=before.tabs[0].cells[:4])
    after = synced(replace(before, tabs=(fewer, *before.tabs[1:])))
    assert [row[0] for row in words(after.tab("Mastery"))] == ["Student ID", "101"]


def test_a_new_assignment_gets_a_header_that_looks_like_the_others() -> None:
    before = synced(drawn.reading(CLASS))
    edits, _ = planned(changed_on_marks(before, G1="Poster", G2="10"))
    looks = [edit for edit in edits if isinstance(edit, SetWidths | PutLook)]
    assert [type(edit) for edit in looks] == [SetWidths, PutLook]
    assert [edit.end_column for edit in looks if isinstance(edit, PutLook)] == [7]


def test_what_somebody_typed_on_our_tab_is_put_right() -> None:
    before = synced(drawn.reading(CLASS))
    tab = before.tab("Mastery")
    assert tab is not None
    table = [list(row) for row in tab.cells]
    table[1][4] = drawn.content("mastered")
    table[1][2] = drawn.content("=43*2 -> 86")
    table[2][0] = drawn.content("102")
    table[2][3] = drawn.content("TRUE")
    table[3][5] = drawn.content("#REF!")
    table.append([drawn.content("a remark"), drawn.content("another")])
    scribbled = with_tab(before, cells=drawn.trimmed(table))
    assert synced(scribbled).tab("Mastery") == tab


def test_our_tab_may_be_renamed_and_stays_ours() -> None:
    before = synced(drawn.reading(CLASS))
    renamed = with_tab(before, title="How we stand")
    after = synced(renamed)
    assert [tab.title for tab in after] == ["Marks", "How we stand"]
    assert all("'How we stand'!" in rule.formula for rule in after.tabs[0].rules if rule is not None)


def test_a_sort_takes_the_notes_along_and_the_flags_are_put_right() -> None:
    before = synced(drawn.reading(CLASS))
    cells = before.tabs[0].cells
    sorted_rows = replace(before.tabs[0], cells=(*cells[:3], cells[4], cells[3], cells[5]))
    after = synced(replace(before, tabs=(sorted_rows, *before.tabs[1:])))
    assert [on_marks(after, place).value for place in ("D4", "D5")] == ["missing: Essay", "missing: Quiz 1; Essay"]
    assert [row[0] for row in words(after.tab("Mastery"))] == ["Student ID", "102", "101", "103"]


# Rules


def test_our_rules_are_there_once_and_first_however_often_they_are_shuffled() -> None:
    before = synced(drawn.reading(CLASS))
    marks = before.tabs[0]
    ours = marks.rules
    shuffled = replace(marks, rules=(THEIRS, *reversed(ours), None, ours[0]))
    after = synced(replace(before, tabs=(shuffled, *before.tabs[1:])))
    assert after.tabs[0].rules == (*ours, THEIRS, None)


def test_a_rule_that_google_writes_otherwise_is_the_same_rule() -> None:
    before = synced(drawn.reading(CLASS))
    echoed = tuple(
        replace(rule, formula=rule.formula.replace(",9)", ", 9)")) for rule in before.tabs[0].rules if rule is not None
    )
    assert echoed != before.tabs[0].rules
    assert planned(replace(before, tabs=(replace(before.tabs[0], rules=echoed), *before.tabs[1:])))[0] == ()


# The teacher's own notes and flags


def test_a_note_that_a_teacher_has_written_into_is_the_teacher_s() -> None:
    before = synced(drawn.reading(CLASS))
    note = on_marks(before, "E4").note
    assert is_our_note(note)
    assert not is_our_note(f"{note} Call home!")
    assert not is_our_note(f"Call home! {note}")
    table = [list(row) for row in before.tabs[0].cells]
    table[3][4] = replace(drawn.content("50"), note=f"{note}!")
    after = synced(replace(before, tabs=(replace(before.tabs[0], cells=drawn.trimmed(table)), *before.tabs[1:])))
    assert on_marks(after, "E4").note == f"{note}!"


@pytest.mark.parametrize("theirs", ["see me", "=IF(A1>0,1,2) -> missing: x", "7", "#N/A", "TRUE"])
def test_a_flag_cell_with_something_of_the_teacher_s_is_left_alone_and_said(theirs: str) -> None:
    reading = changed_on_marks(drawn.reading(CLASS), D4=theirs)
    _, in_the_way = planned(reading)
    assert on_marks(synced(reading), "D4") == drawn.content(theirs)
    assert [str(problem) for problem in in_the_way] == [
        (
            "Marks!D4: there is something of yours in the flag column, so the missing titles are not written here. "
            "Empty the cell, or set another column aside."
        )
    ]


def test_without_a_flag_column_there_are_no_flags() -> None:
    after = synced(drawn.reading(CLASS.replace("Missing", "Notes")), drawn.settings())
    assert on_marks(after, "D4").value is None


# What stands in the way


def test_a_tab_with_our_name_that_is_not_ours_stops_all_writing() -> None:
    reading = drawn.reading(f"{CLASS}\n    Mastery:\n    my own | things\n    ")
    assert planned(reading) == (
        (),
        (
            Problem(
                place=Place(tab="Mastery"),
                what="this tab has the name that this program uses, but is not of its making; nothing is written.",
                remedy="Give your tab another name.",
            ),
        ),
    )


def test_an_empty_tab_with_our_name_is_taken() -> None:
    after = synced(drawn.reading(f"{CLASS}\n    mastery:\n    "))
    assert [tab.title for tab in after] == ["Marks", "mastery"]
    assert words(after.tab("Mastery"))[1][0] == "101"


def test_our_tab_in_a_copy_of_the_document_is_known_by_its_labels() -> None:
    copied = with_tab(synced(drawn.reading(CLASS)), sheet_id=77)
    assert planned(copied)[0] == ()


def closed(area: Range) -> tuple[Protection, ...]:
    return (Protection(range=area, ours_to_edit=False),)


def test_protected_marks_are_one_problem_and_the_rest_is_done() -> None:
    reading = drawn.reading(CLASS, protections=closed(Range(0, 0, 1000, 26)))
    edits, in_the_way = planned(reading)
    assert {getattr(edit, "sheet_id", None) for edit in edits} == {tabs.MASTERY_ID, tabs.TROUBLE_ID}
    assert in_the_way == (
        Problem(
            place=Place(tab="Marks"),
            what="this tab is protected against the account that the program runs as; the marks are not coloured.",
            remedy="Allow that account to edit it under Data, Protect sheets and ranges.",
        ),
    )
    assert words(synced(reading).tab("Mastery Trouble"))[1][0] == "tab Marks"


def test_a_protected_flag_column_keeps_the_colours() -> None:
    reading = drawn.reading(CLASS, protections=closed(Range(0, 3, 1000, 4)))
    after = synced(reading)
    assert any(is_ours(rule) for rule in after.tabs[0].rules)
    assert on_marks(after, "D4").value is None
    assert is_our_note(on_marks(after, "E4").note)
    assert words(after.tab("Mastery Trouble"))[1][2] == (
        "this tab is protected against the account that the program runs as; some cells get no note or no flag."
    )


def test_a_protection_that_names_our_account_is_no_obstacle() -> None:
    open_to_us = (Protection(range=Range(0, 0, 1000, 26), ours_to_edit=True),)
    assert planned(drawn.reading(CLASS, protections=open_to_us)) == planned(drawn.reading(CLASS))


def test_our_own_tab_protected_is_one_problem() -> None:
    before = synced(drawn.reading(CLASS))
    locked = with_tab(before, protections=closed(Range(0, 0, 50, 14)))
    edits, in_the_way = planned(changed_on_marks(locked, E5="20"))
    assert tabs.MASTERY_ID not in {getattr(edit, "sheet_id", None) for edit in edits}
    assert [problem.what for problem in in_the_way] == [
        "this tab is protected against the account that the program runs as; it is not kept up to date."
    ]


# Taking all of it out again


def test_removal_gives_back_the_document_as_it_was() -> None:
    before = drawn.reading(CLASS, rules=(None, THEIRS))
    after = synced(changed_on_marks(before, F5="B+"))
    undone = written.applied(after, removal(after, understood(after)))
    assert undone == changed_on_marks(before, F5="B+")
    assert removal(undone, understood(undone)) == ()


def test_removal_without_a_layout_takes_all_but_the_flags() -> None:
    after = synced(drawn.reading(CLASS))
    broken = changed_on_marks(after, A1="Matrikel")
    with pytest.raises(LayoutError):
        understood(broken)
    edits = removal(broken, None)
    assert {type(edit) for edit in edits} == {DeleteRule, PutNote, DeleteTab}
    undone = written.applied(broken, edits)
    assert [tab.title for tab in undone] == ["Marks"]
    assert (undone.tabs[0].rules, on_marks(undone, "D4").value) == ((), "missing: Quiz 1; Essay")


def test_removal_finds_our_rules_and_notes_on_every_tab_and_leaves_a_foreign_mastery_tab() -> None:
    ours = Rule(ranges=THEIRS.ranges, formula=f'=N("{SIGNATURE}check")=0', look=THEIRS.look)
    reading = drawn.reading("Mastery:\nmine | too\nOther:\nx |")
    other = replace(reading.tabs[1], rules=(THEIRS, ours), cells=((Content(note=f"{NOTE_PREFIX}x{NOTE_CLOSING}"),),))
    edits = removal(replace(reading, tabs=(reading.tabs[0], other)), None)
    assert edits == (DeleteRule(sheet_id=11, index=1), PutNote(sheet_id=11, row=0, column=0, note=""))
