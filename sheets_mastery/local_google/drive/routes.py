"""The paths of Drive v3."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from starlette.responses import Response
from starlette.routing import Route

from sheets_mastery.local_google.answers import answer
from sheets_mastery.local_google.discovery import GSPREADS_UPLOAD, find_method
from sheets_mastery.local_google.errors import GoogleError, classic_error, not_implemented
from sheets_mastery.local_google.oauth import caller
from sheets_mastery.local_google.partial import asked_for, part
from sheets_mastery.local_google.transfer import FORMATS, content_of

from .channels import Channels
from .content import Upload, uploaded
from .files import FOLDER, SERVED, SPREADSHEET, WRITABLE, Shelf, user
from .query import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from sheets_mastery.local_google.sheets import Spreadsheets
    from sheets_mastery.local_google.store import Store

T = TypeVar("T")

BRIEF = "kind,id,name,mimeType"
#: Fields that Google itself leaves out for spreadsheets and folders: asking for them is fine.
ABSENT = {
    "md5Checksum",
    "sha1Checksum",
    "sha256Checksum",
    "headRevisionId",
    "originalFilename",
    "fileExtension",
    "fullFileExtension",
    "webContentLink",
    "driveId",
    "trashedTime",
}
SORTABLE = {
    "name": lambda file: file["name"].casefold(),
    "name_natural": lambda file: file["name"].casefold(),
    "modifiedTime": lambda file: file["modifiedTime"],
    "createdTime": lambda file: file["createdTime"],
    "folder": lambda file: file["mimeType"] != FOLDER,
    "starred": lambda file: not file["starred"],
}
#: Bytes of an export (files.export in the API's reference).
MOST_EXPORTED = 10 * 2**20
ROLES = ("owner", "writer", "commenter", "reader")
KINDS = ("user", "group", "domain", "anyone")
#: What a channel may be asked for with.
CHANNEL = {"id", "type", "address", "token", "expiration"}


def routes(store: Store, books: Spreadsheets, channels: Channels) -> list[BaseRoute]:
    """Return the Drive paths over one store, the spreadsheets that Sheets keeps in it, and those who watch them."""

    def shelf(request: Request) -> Shelf:
        return Shelf(store, books, caller(store, request.headers).email)

    def writable(request: Request) -> tuple[Shelf, str]:
        files, key = shelf(request), request.path_params["key"]
        files.file(key)
        if books.role(key) == "reader":
            said = "The user does not have sufficient permissions for this file."
            raise classic_error(403, "insufficientFilePermissions", said)
        return files, key

    def needs_room(request: Request) -> None:
        if caller(store, request.headers).robot:
            said = (
                "Service Accounts do not have storage quota. Leverage shared drives, or use OAuth delegation instead."
            )
            raise classic_error(403, "storageQuotaExceeded", said, domain="usageLimits")

    async def create(request: Request) -> Response:
        needs_room(request)
        body = await _body(request, WRITABLE | {"mimeType", "parents"})
        if body.get("mimeType") not in (SPREADSHEET, FOLDER):
            raise not_implemented(f"Drive files of type {body.get('mimeType')}")
        files = shelf(request)
        return _file(request, files.file(files.create(body)))

    async def copy(request: Request) -> Response:
        needs_room(request)
        body = await _body(request, WRITABLE - {"trashed"} | {"mimeType", "parents"})
        files, key = shelf(request), request.path_params["key"]
        if files.file(key)["mimeType"] != SPREADSHEET or body.get("mimeType") not in (None, SPREADSHEET):
            raise classic_error(403, "cannotCopyFile", "This file cannot be copied by the user.")
        return _file(request, files.file(files.copy(key, body)))

    async def get(request: Request) -> Response:
        if request.query_params.get("alt", "json") != "json":
            said = "Only files with binary content can be downloaded. Use Export with Docs Editors files."
            raise classic_error(403, "fileNotDownloadable", said, location="alt")
        return _file(request, shelf(request).file(request.path_params["key"]))

    async def update(request: Request) -> Response:
        files, key = writable(request)
        body = await _body(request, WRITABLE | {"parents"})
        if "parents" in body:
            said = "The parents field is not directly writable in update requests. "
            said += "Use the addParents and removeParents parameters instead."
            raise classic_error(403, "fieldNotWritable", said)
        add, remove = (_words(request, name) for name in ("addParents", "removeParents"))
        files.update(key, body, add=add, remove=remove)
        return _file(request, files.file(key))

    async def upload(request: Request) -> Response:
        needs_room(request)
        sent = await _upload(request)
        body = _known(sent.metadata, WRITABLE | {"mimeType", "parents"})
        if body.get("mimeType") != SPREADSHEET or sent.mime_type not in FORMATS:
            raise not_implemented(f"keeping {sent.mime_type} as {body.get('mimeType', 'it is')} in Drive")
        files = shelf(request)
        return _file(request, files.file(files.create(body, sent)))

    async def upload_again(request: Request) -> Response:
        files, key = writable(request)
        sent = await _upload(request)
        if files.file(key)["mimeType"] != SPREADSHEET or sent.mime_type not in FORMATS:
            raise not_implemented(f"{sent.mime_type} as the content of {files.file(key)['mimeType']}")
        files.replace(key, sent)
        files.update(key, _known(sent.metadata, WRITABLE | {"mimeType"}), add=[], remove=[])
        return _file(request, files.file(key))

    async def upload_from_gspread(request: Request) -> Response:
        if request.query_params.get("convert", "false").lower() != "true":
            raise not_implemented("an upload to Drive v2 without convert")
        await upload_again(request)
        return answer({"kind": "drive#file", "id": request.path_params["key"], "mimeType": SPREADSHEET})

    async def export(request: Request) -> Response:
        mime_type, key = request.query_params.get("mimeType", ""), request.path_params["key"]
        if shelf(request).file(key)["mimeType"] != SPREADSHEET:
            said = "Export only supports Docs Editors files."
            raise classic_error(403, "fileNotExportable", said, location="alt")
        if mime_type not in FORMATS:
            raise not_implemented(f"files.export as {mime_type}")
        content = content_of(books.read(key), mime_type)
        if len(content) > MOST_EXPORTED:
            raise classic_error(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
        return Response(content, media_type=mime_type)

    async def delete(request: Request) -> Response:
        files, key = writable(request)
        files.delete(key)
        return answer(None, 204)

    async def list_files(request: Request) -> Response:
        asked, files = request.query_params, shelf(request)
        if asked.get("corpora", "user") not in ("user", "allDrives") or asked.get("spaces", "drive") != "drive":
            raise not_implemented("files.list beyond the corpora user and allDrives and the space drive")
        fits = parse(asked["q"]) if asked.get("q") else lambda _file: True
        found = [file for key in files.keys() if fits(file := files.file(key))]  # noqa: SIM118  keys that we may see
        found.sort(key=lambda file: file["modifiedTime"], reverse=True)
        for sort in reversed(_words(request, "orderBy")):
            name, _, way = sort.partition(" ")
            if name not in SORTABLE or way not in ("", "desc"):
                raise not_implemented(f"files.list ordered by {sort}")
            found.sort(key=SORTABLE[name], reverse=way == "desc")
        page, further = _page(request, found, most=1000)
        mask = asked_for(
            asked.get("fields") or f"kind,nextPageToken,incompleteSearch,files({BRIEF})", "drive", "FileList"
        )
        _check_served(mask.get("files"))
        return part({"kind": "drive#fileList", "incompleteSearch": False, "files": page, **further}, mask)

    async def share(request: Request) -> Response:
        files, key = writable(request)
        # `withLink` is a word of Drive v2; v3 takes it and does nothing with it
        known = {"type", "role", "emailAddress", "domain", "allowFileDiscovery", "withLink"}
        body = await _body(request, known)
        if body.get("type") not in KINDS or body.get("role") not in ROLES:
            field = "type" if body.get("type") not in KINDS else "role"
            raise classic_error(
                400, "required", f"The permission {field} field is required.", location=f"permission.{field}"
            )
        where = {"user": "emailAddress", "group": "emailAddress", "domain": "domain"}.get(body["type"])
        if where and ("@" in str(body.get(where))) != (where == "emailAddress"):
            said = f"The specified {where} is invalid or not applicable for the given permission type."
            raise classic_error(400, "invalid", said, location=f"permission.{where}")
        owner = next(held for held in files.file(key)["permissions"] if held["role"] == "owner")
        if (body["role"], str(body.get("emailAddress")).lower()) == ("owner", owner["emailAddress"]):
            return _masked(request, owner, "Permission", "kind,id,type,role")
        _check_role(request, body["role"], owner=str(body.get("emailAddress")).lower() == owner["emailAddress"])
        return _masked(request, files.share(key, body), "Permission", "kind,id,type,role,allowFileDiscovery")

    async def list_permissions(request: Request) -> Response:
        held = shelf(request).file(request.path_params["key"])["permissions"]
        page, further = _page(request, held, most=100)
        shown = {"kind": "drive#permissionList", "permissions": page, **further}
        return _masked(
            request, shown, "PermissionList", "kind,nextPageToken,permissions(kind,id,type,role,allowFileDiscovery)"
        )

    async def get_permission(request: Request) -> Response:
        held = shelf(request).permission(request.path_params["key"], request.path_params["permission"])
        return _masked(request, held, "Permission", "kind,id,type,role,allowFileDiscovery")

    async def update_permission(request: Request) -> Response:
        files, key = writable(request)
        role = (await _body(request, {"role"})).get("role")
        held = files.permission(key, request.path_params["permission"])
        if role not in ROLES:
            raise classic_error(400, "required", "The permission role field is required.", location="permission.role")
        if role != held["role"]:
            _check_role(request, role, owner=held["role"] == "owner")
            held = files.share(key, {**held, "role": role})
        return _masked(request, held, "Permission", "kind,id,type,role,allowFileDiscovery")

    async def unshare(request: Request) -> Response:
        files, key = writable(request)
        files.unshare(key, request.path_params["permission"])
        return answer(None, 204)

    async def list_comments(request: Request) -> Response:
        # Nobody can comment here, so there is never one; a copy by gspread asks
        shelf(request).file(request.path_params["key"])
        return _masked(request, {"kind": "drive#commentList", "comments": []}, "CommentList", "*")

    async def start_token(request: Request) -> Response:
        token = str(shelf(request).next_change())
        return _masked(request, {"kind": "drive#startPageToken", "startPageToken": token}, "StartPageToken", "*")

    def first_change(request: Request, files: Shelf) -> int:
        start = request.query_params.get("pageToken", "")
        if not start.isascii() or not start.isdigit() or int(start) > files.next_change():
            raise classic_error(400, "invalid", "Invalid Value", location="pageToken")
        return int(start)

    async def list_changes(request: Request) -> Response:
        files, asked = shelf(request), request.query_params
        start = first_change(request, files)
        size = _size(request, most=1000)
        wanted = asked.get("includeRemoved", "true").lower() != "false"
        seen = set(files.keys())
        found = [one for one in files.changes(start) if wanted or one[1] in seen]
        changes = [
            {
                "kind": "drive#change",
                "type": "file",
                "changeType": "file",
                "time": time,
                "removed": key not in seen,
                "fileId": key,
                **({"file": files.file(key)} if key in seen else {}),
            }
            for _number, key, time in found[:size]
        ]
        further = (
            {"nextPageToken": str(found[size][0])}
            if len(found) > size
            else {"newStartPageToken": str(files.next_change())}
        )
        default = (
            f"kind,nextPageToken,newStartPageToken,changes(kind,type,changeType,time,removed,fileId,file({BRIEF}))"
        )
        mask = asked_for(asked.get("fields") or default, "drive", "ChangeList")
        _check_served((mask.get("changes") or {}).get("file"))
        return part({"kind": "drive#changeList", "changes": changes, **further}, mask)

    async def watch_changes(request: Request) -> Response:
        files = shelf(request)
        where = f"changes?alt=json&pageToken={first_change(request, files)}"
        return answer(channels.open(files, await _body(request, CHANNEL), None, where))

    async def watch_file(request: Request) -> Response:
        files, key = shelf(request), request.path_params["key"]
        files.file(key)
        return answer(channels.open(files, await _body(request, CHANNEL), key, f"files/{key}?alt=json"))

    async def stop_channel(request: Request) -> Response:
        body = await _body(request, CHANNEL | {"kind", "resourceId", "resourceUri"})
        channels.close(body.get("id") or "", body.get("resourceId") or "")
        return answer(None, 204)

    async def about(request: Request) -> Response:
        if "fields" not in request.query_params:
            said = "The 'fields' parameter is required for this method."
            raise classic_error(400, "required", said, location="fields")
        account = caller(store, request.headers)
        limit = {"limit": "0"} if account.robot else {"limit": str(15 * 2**30)}
        shown = {
            "kind": "drive#about",
            "user": user(account.email, account.email),
            "storageQuota": {**limit, "usage": "0", "usageInDrive": "0", "usageInDriveTrash": "0"},
            "canCreateDrives": False,
        }
        mask = asked_for(request.query_params["fields"], "drive", "About")
        missing = sorted(set(mask) - set(shown) - {"*"})
        if missing:
            raise not_implemented(f"about.get with the field {missing[0]}")
        return part(shown, mask)

    file = "/drive/v3/files/{key}"
    return [
        Route("/drive/v3/files", create, methods=["POST"]),
        Route("/drive/v3/files", list_files, methods=["GET"]),
        Route("/upload/drive/v3/files", upload, methods=["POST"]),
        Route("/upload/drive/v3/files/{key}", upload_again, methods=["PATCH"]),
        Route(GSPREADS_UPLOAD + "{key}", upload_from_gspread, methods=["PUT"]),
        Route(f"{file}/copy", copy, methods=["POST"]),
        Route(f"{file}/export", export, methods=["GET"]),
        Route(file, get, methods=["GET"]),
        Route(file, update, methods=["PATCH"]),
        Route(file, delete, methods=["DELETE"]),
        Route(f"{file}/comments", list_comments, methods=["GET"]),
        Route(f"{file}/permissions", share, methods=["POST"]),
        Route(f"{file}/permissions", list_permissions, methods=["GET"]),
        Route(f"{file}/permissions/{{permission}}", get_permission, methods=["GET"]),
        Route(f"{file}/permissions/{{permission}}", update_permission, methods=["PATCH"]),
        Route(f"{file}/permissions/{{permission}}", unshare, methods=["DELETE"]),
        Route(f"{file}/watch", watch_file, methods=["POST"]),
        Route("/drive/v3/changes/startPageToken", start_token, methods=["GET"]),
        Route("/drive/v3/changes", list_changes, methods=["GET"]),
        Route("/drive/v3/changes/watch", watch_changes, methods=["POST"]),
        Route("/drive/v3/channels/stop", stop_channel, methods=["POST"]),
        Route("/drive/v3/about", about, methods=["GET"]),
    ]


async def _body(request: Request, known: set[str]) -> dict[str, Any]:
    """Read the body of a write; a field that Drive has and this server does not keep is a 501."""
    return _known(await request.body(), known)


async def _upload(request: Request) -> Upload:
    """Read an upload, with its metadata held against Google's description."""
    sent = uploaded(
        request.query_params.get("uploadType"), request.headers.get("content-type", ""), await request.body()
    )
    method = find_method("POST", "/drive/v3/files")
    if method is not None:
        method.check_request(sent.metadata)
    return sent


