"""`[mail]`: how letters leave."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sheets_mastery.config.bounces import Bounces
from sheets_mastery.config.kinds import Address, Text, Whole
from sheets_mastery.config.mailservers import Smtp
from sheets_mastery.config.section import Section

MailMode = Literal["review", "send", "drafts"]


class Mail(Section):
    """How letters leave, and where they come back to."""

    transport: Literal["maildir", "smtp", "gmail"] = "maildir"
    #: "review": a person approves each letter. "send": letters leave by themselves after their hold. "drafts": they are
    #: laid into Gmail's drafts. None: review in the first two weeks of a gradebook, then send.
    mode: MailMode | None = None
    #: The address that letters come from.
    sender: Address
    #: The folder for transport "maildir".
    folder: str = "outbox"
    #: What a sign-in, or a service account, asks Gmail's permission for; what is granted decides how letters leave.
    gmail_scopes: tuple[Literal["gmail.compose", "gmail.send", "gmail.metadata", "gmail.readonly"], ...] = (
        "gmail.compose",
    )
    smtp: Smtp | None = None
    bounces: Bounces = Bounces()
    #: When set, nobody else is ever written to: for trying things out. An address or "@domain" each.
    only_to: tuple[Text, ...] = ()
    #: At most so many letters in any 24 hours, those of all gradebooks together; see `most_a_day`.
    daily_most: Annotated[Whole, Field(ge=1)] | None = None
    #: At most so many letters in any minute; by Gmail its own quota counts as well.
    minute_most: Annotated[Whole, Field(ge=1)] | None = None

    @property
    def most_a_day(self) -> int | None:
        """The most letters in any 24 hours; None for as many as there are.

        By Gmail four fifths of what a private account may send (500; https://support.google.com/mail/answer/22839):
        nobody can ask Google which kind an account is, and the teacher writes letters of his own from it.
        """
        return self.daily_most or (400 if self.transport == "gmail" else None)

    @model_validator(mode="after")
    def _gmail_has_to_send(self) -> Self:
        if not {"gmail.compose", "gmail.send"} & set(self.gmail_scopes):
            raise ValueError('gmail_scopes needs "gmail.compose" or "gmail.send", or no letter leaves')
        return self

    @model_validator(mode="after")
    def _smtp_needs_a_server(self) -> Self:
        if self.transport == "smtp" and self.smtp is None:
            raise ValueError('needs the table [mail.smtp] when transport is "smtp"')
        return self

    @model_validator(mode="after")
    def _drafts_are_gmails(self) -> Self:
        if self.mode == "drafts" and self.transport != "gmail":
            raise ValueError(
                f'mode = "drafts" lays letters into Gmail\'s drafts, so it goes with transport = "gmail" only, not '
                f'with "{self.transport}"; say mode = "review" or "send"'
            )
        return self
