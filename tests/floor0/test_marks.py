"""One cell to one mark, exactly, or to a sentence about why not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import drawn
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.config import Marking, Meaning
from sheets_mastery.gradebook.codes import worth_in_force
from sheets_mastery.gradebook.marks import EPOCH, MarkReader, decimal_comma, month_first
from sheets_mastery.gradebook.records import BLANK, Flag, Mark, MarkKind
from sheets_mastery.reading import Content

AMERICAN = MarkReader.of(Marking(), "en_US")
GERMAN = MarkReader.of(Marking(), "de_DE")
NO_MAXIMUM = (
    "there is a number here, but no maximum for the column.",
    "Add a row of maxima, or say points in the settings.",
)
MEND = "Mend the formula or type the mark."
ALONE = "Type the score alone, such as 7, or '7/10 as text."


def share(text: str, points: int | None = 50, reader: MarkReader = AMERICAN) -> Fraction:
    mark, wrong = reader.read(drawn.content(text), None if points is None else Fraction(points))
    assert (mark.kind, wrong) == (MarkKind.SCORE, None)
    assert mark.share is not None
    return mark.share


def neither(text: str) -> tuple[str, str]:
    return (
        f"“{text}” is neither a score nor a code that the settings know.",
        "Type a score, or say what it means: on the tab Mastery Settings, or under codes in the settings.",
    )


def trouble(content: Content, points: int | None = 50, reader: MarkReader = AMERICAN) -> tuple[str, str]:
    mark, wrong = reader.read(content, None if points is None else Fraction(points))
    assert mark == Mark(kind=MarkKind.UNREADABLE, written=content.text)
    assert wrong is not None
    return wrong


@pytest.mark.parametrize(
    ("text", "points", "expected"),
    [
        ("43", 50, Fraction(43, 50)),
        ("0", 50, Fraction(0)),
        ("42.99", 50, Fraction(4299, 5000)),
        ("85%", 50, Fraction(85, 100)),
        ("85%", None, Fraction(85, 100)),
        ("'43", 50, Fraction(43, 50)),
        ("'043.50", 50, Fraction(87, 100)),
        ("' 43\u00a0", 50, Fraction(43, 50)),
        ("'85%", None, Fraction(85, 100)),
        ("'85.5 %", 50, Fraction(171, 200)),
        ("'17/20", 50, Fraction(17, 20)),
        ("'17 / 20", None, Fraction(17, 20)),
        ("'8.5/10", None, Fraction(85, 100)),
        ("75", 50, Fraction(3, 2)),
        ("=SUM(A1:A2) -> 43", 50, Fraction(43, 50)),
    ],
)
def test_a_score_is_an_exact_share_of_the_maximum(text: str, points: int | None, expected: Fraction) -> None:
    assert share(text, points) == expected


def test_what_was_written_stays_beside_the_score() -> None:
    assert AMERICAN.read(drawn.content("'17/20"), None) == (
        Mark(kind=MarkKind.SCORE, written="17/20", share=Fraction(17, 20)),
        None,
    )


@pytest.mark.parametrize(
    ("text", "expected"), [("'85,5%", Fraction(171, 200)), ("'42,5", Fraction(85, 100)), ("'7,5/10", Fraction(3, 4))]
)
def test_where_the_comma_is_decimal_texts_are_read_with_it(text: str, expected: Fraction) -> None:
    assert share(text, reader=GERMAN) == expected
    assert trouble(drawn.content(text)) == neither(text[1:])


@pytest.mark.parametrize("text", ["85.5%", "42.5", "1.234", "7.5/10"])
def test_where_the_comma_is_decimal_a_point_is_not_guessed_at(text: str) -> None:
    assert trouble(drawn.content(f"'{text}"), reader=GERMAN) == neither(text)


@pytest.mark.parametrize(
    ("text", "kind", "flags"),
    [
        ("EX", MarkKind.EXCUSED, ()),
        ("  excused ", MarkKind.EXCUSED, ()),
        ("missing", MarkKind.NOT_IN, ()),
        ("Not  In", MarkKind.NOT_IN, ()),
        ("absent", MarkKind.ABSENT, (Flag.ABSENT,)),
        ("Turned in", MarkKind.PENDING, ()),
    ],
)
def test_a_code_is_read_without_regard_to_case_and_spaces(text: str, kind: MarkKind, flags: tuple[Flag, ...]) -> None:
    assert AMERICAN.read(Content(value=text, shown=text), Fraction(50)) == (
        Mark(kind=kind, written=text.strip(), flags=frozenset(flags)),
        None,
    )


@pytest.mark.parametrize(
    "content", [Content(), Content(value=""), Content(value="  "), Content(note="sick", value="\t")]
)
def test_nothing_is_a_blank(content: Content) -> None:
    assert AMERICAN.read(content, Fraction(50)) == (BLANK, None)


@pytest.mark.parametrize(
    "text",
    [
        "nan", "inf", "1e3", "１２３", "٣", "½", "B+", "✓", "-1", "+5", "8_5", "85,5", "0x10", "85%%", "%", "/", "5/",
        "/5", "1/2/3", "5/0", "-5/10", "17 of 20", "17\u200b", "1234567", "=1", "85 .", "N/A", "M", "INC", "I", "-",
        "X", "ABS", "Late: soon", "68→", "68→M", "Late: Late: 18", "18 late late", "sick: 18", "17 out of", "→", ">",
    ],
)  # fmt: skip
def test_anything_else_is_asked_about_and_never_guessed(text: str) -> None:
    assert trouble(Content(value=text, shown=text)) == neither(text)


@pytest.mark.parametrize(
    ("text", "points", "expected"),
    [
        ("Late: 18", 20, Fraction(9, 10)),
        ("late 18", 20, Fraction(9, 10)),
        ("L 18", 20, Fraction(9, 10)),
        ("'18 (late)", 20, Fraction(9, 10)),
        ("18 L", 20, Fraction(9, 10)),
        ("Late: 85%", None, Fraction(17, 20)),
        ("Late: 17/20", None, Fraction(17, 20)),
    ],
)
def test_late_never_hides_a_score(text: str, points: int | None, expected: Fraction) -> None:
    mark, wrong = AMERICAN.read(drawn.content(text), None if points is None else Fraction(points))
    assert (mark.kind, mark.share, mark.flags, wrong) == (MarkKind.SCORE, expected, frozenset({Flag.LATE}), None)


def test_a_code_of_the_gradebook_may_stand_beside_a_score_as_well() -> None:
    codes = {"inc": Meaning.INCOMPLETE, "l": Meaning.EXCUSED}
    reader = MarkReader.of(Marking(), "en_US", codes)
    mark, _ = reader.read(drawn.content("inc: 12"), Fraction(20))
    assert (mark.share, mark.flags) == (Fraction(3, 5), frozenset({Flag.INCOMPLETE}))
    # Where L is something else, it is no late.
    assert reader.read(drawn.content("L 12"), Fraction(20))[0].kind is MarkKind.UNREADABLE


@pytest.mark.parametrize("text", ["68>88", "68→88", "'68 -> 88", "68%>88%", "12>68→88"])
def test_of_attempts_in_one_cell_the_last_counts_or_the_best(text: str) -> None:
    assert share(text, 100) == Fraction(88, 100)
    best = MarkReader.of(Marking(), "en_US", best=True)
    assert share("88>68", 100, best) == Fraction(88, 100)
    assert share("88>68", 100) == Fraction(68, 100)


def test_letters_and_steps_are_worth_what_the_gradebook_says() -> None:
    letters = MarkReader.of(Marking(), "en_US", worth=worth_in_force(drawn.book('scale = "letters"')))
    assert [share(text, None, letters) for text in ("A", "b+", "C−", "F")] == [
        Fraction(93, 100),
        Fraction(87, 100),
        Fraction(70, 100),
        Fraction(0),
    ]
    rubric = MarkReader.of(
        Marking(), "en_US", worth=worth_in_force(drawn.book('scale = "rubric"\nworth = { "3" = 86 }'))
    )
    assert [share(text, None, rubric) for text in ("4", "3", "3.5", "'3.0", "'2,5" if rubric.comma else "2.5")] == [
        Fraction(1),
        Fraction(86, 100),
        Fraction(95, 100),
        Fraction(86, 100),
        Fraction(80, 100),
    ]
    # A step between the steps is nobody's guess, and a number with a maximum is points.
    assert trouble(drawn.content("3.2"), None, rubric) == NO_MAXIMUM
    assert share("3", 20, rubric) == Fraction(3, 20)


def test_every_meaning_of_a_code_has_its_kind_and_its_flags() -> None:
    codes = {meaning.value: meaning for meaning in Meaning}
    reader = MarkReader.of(Marking(), "en_US", codes)
    read = {meaning: reader.read(Content(value=meaning.value), Fraction(20))[0] for meaning in Meaning}
    assert {meaning: (mark.kind, set(mark.flags)) for meaning, mark in read.items()} == {
        Meaning.EXCUSED: (MarkKind.EXCUSED, set()),
        Meaning.NOT_ASSIGNED: (MarkKind.NOT_ASSIGNED, set()),
        Meaning.NOT_IN: (MarkKind.NOT_IN, set()),
        Meaning.CLOSED: (MarkKind.NOT_IN, set()),
        Meaning.ABSENT: (MarkKind.ABSENT, {Flag.ABSENT}),
        Meaning.EXPECTED: (MarkKind.BLANK, set()),
        Meaning.HANDED_IN: (MarkKind.PENDING, set()),
        Meaning.LATE: (MarkKind.PENDING, {Flag.LATE}),
        Meaning.INCOMPLETE: (MarkKind.PENDING, {Flag.INCOMPLETE}),
        Meaning.MASTERED: (MarkKind.MASTERED, set()),
        Meaning.BELOW: (MarkKind.BELOW, set()),
        Meaning.NOTHING: (MarkKind.BLANK, set()),
    }


def test_a_number_may_be_a_code_where_the_gradebook_says_so() -> None:
    reader = MarkReader.of(Marking(), "en_US", {"0": Meaning.NOT_IN})
    assert reader.read(drawn.content("0"), Fraction(20))[0].kind is MarkKind.NOT_IN
    assert AMERICAN.read(drawn.content("0"), Fraction(20))[0].share == 0


def test_a_mark_from_several_columns_is_a_score_unless_one_of_them_cannot_be_read() -> None:
    first, second = Mark(kind=MarkKind.SCORE, share=Fraction(9, 10)), Mark(kind=MarkKind.SCORE, share=Fraction(8, 10))
    blank, missing = Mark(kind=MarkKind.BLANK), Mark(kind=MarkKind.NOT_IN)
    doubtful = Mark(kind=MarkKind.UNREADABLE, written="?")
    assert AMERICAN.together([first, second]) == second
    assert MarkReader.of(Marking(), "en_US", best=True).together([first, second]) == first
    assert AMERICAN.together([first, blank]) == first
    assert AMERICAN.together([first, missing]) == first
    assert AMERICAN.together([missing, blank]) == missing
    assert AMERICAN.together([first, doubtful]) == doubtful
    assert AMERICAN.together([blank, blank]) == blank


def test_a_long_remark_is_quoted_by_its_beginning() -> None:
    text = "handed in on paper,\nsee the yellow folder on my desk"
    assert trouble(Content(value=text)) == neither("handed in on paper, see the yellow fold…")


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("N_A", "#N/A"),
        ("REF", "#REF!"),
        ("ERROR", "#ERROR!"),
        ("SOMETHING_NEW", "SOMETHING_NEW"),
    ],
)
def test_an_error_is_unreadable_and_never_zero(error: str, shown: str) -> None:
    assert trouble(Content(error=error, shown="#?")) == (
        f"the formula shows {shown}, so this mark cannot be read.",
        MEND,
    )


def test_a_formula_that_is_still_at_work_may_show_a_mark_by_itself() -> None:
    assert trouble(Content(error="LOADING", shown="Loading...")) == (
        "the formula shows Loading…, so this mark cannot be read.",
        "If it stays so, mend the formula or type the mark.",
    )


@pytest.mark.parametrize(("reader", "typed"), [(AMERICAN, "7/10"), (GERMAN, "10/7")], ids=["month first", "day first"])
def test_a_date_that_a_typed_score_became_is_reported_with_what_to_do(reader: MarkReader, typed: str) -> None:
    assert trouble(drawn.content("2026-07-10"), reader=reader) == (
        (
            f"there is the date 2026-07-10 here; Sheets makes a date of a typed {typed}, "
            "and which score was meant cannot be known."
        ),
        ALONE,
    )


@pytest.mark.parametrize("days", [Decimal("1e300"), Decimal("-1e300"), Decimal(3_000_000)])
def test_a_date_beyond_the_calendar_is_still_no_mark(days: Decimal) -> None:
    assert trouble(Content(value=days, format="DATE_TIME")) == ("there is a date here, not a mark.", ALONE)


@pytest.mark.parametrize("form", ["TIME", "DURATION"])
def test_a_time_of_day_is_no_mark(form: str) -> None:
    content = Content(value=Decimal("0.5"), format=form, shown="12:00")
    assert trouble(content) == ("there is a time of day here, not a mark.", ALONE)


def test_a_ticked_box_is_no_mark() -> None:
    assert trouble(drawn.content("TRUE")) == ("there is a checkbox here, not a mark.", "Type a score or a code.")


@pytest.mark.parametrize("text", ["43", "'43"])
def test_a_number_needs_a_maximum(text: str) -> None:
    assert trouble(drawn.content(text), None) == NO_MAXIMUM


def test_a_score_below_zero_is_reported() -> None:
    assert trouble(drawn.content("-1")) == ("the score is below zero.", "Type the score that was reached.")


@pytest.mark.parametrize("text", ["75.01", "151%", "'12/3"])
def test_a_score_far_above_the_maximum_is_reported(text: str) -> None:
    assert trouble(drawn.content(text)) == (
        "the score is more than 150 % of the maximum.",
        "Look for a slip of the keys, or correct the maximum.",
    )


def test_how_far_above_is_the_school_s_choice() -> None:
    strict = MarkReader.of(Marking(highest_percent=Decimal(100)), "en_US")
    assert share("50", reader=strict) == 1
    assert trouble(drawn.content("50.5"), reader=strict)[0] == "the score is more than 100 % of the maximum."


@given(st.decimals(min_value=0, max_value=75, places=4), st.integers(min_value=50, max_value=400))
def test_a_number_and_the_same_number_as_text_are_the_same_score(got: Decimal, points: int) -> None:
    number = Content(value=got, shown=f"{got:f}")
    text = Content(value=f"{got:f}", shown=f"{got:f}")
    assert AMERICAN.read(number, Fraction(points)) == AMERICAN.read(text, Fraction(points))
    assert share(f"'{got:f}", points) == Fraction(got) / points


@given(st.text(max_size=12), st.sampled_from([AMERICAN, GERMAN]))
def test_no_text_is_ever_read_as_missing_but_a_code_of_the_school(text: str, reader: MarkReader) -> None:
    mark, wrong = reader.read(Content(value=text, shown=text), Fraction(50))
    assert (mark.kind is MarkKind.UNREADABLE) == (wrong is not None)
    assert (mark.kind is MarkKind.NOT_IN) == (
        " ".join(text.casefold().split()) in {"missing", "not in", "not handed in", "not turned in"}
    )
    assert (mark.kind is MarkKind.BLANK) == (not text.strip())


#: The locales of Sheets' own list that write numbers in Western digits everywhere.
# fmt: off
LOCALES = [
    "az_AZ", "be_BY", "bg_BG", "bn_IN", "ca_ES", "cs_CZ", "cy_GB", "da_DK", "de_AT", "de_CH", "de_DE", "el_GR",
    "en_AU", "en_CA", "en_GB", "en_IE", "en_IN", "en_US", "es_AR", "es_BO", "es_CL", "es_CO", "es_CR", "es_DO",
    "es_EC", "es_ES", "es_GT", "es_HN", "es_MX", "es_NI", "es_PA", "es_PE", "es_PR", "es_PY", "es_SV", "es_US",
    "es_UY", "es_VE", "fi_FI", "fil_PH", "fr_BE", "fr_CA", "fr_CH", "fr_FR", "ga_IE", "gu_IN", "he_IL", "hi_IN",
    "hr_HR", "hu_HU", "hy_AM", "id_ID", "it_CH", "it_IT", "ja_JP", "ka_GE", "kk_KZ", "km_KH", "kn_IN", "ko_KR",
    "lo_LA", "lt_LT", "lv_LV", "ml_IN", "mn_MN", "mr_IN", "ms_MY", "my_MM", "nb_NO", "ne_NP", "nl_BE", "nl_NL",
    "or_IN", "pa_IN", "pl_PL", "pt_BR", "pt_PT", "ro_RO", "ru_RU", "si_LK", "sk_SK", "sl_SI", "sr_RS", "sv_SE",
    "sw_KE", "ta_IN", "te_IN", "th_TH", "tr_TR", "uk_UA", "ur_PK", "vi_VN", "zh_CN", "zh_HK", "zh_TW",
]
# fmt: on


@pytest.mark.parametrize("locale", LOCALES)
def test_the_decimal_sign_is_that_of_the_common_locale_data(locale: str) -> None:
    symbols = Locale.parse(locale).number_symbols["latn"]
    assert decimal_comma(locale) == (symbols["decimal"] == ",")


def test_south_africa_and_the_unknown_have_the_comma() -> None:
    assert decimal_comma("en_ZA")
    assert decimal_comma("xx_XX")
    assert decimal_comma("de")
    assert not decimal_comma("en")
    assert not decimal_comma("iw_IL")


def test_only_america_puts_the_month_first() -> None:
    assert [locale for locale in ("en_US", "en", "", "en_GB", "de_DE", "es_MX") if month_first(locale)] == [
        "en_US",
        "en",
        "",
    ]


def test_the_calendar_of_sheets_begins_where_it_should() -> None:
    assert date(1899, 12, 30) == EPOCH
