"""The door to the web: the real process over real HTTP, with the ledger in SQLite and in PostgreSQL."""

from __future__ import annotations

import http.client
import re
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from databases import new_database, postgresql_server
from doorway import MOTHER, NOW, SETTINGS, Open, opened
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from sheets_mastery.doctor import examine
from sheets_mastery.ledger import open_ledger
from sheets_mastery.optout import Wish, sign
from sheets_mastery.status import report

if TYPE_CHECKING:
    from schools import School

__all__ = ["postgresql_server"]

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
#: On every answer, whatever was asked.
ALWAYS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('ledger')}/mastery.sqlite"
        return
    with new_database(request.getfixturevalue("postgresql_server"), "") as address:
        yield address


@pytest.fixture(scope="module")
def running(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """One door for the tests of a database."""
    folder = tmp_path_factory.mktemp("door")
    (folder / "mastery.toml").write_text(SETTINGS, "utf-8")
    with opened(folder, url) as door:
        yield door


@pytest.fixture
def door(running: Open) -> Open:
    """The same, and nobody has stopped anything."""
    for gradebook, guardian, kind in running.stopped():
        running.ledger.opt_in(gradebook, guardian, kind, now=NOW)
    return running


def heading(answer: requests.Response) -> str:
    """What a page says first."""
    (found,) = re.findall(r"<h1>(.*?)</h1>", answer.text)
    return str(found)


def test_looking_changes_nothing_a_button_stops_one_kind_for_one_person_and_another_takes_it_back(door: Open) -> None:
    before, link = door.rows(), door.link()
    page = requests.get(link, timeout=30)
    assert (page.status_code, heading(page)) == (200, "Stop these letters?")
    assert "Reminders about work that is not finished" in page.text
    assert "Class: <bdi>Algebra 1 &amp; 2</bdi>" in page.text
    assert "Lincoln &amp; Sons School" in page.text
    assert re.findall(r'<button class="button" name="(\w+)" value="(\w+)">', page.text) == [("wish", "stop")]
    head = requests.head(link, timeout=30)
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(page.content)))
    assert door.rows() == before

    done = requests.post(link, data={"wish": "stop", "language": "en-US"}, timeout=30)
    assert (done.status_code, heading(done)) == (200, "These letters have stopped")
    after = door.rows()
    assert [row[:3] for row in after.pop("opt_out")] == [("Algebra 1 & 2", "ab" * 32, "reminder")]
    assert before.pop("opt_out") == []
    said = ("its reader", "letters stopped", "ab" * 32, "Algebra 1 & 2: reminder")
    assert [row[2:] for row in after.pop("audit")[len(before.pop("audit")) :]] == [said]
    assert after == before

    # Whoever comes back sees how things are, and still looking changes nothing.
    page = requests.get(link, timeout=30)
    assert (heading(page), door.stopped()) == ("These letters have stopped", [("Algebra 1 & 2", "ab" * 32, "reminder")])
    assert re.findall(r'<button class="button" name="(\w+)" value="(\w+)">', page.text) == [("wish", "resume")]
    for _ in range(2):
        undone = requests.post(link, data={"wish": "resume"}, timeout=30)
        assert (undone.status_code, heading(undone)) == (200, "These letters are written again")
        assert door.stopped() == []


@pytest.mark.parametrize("way", ["a form", "a form in parts", "without a type"])
def test_a_mail_programs_one_click_needs_no_cookie_and_twice_is_once(door: Open, way: str) -> None:
    link = door.link()
    ways: dict[str, dict[str, Any]] = {
        "a form": {"data": ONE_CLICK},
        "a form in parts": {"files": {"List-Unsubscribe": (None, "One-Click")}},
        "without a type": {"data": b"List-Unsubscribe=One-Click"},
    }
    sent = ways[way]
    first = requests.post(link, **sent, timeout=30)
    assert (first.status_code, heading(first)) == (200, "These letters have stopped")
    ((*_, at),) = door.rows()["opt_out"]
    again = requests.post(link, **sent, timeout=30)
    assert (again.status_code, again.content) == (200, first.content)
    assert "Set-Cookie" not in first.headers
    assert door.rows()["opt_out"] == [("Algebra 1 & 2", "ab" * 32, "reminder", at)]


