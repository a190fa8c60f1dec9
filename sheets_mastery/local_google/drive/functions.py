"""The methods of Drive v3."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from starlette.responses import Response

from sheets_mastery.local_google.answers import read_json
from sheets_mastery.local_google.discovery import GSPREADS_UPLOAD, find_method
from sheets_mastery.local_google.errors import GoogleError, classic_error, not_implemented
from sheets_mastery.local_google.masks import Mask, masked, read
from sheets_mastery.local_google.methods import Call, Function
from sheets_mastery.local_google.sheets import Spreadsheets
from sheets_mastery.local_google.store import Store
from sheets_mastery.local_google.transfer import FORMATS, content_of

from .channels import Channels
from .content import Upload, uploaded
from .files import FOLDER, SERVED, SPREADSHEET, WRITABLE, Shelf, user
from .query import parse

T = TypeVar("T")

BRIEF = "kind,id,name,mimeType"
PERMISSION = "kind,id,type,role,allowFileDiscovery"
#: What a response carries where ``fields`` does not say; all of it where this does not say either.
BRIEFLY = {
    "File": BRIEF,
    "FileList": f"kind,nextPageToken,incompleteSearch,files({BRIEF})",
    "Permission": PERMISSION,
    "PermissionList": f"kind,nextPageToken,permissions({PERMISSION})",
    "ChangeList": (
        f"kind,nextPageToken,newStartPageToken,changes(kind,type,changeType,time,removed,fileId,file({BRIEF}))"
    ),
}
#: Response -> where in it files are.
FILES_IN = {"File": (), "FileList": ("files",), "ChangeList": ("changes", "file")}
#: Fields that Google itself leaves out for spreadsheets and folders: asking for them is fine.
ABSENT = {
    "md5Checksum", "sha1Checksum", "sha256Checksum", "headRevisionId", "originalFilename", "fileExtension",
    "fullFileExtension", "webContentLink", "driveId", "trashedTime",
}  # fmt: skip
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


class Drive:
    """Drive over one store, the spreadsheets that Sheets keeps in it, and those who watch them."""

    def __init__(self, store: Store, books: Spreadsheets, channels: Channels) -> None:
        self.store, self.books, self.channels = store, books, channels

    def functions(self) -> dict[str, Function]:
        """Return what carries out each method, by its id."""
        found: dict[str, Function] = {
            "about.get": self._about,
            "changes.getStartPageToken": lambda call: _kind("startPageToken", startPageToken=self._last(call)),
            "changes.list": self._changes,
            "changes.watch": self._watch_changes,
            "channels.stop": self._stop,
            "comments.list": self._comments,
            "files.copy": self._copy,
            "files.create": self._create,
            "files.delete": lambda call: self._writable(call).delete(call.path["fileId"]),
            "files.export": self._export,
            "files.get": self._get,
            "files.list": self._list,
            "files.update": self._update,
            "files.watch": self._watch_file,
            "permissions.create": self._share,
            "permissions.delete": lambda call: self._writable(call).unshare(*call.path.values()),
            "permissions.get": lambda call: self._shelf(call).permission(*call.path.values()),
            "permissions.list": self._permissions,
            "permissions.update": self._change_role,
        }
        return {f"drive.{name}": _briefly(function) for name, function in found.items()}

    def _shelf(self, call: Call) -> Shelf:
        return Shelf(self.store, self.books, call.caller.email)

    def _writable(self, call: Call) -> Shelf:
        files, key = self._shelf(call), call.path["fileId"]
        files.file(key)
        if files.role(key) == "reader":
            said = "The user does not have sufficient permissions for this file."
            raise classic_error(403, "insufficientFilePermissions", said)
        return files

    def _create(self, call: Call) -> Any:
        _needs_room(call)
        sent = _upload(call) if call.target.startswith("/upload/") else None
        body = _known(call.content if sent is None else sent.metadata, WRITABLE | {"mimeType", "parents"})
        if sent is not None and (body.get("mimeType") != SPREADSHEET or sent.mime_type not in FORMATS):
            raise not_implemented(f"keeping {sent.mime_type} as {body.get('mimeType', 'it is')} in Drive")
        if body.get("mimeType") not in (SPREADSHEET, FOLDER):
            raise not_implemented(f"Drive files of type {body.get('mimeType')}")
        files = self._shelf(call)
        return files.file(files.create(body, sent))

    def _copy(self, call: Call) -> Any:
        _needs_room(call)
        body = _known(call.content, WRITABLE - {"trashed"} | {"mimeType", "parents"})
        files, key = self._shelf(call), call.path["fileId"]
        if files.file(key)["mimeType"] != SPREADSHEET or body.get("mimeType") not in (None, SPREADSHEET):
            raise classic_error(403, "cannotCopyFile", "This file cannot be copied by the user.")
        return files.file(files.copy(key, body))

    def _get(self, call: Call) -> Any:
        if call.query.get("alt", "json") != "json":
            said = "Only files with binary content can be downloaded. Use Export with Docs Editors files."
            raise classic_error(403, "fileNotDownloadable", said, location="alt")
        return self._shelf(call).file(call.path["fileId"])

    def _update(self, call: Call) -> Any:
        if call.target.startswith("/upload/"):
            return self._upload_again(call)
        files, key = self._writable(call), call.path["fileId"]
        body = _known(call.content, WRITABLE | {"parents"})
        if "parents" in body:
            said = "The parents field is not directly writable in update requests. "
            said += "Use the addParents and removeParents parameters instead."
            raise classic_error(403, "fieldNotWritable", said)
        files.update(key, body, add=call.words("addParents"), remove=call.words("removeParents"))
        return files.file(key)

    def _upload_again(self, call: Call) -> Any:
        gspreads = call.target.startswith(GSPREADS_UPLOAD)
        if gspreads and call.query.get("convert", "false").lower() != "true":
            raise not_implemented("an upload to Drive v2 without convert")
        files, key, sent = self._writable(call), call.path["fileId"], _upload(call)
        if files.file(key)["mimeType"] != SPREADSHEET or sent.mime_type not in FORMATS:
            raise not_implemented(f"{sent.mime_type} as the content of {files.file(key)['mimeType']}")
        files.replace(key, sent)
        files.update(key, _known(sent.metadata, WRITABLE | {"mimeType"}), add=[], remove=[])
        return files.file(key)

    def _export(self, call: Call) -> Response:
        mime_type, key = call.query.get("mimeType", ""), call.path["fileId"]
        if self._shelf(call).file(key)["mimeType"] != SPREADSHEET:
            said = "Export only supports Docs Editors files."
            raise classic_error(403, "fileNotExportable", said, location="alt")
        if mime_type not in FORMATS:
            raise not_implemented(f"files.export as {mime_type}")
        content = content_of(self.books.read(key), mime_type)
        if len(content) > MOST_EXPORTED:
            raise classic_error(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
        return Response(content, media_type=mime_type)

    def _list(self, call: Call) -> Any:
        asked, files = call.query, self._shelf(call)
        if asked.get("corpora", "user") not in ("user", "allDrives") or asked.get("spaces", "drive") != "drive":
            raise not_implemented("files.list beyond the corpora user and allDrives and the space drive")
        fits = parse(asked["q"]) if asked.get("q") else lambda _file: True
        found = [file for key in files.keys() if fits(file := files.file(key))]  # noqa: SIM118  keys that we may see
        found.sort(key=lambda file: file["modifiedTime"], reverse=True)
        for sort in reversed(call.words("orderBy")):
            name, _, way = sort.partition(" ")
            if name not in SORTABLE or way not in ("", "desc"):
                raise not_implemented(f"files.list ordered by {sort}")
            found.sort(key=SORTABLE[name], reverse=way == "desc")
        page, further = _page(call, found, most=1000)
        return _kind("fileList", incompleteSearch=False, files=page, **further)

    def _share(self, call: Call) -> Any:
        files, key = self._writable(call), call.path["fileId"]
        # `withLink` is a word of Drive v2; v3 takes it and does nothing with it
        known = {"type", "role", "emailAddress", "domain", "allowFileDiscovery", "withLink"}
        body = _known(call.content, known)
        if body.get("type") not in KINDS or body.get("role") not in ROLES:
            field = "type" if body.get("type") not in KINDS else "role"
            raise _required(field)
        where = {"user": "emailAddress", "group": "emailAddress", "domain": "domain"}.get(body["type"])
        if where and ("@" in str(body.get(where))) != (where == "emailAddress"):
            said = f"The specified {where} is invalid or not applicable for the given permission type."
            raise classic_error(400, "invalid", said, location=f"permission.{where}")
        owner = next(held for held in files.file(key)["permissions"] if held["role"] == "owner")
        is_owner = str(body.get("emailAddress")).lower() == owner["emailAddress"]
        if is_owner and body["role"] == "owner":
            return owner
        _check_role(call, body["role"], owner=is_owner)
        return files.share(key, body)

    def _permissions(self, call: Call) -> Any:
        page, further = _page(call, self._shelf(call).file(call.path["fileId"])["permissions"], most=100)
        return _kind("permissionList", permissions=page, **further)

    def _change_role(self, call: Call) -> Any:
        files, role = self._writable(call), _known(call.content, {"role"}).get("role")
        held = files.permission(*call.path.values())
        if role not in ROLES:
            raise _required("role")
        if role != held["role"]:
            _check_role(call, role, owner=held["role"] == "owner")
            held = files.share(call.path["fileId"], {**held, "role": role})
        return held

    def _comments(self, call: Call) -> Any:
        # Nobody can comment here, so there is never one; a copy by gspread asks
        self._shelf(call).file(call.path["fileId"])
        return _kind("commentList", comments=[])

    def _last(self, call: Call) -> str:
        return str(self._shelf(call).next_change())

    def _changes(self, call: Call) -> Any:
        files = self._shelf(call)
        start, size = _first_change(call, files), _size(call, most=1000)
        wanted = call.query.get("includeRemoved", "true").lower() != "false"
        seen = set(files.keys())
        found = [one for one in files.changes(start) if wanted or one[1] in seen]
        about = {"type": "file", "changeType": "file"}
        changes = [
            _kind("change", **about, time=time, removed=key not in seen, fileId=key)
            | ({"file": files.file(key)} if key in seen else {})
            for _number, key, time in found[:size]
        ]
        if len(found) > size:
            return _kind("changeList", changes=changes, nextPageToken=str(found[size][0]))
        return _kind("changeList", changes=changes, newStartPageToken=str(files.next_change()))

    def _watch_changes(self, call: Call) -> Any:
        files = self._shelf(call)
        where = f"changes?alt=json&pageToken={_first_change(call, files)}"
        return self.channels.open(files, _known(call.content, CHANNEL), None, where)

    def _watch_file(self, call: Call) -> Any:
        files, key = self._shelf(call), call.path["fileId"]
        files.file(key)
        return self.channels.open(files, _known(call.content, CHANNEL), key, f"files/{key}?alt=json")

    def _stop(self, call: Call) -> None:
        body = _known(call.content, CHANNEL | {"kind", "resourceId", "resourceUri"})
        self.channels.close(body.get("id") or "", body.get("resourceId") or "")

    def _about(self, call: Call) -> Any:
        if "fields" not in call.query:
            said = "The 'fields' parameter is required for this method."
            raise classic_error(400, "required", said, location="fields")
        account = call.caller.email
        quota = {"limit": "0" if call.caller.robot else str(15 * 2**30)}
        quota |= dict.fromkeys(("usage", "usageInDrive", "usageInDriveTrash"), "0")
        shown = _kind("about", user=user(account, account), storageQuota=quota, canCreateDrives=False)
        for missing in sorted(set(call.mask or {}) - set(shown) - {"*"}):
            raise not_implemented(f"about.get with the field {missing}")
        return shown


def _kind(name: str, **said: Any) -> dict[str, Any]:
    """Return a resource, which in Drive says what kind it is."""
    return {"kind": f"drive#{name}", **said}


def _briefly(function: Function) -> Function:
    """Return a function whose answer is as short as Drive's; 501 for a field of a file that only Google can fill."""

    def answered(call: Call) -> Any:
        schema = call.method.response or ""
        inside: Mask = call.mask
        for name in FILES_IN.get(schema, ()):
            inside = (inside or {}).get(name)
        for name in sorted(set(inside or {}) - SERVED - ABSENT - {"*"}) if schema in FILES_IN else []:
            raise not_implemented(f"the field {name} of a Drive file")
        value = function(call)
        return masked(value, read(BRIEFLY[schema])) if schema in BRIEFLY and not call.query.get("fields") else value

    return answered


