"""What the program says about itself, and what the README says about it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from sheets_mastery import cli
from sheets_mastery.cli import exits

README = (Path(__file__).parent.parent.parent / "README.md").read_text("utf-8")
#: What takes longer to import than a person wants to wait for help.
HEAVY = {"gspread", "googleapiclient", "sqlalchemy", "alembic", "jinja2", "babel", "starlette", "ironcalc"}
#: Prints the help of the command in argv, and then which modules that took.
PROGRAM = """
import json, sys
from sheets_mastery import cli
try:
    cli.app(sys.argv[1:])
except SystemExit as ended:
    print(json.dumps([ended.code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def commands() -> list[tuple[str, ...]]:
    """Every command there is, as the words that call it."""
    return sorted(_commands())


def _commands() -> Iterator[tuple[str, ...]]:
    group = typer.main.get_command(cli.app)
    assert isinstance(group, typer.core.TyperGroup)
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from ((name, below) for below in command.commands)
        else:
            yield (name,)


def helped(*words: str) -> tuple[str, int, set[str]]:
    """What --help prints, its exit code, and the modules that were loaded."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words, "--help"], capture_output=True, text=True, check=True)
    text, _, last = done.stdout.rstrip("\n").rpartition("\n")
    code, modules = json.loads(last)
    return text, code, set(modules)


def test_the_help_of_the_program_loads_nothing_heavy_and_tells_the_exit_codes() -> None:
    text, code, modules = helped()
    assert (code, HEAVY & modules) == (0, set())
    assert (
        "Exit codes: 0 done, 1 failed, 2 usage or settings, 3 waiting for a person, 143 stopped before all was done."
        in " ".join(text.split())
    )


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_the_help_of_every_command_has_an_example_and_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    text, code, modules = helped(*words)
    assert (code, HEAVY & modules) == (0, set())
    assert re.findall(r"Example: sheets-mastery ([a-z -]*[a-z])", text)[0].startswith(" ".join(words))


def test_the_heavy_modules_are_those_that_the_work_loads() -> None:
    """Otherwise the tests above would look for names that nothing ever has."""
    every_door = "import sheets_mastery.demo, sheets_mastery.doctor, sheets_mastery.google.gmail, sheets_mastery.ledger"
    work = f"{every_door}, sheets_mastery.outbox, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in done.stdout.split()} >= HEAVY - {"alembic"}


def test_the_readme_lists_exactly_the_commands_that_there_are() -> None:
    cells = re.findall(r"^\| (`[^|]+`) \|.*$", README, re.MULTILINE)
    listed = [re.findall(r"[a-z-]{2,}", line) for cell in cells for line in re.findall(r"`([^`]+)`", cell)]
    groups = {words[0] for words in commands() if len(words) == 2}
    named = {tuple(words[:2] if words[0] in groups else words[:1]) for words in listed if words}
    assert named & {tuple(words) for words in commands()} == set(commands())


def test_every_command_line_in_the_readme_exists() -> None:
    shown = re.findall(r"sheets-mastery ([a-z][a-z-]*)", README)
    assert {*shown} <= {words[0] for words in commands()}
    assert {"demo", "doctor", "plan", "sync", "deliver", "run", "sign-in"} <= {*shown}


def test_the_readme_tells_the_exit_codes_as_they_are() -> None:
    words = "done", "failed", "usage or settings", "waiting for a person", "stopped before all was done"
    said = re.search("Exit codes: " + ", ".join(rf"(\d+) {each}" for each in words), README)
    assert said is not None
    codes = exits.DONE, exits.FAILED, exits.USAGE, exits.WAITING, exits.STOPPED
    assert tuple(int(code) for code in said.groups()) == codes


def test_the_secrets_and_variables_of_the_readme_are_those_of_the_program() -> None:
    package = Path(cli.__file__).parent.parent
    source = "\n".join(path.read_text("utf-8") for path in package.rglob("*.py"))
    named = set(re.findall(r"SHEETS_MASTERY_[A-Z_]+[A-Z]", README))
    assert named == {
        "SHEETS_MASTERY_SMTP_PASSWORD",
        "SHEETS_MASTERY_IMAP_PASSWORD",
        "SHEETS_MASTERY_LEDGER_URL",
        "SHEETS_MASTERY_CONFIG",
        "SHEETS_MASTERY_LOG",
    }
    assert [name for name in named if name.removeprefix("SHEETS_MASTERY_") not in source] == []


def test_the_options_of_the_commands_are_as_the_readme_says() -> None:
    assert "All but `demo` and the `local` commands take `-c FILE`" in README
    options = {words: helped(*words)[0] for words in commands()}
    without = {words[0] for words, text in options.items() if "--config" not in text}
    assert without == {"demo", "local"}
    for option in ("--gradebook", "--json"):
        assert sum(option in text for text in options.values()) >= 10
