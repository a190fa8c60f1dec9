"""The requests of a batchUpdate that add, change, move and delete charts. They are kept and told, not drawn."""

from __future__ import annotations

from typing import Any

from sheets_mastery.local_google.errors import Invalid, not_implemented
from sheets_mastery.local_google.masks import merged

from .cells import field_mask
from .document import Document, Tab
from .formats import tidied
from .places import area, placed, tab_of, without_zero

Request = dict[str, Any]

#: How large a chart is where nobody says (EmbeddedObjectPosition in the API's reference).
SIZE = {"widthPixels": 600, "heightPixels": 371}


def add_chart(document: Document, request: Request) -> Request:
    """``addChart``: over the cells of a tab; the reply carries it with its id."""
    said = request.get("chart", {})
    number = int(said.get("chartId") or document.number())
    if any(chart["chartId"] == number for tab in document.tabs for chart in tab.parts["charts"]):
        raise Invalid(f"An embedded object with id {number} already exists.")
    overlay = _overlay(document, said.get("position", {}))
    chart = {"chartId": number, "spec": _spec(document, said), "position": {"overlayPosition": overlay}}
    if "border" in said:
        chart["border"] = tidied(said["border"])
    _home(document, overlay).parts["charts"].append(chart)
    return {"addChart": {"chart": without_zero(chart)}}


def update_chart_spec(document: Document, request: Request) -> Request:
    """``updateChartSpec``: the whole spec is replaced."""
    tab, index = _chart(document, request.get("chartId"))
    tab.parts["charts"][index] = {**tab.parts["charts"][index], "spec": _spec(document, request)}
    return {}


def update_embedded_object_position(document: Document, request: Request) -> Request:
    """``updateEmbeddedObjectPosition``: the masked fields of where it lies, on this tab or another."""
    tab, index = _chart(document, request.get("objectId"))
    mask = field_mask(request, "OverlayPosition")
    new = _overlay(document, request.get("newPosition", {}))
    chart = tab.parts["charts"].pop(index)
    overlay = merged(chart["position"]["overlayPosition"], new, mask)
    home = _home(document, overlay)
    place = {"overlayPosition": overlay}
    home.parts["charts"].insert(index if home is tab else len(home.parts["charts"]), {**chart, "position": place})
    return {"updateEmbeddedObjectPosition": {"position": without_zero(place)}}


def delete_embedded_object(document: Document, request: Request) -> Request:
    """``deleteEmbeddedObject``."""
    tab, index = _chart(document, request.get("objectId"))
    del tab.parts["charts"][index]
    return {}


def _chart(document: Document, chart_id: Any) -> tuple[Tab, int]:
    for tab in document.tabs:
        for index, chart in enumerate(tab.parts["charts"]):
            if chart["chartId"] == int(chart_id or 0):
                return tab, index
    raise Invalid(f"No embedded object with id: {int(chart_id or 0)}")


def _home(document: Document, overlay: Request) -> Tab:
    return tab_of(document, overlay["anchorCell"]["sheetId"])


def _overlay(document: Document, position: Request) -> Request:
    if "overlayPosition" not in position:
        raise not_implemented("a chart on a sheet of its own")
    said = position["overlayPosition"]
    anchor = {"sheetId": 0, **said.get("anchorCell", {})}
    corner = {"startRowIndex": anchor.get("rowIndex", 0), "startColumnIndex": anchor.get("columnIndex", 0)}
    area(document, {"sheetId": anchor["sheetId"], **corner})
    return {**SIZE, **said, "anchorCell": anchor}


def _spec(document: Document, said: Request) -> Request:
    if not said.get("spec"):
        raise Invalid("A chart needs a spec.")
    spec: Request = tidied(_with_sources(document, said["spec"]))
    return {"hiddenDimensionStrategy": "SKIP_HIDDEN_ROWS_AND_COLUMNS", **spec}


def _with_sources(document: Document, value: Any) -> Any:
    """Return a spec whose source ranges say their sheetId; refuse one of a tab that is not there."""
    if isinstance(value, list):
        return [_with_sources(document, item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: [placed(document, each) for each in inner] if name == "sources" else _with_sources(document, inner)
        for name, inner in value.items()
    }
