"""Sheets in other languages than English. The people are invented."""

from __future__ import annotations

from tables import Example

LANGUAGES = (
    Example(
        name="german gradebook",
        source="A German teacher's list: decimal comma, dates with dots, Punkte, names in two columns",
        locale="de_DE",
        tabs="""
        Mathe 7b:
        Schüler-ID | Nachname | Vorname | Klasse | Test 1      | Klassenarbeit 1 | Mitarbeit   | Durchschnitt
        Max. Punkte |         |         |        | 20          | 40              | 10          |
        Fällig     |          |         |        | '18.09.2026 | '02.10.2026     | '05.10.2026 |
        '00701     | Müller   | Jörg    | 7b     | 17,5        | 33              | 8           | =MITTELWERT(E4:G4) -> 19.5
        '00702     | Özdemir  | Ayşe    | 7b     | '12,5       | fehlt           | 9           | =MITTELWERT(E5:G5) -> 10.75
        '00703     | Weiß     | Anna    | 7b     |             | 40              | '7,25       | =MITTELWERT(E6:G6) -> 23.6
        """,
        questions=("codes.fehlt",),
        answers='codes = { fehlt = "absent" }',
        assignments="""
        Test 1 / 20
        Klassenarbeit 1 / 40
        Mitarbeit / 10
        """,
        students="""
        00701 | Jörg Müller  | 7b | 17.5/20 | 33/40  | 8/10
        00702 | Ayşe Özdemir | 7b | 12.5/20 | absent | 9/10
        00703 | Anna Weiß    | 7b | .       | 40/40  | 7.25/10
        """,
        findings=("due dates in row 3", "ignored: Durchschnitt"),
    ),
    Example(
        name="french gradebook",
        source="A French teacher's list, marks out of 20 with the decimal comma",
        locale="fr_FR",
        tabs="""
        5e B:
        Identifiant | Nom    | Prénom | Contrôle 1 (/20) | Exposé (/10) | Moyenne
        9001        | Durand | Zoé    | 15,5             | 8            | =MOYENNE(D2:E2) -> 11.75
        9002        | Petit  | Noé    | 12               | '7,5         | =MOYENNE(D3:E3) -> 9.75
        """,
        assignments="""
        Contrôle 1 / 20
        Exposé / 10
        """,
        students="""
        9001 | Zoé Durand | | 15.5/20 | 8/10
        9002 | Noé Petit  | | 12/20   | 7.5/10
        """,
    ),
    Example(
        name="arabic gradebook",
        source="An Arabic teacher's list, written from right to left",
        locale="ar_EG",
        tabs="""
        الصف السابع:
        رقم الطالب | اسم الطالب      | الفصل | اختبار ١ | واجب ١ | المعدل
        الدرجة القصوى |              |       | 20       | 10     |
        1001       | ليلى حسن        | 7أ    | 17       | 9      | =A1 -> 13
        1002       | يوسف العلي      | 7أ    | 12       |        | =A1 -> 12
        1003       | نور، سلمى       | 7ب    | 20       | غائب   | =A1 -> 20
        """,
        questions=('codes."غائب"',),
        answers='codes = { "غائب" = "absent" }',
        assignments="""
        اختبار ١ / 20
        واجب ١ / 10
        """,
        students="""
        1001 | ليلى حسن     | 7أ | 17/20 | 9/10
        1002 | يوسف العلي | 7أ | 12/20 | .
        1003 | نور، سلمى    | 7ب | 20/20 | absent
        """,
    ),
)
