"""The tab with links to help."""

from __future__ import annotations

from asread import said, understood

from sheets_mastery.a1 import Cell
from sheets_mastery.gradebook import Place, Problem
from sheets_mastery.reading import Reading


def test_links_to_help_stand_on_a_tab_of_their_own(reading: Reading) -> None:
    """
    Marks:
    ID  | Quiz 1
    101 | 85%
    Remediation:
    Link                 | Assignment | Help
    https://v.example/1  | Quiz  1    | Video
    https://v.example/2  | quiz 1     |
    https://v.example/3  | Essay      | one-to-one
                         | Quiz 1     | practice
    https://v.example/4  |            | practice
    """
    gradebook = understood(reading)
    assert gradebook.links == {
        ("quiz 1", "video"): "https://v.example/1",
        ("quiz 1", ""): "https://v.example/2",
        ("essay", "one_to_one"): "https://v.example/3",
    }
    assert gradebook.problems == ()


def test_a_link_for_every_kind_of_help_needs_no_column_for_the_kind(reading: Reading) -> None:
    """
    Marks:
    ID  | Quiz 1
    101 | 85%
    Remediation:
    Assignment | Link
    Quiz 1     | https://v.example/1
    """
    assert understood(reading).links == {("quiz 1", ""): "https://v.example/1"}


def test_what_is_no_link_and_no_help_is_said(reading: Reading) -> None:
    """
    Marks:
    ID  | Quiz 1
    101 | 85%
    Remediation:
    Assignment | Help   | Link
    Quiz 1     | video  | javascript:alert(1)
    Quiz 1     | video  | https://x.example/a b
    Quiz 1     | prayer | https://x.example/a
    """
    gradebook = understood(reading)
    assert gradebook.links == {}
    no_address = "this is not a web address, so it is not put into letters."
    assert said(gradebook) == [
        f"Remediation!C2: {no_address} Type the whole address with https:// in front.",
        f"Remediation!C3: {no_address} Type the whole address with https:// in front.",
        (
            "Remediation!B4: this kind of help is not known. "
            "Type video, practice, peer tutoring, small group, one-to-one or class time."
        ),
    ]


def test_a_tab_of_links_without_labels_is_said(reading: Reading) -> None:
    """
    Marks:
    ID  | Quiz 1
    101 | 85%
    Remediation:
    Quiz 1 | https://v.example/1
    """
    assert understood(reading).problems == (
        Problem(
            place=Place(tab="Remediation", cell=Cell(0, 0)),
            what="the first row needs the labels Assignment, Help and Link, so no links are used.",
            remedy="Type these labels into row 1.",
        ),
    )
