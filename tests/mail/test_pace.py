"""So much in any minute: never more, hardly less, and never waited for while a letter is on its way."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from sheets_mastery.pace import Pace


@dataclass
class Clock:
    """Time that passes only in pauses."""

    now: float = 1000.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.pauses.append(seconds)
        self.now += seconds


def test_letters_wait_until_there_is_room_for_a_whole_one() -> None:
    clock = Clock()
    pace = Pace(300, 130, monotonic=clock, sleep=clock.sleep)
    for _ in range(2):
        pace.wait()
        for units in (10, 20, 100):
            clock.now += 1
            pace.spend(units)
    assert clock.pauses == []
    # 40 units are left: enough for nothing but to wait until 90 more are a minute old, those of the first letter.
    pace.wait()
    assert (len(clock.pauses), clock.now) == (1, 1063.05)


def test_in_no_minute_is_more_spent_than_there_is_and_in_no_long_time_much_less() -> None:
    chance, clock = random.Random(20261030), Clock()
    pace = Pace(5_900, 130, monotonic=clock, sleep=clock.sleep)
    asked: list[tuple[float, int]] = []
    while clock.now < 1000 + 3600:
        pace.wait()
        for units in (10, 20, 100):
            # The service counts at some moment before its answer is there.
            took = chance.uniform(0, 0.3)
            asked.append((clock.now + chance.uniform(0, took), units))
            clock.now += took
            pace.spend(units)
    for number, (start, _) in enumerate(asked):
        assert sum(units for when, units in asked[number:] if when < start + 60) <= 6_000
    assert sum(units for _, units in asked) >= 0.95 * 6_000 * 60


def test_a_pace_without_a_limit_waits_for_nothing() -> None:
    clock = Clock()
    pace = Pace(float("inf"), monotonic=clock, sleep=clock.sleep)
    for _ in range(1000):
        pace.wait()
        pace.spend(1)
    assert clock.pauses == []
