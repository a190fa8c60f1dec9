"""A spreadsheet's state."""

from __future__ import annotations

from typing import Any


class Document:
    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        self.id = state["spreadsheetId"]
        self.properties = state["properties"]
        self.modified = state["modified"]
        self.version = state["version"]
        self.protected_against_us = False

    @classmethod
    def create(cls, body: dict[str, Any], spreadsheet_id: str, stamp: str) -> Document:
        properties = {"title": "Untitled spreadsheet", **body.get("properties", {})}
        return cls({"spreadsheetId": spreadsheet_id, "properties": properties, "created": stamp, "modified": stamp, "version": 1})

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Document:
        return cls(state)

    def to_json(self) -> dict[str, Any]:
        return {**self.state, "properties": self.properties, "modified": self.modified, "version": self.version}

    def copy(self) -> Document:
        import copy

        return copy.deepcopy(self)
