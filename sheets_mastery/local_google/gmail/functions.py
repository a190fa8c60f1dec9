"""The methods of Gmail v1, and what no client can arrange: slow indexes, a history that is gone, and bounces."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from sheets_mastery.local_google.errors import classic_error, invalid_argument, not_implemented
from sheets_mastery.local_google.methods import Call, Function
from sheets_mastery.local_google.oauth import person
from sheets_mastery.local_google.store import Store

from . import search
from .letter import Letter, refused
from .mailbox import SYSTEM_LABELS, Mailbox, Record, not_found

Json = dict[str, Any]

SCENE_KIND, SCENE_KEY = "gmail/scene", "scene"
#: What ``POST /_local/gmail`` may set: seconds until a message is found by ``q``, seconds until it is listed without
#: ``q``, and the oldest history number that is still known.
SCENE = {"searchDelay": 0, "listDelay": 0, "oldestHistory": 1}

METADATA = "https://www.googleapis.com/auth/gmail.metadata"
#: What ``historyTypes`` calls the lists in a history record.
HISTORY_TYPES = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}


class Gmail:
    """Gmail over one store; every account that asks gets a mailbox of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._mailboxes: dict[str, Mailbox] = {}

    def functions(self) -> dict[str, Function]:
        """Return what carries out each method, by its id."""
        table: dict[str, Callable[[Mailbox, Call], Any]] = {
            "drafts.create": lambda box, call: _draft(box.create_draft(*_raw(call.body.get("message", {})))),
            "drafts.delete": lambda box, call: box.delete_draft(call.path["id"]),
            "drafts.get": _get_draft,
            "drafts.list": self._list_drafts,
            "drafts.send": _send_draft,
            "drafts.update": lambda box, call: _draft(
                box.update_draft(call.path["id"], *_raw(call.body.get("message", {})))
            ),
            "getProfile": _profile,
            "history.list": self._list_history,
            "labels.list": lambda _box, _call: {
                "labels": [{"id": name, "name": name, "type": "system"} for name in SYSTEM_LABELS]
            },
            "messages.attachments.get": _get_attachment,
            "messages.get": lambda box, call: _shown(box, box.message(call.path["id"]), call),
            "messages.list": self._list_messages,
            "messages.modify": lambda box, call: _relabel(box, call, **_moved(call.body)),
            "messages.send": lambda box, call: _minimal(box.send(*_raw(call.body))),
            "messages.trash": lambda box, call: _relabel(box, call, add=["TRASH"], remove=["INBOX"]),
            "messages.untrash": lambda box, call: _relabel(box, call, add=[], remove=["TRASH"]),
            "threads.get": _get_thread,
        }
        return {f"gmail.users.{name}": functools.partial(self._in_own, work) for name, work in table.items()}

    def scene(self) -> Json:
        """Return what was arranged."""
        return SCENE | (self.store.load(SCENE_KIND, SCENE_KEY) or {})

    def order(self, said: Json) -> Json:
        """Arrange a scene: an object with some of SCENE."""
        if not set(said) <= set(SCENE) or not all(isinstance(value, int | float) for value in said.values()):
            raise invalid_argument(f"A Gmail scene is an object with some of {sorted(SCENE)}, all numbers.")
        self.store.save(SCENE_KIND, SCENE_KEY, self.scene() | said)
        return self.scene()

    def bounce(self, order: Json) -> Json:
        """Let the newest letter to an address come back: ``{"address", "account"?, "status"?, "action"?}``."""
        said = {"status": "5.1.1", "action": "failed", "account": person(self.store)["account"]} | order
        if set(said) != {"address", "status", "action", "account"}:
            raise invalid_argument("A bounce is an object of address and, if need be, account, status and action.")
        mailbox = self._opened(said["account"])
        for record in mailbox.messages():
            letter = mailbox.letter(record)
            if "SENT" in record["labelIds"] and said["address"].lower() in letter.addresses("to", "cc", "bcc"):
                raw = _bounce(said, mailbox.address, letter, format_datetime(self.store.now()))
                return _minimal(mailbox.deliver(raw, record["threadId"]))
        raise invalid_argument(f"Nothing was sent to {said['address']}, so nothing can bounce.")

    def _opened(self, address: str) -> Mailbox:
        if address not in self._mailboxes:
            self._mailboxes[address] = Mailbox(self.store, address)
        return self._mailboxes[address]

    def _in_own(self, work: Callable[[Mailbox, Call], Any], call: Call) -> Any:
        """Do it in the caller's mailbox. 403 for anybody else's, 400 for a service account on its own: it has none."""
        if call.target.startswith("/upload/"):
            raise not_implemented(f"uploads to {call.method.id}")
        if call.path["userId"].lower() not in ("me", call.caller.email):
            raise _forbidden(f"Delegation denied for {call.caller.email}")
        if call.caller.robot:
            said = "Precondition check failed."
            raise classic_error(400, "failedPrecondition", said, status_name="FAILED_PRECONDITION")
        return work(self._opened(call.caller.email), call)

    def _list_messages(self, box: Mailbox, call: Call) -> Json:
        if call.query.get("q") and _metadata_only(call):
            raise _forbidden("Metadata scope does not support 'q' parameter")
        found = self._found(box, box.messages(), call)
        return _page(call, "messages", [{"id": one["id"], "threadId": one["threadId"]} for one in found])

    def _list_drafts(self, box: Mailbox, call: Call) -> Json:
        found = self._found(box, box.drafts(), call)
        shown = [{"id": one["draftId"], "message": {"id": one["id"], "threadId": one["threadId"]}} for one in found]
        return _page(call, "drafts", shown)

    def _found(self, box: Mailbox, records: list[Record], call: Call) -> list[Record]:
        """Return the records that a list asks for; trash and spam only where they are asked for."""
        query, labels = call.query.get("q", ""), set(call.query.getlist("labelIds"))
        fits, spam = search.parse(query, box.address, self.store.now()), {"TRASH", "SPAM"}
        everywhere = call.query.get("includeSpamTrash") == "true" or search.ANYWHERE.search(query) or labels & spam
        delay = timedelta(seconds=self.scene()["searchDelay" if query else "listDelay"])
        return [
            record
            for record in records
            if labels <= set(record["labelIds"])
            and (everywhere or not spam & set(record["labelIds"]))
            and box.age(record) >= delay
            and fits(box.letter(record), record["labelIds"], box.came(record))
        ]

    def _list_history(self, box: Mailbox, call: Call) -> Json:
        start, label = call.query.get("startHistoryId", ""), call.query.get("labelId")
        if not start.isascii() or not start.isdigit():
            raise refused("Missing or invalid startHistoryId")
        if not self.scene()["oldestHistory"] <= int(start) <= box.history_id:
            raise not_found()
        wanted = {HISTORY_TYPES[name] for name in call.query.getlist("historyTypes")} or set(HISTORY_TYPES.values())
        found = [
            _event(number, what, labels, record)
            for number, what, labels, record in box.history(int(start))
            if what in wanted and (label is None or label in (*record["labelIds"], *labels))
        ]
        page = _page(call, "history", found)
        del page["resultSizeEstimate"]
        return page | {"historyId": str(box.history_id)}