def test_a_click_that_comes_twenty_times_at_once_is_one_click(door: Open) -> None:
    with ThreadPoolExecutor(20) as pool:
        clicks = [pool.submit(requests.post, door.link(), data=ONE_CLICK, timeout=60) for _ in range(20)]
        assert {each.result().status_code for each in clicks} == {200}
    assert door.stopped() == [("Algebra 1 & 2", "ab" * 32, "reminder")]


def test_a_link_touches_no_other_person_kind_or_class(door: Open) -> None:
    others = (
        replace(MOTHER, guardian="cd" * 32),
        replace(MOTHER, kind="missing"),
        replace(MOTHER, gradebook="Biology, long gone from the settings"),
    )
    for each in others:
        assert requests.post(door.link(each), data=ONE_CLICK, timeout=30).status_code == 200
    assert sorted(door.stopped()) == sorted((each.gradebook, each.guardian, each.kind) for each in others)
    assert heading(requests.get(door.link(), timeout=30)) == "Stop these letters?"
    requests.post(door.link(others[1]), data={"wish": "resume"}, timeout=30)
    assert len(door.stopped()) == 2


def test_old_keys_are_taken_down_to_the_oldest_and_a_kind_of_former_times_can_still_be_stopped(door: Open) -> None:
    assert [requests.get(door.link(key=key), timeout=30).status_code for key in (1, 2, 3, 4)] == [404, 200, 200, 404]
    former = requests.post(door.link(replace(MOTHER, kind="telegram"), key=2), data=ONE_CLICK, timeout=30)
    assert "Letters like the one with this link" in former.text
    assert door.stopped() == [("Algebra 1 & 2", "ab" * 32, "telegram")]


def test_whatever_is_wrong_with_a_link_its_page_is_the_same_and_nothing_changes(door: Open) -> None:
    link = door.link()
    address, _, token = link.partition("?t=")
    version, body, mac = token.split(".")
    _, others, _ = door.link(replace(MOTHER, guardian="cd" * 32)).partition("?t=")[2].split(".")
    flipped = token[:40] + chr(ord(token[40]) ^ 1) + token[41:]
    stranger = sign(MOTHER, bytes(32), 3)
    wrong = [
        address,
        f"{address}?t=",
        f"{address}?t={flipped}",
        f"{address}?t={token[:-1]}",
        f"{address}?t={version}.{others}.{mac}",
        f"{address}?t=4.{body}.{mac}",
        f"{address}?t={stranger}",
        f"{address}?t={token}&t={token}",
        f"{address}?T={token}",
    ]
    door.ledger.opt_out("Algebra 1 & 2", "cd" * 32, "reminder", now=NOW)
    before = door.rows()
    answers = [requests.get(each, timeout=30) for each in wrong]
    answers += [
        requests.post(each, data=data, timeout=30) for each in wrong for data in (ONE_CLICK, {"wish": "resume"})
    ]
    assert {each.status_code for each in answers} == {404}
    assert len({each.content for each in answers}) == 1
    assert heading(answers[0]) == "This link does not work"
    assert door.rows() == before
    # Something that mail programs add behind a link does no harm.
    assert requests.get(f"{link}&utm_source=mail", timeout=30).status_code == 200


def test_a_post_that_says_nothing_changes_nothing_and_is_told_so(door: Open) -> None:
    bodies: list[bytes] = [
        b"",
        b"wish=",
        b"wish=Stop",
        b"List-Unsubscribe=Two-Click",
        b"\xff\xfe",
        b'{"wish":"stop"}',
        b"&" * 99,
    ]
    answers = [requests.post(door.link(), data=body, timeout=30) for body in bodies]
    assert {(each.status_code, heading(each)) for each in answers} == {(400, "Stop these letters?")}
    assert door.stopped() == []


