"""A watcher outside hears of each run, and nothing that is wrong with it is of any consequence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from sheets_mastery.heartbeat import beat

if TYPE_CHECKING:
    from tests.doors.conftest import Office


@dataclass
class Watcher:
    """A watcher on this machine, with what it has heard; `status` is what it answers, 0 for nothing at all."""

    heard: list[str] = field(default_factory=list)
    status: int = 200
    url: str = ""


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    told = Watcher()

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.heard.append(f"{self.path} {self.headers['User-Agent']}")
            if told.status:
                self.send_response(told.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        told.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield told
        server.shutdown()
        thread.join()


def test_each_run_is_told_to_a_watcher_and_whether_it_went_well(office: Office, watcher: Watcher) -> None:
    office.add(f'[schedule]\nheartbeat_url = "{watcher.url}/ping/a-name"\n')
    once = ("run", "--once", "--now", "2026-10-30T16:30")
    assert office.run(*once).code == 0
    office.access("none")
    assert office.run(*once).code == 1
    office.access("writer")
    # Nobody is told of what a person does, and a watcher that is away is no matter.
    assert office.run("sync", "--now", "2026-10-30T16:30").code == 0
    watcher.status = 0
    assert office.run(*once).code == 0
    assert watcher.heard == [f"/ping/a-name{more} sheets-mastery" for more in ("", "/fail", "")]


def test_what_a_watcher_answers_is_of_no_consequence(watcher: Watcher, caplog: pytest.LogCaptureFixture) -> None:
    url = f"{watcher.url}/ping/a-name/?rid=1"
    assert beat(url, well=False) is True
    for status in (404, 301, 0):
        watcher.status = status
        assert beat(url, well=True) is False
    assert [each.split()[0] for each in watcher.heard] == ["/ping/a-name/fail?rid=1", *["/ping/a-name?rid=1"] * 3]
    assert beat("http://127.0.0.1:1/ping/a-name", well=True) is False
    assert beat("http://[nonsense", well=True) is False
    assert "a-name" not in caplog.text
