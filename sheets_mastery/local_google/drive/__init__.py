"""Drive v3: the files and folders of one account, who may see them, and what has changed."""

from __future__ import annotations

from .channels import Bell, Channels
from .routes import routes

__all__ = ["Bell", "Channels", "routes"]
