"""The wizard as a teacher meets it: in a real terminal, at a real local Google, with a sheet of her own."""

from __future__ import annotations

import difflib
import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sheets_mastery.config import Meaning

if TYPE_CHECKING:
    from schools import School

    from tests.doors.conftest import Answer, Terminal

#: pexpect forks while the local Google's threads run; the child replaces itself at once.
pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")

#: A sheet that says neither what its numbers are, nor what M means, nor that Target is the level.
MARKS = (
    ("Student ID", "Student", "Period", "Target", "Quiz 1", "Essay", "Average"),
    ("s101", "Quillfeather, Ana", "1", "93", "95", "88", "91"),
    ("s102", "Oxenstierna, Ben", "1", "86", "85", "M", "85"),
    ("s103", "Zubizarreta, Cho", "1", "76", "80", "79", "79"),
    ("s104", "Adeyemi, Dayo", "2", "76", "70", "91", "81"),
    ("s105", "Thistlewood, Eve", "2", "86", "90", "M", "90"),
    ("s106", "Nakagawa, Fumi", "2", "93", "97", "99", "98"),
)
#: The same without anything that tells who a student is.
NAMES_ONLY = tuple(row[1:] for row in MARKS)
BASICS = (
    "--school", "Lakeview", "--teacher", "Ms. Rivera", "--reply-to", "rivera@example.edu",
    "--time-zone", "America/Chicago", "--sender", "rivera@example.edu",
)  # fmt: skip
#: Every proposal, and a word of a person on what the code means: that is never guessed.
YES = ("--yes", "--answer", "labels.level=Target", "--answer", "scale=percent", "--answer", "codes.M=not in")
SAID = ("Lakeview", "Ms. Rivera", "rivera at home", "rivera@example.edu", "America/Chicago", "")
WRITTEN = """\
# The settings of Sheets Mastery. config/mastery.example.toml explains every key that
# there is; what is not said here has the default that is told there.

[school]
# Names as families read them, in every letter; reply_to is where their answers go.
name = "Lakeview"
teacher = "Ms. Rivera"
reply_to = "rivera@example.edu"
time_zone = "America/Chicago"

[google]
# How Google is reached: a "service_account", your own account ("oauth"), or "local".
credentials = "local"
endpoint = "{url}"

[mail]
# Letters go into the folder "outbox" and nowhere else, until transport is "smtp" or "gmail".
transport = "maildir"
sender = "rivera@example.edu"

[[gradebooks]]
# A name of your own for the command line and the ledger; do not change it later.
name = "Algebra 1"
spreadsheet = "{id}"
scale = "percent"

[gradebooks.labels]
level = ["Target"]

[gradebooks.codes]
M = "{m}"
"""
#: What is drawn around words.
FRAMES = frozenset("│┃╭╮╰╯─━┏┓┗┛┡┩├┤┌┐└┘┬┼╇┳┴█░▇")


class Desk:
    """A teacher's sheet, and a folder without settings."""

    def __init__(self, school: School, run_in: Callable[..., Answer], open_terminal: Callable[..., Terminal]) -> None:
        self.school = school
        school.settings_file.unlink()
        self._run_in = run_in
        self._open_terminal = open_terminal
        self.way = ("--credentials", "local", "--endpoint", school.url)

    @property
    def file(self) -> Path:
        return self.school.settings_file

    @property
    def url(self) -> str:
        return f"https://docs.google.com/spreadsheets/d/{self.school.spreadsheet.id}/edit#gid=0"

    def cells(self) -> Any:
        """The teacher's own tab, with everything in it."""
        return self.school.document()["sheets"][0]

    def written(self, *, m: str = "not in") -> str:
        """The file that the usual answers make."""
        return WRITTEN.format(url=self.school.url, id=self.school.spreadsheet.id, m=m)

    def run(self, *words: str) -> Answer:
        """Run any command in the folder."""
        return self._run_in(self.school.folder, *words)

    def set_up(self, *words: str) -> Answer:
        """Run the wizard with nobody at a terminal."""
        return self._run_in(self.school.folder, "setup", self.url, *self.way, *words)

    def sit_down(self, *words: str) -> Terminal:
        """Run the wizard in a terminal."""
        return self._open_terminal(self.school.folder, "setup", self.url, *self.way, *words)


