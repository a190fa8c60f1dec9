"""Whatever may stand in a cell, drawn at random."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from sheets_mastery.reading import EMPTY, Content

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3) | st.integers(-5, 120).map(Decimal)
FORMATS = st.sampled_from(["", "NUMBER", "PERCENT", "DATE", "DATE_TIME", "TIME", "DURATION", "CURRENCY", "TEXT"])


def cells(
    labels: st.SearchStrategy[str], marks: st.SearchStrategy[str], *more: st.SearchStrategy[Content]
) -> st.SearchStrategy[Content]:
    """A label, something typed as a mark, any text, number or error, or nothing; and whatever `more` draws."""
    return st.one_of(
        st.just(EMPTY),
        labels.map(_text),
        marks.map(_text),
        st.text(max_size=8).map(_text),
        st.builds(Content, value=NUMBERS | st.booleans(), format=FORMATS, shown=st.text(max_size=4)),
        *more,
        st.builds(Content, error=st.sampled_from(["N_A", "REF", "LOADING", "ERROR"]), shown=st.just("#N/A")),
    )


def table_of(cell: st.SearchStrategy[Content]) -> st.SearchStrategy[list[list[Content]]]:
    """The rows of a small tab."""
    return st.lists(st.lists(cell, max_size=7), max_size=9)


def _text(text: str) -> Content:
    return Content(value=text, shown=text)
