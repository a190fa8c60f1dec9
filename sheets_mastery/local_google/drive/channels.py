"""Drive's pushes: who watches what, and the POSTs that say that something has changed there.

Google pushes to any address under a verified name, over HTTPS. Here an address must lie on this machine, over plain
HTTP, so that nothing ever leaves it. A push is tried once.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import threading
from collections import deque
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from sheets_mastery.local_google.errors import GoogleError, classic_error, not_implemented
from sheets_mastery.local_google.quotas import PROJECT
from sheets_mastery.local_google.sheets import Spreadsheets
from sheets_mastery.local_google.store import Store
from sheets_mastery.local_google.threshold import LOOPBACK_NAMES, SAFE

from .files import Shelf

KIND = "drive/channels"
API = "https://www.googleapis.com/drive/v3"
#: How long a channel lives when nobody says, and at most: on one file, and on all changes.
LIFE, LIFE_OF_A_FILE, LIFE_OF_CHANGES = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
#: What ``X-Goog-Changed`` calls these fields of a file. A change of none of them is one of the content.
ASPECTS = {
    "properties": ("name", "description", "starred", "properties", "appProperties"),
    "parents": ("parents",),
    "permissions": ("permissions",),
}
#: Seconds that a receiver may take to answer.
PATIENCE = 5


class Push(NamedTuple):
    """One POST that is due."""

    address: str
    headers: dict[str, str]


class Channels:
    """The channels that are open, and what is due on them."""

    def __init__(self, store: Store, books: Spreadsheets) -> None:
        self.store = store
        self.books = books
        self._sent_off: deque[Push] = deque()
        self._under_way = False
        self._lock = threading.Lock()

    def open(self, shelf: Shelf, body: dict[str, Any], file_id: str | None, resource: str) -> dict[str, Any]:
        """Open a channel on a file, or on all changes, and return it. ``resource`` is the path of what is watched."""
        key, address, token = body.get("id") or "", body.get("address") or "", body.get("token") or ""
        _check(key, address, token, body.get("type"))
        now = self.store.now()
        if key in self.store.keys(KIND) and self._alive(self.store.load(KIND, key)):
            raise classic_error(400, "channelIdNotUnique", f"Channel id {key} not unique")
        longest = now + (LIFE_OF_CHANGES if file_id is None else LIFE_OF_A_FILE)
        wanted = now + LIFE if body.get("expiration") is None else _moment(int(body["expiration"]))
        uri = f"{API}/{resource}"
        channel = {
            "id": key,
            "address": address,
            "token": token,
            "expiration": int(min(wanted, longest).timestamp() * 1000),
            "resourceId": hashlib.sha256(f"{shelf.account} {uri}".encode()).hexdigest()[:27],
            "resourceUri": uri,
            "account": shelf.account,
            "fileId": file_id,
            # What the watcher knows so far: the state of the file, and the number of the first change it has not seen
            "file": None if file_id is None else shelf.file(file_id),
            "change": shelf.next_change(),
            "sent": 0,
        }
        if not self._alive(channel):
            raise classic_error(400, "invalid", "Invalid Value", location="expiration")
        self.store.save(KIND, key, channel)
        shown = {name: channel[name] for name in ("id", "resourceId", "resourceUri")}
        said = {"token": token} if token else {}
        return {"kind": "api#channel", **shown, **said, "expiration": str(channel["expiration"])}

    def close(self, key: str, resource_id: str) -> None:
        """Close a channel. Google's 404 for one that is not open."""
        channel = self.store.load(KIND, key)
        if channel is None or channel["resourceId"] != resource_id:
            raise classic_error(404, "notFound", f"Channel '{key}' not found for project '{PROJECT}'")
        self.store.delete(KIND, key)

    def ring(self) -> None:
        """Send off whatever is due; a thread carries it out in its order, and ends when nothing is left."""
        if not self.store.keys(KIND):
            return
        due = self._due()
        with self._lock:
            self._sent_off += due
            if self._sent_off and not self._under_way:
                self._under_way = True
                threading.Thread(target=self._carry, name="drive-pushes", daemon=True).start()

    def _carry(self) -> None:
        while True:
            with self._lock:
                self._under_way = bool(self._sent_off)
                if not self._under_way:
                    return
                push = self._sent_off.popleft()
            _post(push)

    def _due(self) -> list[Push]:
        due = []
        for key in self.store.keys(KIND):
            channel = self.store.load(KIND, key)
            if not self._alive(channel):
                self.store.delete(KIND, key)
                continue
            shelf = Shelf(self.store, self.books, channel["account"])
            if not channel["sent"]:
                state, changed, known = "sync", "", {}
            else:
                state, changed = self._news(channel, shelf)
                seen = channel["fileId"] in shelf.keys()  # noqa: SIM118  keys that we may see
                known = {"change": shelf.next_change(), "file": shelf.file(channel["fileId"]) if seen else None}
            if state:
                channel = {**channel, **known, "sent": channel["sent"] + 1}
                self.store.save(KIND, key, channel)
                due.append(_push(channel, state, changed))
        return due

    def _news(self, channel: dict[str, Any], shelf: Shelf) -> tuple[str, str]:
        """Return the resource's state and what has changed about it; "" where it is as the watcher knows it."""
        key, before = channel["fileId"], channel["file"]
        if key is None:
            return ("change" if shelf.changes(channel["change"]) else ""), ""
        if key not in shelf.keys():  # noqa: SIM118  keys that we may see
            gone = any(file_id == key for _, file_id, _ in shelf.changes(channel["change"]))
            return ("remove" if gone else ""), ""
        now = shelf.file(key)
        if before is None or now["version"] == before["version"]:
            return ("" if before else "add"), ""
        if now["trashed"] != before["trashed"]:
            return ("trash" if now["trashed"] else "untrash"), ""
        changed = [
            aspect for aspect, fields in ASPECTS.items() if any(now.get(field) != before.get(field) for field in fields)
        ]
        return "update", ",".join(changed or ["content"])

    def _alive(self, channel: dict[str, Any]) -> bool:
        alive: bool = channel["expiration"] > self.store.now().timestamp() * 1000
        return alive


