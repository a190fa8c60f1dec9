"""The folder in which the local Google remembers: one JSON file per thing, replaced whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import orjson


def clock() -> datetime:
    """Return the time now, aware, in UTC."""
    return datetime.now(UTC)


def random_id() -> str:
    """Return a 44-character id such as Drive deals out."""
    return "1" + secrets.token_urlsafe(33)[:43]


class Store:
    """State under one directory, read once and written through.

    ``kind`` is a path such as ``"spreadsheets"``, ``"drive/files"`` or ``"gmail/messages"``; ``key`` any text without
    NUL; the value is any JSON. What ``load`` returns is the store's own copy: change it only to ``save`` it.
    """

    def __init__(
        self, directory: Path, *, now: Callable[[], datetime] = clock, new_id: Callable[[], str] = random_id
    ) -> None:
        self.directory = directory
        #: The time, aware.
        self.now = now
        #: A fresh id of 44 URL-safe characters.
        self.new_id = new_id
        self._kinds: dict[str, dict[str, Any]] = {}

    def load(self, kind: str, key: str) -> Any:
        """Return the value, or None where there is none."""
        return self._read(kind).get(key)

    def keys(self, kind: str) -> list[str]:
        """Return the keys of a kind in the order in which they were first saved (after a restart: sorted)."""
        return list(self._read(kind))

    def kinds(self, under: str) -> list[str]:
        """Return the kinds that lie in another: ``gmail/…`` in ``gmail``."""
        folder = self.directory / under
        return sorted(f"{under}/{each.name}" for each in folder.glob("*") if each.is_dir())

    def save(self, kind: str, key: str, value: Any) -> None:
        """Keep the value. A process killed in the middle leaves the old value or the new one, never half of one."""
        path = self._path(kind, key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(path.name + ".new")
        # Letters and marks of children may lie here: readable by the owner alone from the first byte.
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123  Path.open takes no descriptor
            file.write(orjson.dumps(value))
        fresh.replace(path)
        self._read(kind)[key] = value

    def delete(self, kind: str, key: str) -> None:
        """Forget the value; forgetting what is not there is nothing."""
        self._path(kind, key).unlink(missing_ok=True)
        self._read(kind).pop(key, None)

    def _read(self, kind: str) -> dict[str, Any]:
        if kind not in self._kinds:
            files = sorted((self.directory / kind).glob("*.json"))
            self._kinds[kind] = {unquote(file.name[:-5]): orjson.loads(file.read_bytes()) for file in files}
        return self._kinds[kind]

    def _path(self, kind: str, key: str) -> Path:
        return self.directory / kind / (quote(key, safe="") + ".json")
