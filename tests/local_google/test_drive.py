"""Drive, as google-api-python-client and gspread speak to it. Every exchange also passes the discovery check."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import gspread
import pytest
import requests
from google.auth.transport.requests import Request
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

from sheets_mastery.local_google.drive.files import Shelf
from sheets_mastery.local_google.drive.query import parse
from sheets_mastery.local_google.errors import GoogleError
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.local_google.sheets import Spreadsheets
from sheets_mastery.local_google.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path


SPREADSHEET = "application/vnd.google-apps.spreadsheet"
FOLDER = "application/vnd.google-apps.folder"
TEACHER = "teacher@school.example"
#: google-auth types these only in part: as Any they may be called from typed code.
Bearer: Any = Credentials
Robot: Any = service_account.Credentials


def _service(server: LocalGoogle, token: str = "any") -> Any:
    document = json.loads(get_static_doc("drive", "v3"))
    document["rootUrl"] = server.url + "/"
    document.pop("mtlsRootUrl", None)
    return build_from_document(document, credentials=Bearer(token))


@pytest.fixture
def drive(google: LocalGoogle) -> Iterator[Any]:
    """The real client."""
    with closing(_service(google)) as service:
        yield service


@pytest.fixture
def sheets_client(google: LocalGoogle) -> Iterator[gspread.Client]:
    """The real gspread, whose requests go to the local server."""

    class LocalClient(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *rest: Any, **more: Any) -> Any:
            for host in ("https://sheets.googleapis.com", "https://www.googleapis.com"):
                endpoint = endpoint.replace(host, google.url, 1)
            assert endpoint.startswith(google.url)
            return super().request(method, endpoint, *rest, **more)

    client = gspread.authorize(Bearer("any"), http_client=LocalClient)
    yield client
    client.http_client.session.close()


def _create(drive: Any, name: str = "Period 3", **more: Any) -> str:
    made: dict[str, str] = drive.files().create(body={"name": name, "mimeType": SPREADSHEET, **more}).execute()
    return made["id"]


def _error(request: Any) -> tuple[int, str, str]:
    with pytest.raises(HttpError) as raised:
        request.execute()
    said = json.loads(raised.value.content)["error"]
    return raised.value.resp.status, said["errors"][0]["reason"], said["message"]


def test_a_file_is_shown_in_four_fields_unless_more_are_asked_for(drive: Any, clock: Callable[[], datetime]) -> None:
    made = drive.files().create(body={"name": "Period 3", "mimeType": SPREADSHEET}).execute()
    brief = {"kind": "drive#file", "id": made["id"], "name": "Period 3", "mimeType": SPREADSHEET}
    assert made == brief
    assert drive.files().get(fileId=made["id"]).execute() == brief
    assert drive.files().list().execute() == {"kind": "drive#fileList", "incompleteSearch": False, "files": [brief]}

    asked = "createdTime,modifiedTime,version,trashed,owners(emailAddress,me),md5Checksum,spaces"
    stamp = clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert drive.files().get(fileId=made["id"], fields=asked).execute() == {
        "createdTime": stamp,
        "modifiedTime": stamp,
        "version": "1",
        "trashed": False,
        "owners": [{"emailAddress": TEACHER, "me": True}],
        "spaces": ["drive"],
    }


def test_a_field_that_does_not_exist_is_a_400_and_one_that_is_not_kept_a_501(drive: Any) -> None:
    key = _create(drive)
    bogus = drive.files().get(fileId=key, fields="id,bogus")
    assert _error(bogus) == (400, "invalidParameter", "Invalid field selection bogus")
    for unkept in (
        drive.files().get(fileId=key, fields="capabilities"),
        drive.files().list(fields="files/thumbnailLink"),
    ):
        with pytest.raises(HttpError) as raised:
            unkept.execute()
        assert raised.value.resp.status == 501


def test_version_and_modified_time_move_when_the_spreadsheet_is_written(
    tmp_path: Path, clock: Callable[[], datetime], advance: Callable[..., None]
) -> None:
    store = Store(tmp_path, now=clock)
    books = Spreadsheets(store)
    shelf = Shelf(store, books, TEACHER)
    key = shelf.create({"name": "Period 3", "mimeType": SPREADSHEET})
    before, start = shelf.file(key), shelf.next_change()

    advance(minutes=1)
    for title in ("Period 4", "Period 5"):
        books.rename(key, title)

    after = Shelf(store, books, TEACHER).file(key)
    assert int(after["version"]) - int(before["version"]) == 2
    assert (after["name"], after["createdTime"], after["modifiedTime"] > before["modifiedTime"]) == (
        "Period 5",
        before["createdTime"],
        True,
    )
    assert [key for _number, key, _time in shelf.changes(start)] == [key]


def test_an_update_changes_only_what_it_names(drive: Any, advance: Callable[..., None]) -> None:
    key = _create(drive, appProperties={"enrolled": "yes", "by": "ms-r"})
    advance(minutes=1)
    body = {"appProperties": {"enrolled": None, "since": "2026"}, "starred": True}
    drive.files().update(fileId=key, body=body).execute()
    shown = (
        drive.files().get(fileId=key, fields="name,appProperties,starred,createdTime,modifiedTime,version").execute()
    )
    assert (shown["name"], shown["appProperties"], shown["starred"]) == (
        "Period 3",
        {"by": "ms-r", "since": "2026"},
        True,
    )
    assert (shown["version"], shown["modifiedTime"]) == ("2", shown["createdTime"])

    drive.files().update(fileId=key, body={"name": "Period 4"}).execute()
    shown = drive.files().get(fileId=key, fields="name,createdTime,modifiedTime").execute()
    assert (shown["name"], shown["modifiedTime"] > shown["createdTime"]) == ("Period 4", True)

    direct = drive.files().update(fileId=key, body={"parents": ["root"]})
    assert _error(direct)[:2] == (403, "fieldNotWritable")


def test_a_file_moves_between_folders_and_goes_with_its_folder(drive: Any) -> None:
    folder = drive.files().create(body={"name": "Fall", "mimeType": FOLDER}).execute()["id"]
    key = _create(drive)
    [root] = drive.files().get(fileId=key, fields="parents").execute()["parents"]
    moved = drive.files().update(fileId=key, addParents=folder, removeParents="root", fields="parents").execute()
    assert (moved, root != folder) == ({"parents": [folder]}, True)
    inside = drive.files().list(q=f"'{folder}' in parents", fields="files(id)").execute()
    assert inside == {"files": [{"id": key}]}
    missing = drive.files().create(body={"name": "x", "mimeType": SPREADSHEET, "parents": ["nowhere"]})
    assert _error(missing) == (404, "notFound", "File not found: nowhere.")

    assert drive.files().delete(fileId=folder).execute() == ""
    assert _error(drive.files().get(fileId=key)) == (404, "notFound", f"File not found: {key}.")


def test_a_copy_has_the_content_and_another_name_but_not_the_shares(drive: Any) -> None:
    key = _create(drive, appProperties={"enrolled": "yes"})
    drive.permissions().create(fileId=key, body={"type": "anyone", "role": "reader"}).execute()
    fields = "id,name,mimeType,appProperties,shared"
    copied = drive.files().copy(fileId=key, body={}, fields=fields).execute()
    assert copied.pop("id") != key
    assert copied == {
        "name": "Copy of Period 3",
        "mimeType": SPREADSHEET,
        "appProperties": {"enrolled": "yes"},
        "shared": False,
    }


def test_queries_find_what_they_say(drive: Any, advance: Callable[..., None]) -> None:
    keys = {}
    for name in ("Algebra 1", "Algebra 2", "Ms. O'Hara's \\ algebraic"):
        keys[name] = _create(drive, name)
        advance(minutes=1)
    keys["Old"] = _create(drive, "Old", appProperties={"enrolled": "yes"})
    drive.files().update(fileId=keys["Old"], body={"trashed": True}).execute()
    drive.files().create(body={"name": "Folder", "mimeType": FOLDER}).execute()
    half = drive.files().get(fileId=keys["Algebra 2"], fields="createdTime").execute()["createdTime"]

    found = {
        f"mimeType='{SPREADSHEET}' and trashed = false": ["Ms. O'Hara's \\ algebraic", "Algebra 2", "Algebra 1"],
        f'mimeType="{SPREADSHEET}" and name = "Algebra 1"': ["Algebra 1"],
        "name contains 'algebra' and name != 'Algebra 1'": ["Ms. O'Hara's \\ algebraic", "Algebra 2"],
        "name contains 'gebra'": [],
        r"name = 'Ms. O\'Hara\'s \\ algebraic'": ["Ms. O'Hara's \\ algebraic"],
        "trashed = true": ["Old"],
        "not (trashed = true or name contains 'Algebra')": ["Folder"],
        "appProperties has { key='enrolled' and value='yes' }": ["Old"],
        f"createdTime < '{half}'": ["Algebra 1"],
        f"createdTime >= '{half}' and not mimeType contains 'folder' and trashed=false": [
            "Ms. O'Hara's \\ algebraic",
            "Algebra 2",
        ],
        f"'{TEACHER}' in owners and name = 'Old'": ["Old"],
        "'nobody@x.example' in readers": [],
        # left to right, as Google says: (trashed or folder) and …
        "trashed = true or name = 'Folder' and name = 'Algebra 1'": [],
    }
    names = {query: [one["name"] for one in drive.files().list(q=query).execute()["files"]] for query in found}
    assert names == found
    ordered = drive.files().list(orderBy="folder,name desc", fields="files(name)").execute()["files"]
    assert [one["name"] for one in ordered] == ["Folder", "Old", "Ms. O'Hara's \\ algebraic", "Algebra 2", "Algebra 1"]


@pytest.mark.parametrize(
    "query",
    [
        "name",
        "name =",
        "name = x",
        "name = 'x",
        "name = 'x' and",
        "(name = 'x'",
        "name = 'x')",
        "name < 'x'",
        "bogus = 'x'",
        "trashed = 'maybe'",
        "createdTime > 'soon'",
        "'x' in name",
        "name has {key='a' and value='b'}",
    ],
)
def test_a_query_that_cannot_be_read_is_an_invalid_value(query: str) -> None:
    with pytest.raises(GoogleError) as refused:
        parse(query)
    assert (refused.value.status, refused.value.body["error"]["errors"]) == (
        400,
        [
            {
                "message": "Invalid Value",
                "domain": "global",
                "reason": "invalid",
                "location": "q",
                "locationType": "parameter",
            }
        ],
    )


def test_lists_come_in_pages(drive: Any, advance: Callable[..., None]) -> None:
    made: list[str] = []
    for number in range(5):
        made.insert(0, _create(drive, f"Period {number}"))
        advance(seconds=1)
    found: list[str] = []
    pages = 0
    request = drive.files().list(pageSize=2)
    while request is not None:
        page = request.execute()
        found += [one["id"] for one in page["files"]]
        pages += 1
        request = drive.files().list_next(request, page)
    assert (found, pages) == (made, 3)
    outside = drive.files().list(pageSize=1001)
    said = "Invalid value '1001'. Values must be within the range: [1, 1000]"
    assert _error(outside) == (400, "invalid", said)


def test_a_permission_is_changed_in_its_role_and_the_owners_is_not(drive: Any) -> None:
    key = _create(drive)
    body = {"type": "user", "role": "writer", "emailAddress": "aide@school.example"}
    given = drive.permissions().create(fileId=key, body=body).execute()

    def change(permission: str, role: str, **more: Any) -> Any:
        return drive.permissions().update(fileId=key, permissionId=permission, body={"role": role}, **more)

    assert change(given["id"], "reader").execute() == given | {"role": "reader"}
    assert drive.permissions().get(fileId=key, permissionId=given["id"]).execute()["role"] == "reader"
    owner = drive.files().get(fileId=key, fields="permissionIds").execute()["permissionIds"][0]
    assert change(owner, "owner").execute()["role"] == "owner"
    assert _error(change(owner, "reader"))[:2] == (403, "insufficientFilePermissions")
    assert _error(change(given["id"], "owner"))[:2] == (403, "forbidden")
    assert _error(change(given["id"], "headmaster"))[:2] == (400, "required")
    assert _error(change("9", "reader"))[:2] == (404, "notFound")


def test_permissions_are_given_listed_and_taken_back(drive: Any) -> None:
    key = _create(drive)
    body = {"type": "user", "role": "writer", "emailAddress": "robot@x.iam.gserviceaccount.com"}
    given = drive.permissions().create(fileId=key, body=body, sendNotificationEmail=False).execute()
    assert given == {"kind": "drive#permission", "id": given["id"], "type": "user", "role": "writer"}
    again = drive.permissions().create(fileId=key, body=body | {"role": "reader"}).execute()
    assert again == given | {"role": "reader"}
    listed = drive.permissions().list(fileId=key, fields="permissions(role,emailAddress)").execute()["permissions"]
    assert listed == [
        {"role": "owner", "emailAddress": TEACHER},
        {"role": "reader", "emailAddress": "robot@x.iam.gserviceaccount.com"},
    ]

    owner = drive.files().get(fileId=key, fields="permissionIds").execute()["permissionIds"][0]
    assert _error(drive.permissions().delete(fileId=key, permissionId=owner))[0] == 403
    assert drive.permissions().delete(fileId=key, permissionId=given["id"]).execute() == ""
    gone = drive.permissions().get(fileId=key, permissionId=given["id"])
    assert _error(gone) == (404, "notFound", f"Permission not found: {given['id']}.")
    demoted = drive.permissions().create(fileId=key, body=body | {"emailAddress": TEACHER})
    assert _error(demoted)[0] == 403
    nobody = drive.permissions().create(fileId=key, body={"type": "user", "role": "writer"})
    assert _error(nobody)[:2] == (400, "invalid")


def test_changes_tell_each_file_once_and_end_with_a_new_start(drive: Any) -> None:
    kept, gone = _create(drive, "Kept"), _create(drive, "Gone")
    start = drive.changes().getStartPageToken().execute()["startPageToken"]
    assert drive.changes().list(pageToken=start).execute() == {
        "kind": "drive#changeList",
        "newStartPageToken": start,
        "changes": [],
    }
    for name in ("Kept 2", "Kept 3"):
        drive.files().update(fileId=kept, body={"name": name}).execute()
    drive.files().delete(fileId=gone).execute()

    fields = "nextPageToken,newStartPageToken,changes(fileId,removed,file/name)"
    first = drive.changes().list(pageToken=start, pageSize=1, fields=fields).execute()
    assert first["changes"] == [{"fileId": kept, "removed": False, "file": {"name": "Kept 3"}}]
    second = drive.changes().list(pageToken=first["nextPageToken"], fields=fields).execute()
    assert second["changes"] == [{"fileId": gone, "removed": True}]
    assert drive.changes().list(pageToken=second["newStartPageToken"]).execute()["changes"] == []
    without = drive.changes().list(pageToken=start, includeRemoved=False, fields="changes/fileId").execute()
    assert without == {"changes": [{"fileId": kept}]}
    assert _error(drive.changes().list(pageToken="soon")) == (400, "invalid", "Invalid Value")


def test_about_needs_its_fields_named(drive: Any) -> None:
    assert drive.about().get(fields="user(emailAddress,me)").execute() == {
        "user": {"emailAddress": TEACHER, "me": True}
    }
    assert _error(drive.about().get()) == (400, "required", "The 'fields' parameter is required for this method.")


def test_a_service_account_has_no_room_for_files_of_its_own(google: LocalGoogle, drive: Any) -> None:
    shared = _create(drive)
    said = {"email": "robot@x.iam.gserviceaccount.com"}
    key = requests.post(f"{google.url}/_local/oauth/serviceAccounts", json=said, timeout=10).json()
    robot = Robot.from_service_account_info(key, scopes=["https://www.googleapis.com/auth/drive"])
    with requests.Session() as session:
        robot.refresh(Request(session))
    with closing(_service(google, robot.token)) as service:
        for request in (
            service.files().create(body={"name": "x", "mimeType": SPREADSHEET}),
            service.files().copy(fileId=shared, body={}),
        ):
            assert _error(request)[:2] == (403, "storageQuotaExceeded")
        assert service.files().get(fileId=shared, fields="ownedByMe").execute() == {"ownedByMe": False}


def test_an_unshared_file_is_not_there_and_a_file_for_reading_cannot_be_changed(
    google: LocalGoogle, drive: Any
) -> None:
    key = _create(drive)
    for role in ("reader", "none"):
        said = {"spreadsheetId": key, "role": role}
        requests.post(f"{google.url}/_local/access", json=said, timeout=10).raise_for_status()
        change = drive.files().update(fileId=key, body={"name": "Mine"})
        if role == "reader":
            assert _error(change)[:2] == (403, "insufficientFilePermissions")
            assert drive.files().get(fileId=key).execute()["name"] == "Period 3"
        else:
            assert _error(change) == (404, "notFound", f"File not found: {key}.")
            assert drive.files().list().execute()["files"] == []


def test_files_shares_and_changes_outlive_a_restart(tmp_path: Path) -> None:
    told = []
    for start in range(2):
        with LocalGoogle(tmp_path) as server, closing(_service(server)) as service:
            if start == 0:
                key = _create(service)
                service.permissions().create(fileId=key, body={"type": "anyone", "role": "reader"}).execute()
            files = service.files().list(fields="files").execute()
            told.append((files, service.changes().list(pageToken="1").execute()))
    assert told[0] == told[1]


def test_gspread_lists_shares_copies_and_deletes(sheets_client: gspread.Client) -> None:
    book = sheets_client.create("Period 3")
    book.share("parent@home.example", perm_type="user", role="reader", notify=False)
    copied = sheets_client.copy(book.id, title="Period 4", copy_permissions=True)

    assert sorted(one["name"] for one in sheets_client.list_spreadsheet_files()) == ["Period 3", "Period 4"]
    assert [one["name"] for one in sheets_client.list_spreadsheet_files("Period 4")] == ["Period 4"]
    assert sheets_client.open("Period 4").id == copied.id
    shared = {(one["emailAddress"], one["role"]) for one in copied.list_permissions()}
    assert shared == {(TEACHER, "owner"), ("parent@home.example", "reader")}
    copied.remove_permissions("parent@home.example")
    assert [one["role"] for one in copied.list_permissions()] == ["owner"]
    sheets_client.del_spreadsheet(book.id)
    assert [one["name"] for one in sheets_client.list_spreadsheet_files()] == ["Period 4"]


def test_gspread_sees_the_time_of_the_last_write(
    sheets_client: gspread.Client, clock: Callable[[], datetime], advance: Callable[..., None]
) -> None:
    book = sheets_client.create("Period 3")
    created = sheets_client.get_file_drive_metadata(book.id)["modifiedTime"]
    advance(minutes=5)
    book.sheet1.update([["43"]], "A1")
    told = sheets_client.get_file_drive_metadata(book.id)
    assert (told["createdTime"], told["modifiedTime"]) == (
        created,
        clock().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )


def test_what_drive_here_does_not_speak_is_a_501(google: LocalGoogle, drive: Any) -> None:
    key = _create(drive)
    for request in (
        drive.files().create(body={"name": "x", "mimeType": "text/plain"}),
        drive.files().update(fileId=key, body={"writersCanShare": False}),
        drive.files().list(q="fullText contains 'x'"),
        drive.files().export(fileId=key, mimeType="application/pdf"),
        drive.files().listLabels(fileId=key),
    ):
        with pytest.raises(HttpError) as raised:
            request.execute()
        assert raised.value.resp.status == 501
    assert requests.post(f"{google.url}/upload/drive/v3/files", data=b"", timeout=10).status_code == 501
