"""Gmail, as google-api-python-client speaks to it. Every exchange also passes the server's own discovery check."""

from __future__ import annotations

import base64
import json
from contextlib import closing
from email import message_from_bytes
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
import requests
from google.auth.transport.requests import Request
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

from sheets_mastery.local_google.server import LocalGoogle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path


TEACHER = "teacher@school.example"
PARENT = "parent@home.example"
#: google-auth types these only in part: as Any they may be called from typed code.
Bearer: Any = Credentials
Robot: Any = service_account.Credentials


def _service(server: LocalGoogle, token: str = "any") -> Any:
    document = json.loads(get_static_doc("gmail", "v1"))
    document["rootUrl"] = server.url + "/"
    document.pop("mtlsRootUrl", None)
    return build_from_document(document, credentials=Bearer(token))


@pytest.fixture
def users(google: LocalGoogle) -> Iterator[Any]:
    """The ``users`` collection of the real client."""
    with closing(_service(google)) as service:
        yield service.users()


def _letter(to: str = PARENT, subject: str = "Missing work", text: str = "Ref SMK7Q2\n", **headers: str) -> bytes:
    message = EmailMessage()
    message["To"], message["Subject"] = to, subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    return bytes(message)


def _raw(content: bytes) -> dict[str, str]:
    return {"raw": base64.urlsafe_b64encode(content).decode()}


def _send(users: Any, content: bytes, **more: str) -> dict[str, Any]:
    sent: dict[str, Any] = users.messages().send(userId="me", body=_raw(content) | more).execute()
    return sent


def _headers(users: Any, key: str) -> dict[str, str]:
    shown = users.messages().get(userId="me", id=key, format="metadata").execute()
    return {one["name"]: one["value"] for one in shown["payload"]["headers"]}


def _ids(users: Any, query: str) -> list[str]:
    return [one["id"] for one in users.messages().list(userId="me", q=query).execute().get("messages", [])]


def _error(request: Any) -> tuple[int, str, str]:
    with pytest.raises(HttpError) as raised:
        request.execute()
    said = json.loads(raised.value.content)["error"]
    return raised.value.resp.status, said["errors"][0]["reason"], said["message"]


def test_sending_replaces_the_message_id_and_leaves_every_other_header(users: Any) -> None:
    sent = _send(users, _letter(Message_ID="<sm1.ours@school.example>", X_SM_Notice="n1", From=f"Ms R <{TEACHER}>"))

    assert sent == {"id": sent["id"], "threadId": sent["id"], "labelIds": ["SENT"]}
    headers = _headers(users, sent["id"])
    replaced = headers.pop("Message-ID")
    assert (replaced[:3], replaced[-16:]) == ("<CA", "@mail.gmail.com>")
    assert headers.pop("Received").startswith("from 123456789012 named unknown by gmailapi.google.com with HTTPREST; ")
    assert sorted(headers) == ["Content-Type", "Date", "From", "MIME-Version", "Subject", "To", "X-SM-Notice"]
    assert (headers["From"], headers["X-SM-Notice"]) == (f"Ms R <{TEACHER}>", "n1")
    assert _ids(users, "rfc822msgid:<sm1.ours@school.example>") == []
    assert _ids(users, f"rfc822msgid:{replaced}") == [sent["id"]]


def test_a_from_that_is_not_the_accounts_is_rewritten_to_it(users: Any) -> None:
    sent = _send(users, _letter(From="Zoë Principal <head@elsewhere.example>"))
    assert _headers(users, sent["id"])["From"] == f"Zoë Principal <{TEACHER}>"


def test_the_raw_bytes_come_back_as_base64_for_urls(users: Any) -> None:
    content = _letter(text="Größe ≥ 86 % ÿþ\n" * 3)
    sent = _send(users, content)
    shown = users.messages().get(userId="me", id=sent["id"], format="raw").execute()
    back = base64.urlsafe_b64decode(shown["raw"])
    body = content.partition(b"\n\n")[2].replace(b"\n", b"\r\n")
    assert back.partition(b"\r\n\r\n")[2] == body
    assert (shown["sizeEstimate"], "payload" in shown, "+" in shown["raw"] or "/" in shown["raw"]) == (
        len(back),
        False,
        False,
    )


