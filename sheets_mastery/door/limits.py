"""How often the door answers: so many times a second, all together and each who asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

#: So many of those who ask are remembered; who asked longest ago is forgotten first.
_REMEMBERED = 4096
#: Whoever has an IPv6 address has 2^64 of them.
_NETWORK = (1 << 128) - (1 << 64)


class Bucket:
    """A bucket of tokens: `burst` fit into it, and it is filled up by so many a second."""

    def __init__(self, *, per_second: float, burst: float, now: float) -> None:
        self._per_second, self._burst = per_second, burst
        self._left, self._seen = burst, now

    def take(self, now: float) -> bool:
        """Take one, if there is one. `now` is in seconds of a clock that only goes forward."""
        self._left = min(self._burst, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Limits:
    """The limits of one door. A link scanner that looks at a whole class's letters at once stays below them."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        each: tuple[float, float] = (20, 600),
        all_: tuple[float, float] = (100, 2000),
    ) -> None:
        """`each` and `all_`: how many a second, and how many at once. `clock`: seconds that only go forward."""
        self._clock, self._each = clock, each
        self._all = Bucket(per_second=all_[0], burst=all_[1], now=clock())
        self._peers: OrderedDict[object, Bucket] = OrderedDict()

    def let_in(self, address: str) -> bool:
        """Whether one more request from an address is answered now."""
        now, peer = self._clock(), _peer(address)
        if peer not in self._peers:
            self._peers[peer] = Bucket(per_second=self._each[0], burst=self._each[1], now=now)
        self._peers.move_to_end(peer)
        if len(self._peers) > _REMEMBERED:
            self._peers.popitem(last=False)
        return self._peers[peer].take(now) and self._all.take(now)


def _peer(address: str) -> object:
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return int(parsed) & _NETWORK if isinstance(parsed, IPv6Address) else parsed
