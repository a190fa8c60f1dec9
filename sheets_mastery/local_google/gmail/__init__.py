"""Gmail v1: mailboxes in which letters lie, and from which nothing ever leaves this machine."""

from __future__ import annotations

from .functions import Gmail

__all__ = ["Gmail"]