@pytest.fixture
def desk(
    make_school: Callable[..., School], run_in: Callable[..., Answer], open_terminal: Callable[..., Terminal]
) -> Callable[..., Desk]:
    """Makes a desk: desk(rows of the tab Marks)."""
    return lambda rows=MARKS: Desk(make_school({"Marks": rows}), run_in, open_terminal)


def words(text: str) -> list[str]:
    """Lines without what is drawn around them and without what they are filled up with."""
    bare = "".join(" " if each in FRAMES else each for each in text)
    return [" ".join(line.split()) for line in bare.splitlines() if line.split()]


def changed(before: str, after: str) -> list[str]:
    """The lines that are gone and the lines that are new."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_the_whole_dialogue_shows_what_was_found_asks_what_is_not_known_and_ends_with_a_dry_run(
    desk: Callable[..., Desk],
) -> None:
    here = desk()
    before = here.cells()
    terminal = here.sit_down()
    seen = terminal.converse("", "perhaps", "?", "1", "3", *SAID)
    code, end = terminal.ended()
    found, scale, refused, why, m, again, *_, bad, zone, sender = map(words, seen)
    assert found == [
        "What was found",
        "● certain header row 1 Marks!A1",
        "● certain students are told apart by the column “Student ID” Marks!A1",
        "● certain 6 students in 2 periods Marks!A2",
        "● certain 0 assignments Marks!A1",
        "◐ likely ignored: Average Marks!A1",
        "● certain 1 code that nobody has explained: “M” Marks!F3",
        "● certain no column with the students' levels, so nobody has a tab Marks",
        "contract",
        "Marks · marks",
        "A B C D E F G",
        "1 Student ID Student Period Target Quiz 1 Essay Average titles",
        "2–7 id name section doubt? doubt? doubt? no mark 6 students",
        "Question 1 Is “Target” the level that each student has signed for?",
        "Marks!D1",
        "1 Target",
        "Enter: Target · ? shows the cell and why · s leaves it open",
    ]
    assert scale == [
        "Question 2 No maximum is said anywhere. Are the marks percentages?",
        "Marks!E1",
        "1 percent 85 is 85 %, whatever the maximum",
        "2 points 43 of 50",
        "Enter: percent · ? shows the cell and why · s leaves it open",
    ]
    assert refused == ["That cannot be: it is one of: “percent”, “points”."]
    assert why == [
        "The same number is a pass or a fail depending on what it counts, and the sheet does not say which it is.",
        f"The cell that asks: Marks!E1, at {here.school.url}/face/sheets/{here.school.spreadsheet.id}",
        "The answer goes into the settings of this gradebook under scale.",
    ]
    assert (m[0], m[1], m[4], m[-1]) == (
        "Question 3 What does “M” mean here? (2 cells)",
        "Marks!F3",
        "3 not in not handed in: missing once the due date has passed",
        "Enter: not in · ? shows the cell and why · s leaves it open",
    )
    assert again == [
        "What was found",
        "● certain header row 1 Marks!A1",
        "● certain students are told apart by the column “Student ID” Marks!A1",
        "● certain 6 students in 2 periods Marks!A2",
        "● certain 2 assignments Marks!E1",
        "◐ likely ignored: Average Marks!A1",
        "Marks · marks",
        "A B C D E F G",
        "1 Student ID Student Period Target Quiz 1 Essay Average titles",
        "2–7 id name section level mark mark no mark 6 students",
        "The school's name, as families read it? (Enter: A school)",
    ]
    assert (bad, zone, sender) == (
        ["That cannot be: reply_to: is not one bare e-mail address."],
        ["The school's time zone? (Enter: Etc/GMT)"],
        ["The address that letters come from? (Enter: rivera@example.edu)"],
    )
    said = words(end)
    assert (code, said[:12]) == (
        0,
        [
            "Algebra 1 · 6 students, 2 assignments",
            "Students by level",
            "level pass mark students on track share",
            "76 76 % 2 1 50%",
            "86 86 % 2 0 0%",
            "93 93 % 2 1 50%",
            "all 6 2 33%",
            "Marks by verdict",
            "mastered 7",
            "missing (retake) 3",
            "missing (not in) 2",
            "What would change",
        ],
    )
    assert said[-9:-1] == [
        "The sheet has a new tab, Mastery Settings, on which levels, codes and letters can be changed.",
        "mastery.toml is written.",
        "What to do next",
        "# look at the first plan again, with its fingerprint",
        f"{Path(sys.executable).name} -m sheets_mastery plan",
        "# carry out exactly this plan",
        f"{Path(sys.executable).name} -m sheets_mastery apply --plan {said[-10].removeprefix('plan ')}",
        "# change an answer, or add another gradebook",
    ]
    # No name and no mark was shown.
    shown = "\n".join((*seen, end))
    assert [each for row in MARKS[1:] for each in (row[0], row[1], row[1].split(",")[0]) if each in shown] == []
    assert here.file.read_text("utf-8") == here.written()
    assert here.cells() == before
    assert [tab.title for tab in here.school.spreadsheet.worksheets()] == ["Marks", "Mastery Settings"]


def test_running_it_again_asks_again_and_enter_keeps_every_byte(desk: Callable[..., Desk]) -> None:
    here = desk()
    assert here.set_up(*YES, *BASICS).code == 0
    text = here.file.read_bytes()
    terminal = here.sit_down()
    seen = terminal.converse("", "", "")
    code, end = terminal.ended()
    assert [words(each)[-1].partition(" · ")[0] for each in seen] == [
        "Enter: Target, as before",
        "Enter: percent, as before",
        "Enter: not in, as before",
    ]
    assert (code, here.file.read_bytes()) == (0, text)
    assert f"{here.file.name} says all this already; it stays as it is." in end


def test_one_answer_that_is_another_changes_one_line(desk: Callable[..., Desk]) -> None:
    here = desk()
    assert here.set_up(*YES, *BASICS).code == 0
    terminal = here.sit_down()
    terminal.converse("", "", "mastered")
    assert terminal.ended()[0] == 0
    assert here.file.read_text("utf-8") == here.written(m="mastered")
    assert changed(here.written(), here.written(m="mastered")) == ['-M = "not in"', '+M = "mastered"']


def test_unattended_what_is_likely_is_taken_and_a_second_time_nothing_is_written(desk: Callable[..., Desk]) -> None:
    here = desk()
    first = here.set_up(*YES, *BASICS)
    assert (first.code, first.err, here.file.read_text("utf-8")) == (0, "", here.written())
    assert stat.S_IMODE(here.file.stat().st_mode) == 0o600
    touched = here.file.stat().st_mtime_ns
    again = here.set_up(*YES, *BASICS)
    assert (again.code, again.err, here.file.stat().st_mtime_ns) == (0, "", touched)


def test_the_tab_of_settings_is_made_once_by_one_request_and_never_again(desk: Callable[..., Desk]) -> None:
    here = desk()
    assert here.set_up(*YES, *BASICS).code == 0
    assert [each["method"] for each in here.school.sheet_requests()] == ["GET", "GET", "POST", "GET"]
    page = here.school.spreadsheet.worksheet("Mastery Settings").get_all_values()
    assert [word for row in page if row[0] == "Code: M" for word in row if word == "not in"] == ["not in"]
    here.school.sheet_requests()
    assert here.set_up(*YES, *BASICS).code == 0
    assert [each["method"] for each in here.school.sheet_requests()] == ["GET", "GET"]
    assert here.school.spreadsheet.worksheet("Mastery Settings").get_all_values() == page


def test_answers_on_the_command_line_are_taken_as_if_they_had_been_typed(desk: Callable[..., Desk]) -> None:
    here = desk()
    words_ = ("--answer", "codes.M=mastered", "--answer", "labels.level = Target", "--answer", "scale=percent")
    assert here.set_up(*words_, *BASICS).code == 0
    assert here.file.read_text("utf-8") == here.written(m="mastered")
    assert here.set_up("--answer", "codes.m=not in").code == 0
    assert here.file.read_text("utf-8") == here.written()


def test_with_nobody_at_a_terminal_it_says_what_it_would_ask_and_waits(desk: Callable[..., Desk]) -> None:
    here = desk()
    answer = here.set_up()
    assert (answer.code, answer.err, here.file.exists()) == (3, "", False)
    assert answer.out.splitlines()[-11:] == [
        "Open: Is “Target” the level that each student has signed for? · Marks!D1",
        "      Target",
        "      --answer 'labels.level=Target'",
        "Open: No maximum is said anywhere. Are the marks percentages? · Marks!D1",
        "      percent | points",
        "      --answer 'scale=percent'",
        "Open: What does “M” mean here? (2 cells) · Marks!F3",
        f"      {' | '.join(Meaning)}",
        "      --answer 'codes.M=not in'",
        "Nobody says: --school, --teacher, --reply-to, --time-zone, --sender.",
        "Nothing was written.",
    ]


@pytest.mark.parametrize("answers", [(), ("",), ("", "", "", "Lakeview", "Ms. Rivera")])
def test_ctrl_c_leaves_everything_as_it_is(desk: Callable[..., Desk], answers: tuple[str, ...]) -> None:
    here = desk()
    before = here.school.document()
    terminal = here.sit_down()
    terminal.converse(*answers)
    terminal.asked()
    terminal.child.sendintr()
    assert (terminal.ended()[0], list(here.school.folder.iterdir())) == (130, [])
    assert here.school.document() == before


def test_ctrl_c_while_answers_are_changed_leaves_the_file_byte_for_byte(desk: Callable[..., Desk]) -> None:
    here = desk()
    assert here.set_up(*YES, *BASICS).code == 0
    terminal = here.sit_down()
    terminal.converse("", "points")
    terminal.asked()
    terminal.child.sendintr()
    assert (terminal.ended()[0], here.file.read_text("utf-8")) == (130, here.written())


def test_the_end_of_input_is_the_wish_to_stop(desk: Callable[..., Desk]) -> None:
    here = desk()
    terminal = here.sit_down()
    terminal.asked()
    terminal.child.sendeof()
    code, said = terminal.ended()
    assert (code, said.strip(), here.file.exists()) == (3, "Nobody answered, so nothing was written.", False)


def test_what_cannot_be_is_said_in_one_sentence(desk: Callable[..., Desk]) -> None:
    here = desk()
    for words_, said in (
        (("https://school.example/x",), '"https://school.example/x" is neither the address'),
        ((here.url, "--answer", "M"), '--answer: "M" is no KEY=VALUE, such as codes.M="not in".'),
        ((here.url, "--answer", "scale=maybe"), "--answer scale: it is one of: “percent”, “points”."),
        ((here.url, "--answer", "roster=x"), "--answer: roster: there is no such key; "),
        ((here.url, "--answer", "codes.Q=perhaps"), "--answer: codes.Q: "),
        ((here.url, "--credentials", "carrier pigeon"), "credentials: must be 'service_account', 'oauth' or 'local', "),
        ((here.url, *YES, *BASICS, "--time-zone", "Lake time"), 'time_zone: "Lake time" is no time zone; '),
    ):  # fmt: skip
        answer = here.run("setup", *here.way, *words_)
        assert (answer.code, answer.err[: len(said)], answer.err.count("\n")) == (2, said, 1)
        assert list(here.school.folder.iterdir()) == []


def test_a_sheet_that_is_not_shared_is_named_as_the_doctor_names_it(desk: Callable[..., Desk]) -> None:
    here = desk()
    here.school.post("/_local/access", {"spreadsheetId": here.school.spreadsheet.id, "role": "none"})
    answer = here.set_up(*YES, *BASICS)
    assert (answer.code, answer.out, here.file.exists()) == (1, "", False)
    assert answer.err == (
        "The spreadsheet is not shared with the local account; share it with that account as Editor.\n"
    )


def test_settings_that_cannot_be_read_or_used_are_not_touched(desk: Callable[..., Desk]) -> None:
    here = desk()
    for content, said in (
        (b"\xff\xfe no text", "The settings file mastery.toml cannot be read: it is no text.\n"),
        (b"[school]\nname = ", "The settings are not valid TOML: "),
        (b"[school]\n", "school.name: is needed but not there.\n"),
    ):
        here.file.write_bytes(content)
        answer = here.set_up(*YES, *BASICS)
        assert (answer.code, answer.err[: len(said)], here.file.read_bytes()) == (2, said, content)
    here.file.unlink()
    here.file.mkdir()
    answer = here.set_up(*YES, *BASICS)
    assert (answer.code, answer.err) == (2, "The settings file mastery.toml cannot be read: Is a directory.\n")


def test_the_way_to_google_is_asked_for_with_nobody_there_it_is_named(desk: Callable[..., Desk]) -> None:
    here = desk()
    answer = here.run("setup", here.url)
    assert (answer.code, answer.err) == (
        3,
        (
            "Nobody says how Google is reached: give --credentials service_account, oauth or local "
            "(and --file or --endpoint).\n"
        ),
    )
    page = f"{here.school.url}/face/sheets/{here.school.spreadsheet.id}/0"
    assert here.run("setup", page, *YES, *BASICS).code == 0
    assert here.file.read_text("utf-8") == here.written()


def test_a_key_that_is_not_there_is_named_before_anything_is_asked(desk: Callable[..., Desk]) -> None:
    here = desk()
    answer = here.run("setup", here.url, "--credentials", "service_account", *YES, *BASICS)
    assert (answer.code, answer.err) == (
        2,
        'google.file: "service-account.json" cannot be opened (No such file or directory).\n',
    )


def test_ids_are_put_in_only_after_a_yes_and_no_cell_of_the_teachers_changes(desk: Callable[..., Desk]) -> None:
    here = desk(NAMES_ONLY)
    sheet = here.school.spreadsheet.worksheet("Marks")
    before = sheet.get_all_values()
    unattended = here.set_up(*YES, *BASICS)
    assert (unattended.code, here.file.exists(), sheet.get_all_values()) == (3, False, before)
    assert "      --add-ids puts in a column of new ids; no cell of yours is changed\n" in unattended.out
    terminal = here.sit_down(*BASICS)
    (offer,) = terminal.converse("no")
    assert " ".join(offer.split("\n\n")[-1].split()).startswith(
        "No column tells who a student is: two may have the same name, and a name may change. Add a column “Student "
        "ID”, or one with the students' e-mail addresses. Shall a new column “Student ID” with 6 new ids be put in as "
        "column A of Marks? 1 no stop here 2 yes"
    )
    terminal.asked()
    terminal.child.sendintr()
    assert (terminal.ended()[0], sheet.get_all_values()) == (130, before)
    terminal = here.sit_down(*BASICS)
    terminal.converse("yes", "", "", "")
    assert terminal.ended()[0] == 0
    assert sheet.get_all_values() == [
        ["Student ID", *before[0]],
        *([f"S00{number}", *row] for number, row in enumerate(before[1:7], 1)),
        *(["", *row] for row in before[7:]),
    ]
    assert here.file.read_text("utf-8") == here.written()


def test_ids_may_be_put_in_unattended_by_a_flag_of_their_own(desk: Callable[..., Desk]) -> None:
    here = desk(NAMES_ONLY)
    assert here.set_up("--yes", "--add-ids", *BASICS).code == 0
    sheet = here.school.spreadsheet.worksheet("Marks")
    assert sheet.col_values(1) == ["Student ID", "S001", "S002", "S003", "S004", "S005", "S006"]
    assert here.set_up("--yes", "--add-ids", *BASICS).code == 0
    assert sheet.col_values(2) == [row[0] for row in NAMES_ONLY]


def test_another_sheet_becomes_another_gradebook_of_the_same_file(
    desk: Callable[..., Desk], make_school: Callable[..., School]
) -> None:
    here = desk()
    assert here.set_up(*YES, *BASICS).code == 0
    here.file.chmod(0o640)
    other = make_school({"Marks": MARKS})
    answer = here.run("setup", other.spreadsheet.id, *YES)
    assert (answer.code, answer.err) == (0, "")
    assert here.file.read_text("utf-8") == here.written() + (
        "\n"
        "[[gradebooks]]\n"
        "# A name of your own for the command line and the ledger; do not change it later.\n"
        'name = "Algebra 1 2"\n'
        f'spreadsheet = "{other.spreadsheet.id}"\n'
        'scale = "percent"\n'
        "\n"
        "[gradebooks.labels]\n"
        'level = ["Target"]\n'
        "\n"
        "[gradebooks.codes]\n"
        'M = "not in"\n'
    )
    assert stat.S_IMODE(here.file.stat().st_mode) == 0o640
    named = here.set_up("--name", "Geometry")
    assert (named.code, named.err) == (
        2,
        (
            '--name: the settings call this spreadsheet "Algebra 1", and what is known about it is kept by that name; '
            "leave it.\n"
        ),
    )


def test_a_settings_file_behind_a_link_is_written_where_it_is(desk: Callable[..., Desk], tmp_path: Path) -> None:
    here = desk()
    assert here.set_up(*YES, *BASICS).code == 0
    there = tmp_path / "kept.toml"
    here.file.rename(there)
    here.file.symlink_to(there)
    assert here.set_up("--answer", "codes.M=mastered").code == 0
    assert (here.file.is_symlink(), there.read_text("utf-8")) == (True, here.written(m="mastered"))


def test_a_script_is_told_what_was_found_asked_and_planned(desk: Callable[..., Desk]) -> None:
    here = desk()
    waiting = here.set_up("--json")
    said = json.loads(waiting.out)
    assert (waiting.code, said["written"], said["plan"], said["missing"]) == (
        3,
        False,
        None,
        ["--school", "--teacher", "--reply-to", "--time-zone", "--sender"],
    )
    assert [(each["key"], each["proposal"], each["stops"]) for each in said["layout"]["questions"]] == [
        ("labels.level", "Target", False),
        ("scale", "percent", False),
        ("codes.M", "not in", False),
    ]
    done = here.set_up("--json", *YES, *BASICS)
    said = json.loads(done.out)
    assert (done.code, said["written"], said["gradebook"], said["layout"]["questions"]) == (0, True, "Algebra 1", [])
    assert said["answered"] == {"labels.level": "Target", "scale": "percent", "codes.M": "not in"}
    assert (said["plan"]["students"], said["plan"]["verdicts"]) == (
        6,
        {"mastered": 7, "missing (retake)": 3, "missing (not in)": 2},
    )


def test_at_the_local_google_a_trial_needs_no_words_about_the_school(desk: Callable[..., Desk]) -> None:
    here = desk()
    assert here.set_up("--yes").code == 0
    text = here.file.read_text("utf-8")
    assert [line for line in text.splitlines() if "invalid" in line or '"A school"' in line] == [
        'name = "A school"',
        'reply_to = "teacher@school.invalid"',
        'sender = "teacher@school.invalid"',
    ]


def test_unattended_what_a_code_means_is_never_guessed(desk: Callable[..., Desk]) -> None:
    """A wrong guess about a few marks is seen by nobody, and a child would be called missing."""
    here = desk()
    answer = here.set_up("--yes", *BASICS)
    lines = answer.out.splitlines()
    at = lines.index("Open: What does “M” mean here? (2 cells) · Marks!F3")
    assert (answer.code, answer.err, lines[at + 2 : at + 4]) == (
        0,
        "",
        [
            "      --answer 'codes.M=not in'",
            "What is open is not judged until it is said; a code can be explained on the tab Mastery Settings as well.",
        ],
    )
    assert here.file.read_text("utf-8") == here.written().replace('\n[gradebooks.codes]\nM = "not in"\n', "")
    said = json.loads(here.set_up("--json", "--yes").out)
    assert said["plan"]["verdicts"] == {"mastered": 7, "missing (retake)": 3, "check": 2}


def test_what_nobody_can_say_yet_stays_open_is_listed_and_hinders_nothing(desk: Callable[..., Desk]) -> None:
    here = desk(tuple(tuple("zz" if each == "M" else each for each in row) for row in MARKS))
    answer = here.set_up("--yes", *BASICS)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    at = lines.index("Open: What does “zz” mean here? (2 cells) · Marks!F3")
    assert lines[at + 2] == "      --answer 'codes.zz=…'"
    assert here.file.read_text("utf-8") == here.written().replace('\n[gradebooks.codes]\nM = "not in"\n', "")
    terminal = here.sit_down()
    level, scale, code = terminal.converse("", "", "s")
    assert words(level)[-1] == "Enter: Target, as before · ? shows the cell and why"
    assert words(scale)[-1] == "Enter: percent, as before · ? shows the cell and why"
    assert words(code)[-1] == "? shows the cell and why · s leaves it open"
    ended, end = terminal.ended()
    assert (ended, "mastery.toml says all this already; it stays as it is." in end) == (0, True)