def test_every_answer_is_kept_nowhere_shown_nowhere_and_says_nothing_of_the_link(door: Open) -> None:
    link = door.link()
    root = link.partition("/family/stop")[0]
    asked = [
        ("GET", link, 200),
        ("POST", link, 400),
        ("GET", f"{link}x", 404),
        ("GET", f"{root}/family/stop/?t=x", 404),
        ("GET", f"{root}/", 404),
        ("GET", f"{root}/robots.txt?t=<script>", 404),
        ("POST", f"{root}/family", 404),
        ("PUT", link, 405),
        ("DELETE", link, 405),
        ("OPTIONS", link, 405),
        ("POST", f"{root}/healthz", 405),
        ("GET", f"{root}/healthz", 200),
        ("HEAD", f"{root}/healthz", 200),
    ]
    for method, url, status in asked:
        answer = requests.request(method, url, timeout=30)
        assert answer.status_code == status, (method, url)
        assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
        assert "unsafe" not in policy
        assert not {"set-cookie", "server", "location"} & {name.lower() for name in answer.headers}
        assert not any(part in answer.text for part in (*link.split(".")[-2:], "script>", "ab" * 32))
        if status == 405:
            assert answer.headers["Allow"] in {"GET, HEAD, POST", "GET, HEAD"}
    # Neither does the log.
    written = door.log.read_text()
    assert re.search(r"door method=POST status=400\n", written)
    assert "t=" not in written.replace("status=", "")
    assert "127.0.0.1" not in written
    assert door.link().split(".")[-1] not in written


def test_what_is_too_large_is_not_read(door: Open) -> None:
    where = urlsplit(door.link())
    assert requests.post(door.link(), data=b"x" * 4097, timeout=30).status_code == 413
    # Nor what goes on for ever: the answer comes while it is still sent.
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    connection.putrequest("POST", f"{where.path}?{where.query}")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    for _ in range(3):
        connection.send(b"800\r\n" + b"x" * 2048 + b"\r\n")
    with connection.getresponse() as answer:
        assert answer.status == 413
    connection.close()
    assert door.stopped() == []


@pytest.mark.parametrize(
    ("accept", "language", "says"),
    [
        ("es-MX,es;q=0.9,en;q=0.1", "es-US", "¿Dejar de recibir estas cartas?"),
        ("ht, ar;q=0.8, en;q=0.5", "ar", "هل تريدون إيقاف هذه الرسائل؟"),
        ("en;q=0, zh-TW", "zh-Hans-CN", "不再接收这类信件吗？"),
        ("tlh", "en-US", "Stop these letters?"),
        ("*;q=x,,;;\x80" + "a" * 3000, "en-US", "Stop these letters?"),
    ],
)
def test_the_page_is_in_the_language_that_the_browser_asks_for(
    door: Open, accept: str, language: str, says: str
) -> None:
    page = requests.get(door.link(), headers={"Accept-Language": accept.encode("latin-1")}, timeout=30)
    direction = "rtl" if language == "ar" else "ltr"
    assert (heading(page), page.headers["Content-Language"]) == (says, language)
    assert f'<html lang="{language}" dir="{direction}">' in page.text
    # Another one can be chosen, and stays chosen; choosing is only looking.
    chosen = requests.post(door.link(), data={"language": "vi"}, headers={"Accept-Language": "es"}, timeout=30)
    assert (chosen.status_code, heading(chosen)) == (200, "Ngừng nhận những thư này?")
    assert '<input type="hidden" name="language" value="vi">' in chosen.text
    assert door.stopped() == []


HOSTILE = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=80).map(lambda each: each.encode("utf-8", "surrogatepass")),
    st.builds(
        lambda key, body, mac: f"{key}.{body}.{mac}".encode(),
        st.integers(0, 10_000),
        st.text("AZaz09-_=.", max_size=720),
        st.text("AZaz09-_", min_size=42, max_size=44),
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=st.sampled_from(["GET", "HEAD", "POST"]), token=HOSTILE, body=HOSTILE, typed=HOSTILE, rest=HOSTILE)
def test_nobody_gets_through_with_a_made_up_link_and_nothing_falls_over(
    running: Open, method: str, token: bytes, body: bytes, typed: bytes, rest: bytes
) -> None:
    where = urlsplit(running.address)
    quoted = b"".join(
        b"%%%02x" % each if each <= 0x20 or each >= 0x7F or each == 0x23 else bytes([each]) for each in token
    )
    header = re.sub(rb"[\r\n\0]", b"", typed).strip()
    lines = [
        b"%s %s?t=%s HTTP/1.1" % (method.encode(), where.path.encode(), quoted),
        b"Host: letters.school.example",
        b"Content-Type: multipart/form-data; " + header if len(body) % 2 else b"Content-Type: " + header,
        b"Accept-Language: " + re.sub(rb"[\r\n\0]", b"", rest).strip(),
        b"Content-Length: %d" % len(body),
        b"Connection: close",
    ]
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=30) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    status = int(answer.split(b" ", 2)[1])
    # 400 comes from below the door, for headers that are none.
    assert status in {400, 404}, answer[:300]
    assert b"one of ours" not in answer


