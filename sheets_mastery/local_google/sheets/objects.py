"""What lies on ranges under an id of its own: names, protections, bands and charts, added, changed and deleted alike.

Charts are kept and told, not drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sheets_mastery.local_google.errors import Invalid, not_implemented
from sheets_mastery.local_google.masks import merged

from .document import Document
from .formats import field_mask, tidied
from .places import area, guard, may_edit, placed, tab_of, without_zero
from .view import shown_protection

Json = dict[str, Any]
#: Takes a document and a request of a batchUpdate, returns the reply.
Work = Callable[[Document, Json], Json]

OVERLAP = "You cannot add alternating background colors to a range that already has alternating background colors."
#: How large a chart is where nobody says (EmbeddedObjectPosition in the API's reference).
SIZE = {"widthPixels": 600, "heightPixels": 371}


class Kind(NamedTuple):
    """One kind of object."""

    #: What a request calls one, and the field of its id.
    word: str
    id: str
    #: The list of a tab that holds them; "" for the document's own list of names.
    part: str
    #: What it is called in a refusal.
    name: str
    #: Takes one as it shall be; returns the list that it belongs into and the object as it is kept, or refuses it.
    check: Callable[[Document, Json], tuple[list[Json], Json]]

    def lists(self, document: Document) -> list[list[Json]]:
        """Return the lists that hold objects of this kind."""
        return [tab.parts[self.part] for tab in document.tabs] if self.part else [document.named_ranges]

    def find(self, document: Document, number: Any) -> tuple[list[Json], int]:
        """Return the list that an object is in and its place there. Refuses what is not there, or kept from us."""
        for items in self.lists(document):
            for index, item in enumerate(items):
                if str(item[self.id]) == str(number or 0):
                    if self is PROTECTION and not may_edit(document, item):
                        tab, box = area(document, item.get("range") or {"sheetId": 0})
                        guard(document, tab, box)
                    return items, index
        raise Invalid(f"No {self.name} with id: {number or 0}")

    def add(self, reply: str) -> Work:
        """Return the request that adds one; the reply, under its own name, carries it with its id."""

        def work(document: Document, request: Json) -> Json:
            said = request.get(self.word, {})
            number = said.get(self.id) or (document.number() if self.part else str(document.number()))
            if any(str(item[self.id]) == str(number) for items in self.lists(document) for item in items):
                raise Invalid(f"A{'n' * (self is CHART)} {self.name} with id {number} already exists.")
            if self is PROTECTION and said.get("warningOnly") and any(said.get("editors", {}).values()):
                raise Invalid("ProtectedRange is warningOnly. Editors cannot be set on it.")
            home, item = self.check(document, {**said, self.id: number})
            home.append(item)
            fresh = shown_protection(document, item, fresh=said) if self is PROTECTION else without_zero(item)
            return {reply: {self.word: fresh}}

        return work

    def update(self, document: Document, request: Json) -> Json:
        """Change the masked fields of one."""
        said, mask = request.get(self.word, {}), field_mask(request, self.word[0].upper() + self.word[1:])
        items, index = self.find(document, said.get(self.id))
        self.put(document, items, index, merged(items[index], said, mask))
        return {}

    def put(self, document: Document, items: list[Json], index: int, said: Json) -> Json:
        """Put an object, as it shall be, in the place of one; on another tab it comes last."""
        home, item = self.check(document, {**said, self.id: items[index][self.id]})
        items[index : index + 1] = [item] if home is items else []
        home.extend([] if home is items else [item])
        return item

    def delete(self, document: Document, request: Json) -> Json:
        """Delete one."""
        items, index = self.find(document, request.get("objectId" if self is CHART else self.id))
        del items[index]
        return {}


def _named(document: Document, said: Json) -> tuple[list[Json], Json]:
    if "name" not in said or "range" not in said:
        raise Invalid("A named range needs a name and a range.")
    others = [each["name"].casefold() for each in document.named_ranges if each["namedRangeId"] != said["namedRangeId"]]
    if said["name"].casefold() in others:
        raise Invalid(f'The name "{said["name"]}" already exists.')
    return document.named_ranges, {**said, "range": placed(document, said["range"])}


def _protected(document: Document, said: Json) -> tuple[list[Json], Json]:
    if ("range" in said) + ("namedRangeId" in said) != 1:
        raise Invalid("Exactly one of range and namedRangeId must be set.")
    if "range" in said:
        said["range"] = placed(document, said["range"])
        place = said["range"]
    else:
        names, index = NAME.find(document, said["namedRangeId"])
        place = names[index]["range"]
    if said.get("unprotectedRanges"):
        said["unprotectedRanges"] = [placed(document, each) for each in said["unprotectedRanges"]]
    kept = {name: value for name, value in said.items() if value and name not in ("requestingUserCanEdit", "editors")}
    # one that only warns has no editors, and forgets those that it had
    if "editors" in said and not kept.get("warningOnly"):
        # whoever protects a range may edit it
        users = list(dict.fromkeys([*said["editors"].get("users", []), document.account]))
        kept["editors"] = {name: value for name, value in said["editors"].items() if value} | {"users": users}
    return tab_of(document, place.get("sheetId")).parts["protectedRanges"], kept


def _banded(document: Document, said: Json) -> tuple[list[Json], Json]:
    tab, box = area(document, said.get("range"))
    if not said.get("rowProperties") and not said.get("columnProperties"):
        raise Invalid("At least one of rowProperties and columnProperties must be set.")
    others = [each for each in tab.parts["bandedRanges"] if each["bandedRangeId"] != said["bandedRangeId"]]
    if any(not tab.box(each["range"]).meets(box).empty for each in others):
        raise Invalid(OVERLAP)
    return tab.parts["bandedRanges"], tidied({**said, "range": placed(document, said["range"])})


def _chart(document: Document, said: Json) -> tuple[list[Json], Json]:
    if not said.get("spec"):
        raise Invalid("A chart needs a spec.")
    if "overlayPosition" not in said.get("position", {}):
        raise not_implemented("a chart on a sheet of its own")
    overlay = said["position"]["overlayPosition"]
    anchor = {"sheetId": 0, **overlay.get("anchorCell", {})}
    corner = {"startRowIndex": anchor.get("rowIndex", 0), "startColumnIndex": anchor.get("columnIndex", 0)}
    tab, _ = area(document, {"sheetId": anchor["sheetId"], **corner})
    spec = {"hiddenDimensionStrategy": "SKIP_HIDDEN_ROWS_AND_COLUMNS", **_with_sources(document, said["spec"])}
    chart = {"chartId": said["chartId"], "spec": tidied(spec)}
    chart["position"] = {"overlayPosition": {**SIZE, **overlay, "anchorCell": anchor}}
    return tab.parts["charts"], chart | ({"border": tidied(said["border"])} if "border" in said else {})


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


def update_chart_spec(document: Document, request: Json) -> Json:
    """``updateChartSpec``: the whole spec is replaced."""
    items, index = CHART.find(document, request.get("chartId"))
    CHART.put(document, items, index, {**items[index], "spec": request.get("spec")})
    return {}


def update_embedded_object_position(document: Document, request: Json) -> Json:
    """``updateEmbeddedObjectPosition``: the masked fields of where it lies, on this tab or another."""
    items, index = CHART.find(document, request.get("objectId"))
    mask, new = field_mask(request, "OverlayPosition"), request.get("newPosition", {})
    if "overlayPosition" not in new:
        raise not_implemented("a chart on a sheet of its own")
    overlay = merged(items[index]["position"]["overlayPosition"], new["overlayPosition"], mask)
    chart = CHART.put(document, items, index, {**items[index], "position": {"overlayPosition": overlay}})
    return {"updateEmbeddedObjectPosition": {"position": without_zero(chart["position"])}}


def set_basic_filter(document: Document, request: Json) -> Json:
    """``setBasicFilter``: kept, with the bounds that it leaves open taken from the grid; rows are not hidden by it."""
    said = request.get("filter", {})
    tab, box = area(document, said.get("range"))
    tab.basic_filter = {**said, "range": box.grid_range(tab.id)}
    return {}


def clear_basic_filter(document: Document, request: Json) -> Json:
    """``clearBasicFilter``."""
    tab_of(document, request.get("sheetId")).basic_filter = None
    return {}


NAME = Kind("namedRange", "namedRangeId", "", "named range", _named)
PROTECTION = Kind("protectedRange", "protectedRangeId", "protectedRanges", "protected range", _protected)
BANDING = Kind("bandedRange", "bandedRangeId", "bandedRanges", "banded range", _banded)
CHART = Kind("chart", "chartId", "charts", "embedded object", _chart)

#: The requests of a batchUpdate for all of them.
REQUESTS: dict[str, Work] = {
    "addNamedRange": NAME.add("addNamedRange"),
    "updateNamedRange": NAME.update,
    "deleteNamedRange": NAME.delete,
    "addProtectedRange": PROTECTION.add("addProtectedRange"),
    "updateProtectedRange": PROTECTION.update,
    "deleteProtectedRange": PROTECTION.delete,
    "addBanding": BANDING.add("addBanding"),
    "updateBanding": BANDING.update,
    "deleteBanding": BANDING.delete,
    "addChart": CHART.add("addChart"),
    "updateChartSpec": update_chart_spec,
    "updateEmbeddedObjectPosition": update_embedded_object_position,
    "deleteEmbeddedObject": CHART.delete,
    "setBasicFilter": set_basic_filter,
    "clearBasicFilter": clear_basic_filter,
}
