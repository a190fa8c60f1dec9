"""Every way out of the house once from end to end, and what stays behind where nobody should find it."""

from __future__ import annotations

import base64
import json
import logging
import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sheets_mastery.notices import NoticeState
from sheets_mastery.status import report

if TYPE_CHECKING:
    from tests.work.conftest import Class

#: What stands in the sheet and in letters, and must stand nowhere else: addresses, names, assignments, sentences.
PRIVATE = ("@example.org", "Mo ", "Pa ", "Ma ", "Un ", "41.25", "40.75", "7.25", "82.5", "Ana", "Ben", "Cho", "Dee")


class Postman:
    """Takes every letter."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        self.taken.append(envelope)
        return "250 2.0.0 Ok: queued as 4XyZ"


@pytest.fixture
def postman() -> Iterator[tuple[Postman, int]]:
    """A mail server on this machine, and its port."""
    taking = Postman()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(taking, hostname="127.0.0.1", port=port)
    controller.start()
    yield taking, port
    controller.stop()


def test_letters_leave_by_the_schools_mail_server_once_and_to_one_recipient_each(
    open_class: Callable[..., Class], postman: tuple[Postman, int]
) -> None:
    taking, port = postman
    server = f'[mail.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"'
    algebra = open_class(mail='transport = "smtp"', more=server)
    algebra.sync()
    assert (algebra.deliver(), algebra.deliver()) == ({"sent": 3}, {})
    assert sorted((each.mail_from, each.rcpt_tos) for each in taking.taken) == [
        ("rivera@school.example", ["oxen@example.org"]),
        ("rivera@school.example", ["quill@example.org"]),
        ("rivera@school.example", ["zubi@example.org"]),
    ]
    for envelope in taking.taken:
        assert isinstance(envelope.content, bytes)
        assert message_from_bytes(envelope.content, policy=default)["To"] == envelope.rcpt_tos[0]
    with algebra.service.ledger._database.reading() as connection:
        names = connection.exec_driver_sql("SELECT provider_id FROM notice").scalars().all()
    assert names == ["4XyZ"] * 3


def test_letters_leave_by_gmail_as_drafts_that_are_sent(open_class: Callable[..., Class]) -> None:
    algebra = open_class(mail='transport = "gmail"')
    before = sent(algebra)
    algebra.sync()
    assert (algebra.deliver(), algebra.deliver()) == ({"sent": 3}, {})
    new = {name: letter for name, letter in sent(algebra).items() if name not in before}
    recipients = [message_from_bytes(letter, policy=default)["To"] for letter in new.values()]
    assert sorted(recipients) == ["oxen@example.org", "quill@example.org", "zubi@example.org"]
    assert algebra.school.get("/gmail/v1/users/me/drafts").get("drafts", []) == []
    with algebra.service.ledger._database.reading() as connection:
        names = connection.exec_driver_sql("SELECT provider_id FROM notice").scalars().all()
    # Each is known by its id and its thread's, so that a reminder can come back to it.
    threads = {name: algebra.school.get(f"/gmail/v1/users/me/messages/{name}")["threadId"] for name in new}
    assert sorted(names) == sorted(f"{name}/{thread}" for name, thread in threads.items())


def sent(algebra: Class) -> dict[str, bytes]:
    """The letters in Gmail's folder Sent, by id."""
    listed = algebra.school.get("/gmail/v1/users/me/messages", labelIds="SENT").get("messages", [])
    raw = {
        each["id"]: algebra.school.get(f"/gmail/v1/users/me/messages/{each['id']}", format="raw")["raw"]
        for each in listed
    }
    return {name: base64.urlsafe_b64decode(letter) for name, letter in raw.items()}


def lived_through(algebra: Class) -> None:
    """A sync, a mark put right, a deed the guard stops, a delivery with an outage, and another one."""
    algebra.sync()
    algebra.type("H6", "20")
    (algebra.school.folder / "outbox").write_text("in the way")
    algebra.deliver()
    (algebra.school.folder / "outbox").unlink()
    algebra.at("2026-10-30T17:00")
    algebra.deliver()
    algebra.school.spreadsheet.worksheet("Marks").delete_rows(4, 5)
    with pytest.raises(Exception, match="students"):
        algebra.sync()


