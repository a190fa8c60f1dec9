"""How fast letters leave, so that no mail service has to say that it is too fast.

A service counts what it was asked for within a minute, and counts what it refuses as well: who is refused once waits
longer. So what was asked for is counted here in the same way, and waited for before a letter is begun, never while one
is on its way. Another process does not know of it; what such a one is refused is waited for as the service says.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

#: Seconds that are counted together, and a moment more: no two clocks run alike.
_MINUTE = 60.05


class Pace:
    """So much in any minute, and no more."""

    def __init__(
        self,
        most: float,
        letter: int = 1,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], bool | None] = time.sleep,
    ) -> None:
        """`most` units may be spent in any minute (infinitely many, too), `letter` of them by one letter.

        `sleep` waits so many seconds; it may end earlier and answer True, where there is no more to wait for.
        """
        self._room = max(0, most - letter)
        self._monotonic = monotonic
        self._sleep = sleep
        #: When how much was spent, oldest first.
        self._spent: deque[tuple[float, int]] = deque()

    def wait(self) -> bool:
        """Wait until one more letter fits into the minute, which may take the whole of it; False where it does not."""
        while (seconds := self._seconds()) > 0:
            if self._sleep(seconds):
                return False
        return True

    def spend(self, units: int) -> None:
        """Count what was asked for. Said afterwards: then the service has counted it earlier, and never later."""
        self._spent.append((self._monotonic(), units))

    def _seconds(self) -> float:
        now = self._monotonic()
        while self._spent and now - self._spent[0][0] >= _MINUTE:
            self._spent.popleft()
        too_much = sum(units for _, units in self._spent) - self._room
        until = now
        for when, units in self._spent:
            if too_much <= 0:
                break
            too_much -= units
            until = when + _MINUTE
        return until - now
