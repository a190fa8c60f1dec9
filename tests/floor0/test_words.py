"""The words by which rows and columns are known, and those that only look like them."""

from __future__ import annotations

import pytest

from sheets_mastery.config import Labels
from sheets_mastery.gradebook.words import about_students, is_section, is_summary, label, labels_of


@pytest.mark.parametrize(
    "text",
    [
        "Average", "Average/Sum:", "Class average", "Total", "# Total Points", "Course total", "Final Score", "Overall",
        "Homework Current Score", "Unposted Final Grade", "Calculated Final Grade Numerator", "Completion Percentage",
        "Homework Total", "Durchschnitt", "Moyenne", "المعدل",
    ],
)  # fmt: skip
def test_sums_and_averages_are_known(text: str) -> None:
    assert is_summary(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sumner, Kate", "Sum of squares quiz", "Meany, Max", "Average joe", "Total eclipse essay", "Final Exam",
        "Midterm", "Final", "Score", "Points", "Total, Ana", "Quiz 1", "", "123", "Gradeau, Lee",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_sum_is_none(text: str) -> None:
    assert not is_summary(text)


@pytest.mark.parametrize("text", ["Period 1", "Block A", "P2", "3rd hour", "AP Bio 1 (B2/D1)", "Klasse 7b", "7b"])
def test_headings_of_sections_are_known(text: str) -> None:
    assert is_section(text)


@pytest.mark.parametrize("text", ["Sumner, Kate", "Ana Diaz", "93", "", "Notes"])
def test_a_name_or_a_number_is_no_section(text: str) -> None:
    assert not is_section(text)


def test_signs_around_a_label_do_not_count() -> None:
    assert {label(text) for text in ("Name:", " name *", "NAME", "• Name", "* Name :")} == {"name"}
    assert label("section_name") == "section name"


def test_a_list_in_the_settings_stands_alone_and_the_defaults_are_wider_than_they_are_written() -> None:
    assert set(labels_of(Labels(id=("Matrikel",)), "id")) == {"matrikel"}
    usual = labels_of(Labels(), "id")
    assert usual["student id"] == 0
    assert usual["student number"] < usual["orgdefinedid"]
    assert "email" in about_students()
    assert "quiz 1" not in about_students()