def found_in(text: str, canaries: dict[str, tuple[str, ...]], words: tuple[str, ...] = PRIVATE) -> list[str]:
    return [word for word in (*words, *(word for each in canaries.values() for word in each[:2])) if word in text]


def test_no_log_line_at_the_finest_level_holds_a_name_a_mark_or_an_address(
    algebra: Class, canaries: dict[str, tuple[str, ...]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="sheets_mastery")
    lived_through(algebra)
    lines = [record.getMessage() for record in caplog.records]
    assert [line.partition(" ")[0] for line in lines] == ["sync", *["letter"] * 5]
    text = "\n".join((*lines, caplog.text))
    assert found_in(text, canaries) == []
    assert [word for words in canaries.values() for word in words if word in text] == []


def test_neither_the_audit_nor_the_status_holds_a_name_a_mark_or_an_address(
    algebra: Class, canaries: dict[str, tuple[str, ...]]
) -> None:
    lived_through(algebra)
    with algebra.service.ledger._database.reading() as connection:
        audit = [tuple(row) for row in connection.exec_driver_sql("SELECT who, what, key, detail FROM audit")]
        runs = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM run")]
    assert (len(audit) > 6, len(runs)) == (True, 4)
    status = report(algebra.service, None)
    assert (algebra.states(), len(status.waiting)) == ({NoticeState.SENT: 2, NoticeState.CANCELLED: 1}, 1)
    told = json.dumps([audit, runs], default=str) + repr(status)
    assert found_in(told, canaries) == []
    assert [word for words in canaries.values() for word in words if word in told] == []


def test_the_bytes_of_the_ledger_hold_no_name_no_address_and_no_letter(
    algebra: Class, canaries: dict[str, tuple[str, ...]]
) -> None:
    lived_through(algebra)
    opened = b"".join(path.read_bytes() for path in algebra.ledger_files())
    algebra.service.close()
    closed = b"".join(path.read_bytes() for path in algebra.ledger_files())
    assert (b"benid8" in opened, b"benid8" in closed) == (True, True)  # it is the ledger that was looked through
    everything = (opened + closed).decode("latin-1")
    words = ("@example.org", "example", "Mo Q", "Pa O", "Ma Z", "Dear", "Rivera", "Lincoln", "From:", "Subject")
    assert found_in(everything, canaries, words) == []


def test_a_ledger_is_readable_by_its_owner_alone(algebra: Class) -> None:
    algebra.sync()
    algebra.deliver()
    assert {path.name: path.stat().st_mode & 0o777 for path in algebra.ledger_files()} == {
        "mastery.sqlite": 0o600,
        "mastery.sqlite-delivery": 0o600,
        "mastery.sqlite-shm": 0o600,
        "mastery.sqlite-wal": 0o600,
    }
    outbox: dict[str, Any] = {path.name: path.stat().st_mode & 0o777 for path in algebra.school.letters()}
    assert set(outbox.values()) == {0o600}


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("scopes", ['["gmail.compose"]', '["gmail.send"]'])
def test_a_reminder_lies_in_the_thread_of_the_letter_that_it_reminds_of(
    open_class: Callable[..., Class], scopes: str, there: bool
) -> None:
    algebra = open_class(mail=f'transport = "gmail"\ngmail_scopes = {scopes}')
    before = sent(algebra)
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    firsts = [name for name in sent(algebra) if name not in before]
    if not there:
        # Somebody has deleted one of the conversations for good.
        algebra.school.post("/_local/faults", {"method": "POST", "path": "/gmail/v1/users/me/", "times": 1} | GONE)
    algebra.at("2026-11-13T16:30")
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}

    def thread_of(name: str) -> str:
        return str(algebra.school.get(f"/gmail/v1/users/me/messages/{name}")["threadId"])

    threads = {thread_of(name) for name in firsts}
    reminders = [name for name in sent(algebra) if name not in before and name not in firsts]
    assert len(reminders) == 3
    assert len([name for name in reminders if thread_of(name) in threads]) == (3 if there else 2)


#: What Gmail says of a thread that is gone.
GONE = {
    "status": 404,
    "body": {"error": {"code": 404, "message": "Requested entity was not found.", "errors": [{"reason": "notFound"}]}},
}
