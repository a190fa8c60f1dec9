"""Letters that came back: which they are, and writing again to an address that a person knows to be good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sheets_mastery import desk, terminal
from sheets_mastery.errors import SettingsError
from sheets_mastery.leaving import KINDS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sheets_mastery.wiring import Service


@dataclass(frozen=True, kw_only=True, slots=True)
class Undelivered:
    """One letter that came back."""

    letter: desk.Letter
    #: Whether its address is not written to any more.
    blocked: bool


def listed(service: Service, gradebook: str | None, *, names: bool) -> tuple[Undelivered, ...]:
    """The letters that came back, those first that left first. `names` reads each sheet once."""
    chosen = {each.name for each in service.chosen(gradebook)}
    keys = [key for key, each in service.ledger.since().items() if each.bounce is not None]
    notices = [notice for key in keys for notice in service.ledger.find(key) if notice.gradebook in chosen]
    stopped = {each.guardian for each in service.ledger.suppressed()}
    blocked = {notice.key: notice.guardian in stopped for notice in notices}
    return tuple(
        Undelivered(letter=each, blocked=blocked[each.key]) for each in desk.named(service, notices, names=names)
    )


def unblock(service: Service, beginnings: Iterable[str]) -> tuple[str, ...]:
    """Let letters go again to the addresses from which some letters came back; answers the letters' whole keys.

    SettingsError, with nothing changed, where one of them is not there or its address is written to anyway.
    """
    letters = {notice.key: notice for notice in (desk.the_one(service, each) for each in beginnings)}
    stopped = {each.guardian for each in service.ledger.suppressed()}
    for notice in letters.values():
        if notice.guardian not in stopped:
            raise SettingsError(
                f"outbox unblock: the address of the letter {notice.key[: desk.SHOWN]} is written to as it is; "
                "`outbox undelivered` shows those that are not."
            )
    for person in dict.fromkeys(notice.guardian for notice in letters.values()):
        service.ledger.write_again(person, now=service.clock(), who=desk.PERSON)
    return tuple(letters)


def told(one: Undelivered) -> dict[str, Any]:
    """A letter for a script."""
    return asdict(one.letter) | {"blocked": one.blocked}


def drawn(found: Iterable[Undelivered], *, names: bool) -> RenderableType:
    """Such letters in a table."""
    columns = ("key", "gradebook", "about", "day", "what happened", "the address")
    rows = (
        (
            each.letter.key[: desk.SHOWN],
            each.letter.gradebook,
            KINDS.get(each.letter.kind, each.letter.kind),
            *((each.letter.student or "", each.letter.guardian or "") if names else ()),
            each.letter.slot,
            each.letter.since,
            "no longer written to" if each.blocked else "written to",
        )
        for each in found
    )
    titles = (*columns[:3], "student", "guardian", *columns[3:]) if names else columns
    return terminal.listing("Letters that came back", titles, rows, sentences=columns[4:])
