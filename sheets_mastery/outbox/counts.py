"""What a delivery has done, letter by letter and as a whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sheets_mastery.freshlook import QUARANTINE
from sheets_mastery.stamps import Quarantine

#: The word for what a mail server has refused because it knows no such address.
NO_ADDRESS = "no such address"
#: The words for what has left, or may have.
AWAY = {"sent", "not yet known", "needs review"}
#: Those for what the mail service has taken, and for what it, or we, have refused for good.
TAKEN, REFUSED = {"sent", "laid into the drafts"}, {"refused", "blocked", NO_ADDRESS}
#: The word for what stays for the next delivery because the program ends.
TOLD_TO_STOP = "told to stop"


@dataclass(kw_only=True)
class Delivery:
    """What one delivery has done: how many letters by outcome."""

    #: "sent", "withdrawn", "later", "refused", "blocked", "not yet known", "needs review", "expired", "outside hours",
    #: "unreadable", "changed since the last sync", "not on mail.only_to", "taken by another", "stopped",
    #: "waits for approval", "enough for now", "enough for today", "still held", "marks were changed",
    #: "the level was changed", "second look", "new address", "skipped", "told to stop", "in quarantine",
    #: "laid into the drafts", "sent from the drafts", "left in the drafts", "not written", "no such address",
    #: "clock is off". And what has come back before it: "came back for good", "came back", "not delivered yet"; of
    #: mails that were read "answered by itself" and "about no letter".
    counts: Counter[str] = field(default_factory=Counter)
    #: What kept letters from leaving that should have left, each in a sentence and once.
    troubles: list[str] = field(default_factory=list)
    #: Why the letters of whole gradebooks wait for a person, each in a sentence and once.
    quarantined: list[str] = field(default_factory=list)

    @property
    def for_a_person(self) -> tuple[str, ...]:
        """What a person should look at, in sentences."""
        said = {
            "needs review": "may or may not have left",
            "refused": "were refused for good",
            NO_ADDRESS: "were refused because there is no such address; the sheet shows where to correct it",
            "blocked": "are not what was meant and were held back",
            "not written": "could not be written, because of an error in the program",
            "came back for good": "came back because there is no such address; the sheet shows where to correct it",
            "left in the drafts": "have lain in the drafts for days, and nobody has sent them",
            "expired": "could not leave in time and were given up; the next sync decides about them anew",
        }
        counted = (f"{self.counts[word]} letters {what}" for word, what in said.items() if self.counts[word])
        return (*self.quarantined, *counted)

    def hold(self, gradebook: str, why: Quarantine, letters: int) -> None:
        """Count letters that wait because of what stands in their spreadsheet."""
        self.counts[QUARANTINE] += letters
        sentence = f"{gradebook}: {why.why.sentence}"
        if sentence not in self.quarantined:
            self.quarantined.append(sentence)

    def trouble(self, sentence: str) -> None:
        """Add a sentence, unless it was said before: a full disk is the same for every letter."""
        if sentence not in self.troubles:
            self.troubles.append(sentence)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one letter."""

    #: One of the words that `Delivery.counts` counts.
    word: str
    #: What kept it from leaving, where that is no matter of the letter; "" otherwise.
    trouble: str = ""
    #: Whether all other letters have to wait as well.
    for_all: bool = False
    #: Why all letters are to be stopped until a person lets them go; "" where they are not.
    alarm: str = ""
    #: The kind of an error in the program, such as "ValueError", that has kept it; "" where there was none.
    error: str = ""


def said_of_stop(why: str) -> str:
    """That no letter leaves, and what to do."""
    return f"All letters are stopped ({why}); `outbox go` lets them leave again."