def test_the_formats_show_what_googles_show(users: Any) -> None:
    key = _send(users, _letter())["id"]

    def get(**asked: Any) -> dict[str, Any]:
        shown: dict[str, Any] = users.messages().get(userId="me", id=key, **asked).execute()
        return shown

    minimal = ["historyId", "id", "internalDate", "labelIds", "sizeEstimate", "snippet", "threadId"]
    assert sorted(get(format="minimal")) == minimal
    assert get(format="metadata", metadataHeaders=["subject"])["payload"] == {
        "mimeType": "multipart/alternative",
        "headers": [{"name": "Subject", "value": "Missing work"}],
    }
    full = get()
    assert [(part["partId"], part["mimeType"]) for part in full["payload"]["parts"]] == [
        ("0", "text/plain"),
        ("1", "text/html"),
    ]
    assert base64.urlsafe_b64decode(full["payload"]["parts"][0]["body"]["data"]) == b"Ref SMK7Q2\r\n"
    assert full["snippet"] == "Ref SMK7Q2"
    assert get(format="minimal", fields="id,labelIds") == {"id": key, "labelIds": ["SENT"]}


def test_an_attachment_is_fetched_by_its_id(users: Any) -> None:
    message = EmailMessage()
    message["To"] = PARENT
    message.set_content("See the practice sheet.")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="practice.pdf")
    key = _send(users, bytes(message))["id"]

    part = users.messages().get(userId="me", id=key).execute()["payload"]["parts"][1]
    assert (part["filename"], part["body"]["size"]) == ("practice.pdf", 8)
    attachments = users.messages().attachments()
    body = attachments.get(userId="me", messageId=key, id=part["body"]["attachmentId"]).execute()
    assert base64.urlsafe_b64decode(body["data"]) == b"%PDF-1.4"
    assert _ids(users, "has:attachment") == [key]


def test_what_cannot_be_sent_is_refused_and_not_kept(users: Any) -> None:
    nobody = users.messages().send(userId="me", body=_raw(b"Subject: To whom?\r\n\r\nHello"))
    assert _error(nobody) == (400, "invalidArgument", "Recipient address required")
    nowhere = users.messages().send(userId="me", body=_raw(_letter(to="not an address")))
    assert _error(nowhere) == (400, "invalidArgument", "Invalid To header")
    nothing = users.messages().send(userId="me", body={"labelIds": ["SENT"]})
    said = "'raw' RFC822 payload message string or uploading message via /upload/* URL required"
    assert _error(nothing) == (400, "invalidArgument", said)
    huge = users.messages().send(userId="me", body=_raw(b"To: a@b.example\r\n\r\n" + bytes(36_700_160)))
    assert _error(huge)[:2] == (413, "uploadTooLarge")
    assert users.messages().list(userId="me").execute() == {"resultSizeEstimate": 0}


def test_sending_a_draft_uses_it_up(users: Any) -> None:
    content = _letter(Message_ID="<ours@school.example>")
    made = users.drafts().create(userId="me", body={"message": _raw(content)}).execute()
    assert made["message"]["labelIds"] == ["DRAFT"]
    kept = users.drafts().get(userId="me", id=made["id"], format="raw").execute()
    assert base64.urlsafe_b64decode(kept["message"]["raw"]) == content

    sent = users.drafts().send(userId="me", body={"id": made["id"]}).execute()

    assert (sent["labelIds"], sent["id"] == made["message"]["id"]) == (["SENT"], False)
    gone = (404, "notFound", "Requested entity was not found.")
    assert _error(users.drafts().send(userId="me", body={"id": made["id"]})) == gone
    assert _error(users.drafts().get(userId="me", id=made["id"])) == gone
    assert _error(users.messages().get(userId="me", id=made["message"]["id"])) == gone
    assert users.drafts().list(userId="me").execute() == {"resultSizeEstimate": 0}
    assert _ids(users, "in:sent") == [sent["id"]]
    assert _headers(users, sent["id"])["Message-ID"] != "<ours@school.example>"


