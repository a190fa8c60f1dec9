"""What a mail says about a letter of ours, and that no mail whatever does more than that."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns import KEY, WORD, exchange, gmail, postfix, qmail

from sheets_mastery.afterwards import Bounce, meaning
from sheets_mastery.bounces import LARGEST, AutoReply, Failure, Report, read_mail, weigh
from sheets_mastery.envelope import beginning, reference, token
from sheets_mastery.notices import person_digest

MUM = "mum@home.example"


def failure(raw: bytes) -> tuple[str, Bounce, str]:
    report = read_mail(raw)
    assert isinstance(report, Report)
    (only,) = report.failures
    return only.address, only.bounce, only.status


def marks(raw: bytes) -> tuple[str, ...]:
    report = read_mail(raw)
    assert isinstance(report, Report)
    return report.marks


# Whose letter it was


@pytest.mark.parametrize("mail", [postfix, exchange, gmail], ids=lambda mail: mail.__name__)
def test_what_the_usual_mail_servers_say_is_understood(mail: Any) -> None:
    assert failure(mail(MUM)) == (MUM, Bounce.HARD, "5.1.1")
    assert marks(mail(MUM)) == (WORD,)


def test_gmail_is_understood_by_its_header_alone() -> None:
    raw = qmail(MUM, "X-Failed-Recipients: Mum@Home.Example, other@home.example")
    report = read_mail(raw)
    assert report == Report(
        failures=(
            Failure(address=MUM, bounce=Bounce.HARD, status="5.1.1"),
            Failure(address="other@home.example", bounce=Bounce.HARD, status="5.1.1"),
        ),
        marks=(WORD[:10],),
    )


def test_a_mail_without_a_recipient_that_failed_is_about_no_letter() -> None:
    assert read_mail(qmail(MUM)) is None
    assert read_mail(postfix(MUM, action="relayed")) == AutoReply()


def test_a_letter_is_meant_by_any_of_its_marks_the_most_telling_first() -> None:
    given_back = (
        f"Message-ID: <sm1.{WORD}@school.example>\r\nX-Google-Original-Message-ID: <sm1.{'b' * 26}@school.example>\r\n"
        f"X-SM-Notice: {'c' * 26}\r\n\r\nRef SM-{'D' * 10}\r\n"
    )
    assert marks(postfix(MUM, given_back)) == ("c" * 26, WORD, "b" * 26, "d" * 10)
    assert marks(postfix(MUM, "Subject: Hello\r\n\r\nnothing of ours\r\n")) == ()
    # A word that only looks like one.
    assert (
        marks(postfix(MUM, "Message-ID: <sm1.short@x>\r\nX-SM-Notice: 01890189\r\n\r\nSM-abc SM-1234567890\r\n")) == ()
    )


@given(st.binary(min_size=32, max_size=32))
def test_a_mark_leads_back_to_the_key(raw: bytes) -> None:
    key = raw.hex()
    assert key.startswith(beginning(token(key)))
    assert len(beginning(token(key))) == 32
    word = reference(key).removeprefix("SM-").lower()
    assert key.startswith(beginning(word))
    assert (len(beginning(word)), token(key)[:10]) == (12, word)


def test_what_is_no_mark_leads_nowhere() -> None:
    assert [beginning(word) for word in ("", "short", "a" * 27, "A" * 26, "0" * 26, "%" * 12)] == [""] * 6


def test_who_did_not_get_it_is_known_by_the_digest_alone() -> None:
    report = read_mail(postfix("Mum@HOME.example"))
    assert isinstance(report, Report)
    for who in ("guardian", "student", "teacher"):
        found = report.about(person_digest(b"secret", who, MUM), b"secret")
        assert found == Failure(address=MUM, bounce=Bounce.HARD, status="5.1.1")
    # Passed on to somebody who does not take it, or forged by one who has got the letter: nobody is stopped for that.
    elsewhere = Failure(address="", bounce=Bounce.ELSEWHERE, status="5.1.1")
    assert report.about(person_digest(b"secret", "guardian", "dad@home.example"), b"secret") == elsewhere
    assert report.about(person_digest(b"another", "guardian", MUM), b"secret") == elsewhere


# How it came back


@pytest.mark.parametrize(
    ("action", "status", "bounce"),
    [
        ("failed", "5.1.1", Bounce.HARD),
        ("failed", "5.1.2", Bounce.HARD),
        ("failed", "5.1.10", Bounce.HARD),
        ("failed", "5.2.1", Bounce.HARD),
        ("failed", "5.4.4", Bounce.HARD),
        ("failed", "5.4.310", Bounce.HARD),
        ("", "5.1.1", Bounce.HARD),
        # A full mailbox may be emptied; a filter dislikes us, not the address; the sender's address is ours.
        ("failed", "5.2.2", Bounce.SOFT),
        ("failed", "4.2.2", Bounce.SOFT),
        ("failed", "5.7.1", Bounce.SOFT),
        ("failed", "5.7.26", Bounce.SOFT),
        ("failed", "5.1.8", Bounce.SOFT),
        ("failed", "5.3.4", Bounce.SOFT),
        ("failed", "5.0.0", Bounce.SOFT),
        ("failed", "4.1.1", Bounce.SOFT),
        ("failed", "4.4.7", Bounce.SOFT),
        ("failed", "", Bounce.SOFT),
        ("delayed", "4.4.1", Bounce.DELAYED),
        ("delayed", "5.1.1", Bounce.DELAYED),
        ("delivered", "2.0.0", None),
        ("relayed", "5.1.1", None),
        ("failed", "2.1.5", None),
    ],
)
def test_only_an_address_that_is_none_is_for_good(action: str, status: str, bounce: Bounce | None) -> None:
    assert weigh(action, status) is bounce


@pytest.mark.parametrize(
    ("said", "diagnosis", "status"),
    [
        ("5.1.1 (bad destination)", "smtp; 550 5.7.1 no", "5.1.1"),
        ("5.0.0", "smtp; 550-5.1.1 The email account that you tried to reach does not exist.", "5.1.1"),
        ("5.0.0", "smtp; 450 4.2.2 full", "5.0.0"),
        ("", "smtp;552 5.2.2 full", "5.2.2"),
        ("5.01.001", "", "5.1.1"),
        ("55.1.1", "host 15.1.1.9 said 550", ""),
    ],
)
def test_the_status_is_the_most_exact_one_that_a_server_gave(said: str, diagnosis: str, status: str) -> None:
    assert failure(postfix(MUM, status=said, diagnosis=diagnosis))[2] == status


def test_a_code_is_said_in_a_teachers_words() -> None:
    assert [meaning(code) for code in ("5.1.1", "5.1.10", "4.2.2", "5.7.26", "5.3.0", "", "nonsense")] == [
        "no such mailbox",
        "no such address",
        "the mailbox is full",
        "refused by a filter",
        "",
        "",
        "",
    ]


# What is not about a letter


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("Auto-Submitted: auto-replied", AutoReply()),
        ("Auto-Submitted: auto-replied (vacation)", AutoReply()),
        ("Precedence: auto_reply", AutoReply()),
        ("X-Auto-Response-Suppress: All", AutoReply()),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", AutoReply()),
        ("Subject: Thank you", None),
    ],
)
def test_an_answer_that_nobody_wrote_is_no_bounce(head: str, found: AutoReply | None) -> None:
    assert read_mail(f"From: {MUM}\r\n{head}\r\n\r\nRef SM-{WORD[:10].upper()}, no longer here\r\n".encode()) == found


# Hostile mails


def test_of_a_mail_without_end_only_the_beginning_is_read() -> None:
    late = postfix(MUM).replace(b"--next", b"X" * LARGEST + b"\r\n--next", 1)
    assert read_mail(late) == AutoReply()
    assert failure(postfix(MUM) + b"X" * 10 * LARGEST)[1] is Bounce.HARD


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 1000,
        b"Content-Type: multipart/report; boundary=a\r\n\r\n" + b"--a\r\nContent-Type: message/rfc822\r\n\r\n" * 5000,
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)),
        b"Content-Type: text/plain; charset=no-such-thing\r\nX-Failed-Recipients: " + b"a@b," * 50_000 + b"\r\n\r\n",
        postfix(MUM).replace(b"us-ascii", b"utf-16"),
        postfix(MUM).replace(b"Final-Recipient: rfc822; ", b"Final-Recipient: =?utf-8?q?=00=0A?= "),
    ],
    ids=["empty", "zeros", "parts in parts", "boundaries", "many recipients", "another charset", "encoded words"],
)
def test_a_hostile_mail_is_read_to_no_harm(raw: bytes) -> None:
    found = read_mail(raw)
    assert not isinstance(found, Report) or len(found.failures) <= 20


PIECES = st.sampled_from(
    [
        *postfix(MUM).split(b"\r\n"),
        b"\r\n",
        b"",
        b"--",
        b"Content-Transfer-Encoding: base64",
        b"Content-Type: message/global-delivery-status",
        b"Content-Type: text/rfc822-headers",
        b"X-Failed-Recipients: a@b.example",
        b"Status: 5.1.1",
        b"\xff\xfe\x00",
    ]
)


@given(st.lists(PIECES | st.binary(max_size=40), max_size=60))
def test_no_mail_raises_and_none_names_a_letter_without_its_mark(lines: list[bytes]) -> None:
    raw = b"\r\n".join(lines)
    found = read_mail(raw)
    if isinstance(found, Report):
        assert all(mark.encode() in raw.lower() for mark in found.marks)


@given(st.binary(max_size=300))
def test_a_mail_that_broke_anywhere_is_read_like_any_other(noise: bytes) -> None:
    whole = postfix(MUM)
    cut = int.from_bytes(noise[:4], "big") % len(whole) if noise else 0
    read_mail(whole[:cut] + noise + whole[cut:])
    read_mail(whole[:cut])


def test_the_mails_of_these_tests_are_what_mail_programs_read() -> None:
    assert token(KEY) == WORD
    for mail in (postfix(MUM), exchange(MUM), gmail(MUM)):
        assert [part.defects for part in message_from_bytes(mail, policy=SMTP).walk()].count([]) > 2
