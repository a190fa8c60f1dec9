"""OAuth 2 as Google speaks it: consent, tokens, ID tokens, and what a bearer may do."""

from __future__ import annotations

from .callers import Caller, caller, check, person
from .routes import Office, routes

__all__ = ["Caller", "Office", "caller", "check", "person", "routes"]