def _moved(body: Json) -> dict[str, list[str]]:
    return {"add": body.get("addLabelIds", []), "remove": body.get("removeLabelIds", [])}


def _relabel(box: Mailbox, call: Call, *, add: list[str], remove: list[str]) -> Json:
    return _minimal(box.relabel(call.path["id"], add, remove))


def _get_attachment(box: Mailbox, call: Call) -> Json:
    body = box.letter(box.message(call.path["messageId"])).attachment(call.path["id"])
    if body is None:
        raise refused("Invalid attachment token")
    return body


def _send_draft(box: Mailbox, call: Call) -> Json:
    return _minimal(box.send_draft(call.body.get("id", ""), call.body.get("message", {}).get("raw")))


def _get_draft(box: Mailbox, call: Call) -> Json:
    record = box.draft(call.path["id"])
    return {"id": record["draftId"], "message": _shown(box, record, call)}


def _get_thread(box: Mailbox, call: Call) -> Json:
    messages = [_shown(box, one, call) for one in box.thread(call.path["id"])]
    last = max(messages, key=lambda one: int(one["historyId"]))["historyId"]
    return {"id": call.path["id"], "historyId": last, "messages": messages}


def _profile(box: Mailbox, _call: Call) -> Json:
    messages = box.messages()
    totals = {"messagesTotal": len(messages), "threadsTotal": len({one["threadId"] for one in messages})}
    return {"emailAddress": box.address, **totals, "historyId": str(box.history_id)}