def test_a_draft_without_recipient_can_be_kept_but_not_sent(users: Any) -> None:
    made = users.drafts().create(userId="me", body={"message": _raw(b"Subject: Later\r\n\r\nHello")}).execute()
    refused = users.drafts().send(userId="me", body={"id": made["id"]})
    assert _error(refused) == (400, "invalidArgument", "Recipient address required")
    assert users.drafts().list(userId="me").execute()["drafts"] == [
        {"id": made["id"], "message": {name: made["message"][name] for name in ("id", "threadId")}}
    ]


def test_a_draft_that_is_edited_keeps_its_id_and_thread_under_a_new_message(users: Any) -> None:
    made = users.drafts().create(userId="me", body={"message": _raw(_letter())}).execute()
    edited = users.drafts().update(userId="me", id=made["id"], body={"message": _raw(_letter(subject="Other"))})
    changed = edited.execute()
    assert (changed["id"], changed["message"]["threadId"]) == (made["id"], made["message"]["threadId"])
    assert changed["message"]["id"] != made["message"]["id"]
    assert [one["id"] for one in users.drafts().list(userId="me").execute()["drafts"]] == [made["id"]]

    assert users.drafts().delete(userId="me", id=made["id"]).execute() == ""
    assert users.messages().list(userId="me").execute() == {"resultSizeEstimate": 0}


def test_a_reply_joins_its_thread_only_with_subject_and_reference(users: Any) -> None:
    first = _send(users, _letter())
    known = _headers(users, first["id"])["Message-ID"]
    reply = _letter(subject="Re: Missing work", References=known, In_Reply_To=known)

    joined = _send(users, reply, threadId=first["threadId"])
    other_subject = _send(users, _letter(subject="Other", References=known), threadId=first["threadId"])
    no_reference = _send(users, _letter(), threadId=first["threadId"])

    assert joined["threadId"] == first["threadId"]
    assert (other_subject["threadId"], no_reference["threadId"]) == (other_subject["id"], no_reference["id"])
    thread = users.threads().get(userId="me", id=first["threadId"], format="minimal").execute()
    assert [one["id"] for one in thread["messages"]] == [first["id"], joined["id"]]
    unknown = users.messages().send(userId="me", body=_raw(reply) | {"threadId": "abc"})
    assert _error(unknown)[0] == 404


def test_search_finds_by_operators_words_and_phrases(
    users: Any, clock: Callable[[], datetime], advance: Callable[..., None]
) -> None:
    old = _send(users, _letter(to="other@home.example", subject="Algebra report", text="All work is in."))["id"]
    advance(days=3)
    new = _send(users, _letter(text="Please retake the quiz. Ref SM-K7Q2", Cc="aunt@home.example"))["id"]
    draft = users.drafts().create(userId="me", body={"message": _raw(_letter(text="quiz"))}).execute()["message"]["id"]

    found = {
        "": [draft, new, old],
        "in:sent": [new, old],
        "in:drafts quiz": [draft],
        f"to:{PARENT} in:sent": [new],
        "to:aunt@home.example": [new],
        "from:me": [new, old],
        "from:teacher@school.example subject:algebra": [old],
        'subject:"algebra report"': [old],
        "algebr": [],
        "SM-K7Q2": [new],
        '"retake the quiz"': [new],
        '"quiz the retake"': [],
        "retake quiz": [new],
        "newer_than:2d in:sent": [new],
        "older_than:2d": [old],
        "-in:draft -algebra": [new],
        "algebra OR SM-K7Q2": [new, old],
        "{algebra quiz} in:sent": [new, old],
        "in:sent (algebra OR nothing)": [old],
        f"after:{int(clock().timestamp()) - 60}": [draft, new],
        f"before:{int(clock().timestamp()) - 60}": [old],
        "before:1999/12/31": [],
        "after:1999/12/31 in:sent": [new, old],
    }
    assert {query: _ids(users, query) for query in found} == found
    for unknown in ("larger:5M", "newer_than:2w", "after:soon", "subject:(a b)"):
        with pytest.raises(HttpError) as raised:
            users.messages().list(userId="me", q=unknown).execute()
        assert raised.value.resp.status == 501


