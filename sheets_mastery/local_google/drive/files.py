"""What Drive knows of each file beyond its content: where it lies, who may see it, and when it last changed.

A spreadsheet's name and times are its own and are asked of the Sheets service; the rest is kept here. Nothing is pushed
from there: before every answer the shelf looks which spreadsheets have moved on since it last looked, so a write that
was followed by a crash is still seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sheets_mastery.local_google.errors import GoogleError, classic_error
from sheets_mastery.local_google.sheets import Spreadsheets
from sheets_mastery.local_google.sheets.books import KIND as BOOKS
from sheets_mastery.local_google.store import Store
from sheets_mastery.local_google.transfer import replace, take_in

from .content import Upload

KIND = "drive/files"
REMOVED = "drive/removed"

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
FOLDER = "application/vnd.google-apps.folder"
#: The id of My Drive.
ROOT = "0AEhNXQm2lT6sUk9PVA"
LINKS = {
    SPREADSHEET: "https://docs.google.com/spreadsheets/d/{}/edit?usp=drivesdk",
    FOLDER: "https://drive.google.com/drive/folders/{}",
}
#: What a file may be given; in an update every key may also come alone, and null empties it.
WRITABLE = {"name", "description", "starred", "trashed", "appProperties", "properties"}
#: What ``file`` tells of a file, where there is something to tell.
SERVED = WRITABLE | {
    "kind", "id", "mimeType", "explicitlyTrashed", "parents", "spaces", "version", "webViewLink", "createdTime",
    "modifiedTime", "owners", "ownedByMe", "shared", "permissions", "permissionIds",
}  # fmt: skip
#: A permission's role -> what it lets its holder do with a spreadsheet.
RIGHTS = {"owner": "writer", "writer": "writer", "commenter": "reader", "reader": "reader"}


class Shelf:
    """The files as one account sees them: spreadsheets, and folders to put them into."""

    def __init__(self, store: Store, books: Spreadsheets, account: str) -> None:
        self.store = store
        self.books = books
        self.account = account
        self._look()

    def _look(self) -> None:
        """Take note of spreadsheets that were made, written to or deleted since anybody last looked.

        One that was made by nobody in particular belongs to whoever looks first.
        """
        cards = [card for key in self.books.ids() if (card := self.books.card(key)) is not None]
        for card in sorted(cards, key=lambda card: card.modified):
            kept = self.store.load(KIND, card.id)
            if kept is None:
                self._keep(card.id, _fresh(card.owner or self.account, SPREADSHEET) | {"seen": card.version})
            elif kept["seen"] != card.version:
                # The version moves on by every write, also by those between two looks
                version = kept["version"] + card.version - kept["seen"]
                self._keep(card.id, kept | {"seen": card.version, "version": version})
        for key in self.store.keys(KIND):
            if self.store.load(KIND, key)["mimeType"] == SPREADSHEET and self.books.card(key) is None:
                self._forget(key)

    def create(self, body: dict[str, Any], upload: Upload | None = None) -> str:
        """Make a spreadsheet, of what was uploaded or empty, or a folder; return its id. 404 for an unknown parent."""
        parents = [self.folder(parent) for parent in body.get("parents") or ["root"]]
        given = {key: value for key, value in body.items() if key in WRITABLE - {"name"} and value is not None}
        kept = _fresh(self.account, body["mimeType"]) | given | {"parents": parents}
        if body["mimeType"] == SPREADSHEET:
            title = body.get("name") or "Untitled"
            if upload is None:
                key = self.books.create({"properties": {"title": title}}).id
            else:
                key = take_in(self.books, upload.content, upload.mime_type, title).id
            return self._keep(key, kept | {"seen": self._seen(key)})
        stamp = self._stamp()
        return self._keep(
            self.store.new_id(), kept | {"name": body.get("name") or "Untitled", "created": stamp, "modified": stamp}
        )

    def copy(self, key: str, body: dict[str, Any]) -> str:
        """Copy a spreadsheet and return the copy's id; shares and stars stay behind."""
        original = self.file(key)
        parents = [self.folder(parent) for parent in body.get("parents") or original["parents"]]
        kept = _fresh(self.account, SPREADSHEET) | {"parents": parents}
        for name in ("appProperties", "properties", "description"):
            if name in original or body.get(name):
                kept[name] = body.get(name) or original[name]
        made = self.books.copy(key, body.get("name") or f"Copy of {original['name']}").id
        return self._keep(made, kept | {"seen": self._seen(made)})

    def update(self, key: str, body: dict[str, Any], *, add: list[str], remove: list[str]) -> None:
        """Change what Drive keeps of a file, and move it between folders."""
        kept = dict(self.store.load(KIND, key))
        if body.get("name") is not None:
            if kept["mimeType"] == SPREADSHEET:
                self.books.rename(key, body["name"])
                kept["seen"] = self._seen(key)
            else:
                kept |= {"name": body["name"], "modified": self._stamp()}
        for name in ("description", "starred", "trashed"):
            if name in body:
                kept[name] = body[name]
        for name in ("appProperties", "properties"):
            merged = kept.get(name, {}) | (body.get(name) or {})
            kept[name] = {entry: value for entry, value in merged.items() if value is not None}
        leaving, coming = [self.folder(parent) for parent in remove], [self.folder(parent) for parent in add]
        stay = [parent for parent in kept["parents"] if parent not in leaving]
        # A file lies in one folder since 2020: a new one takes the place of the old
        kept["parents"] = coming[-1:] or stay
        self._keep(key, kept | {"version": kept["version"] + 1})

    def replace(self, key: str, upload: Upload) -> None:
        """Put what was uploaded in place of a spreadsheet's content."""
        replace(self.books, key, upload.content, upload.mime_type)
        self._look()

    def delete(self, key: str) -> None:
        """Delete a file for good; a folder takes what lies in it along."""
        for inner in [inner for inner in self.keys() if key in self.store.load(KIND, inner)["parents"]]:
            self.delete(inner)
        if self.store.load(KIND, key)["mimeType"] == SPREADSHEET:
            self.books.delete(key)
        self._forget(key)

    def keys(self) -> list[str]:
        """Return the ids of the files that are shared with us."""
        return [key for key in self.store.keys(KIND) if self.role(key) != "none"]

    def role(self, key: str) -> str:
        """Return what we may do with a file: "writer", "reader" or "none"."""
        return self.books.role(key, self.account)

    def file(self, key: str) -> dict[str, Any]:
        """Return all that is known of a file as a ``File`` resource. Drive's 404 when there is none for us."""
        kept = self.store.load(KIND, key)
        if kept is None or self.role(key) == "none":
            raise not_found(key)
        card = self.books.card(key) if kept["mimeType"] == SPREADSHEET else None
        owner = next(held for held in kept["permissions"] if held["role"] == "owner")
        resource = {
            "kind": "drive#file",
            "id": key,
            "name": card.title if card else kept["name"],
            "mimeType": kept["mimeType"],
            "description": kept.get("description"),
            "starred": kept["starred"],
            "trashed": kept["trashed"],
            "explicitlyTrashed": kept["trashed"],
            "parents": kept["parents"] or None,
            "properties": kept.get("properties") or None,
            "appProperties": kept.get("appProperties") or None,
            "spaces": ["drive"],
            "version": str(kept["version"]),
            "webViewLink": LINKS[kept["mimeType"]].format(key),
            "createdTime": card.created if card else kept["created"],
            "modifiedTime": card.modified if card else kept["modified"],
            "owners": [user(owner["emailAddress"], self.account)],
            "ownedByMe": owner["emailAddress"] == self.account,
            "shared": len(kept["permissions"]) > 1,
            "permissions": kept["permissions"],
            "permissionIds": [held["id"] for held in kept["permissions"]],
        }
        return {name: value for name, value in resource.items() if value is not None}

    def folder(self, key: str) -> str:
        """Return a folder's id; ``root`` is My Drive. Drive's 404 for one that is not there."""
        if key in ("root", ROOT):
            return ROOT
        if (self.store.load(KIND, key) or {}).get("mimeType") != FOLDER:
            raise not_found(key)
        return key

    def share(self, key: str, permission: dict[str, Any]) -> dict[str, Any]:
        """Let somebody see a file and return the permission as kept. Sharing again with the same changes the role."""
        kept = self.store.load(KIND, key)
        held = _permission(permission)
        others = [other for other in kept["permissions"] if other["id"] != held["id"]]
        self._keep(key, kept | {"permissions": [*others, held], "version": kept["version"] + 1})
        return held

    def unshare(self, key: str, permission_id: str) -> None:
        """Take a permission back. 404 when there is none such, 403 for the owner's."""
        kept = self.store.load(KIND, key)
        held = self.permission(key, permission_id)
        if held["role"] == "owner":
            raise classic_error(403, "insufficientFilePermissions", "The owner of a file cannot be removed.")
        others = [other for other in kept["permissions"] if other["id"] != permission_id]
        self._keep(key, kept | {"permissions": others, "version": kept["version"] + 1})

    def permission(self, key: str, permission_id: str) -> dict[str, Any]:
        """Return one permission of a file. Drive's 404 when there is none such."""
        for held in self.file(key)["permissions"]:
            if held["id"] == permission_id:
                found: dict[str, Any] = held
                return found
        raise classic_error(404, "notFound", f"Permission not found: {permission_id}.", location="permissionId")

    def next_change(self) -> int:
        """Return the number that the next change will have."""
        kept = [self.store.load(kind, key)["change"] for kind in (KIND, REMOVED) for key in self.store.keys(kind)]
        return max(kept, default=0) + 1

    def changes(self, start: int) -> list[tuple[int, str, str]]:
        """Return (number, file id, time) of each file's last change, of those from ``start`` on, oldest first."""
        return sorted(
            (kept["change"], key, kept["time"])
            for kind in (KIND, REMOVED)
            for key in self.store.keys(kind)
            if (kept := self.store.load(kind, key))["change"] >= start
        )

    def _keep(self, key: str, kept: dict[str, Any]) -> str:
        self.store.save(KIND, key, kept | {"change": self.next_change(), "time": self._stamp()})
        return key

    def _forget(self, key: str) -> None:
        self.store.save(REMOVED, key, {"change": self.next_change(), "time": self._stamp()})
        self.store.delete(KIND, key)

    def _seen(self, key: str) -> int:
        card = self.books.card(key)
        return card.version if card else 0

    def _stamp(self) -> str:
        return self.store.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def granted(store: Store) -> Callable[[str, str], str]:
    """Return what tells an account's role on a file, by its permissions; a file of nobody's is its first reader's."""

    def role(key: str, account: str) -> str:
        kept = store.load(KIND, key)
        if kept is None:
            owner = (store.load(BOOKS, key) or {}).get("owner") or account
            return "writer" if owner == account else "none"
        ours = [RIGHTS[held["role"]] for held in kept["permissions"] if _is_for(held, account)]
        return "writer" if "writer" in ours else "reader" if ours else "none"

    return role


