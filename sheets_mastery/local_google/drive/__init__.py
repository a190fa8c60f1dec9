"""Drive v3: the files and folders of one account, who may see them, and what has changed."""

from __future__ import annotations

from .routes import routes

__all__ = ["routes"]
