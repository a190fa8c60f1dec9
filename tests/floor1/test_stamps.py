"""What the stamp in a spreadsheet tells about the ledger that reads it."""

from __future__ import annotations

import pytest

from sheets_mastery.edits import DropStamp, PutStamp
from sheets_mastery.reading import SeenStamp
from sheets_mastery.stamps import Stamp, Suspicion, stamping, suspect

OURS = Stamp(spreadsheet="this one", install="we", send_seq=5, word="known")


def seen(*texts: str) -> tuple[SeenStamp, ...]:
    return tuple(SeenStamp(id=number, text=text) for number, text in enumerate(texts, 1))


def text(**others: object) -> str:
    said = {"spreadsheet": "this one", "install": "we", "send_seq": 5, "word": "known"} | others
    return Stamp(**said).text()  # type: ignore[arg-type]  # some of them are wrong on purpose


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), None),
        ((text(),), None),
        ((text(send_seq=4),), None),
        ((text(send_seq=6),), (Suspicion.BEHIND, 6)),
        ((text(word="another"),), (Suspicion.BEHIND, 5)),
        ((text(install="they"),), (Suspicion.OTHER, 0)),
        ((text(spreadsheet="last term's"),), (Suspicion.COPY, 0)),
        # A copy of another installation's document is a copy first.
        ((text(spreadsheet="last term's", install="they"),), (Suspicion.COPY, 0)),
        # Of several the worst counts.
        ((text(), text(spreadsheet="last term's"), text(word="another", send_seq=9)), (Suspicion.BEHIND, 9)),
        # What nobody can read was written by a version to come, or by somebody else.
        (("{}",), (Suspicion.OTHER, 0)),
        (("not json",), (Suspicion.OTHER, 0)),
        (("[1]",), (Suspicion.OTHER, 0)),
        ((text(send_seq="5"),), (Suspicion.OTHER, 0)),
        (("[" * 100_000,), (Suspicion.OTHER, 0)),
    ],
)
def test_a_stamp_is_ours_or_says_why_letters_wait(
    texts: tuple[str, ...], expected: tuple[Suspicion, int] | None
) -> None:
    assert suspect(seen(*texts), "this one", install="we", send_seq=5, words={"known"}) == expected


def test_a_stamp_takes_the_place_of_those_that_were_seen() -> None:
    assert stamping((), OURS) == (PutStamp(text=OURS.text(), instead=None),)
    first, second = seen(text(word="one"), text(word="two"))
    assert stamping((first, second), OURS) == (
        PutStamp(text=OURS.text(), instead=first),
        DropStamp(stamp=second),
    )


def test_a_stamp_reads_as_it_was_written_and_holds_nothing_but_numbers_and_names_of_machines() -> None:
    assert Stamp.read(OURS.text()) == OURS
    assert OURS.text() == '{"install":"we","send_seq":5,"spreadsheet":"this one","word":"known"}'