def _is_for(held: dict[str, Any], account: str) -> bool:
    if held["type"] == "domain":
        return account.endswith(f"@{held['domain'].lower()}")
    return held["type"] == "anyone" or bool(held["emailAddress"].lower() == account)


def not_found(key: str) -> GoogleError:
    """Drive: no such file, or none that is shared with us; it does not tell which."""
    return classic_error(404, "notFound", f"File not found: {key}.", location="fileId")


def user(email: str, account: str) -> dict[str, Any]:
    """Return a ``User`` resource as ``account`` sees it."""
    return {
        "kind": "drive#user",
        "displayName": email.partition("@")[0],
        "me": email.lower() == account,
        "permissionId": _number(email.lower()),
        "emailAddress": email,
    }


def _fresh(account: str, mime_type: str) -> dict[str, Any]:
    owner = _permission({"type": "user", "role": "owner", "emailAddress": account})
    return {
        "mimeType": mime_type,
        "starred": False,
        "trashed": False,
        "parents": [ROOT],
        "permissions": [owner],
        "version": 1,
        "seen": 0,
    }


def _permission(said: dict[str, Any]) -> dict[str, Any]:
    held = {"kind": "drive#permission", "type": said["type"], "role": said["role"]}
    if said["type"] in ("user", "group"):
        email = said["emailAddress"]
        held |= {"id": _number(email.lower()), "emailAddress": email, "displayName": email.partition("@")[0]}
        return held | {"deleted": False, "pendingOwner": False}
    listed = bool(said.get("allowFileDiscovery"))
    if said["type"] == "domain":
        held |= {"id": _number(said["domain"]) + "k", "domain": said["domain"], "displayName": said["domain"]}
    else:
        held |= {"id": "anyone" if listed else "anyoneWithLink"}
    return held | {"allowFileDiscovery": listed}


def _number(text: str) -> str:
    return str(10**19 + int(hashlib.sha256(text.encode()).hexdigest(), 16) % (9 * 10**19))
