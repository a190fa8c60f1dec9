"""The tab with links to help: one row each with the assignment, the kind of help, and the address."""

from __future__ import annotations

from sheets_mastery.a1 import Cell
from sheets_mastery.config import GradebookSettings
from sheets_mastery.gradebook.records import Place, Problem, key
from sheets_mastery.reading import Reading

_HELP_WORDS = {
    "": "",
    "any": "",
    "all": "",
    "class time": "class_time",
    "video": "video",
    "practice": "practice",
    "extra practice": "practice",
    "peer tutoring": "peer_tutoring",
    "small group": "small_group",
    "one-to-one": "one_to_one",
    "one to one": "one_to_one",
}


def read_links(reading: Reading, settings: GradebookSettings) -> tuple[dict[tuple[str, str], str], list[Problem]]:
    """(key of the assignment's title, kind of help) -> address, and what is wrong with the tab."""
    tab = reading.tab(settings.remediation_tab)
    if tab is None:
        return {}, []
    header = {key(content.text): column for column, content in enumerate(tab.row(0))}
    work, kind, link = header.get("assignment"), header.get("help"), header.get("link")
    if work is None or link is None:
        return {}, [
            Problem(
                place=Place(tab=tab.title, cell=Cell(0, 0)),
                what="the first row needs the labels Assignment, Help and Link, so no links are used.",
                remedy="Type these labels into row 1.",
            )
        ]
    links: dict[tuple[str, str], str] = {}
    problems = []
    for row in range(1, len(tab.cells)):
        address = tab.at(row, link).text
        if not address or tab.at(row, work).blank:
            continue
        word = key(tab.at(row, kind).text) if kind is not None else ""
        if not _is_web_address(address):
            problems.append(
                Problem(
                    place=Place(tab=tab.title, cell=Cell(row, link)),
                    what="this is not a web address, so it is not put into letters.",
                    remedy="Type the whole address with https:// in front.",
                )
            )
        elif word not in _HELP_WORDS:
            problems.append(
                Problem(
                    place=Place(tab=tab.title, cell=Cell(row, kind or 0)),
                    what="this kind of help is not known.",
                    remedy="Type video, practice, peer tutoring, small group, one-to-one or class time.",
                )
            )
        else:
            links[key(tab.at(row, work).text), _HELP_WORDS[word]] = address
    return links, problems


def _is_web_address(text: str) -> bool:
    return (
        text.startswith(("https://", "http://"))
        and len(text) > 10
        and not any(c.isspace() or c in "<>\"'" for c in text)
    )