def _known(said: bytes, known: set[str]) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(said) if said else {}
    for name in sorted(set(body) - known):
        raise not_implemented(f"writing the field {name} in Drive")
    return body


def _check_role(request: Request, role: str, *, owner: bool) -> None:
    """Refuse another role for the ``owner``, and another owner."""
    if owner:
        raise classic_error(403, "insufficientFilePermissions", "The role of the owner of a file cannot be changed.")
    if role == "owner" and request.query_params.get("transferOwnership") == "true":
        raise not_implemented("a transfer of ownership")
    if role == "owner":
        said = "The transferOwnership parameter must be enabled when the permission role is 'owner'."
        raise classic_error(403, "forbidden", said, location="transferOwnership")


def _masked(request: Request, value: dict[str, Any], schema: str, default: str) -> Response:
    return part(value, asked_for(request.query_params.get("fields") or default, "drive", schema))


def _file(request: Request, file: dict[str, Any]) -> Response:
    mask = asked_for(request.query_params.get("fields") or BRIEF, "drive", "File")
    _check_served(mask)
    return part(file, mask)


def _check_served(mask: dict[str, Any] | None) -> None:
    """Raise a 501 for a field of a file that Google would fill in and this server cannot."""
    for name in sorted(set(mask or {}) - SERVED - ABSENT - {"*"}):
        raise not_implemented(f"the field {name} of a Drive file")


def _words(request: Request, name: str) -> list[str]:
    return [word.strip() for word in request.query_params.get(name, "").split(",") if word.strip()]


def _size(request: Request, *, most: int) -> int:
    said = request.query_params.get("pageSize", "100")
    if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= most:
        raise classic_error(400, "invalid", f"Invalid value '{said}'. Values must be within the range: [1, {most}]")
    return int(said)


def _page(request: Request, items: Sequence[T], *, most: int) -> tuple[Sequence[T], dict[str, str]]:
    """Return one page of the items and, where there is more, ``{"nextPageToken": …}``."""
    size, token = _size(request, most=most), request.query_params.get("pageToken") or ""
    try:
        start = int(base64.urlsafe_b64decode(token).removeprefix(b"page:")) if token else 0
    except (ValueError, binascii.Error) as broken:
        raise _bad_token() from broken
    end = start + size
    if end >= len(items):
        return items[start:], {}
    return items[start:end], {"nextPageToken": base64.urlsafe_b64encode(f"page:{end}".encode()).decode()}


def _bad_token() -> GoogleError:
    return classic_error(400, "invalid", "Invalid Value", location="pageToken")