def test_lists_come_in_pages_newest_first(users: Any, advance: Callable[..., None]) -> None:
    sent: list[str] = []
    for _ in range(5):
        sent.insert(0, _send(users, _letter())["id"])
        advance(seconds=1)
    found, pages = [], 0
    request = users.messages().list(userId="me", labelIds=["SENT"], maxResults=2)
    while request is not None:
        page = request.execute()
        found += [one["id"] for one in page["messages"]]
        pages += 1
        request = users.messages().list_next(request, page)
    assert (found, pages) == (sent, 3)


def test_a_scripted_delay_hides_a_message_from_the_search_but_not_from_the_list(
    google: LocalGoogle, users: Any, advance: Callable[..., None]
) -> None:
    told = requests.post(f"{google.url}/_local/gmail", json={"searchDelay": 30}, timeout=10)
    assert told.json() == {"searchDelay": 30, "listDelay": 0, "oldestHistory": 1}
    key = _send(users, _letter())["id"]

    assert _ids(users, "in:sent") == []
    assert [one["id"] for one in users.messages().list(userId="me", labelIds="SENT").execute()["messages"]] == [key]
    advance(seconds=30)
    assert _ids(users, "in:sent") == [key]


def test_a_bounce_comes_back_as_gmails_postmaster_writes_it(google: LocalGoogle, users: Any) -> None:
    sent = _send(users, _letter())
    since = users.getProfile(userId="me").execute()["historyId"]
    bounced = requests.post(f"{google.url}/_local/gmail/bounces", json={"address": PARENT}, timeout=10).json()

    assert (bounced["threadId"], bounced["labelIds"]) == (sent["threadId"], ["UNREAD", "INBOX"])
    assert _ids(users, "from:mailer-daemon newer_than:3d") == [bounced["id"]]
    headers = _headers(users, bounced["id"])
    assert (headers["X-Failed-Recipients"], headers["In-Reply-To"]) == (
        PARENT,
        _headers(users, sent["id"])["Message-ID"],
    )
    raw = users.messages().get(userId="me", id=bounced["id"], format="raw").execute()["raw"]
    parts = list(message_from_bytes(base64.urlsafe_b64decode(raw)).walk())
    assert [part["Final-Recipient"] for part in parts if "Final-Recipient" in part] == [f"rfc822; {PARENT}"]
    assert [part["To"] for part in parts[1:] if "To" in part] == [PARENT]
    history = users.history().list(userId="me", startHistoryId=since).execute()["history"]
    assert [one["messagesAdded"][0]["message"]["id"] for one in history] == [bounced["id"]]
    nobody = requests.post(f"{google.url}/_local/gmail/bounces", json={"address": "x@y.example"}, timeout=10)
    assert nobody.status_code == 400


