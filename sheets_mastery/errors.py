"""Every way the program can stop, in one tree.

SheetsMasteryError
├── SettingsError            the TOML file or the environment says something that cannot be done
├── CredentialsError         a key or token is missing, malformed or not good enough
├── SheetError               one gradebook cannot be read or written; the others go on
│   ├── SheetNotFound        no such spreadsheet
│   ├── SheetNotShared       it exists, but not for this account
│   ├── SheetProtected       a protected range refused the write
│   ├── ProtectionRefused    who may write on a tab of ours could not be set
│   ├── LayoutError          a tab or a column that everything hangs on is not there
│   ├── StillComputing       the sheet's formulas are at work, and what it shows is not what it holds: try again later
│   └── Unreachable          no answer, a broken answer, or a quota: try again later
├── LedgerError              the record of what has happened cannot be read or written
├── PlanChanged              the approved plan is not what would be done now
├── WaitingForPerson         the guard wants a person to look first
├── MailboxUnread            what has come back cannot be read just now; letters leave all the same
└── MailError                one letter did not go
    ├── MailRefused          it never will as it is: a definite no
    │   ├── MailNotAsMeant   what would have left is not what was meant: a person looks before anything else
    │   ├── MailNotAllowed   the settings let nobody but a few be written to, and this is somebody else
    │   └── MailNoAddress    the mail server says that there is no such address
    ├── MailLater            nothing was taken: trying again is safe
    └── MailUnknown          it may or may not have been taken: never sent again before that is known

A mistake in a cell is none of these: it is a `gradebook.Problem`, and the other students' work goes on.
The message of an error is written for a teacher and holds no mark, no name and no address.
"""

from __future__ import annotations

from datetime import datetime


class SheetsMasteryError(Exception):
    """Something stopped the work; the message says what, where and what to do."""


class SettingsError(SheetsMasteryError):
    """The settings cannot be used. The message names the key."""


class CredentialsError(SheetsMasteryError):
    """The Google credentials cannot be used. The message names the setting that points at them."""


class SheetError(SheetsMasteryError):
    """One gradebook cannot be read or written."""


class SheetNotFound(SheetError):
    """There is no spreadsheet with the id in the settings."""


class SheetNotShared(SheetError):
    """The spreadsheet is not shared with the account that the service runs as."""


class SheetProtected(SheetError):
    """Google refused the write because a range is protected."""


class ProtectionRefused(SheetError):
    """Google did not let the service say who may write on a tab of its own. Nothing was written."""


class LayoutError(SheetError):
    """A tab or column that everything hangs on was not found."""


class StillComputing(SheetError):
    """The sheet was read while its formulas were at work, and what it showed then is not to be believed."""

    #: How many cells were still being computed.
    cells: int = 0


class Unreachable(SheetError):
    """Google did not answer, answered with half an answer, or asked to wait."""


class LedgerError(SheetsMasteryError):
    """The ledger cannot be opened, read or written."""


class PlanChanged(SheetsMasteryError):
    """The plan that was approved is not the plan that would be carried out now."""


class WaitingForPerson(SheetsMasteryError):
    """Nothing was done, because a person should look first."""

    #: The fingerprint of the plan that waits, by which it is approved; "" where approving is not what it waits for.
    fingerprint: str = ""


class MailboxUnread(SheetsMasteryError):
    """The place to which letters come back cannot be read; nothing in it has changed."""


class MailError(SheetsMasteryError):
    """One letter did not go."""


class MailRefused(MailError):
    """The letter was refused for good; sending it again as it is would be refused again."""


class MailNotAsMeant(MailRefused):
    """What would have left is not exactly what was meant, or not to whom it was meant. It did not leave."""


class MailNotAllowed(MailRefused):
    """The settings let nobody but a few be written to; the letter waits until they no longer do."""


class MailNoAddress(MailRefused):
    """The mail server knows no such address, as if the letter had come back."""

    #: The status code of RFC 3463 by which it said so, such as "5.1.1".
    status: str = ""


class MailLater(MailError):
    """Nothing was taken over; the same letter may be tried again."""

    #: The first moment at which the mail service wants to be asked again; None where it did not say.
    not_before: datetime | None = None
    #: Whether every other letter would be told the same, so that trying them only makes it worse.
    for_all: bool = False
    #: Whether a draft still lies with the mail service, which `recover` has to clear away before the next try.
    draft_left: bool = False
    #: What `recover` wants to be told, in place of the draft's name, when it is asked about the letter again; None for
    #: the same as before.
    noted: str | None = None


class MailUnknown(MailError):
    """The letter may have been taken over or not. Said while sending, the mail service is asked later; said by the mail
    service when it is asked, only a person may decide to send it again."""