def _metadata_only(call: Call) -> bool:
    return call.caller.scopes == frozenset((METADATA,))


def _forbidden(said: str) -> Exception:
    return classic_error(403, "forbidden", said, status_name="PERMISSION_DENIED")


def _raw(message: Json) -> tuple[str, str | None]:
    """Return a message's bytes as they came, and the thread that it asks for."""
    raw = message.get("raw")
    if not isinstance(raw, str) or not raw:
        raise refused("'raw' RFC822 payload message string or uploading message via /upload/* URL required")
    return raw, message.get("threadId")


def _minimal(record: Record) -> dict[str, Any]:
    return {"id": record["id"], "threadId": record["threadId"], "labelIds": record["labelIds"]}


def _draft(record: Record) -> dict[str, Any]:
    return {"id": record["draftId"], "message": _minimal(record)}


def _shown(mailbox: Mailbox, record: Record, call: Call) -> Json:
    """Return a message in the ``format`` asked for: full, metadata, minimal or raw."""
    wanted = call.query.get("format", "full")
    if _metadata_only(call) and wanted in ("full", "raw"):
        raise _forbidden(f"Metadata scope doesn't allow format {wanted.upper()}")
    letter = mailbox.letter(record)
    shown = _minimal(record) | {
        "snippet": letter.snippet,
        "sizeEstimate": len(letter.raw),
        "historyId": str(record["history"][-1][0]),
        "internalDate": str(record["came"]),
    }
    match wanted:
        case "full":
            return shown | {"payload": letter.payload()}
        case "metadata":
            return shown | {"payload": letter.headers_only(call.query.getlist("metadataHeaders"))}
        case "raw":
            return shown | {"raw": record["raw"]}
        case _:
            return shown


def _page(call: Call, name: str, found: list[Any]) -> Json:
    """Return one page of what was found, under a name, with what leads to the next one."""
    size, token = call.query.get("maxResults", "100"), call.query.get("pageToken") or "0"
    if not size.isascii() or not size.isdigit() or not token.isascii() or not token.isdigit():
        raise refused("Invalid pageToken" if size.isdigit() else f"Invalid maxResults {size}")
    start, end = int(token), int(token) + min(int(size) or 100, 500)
    shown = {name: found[start:end]} if found[start:end] else {}
    return shown | ({"nextPageToken": str(end)} if end < len(found) else {}) | {"resultSizeEstimate": len(found)}


def _event(number: int, what: str, labels: list[str], record: Record) -> dict[str, Any]:
    message = {"id": record["id"], "threadId": record["threadId"]}
    happened = {"message": _minimal(record)} | ({"labelIds": labels} if labels else {})
    return {"id": str(number), "messages": [message], what: [happened]}


def _bounce(said: dict[str, str], account: str, letter: Letter, date: str) -> bytes:
    """Return a delivery status notification (RFC 3464) as Gmail's own postmaster writes it, with the letter in it."""
    message_id = letter.header("message-id")
    address, permanent = said["address"], said["action"] == "failed"
    subject = "Delivery Status Notification (Failure)" if permanent else "Delivery Status Notification (Delay)"
    told = "wasn't delivered" if permanent else "hasn't been delivered yet"
    return "\r\n".join(
        [
            "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            f"To: {account}",
            f"Subject: {subject}",
            f"Date: {date}",
            "Auto-Submitted: auto-replied",
            f"X-Failed-Recipients: {address}",
            f"In-Reply-To: {message_id}",
            f"References: {message_id}",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; boundary="bounce"; report-type=delivery-status',
            "",
            "--bounce",
            "Content-Type: text/plain; charset=UTF-8",
            "",
            f"Your message to {address} {told}.",
            "",
            "--bounce",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; googlemail.com",
            f"Arrival-Date: {date}",
            "",
            f"Final-Recipient: rfc822; {address}",
            f"Action: {said['action']}",
            f"Status: {said['status']}",
            "",
            "--bounce",
            "Content-Type: message/rfc822",
            "",
            letter.raw.decode("latin-1"),
            "--bounce--",
            "",
        ]
    ).encode("latin-1")
