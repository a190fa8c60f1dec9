"""A mail that a family has got, held against what the ledger keeps of the letters that left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from sheets_mastery.envelope import token
from sheets_mastery.errors import SettingsError
from sheets_mastery.examined import Examined, examine
from sheets_mastery.ledger.tables import notice

if TYPE_CHECKING:
    from tests.work.conftest import Class


def written(tmp_path: Path, mail: bytes) -> Path:
    """A mail as somebody has saved it."""
    saved = tmp_path / "complaint.eml"
    saved.write_bytes(mail)
    return saved


def test_a_letter_is_told_from_one_that_was_changed_and_from_one_that_somebody_else_has_got(
    algebra: Class, tmp_path: Path
) -> None:
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    ben, ana = algebra.letters()["Ben"], algebra.letters()["Ana"]
    (key,) = (path.name.partition(".")[0] for path in algebra.school.letters() if path.read_bytes() == ben)
    now = algebra.service.clock()

    # On its way mail servers add lines on top, and end lines as they like.
    arrived = b"Received: from mail.example.org\nDelivered-To: oxen@example.org\n" + ben.replace(b"\r\n", b"\n")
    expected = Examined(
        key=key,
        gradebook=algebra.gradebook.name,
        kind="missing",
        student="benid8",
        state="sent",
        at=now,
        as_it_left=True,
        to_its_reader=True,
    )
    found = examine(algebra.service, written(tmp_path, arrived))
    assert (found, found.in_order) == (expected, True)

    def what(mail: bytes) -> tuple[str, bool | None, bool]:
        found = examine(algebra.service, written(tmp_path, mail))
        return found.student, found.as_it_left, found.to_its_reader

    changed = ben.replace(b"Essay", b"Novel")
    assert (changed != ben, what(changed)) == (True, ("benid8", False, True))
    # Cho's mother shows a letter about Ben: her address was never the one that it was for.
    assert what(ben.replace(b"oxen@", b"zubi@")) == ("benid8", False, False)
    # Ben's words under the mark of Ana's letter.
    mark = next(line for line in ana.split(b"\r\n") if line.startswith(b"X-SM-Notice"))
    assert what(ben.replace(b"X-SM-Notice: " + token(key).encode(), mark)) == ("anaid7", False, False)
    # A mail program has taken our headers off; the reference in the text is left.
    bare = b"\r\n".join(line for line in ben.split(b"\r\n") if not line.startswith(b"X-SM-"))
    assert what(bare) == ("benid8", True, True)

    with algebra.service.ledger._database.writing() as connection:
        kept = connection.exec_driver_sql("SELECT content_hash FROM notice").scalars().all()
        connection.execute(update(notice).values(content_hash=""))
    assert (len(set(kept)), {len(each) for each in kept}) == (3, {64})
    assert what(ben) == ("benid8", None, True)


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"Subject: hello\r\n\r\nRef SM-ABCDEFGHIJ\r\n",
        b"X-SM-Notice: " + b"a" * 26 + b"\r\n\r\n",
        b"\xff\x00" * 999,
    ],
    ids=["nothing", "a reference of no letter", "a mark of no letter", "no mail at all"],
)
def test_a_mail_that_is_no_letter_of_this_ledger_is_said_to_be_none(
    algebra: Class, tmp_path: Path, mail: bytes
) -> None:
    algebra.sync()
    with pytest.raises(SettingsError, match="has no mark of a letter that this ledger knows"):
        examine(algebra.service, written(tmp_path, mail))
    with pytest.raises(SettingsError, match="cannot be read: No such file or directory"):
        examine(algebra.service, tmp_path / "nowhere.eml")
