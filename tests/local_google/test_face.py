"""The pages of the local Google, read as a browser without script reads them, and what they refuse."""

from __future__ import annotations

import base64
import os
import re
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.local_google.threshold import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(2)>\"'"
JSON = {"Accept": "application/json"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-*'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Seen(HTMLParser):
    """A page taken apart: its cells by place, its tags, its links and its text."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__()
        self.response = response
        #: Place -> the attributes of its ``td``, with what it shows as ``text`` and its note as ``note``.
        self.cells: dict[str, dict[str, str]] = {}
        #: Places of the cells in the table's head: the frozen rows.
        self.frozen: list[str] = []
        #: Tag and attributes of everything that could load or run.
        self.loads: list[tuple[str, dict[str, str]]] = []
        self.links: dict[str, str] = {}
        self.headings: list[str] = []
        self.attributes: set[str] = set()
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.attributes |= set(said)
        if tag in ("script", "img", "iframe", "link", "object", "embed", "base", "meta"):
            self.loads.append((tag, said))
        if tag == "td" and "id" in said:
            self.cells[said["id"]] = {**said, "text": "", "note": ""}
            if any(outer == "thead" for outer, _ in self._open):
                self.frozen.append(said["id"])
        if tag in ("h1", "h2"):
            self.headings.append("")
        if tag not in ("img", "link", "meta", "input", "col", "br"):
            self._open.append((tag, said))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag, said in reversed(self._open):
            if tag == "a":
                self.links[data.strip()] = said["href"]
            if tag in ("h1", "h2"):
                self.headings[-1] += data
            if tag == "td" and said.get("id") in self.cells:
                note = any(inner.get("class") == "note" for _, inner in self._open)
                self.cells[said["id"]]["note" if note else "text"] += data

    def fill(self, place: str) -> str:
        """Return the CSS that the page gives a cell's look."""
        name = self.cells[place]["class"].split()[0]
        found = re.search(rf"\.grid \.{name}\{{(.*)\}}", self.response.text)
        return "" if found is None else found[1]


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """A maildir without letters."""
    for part in ("cur", "new", "tmp"):
        (tmp_path / "outbox" / part).mkdir(parents=True)
    return tmp_path / "outbox"


@pytest.fixture
def google(tmp_path: Path, outbox: Path) -> Iterator[LocalGoogle]:
    """A fresh Google that shows a maildir beside its own mailboxes."""
    with LocalGoogle(tmp_path / "google", mailboxes={"outbox": outbox}) as running:
        yield running


@pytest.fixture
def look(google: LocalGoogle, session: requests.Session) -> Callable[..., Seen]:
    """Opens a page as a browser does, following redirects."""

    def opened(path: str, status: int = 200) -> Seen:
        response = session.get(google.url + path)
        assert response.status_code == status
        return Seen(response)

    return opened


@pytest.fixture
def enter(google: LocalGoogle, session: requests.Session, book: Any) -> Callable[..., requests.Response]:
    """Types into a cell of the book's first tab; more of the form and headers as asked."""

    def typed(cell: str, text: str, headers: dict[str, str] | None = None, **form: Any) -> requests.Response:
        fields = {"cell": cell, "text": text, **form}
        return session.post(f"{google.url}/face/sheets/{book.id}/0", fields, headers=headers)

    return typed


def letter(subject: str, *, rich: str = "<p>Rich</p>", to: str = "family@example.org") -> bytes:
    """A letter with both parts."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "teacher@school.example", to, subject
    message.set_content("Plain & simple")
    message.add_alternative(rich, subtype="html")
    return message.as_bytes()


def rule(formula: str, red: float) -> dict[str, Any]:
    """A request for a rule on B2:B9."""
    place = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 9, "startColumnIndex": 1, "endColumnIndex": 2}
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    paint = {"condition": condition, "format": {"backgroundColor": {"red": red}}}
    return {"addConditionalFormatRule": {"rule": {"ranges": [place], "booleanRule": paint}, "index": 0}}


# -- what is shown


def test_the_first_page_lists_every_spreadsheet_with_its_tabs(
    look: Callable[..., Seen], new_book: Callable[..., Any]
) -> None:
    book = new_book("Marks", "Roster")
    page = look("/")
    assert page.links["A book"] == f"/face/sheets/{book.id}"
    assert re.findall(r"<td>(.*)</td>", page.response.text)[0] == "Marks · Roster"


def test_a_tab_is_a_table_of_what_its_cells_show(look: Callable[..., Seen], book: Any) -> None:
    book.type("A1", [["Name", "Mark"], ["Ann", "85%"], ["", "=B2*2"]])
    cells = look(f"/face/sheets/{book.id}").cells
    assert [cells[place]["text"] for place in ("A1", "B1", "A2", "B2", "B3")] == ["Name", "Mark", "Ann", "85%", "1.7"]


def test_a_cell_carries_its_note_and_the_colour_of_a_rule(look: Callable[..., Seen], book: Any) -> None:
    book.type("B2", [[3], [8]])
    noted = {"rows": [{"values": [{"note": "Ask <again>"}]}], "fields": "note"}
    start = {"sheetId": 0, "rowIndex": 1, "columnIndex": 1}
    book.batch(rule("=B2<5", 1), {"updateCells": {**noted, "start": start}})
    page = look(f"/face/sheets/{book.id}/0")
    assert (page.cells["B2"]["note"], page.cells["B3"]["note"]) == ("Ask <again>", "")
    assert (page.fill("B2"), page.fill("B3")) == (
        "background-color:#ff0000;color:#000000;text-align:right",
        "text-align:right",
    )
    assert "<code>=B2&lt;5</code>" in page.response.text


def test_merged_cells_are_one_and_frozen_rows_stand_in_the_head(look: Callable[..., Seen], book: Any) -> None:
    grid = {"frozenRowCount": 2, "frozenColumnCount": 1}
    place = {"sheetId": 0, "startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 1, "endColumnIndex": 4}
    book.type("B3", [["together"]])
    book.batch(
        {"mergeCells": {"range": place, "mergeType": "MERGE_ALL"}},
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0, "gridProperties": grid},
                "fields": "gridProperties.frozenRowCount,gridProperties.frozenColumnCount",
            }
        },
    )
    page = look(f"/face/sheets/{book.id}/0")
    merged = page.cells["B3"]
    assert (merged["text"], merged["rowspan"], merged["colspan"]) == ("together", "2", "3")
    assert [place for place in page.cells if place[1:] in ("3", "4") and place[0] <= "E"] == [
        "A3",
        "B3",
        "E3",
        "A4",
        "E4",
    ]
    assert sorted(page.frozen)[:4] == ["A1", "A2", "B1", "B2"]
    assert "frozen" in page.cells["A9"]["class"].split()
    assert "frozen" not in page.cells["B9"]["class"].split()


def test_hidden_lines_are_left_out(look: Callable[..., Seen], book: Any) -> None:
    hide = {"properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
    spans = {"ROWS": {"startIndex": 1, "endIndex": 3}, "COLUMNS": {"startIndex": 0, "endIndex": 1}}
    book.batch(
        *(
            {"updateDimensionProperties": {**hide, "range": {"sheetId": 0, "dimension": dimension, **span}}}
            for dimension, span in spans.items()
        )
    )
    assert [place for place in look(f"/face/sheets/{book.id}/0").cells if place[0] < "C"][:3] == ["B1", "B4", "B5"]


def test_a_long_tab_is_turned_page_by_page_and_keeps_its_frozen_rows(
    look: Callable[..., Seen], new_book: Callable[..., Any]
) -> None:
    book = new_book("Long", rows=500)
    book.put("A1", [[str(row)] for row in range(1, 401)])
    freeze = {"properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 1}}}
    book.batch({"updateSheetProperties": {**freeze, "fields": "gridProperties.frozenRowCount"}})
    first = look(f"/face/sheets/{book.id}/0")
    second = look(f"/face/sheets/{book.id}/0" + first.links["later rows"].rpartition("/0")[2])
    last = look(f"/face/sheets/{book.id}/0?row=99999")
    shown = [[cell["text"] for place, cell in page.cells.items() if place[0] == "A"] for page in (first, second)]
    assert shown == [[str(row) for row in range(1, 152)], ["1", *(str(row) for row in range(152, 302))]]
    assert list(last.cells)[-1] == "H405"


def test_what_a_person_would_type_goes_along_where_it_is_not_what_is_shown(
    look: Callable[..., Seen], book: Any
) -> None:
    book.put("A1", [["00103", "=not a formula", "plain", True, 12]])
    book.type("A2", [["=1/4", "25%", "$3.50", "9/12/2026"]])
    digits = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0"}}}
    place = {"sheetId": 0, "startRowIndex": 2, "endRowIndex": 3}
    book.batch({"repeatCell": {"range": place, "cell": digits, "fields": "userEnteredFormat.numberFormat"}})
    book.put("A3", [[0.8599]])
    cells = look(f"/face/sheets/{book.id}/0").cells
    typed = {
        place: cell.get("data-entered", cell["text"])
        for place, cell in cells.items()
        if place[1:] in "123" and cell["text"]
    }
    assert typed == {
        "A1": "'00103",
        "B1": "'=not a formula",
        "C1": "plain",
        "D1": "TRUE",
        "E1": "12",
        "A2": "=1/4",
        "B2": "25%",
        "C2": "$3.50",
        "D2": "9/12/2026",
        "A3": "0.8599",
    }


# -- what is typed


def test_typing_needs_no_script(look: Callable[..., Seen], enter: Callable[..., requests.Response], book: Any) -> None:
    response = enter("b2", "85%")
    assert [each.status_code for each in response.history] == [303]
    assert Seen(response).cells["B2"]["text"] == "85%"
    assert book.values("B2", "UNFORMATTED_VALUE") == [[0.85]]


def test_a_script_gets_the_cells_that_changed_and_no_other(
    look: Callable[..., Seen], enter: Callable[..., requests.Response], book: Any
) -> None:
    book.type("B2", [[8], [9], ["=B2+1"]])
    book.batch(rule("=B2<5", 1))
    version = re.findall(r'data-version="(\d+)"', look(f"/face/sheets/{book.id}/0").response.text)[0]
    answer = enter("B2", "3", JSON, since=version).json()
    red = "background-color:#ff0000;color:#000000;text-align:right"
    plain = {"note": "", "style": red, "height": 1, "width": 1, "column": 1}
    assert answer == {
        "version": int(version) + 1,
        "cells": [
            {"a1": "B2", "text": "3", "entered": "3", **plain},
            {"a1": "B4", "text": "4", "entered": "=B2+1", **plain},
        ],
    }


def test_a_page_learns_what_others_changed(look: Callable[..., Seen], session: requests.Session, book: Any) -> None:
    page = look(f"/face/sheets/{book.id}/0").response
    version = int(re.findall(r'data-version="(\d+)"', page.text)[0])
    asked = f"{page.url}/changes?since="
    assert session.get(f"{asked}{version}").status_code == 204
    book.put("A1", [["new"]])
    told = session.get(f"{asked}{version}").json()
    assert [(cell["a1"], cell["text"]) for cell in told["cells"]] == [("A1", "new")]
    book.batch({"addSheet": {"properties": {"title": "Mastery"}}})
    assert session.get(f"{asked}{told['version']}").json() == {"version": version + 2, "reload": True}
    assert session.get(f"{asked}1").json()["reload"] is True


@pytest.mark.parametrize("cell", ["", "B0", "B2:C3", "Sheet1!B2", "ZZZ99", "B101"])
def test_what_is_no_cell_of_the_tab_is_refused(enter: Callable[..., requests.Response], book: Any, cell: str) -> None:
    assert enter(cell, "x", JSON).json()["error"]["code"] == 400
    assert Seen(enter(cell, "x")).headings == ["That did not work"]
    assert book.values("A1:Z100") == []


def test_more_than_a_cell_holds_is_refused(enter: Callable[..., requests.Response], book: Any) -> None:
    assert enter("A1", "x" * 50_001).status_code == 400
    assert book.values("A1") == []


# -- letters and requests


def test_drafts_stand_apart_from_what_was_sent(
    look: Callable[..., Seen], google: LocalGoogle, session: requests.Session
) -> None:
    raw = {name: base64.urlsafe_b64encode(letter(name)).decode() for name in ("A draft", "A sent one")}
    gmail = f"{google.url}/gmail/v1/users/me"
    session.post(f"{gmail}/drafts", json={"message": {"raw": raw["A draft"]}}).raise_for_status()
    session.post(f"{gmail}/messages/send", json={"raw": raw["A sent one"]}).raise_for_status()
    page = look("/face/letters")
    assert sorted(page.headings) == [
        "Drafts teacher@school.example · 1",
        "In the folder outbox · 0",
        "Letters",
        "Sent teacher@school.example · 1",
    ]
    assert [look(page.links[name]).headings[0] for name in raw] == list(raw)


def test_a_maildirs_letter_is_shown_as_html_and_as_plain_text(
    look: Callable[..., Seen], session: requests.Session, outbox: Path
) -> None:
    (outbox / "new" / "1.key:2,S").write_bytes(letter("A step"))
    (outbox / "cur" / "link").symlink_to(outbox / "new" / "1.key:2,S")
    listed = look("/face/letters")
    assert listed.headings[1] == "In the folder outbox · 1"
    page = look(listed.links["A step"])
    frames = [said for tag, said in page.loads if tag == "iframe"]
    assert frames == [{"title": "The letter as HTML", "src": "?html", "sandbox": ""}]
    assert re.findall(r"<pre tabindex=\"0\">(.*)\n</pre>", page.response.text) == ["Plain &amp; simple"]
    inner = session.get(f"{page.response.url}?html")
    assert (inner.text.strip(), inner.headers["content-type"]) == ("<p>Rich</p>", "text/html; charset=utf-8")


def test_a_letters_html_comes_with_a_policy_that_lets_nothing_run_or_load(
    session: requests.Session, google: LocalGoogle, outbox: Path
) -> None:
    (outbox / "new" / "bad").write_bytes(letter(HOSTILE, rich=HOSTILE))
    inner = session.get(f"{google.url}/face/letters/folder/outbox/bad?html")
    assert inner.headers["content-security-policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'"
    )


def test_the_list_of_requests_shows_googles_paths_and_not_its_own(
    look: Callable[..., Seen], session: requests.Session, google: LocalGoogle
) -> None:
    session.get(f"{google.url}/v4/spreadsheets/none?fields=a<b")
    assert re.findall(r"<tr>(<td>.*)</tr>", look("/face/requests").response.text) == [
        "<td>GET</td><td>/v4/spreadsheets/none?fields=a%3Cb</td><td>404</td><td>0</td><td>"
        + str(session.get(f"{google.url}/_local/requests").json()["requests"][0]["responseBytes"])
        + "</td>"
    ]
    session.get(f"{google.url}/v4/spreadsheets/none")
    after = session.get(f"{google.url}/face/requests/after?after=1").json()
    assert [(each["path"], after["count"], after["cleared"]) for each in after["requests"]] == [
        ("/v4/spreadsheets/none", 2, False)
    ]
    session.post(f"{google.url}/_local/requests:clear")
    assert session.get(f"{google.url}/face/requests/after?after=2").json() == {
        "count": 0,
        "cleared": True,
        "requests": [],
    }


# -- what is refused


def test_hostile_names_values_and_letters_stay_text(
    look: Callable[..., Seen], session: requests.Session, google: LocalGoogle, outbox: Path
) -> None:
    sheets = [{"properties": {"sheetId": 0, "title": HOSTILE}}]
    made = session.post(
        f"{google.url}/v4/spreadsheets", json={"properties": {"title": HOSTILE}, "sheets": sheets}
    ).json()
    cell = {"userEnteredValue": {"stringValue": HOSTILE}, "note": HOSTILE}
    cells = {"rows": [{"values": [cell]}], "fields": "*", "start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}}
    session.post(
        f"{google.url}/v4/spreadsheets/{made['spreadsheetId']}:batchUpdate",
        json={"requests": [{"updateCells": cells}, rule(f'=A1="{HOSTILE[:-2]}"', 1)]},
    ).raise_for_status()
    (outbox / "new" / "bad").write_bytes(letter(HOSTILE, rich=HOSTILE))
    own = [
        ("meta", {"charset": "utf-8"}),
        ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        ("link", {"rel": "icon", "href": "/face/assets/icon.svg"}),
        ("link", {"rel": "stylesheet", "href": "/face/assets/face.css"}),
        ("script", {"src": "/face/assets/face.js", "defer": ""}),
        ("img", {"src": "/face/assets/icon.svg", "alt": "", "width": "22", "height": "22"}),
    ]
    tab = look(f"/face/sheets/{made['spreadsheetId']}/0")
    assert (tab.cells["A1"]["text"], tab.cells["A1"]["note"]) == (HOSTILE, HOSTILE)
    for page in (tab, look("/"), look("/face/letters"), look("/face/letters/folder/outbox/bad")):
        assert [each for each in page.loads if each[0] != "iframe"] == own
        assert not {name for name in page.attributes if name.startswith("on") or name == "style"}


@pytest.mark.parametrize("path", ["/", "/face/sheets/{}/0", "/face/letters", "/face/requests", "/face/nothing"])
def test_every_page_carries_a_strict_policy_with_a_fresh_nonce(
    google: LocalGoogle, session: requests.Session, book: Any, path: str
) -> None:
    policies = [session.get(google.url + path.format(book.id)).headers["content-security-policy"] for _ in "12"]
    assert [re.sub(r"nonce-[\w-]{22}", "nonce-*", policy) for policy in policies] == [POLICY, POLICY]
    assert policies[0] != policies[1]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/face/nothing", "There is no such page."),
        ("/face/assets/pages.py", "There is no such page."),
        ("/face/assets/..%2fpages.py", "There is no such page."),
        ("/face/sheets/none", "Requested entity was not found."),
        ("/face/sheets/none/0", "Requested entity was not found."),
        ("/face/letters/gmail/nobody@example.org/1", "There is no such letter."),
        ("/face/letters/folder/outbox/..%2f..%2fgoogle", "There is no such page."),
        ("/face/letters/folder/outbox/..", "There is no such letter."),
        ("/face/letters/folder/other/x", "There is no such letter."),
        ("/face/letters/nowhere/outbox/x", "There is no such letter."),
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(
    google: LocalGoogle, session: requests.Session, path: str, said: str
) -> None:
    asked = requests.Request("GET", google.url).prepare()
    asked.url = google.url + path  # as it stands: the client would tidy the dots away
    response = session.send(asked)
    assert (response.status_code, re.findall(r'<p role="alert">(.*)</p>', response.text)) == (404, [said])


def test_a_tab_that_is_not_there_is_named(look: Callable[..., Seen], book: Any) -> None:
    page = look(f"/face/sheets/{book.id}/7", 404)
    assert "There is no tab with the id 7 in this spreadsheet." in page.response.text


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Origin": "https://evil.example"}, "A page from elsewhere (https://evil.example) may not change"),
        ({"Origin": "http://127.0.0.1:1"}, "A page from elsewhere (http://127.0.0.1:1) may not change"),
        ({"Origin": "null"}, "A page from elsewhere (null) may not change"),
        ({"Sec-Fetch-Site": "cross-site"}, "A page from elsewhere"),
        ({"Sec-Fetch-Site": "same-site"}, "A page from elsewhere"),
        ({"Host": "evil.example"}, "The local Google answers on loopback only, not as 'evil.example'."),
        ({"Host": "127.0.0.1.evil.example:80"}, "The local Google answers on loopback only"),
    ],
)
def test_a_page_from_elsewhere_changes_nothing(
    google: LocalGoogle,
    session: requests.Session,
    enter: Callable[..., requests.Response],
    book: Any,
    headers: dict[str, str],
    said: str,
) -> None:
    assert enter("A1", "before").status_code == 200
    write = f"{google.url}{book.path}/values/A1?valueInputOption=RAW"
    for response in (
        enter("A1", "after", headers),
        session.put(write, json={"values": [["after"]]}, headers=headers),
        session.post(f"{google.url}/_local/access", json={"spreadsheetId": book.id, "role": "none"}, headers=headers),
    ):
        assert (response.status_code, response.json()["error"]["message"][: len(said)]) == (403, said)
    assert book.values("A1") == [["before"]]


def test_a_strange_host_is_shown_nothing(google: LocalGoogle, session: requests.Session) -> None:
    pages = [session.get(google.url + path, headers={"Host": "evil.example"}) for path in ("/", "/drive/v3/files")]
    assert [page.status_code for page in pages] == [403, 403]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "localhost:80"},
        {"host": "[::1]:80", "origin": "http://[::1]:80", "sec-fetch-site": "same-origin"},
        {"host": "127.0.0.1:80", "sec-fetch-site": "none"},
    ],
)
def test_programs_and_our_own_pages_pass(headers: dict[str, str]) -> None:
    assert refusal("POST", headers) is None


@pytest.mark.parametrize("host", ["[::1", "127.0.0.1@evil.example", "", "0.0.0.0"])
def test_a_host_that_cannot_be_loopback_is_refused(host: str) -> None:
    assert refusal("GET", {"host": host}) == f"The local Google answers on loopback only, not as {host!r}."


def test_a_sheet_that_is_not_shared_is_said_to_be_so(look: Callable[..., Seen], book: Any) -> None:
    book.ask("POST", "/_local/access", {"spreadsheetId": book.id, "role": "none"})
    assert "<td>not shared</td>" in look("/").response.text
    assert "The caller does not have permission" in look(f"/face/sheets/{book.id}/0", 403).response.text


def test_the_assets_come_with_the_package(google: LocalGoogle, session: requests.Session) -> None:
    kinds = {
        name: session.get(f"{google.url}/face/assets/{name}").headers["content-type"].partition(";")[0]
        for name in ("face.css", "face.js", "icon.svg")
    }
    assert kinds == {"face.css": "text/css", "face.js": "text/javascript", "icon.svg": "image/svg+xml"}


def test_letters_come_newest_first(look: Callable[..., Seen], outbox: Path) -> None:
    for age, name in ((300, "oldest"), (100, "newest"), (200, "middle")):
        path = outbox / "new" / name
        path.write_bytes(letter(name))
        os.utime(path, (10_000_000 - age, 10_000_000 - age))
    links = look("/face/letters").links
    assert [name for name in links if name in ("oldest", "middle", "newest")] == ["newest", "middle", "oldest"]
