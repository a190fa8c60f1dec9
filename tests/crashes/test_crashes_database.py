"""A database that fails at any statement of a delivery, or of a reading of what has come back: a real fault of each.

No program dies here: the transaction fails, the program says so in a sentence, and the next delivery goes on. A
newcomer's run tries a statement here and there, what runs on every change tries each.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import returns
from databases import new_database
from faulty import Fault
from returning import BEN, CLASS, Postbox, Returning, ReturnLab
from schedules import START
from sqlalchemy import select
from trials import every_so_many
from world import Sheet

from sheets_mastery import outbox
from sheets_mastery.comebacks import read_comebacks
from sheets_mastery.errors import LedgerError
from sheets_mastery.ledger.tables import bounce, notice
from sheets_mastery.mail import MaildirMailer
from sheets_mastery.notices import NoticeState


@pytest.fixture(params=["sqlite", "postgresql"])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[ReturnLab, str]]:
    """A lab and its ledger's address."""
    if request.param == "sqlite":
        opened = ReturnLab.at(url := f"sqlite:///{tmp_path}/mastery.sqlite", tmp_path)
        yield opened, url
        opened.close()
        return
    with new_database(request.getfixturevalue("postgresql_server"), "TEMPLATE template0") as url:
        opened = ReturnLab.at(url, tmp_path)
        yield opened, url
        opened.close()


def deliver(lab: ReturnLab, world: Returning) -> None:
    """Read what has come back, and send, as the service does; nothing in this world goes wrong by itself."""
    ledger = lab.ledger
    read_comebacks(Postbox(world), ledger, ledger.install().secret, world.now())
    outbox.deliver(
        Sheet(world, CLASS, CLASS, None),
        ledger,
        MaildirMailer(lab.folder / "outbox"),
        lab.press,
        lab.settings,
        lab.settings.gradebooks,
        clock=world.now,
        lease_owner="it",
        envelope=lab.press.seal,
    )


def letters(lab: ReturnLab) -> list[bytes]:
    return [path.read_bytes() for path in (lab.folder / "outbox" / "new").glob("*")]


def hear(lab: ReturnLab, world: Returning) -> None:
    """Let Ben's letter come back for good, once it has left."""
    bens = [letter for letter in letters(lab) if b"Oxenstierna, Ben" in letter or b"Ben " in letter]
    if bens and not world.mails:
        world.mails.append(returns.about(bens[0]))


def all_of_it(lab: ReturnLab, world: Returning) -> None:
    """A delivery, and another one after a letter has come back."""
    deliver(lab, world)
    hear(lab, world)
    world.pass_time(1200)
    deliver(lab, world)


def test_each_letter_leaves_once_and_each_return_counts_once_whichever_statement_fails(
    lab: tuple[ReturnLab, str],
) -> None:
    played, url = lab
    fault = Fault(played.ledger, url)
    said: list[str] = []
    for number in every_so_many(7 if url.startswith("sqlite") else 17):
        played.put_back()
        shutil.rmtree(played.folder / "outbox", ignore_errors=True)
        played.ledger._database.engine.dispose()
        world = Returning(start=START)
        fault.countdown = number
        try:
            all_of_it(played, world)
        except LedgerError as problem:
            said.append(str(problem))
        clean = fault.countdown > 0
        fault.mend(played.ledger)
        assert len(letters(played)) <= 3
        world.pass_time(1200)
        all_of_it(played, world)
        assert len(letters(played)) == 3
        with played.ledger._database.reading() as connection:
            assert {row.state for row in connection.execute(select(notice.c.state))} == {NoticeState.SENT}
            assert [row.letter for row in connection.execute(select(bounce.c.letter))] == [played.letter(BEN).key]
        assert [each.key for each in played.ledger.suppressed()] == [played.letter(BEN).key]
        if clean:
            break
    assert number > 50
    assert len(said) >= 4
    assert {each.startswith("The ledger ") for each in said} == {True}
    assert not [word for word in ("Oxenstierna", "oxen@", "Quillfeather", "quill@") if word in "".join(said)]
