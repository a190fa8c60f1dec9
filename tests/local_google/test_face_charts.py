"""Charts on the pages: a picture, and the same data as a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_mastery.local_google.face.charts import Chart, Series

if TYPE_CHECKING:
    from sheets_mastery.local_google.server import LocalGoogle

DATA = [["Quiz", "Period 1", "Period 2"], ["Ratios", "80%", "50%"], ["Slopes", "100%", "late"], ["Lines", "40%", ""]]


def source(*columns: int) -> dict[str, Any]:
    """ChartData over rows 1 to 4 of some columns."""
    rows = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 4}
    places = [{**rows, "startColumnIndex": column, "endColumnIndex": column + 1} for column in columns]
    return {"sourceRange": {"sources": places}}


def add(book: Any, spec: dict[str, Any]) -> None:
    """Put a chart on the book's first tab."""
    position = {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 6, "columnIndex": 0}}}
    book.batch({"addChart": {"chart": {"spec": spec, "position": position}}})


def basic(kind: str, **spec: Any) -> dict[str, Any]:
    """A chart of the columns B and C by A."""
    series = [{"series": source(1)}, {"series": source(2)}]
    said = {"chartType": kind, "headerCount": 1, "domains": [{"domain": source(0)}], "series": series}
    return {**spec, "basicChart": said}


@pytest.fixture
def charted(book: Any) -> Any:
    """A book with the data of two classes."""
    book.type("A1", DATA)
    return book


def test_a_chart_shows_its_title_its_columns_and_its_data(
    google: LocalGoogle, session: requests.Session, charted: Any
) -> None:
    add(charted, basic("COLUMN", title="Averages <b>"))
    page = session.get(f"{google.url}/face/sheets/{charted.id}/0").text
    assert "<summary>1 chart: Averages &lt;b&gt;</summary>" in page
    assert re.findall(r'<rect class="(c\d)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/>', page) == [
        ("c0", "18.7", "44.0", "74.7", "176.0"),
        ("c0", "205.3", "0.0", "74.7", "220.0"),
        ("c0", "392.0", "132.0", "74.7", "88.0"),
        ("c1", "93.3", "110.0", "74.7", "110.0"),
    ]
    assert re.findall(r'<tr><th scope="row">(\w+)</th><td>(.*)</td><td>(.*)</td></tr>', page) == [
        ("Ratios", "80%", "50%"),
        ("Slopes", "100%", "late"),
        ("Lines", "40%", ""),
    ]


def test_a_line_chart_draws_lines_and_leaves_out_what_is_no_number(
    google: LocalGoogle, session: requests.Session, charted: Any
) -> None:
    add(charted, basic("LINE"))
    page = session.get(f"{google.url}/face/sheets/{charted.id}/0").text
    assert "<summary>1 chart: A line chart</summary>" in page
    assert re.findall(r'<polyline class="(c\d)" points="(.*)"/>', page) == [
        ("c0", "93.3,44.0 280.0,0.0 466.7,132.0"),
        ("c1", "93.3,110.0"),
    ]


def test_a_changed_mark_redraws_the_chart_in_place(
    google: LocalGoogle, session: requests.Session, charted: Any
) -> None:
    add(charted, {"title": "Shares", "pieChart": {"domain": source(0), "series": source(1)}})
    address = f"{google.url}/face/sheets/{charted.id}/0"
    (version,) = re.findall(r'data-version="(\d+)"', session.get(address).text)
    form = {"cell": "B2", "text": "100%", "since": version}
    answer = session.post(address, form, headers={"Accept": "application/json"}).json()
    assert [cell["a1"] for cell in answer["cells"]] == ["B2"]
    assert re.findall(r' y="([\d.]+)" width', answer["charts"]) == ["0.0", "0.0", "132.0"]
    answer = session.post(address, form | {"cell": "E3", "since": answer["version"]}, headers={"Accept": "*/json"})
    assert sorted(answer.json()) == ["cells", "version"]


@pytest.mark.parametrize(
    ("values", "bounds", "bars"),
    [
        ((2.0, -2.0), (-2.0, 2.0), [(0, 28.0, 0.0, 224.0, 110.0), (0, 308.0, 110.0, 224.0, 110.0)]),
        ((0.0, None), (0, 1), [(0, 28.0, 220.0, 224.0, 0.0)]),
        ((), (0, 1), []),
    ],
)
def test_columns_grow_from_zero(values: tuple[float | None, ...], bounds: tuple[float, float], bars: list[Any]) -> None:
    chart = Chart(title="", kind="column", labels=("a", "b"), series=(Series("", values, ("", "")),))
    assert (chart.bounds, chart.bars, chart.lines) == (bounds, bars, [])