class Bell:
    """Rings after every request that may have changed something, once it is answered."""

    def __init__(self, app: ASGIApp, *, channels: Channels) -> None:
        self.app = app
        self.channels = channels

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, then push."""
        await self.app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] not in SAFE:
            self.channels.ring()


def _check(key: str, address: str, token: str, kind: str | None) -> None:
    for name, value in (("id", key), ("address", address), ("type", kind)):
        if not value:
            raise classic_error(400, "required", "Required", location=name)
    if kind != "web_hook":
        raise not_implemented(f"channels of type {kind}")
    if not re.fullmatch(r"[A-Za-z0-9\-_+/=]{1,64}", key):
        raise classic_error(400, "invalid", "Invalid Value", location="id")
    if not re.fullmatch(r"[ -~]{0,256}", token):
        raise classic_error(400, "invalid", "Invalid Value", location="token")
    if _loopback(address) is None:
        raise _unauthorized(address)


def _loopback(address: str) -> tuple[str, int] | None:
    """Return the host and port of an address on this machine, or None for any other."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        return None
    if parts.scheme != "http" or host not in LOOPBACK_NAMES or not re.fullmatch(r"[!-~]+", address):
        return None
    # Not by its name: what `localhost` means is up to the machine
    return ("127.0.0.1" if host == "localhost" else host), port


def _unauthorized(address: str) -> GoogleError:
    # Reported with 400 and with 401; 401 would send a client for a new token first
    said = f"Unauthorized WebHook callback channel: {address}"
    return classic_error(400, "push.webhookUrlUnauthorized", said)


def _push(channel: dict[str, Any], state: str, changed: str) -> Push:
    headers = {
        "Content-Type": "application/json; utf-8",
        "Content-Length": "0",
        "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
        "X-Goog-Channel-ID": channel["id"],
        "X-Goog-Channel-Token": channel["token"],
        "X-Goog-Channel-Expiration": format_datetime(_moment(channel["expiration"]), usegmt=True),
        "X-Goog-Resource-ID": channel["resourceId"],
        "X-Goog-Resource-URI": channel["resourceUri"],
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": str(channel["sent"]),
        "X-Goog-Changed": changed,
    }
    return Push(channel["address"], {name: value for name, value in headers.items() if value})


def _post(push: Push) -> None:
    place, path = _loopback(push.address), urlsplit(push.address)
    if place is None:  # it was checked when the channel was opened; the folder may have been edited since
        return
    connection = http.client.HTTPConnection(*place, timeout=PATIENCE)
    try:
        connection.request("POST", (path.path or "/") + (f"?{path.query}" if path.query else ""), headers=push.headers)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return  # nobody there, or nobody who speaks HTTP: Google, too, only tries
    finally:
        connection.close()


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
