"""The words a family reads: one student's view, a template and a catalogue → subject, HTML and plain text.

`view.StudentView` is all that a letter may be written from; `gather` looks whether a letter is still true and, in the
same look, what it says; `press.LetterPress` sets that in the language of the reader; `digest` is the teacher's own;
`stopping` is the web page at which letters of a kind can be stopped.
"""

from sheets_mastery.letters.digest import Digest, Group, digest_of
from sheets_mastery.letters.gather import NotNow, StudentView, missing_letter, what_it_says
from sheets_mastery.letters.parts import passed_over
from sheets_mastery.letters.plain import first_name, one_line, percent, web_address
from sheets_mastery.letters.press import LetterPress
from sheets_mastery.letters.records import GoodItem, Letter, OpenItem, Rendered
from sheets_mastery.letters.stopping import Says, StopPage, WebPage

__all__ = [
    "Digest",
    "GoodItem",
    "Group",
    "Letter",
    "LetterPress",
    "NotNow",
    "OpenItem",
    "Rendered",
    "Says",
    "StopPage",
    "StudentView",
    "WebPage",
    "digest_of",
    "first_name",
    "missing_letter",
    "one_line",
    "passed_over",
    "percent",
    "web_address",
    "what_it_says",
]
