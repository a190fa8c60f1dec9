"""The stamp that the service keeps in a spreadsheet, and what it tells about the ledger.

A ledger that was put back from a copy, or a copy of it that goes on elsewhere, does not know what has left since, and
would say it to the families once more. The ledger cannot notice that by itself; the sheet can, because there is only
one of it: whoever writes into it leaves a word there that only its own ledger knows, and looks for it before letters
leave. A spreadsheet that was copied holds the stamp of another one.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sheets_mastery.edits import DropStamp, PutStamp
from sheets_mastery.reading import SeenStamp


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """What the service writes about itself into a spreadsheet: nothing of it is about anybody."""

    #: The spreadsheet that it was written into; in a copy of the document this is the other one.
    spreadsheet: str
    #: The installation that wrote it.
    install: str
    #: How many letters had left by then.
    send_seq: int
    #: A random word, another one for each writing.
    word: str

    def text(self) -> str:
        """As it is written."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Stamp | None:
        """What a text says; None for one that is no stamp of ours, or of a version to come."""
        try:
            said = json.loads(text)
            stamp = cls(**said)
        except (ValueError, TypeError, RecursionError):
            return None
        kinds = (stamp.spreadsheet, stamp.install, stamp.word)
        return stamp if all(isinstance(each, str) for each in kinds) and type(stamp.send_seq) is int else None


class Suspicion(StrEnum):
    """Why no letter about a spreadsheet may leave before a person has said something."""

    #: The document is a copy of another one.
    COPY = "copy"
    #: Another installation writes into it.
    OTHER = "other installation"
    #: It was written into by a ledger that knows more than this one.
    BEHIND = "ledger put back"

    @property
    def sentence(self) -> str:
        """What it means, and what to do, for whoever runs the program."""
        return _SENTENCES[self]

    @property
    def what(self) -> str:
        """What it means for the teacher, who sees the sheet alone; without a full stop."""
        return _SEEN[self][0]

    @property
    def remedy(self) -> str:
        """What the teacher can do, in one sentence."""
        return _SEEN[self][1]


_SENTENCES = {
    Suspicion.COPY: (
        "this spreadsheet is a copy of another one, perhaps of last term's; its marks are looked after, and letters "
        "leave as soon as you say that they may: `outbox claim`"
    ),
    Suspicion.OTHER: (
        "another installation of Sheets Mastery has written into this spreadsheet (or this one, before it got a new "
        "ledger); so that no family hears twice, letters wait until you say that only this one is to write: "
        "`outbox claim`"
    ),
    Suspicion.BEHIND: (
        "letters may have left that this ledger does not know of, as after a copy of it was put back, or went on "
        "elsewhere; so that no family hears twice, letters wait: look where sent mail is, then `outbox reconcile`"
    ),
}
_SEEN = {
    Suspicion.COPY: (
        "no letter leaves: this document is a copy of another one, perhaps of last term's",
        "If letters are to leave about this one, say `outbox claim`, or ask whoever runs the program to.",
    ),
    Suspicion.OTHER: (
        (
            "no letter leaves: another installation of the program has written into this document (or this one, before "
            "it got a new ledger), and no family shall hear twice"
        ),
        (
            "If only this one is to write from now on, have the other one switched off and say `outbox claim`, or ask "
            "whoever runs the program to."
        ),
    ),
    Suspicion.BEHIND: (
        (
            "no letter leaves: some may have left that the program does not know of, as after its ledger was put back "
            "from a copy, and no family shall hear twice"
        ),
        "Look where sent mail is and say `outbox reconcile`, or ask whoever runs the program to.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantine:
    """A spreadsheet about which no letter leaves."""

    spreadsheet: str
    why: Suspicion
    #: When it was noticed.
    since: datetime
    #: How many letters had left by what stands in the sheet.
    send_seq: int
    #: What stood there when it was noticed, as `noted` writes it; "" where that was not kept.
    noted: str = ""

    def others_at_work(self, seen: Iterable[SeenStamp]) -> bool:
        """Whether another one has written into the spreadsheet since, and so looks after it.

        One in quarantine puts no stamp anywhere, so a stamp that has changed is another one's. Where there is none any
        more, whoever wrote it has taken everything out of the sheet.
        """
        now = noted(seen)
        return bool(self.noted and now) and now != self.noted


def noted(seen: Iterable[SeenStamp]) -> str:
    """What stands in a spreadsheet, to be compared later."""
    return "\n".join(sorted(each.text for each in seen))


def suspect(
    seen: Iterable[SeenStamp], spreadsheet: str, *, install: str, send_seq: int, words: Container[str]
) -> tuple[Suspicion, int] | None:
    """What is wrong with the stamps of a spreadsheet, and how many letters had left by what they say; None for nothing.

    `words` are those that this ledger has written, or was about to write, into that spreadsheet. No stamp at all is no
    reason to suspect anything: it is still the same spreadsheet, and the sheet of a ledger that knows more has one.
    """
    found: list[tuple[Suspicion, int]] = []
    for each in seen:
        stamp = Stamp.read(each.text)
        if stamp is None:
            found.append((Suspicion.OTHER, 0))
        elif stamp.spreadsheet != spreadsheet:
            found.append((Suspicion.COPY, 0))
        elif stamp.install != install:
            found.append((Suspicion.OTHER, 0))
        elif stamp.word not in words or stamp.send_seq > send_seq:
            found.append((Suspicion.BEHIND, stamp.send_seq))
    order = list(Suspicion)
    return max(found, key=lambda each: (order.index(each[0]), each[1]), default=None)


def words_of(seen: Iterable[SeenStamp]) -> tuple[str, ...]:
    """The random words of some stamps."""
    return tuple(stamp.word for each in seen if (stamp := Stamp.read(each.text)) is not None)


def stamping(seen: Sequence[SeenStamp], stamp: Stamp) -> tuple[PutStamp | DropStamp, ...]:
    """Put a stamp in the place of those that were seen.

    It takes that place only where nobody else has been there since: of two who saw the same, one has to notice.
    """
    first, *others = seen or (None,)
    drops = tuple(DropStamp(stamp=each) for each in others if each is not None)
    return (PutStamp(text=stamp.text(), instead=first), *drops)