def _needs_room(call: Call) -> None:
    if call.caller.robot:
        said = "Service Accounts do not have storage quota. Leverage shared drives, or use OAuth delegation instead."
        raise classic_error(403, "storageQuotaExceeded", said, domain="usageLimits")


def _first_change(call: Call, files: Shelf) -> int:
    start = call.query.get("pageToken", "")
    if not start.isascii() or not start.isdigit() or int(start) > files.next_change():
        raise _bad_token()
    return int(start)


def _upload(call: Call) -> Upload:
    """Read an upload, with its metadata held against Google's description."""
    sent = uploaded(call.query.get("uploadType"), call.headers.get("content-type", ""), call.content)
    method = find_method("POST", "/drive/v3/files")
    if method is not None:
        method.check_request(sent.metadata)
    return sent


def _known(said: bytes, known: set[str]) -> dict[str, Any]:
    """Read the body of a write; a field that Drive has and this server does not keep is a 501."""
    body: dict[str, Any] = read_json(said)
    for name in sorted(set(body) - known):
        raise not_implemented(f"writing the field {name} in Drive")
    return body


def _required(field: str) -> GoogleError:
    said = f"The permission {field} field is required."
    return classic_error(400, "required", said, location=f"permission.{field}")


def _check_role(call: Call, role: str, *, owner: bool) -> None:
    """Refuse another role for the ``owner``, and another owner."""
    if owner:
        raise classic_error(403, "insufficientFilePermissions", "The role of the owner of a file cannot be changed.")
    if role == "owner" and call.query.get("transferOwnership") == "true":
        raise not_implemented("a transfer of ownership")
    if role == "owner":
        said = "The transferOwnership parameter must be enabled when the permission role is 'owner'."
        raise classic_error(403, "forbidden", said, location="transferOwnership")


def _size(call: Call, *, most: int) -> int:
    said = call.query.get("pageSize", "100")
    if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= most:
        raise classic_error(400, "invalid", f"Invalid value '{said}'. Values must be within the range: [1, {most}]")
    return int(said)


def _page(call: Call, items: Sequence[T], *, most: int) -> tuple[Sequence[T], dict[str, str]]:
    """Return one page of the items and, where there is more, ``{"nextPageToken": …}``."""
    size, token = _size(call, most=most), call.query.get("pageToken") or ""
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
