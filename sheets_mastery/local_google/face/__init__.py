"""The face of the local Google: its spreadsheets, letters and requests as pages for a browser."""

from __future__ import annotations

from .pages import PREFIX, routes

__all__ = ["PREFIX", "routes"]