def test_the_made_up_links_have_changed_nothing(running: Open) -> None:
    assert running.stopped() == []
    assert "Error" not in running.log.read_text()


def test_it_answers_while_a_delivery_holds_the_ledger_and_waits_for_a_sync_that_writes(door: Open) -> None:
    with door.ledger.sole_deliverer():
        assert requests.post(door.link(), data=ONE_CLICK, timeout=30).status_code == 200
    with ThreadPoolExecutor(1) as pool:
        with door.ledger._database.writing() as connection:
            connection.execute(text("DELETE FROM opt_out"))
            click = pool.submit(requests.post, door.link(), data=ONE_CLICK, timeout=30)
            assert requests.get(door.link(), timeout=30).status_code == 200
        assert click.result().status_code == 200
    assert door.stopped() == [("Algebra 1 & 2", "ab" * 32, "reminder")]


def test_a_ledger_that_fails_is_said_and_the_next_click_is_as_good(door: Open) -> None:
    with door.ledger._database.writing() as connection:
        connection.execute(text("ALTER TABLE opt_out RENAME TO elsewhere"))
    answers = [requests.get(door.link(), timeout=30), requests.post(door.link(), data=ONE_CLICK, timeout=30)]
    with door.ledger._database.writing() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO opt_out"))
    assert {(each.status_code, heading(each)) for each in answers} == {(503, "Please try again in a few minutes")}
    assert {each.headers["Retry-After"] for each in answers} == {"60"}
    assert requests.post(door.link(), data=ONE_CLICK, timeout=30).status_code == 200


def test_a_door_that_stays_open_serves_the_ledger_that_lies_there_now(tmp_path: Path) -> None:
    (tmp_path / "mastery.toml").write_text(SETTINGS, "utf-8")
    away = tmp_path / "away"
    away.mkdir()
    with opened(tmp_path, f"sqlite:///{tmp_path}/mastery.sqlite") as door:
        old = door.link()
        assert requests.get(old, timeout=30).status_code == 200
        door.ledger.close()
        for file in tmp_path.glob("mastery.sqlite*"):
            file.rename(away / file.name)
        assert requests.post(old, data=ONE_CLICK, timeout=30).status_code == 503
        with open_ledger(door.url, now=NOW) as fresh:
            new = f"{door.address}?t={sign(MOTHER, fresh.install().secret, 3)}"
            assert [requests.post(link, data=ONE_CLICK, timeout=30).status_code for link in (old, new)] == [404, 200]
            assert fresh.opted_out("Algebra 1 & 2") == 1
        with open_ledger(f"sqlite:///{away}/mastery.sqlite", now=NOW) as gone:
            assert gone.opted_out("Algebra 1 & 2") == 0


def test_sigterm_closes_it_and_the_click_that_is_under_way_is_finished(tmp_path: Path) -> None:
    (tmp_path / "mastery.toml").write_text(SETTINGS, "utf-8")
    with opened(tmp_path, f"sqlite:///{tmp_path}/mastery.sqlite") as door:
        link = door.link()
        where = urlsplit(link)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        connection.putrequest("POST", f"{where.path}?{where.query}")
        connection.putheader("Content-Length", "26")
        connection.endheaders(b"List-Unsubscribe=")
        # Answered only once the one before it has been taken in hand.
        assert requests.get(link, timeout=30).status_code == 200
        door.process.send_signal(signal.SIGTERM)
        connection.send(b"One-Click")
        with connection.getresponse() as answer:
            assert answer.status == 200
        connection.close()
        assert door.process.wait(30) == 0
        assert door.ledger.opted_out("Algebra 1 & 2") == 1
        with pytest.raises(requests.ConnectionError):
            requests.get(link, timeout=5)


