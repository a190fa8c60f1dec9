"""What leaves: exactly the headers, the recipient and the parts that are meant, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from sheets_mastery.envelope import check, is_untouched, message_id, reference, seal, token
from sheets_mastery.errors import MailRefused
from sheets_mastery.letters import Letter, LetterPress, Rendered
from sheets_mastery.notices import Notice

KEY = "ab" * 32
NOT_AS_MEANT = "The letter was not sent, because its envelope is not as meant: "
MEANT = {
    "From": "mastery@lincoln.example.edu",
    "To": "rosa@example.org",
    "Reply-To": "rivera@lincoln.example.edu",
    "Subject": "The next step for school work that is not finished yet",
    "Date": "Fri, 30 Oct 2026 16:30:00 -0500",
    "Message-ID": "<sm1.vov2xk5lvov2xk5lvov2xk5lvo@lincoln.example.edu>",
    "X-SM-Notice": "vov2xk5lvov2xk5lvov2xk5lvo",
    "X-SM-Digest": "5evukvpgerqdilta5tzz7dtd37",
    "Auto-Submitted": "auto-generated",
    "Content-Language": "en-US",
}
Seal = Callable[..., bytes]


@pytest.fixture(scope="module")
def rendered(press: LetterPress, usual: Letter) -> Rendered:
    return press.render(usual, "en")


@pytest.fixture(scope="module")
def sealed(rendered: Rendered, notice: Notice, now: datetime) -> Seal:
    def seal_it(
        letter: Rendered = rendered,
        sender: str = MEANT["From"],
        recipient: str = MEANT["To"],
        reply_to: str = MEANT["Reply-To"],
    ) -> bytes:
        return seal(letter, notice, sender=sender, recipient=recipient, reply_to=reply_to, now=now)

    return seal_it


def opened(letter: bytes) -> EmailMessage:
    message = message_from_bytes(letter, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_letter_carries_these_headers_and_no_others(sealed: Seal) -> None:
    assert {name: str(value) for name, value in opened(sealed()).items()} == MEANT | {
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_sm1.vov2xk5lvov2xk5lvov2xk5lvo"',
    }


def test_a_letter_can_be_told_from_one_that_somebody_has_changed(
    sealed: Seal, press: LetterPress, usual: Letter, notice: Notice
) -> None:
    for language in press.languages:
        assert is_untouched(sealed(press.render(usual, language)), notice.key) is True
    letter = sealed()
    # On its way through a mailbox it may be written otherwise, as long as it says the same.
    assert is_untouched(letter.replace(b"\r\n", b"\n"), notice.key) is True
    assert is_untouched(letter, "cd" * 32) is None
    assert is_untouched(b"Subject: about it\r\n\r\nvov2xk5lvov2xk5lvov2xk5lvo\r\n", notice.key) is None
    for old, new in (
        (b"To: rosa@", b"To: rose@"),
        (b"Subject: The", b"Subject: A"),
        (b"Hello", b"Hi"),
        (b"X-SM-Digest: ", b"X-SM-Digest: a"),
        (b'charset="utf-8"', b'charset="x-nobody"'),
        (b"text/html", b"image/png"),
    ):
        assert old in letter
        assert is_untouched(letter.replace(old, new, 1), notice.key) is False, old


def test_a_letter_carries_its_text_and_its_html(sealed: Seal, rendered: Rendered) -> None:
    plain, html = opened(sealed()).iter_parts()
    assert (plain.get_content_type(), plain.get_content().replace("\r\n", "\n")) == ("text/plain", rendered.text)
    assert (html.get_content_type(), html.get_content().replace("\r\n", "\n")) == ("text/html", rendered.html)


def test_a_letter_is_ascii_in_lines_that_every_mail_server_takes(
    sealed: Seal, press: LetterPress, usual: Letter
) -> None:
    for language in press.languages:
        letter = sealed(press.render(usual, language))
        assert letter.isascii()
        assert b"\0" not in letter
        lines = letter.split(b"\r\n")
        assert max(map(len, lines)) <= 78
        assert [line for line in lines if b"\r" in line or b"\n" in line] == []


def test_the_same_letter_at_the_same_moment_is_the_same_bytes(sealed: Seal) -> None:
    assert sealed() == sealed()


def test_a_search_for_the_reference_finds_the_letter(sealed: Seal) -> None:
    assert reference(KEY) == "SM-VOV2XK5LVO"
    assert re.findall(rb"\r\n\r\nRef (\S+)\r\n", sealed()) == [b"SM-VOV2XK5LVO"]


def test_the_names_of_a_letter_are_made_from_its_key_alone() -> None:
    assert token(KEY) == "vov2xk5lvov2xk5lvov2xk5lvo"
    assert message_id(KEY, "mastery@Lincoln.Example.edu") == "<sm1.vov2xk5lvov2xk5lvov2xk5lvo@lincoln.example.edu>"
    assert token(KEY) != token("ac" * 32)


def test_a_long_host_and_a_long_address_survive_the_folding_of_lines(sealed: Seal) -> None:
    host = "-".join(["consolidated"] * 4) + ".district." + "x" * 63 + ".example.edu"
    recipient = "r" * 64 + "@" + host
    message = opened(sealed(sender=f"mastery@{host}", recipient=recipient))
    assert message["To"].addresses[0].addr_spec == recipient
    assert message["Message-ID"] == f"<sm1.{token(KEY)}@{host}>"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "rosa",
        "rosa@example",
        "rosa@example.org ",
        "rosa@example.org\n",
        "rosa@example.org\x00",
        "rosa@example.org\r\nBcc: x@y.example",
        "rosa@example.org, x@y.example",
        "rosa@example.org;x@y.example",
        "Rosa <rosa@example.org>",
        "<rosa@example.org>",
        '"rosa@example.org" <x@y.example>',
        "rosa@example.org <x@y.example>",
        '"rosa x"@example.org',
        "rosa(x@y.example)@example.org",
        "family: rosa@example.org, x@y.example;",
        "rosa@[127.0.0.1]",
        "rosa@example.org@y.example",
        "rosa@exämple.org",
        "rоsa@example.org",  # a Cyrillic о
        ".rosa@example.org",
        "rosa..pena@example.org",
        "rosa@example..org",
        "rosa@-example.org",
        "=?UTF-8?Q?=0A?=Bcc@example.org",
        "=?utf-8?q?rosa?=@example.org",
        "r" * 65 + "@example.org",
        "rosa@" + ("x" * 60 + ".") * 4 + "example",
    ],
)
def test_only_one_bare_address_may_be_written_to(sealed: Seal, address: str) -> None:
    for place in ("sender", "recipient", "reply_to"):
        with pytest.raises(MailRefused) as told:
            sealed(**{place: address})
        assert str(told.value).startswith(NOT_AS_MEANT)
        assert not address or address not in str(told.value)


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ("", "Subject is empty or has a space at an end"),
        ("Step ", "Subject is empty or has a space at an end"),
        ("Step\r\nBcc: x@y.example", "Subject holds a control character"),
        ("Step\x85Bcc: x@y.example", "Subject holds a control character"),
        ("Step\u2028Bcc: x@y.example", "Subject holds a control character"),
        ("Step\x00", "Subject holds a control character"),
        ("Step \u202egnirts", "Subject holds a control character"),
        ("=?UTF-8?Q?=0A?=Bcc: x@y.example", "Subject holds what mail programs would decode"),
    ],
)
def test_a_subject_that_could_open_a_header_is_refused(
    sealed: Seal, rendered: Rendered, subject: str, why: str
) -> None:
    with pytest.raises(MailRefused) as told:
        sealed(replace(rendered, subject=subject))
    assert str(told.value) == f"{NOT_AS_MEANT}{why}."


@pytest.mark.parametrize(
    ("language", "subject", "wire"),
    [
        ("en-US", "The next step for school work that is not finished yet", rb"The next step .+"),
        ("es-US", "El siguiente paso para el trabajo escolar por terminar", rb"El siguiente paso .+"),
        ("fr", "La prochaine étape pour le travail scolaire à terminer", rb"=\?utf-8\?.+"),
        ("vi", "Bước tiếp theo cho bài ở trường chưa hoàn thành", rb"=\?utf-8\?.+"),
        ("zh-Hans-CN", "尚未完成的学习任务：下一步怎么做", rb"=\?utf-8\?.+"),
        ("ar", "الخطوة التالية في المهام الدراسية التي لم تكتمل بعد", rb"=\?utf-8\?.+"),
    ],
)
def test_the_subject_of_every_language_leaves_as_ascii_and_arrives_as_it_was_written(
    sealed: Seal, press: LetterPress, usual: Letter, language: str, subject: str, wire: bytes
) -> None:
    rendered = press.render(usual, language)
    letter = sealed(rendered)
    (line,) = re.findall(rb"\r\nSubject: (.+(?:\r\n .+)*)\r\n", letter)
    assert re.fullmatch(wire, line, re.DOTALL)
    assert line.isascii()
    message = opened(letter)
    assert (rendered.subject, message["Subject"], message["Content-Language"]) == (subject, subject, language)


@pytest.mark.parametrize(
    "subject",
    [
        "El próximo paso — ñandú, pingüino, ¿sí?",
        "学校の課題の次の一歩" * 5,
        "Bước tiếp theo cho bài ở trường chưa hoàn thành",
        "một hai ba bốn năm sáu bảy tám chín mười " * 4 + "năm",
        "é " * 60 + "é",
        "Bước tiếp theo " + "cho bài tập ở trường " * 5 + "này",
        "Étape suivante " + "a" * 90,
        "گام بعدی برای کار ناتمام می\u200cآید",
    ],
)
def test_a_subject_beyond_ascii_arrives_as_it_was_written(sealed: Seal, rendered: Rendered, subject: str) -> None:
    assert opened(sealed(replace(rendered, subject=subject)))["Subject"] == subject


def test_a_language_that_is_none_is_refused(sealed: Seal, rendered: Rendered) -> None:
    with pytest.raises(MailRefused) as told:
        sealed(replace(rendered, language="es, en"))
    assert str(told.value) == f"{NOT_AS_MEANT}Content-Language is no language tag."


def test_a_body_that_cannot_be_written_is_refused_without_being_quoted(sealed: Seal, rendered: Rendered) -> None:
    with pytest.raises(MailRefused) as told:
        sealed(replace(rendered, text="Canary \ud800\n"))
    assert str(told.value) == "The letter cannot be written as a mail message."
    assert (told.value.__cause__, told.value.__suppress_context__) == (None, True)


@pytest.mark.parametrize(
    ("find", "put", "why"),
    [
        (b"\r\nDate:", b"\r\nBcc: x@y.example\r\nDate:", "a header line is not one of ours"),
        (b"\r\nDate:", b"\r\nTo: x@y.example\r\nDate:", "a header line is not one of ours"),
        (b"\r\nDate:", b"\r\nDate : 1\r\nDate:", "a header line is not one of ours"),
        (b"\r\nDate:", b"\r\nDear Rosa\r\nDate:", "a header line is not one of ours"),
        (b"\r\nDate:", b"\nDate:", "a line does not end as mail lines do"),
        (b"\r\nDate:", b"\rDate:", "a line does not end as mail lines do"),
        (b"Hello", "Holá".encode(), "a line does not end as mail lines do"),
        (b"\r\nReply-To: rivera@lincoln.example.edu", b"", "a header line is not one of ours"),
        (b"To: rosa@example.org", b"To: x@y.example", "To does not say what was meant"),
        (b"To: rosa@example.org", b"To: rosa@example.org, x@y.example", "To does not say what was meant"),
        (b"To: rosa@example.org", b"To: Rosa <rosa@example.org>", "To does not say what was meant"),
        (b"Subject: The", b"Subject: =?utf-8?q?A?= The", "Subject does not say what was meant"),
        (b"vo--\r\n", b"vo\r\n", "the headers or the parts cannot be read back"),
        (b"multipart/alternative", b"multipart/mixed", "it has other parts than a plain and an HTML one"),
        (b"text/html", b"application/html", "it has other parts than a plain and an HTML one"),
        (b"\r\nHello Rosa", b"\r\nHello Sara", "a part does not say what was meant"),
    ],
)
def test_whatever_changes_in_the_envelope_is_noticed(
    sealed: Seal, rendered: Rendered, find: bytes, put: bytes, why: str
) -> None:
    letter = sealed()
    check(letter, MEANT, text=rendered.text, html=rendered.html)
    assert find in letter
    with pytest.raises(MailRefused) as told:
        check(letter.replace(find, put, 1), MEANT, text=rendered.text, html=rendered.html)
    assert str(told.value) == f"{NOT_AS_MEANT}{why}."


def test_a_name_beside_an_address_is_noticed_even_where_it_is_meant(sealed: Seal, rendered: Rendered) -> None:
    named = "Rosa <rosa@example.org>"
    letter = sealed().replace(b"To: rosa@example.org", f"To: {named}".encode(), 1)
    with pytest.raises(MailRefused) as told:
        check(letter, MEANT | {"To": named}, text=rendered.text, html=rendered.html)
    assert str(told.value) == f"{NOT_AS_MEANT}To is not exactly one bare address."


def test_a_reminder_comes_back_to_the_letters_that_it_reminds_of(
    rendered: Rendered, notice: Notice, now: datetime
) -> None:
    letter = seal(
        rendered,
        notice,
        sender=MEANT["From"],
        recipient=MEANT["To"],
        reply_to=MEANT["Reply-To"],
        now=now,
        thread=("cd" * 32, "ef" * 32),
    )
    first, second = (message_id(key, MEANT["From"]) for key in ("cd" * 32, "ef" * 32))
    message = opened(letter)
    assert (message["In-Reply-To"], message["References"]) == (first, f"{first} {second}")
    assert b"\r\nReferences: " + first.encode() + b"\r\n " + second.encode() + b"\r\n" in letter


def test_one_click_stops_letters_as_rfc_8058_has_it(rendered: Rendered, notice: Notice, now: datetime) -> None:
    link = "https://letters.school.example/stop?t=1." + "a" * 300
    letter = seal(
        rendered,
        notice,
        sender=MEANT["From"],
        recipient=MEANT["To"],
        reply_to=MEANT["Reply-To"],
        now=now,
        opt_out=link,
    )
    # In one piece: an address that is folded or encoded is no address any more.
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in letter
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in letter


@pytest.mark.parametrize(
    "link",
    [
        "https://x.example/stop?t=1\r\nBcc: x@y.example",
        "https://x.example/stop ?t=é",
        "https://x.example/" + "a" * 1000,
    ],
)
def test_a_link_that_could_open_a_header_is_refused(
    rendered: Rendered, notice: Notice, now: datetime, link: str
) -> None:
    with pytest.raises(MailRefused) as told:
        seal(
            rendered,
            notice,
            sender=MEANT["From"],
            recipient=MEANT["To"],
            reply_to=MEANT["Reply-To"],
            now=now,
            opt_out=link,
        )
    assert str(told.value).startswith(f"{NOT_AS_MEANT}List-Unsubscribe ")
