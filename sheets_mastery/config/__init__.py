"""The settings of a school: TOML text to `Settings`, or one sentence that names the key.

Every key is explained in `config/mastery.example.toml`, which the tests load. A table of the file stands in the module
of its name, whatever their keys share in `kinds`. Secrets are never in the file: `secret` reads them from the
environment or from the file that a `*_FILE` variable names.
"""

from sheets_mastery.config.bounces import Bounces
from sheets_mastery.config.codes import SYSTEMS, Codes, Meaning
from sheets_mastery.config.google import Google
from sheets_mastery.config.gradebooks import AssignmentSettings, GradebookSettings, spreadsheet_id
from sheets_mastery.config.guard import Guard
from sheets_mastery.config.kinds import Window
from sheets_mastery.config.labels import Labels
from sheets_mastery.config.ledger import Ledger
from sheets_mastery.config.letters import LetterKind, Letters
from sheets_mastery.config.mail import Mail, MailMode
from sheets_mastery.config.mailservers import Imap, Smtp
from sheets_mastery.config.marking import Marking
from sheets_mastery.config.parsing import parse, part
from sheets_mastery.config.remediation import Help, RemediationSettings
from sheets_mastery.config.schedule import Schedule
from sheets_mastery.config.school import School
from sheets_mastery.config.secrets import secret
from sheets_mastery.config.settings import Settings
from sheets_mastery.config.slips import complaints
from sheets_mastery.config.tiers import Tier

__all__ = [
    "SYSTEMS",
    "AssignmentSettings",
    "Bounces",
    "Codes",
    "Google",
    "GradebookSettings",
    "Guard",
    "Help",
    "Imap",
    "Labels",
    "Ledger",
    "LetterKind",
    "Letters",
    "Mail",
    "MailMode",
    "Marking",
    "Meaning",
    "RemediationSettings",
    "Schedule",
    "School",
    "Settings",
    "Smtp",
    "Tier",
    "Window",
    "complaints",
    "parse",
    "part",
    "secret",
    "spreadsheet_id",
]
