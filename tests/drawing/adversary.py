"""Names and titles that somebody made up to do harm, each through a letter, the door's page and a teacher's document.

    python tests/drawing/adversary.py 100000 [PROCESSES]

makes so many letters of all kinds and languages, each with a hostile name, guardian's name and title, and counts those
that have a header, a recipient, a tag, an attribute or a line more than a letter with plain words has. The same words
stand in the settings that the door's page shows, and a dozen at a time in a gradebook that a sync writes back to (see
`hostilesheet`). How many sheets could not be read, and how many names came into the sheets as text, is counted as well.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import getaddresses
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import samples
from hostilesheet import Sheet

from sheets_mastery.envelope import seal
from sheets_mastery.letters import Digest, Letter, LetterPress, Rendered, Says, StopPage, first_name, one_line
from sheets_mastery.notices import Notice

#: So many names stand in one gradebook.
_A_CLASS = 12
#: After so many letters a process says how far it is.
_TELL = 5000
#: What is counted and nothing wrong.
FINE = {"letters", "sheets", "sheets not read", "names in sheets"}
KINDS = ("missing", "reminder", "made_good", "weekly", "welcome", "contract", "digest")
NOW = datetime(2026, 10, 30, 16, 30, tzinfo=UTC)
TO = "rosa@example.org"
HEADERS = [
    "MIME-Version",
    "Content-Type",
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "X-SM-Notice",
    "X-SM-Digest",
    "Auto-Submitted",
    "Content-Language",
    "In-Reply-To",
    "References",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
]
BAITS = (
    "\r\nBcc: x@y.example\r\n\r\n",
    "\nTo: x@y.example",
    "\x85Bcc: x@y.example",
    "\u2028Bcc: x@y.example",
    "\x0b\x0c\x1c\x00",
    "=?UTF-8?Q?=0A?=Bcc: x@y.example",
    "=?utf-8?b?CkJjYzogeEB5LmV4YW1wbGU=?=",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></table><style>*{display:none}</style>",
    "</style><!-- ",
    "-->",
    "]]>",
    '"><a href="javascript:alert(1)">',
    "' onmouseover='alert(1)",
    "&lt;b&gt;&amp;&#60;script&#62;",
    "{{7*7}}",
    "{% for x in range(9) %}y{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "{0.__class__}",
    "${7*7}",
    "%s %(name)s %(title)s %(x)s %% %d %",
    "\u202egnp.exe\u202c\u2066\u2069\u200f\u061c",
    "\ufeff\u00ad\u200b\ufffe",
    "--=_sm1.vov2xk5lvov2xk5lvov2xk5lvo--",
    "\n.\r\nMAIL FROM:<x@y.example>",
    "x" * 400,
    "é" * 400,
    "\U0001f469\u200d\U0001f3eb",
    '=HYPERLINK("http://x.example")',
    "＝IMPORTXML(A1)",
    "Peña, José",
    "ليلى حداد",
    "陈 美玲",
    "\ud800",
    " ",
    "",
)


def hostile(draw: random.Random) -> str:
    """A text that nobody means well with."""
    parts = []
    for _ in range(draw.randint(1, 3)):
        if draw.random() < 0.7:
            parts.append(draw.choice(BAITS))
        else:
            parts.append("".join(chr(_code_point(draw)) for _ in range(draw.randint(0, 12))))
    return "".join(parts)


def _code_point(draw: random.Random) -> int:
    return draw.choice((draw.randrange(0x20), draw.randrange(0x250), draw.randrange(0x3000), draw.randrange(0x11_0000)))


class Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and its comments."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", data))


def spoiled(kind: str, name: str, guardian: str, title: str, *, own: bool) -> Letter | Digest:
    """A letter with these words in it, cleaned as the real ones are."""
    usual = samples.letter(kind)
    words = one_line(title, 120)
    if isinstance(usual, Digest):
        groups = tuple(replace(each, title=words, names=(one_line(name, 80), "Bo Kim")) for each in usual.new)
        return replace(usual, new=groups, problems=(one_line(guardian, 300),))
    return replace(
        usual,
        first_name=first_name(name),
        name=one_line(name, 80),
        guardian=one_line(guardian, 80),
        own=own,
        items=tuple(replace(each, title=words) for each in usual.items),
        good=tuple(replace(each, title=words) for each in usual.good),
    )


class Press:
    """Prints letters and says what is wrong with them."""

    def __init__(self, files: dict[str, str]) -> None:
        self.press = LetterPress(files)
        #: Tags and number of lines of a letter with plain words, by what decides about them.
        self.plain: dict[tuple[object, ...], tuple[list[tuple[str, ...]], int]] = {}
        #: The subject of each kind and language.
        self.subjects: dict[tuple[str, str], str] = {}
        #: The names, guardians' names and titles so far that have not been in a gradebook yet.
        self.words: list[tuple[str, str, str]] = []

    def wrong(self, draw: random.Random, kind: str, language: str) -> Iterator[str]:
        """What is wrong with one letter, and with the page behind the link in it."""
        name, guardian, title = words = hostile(draw), hostile(draw), hostile(draw)
        self.words.append(words)
        own = draw.random() < 0.3
        letter = spoiled(kind, name, guardian, title, own=own)
        rendered = self.press.render(letter, language)
        tags, lines = self._plain(letter, kind, language, own=own)
        if Tags(rendered.html).tags != tags:
            yield "tags"
        if rendered.text.count("\n") != lines or any(each in rendered.text for each in "\r\x0b\x0c\x85\u2028\u2029\0"):
            yield "lines"
        if (kind, language) not in self.subjects:
            self.subjects[kind, language] = self.press.render(samples.letter(kind), language).subject
        if rendered.subject != self.subjects[kind, language]:
            yield "subject"
        yield from _envelope(rendered, kind)
        says = draw.choice(list(Says))
        page = StopPage(says=says, school=one_line(guardian, 120), kind=kind, gradebook=one_line(name, 120))
        if Tags(self.press.page(page, language).html).tags != self._plain_page(says, kind, language):
            yield "tags of the page"

    def _plain_page(self, says: Says, kind: str, language: str) -> list[tuple[str, ...]]:
        which = (says, kind, language)
        if which not in self.plain:
            page = StopPage(says=says, school="Lincoln", kind=kind, gradebook="Math 7")
            self.plain[which] = (Tags(self.press.page(page, language).html).tags, 0)
        return self.plain[which][0]

    def _plain(
        self, letter: Letter | Digest, kind: str, language: str, *, own: bool
    ) -> tuple[list[tuple[str, ...]], int]:
        if isinstance(letter, Digest):
            which: tuple[object, ...] = (kind, language)
            plain = spoiled(kind, "Ana", "Rosa", "Quiz", own=own)
        else:
            empty = (not letter.first_name, not letter.guardian)
            which = (kind, language, own, empty)
            plain = spoiled(kind, "" if empty[0] else "Ana", "" if empty[1] else "Rosa", "Quiz", own=own)
        if which not in self.plain:
            rendered = self.press.render(plain, language)
            self.plain[which] = (Tags(rendered.html).tags, rendered.text.count("\n"))
        return self.plain[which]


def _envelope(rendered: Rendered, kind: str) -> Iterator[str]:
    notice = Notice(
        key="ab" * 32,
        gradebook="Math 7",
        kind=kind,
        student="00417",
        guardian="d",
        slot=NOW.date(),
        not_before=NOW,
        expires=NOW,
        episodes=(),
    )
    sealed = seal(
        rendered,
        notice,
        sender="a@school.example",
        recipient=TO,
        reply_to="b@school.example",
        now=NOW,
        thread=("cd" * 32,),
        opt_out="https://letters.school.example/stop?t=1.a.b",
    )
    # By the old parser, which knows nothing of what the program's own check goes by.
    message = message_from_bytes(sealed)
    if message.keys() != HEADERS:
        yield "headers"
    if getaddresses(message.get_all("To", [])) != [("", TO)]:
        yield "recipients"
    if [part.get_content_type() for part in message.walk()] != ["multipart/alternative", "text/plain", "text/html"]:
        yield "parts"
    if re.search(rb"y\.example", sealed.partition(b"\r\n\r\n")[0]):
        yield "a word of a cell in a header"


def attack(seed: int, letters: int, files: dict[str, str]) -> Counter[str]:
    """So many letters; what was wrong with how many, and how many there were."""
    press, sheet, draw = Press(files), Sheet(), random.Random(seed)
    found: Counter[str] = Counter()
    turns = list(product(KINDS, samples.LANGUAGES))
    for number in range(letters):
        kind, language = turns[number % len(turns)]
        found.update(set(press.wrong(draw, kind, language)))
        found["letters"] += 1
        if found["letters"] % _TELL == 0:
            print(dict(found), file=sys.stderr, flush=True)
        if len(press.words) == _A_CLASS or number == letters - 1:
            names, guardians, titles = zip(*press.words, strict=True)
            found.update(sheet.wrong(draw, names, guardians, titles))
            found["sheets"] += 1
            press.words.clear()
    return found


def attacks(letters: int, files: dict[str, str], *, processes: int) -> Counter[str]:
    """The same, by several processes."""
    share = -(-letters // processes)
    found: Counter[str] = Counter()
    with ProcessPoolExecutor(processes) as pool:
        for each in pool.map(attack, range(processes), [share] * processes, [files] * processes):
            found += each
    return found


if __name__ == "__main__":
    folder = Path(__file__).parents[2] / "config" / "letters"
    texts = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
    result = attacks(int(sys.argv[1]), texts, processes=int(sys.argv[2]) if sys.argv[2:] else os.cpu_count() or 1)
    print(dict(result))
    sys.exit(not set(result) <= FINE)
