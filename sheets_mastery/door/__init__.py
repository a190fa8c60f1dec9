"""The door to the web at which a family stops letters of one kind by the signed link in them, and nothing else.

`asked` reads what somebody wants, `languages` in which language, `limits` says how often; `answers` is the application,
and `server` lets it listen. A page that is looked at never changes anything: only a POST does, because programs look at
every link in a letter before its reader does (RFC 8058 is about that).
"""

from sheets_mastery.door.answers import Door
from sheets_mastery.door.server import serve

__all__ = ["Door", "serve"]
