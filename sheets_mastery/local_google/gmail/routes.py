"""The paths of Gmail v1, and ``/_local/gmail…`` to arrange what no client can: slow indexes and bounces."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import orjson
from starlette.routing import Route

from sheets_mastery.local_google.answers import answer
from sheets_mastery.local_google.errors import classic_error, invalid_argument
from sheets_mastery.local_google.oauth import caller
from sheets_mastery.local_google.partial import asked_for, part

from . import search
from .letter import refused
from .mailbox import SYSTEM_LABELS, Mailbox, Record, not_found

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from sheets_mastery.local_google.store import Store

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


def routes(store: Store) -> list[BaseRoute]:
    """Return the Gmail paths over one store; every account that asks gets a mailbox of its own."""
    mailboxes: dict[str, Mailbox] = {}

    def opened(address: str) -> Mailbox:
        if address not in mailboxes:
            mailboxes[address] = Mailbox(store, address)
        return mailboxes[address]

    def own(request: Request) -> Mailbox:
        """Return the caller's mailbox. 403 for anybody else's, 400 for a service account on its own: it has none."""
        account, user = caller(store, request.headers), request.path_params["user"]
        if user.lower() not in ("me", account.email):
            said = f"Delegation denied for {account.email}"
            raise classic_error(403, "forbidden", said, status_name="PERMISSION_DENIED")
        if account.robot:
            raise classic_error(
                400, "failedPrecondition", "Precondition check failed.", status_name="FAILED_PRECONDITION"
            )
        return opened(account.email)

    def scene() -> dict[str, Any]:
        return SCENE | (store.load(SCENE_KIND, SCENE_KEY) or {})

    def metadata_only(request: Request) -> bool:
        return caller(store, request.headers).scopes == frozenset((METADATA,))

    async def send(request: Request) -> Response:
        body = await _body(request)
        sent = own(request).send(_raw(body), body.get("threadId"))
        return _answer(request, _minimal(sent), "Message")

    async def list_messages(request: Request) -> Response:
        mailbox, asked = own(request), request.query_params
        query = asked.get("q", "")
        if query and metadata_only(request):
            said = "Metadata scope does not support 'q' parameter"
            raise classic_error(403, "forbidden", said, status_name="PERMISSION_DENIED")
        found = _found(mailbox, mailbox.messages(), request, scene())
        page, further = _page(request, found)
        shown = {"messages": [{"id": one["id"], "threadId": one["threadId"]} for one in page]} if page else {}
        return _answer(request, shown | further | {"resultSizeEstimate": len(found)}, "ListMessagesResponse")

    async def get_message(request: Request) -> Response:
        mailbox = own(request)
        record = mailbox.message(request.path_params["key"])
        return _answer(request, _shown(mailbox, record, request, metadata_only(request)), "Message")

    async def modify(request: Request) -> Response:
        body = await _body(request)
        changed = own(request).relabel(
            request.path_params["key"], body.get("addLabelIds", []), body.get("removeLabelIds", [])
        )
        return _answer(request, _minimal(changed), "Message")

    async def trash(request: Request) -> Response:
        changed = own(request).relabel(request.path_params["key"], ["TRASH"], ["INBOX"])
        return _answer(request, _minimal(changed), "Message")

    async def untrash(request: Request) -> Response:
        changed = own(request).relabel(request.path_params["key"], [], ["TRASH"])
        return _answer(request, _minimal(changed), "Message")

    async def get_attachment(request: Request) -> Response:
        mailbox = own(request)
        letter = mailbox.letter(mailbox.message(request.path_params["key"]))
        body = letter.attachment(request.path_params["attachment"])
        if body is None:
            raise refused("Invalid attachment token")
        return _answer(request, body, "MessagePartBody")

    async def create_draft(request: Request) -> Response:
        message = (await _body(request)).get("message", {})
        return _answer(request, _draft(own(request).create_draft(_raw(message), message.get("threadId"))), "Draft")

    async def update_draft(request: Request) -> Response:
        message = (await _body(request)).get("message", {})
        changed = own(request).update_draft(request.path_params["key"], _raw(message), message.get("threadId"))
        return _answer(request, _draft(changed), "Draft")

    async def send_draft(request: Request) -> Response:
        body = await _body(request)
        sent = own(request).send_draft(body.get("id", ""), body.get("message", {}).get("raw"))
        return _answer(request, _minimal(sent), "Message")

    async def get_draft(request: Request) -> Response:
        mailbox = own(request)
        record = mailbox.draft(request.path_params["key"])
        message = _shown(mailbox, record, request, metadata_only(request))
        return _answer(request, {"id": record["draftId"], "message": message}, "Draft")

    async def delete_draft(request: Request) -> Response:
        own(request).delete_draft(request.path_params["key"])
        return answer(None, 204)

    async def list_drafts(request: Request) -> Response:
        mailbox = own(request)
        found = _found(mailbox, mailbox.drafts(), request, scene())
        page, further = _page(request, found)
        shown = {
            "drafts": [
                {"id": one["draftId"], "message": {"id": one["id"], "threadId": one["threadId"]}} for one in page
            ]
        }
        return _answer(
            request, (shown if page else {}) | further | {"resultSizeEstimate": len(found)}, "ListDraftsResponse"
        )

    async def get_thread(request: Request) -> Response:
        mailbox, key = own(request), request.path_params["key"]
        messages = [_shown(mailbox, one, request, metadata_only(request)) for one in mailbox.thread(key)]
        last = max(messages, key=lambda one: int(one["historyId"]))["historyId"]
        return _answer(request, {"id": key, "historyId": last, "messages": messages}, "Thread")

    async def list_labels(request: Request) -> Response:
        own(request)
        labels = [{"id": name, "name": name, "type": "system"} for name in SYSTEM_LABELS]
        return _answer(request, {"labels": labels}, "ListLabelsResponse")

    async def profile(request: Request) -> Response:
        mailbox = own(request)
        messages = mailbox.messages()
        shown = {
            "emailAddress": mailbox.address,
            "messagesTotal": len(messages),
            "threadsTotal": len({one["threadId"] for one in messages}),
            "historyId": str(mailbox.history_id),
        }
        return _answer(request, shown, "Profile")

    async def list_history(request: Request) -> Response:
        mailbox, asked = own(request), request.query_params
        start = asked.get("startHistoryId", "")
        if not start.isascii() or not start.isdigit():
            raise refused("Missing or invalid startHistoryId")
        if not scene()["oldestHistory"] <= int(start) <= mailbox.history_id:
            raise not_found()
        wanted = {HISTORY_TYPES[name] for name in asked.getlist("historyTypes")} or set(HISTORY_TYPES.values())
        label = asked.get("labelId")
        found = [
            _event(number, what, labels, record)
            for number, what, labels, record in mailbox.history(int(start))
            if what in wanted and (label is None or label in (*record["labelIds"], *labels))
        ]
        page, further = _page(request, found)
        shown = {"history": page} if page else {}
        return _answer(request, shown | further | {"historyId": str(mailbox.history_id)}, "ListHistoryResponse")

    async def show_scene(_request: Request) -> Response:
        return answer(scene())

    async def set_scene(request: Request) -> Response:
        said = orjson.loads(await request.body())
        if not set(said) <= set(SCENE) or not all(isinstance(value, int | float) for value in said.values()):
            raise invalid_argument(f"A Gmail scene is an object with some of {sorted(SCENE)}, all numbers.")
        store.save(SCENE_KIND, SCENE_KEY, scene() | said)
        return answer(scene())

    async def bounce(request: Request) -> Response:
        said = {"status": "5.1.1", "action": "failed"} | orjson.loads(await request.body())
        if set(said) - {"account"} != {"address", "status", "action"}:
            raise invalid_argument("A bounce is an object of address and, if need be, account, status and action.")
        mailbox = opened(said.get("account") or caller(store, request.headers).email)
        for record in mailbox.messages():
            letter = mailbox.letter(record)
            if "SENT" in record["labelIds"] and said["address"].lower() in letter.addresses("to", "cc", "bcc"):
                raw = _bounce(said, mailbox.address, letter.header("message-id"), format_datetime(store.now()))
                return answer(_minimal(mailbox.deliver(raw, record["threadId"])))
        raise invalid_argument(f"Nothing was sent to {said['address']}, so nothing can bounce.")

    user = "/gmail/v1/users/{user}"
    message, draft = f"{user}/messages/{{key}}", f"{user}/drafts/{{key}}"
    table: list[tuple[str, str, Callable[[Request], Any]]] = [
        ("POST", f"{user}/messages/send", send),
        ("GET", f"{user}/messages", list_messages),
        ("GET", message, get_message),
        ("POST", f"{message}/modify", modify),
        ("POST", f"{message}/trash", trash),
        ("POST", f"{message}/untrash", untrash),
        ("GET", f"{message}/attachments/{{attachment}}", get_attachment),
        ("POST", f"{user}/drafts", create_draft),
        ("POST", f"{user}/drafts/send", send_draft),
        ("GET", f"{user}/drafts", list_drafts),
        ("GET", draft, get_draft),
        ("PUT", draft, update_draft),
        ("DELETE", draft, delete_draft),
        ("GET", f"{user}/threads/{{key}}", get_thread),
        ("GET", f"{user}/labels", list_labels),
        ("GET", f"{user}/profile", profile),
        ("GET", f"{user}/history", list_history),
        ("GET", "/_local/gmail", show_scene),
        ("POST", "/_local/gmail", set_scene),
        ("POST", "/_local/gmail/bounces", bounce),
    ]
    return [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]


async def _body(request: Request) -> dict[str, Any]:
    said = await request.body()
    body: dict[str, Any] = orjson.loads(said) if said else {}
    return body


def _raw(message: dict[str, Any]) -> str:
    raw = message.get("raw")
    if not isinstance(raw, str) or not raw:
        raise refused("'raw' RFC822 payload message string or uploading message via /upload/* URL required")
    return raw


def _answer(request: Request, value: dict[str, Any], schema: str) -> Response:
    fields = request.query_params.get("fields")
    return part(value, asked_for(fields, "gmail", schema)) if fields else answer(value)


def _minimal(record: Record) -> dict[str, Any]:
    return {"id": record["id"], "threadId": record["threadId"], "labelIds": record["labelIds"]}


def _draft(record: Record) -> dict[str, Any]:
    return {"id": record["draftId"], "message": _minimal(record)}


def _shown(mailbox: Mailbox, record: Record, request: Request, metadata_only: bool) -> dict[str, Any]:  # noqa: FBT001  a fact about the caller
    """Return a message in the ``format`` asked for: full, metadata, minimal or raw."""
    wanted = request.query_params.get("format", "full")
    if metadata_only and wanted in ("full", "raw"):
        said = f"Metadata scope doesn't allow format {wanted.upper()}"
        raise classic_error(403, "forbidden", said, status_name="PERMISSION_DENIED")
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
            return shown | {"payload": letter.headers_only(request.query_params.getlist("metadataHeaders"))}
        case "raw":
            return shown | {"raw": record["raw"]}
        case _:
            return shown


def _found(mailbox: Mailbox, records: list[Record], request: Request, scene: dict[str, Any]) -> list[Record]:
    """Return the records that a list asks for; trash and spam only where they are asked for."""
    asked = request.query_params
    query, labels = asked.get("q", ""), set(asked.getlist("labelIds"))
    fits = search.parse(query, mailbox.address, mailbox.store.now())
    everywhere = asked.get("includeSpamTrash") == "true" or search.ANYWHERE.search(query) or labels & {"TRASH", "SPAM"}
    delay = timedelta(seconds=scene["searchDelay" if query else "listDelay"])
    return [
        record
        for record in records
        if labels <= set(record["labelIds"])
        and (everywhere or not {"TRASH", "SPAM"} & set(record["labelIds"]))
        and mailbox.age(record) >= delay
        and fits(mailbox.letter(record), record["labelIds"], mailbox.came(record))
    ]


def _page(request: Request, found: list[Any]) -> tuple[list[Any], dict[str, str]]:
    size, token = request.query_params.get("maxResults", "100"), request.query_params.get("pageToken") or "0"
    if not size.isascii() or not size.isdigit() or not token.isascii() or not token.isdigit():
        raise refused("Invalid pageToken" if size.isdigit() else f"Invalid maxResults {size}")
    start, end = int(token), int(token) + min(int(size) or 100, 500)
    return found[start:end], {"nextPageToken": str(end)} if end < len(found) else {}


def _event(number: int, what: str, labels: list[str], record: Record) -> dict[str, Any]:
    message = {"id": record["id"], "threadId": record["threadId"]}
    happened = {"message": _minimal(record)} | ({"labelIds": labels} if labels else {})
    return {"id": str(number), "messages": [message], what: [happened]}


def _bounce(said: dict[str, str], account: str, message_id: str, date: str) -> bytes:
    """Return a delivery status notification (RFC 3464) as Gmail's own postmaster writes it."""
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
            "--bounce--",
            "",
        ]
    ).encode()
