"""Gmail's quota of units (https://developers.google.com/workspace/gmail/api/reference/quota)."""

from __future__ import annotations

#: What one user may spend in a minute is 6,000; so many of them are spent here.
A_MINUTE = 5_900
#: What a request costs.
CREATE_DRAFT, GET_DRAFT, DELETE_DRAFT, SEND, LIST, GET_MESSAGE = 10, 20, 10, 100, 5, 20
