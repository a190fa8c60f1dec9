"""Whether this machine's clock may be gone by: holds, quiet hours, windows and school days all hang on it."""

from __future__ import annotations

from datetime import datetime, timedelta

#: What a clock may be wrong by.
_APART = timedelta(minutes=5)


def apart(before: datetime, answered: datetime | None, after: datetime) -> str:
    """That this machine's clock is too far from Google's, in a sentence; "" where it is not.

    `before` and `after` are when the sheet was asked and had answered by this clock, `answered` when it did by Google's
    (None where that was not told): however long an answer takes, it lies between the two.
    """
    if answered is None:
        return ""
    behind, ahead = answered - after, before - answered
    off = max(behind, ahead)
    if off <= _APART:
        return ""
    way = "behind" if off == behind else "ahead of"
    return f"This machine's clock is {_said(off)} {way} Google's, so letters wait: set it right, or let NTP do it."


def _said(off: timedelta) -> str:
    minutes = round(off / timedelta(minutes=1))
    if minutes < 120:
        return f"{minutes} minutes"
    hours = round(off / timedelta(hours=1))
    return f"{hours} hours" if hours < 48 else f"{round(off / timedelta(days=1))} days"