def test_history_tells_what_happened_since(google: LocalGoogle, users: Any) -> None:
    start = users.getProfile(userId="me").execute()["historyId"]
    made = users.drafts().create(userId="me", body={"message": _raw(_letter(to=TEACHER))}).execute()
    sent = users.drafts().send(userId="me", body={"id": made["id"]}).execute()
    body = {"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}
    labels = users.messages().modify(userId="me", id=sent["id"], body=body).execute()["labelIds"]
    assert labels == ["INBOX", "SENT", "STARRED"]

    told = users.history().list(userId="me", startHistoryId=start).execute()
    kinds = [next(name for name in one if name not in ("id", "messages")) for one in told["history"]]
    assert kinds == ["messagesAdded", "messagesAdded", "messagesDeleted", "labelsAdded", "labelsRemoved"]
    assert told["history"][-1]["labelsRemoved"][0]["labelIds"] == ["UNREAD"]
    assert told["history"][-1]["id"] == told["historyId"]
    only = users.history().list(userId="me", startHistoryId=start, historyTypes=["messageDeleted"]).execute()
    assert [one["messages"][0]["id"] for one in only["history"]] == [made["message"]["id"]]
    assert users.history().list(userId="me", startHistoryId=told["historyId"]).execute() == {
        "historyId": told["historyId"]
    }

    requests.post(f"{google.url}/_local/gmail", json={"oldestHistory": 4}, timeout=10)
    assert _error(users.history().list(userId="me", startHistoryId="2"))[0] == 404


def test_trash_is_out_of_sight_unless_asked_for(users: Any) -> None:
    key = _send(users, _letter())["id"]
    assert users.messages().trash(userId="me", id=key).execute()["labelIds"] == ["SENT", "TRASH"]
    assert (_ids(users, "in:sent"), _ids(users, "in:trash"), _ids(users, "in:anywhere")) == ([], [key], [key])
    assert users.messages().untrash(userId="me", id=key).execute()["labelIds"] == ["SENT"]
    sent = users.messages().modify(userId="me", id=key, body={"removeLabelIds": ["SENT"]})
    assert _error(sent) == (400, "invalidArgument", "Invalid label: SENT")


def test_every_account_has_a_mailbox_of_its_own(google: LocalGoogle, users: Any) -> None:
    key = requests.post(
        f"{google.url}/_local/oauth/serviceAccounts",
        json={"email": "robot@x.iam.gserviceaccount.com", "delegatedScopes": ["https://mail.google.com/"]},
        timeout=10,
    ).json()
    robot = Robot.from_service_account_info(key, scopes=["https://mail.google.com/"])
    other = robot.with_subject("mr.okafor@school.example")
    with requests.Session() as session:
        for credentials in (robot, other):
            credentials.refresh(Request(session))
    _send(users, _letter())

    with closing(_service(google, other.token)) as service:
        told = service.users().getProfile(userId="me").execute()
        assert (told["emailAddress"], told["messagesTotal"]) == ("mr.okafor@school.example", 0)
        foreign = service.users().getProfile(userId=TEACHER)
        assert _error(foreign) == (403, "forbidden", "Delegation denied for mr.okafor@school.example")
    with closing(_service(google, robot.token)) as service:
        alone = service.users().getProfile(userId="me")
        assert _error(alone) == (400, "failedPrecondition", "Precondition check failed.")


def test_letters_drafts_and_history_outlive_a_restart(tmp_path: Path, clock: Callable[[], datetime]) -> None:
    told = []
    for start in range(2):
        with LocalGoogle(tmp_path, now=clock) as server, closing(_service(server)) as service:
            users = service.users()
            if start == 0:
                _send(users, _letter())
                users.drafts().create(userId="me", body={"message": _raw(_letter())}).execute()
            told.append(
                (_ids(users, ""), users.drafts().list(userId="me").execute(), users.getProfile(userId="me").execute())
            )
    assert told[0] == told[1]


def test_a_draft_is_not_there_twice_when_the_process_died_in_the_middle_of_sending_it(tmp_path: Path) -> None:
    with LocalGoogle(tmp_path) as server, closing(_service(server)) as service:
        made = service.users().drafts().create(userId="me", body={"message": _raw(_letter())}).execute()
        kept = tmp_path / "gmail" / TEACHER / f"{made['message']['id']}.json"
        before = kept.read_bytes()
        sent = service.users().drafts().send(userId="me", body={"id": made["id"]}).execute()
    kept.write_bytes(before)  # the sent message was kept, and then there was no time to bury the draft

    with LocalGoogle(tmp_path) as server, closing(_service(server)) as service:
        assert service.users().drafts().list(userId="me").execute() == {"resultSizeEstimate": 0}
        assert _ids(service.users(), "") == [sent["id"]]


def test_hostile_headers_are_shown_and_break_nothing(users: Any) -> None:
    content = (
        b"To: parent@home.example\r\nSubject: =?UTF-8?Q?=0A?=Bcc: x@y.z =?bogus?Q?=ff?=\r\n"
        b"Content-Type: text/plain; charset=no-such\r\n\r\nHello \xff\r\n"
    )
    key = _send(users, content)["id"]
    shown = users.messages().get(userId="me", id=key).execute()
    assert [one["name"] for one in shown["payload"]["headers"] if one["name"].lower() == "bcc"] == []
    assert shown["snippet"] == "Hello \ufffd"


def test_what_gmail_here_does_not_speak_is_a_501(google: LocalGoogle, users: Any) -> None:
    for request in (users.watch(userId="me", body={"topicName": "t"}), users.threads().list(userId="me")):
        with pytest.raises(HttpError) as raised:
            request.execute()
        assert raised.value.resp.status == 501
    upload = requests.post(f"{google.url}/upload/gmail/v1/users/me/messages/send", data=b"To: a@b", timeout=10)
    assert upload.status_code == 501
