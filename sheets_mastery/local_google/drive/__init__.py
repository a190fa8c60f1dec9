"""Drive v3: the files and folders of one account, who may see them, and what has changed."""

from __future__ import annotations

from .channels import Bell, Channels
from .files import granted
from .functions import Drive

__all__ = ["Bell", "Channels", "Drive", "granted"]
