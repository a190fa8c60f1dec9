"""`[mail.smtp]`, `[mail.bounces.imap]`: mail servers of the school's."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sheets_mastery.config.kinds import Text, Whole
from sheets_mastery.config.section import Section


class _MailServer(Section):
    """A mail server, and how it is spoken to."""

    host: Text
    #: "starttls" and "tls" refuse to go on without encryption; "none" is for this machine only.
    security: Literal["starttls", "tls", "none"]

    @model_validator(mode="after")
    def _plain_text_stays_at_home(self) -> Self:
        if self.security == "none" and self.host not in {"127.0.0.1", "localhost", "::1"}:
            raise ValueError('security "none" is for a mail server on this machine only')
        return self


class Smtp(_MailServer):
    """The school's mail server."""

    port: Annotated[Whole, Field(gt=0, lt=65536)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    #: The account; its password is in SHEETS_MASTERY_SMTP_PASSWORD (or …_FILE).
    user: str = ""


def _imap_folder(name: str) -> str:
    if not re.fullmatch(r"[ -~]{1,200}", name):
        raise ValueError("must be written as the mail server writes it, with plain letters only")
    return name


class Imap(_MailServer):
    """A mailbox on a mail server."""

    port: Annotated[Whole, Field(gt=0, lt=65536)] = 993
    security: Literal["starttls", "tls", "none"] = "tls"
    #: The account; its password is in SHEETS_MASTERY_IMAP_PASSWORD (or …_FILE).
    user: Text
    #: The folder in the mailbox.
    folder: Annotated[Text, AfterValidator(_imap_folder)] = "INBOX"
