"""Where the service keeps its stamp in a spreadsheet, for worlds without a Google: it does what Google does."""

from __future__ import annotations

from sheets_mastery.edits import DropStamp, PutStamp
from sheets_mastery.reading import SeenStamp


class StampPlace:
    """The stamps of one spreadsheet."""

    def __init__(self, there: tuple[SeenStamp, ...] = ()) -> None:
        self.there = there
        self._made = max((each.id for each in there), default=0)

    def carry_out(self, edits: tuple[PutStamp | DropStamp, ...]) -> tuple[SeenStamp, ...]:
        """Write, all at once; a stamp that no longer has the text that was seen is not found."""
        for edit in edits:
            match edit:
                case PutStamp(instead=None):
                    self._made += 1
                    self.there = (*self.there, SeenStamp(id=self._made, text=edit.text))
                case PutStamp(instead=SeenStamp() as seen):
                    new = SeenStamp(id=seen.id, text=edit.text)
                    self.there = tuple(new if each == seen else each for each in self.there)
                case DropStamp():
                    self.there = tuple(each for each in self.there if each != edit.stamp)
        return self.there
