"""Charts as pictures: what their cells say, and where the bars and lines go.

A picture tells the data, not Google's design: what is drawn as a line there is a line here, all else is columns.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

from sheets_mastery.local_google.sheets.a1 import grid_box
from sheets_mastery.local_google.sheets.document import Document
from sheets_mastery.local_google.sheets.values import Rendering, value_range

#: The picture's drawing area, in units of the SVG.
WIDTH, HEIGHT = 560, 220
LINES = {"LINE", "AREA", "SCATTER", "STEPPED_AREA"}


class Series(NamedTuple):
    """One row of numbers."""

    #: Its name: its header, or its number where it has none.
    name: str
    #: Its numbers; None where the cell holds none.
    values: tuple[float | None, ...]
    #: The same as the cells show them.
    texts: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart."""

    #: Its title; what sort it is where it has none.
    title: str
    #: What sort it is: "column", "line", "pie", …
    kind: str
    #: What stands under the axis.
    labels: tuple[str, ...]
    #: Its data.
    series: tuple[Series, ...]

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the largest value on the axis, which always shows zero."""
        values = [value for series in self.series for value in series.values if value is not None]
        low, high = min(values, default=0), max(values, default=0)
        return min(low, 0), max(high, 0) if high > low or high > 0 else 1

    def level(self, value: float) -> float:
        """Return how far from the top a value lies."""
        low, high = self.bounds
        return round((high - value) / (high - low) * HEIGHT, 1)

    @property
    def bars(self) -> list[tuple[int, float, float, float, float]]:
        """The columns: number of the series, x, y, width and height. None in a chart of lines."""
        if self.kind.upper().replace(" ", "_") in LINES:
            return []
        slot = WIDTH / max(len(self.labels), 1)
        wide = slot * 0.8 / max(len(self.series), 1)
        zero = self.level(0)
        return [
            (
                number,
                round((at + 0.1) * slot + number * wide, 1),
                min(top, zero),
                round(wide, 1),
                round(abs(top - zero), 1),
            )
            for number, series in enumerate(self.series)
            for at, value in enumerate(series.values)
            if value is not None
            for top in (self.level(value),)
        ]

    @property
    def lines(self) -> list[tuple[int, str]]:
        """The lines: number of the series, and points as SVG writes them. None in a chart of columns."""
        if self.kind.upper().replace(" ", "_") not in LINES:
            return []
        slot = WIDTH / max(len(self.labels), 1)
        return [
            (
                number,
                " ".join(
                    f"{round((at + 0.5) * slot, 1)},{self.level(value)}"
                    for at, value in enumerate(series.values)
                    if value is not None
                ),
            )
            for number, series in enumerate(self.series)
        ]


def charts(document: Document, embedded: list[dict[str, Any]]) -> tuple[Chart, ...]:
    """Return the charts of a tab, given as EmbeddedChart. One of a sort that has no series has no data here."""
    return tuple(_chart(document, each["spec"]) for each in embedded)


def _chart(document: Document, spec: dict[str, Any]) -> Chart:
    said: dict[str, Any] = spec.get("basicChart") or spec.get("pieChart") or {}
    if "pieChart" in spec:
        kind, domains, parts = "pie", [said.get("domain", {})], [said.get("series", {})]
    else:
        kind = said.get("chartType", "other")
        domains = [each.get("domain", {}) for each in said.get("domains", [])[:1]]
        parts = [each.get("series", {}) for each in said.get("series", [])]
    headers = said.get("headerCount", 0)
    labels = tuple(_read(document, domains[0], "FORMATTED_VALUE")[headers:]) if domains else ()
    series = []
    for number, part in enumerate(parts, 1):
        texts = _read(document, part, "FORMATTED_VALUE")
        numbers = [
            None if isinstance(value, str | bool) else value for value in _read(document, part, "UNFORMATTED_VALUE")
        ]
        name = " ".join(texts[:headers]) or f"Series {number}"
        series.append(Series(name, tuple(numbers[headers:]), tuple(texts[headers:])))
    longest = max((len(each.values) for each in series), default=0)
    labels += tuple(str(at + 1) for at in range(len(labels), longest))
    kind = kind.replace("_", " ").lower()
    return Chart(title=spec.get("title") or f"A {kind} chart", kind=kind, labels=labels, series=tuple(series))


def _read(document: Document, data: dict[str, Any], rendering: str) -> list[Any]:
    """Return the values of a ChartData's sources one after another."""
    values: list[Any] = []
    for source in data.get("sourceRange", {}).get("sources", []):
        tab = document.tab(source.get("sheetId", 0))
        if tab is not None:
            box = grid_box(source, tab.row_count, tab.column_count).meets(tab.grid)
            rows = value_range(document, tab, box, Rendering(values=rendering)).get("values", [])
            if box.right - box.left > 1:
                values += [value for row in rows for value in row]
            else:
                values += [row[0] if row else "" for row in rows]
    return values
