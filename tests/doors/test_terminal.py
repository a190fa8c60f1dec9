"""What a person sees: a word beside every colour, and neither colours nor bars where there is no terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from sheets_mastery import terminal
from sheets_mastery.edits import Edit
from sheets_mastery.summary import Summary
from sheets_mastery.terminal import Screen

if TYPE_CHECKING:
    from tests.doors.conftest import Office

SUMMARY = Summary(
    gradebook="Algebra 1",
    fingerprint="0123456789ab",
    levels=(("76", "76", 4, 3), ("86.5", "86.5", 0, 0), ("no contract", "", 1, 0)),
    students=5,
    assignments=3,
    on_track=3,
    verdicts={"mastered": 9, "missing (retake)": 1, "check": 1, "no contract": 3, "pending": 1},
    newly_missing=1,
    made_good=2,
    letters_new=1,
    letters_joined=0,
    letters_withdrawn=2,
    held_back={"no guardian address": 1},
    problems=(),
    edits={"PutNote": 3, "AddRule": 12},
    objections=(),
)


def lines(text: str) -> list[str]:
    """The words of each line, without the borders."""
    drawn = str.maketrans(dict.fromkeys("│┃╭╮╰╯─━┏┓┗┛┡┩├┤┌┐└┘┬┼╇┳┴█░▇", " "))
    return [words for line in text.splitlines() if (words := " ".join(line.translate(drawn).split()))]


def test_a_summary_says_everything_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().show(terminal.summary(SUMMARY, done=True))
    shown = capsys.readouterr()
    assert (shown.err, "\x1b" in shown.out) == ("", False)
    assert lines(shown.out) == [
        "Algebra 1 · 5 students, 3 assignments",
        "Students by level",
        "level pass mark students on track share",
        "76 76 % 4 3 75%",
        "86.5 86.5 % 0 0 0%",
        "no contract — 1 —",
        "all 5 3 60%",
        "Marks by verdict",
        "mastered 9",
        "missing (retake) 1",
        "pending 1",
        "check 1",
        "no contract 3",
        "What has changed",
        "newly missing 1",
        "made good 2",
        "letters owed 1 new, 0 added to, 2 withdrawn",
        "not written to 1 × no guardian address",
        "in the sheet 3 × note, 12 × rule",
        "plan 0123456789ab",
    ]


def test_a_plan_that_waits_says_why_and_one_that_changes_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    waiting = replace(SUMMARY, edits={}, held_back={}, objections=("too many letters",))
    Screen().show(terminal.summary(waiting, done=False))
    shown = lines(capsys.readouterr().out)
    assert shown[-7:] == [
        "newly missing 1",
        "made good 2",
        "letters owed 1 new, 0 added to, 2 withdrawn",
        "not written to nobody",
        "in the sheet nothing, no request",
        "A person should look first: too many letters.",
        "plan 0123456789ab",
    ]
    Screen().show(terminal.summary(waiting, done=True))
    assert lines(capsys.readouterr().out)[-2] == "A person has looked and approved: too many letters."


def test_problems_are_listed_with_their_places_until_there_are_too_many(capsys: pytest.CaptureFixture[str]) -> None:
    many = tuple(f"Marks!C{row}: this is no mark. Type one." for row in range(4, 20))
    Screen().show(terminal.problems(many))
    shown = lines(capsys.readouterr().out)
    assert (len(shown), shown[1]) == (14, "Marks!C4 this is no mark. Type one.")
    assert shown[-1] == "… and 4 more on the tab Mastery Trouble"


def test_a_long_sentence_stays_one_line_and_nothing_in_it_is_taken_for_markup(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sentence = "[bold]Quiz[/bold] " + "and so on " * 30 + "end."
    loud, quiet = Screen(), Screen(quiet=True)
    loud.say(sentence)
    quiet.say(sentence)
    quiet.complain(sentence)
    assert capsys.readouterr().err == f"{sentence}\n" * 2


def test_where_there_is_no_terminal_nothing_turns_and_no_bar_grows(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    with screen.busy("Reading"), screen.letters() as bar:
        task = bar.add_task("letters", total=2)
        bar.update(task, completed=1)
    assert (capsys.readouterr().err.strip(), bar.finished) == ("", False)


def test_in_a_narrow_terminal_a_bar_goes_and_no_number(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    Screen().show(terminal.summary(SUMMARY, done=True))
    assert lines(capsys.readouterr().out)[1:8] == [
        "Students by level",
        "pass on",
        "level mark students track share",
        "76 76 % 4 3 75%",
        "86.5 86.5 % 0 0 0%",
        "no contract — 1 —",
        "all 5 3 60%",
    ]


def test_rows_for_which_there_is_no_room_become_paragraphs_with_every_word_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (("0ecab1c8a332", "Algebra 1", "hold", "when it is approved", ""), ("d07577", "Algebra 1", "ready", "", ""))
    shown = terminal.listing("Letters", ("key", "gradebook", "state", "leaves", "why"), rows, sentences=("leaves",))
    Screen().show(shown)
    assert lines(capsys.readouterr().out) == [
        "Letters",
        "key gradebook state leaves why",
        "0ecab1c8a332 Algebra 1 hold when it is approved",
        "d07577 Algebra 1 ready",
    ]
    monkeypatch.setenv("COLUMNS", "50")
    Screen().show(shown)
    assert lines(capsys.readouterr().out) == [
        "Letters",
        "0ecab1c8a332 Algebra 1 · hold",
        "leaves: when it is approved",
        "d07577 Algebra 1 · ready",
    ]


def test_a_command_to_type_is_one_line_however_narrow_the_terminal_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    command = "sheets-mastery plan -c a-school/mastery.toml --now 2026-10-30T16:30"
    Screen().show(terminal.commands("Try next", ((command, "what a sync would do now, in a sentence"),)))
    assert capsys.readouterr().out == f"\nTry next\n# what a sync would do now, in a sentence\n{command}\n"


def test_a_key_is_shown_whole_however_narrow_the_terminal_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    Screen().show(terminal.facts("Letter", {"key": "0123456789abcdef" * 4}))
    assert "".join(lines(capsys.readouterr().out)) == f"Letterkey {'0123456789abcdef' * 4}"


def test_every_kind_of_edit_has_words(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = [each.__name__ for each in get_args(Edit)]
    Screen().show(terminal.summary(replace(SUMMARY, edits=dict.fromkeys(kinds, 1)), done=True))
    shown = capsys.readouterr().out
    assert (len(kinds), [each for each in kinds if each in shown]) == (20, [])


def test_what_a_terminal_cannot_show_is_shown_in_plain_signs_and_json_stays_json(office: Office) -> None:
    plain = office.run("plan", PYTHONIOENCODING="ascii")
    assert (plain.code, plain.err) == (0, "")
    assert plain.out.splitlines()[0] == f"{'+- Algebra 1 - 3 students, 2 assignments ':-<79}+"
    told = office.run("plan", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(told.out)["gradebooks"][0]["students"] == 3
