"""Deciding about letters in the terminal, with the real command line."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import returns

if TYPE_CHECKING:
    from tests.doors.conftest import Office

FRIDAY = "2026-10-30T16:30"


def test_letters_are_listed_dropped_and_let_go_in_the_terminal(office: Office) -> None:
    assert office.run("sync", "--now", FRIDAY).code == 0

    listed = office.run("outbox", "list", "--json", "--names")
    letters = json.loads(listed.out)
    assert sorted((each["student"], each["guardian"]) for each in letters) == [
        ("Ben Oxenstierna", "ben.mum@example.org"),
        ("Cho Zubizarreta", "cho.dad@example.org"),
    ]
    first, second = (each["key"] for each in letters)
    plain = office.run("outbox", "list")
    assert (first[:12] in plain.out, second[:12] in plain.out, "example.org" in plain.out) == (True, True, False)

    dropped = office.run("outbox", "cancel", first[:12])
    approved = office.run("outbox", "approve", second, "--json")
    assert (dropped.code, dropped.err) == (0, f"{first[:12]}: cancelled, dropped by a person.\n")
    assert json.loads(approved.out) == [{"key": second, "state": "ready", "why": "approved by a person"}]
    told = office.run("outbox", "show", first[:12], "--json")
    assert [(each["who"], each["what"]) for each in json.loads(told.out)["history"]] == [
        ("sync", "hold"),
        ("a person", "cancelled"),
    ]


def test_a_stop_is_seen_and_lifted_in_the_terminal(office: Office) -> None:
    office.run("sync", "--now", FRIDAY)
    assert office.run("outbox", "stop", "wrong column").err == "No letter leaves any more.\n"
    assert office.run("deliver", "--now", FRIDAY).code == 1
    assert (office.run("status").code, office.school.letters()) == (3, [])
    assert office.run("outbox", "go").err == "Letters leave again.\n"
    assert (office.run("deliver", "--now", FRIDAY).code, len(office.school.letters())) == (0, 2)
    assert (office.run("status").code, office.run("outbox", "list").err) == (0, "No letter waits.\n")


def test_letters_that_came_back_are_listed_and_their_addresses_unblocked(open_office: Callable[..., Office]) -> None:
    office = open_office(mail='[mail.bounces]\nread_from = "folder"')
    office.run("sync", "--now", FRIDAY)
    folder = office.school.folder / "bounces"
    folder.mkdir()
    office.run("deliver", "--now", FRIDAY)
    (folder / "mail").write_bytes(returns.about(office.school.letters()[0].read_bytes()))
    assert office.run("deliver", "--now", FRIDAY).code == 3
    (one,) = json.loads(office.run("outbox", "undelivered", "--json").out)
    assert (one["blocked"], one["since"]) == (True, "came back (5.1.1, no such mailbox)")
    assert one["key"][:12] in office.run("outbox", "undelivered").out

    answer = office.run("outbox", "unblock", one["key"][:12])

    assert (answer.code, answer.err) == (0, f"{one['key'][:12]}: its address is written to again.\n")
    assert office.run("status").code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("outbox", "settle", "abcdef"), "outbox settle: say one of --sent and --again.\n"),
        (
            ("outbox", "settle", "abcdef", "--sent"),
            'No letter has a key beginning with "abcdef"; `outbox list` shows them.\n',
        ),
    ],
)
def test_a_decision_that_cannot_be_is_said_in_a_sentence(office: Office, words: tuple[str, ...], sentence: str) -> None:
    answer = office.run(*words)
    assert (answer.code, answer.err) == (2, sentence)


def test_a_preview_is_a_page_for_its_owner_alone(office: Office) -> None:
    answer = office.run("letters", "preview", "--student", "103", "--language", "fr", "-o", "cho.html", "--now", FRIDAY)
    page = office.school.folder / "cho.html"
    assert (answer.code, answer.err) == (0, "")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text("utf-8")
    assert ("Cho" in text, 'lang="fr' in text) == (True, True)
    printed = office.run("letters", "preview", "--student", "103", "--language", "fr", "--now", FRIDAY)
    assert printed.out == text + "\n"


def test_a_copied_spreadsheet_is_claimed_in_the_terminal(office: Office) -> None:
    office.run("sync", "--now", FRIDAY)
    old = office.school.spreadsheet.id
    copy = office.school.post(f"/drive/v3/files/{old}/copy", {"name": "Next term"})["id"]
    settings = office.school.settings_file
    settings.write_text(settings.read_text("utf-8").replace(old, copy), "utf-8")
    sentence = "this spreadsheet is a copy of another one"
    assert office.run("sync", "--now", FRIDAY).code == 0
    for words in (("deliver", "--now", FRIDAY), ("status",), ("outbox", "list")):
        answer = office.run(*words)
        assert (answer.code, sentence in " ".join((answer.out + answer.err).split())) == (3, True)
    assert office.run("outbox", "claim").err == "Algebra 1: claimed; letters leave again.\n"
    assert (office.run("deliver", "--now", FRIDAY).code, len(office.school.letters())) == (0, 2)
    assert office.run("outbox", "claim").err == "No spreadsheet waits to be claimed.\n"
    assert office.run("outbox", "reconcile").err == "No ledger was put back.\n"
