"""Letters out of the house, each at most once: into a folder, or to the school's mail server.

Every mailer says of every letter which of three things is true: it was taken over (the answer is the receiver's name
for it), it was not (`MailRefused` for good, `MailLater` for now), or nobody can tell (`MailUnknown`). The third is
kept as small as it can be and is never settled by sending again.
"""

from __future__ import annotations

from sheets_mastery.mail.allowlist import AllowListDrafts, AllowListMailer
from sheets_mastery.mail.maildir import MaildirMailer
from sheets_mastery.mail.smtp import PatientSmtp, SmtpMailer

__all__ = ["AllowListDrafts", "AllowListMailer", "MaildirMailer", "PatientSmtp", "SmtpMailer"]
