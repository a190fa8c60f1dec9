"""Faults on order: answers spoilt on the way, slow ones, and what our own clients make of them."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_mastery.errors import MailLater, Unreachable
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.gmail import GmailMailer
from sheets_mastery.google.sheets import GoogleSheets
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sheets_mastery.local_google.server import LocalGoogle

TEACHER, PARENT = "teacher@school.example", "parent@example.org"
LETTER = f"From: {TEACHER}\r\nTo: {PARENT}\r\nSubject: Next step\r\n\r\nGood morning\r\n".encode()
PAGE = "<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title>"


@pytest.fixture
def order(google: LocalGoogle, session: requests.Session) -> Callable[..., Any]:
    """Puts in a fault or a list of them; without one it asks what is left."""

    def said(*faults: dict[str, Any]) -> Any:
        url = f"{google.url}/_local/faults"
        answer = session.post(url, json=list(faults)) if faults else session.get(url)
        answer.raise_for_status()
        return answer.json()

    return said


@pytest.fixture
def pauses() -> list[float]:
    """How long our client would have waited, in seconds."""
    return []


@pytest.fixture
def sheets(google: LocalGoogle, pauses: list[float]) -> Iterator[GoogleSheets]:
    """Our own client, whose pauses take no time and are the longest allowed."""
    with GoogleSheets(
        LocalCredentials(), endpoint=google.url, sleep=pauses.append, uniform=lambda _low, high: high
    ) as opened:
        yield opened


def test_a_truncated_answer_has_the_bytes_asked_for_and_looks_whole(
    book: Any, google: LocalGoogle, session: requests.Session, order: Callable[..., Any]
) -> None:
    whole = session.get(google.url + book.path).content
    order({"path": "/v4", "truncate": 20})
    cut = session.get(google.url + book.path)
    assert (cut.status_code, cut.headers["content-length"], cut.content) == (200, "20", whole[:20])


def test_our_client_takes_no_truncated_answer_for_a_gradebook(
    book: Any, sheets: GoogleSheets, order: Callable[..., Any]
) -> None:
    order({"path": "/v4", "truncate": 20})
    with pytest.raises(Unreachable, match="broke off"):
        sheets.read(book.id)
    assert sheets.read(book.id).tabs[0].title == "Sheet1"


def test_an_answer_cut_within_leaves_the_write_done_and_the_client_without_its_end(
    book: Any, google: LocalGoogle, session: requests.Session, order: Callable[..., Any]
) -> None:
    order({"regex": ":batchUpdate$", "cut": "within"})
    rename = {"updateSpreadsheetProperties": {"properties": {"title": "new"}, "fields": "title"}}
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.post(f"{google.url}{book.path}:batchUpdate", json={"requests": [rename]})
    assert book.get("properties.title") == {"properties": {"title": "new"}}


def test_a_page_of_html_comes_as_a_page_and_our_clients_wait(
    book: Any,
    google: LocalGoogle,
    session: requests.Session,
    sheets: GoogleSheets,
    pauses: list[float],
    order: Callable[..., Any],
) -> None:
    order({"path": "/v4", "status": 502, "body": PAGE, "times": 3}, {"path": "/gmail", "status": 502, "body": PAGE})
    page = session.get(google.url + book.path)
    assert (page.status_code, page.headers["content-type"], page.text) == (502, "text/html; charset=utf-8", PAGE)
    assert (sheets.read(book.id).tabs[0].title, pauses) == ("Sheet1", [1, 2])
    mailer = GmailMailer(Wire(LocalCredentials(), endpoint=google.url))
    with pytest.raises(MailLater):
        mailer.send(
            LETTER, sender=TEACHER, recipient=PARENT, key="k", on_draft=lambda _name: None, last_look=lambda: None
        )
    mailer.close()
    assert order()["allUsed"] is True


def test_an_answer_that_drips_arrives_whole_in_pieces(
    book: Any, google: LocalGoogle, session: requests.Session, order: Callable[..., Any]
) -> None:
    whole = session.get(google.url + book.path).content
    order({"path": "/v4", "drip": [1000, 1]})
    assert session.get(google.url + book.path).content == whole


def test_a_client_that_hangs_up_on_dripping_bytes_holds_nobody_up(
    book: Any, google: LocalGoogle, session: requests.Session, order: Callable[..., Any]
) -> None:
    order({"path": "/v4", "drip": [1, 60_000]})
    with requests.get(google.url + book.path, stream=True, timeout=10) as slow:
        assert slow.raw.read(1) == b"{"
    assert book.get("properties.title") == {"properties": {"title": "A book"}}


def test_latencies_are_drawn_from_what_was_asked_for_and_with_a_seed_are_the_same_again() -> None:
    def drawn(delay: Any) -> list[float]:
        faults = Faults()
        faults.order({"delay_ms": delay, "times": None})
        return [1000 * faults.take("GET", "/v4")[1] for _ in range(2001)]

    assert set(drawn(40)) == {40}
    flat = drawn({"uniform": [10, 30], "seed": 7})
    assert (10 <= min(flat) < 11, 29 < max(flat) <= 30, abs(median(flat) - 20) < 1) == (True, True, True)
    long_tailed = drawn({"lognormal": [40, 0.5], "seed": 7})
    beyond_one_sigma = sum(each > 40 * 2.718281828**0.5 for each in long_tailed) / len(long_tailed)
    assert (abs(median(long_tailed) - 40) < 2, 0.13 < beyond_one_sigma < 0.19) == (True, True)
    assert drawn({"lognormal": [40, 0.5], "seed": 7}) == long_tailed
    assert drawn({"lognormal": [40, 0.5], "seed": 8}) != long_tailed


def test_a_latency_for_ever_goes_together_with_a_fault_for_once() -> None:
    faults = Faults()
    faults.order([{"delay_ms": 5, "times": None}, {"status": 503, "path": "/v4"}])
    wrong, delay = faults.take("GET", "/v4/spreadsheets/x")
    assert (wrong is None, delay) == (False, 0.005)
    assert faults.take("GET", "/v4/spreadsheets/x") == (None, 0.005)


def test_it_is_told_whether_every_fault_was_used_as_often_as_it_was_meant_to_be(
    book: Any, order: Callable[..., Any]
) -> None:
    always = {"delay_ms": 0, "times": None}
    twice = {"path": "/v4", "truncate": 9999, "times": 2}
    assert order(always, twice) == {"faults": [{**always, "left": None}, {**twice, "left": 2}], "allUsed": False}
    book.get("properties.title")
    assert order() == {"faults": [{**always, "left": None}, {**twice, "left": 1}], "allUsed": False}
    book.get("properties.title")
    assert order() == {"faults": [{**always, "left": None}, {**twice, "left": 0}], "allUsed": True}
