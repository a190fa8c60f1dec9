"""OAuth 2 as Google speaks it: consent, tokens, ID tokens, and what a bearer may do."""

from __future__ import annotations

from .callers import Caller, caller, guard
from .routes import routes

__all__ = ["Caller", "caller", "guard", "routes"]