def test_a_door_that_cannot_be_opened_says_why(tmp_path: Path, run_in: Callable[..., Any]) -> None:
    (tmp_path / "mastery.toml").write_text(SETTINGS.replace("opt_out_url", "#opt_out_url"), "utf-8")
    unset = run_in(tmp_path, "door", "--port", "0")
    (tmp_path / "mastery.toml").write_text(SETTINGS.replace("/family/stop", "/healthz"), "utf-8")
    taken = run_in(tmp_path, "door", "--port", "0")
    (tmp_path / "mastery.toml").write_text(SETTINGS, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        in_use = run_in(tmp_path, "door", "--port", str(port))
    not_set = (
        "letters.opt_out_url: is not set, so there are no links to serve; set it to the address that families see, "
        'such as "https://letters.school.example/stop".\n'
    )
    assert (unset.code, unset.err) == (2, not_set)
    assert (taken.code, taken.err) == (
        2,
        "letters.opt_out_url: /healthz is for the school's monitoring; take another path.\n",
    )
    assert (in_use.code, in_use.err) == (
        2,
        f"The door cannot use 127.0.0.1 and port {port}: Address already in use.\n",
    )


def test_link_scanners_change_nothing_one_click_changes_one_row_and_what_waits_does_not_leave(
    make_school: Callable[..., School], usual_class: Any
) -> None:
    school = make_school({"Marks": usual_class})
    written = school.settings_file.read_text("utf-8")
    url = 'opt_out_url = "https://letters.school.example/stop"'
    school.settings_file.write_text(written.replace("hold_hours = 0", f"hold_hours = 0\n{url}"), "utf-8")
    service = school.service("2026-10-30T16:30")
    (algebra,) = service.settings.gradebooks
    service.sync(algebra, "sync")
    assert service.deliver((algebra,)).counts == {"sent": 2}
    with opened(school.folder, f"sqlite:///{school.folder}/mastery.sqlite") as door:
        letters = [message_from_bytes(path.read_bytes(), policy=default) for path in school.letters()]
        links = [f"{door.address}?{urlsplit(str(each['List-Unsubscribe'])[1:-1]).query}" for each in letters]
        before = door.rows()
        with requests.Session() as scanner:
            for number in range(100):
                for link in links:
                    seen = {"X-Forwarded-For": f"203.0.113.{number}"}
                    method = "HEAD" if number % 2 else "GET"
                    assert scanner.request(method, link, headers=seen, timeout=30).status_code == 200
        assert door.rows() == before
        # Reminders wait, and may leave this minute; Ben's mother clicks, and hers alone does not.
        service.pretend("2026-11-13T16:30")
        service.sync(algebra, "sync")
        waiting = {each.guardian: each for each in door.ledger.waiting("Algebra 1")}
        assert [each.kind for each in waiting.values()] == ["reminder", "reminder"]
        hers = min(waiting)
        before = door.rows()
        link = door.link(Wish(guardian=hers, gradebook="Algebra 1", kind="reminder"), key=1)
        assert requests.post(link, data=ONE_CLICK, timeout=30).status_code == 200
        after = door.rows()
        assert [row[:3] for row in after.pop("opt_out")] == [("Algebra 1", hers, "reminder")]
        assert after.pop("audit")[:-1] == before.pop("audit")
        assert (before.pop("opt_out"), after) == ([], before)
        assert service.deliver((algebra,)).counts == {"sent": 1, "withdrawn": 1}
        # The teacher is told how many, and not who.
        assert report(service, None).stopped_by == {"Algebra 1": 1}
        (said,) = (each.said for each in examine(school.settings_file, None, {}) if each.what == "opt-out")
        where = "https://letters.school.example/stop, which `sheets-mastery door` answers"
        assert said == f"letters have a link to {where}; 1 person has stopped a kind of letter"
        # Undone, she is written to again when a sync has decided so.
        requests.post(link, data={"wish": "resume"}, timeout=30)
        service.pretend("2026-11-16T16:30")
        service.sync(algebra, "sync")
        assert service.deliver((algebra,)).counts == {"sent": 1}
