"""The settings: what they mean, and what is said about a slip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import drawn
import pytest

from sheets_mastery.config import AssignmentSettings, Help, Meaning, School, Settings, Tier, Window, parse, part, secret
from sheets_mastery.errors import SettingsError

MEANINGS = [meaning.value for meaning in Meaning]
EXAMPLE = Path(__file__).parents[2] / "config" / "mastery.example.toml"
LOCAL = 'credentials = "local"\nendpoint = "http://127.0.0.1:8787"'
PLAIN = """
[school]
name = "Rosa Parks"
teacher = "Ms. Lopez"
reply_to = "lopez@school.example"
time_zone = "America/Chicago"
{school}
[google]
{google}
[mail]
sender = "letters@school.example"
{mail}
[[gradebooks]]
name = "Period 1"
spreadsheet = "abcdefgh"
{book}
{more}
"""


def parsed(*, school: str = "", google: str = LOCAL, mail: str = "", book: str = "", more: str = "") -> Settings:
    return parse(PLAIN.format(school=school, google=google, mail=mail, book=book, more=more))


def said(**tables: str) -> str:
    with pytest.raises(SettingsError) as refused:
        parsed(**tables)
    return str(refused.value)


# What the settings mean


def test_everything_has_a_usual_value() -> None:
    settings = parsed()
    assert settings.tiers == (
        Tier(name="76", pass_mark=Decimal(76)),
        Tier(name="86", pass_mark=Decimal(86)),
        Tier(name="93", pass_mark=Decimal(93)),
    )
    assert settings.school.hours == Window(start=time(7), end=time(18))
    assert settings.ledger.url == "sqlite:///mastery.sqlite"
    assert [rung.help for rung in settings.remediation.ladder] == [
        "video",
        "practice",
        "peer_tutoring",
        "small_group",
        "one_to_one",
    ]
    assert settings.remediation.not_in == Help(help="class_time", within_days=5)


def test_the_example_is_read_and_keeps_to_the_usual_pass_marks() -> None:
    settings = parse(EXAMPLE.read_text(encoding="utf-8"))
    assert [tier.pass_mark for tier in settings.tiers] == [76, 86, 93]


@pytest.mark.parametrize(
    "written",
    [
        "1AbC_d-9xyz",
        "https://docs.google.com/spreadsheets/d/1AbC_d-9xyz/edit#gid=0",
        "https://docs.google.com/spreadsheets/u/1/d/1AbC_d-9xyz",
    ],
)
def test_a_spreadsheet_is_named_by_its_address_or_its_id(written: str) -> None:
    more = f'[[gradebooks]]\nname = "Period 2"\nspreadsheet = "{written}"'
    assert parsed(more=more).gradebooks[1].spreadsheet == "1AbC_d-9xyz"


def test_numbers_are_exact() -> None:
    tiers = '[[tiers]]\nname = "A"\npass_mark = 85.3\nby_kind = { quiz = "79.99", Essay = 1e2 }'
    (tier,) = parsed(more=tiers).tiers
    assert tier.pass_mark == Decimal("85.3")
    assert tier.pass_mark_for("") == Decimal("85.3")
    assert tier.pass_mark_for("Quiz") == Decimal("79.99")
    assert tier.pass_mark_for("essay") == Decimal(100)


def test_a_span_of_the_day_holds_its_first_minute_and_not_its_last() -> None:
    window = parsed(more='[letters]\nwindow = "15:30 - 18:00"').letters.window
    assert window == Window(start=time(15, 30), end=time(18))
    assert window.holds(time(15, 30))
    assert window.holds(time(17, 59, 59))
    assert not window.holds(time(18))
    assert not window.holds(time(15, 29))


def test_the_school_is_open_on_its_days_less_the_holidays() -> None:
    school = parsed(school='days = ["mon", "sat"]\nholidays = [2026-09-07]').school
    assert [day for day in range(1, 15) if school.open_on(date(2026, 9, day))] == [5, 12, 14]
    assert school.zone.key == "America/Chicago"


def test_what_the_sheet_does_not_say_about_an_assignment_stands_in_the_settings() -> None:
    book = '[gradebooks.assignments."Quiz 1"]\npoints = 20\ndue = 2026-09-18\nkind = "quiz"'
    assert parsed(book=book).gradebooks[0].assignments == {
        "Quiz 1": AssignmentSettings(points=Decimal(20), due=date(2026, 9, 18), kind="quiz")
    }


def test_a_gradebook_is_found_by_its_name_without_regard_to_case() -> None:
    settings = parsed()
    assert settings.gradebook("PERIOD 1") is settings.gradebooks[0]
    with pytest.raises(SettingsError) as unknown:
        settings.gradebook("Period 9")
    assert str(unknown.value) == 'gradebooks: there is none called "Period 9"; the file has "Period 1".'


def test_the_ledger_s_address_comes_from_the_environment_first() -> None:
    text = PLAIN.format(school="", google=LOCAL, mail="", book="", more='[ledger]\nurl = "sqlite:///here.sqlite"')
    there = {"SHEETS_MASTERY_LEDGER_URL": "postgresql+psycopg://there"}
    assert parse(text).ledger.url == "sqlite:///here.sqlite"
    assert parse(text, {}).ledger.url == "sqlite:///here.sqlite"
    assert parse(text, there).ledger.url == "postgresql+psycopg://there"
    assert parse(text.replace("[ledger]\nurl", "# url"), there).ledger.url == "postgresql+psycopg://there"
    with pytest.raises(SettingsError) as refused:
        parse("ledger = 5\n" + text.replace("[ledger]\nurl", "# url"), there)
    assert str(refused.value) == "ledger: must be a table."


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parsed().school.name = "Another"


# What is said about a slip

SENTENCES: list[tuple[dict[str, str], str]] = [
    (
        {"school": 'motto = "x"'},
        "school.motto: there is no such key; see config/mastery.example.toml for those there are.",
    ),
    ({"more": "[nonsense]"}, "nonsense: there is no such key; see config/mastery.example.toml for those there are."),
    ({"school": 'hours = "9-10"'}, 'school.hours: is no span of the day; write it like "07:30-18:00".'),
    ({"school": "hours = 5"}, 'school.hours: is no span of the day; write it like "07:30-18:00".'),
    ({"school": 'hours = "18:00-07:00"'}, "school.hours: ends before it starts."),
    (
        {"school": 'days = ["monday"]'},
        "school.days[1]: must be 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun', not 'monday'.",
    ),
    ({"school": "days = []"}, "school.days: must not be empty."),
    ({"school": "days = 5"}, "school.days: must be a list in square brackets."),
    ({"school": "holidays = [20261126]"}, "school.holidays[1]: must be a date such as 2026-09-18, without quotes."),
    ({"school": 'holidays = ["2026-11-26"]'}, "school.holidays[1]: must be a date such as 2026-09-18, without quotes."),
    (
        {"google": 'credentials = "key"'},
        "google.credentials: must be 'service_account', 'oauth' or 'local', not 'key'.",
    ),
    (
        {"google": 'credentials = "local"'},
        'google: needs endpoint, such as "http://127.0.0.1:8787", when credentials is "local".',
    ),
    (
        {"google": 'credentials = "oauth"'},
        'google: needs file, the downloaded JSON file, when credentials is "oauth".',
    ),
    (
        {"google": 'credentials = "oauth"\nfile = "x"\nendpoint = "http://localhost:1"'},
        'google: endpoint goes with credentials = "local" only.',
    ),
    ({"google": f"{LOCAL}\ntimeout_seconds = true"}, "google.timeout_seconds: must be a whole number."),
    (
        {"google": f"{LOCAL}\ntimeout_seconds = 0"},
        "google.timeout_seconds: must be greater than or equal to 1; it is 0.",
    ),
    ({"mail": 'transport = "smtp"'}, 'mail: needs the table [mail.smtp] when transport is "smtp".'),
    ({"mail": 'transport = "pigeon"'}, "mail.transport: must be 'maildir', 'smtp' or 'gmail', not 'pigeon'."),
    (
        {"mail": '[mail.smtp]\nhost = "mail.school.example"\nsecurity = "none"'},
        'mail.smtp: security "none" is for a mail server on this machine only.',
    ),
    ({"mail": '[mail.smtp]\nhost = ""'}, "mail.smtp.host: must not be empty."),
    (
        {"mail": '[mail.bounces]\nread_from = "imap"'},
        'mail.bounces: needs the table [mail.bounces.imap] when read_from is "imap".',
    ),
    (
        {"mail": '[mail.bounces.imap]\nhost = "imap.school.example"\nuser = "r"\nsecurity = "none"'},
        'mail.bounces.imap: security "none" is for a mail server on this machine only.',
    ),
    (
        {"mail": '[mail.bounces.imap]\nhost = "imap.school.example"\nuser = "r"\nfolder = "Zurück"'},
        "mail.bounces.imap.folder: must be written as the mail server writes it, with plain letters only.",
    ),
    ({"mail": 'only_to = "@x.org"'}, "mail.only_to: must be a list in square brackets."),
    ({"book": "points = 0"}, "gradebooks[1].points: must be greater than 0; it is 0."),
    ({"book": "points = true"}, "gradebooks[1].points: must be a number."),
    ({"book": "marks_tab = 7"}, "gradebooks[1].marks_tab: must be text in quotes."),
    ({"book": "labels = { id = [] }"}, "gradebooks[1].labels.id: must not be empty."),
    ({"book": 'labels = { due = [" "] }'}, "gradebooks[1].labels.due[1]: must not be empty."),
    (
        {"book": 'marks_tab = "Mastery marks"'},
        'gradebooks[1]: marks_tab is "Mastery marks", but tabs called Mastery… belong to this program.',
    ),
    (
        {"book": '[gradebooks.assignments."Quiz 1"]\ndue = 2026-09-18T08:00:00'},
        "gradebooks[1].assignments.Quiz 1.due: must be a date such as 2026-09-18, without quotes.",
    ),
    (
        {"more": '[[gradebooks]]\nname = "P2"\nspreadsheet = "x y"'},
        "gradebooks[2].spreadsheet: is neither the address of a Google Sheet nor its id.",
    ),
    (
        {"more": '[[gradebooks]]\nname = "a/b"\nspreadsheet = "abcdefgh"'},
        "gradebooks[2].name: may hold letters, digits, spaces and .()&+- and no more than 60 of them.",
    ),
    (
        {"more": '[[gradebooks]]\nname = "period 1"\nspreadsheet = "abcdefgh"'},
        "gradebooks: two gradebooks are called period 1.",
    ),
    (
        {"more": '[[gradebooks]]\nname = "Period 2"\nspreadsheet = "abcdefgh"'},
        (
            'gradebooks: "Period 1" is in the same spreadsheet as another gradebook; a spreadsheet has one '
            "Mastery tab, so put the periods on one marks tab or into documents of their own."
        ),
    ),
    (
        {"more": '[[tiers]]\nname = "A"\npass_mark = 80\n[[tiers]]\nname = "B"\npass_mark = 80.0'},
        "tiers: two levels have the pass mark 80.",
    ),
    (
        {"more": '[[tiers]]\nname = "A"\npass_mark = 80\n[[tiers]]\nname = "a"\npass_mark = 90'},
        "tiers: two levels are called a.",
    ),
    (
        {"more": '[[tiers]]\nname = "A"\npass_mark = 0.86'},
        "tiers[1].pass_mark: is in percent; write 86 for 86 %, not 0.86.",
    ),
    ({"more": '[[tiers]]\nname = "A"\npass_mark = true'}, "tiers[1].pass_mark: must be a number."),
    (
        {"more": '[[tiers]]\nname = "A"\npass_mark = 186'},
        "tiers[1].pass_mark: must be less than or equal to 100; it is 186.",
    ),
    (
        {"more": '[[tiers]]\nname = "A"\npass_mark = 86\nby_kind = { quiz = 0 }'},
        "tiers[1].by_kind.quiz: is in percent; write 86 for 86 %, not 0.",
    ),
    ({"more": "[marking]\ngrace_days = 1.5"}, "marking.grace_days: must be a whole number."),
    ({"more": "[marking]\ngrace_days = true"}, "marking.grace_days: must be a whole number."),
    ({"more": "[marking]\ngraded_share = nan"}, "marking.graded_share: must be a number."),
    ({"more": "[marking]\ngraded_share = 50"}, "marking.graded_share: must be less than or equal to 1; it is 50."),
    ({"more": '[marking]\nrounding = "up"'}, "marking.rounding: must be 'none' or 'whole', not 'up'."),
    (
        {"more": '[marking.codes]\nexcused = ["missing"]'},
        'marking.codes: the code "Missing" is listed under excused and under not_in.',
    ),
    (
        {"more": '[marking.codes]\nother = { " ex" = "late" }'},
        'marking.codes: the code " ex" is listed under excused and under other.',
    ),
    (
        {"more": '[marking.codes]\nother = { INC = "half done" }'},
        f"marking.codes.other.INC: must be {', '.join(map(repr, MEANINGS[:-1]))} or 'nothing', not 'half done'.",
    ),
    ({"more": "[letters]\nstop = 1"}, "letters.stop: must be true or false."),
    ({"more": "[marking]\ncodes = 5"}, "marking.codes: must be a table."),
    ({"more": '[letters]\nto_students = "yes"'}, "letters.to_students: must be true or false."),
    ({"more": '[letters]\nhold_hours = "soon"'}, "letters.hold_hours: must be a number."),
    ({"more": '[ledger]\nurl = ""'}, "ledger.url: must not be empty."),
    ({"more": "[remediation]\nladder = []"}, "remediation.ladder: must not be empty."),
    (
        {"more": '[remediation]\nladder = [{ help = "nap" }]'},
        (
            "remediation.ladder[1].help: must be 'class_time', 'video', 'practice', 'peer_tutoring', 'small_group' "
            "or 'one_to_one', not 'nap'."
        ),
    ),
]


@pytest.mark.parametrize(("tables", "sentence"), SENTENCES, ids=[sentence[:50] for _, sentence in SENTENCES])
def test_a_slip_is_one_sentence_with_its_key(tables: dict[str, str], sentence: str) -> None:
    assert said(**tables) == sentence


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://sheets.googleapis.com",
        "http://sheets.googleapis.com",
        "https://127.0.0.1:8787",
        "http://127.0.0.1:8787@evil.example",
        "http://127.0.0.1:99999",
        "http://[::1",
        "127.0.0.1",
    ],
)
def test_the_local_google_is_on_this_machine(endpoint: str) -> None:
    assert (
        said(google=f'credentials = "local"\nendpoint = "{endpoint}"')
        == 'google.endpoint: must be an http address of this machine, such as "http://127.0.0.1:8787".'
    )


def test_an_endpoint_loses_its_last_slash() -> None:
    assert parsed(google='credentials = "local"\nendpoint = "http://[::1]:1/"').google.endpoint == "http://[::1]:1"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lopez",
        "a@b",
        "a@x.org, b@x.org",
        "Ms Lopez <a@x.org>",
        "a@x.org\\n",
        "a b@x.org",
        "a@b@x.org",
        '\\"a\\"@x.org',
    ],
)
def test_the_school_s_address_is_one_bare_address(address: str) -> None:
    text = PLAIN.format(school="", google=LOCAL, mail="", book="", more="").replace("letters@school.example", address)
    with pytest.raises(SettingsError) as refused:
        parse(text)
    assert str(refused.value) == "mail.sender: is not one bare e-mail address."


def test_an_apostrophe_belongs_to_an_address() -> None:
    text = PLAIN.format(school="", google=LOCAL, mail="", book="", more="").replace("lopez@", "o'brien@")
    assert parse(text).school.reply_to == "o'brien@school.example"


@pytest.mark.parametrize("zone", ["Chicago", "", "../etc/passwd", "America/Nowhere"])
def test_a_time_zone_is_one_of_the_world_s(zone: str) -> None:
    text = PLAIN.format(school="", google=LOCAL, mail="", book="", more="").replace("America/Chicago", zone)
    with pytest.raises(SettingsError) as refused:
        parse(text)
    assert str(refused.value) == f'school.time_zone: "{zone}" is no time zone; write it like "America/Chicago".'


def test_every_slip_of_a_file_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        parse("[school]\nname = 5")
    assert str(refused.value).splitlines() == [
        "school.name: must be text in quotes.",
        "school.teacher: is needed but not there.",
        "school.reply_to: is needed but not there.",
        "school.time_zone: is needed but not there.",
        "google: is needed but not there.",
        "mail: is needed but not there.",
        "gradebooks: is needed but not there.",
    ]


def test_a_file_that_is_no_toml_says_where() -> None:
    with pytest.raises(SettingsError) as refused:
        parse("[school]\nname Rosa Parks")
    assert str(refused.value) == (
        "The settings are not valid TOML: Expected '=' after a key in a key/value pair (at line 2, column 6)."
    )


# Secrets


def kept(text: str) -> Callable[[str], str]:
    return lambda path: f"{text} of {path}\n" if text else "\n"


def test_a_secret_stands_in_the_environment_or_in_a_file() -> None:
    name = "SHEETS_MASTERY_SMTP_PASSWORD"
    assert secret("SMTP_PASSWORD", {}, kept("x")) is None
    assert secret("SMTP_PASSWORD", {name: ""}, kept("x")) is None
    assert secret("SMTP_PASSWORD", {name: "tulip"}, kept("x")) == "tulip"
    assert secret("SMTP_PASSWORD", {f"{name}_FILE": "/run/secret"}, kept("rose")) == "rose of /run/secret"


def test_a_secret_in_two_places_is_refused() -> None:
    both = {"SHEETS_MASTERY_X": "a", "SHEETS_MASTERY_X_FILE": "b"}
    with pytest.raises(SettingsError) as refused:
        secret("X", both, kept("x"))
    assert str(refused.value) == "SHEETS_MASTERY_X and SHEETS_MASTERY_X_FILE are both set; keep one of them."


def test_a_secret_s_file_has_to_be_there_and_to_say_something(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text(" \n")
    binary.write_bytes(b"\xff\xfe")
    for path, why in (
        (tmp_path / "gone", "cannot be read: No such file or directory"),
        (binary, "cannot be read: it is no text"),
        (empty, "is empty"),
    ):
        with pytest.raises(SettingsError) as refused:
            secret("X", {"SHEETS_MASTERY_X_FILE": str(path)}, lambda at: Path(at).read_text(encoding="utf-8"))
        assert str(refused.value) == f"SHEETS_MASTERY_X_FILE names {path}, which {why}."


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('digest_at = "3 pm"', 'letters.digest_at: is no time of the day; write it like "15:00".'),
        (
            'opt_out_url = "http://letters.school.example/stop"',
            'letters.opt_out_url: must be an https address without a "?", such as "https://letters.school.example/stop".',
        ),
        (
            'opt_out_url = "https://letters.school.example/stop?who="',
            'letters.opt_out_url: must be an https address without a "?", such as "https://letters.school.example/stop".',
        ),
        (
            "opt_out_key = 2\nopt_out_oldest_key = 3",
            "letters: opt_out_oldest_key is 3, but new links are signed by opt_out_key 2: they would not work.",
        ),
    ],
)
def test_what_cannot_be_said_about_letters_is_refused(line: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        drawn.settings(f"[letters]\n{line}")
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://hc-ping.com/0b5e", True),
        ("http://127.0.0.1:8000/ping/0b5e", True),
        ("http://localhost/ping/0b5e?rid=1", True),
        ("", True),
        ("http://hc-ping.com/0b5e", False),
        ("https://teacher:secret@hc-ping.com/0b5e", False),
        ("https://hc-ping.com/0b5e#now", False),
        ("https:///0b5e", False),
        ("hc-ping.com/0b5e", False),
        ("https://hc-ping.com:x/", False),
    ],
)
def test_a_watcher_is_told_over_https_or_on_this_machine(url: str, taken: bool) -> None:
    said = f'[schedule]\nheartbeat_url = "{url}"'
    if taken:
        assert drawn.settings(said).schedule.heartbeat_url == url
        return
    with pytest.raises(SettingsError) as refused:
        drawn.settings(said)
    assert str(refused.value) == (
        'schedule.heartbeat_url: must be an https address, such as "https://hc-ping.com/your-uuid", '
        "or one of this machine."
    )


@pytest.mark.parametrize(
    ("mail", "letters", "mode"),
    [
        ("", "", None),
        ('mode = "send"', "", "send"),
        ('mode = "drafts"\ntransport = "gmail"', "", "drafts"),
        ("", "[letters]\napproval = true", "review"),
        ('mode = "review"', "[letters]\napproval = true", "review"),
        ('mode = "send"', "[letters]\napproval = false", "send"),
    ],
)
def test_how_letters_leave_is_chosen_by_mail_mode_and_the_older_key_means_review(
    mail: str, letters: str, mode: str | None
) -> None:
    assert parsed(mail=mail, more=letters).mail_mode == mode


@pytest.mark.parametrize(
    ("mail", "letters", "said"),
    [
        (
            'mode = "drafts"',
            "",
            (
                'mail: mode = "drafts" lays letters into Gmail\'s drafts, so it goes with transport = "gmail" only, '
                'not with "maildir"; say mode = "review" or "send".'
            ),
        ),
        ('mode = "later"', "", "mail.mode: must be 'review', 'send' or 'drafts', not 'later'."),
        (
            'mode = "send"',
            "[letters]\napproval = true",
            (
                'letters.approval: is the older way to say mail.mode = "review", but mail.mode is "send"; '
                "keep mail.mode."
            ),
        ),
    ],
)
def test_a_mode_that_cannot_be_is_refused_by_its_key(mail: str, letters: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parsed(mail=mail, more=letters)
    assert str(refused.value) == said


def test_the_settings_of_the_drawings_are_settings() -> None:
    assert drawn.settings().gradebook("Period 1") == drawn.book()


def test_a_code_may_have_any_meaning() -> None:
    codes = parsed(
        more='[marking.codes]\npending = ["-"]\nother = { INC = "incomplete", "✓" = "mastered" }'
    ).marking.codes
    assert {code: codes.meanings[code] for code in ("EX", "-", "INC", "✓")} == {
        "EX": Meaning.EXCUSED,
        "-": Meaning.HANDED_IN,
        "INC": Meaning.INCOMPLETE,
        "✓": Meaning.MASTERED,
    }


def test_one_table_alone_is_refused_in_the_same_sentences_as_the_file() -> None:
    table = {"name": "Lakeview", "teacher": "Ms. Rivera", "reply_to": "rivera@example.edu"}
    assert part(School, {**table, "time_zone": "UTC"}).time_zone == "UTC"
    with pytest.raises(SettingsError) as refused:
        part(School, {**table, "time_zone": "Lake time", "colour": "blue"})
    assert str(refused.value) == (
        'time_zone: "Lake time" is no time zone; write it like "America/Chicago".\n'
        "colour: there is no such key; see config/mastery.example.toml for those there are."
    )
