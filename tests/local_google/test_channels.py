"""Drive's pushes: a real receiver on loopback is told what has changed, in order, and nothing once it is not wanted."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sheets_mastery.local_google.server import LocalGoogle

#: google-auth types these only in part: as Any they may be called from typed code.
Bearer: Any = Credentials


class Receiver:
    """A server that is pushed to. ``address`` is where; ``next`` waits for a push."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/hooks/drive?class=1"
        self.pushed: Queue[tuple[str, bytes, dict[str, str]]] = Queue()

    def next(self) -> dict[str, str]:
        """Return what the next push says in its ``X-Goog-…`` headers, without that beginning."""
        path, body, headers = self.pushed.get(timeout=10)
        assert (path, body, headers["Content-Length"]) == ("/hooks/drive?class=1", b"", "0")
        return {name[7:]: value for name, value in headers.items() if name.startswith("X-Goog-")}

    def news(self) -> tuple[str, str, str, str]:
        """Return channel, number, state and what has changed, of the next push."""
        said = self.next()
        return said["Channel-ID"], said["Message-Number"], said["Resource-State"], said.get("Changed", "")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that runs for the test."""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.pushed.put((self.path, body, dict(self.headers.items())))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        heard = Receiver(server.server_port)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield heard
        server.shutdown()
        thread.join()


@pytest.fixture
def drive(google: LocalGoogle) -> Iterator[Any]:
    """The real client."""
    document = json.loads(get_static_doc("drive", "v3"))
    document["rootUrl"] = google.url + "/"
    document.pop("mtlsRootUrl", None)
    with closing(build_from_document(document, credentials=Bearer("any"))) as service:
        yield service


@pytest.fixture
def watch(drive: Any, receiver: Receiver) -> Callable[..., Any]:
    """Opens a channel to the receiver, on a file or on all changes; its first push has been heard."""

    def opened(name: str, file_id: str | None = None, **more: Any) -> Any:
        body = {"id": name, "type": "web_hook", "address": receiver.address, **more}
        if file_id is None:
            token = drive.changes().getStartPageToken().execute()["startPageToken"]
            channel = drive.changes().watch(pageToken=token, body=body).execute()
        else:
            channel = drive.files().watch(fileId=file_id, body=body).execute()
        assert receiver.news() == (name, "1", "sync", "")
        return channel

    return opened


def refused(request: Any) -> tuple[int, str, str]:
    with pytest.raises(HttpError) as raised:
        request.execute()
    said = json.loads(raised.value.content)["error"]
    return raised.value.resp.status, said["errors"][0]["reason"], said["message"]


def test_a_channel_begins_with_sync_and_then_tells_of_each_change(
    book: Any, drive: Any, receiver: Receiver, clock: Callable[[], datetime]
) -> None:
    token = drive.changes().getStartPageToken().execute()["startPageToken"]
    body = {"id": "class-1", "type": "web_hook", "address": receiver.address, "token": "secret"}
    channel = drive.changes().watch(pageToken=token, body=body).execute()
    end = clock() + timedelta(hours=1)
    uri = f"https://www.googleapis.com/drive/v3/changes?alt=json&pageToken={token}"
    assert channel == {
        "kind": "api#channel",
        "id": "class-1",
        "resourceId": channel["resourceId"],
        "resourceUri": uri,
        "token": "secret",
        "expiration": str(int(end.timestamp() * 1000)),
    }
    always = {
        "Channel-ID": "class-1",
        "Channel-Token": "secret",
        "Channel-Expiration": format_datetime(end.astimezone(UTC), usegmt=True),
        "Resource-ID": channel["resourceId"],
        "Resource-URI": uri,
    }
    assert receiver.next() == {**always, "Resource-State": "sync", "Message-Number": "1"}
    for number in ("2", "3"):
        book.put("A1", [[number]])
        assert receiver.next() == {**always, "Resource-State": "change", "Message-Number": number}
    book.values("A1")
    drive.files().update(fileId=book.id, body={"starred": True}).execute()
    assert receiver.next() == {**always, "Resource-State": "change", "Message-Number": "4"}


def test_a_file_tells_what_about_it_has_changed(
    book: Any, drive: Any, receiver: Receiver, watch: Callable[..., Any]
) -> None:
    other = drive.files().create(body={"name": "Other", "mimeType": "application/vnd.google-apps.spreadsheet"})
    other_id = other.execute()["id"]
    watch("one", book.id)
    permission = {"type": "user", "role": "writer", "emailAddress": "aide@school.example"}
    drive.files().update(fileId=other_id, body={"name": "Another"}).execute()
    book.put("A1", [[43]])
    assert receiver.news() == ("one", "2", "update", "content")
    given = drive.permissions().create(fileId=book.id, body=permission).execute()
    assert receiver.news() == ("one", "3", "update", "permissions")
    drive.permissions().update(fileId=book.id, permissionId=given["id"], body={"role": "reader"}).execute()
    assert receiver.news() == ("one", "4", "update", "permissions")
    drive.files().update(fileId=book.id, body={"name": "Period 4"}).execute()
    assert receiver.news() == ("one", "5", "update", "properties")
    for trashed, state in ((True, "trash"), (False, "untrash")):
        drive.files().update(fileId=book.id, body={"trashed": trashed}).execute()
        assert receiver.news() == ("one", "6" if trashed else "7", state, "")
    drive.files().delete(fileId=book.id).execute()
    assert receiver.news() == ("one", "8", "remove", "")


def test_a_stopped_channel_and_one_that_has_lapsed_are_silent(
    book: Any, drive: Any, receiver: Receiver, watch: Callable[..., Any], advance: Callable[..., None]
) -> None:
    first, _, _ = watch("first"), watch("short", book.id), watch("last", expiration="9999999999999")
    book.put("A1", [[1]])
    assert [receiver.news()[0] for _ in range(3)] == ["first", "short", "last"]
    stop = {"id": "first", "resourceId": first["resourceId"]}
    assert drive.channels().stop(body=stop).execute() == ""
    book.put("A1", [[2]])
    assert [receiver.news()[0] for _ in range(2)] == ["short", "last"]
    advance(hours=2)
    book.put("A1", [[3]])
    assert receiver.news() == ("last", "4", "change", "")
    assert refused(drive.channels().stop(body=stop)) == (
        404,
        "notFound",
        "Channel 'first' not found for project '104729000000'",
    )


def test_nobody_lives_longer_than_google_lets_them(
    book: Any, watch: Callable[..., Any], clock: Callable[[], datetime]
) -> None:
    wanted = str(int((clock() + timedelta(days=30)).timestamp() * 1000))
    lives = [watch("file", book.id, expiration=wanted), watch("changes", expiration=wanted)]
    ends = [int((clock() + timedelta(days=days)).timestamp() * 1000) for days in (1, 7)]
    assert [int(channel["expiration"]) for channel in lives] == ends


def test_a_receiver_that_is_gone_holds_nobody_up(
    book: Any, drive: Any, receiver: Receiver, watch: Callable[..., Any]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gone = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    drive.files().watch(fileId=book.id, body={"id": "gone", "type": "web_hook", "address": gone}).execute()
    watch("here")
    book.put("A1", [[1]])
    assert receiver.news() == ("here", "2", "change", "")


@pytest.mark.parametrize(
    "address",
    [
        "https://school.example/hook",
        "http://school.example/hook",
        "http://127.0.0.1.school.example/",
        "http://127.0.0.1@school.example/",
        "http://192.168.0.7/hook",
        "https://127.0.0.1/hook",
        "ftp://127.0.0.1/hook",
        "http://127.0.0.1:99999/hook",
        "http://127.0.0.1/ho ok",
    ],
)
def test_nothing_is_ever_pushed_off_this_machine(drive: Any, book: Any, address: str) -> None:
    body = {"id": "x", "type": "web_hook", "address": address}
    assert refused(drive.files().watch(fileId=book.id, body=body)) == (
        400,
        "push.webhookUrlUnauthorized",
        f"Unauthorized WebHook callback channel: {address}",
    )


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ({"id": None}, 400, "required"),
        ({"id": "two words"}, 400, "invalid"),
        ({"type": None}, 400, "required"),
        ({"address": None}, 400, "required"),
        ({"token": "a\r\nX-Injected: yes"}, 400, "invalid"),
        ({"expiration": "1"}, 400, "invalid"),
        ({"id": "taken"}, 400, "channelIdNotUnique"),
    ],
)
def test_a_channel_that_makes_no_sense_is_refused(
    book: Any,
    drive: Any,
    receiver: Receiver,
    watch: Callable[..., Any],
    said: dict[str, Any],
    status: int,
    reason: str,
) -> None:
    watch("taken")
    body = {"id": "x", "type": "web_hook", "address": receiver.address} | said
    body = {name: value for name, value in body.items() if value is not None}
    assert refused(drive.files().watch(fileId=book.id, body=body))[:2] == (status, reason)


def test_a_file_that_nobody_shared_cannot_be_watched(drive: Any, receiver: Receiver) -> None:
    body = {"id": "x", "type": "web_hook", "address": receiver.address}
    assert refused(drive.files().watch(fileId="none", body=body)) == (404, "notFound", "File not found: none.")
