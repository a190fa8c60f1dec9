"""The words by which teachers label rows and columns, beyond those in the settings.

They widen the *defaults* of `Labels` only: a list that the settings give stands alone. Where a word is used for more
than one thing ("Date", "Group", "Target", "No."), it is not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from sheets_mastery.config import Labels
from sheets_mastery.gradebook.records import key


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: More labels for each sort of column or row, in the words of `Labels`.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "StudentID", "SID", "Student Id Number", "Student ID #", "Student No", "Student No.", "Student #", "Student Nr",
        "ID Number", "Id No", "ID No.", "Stu ID", "Pupil ID", "Pupil Number", "Learner ID", "Learner Number",
        "Local ID", "Local Student ID", "State ID", "State Student ID", "Perm ID", "Permanent ID", "OrgDefinedId",
        "Unique User ID", "User ID", "External ID", "Admission No", "Admission Number", "Roll Number", "UPN",
        "Matrikelnummer", "Schüler-ID", "Schülernummer", "Numéro d'élève", "Numéro élève", "Identifiant",
        "Número de alumno", "Matrícula",
        "Leerlingnummer", "Elev-ID", "رقم الطالب", "رقم الطالبة", "الرقم الجامعي", "学号", "Username", "User Name",
    ),
    "name": (
        "Full Name", "Students", "Names", "Student's Name", "Students' Names", "Learner", "Learner Name", "Pupil",
        "Pupil Name", "Student Name (Last, First)", "Name (Last, First)", "Last, First", "Last Name, First Name",
        "Schüler", "Schülerin", "Schüler/in", "Schülername", "Name, Vorname", "Élève", "Nom de l'élève",
        "Nom et prénom", "Nom Prénom", "Alumno", "Alumna", "Alumno/a", "Nombre", "Nombre y apellidos",
        "Apellidos y nombre", "Apellidos, nombre", "Aluno", "Nome", "Leerling", "Elev", "اسم الطالب", "اسم الطالبة",
        "الاسم", "姓名",
    ),
    "first_name": ("First Name", "FirstName", "First", "Given Name", "Forename", "Vorname", "Prénom", "Voornaam"),
    "last_name": (
        "Last Name", "LastName", "Last", "Surname", "Family Name", "Nachname", "Familienname", "Nom", "Nom de famille",
        "Apellido", "Apellidos", "Cognome", "Sobrenome", "Achternaam",
    ),
    "section": (
        "Block", "Hour", "Class Period", "Class Section", "Section Name", "Course Section", "Class Name", "Homeroom",
        "Klasse", "Kurs", "Classe", "Clase", "Grupo", "Turma", "Klas", "الفصل", "الشعبة", "班级",
    ),
    "level": ("Contract %", "Contract Level %", "Level %", "Mastery Level", "Mastery Contract", "Signed Level"),
    "student_email": (
        "Student Email Address", "Student E-mail Address", "School Email", "School Email Address", "Student Mail",
        "Email", "E-mail", "Email Address", "E-mail Address", "E-Mail-Adresse", "Adresse e-mail", "Courriel", "Correo",
        "Correo electrónico", "البريد الإلكتروني",
    ),
    "guardian_name": ("Parent/Guardian", "Parent/Guardian Name", "Parents", "Guardians", "Mother", "Father"),
    "guardian_email": (
        "Parent/Guardian Email", "Parents Email", "Parent Email Address", "Guardian Email Address", "Family Email",
        "Mother Email", "Father Email", "Home Email",
    ),
    "points": (
        "Points Poss", "Points Poss.", "Possible Points", "Possible", "Max Points", "Max. Points", "Maximum Points",
        "MaxPoints", "Max Score", "Maximum Score", "Max Marks", "Maximum Marks", "Full Marks", "Total Possible",
        "Total Points Possible", "Pts", "Pts Possible", "Punkte", "Max. Punkte", "Maximale Punktzahl", "Punktzahl",
        "Höchstpunktzahl", "Barème", "Note maximale", "Puntos", "Puntuación máxima", "Puntos posibles", "Pontos",
        "الدرجة القصوى", "الدرجة العظمى", "满分",
    ),
    "due": (
        "Due On", "Date Due", "Deadline", "Due:", "Fällig", "Fällig am", "Abgabe", "Abgabedatum", "Date limite",
        "À rendre le", "Échéance", "Fecha de entrega", "Fecha límite", "Entrega", "تاريخ التسليم",
    ),
    "graded": ("Date Graded", "Marked On"),
    "kind": (
        "Categories", "Assignment Type", "Assignment Category", "Assignment Group", "Kategorie", "Art", "Catégorie",
        "Categoría",
    ),
}  # fmt: skip
#: E-mail labels that can only be the student's own: these tell who a student is without a question.
SURELY_STUDENTS = frozenset(
    key(each) for each in (
        "Student Email", "Student E-mail", "Student Email Address", "Student E-mail Address", "School Email",
        "School Email Address", "Student Mail",
    )
)  # fmt: skip
#: Labels of the row with the assignments' titles, where it has one.
TITLES = frozenset(
    key(each) for each in (
        "Assignment", "Assignments", "Assigment", "Assignment Name", "Assignment Title", "Assessment", "Title", "Task",
    )
)  # fmt: skip
#: Labels of a second row of titles.
SUBTITLES = frozenset(
    key(each) for each in ("Standard", "Standards", "Skill", "Skills", "Objective", "Objectives", "Attempt", "Attempts")
)
#: Columns about a student that are no marks.
PERSONAL = frozenset(
    key(each) for each in (
        "Preferred Name", "Nickname", "Pronouns", "Gender", "Sex", "Birthday", "Date of Birth", "DOB", "Birthdate",
        "Age", "Grade Level", "Year Group", "Phone", "Phone Number", "Address", "Institution", "Department",
        "Last Access", "Availability", "Child Course ID", "Last downloaded from this course", "Status", "Counselor",
        "Advisor", "Accommodations", "IEP", "504", "ELL", "Username", "User Name", "SIS Login ID", "SIS User ID",
        "Root Account", "Integration ID", "Recipient", "Email Sent", "Mail Sent", "Sent", "End-of-Line Indicator",
        "Seat", "No", "No.", "Nr", "Nr.", "#", "Nº", "N°", "Row", "Unique Item ID", "Class Code",
        "Initial Meeting", "Initial Appointment?",
        "Initial Appoinment?", "Enrolled", "Enrollment Date", "Start Date", "Exported On", "Teacher",
    )
)  # fmt: skip
_SUMMARY = _words(
    """
    average avg averages mean median mode sum sums total totals subtotal overall grade grades score scores
    points point pts percent percentage percentages pct mark marks letter gpa rank count counts current final
    unposted posted course class running cumulative weighted completion complete completed calculated adjusted
    numerator denominator weight semester quarter term trimester year to date no of the stdev std dev
    deviation minimum min maximum max highest lowest high low range mastered missing done assigned students n
    durchschnitt mittelwert schnitt summe gesamt gesamtnote endnote note notendurchschnitt moyenne somme
    générale promedio suma nota definitiva media gemiddelde totaal المعدل المجموع المتوسط 平均 总分
    """
)
_SUMMARY_CORE = _words(
    """
    average avg averages mean median sum sums total totals subtotal overall gpa rank stdev durchschnitt
    mittelwert schnitt summe gesamt gesamtnote endnote notendurchschnitt moyenne somme promedio suma media
    gemiddelde totaal grade percentage pct المعدل المجموع المتوسط 平均 总分
    """
)
#: Canvas writes one of these behind the name of each assignment group; and what stands alone.
_CANVAS_TOTAL = re.compile(r"(?:.* )?(?:unposted )?(?:current|final) (?:score|grade|points)")
#: A category's total, as "Homework Total".
_TOTAL = frozenset({"total", "totals", "subtotal", "average", "avg"})
_TOKENS = re.compile(r"[^\W\d_]+")
#: Headings of a section: "Period 3", "Block A", "P2", "3rd hour", "AP Bio 1 (B2/D1)".
_SECTION = re.compile(
    r"(?:.*\b(?:period|block|class|section|hour|group|homeroom|klasse|kurs|classe|clase|grupo|per|الفصل|الشعبة)\b.*"
    r"|p\.? ?\d{1,2}|.*\(\w{1,3}(?:[/,] ?\w{1,3})*\)|.*\b\d{1,2}[a-z]?)"
)


def label(text: str) -> str:
    """A label as it is compared: signs around it, such as a colon or a star for "needed", do not count."""
    return key(text.replace("_", " ")).strip(" :*•→-–")


def labels_of(labels: Labels, sort: str) -> Mapping[str, int]:
    """The labels of a sort as they are compared, each with its rank; those of the settings come first."""
    return _ranked(getattr(labels, sort, ()), () if sort in labels.model_fields_set else SYNONYMS.get(sort, ()))


@cache
def _ranked(own: tuple[str, ...], more: tuple[str, ...]) -> Mapping[str, int]:
    return {label(each): rank for rank, each in reversed(list(enumerate((*own, *more))))}


def is_summary(text: str) -> bool:
    """Whether a label is about sums or averages and nothing else. "Sumner, Kate" and "Sum of squares quiz" are not."""
    bare = key(text).strip(" :#*%")
    if _CANVAS_TOTAL.fullmatch(bare):
        return True
    tokens = _TOKENS.findall(bare)
    if len(tokens) > 1 and tokens[-1] in _TOTAL:
        return "," not in bare
    return bool(tokens) and all(each in _SUMMARY for each in tokens) and any(each in _SUMMARY_CORE for each in tokens)


@cache
def about_students() -> frozenset[str]:
    """Every label that is usually one about students, whatever the settings say instead."""
    usual = Labels()
    sorts = ("id", "name", "first_name", "last_name", "section", "student_email", "guardian_name", "guardian_email")
    return frozenset(word for sort in sorts for word in labels_of(usual, sort)) | PERSONAL


def is_section(text: str) -> bool:
    """Whether a heading that stands among the students looks like that of a section."""
    return any(character.isalpha() for character in text) and bool(_SECTION.fullmatch(key(text)))
