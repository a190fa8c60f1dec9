"""One student's letter as it would be written now, as an HTML page, from one reading of the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_mastery.config import GradebookSettings
from sheets_mastery.envelope import reference
from sheets_mastery.errors import SettingsError
from sheets_mastery.gradebook.records import key
from sheets_mastery.letters import missing_letter
from sheets_mastery.notices import letterboxes

if TYPE_CHECKING:
    from sheets_mastery.wiring import Service


def preview(service: Service, gradebook: GradebookSettings, student_id: str, *, guardian: int, language: str) -> str:
    """The letter about a student to the n-th person who may be written to, in a language ("": that person's).

    Nothing is recorded or sent. SettingsError where there is no such student or person, or nothing to write about.
    """
    from sheets_mastery.sync import make_plan

    press, now = service.press, service.clock()
    if language and not press.speaks(language):
        spoken = ", ".join(press.languages)
        raise SettingsError(f'--language: there is no catalogue for "{language}"; there are letters in {spoken}.')
    plan, _ = make_plan(service.sheets, service.ledger, service.settings, gradebook, now)
    # Not those of the file: the document's own tab has its word as well.
    settings = plan.settings
    past = service.ledger.past(gradebook.name, now.astimezone(service.settings.school.zone).date())
    wanted = key(student_id)
    standing = next((each for each in plan.standings if key(each.student.id) == wanted), None)
    if standing is None:
        raise SettingsError(f'--student: no student in {gradebook.name} has the id "{student_id}".')
    boxes, why_not = letterboxes(standing.student, settings.letters, past.secret)
    if not boxes:
        reasons = "; ".join(sorted({str(why) for why in why_not}))
        raise SettingsError(f"--student: nobody may be written to about this student ({reasons}).")
    if guardian > len(boxes):
        raise SettingsError(
            f"--guardian: {len(boxes)} may be written to about this student, so there is no {guardian}."
        )
    box = boxes[guardian - 1]
    episodes = {work: episode for work, episode in plan.owed.open.items() if work[0] == wanted}
    announced = {episode for episode, told in past.announced if told == box.digest}
    unsaid = frozenset(episode.id for episode in episodes.values()) - announced
    try:
        letter = missing_letter(
            standing,
            plan.gradebook.assignments,
            episodes,
            plan.gradebook.links,
            box,
            settings,
            reference("0" * 64),
            announced=unsaid,
        )
    except ValueError:
        raise SettingsError("--student: this student has nothing missing, so no letter would be written.") from None
    # As a delivery chooses it.
    usual = (box.language, settings.letters.language, service.settings.letters.language)
    return press.render(letter, language or next(filter(press.speaks, usual))).html
