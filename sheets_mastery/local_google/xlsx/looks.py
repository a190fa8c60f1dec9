"""How a cell looks, said both ways: Google's ``CellFormat`` and Excel's fonts, fills, borders and number formats."""

from __future__ import annotations

import colorsys
import re
from typing import Any
from xml.etree import ElementTree as ET

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.colors import COLOR_INDEX, Color
from openpyxl.styles.numbers import is_date_format
from openpyxl.styles.proxy import StyleProxy

from sheets_mastery.local_google.sheets.locales import Locale
from sheets_mastery.local_google.sheets.numberformat import pattern_of

Look = dict[str, Any]

#: What Google's cells are written in where nobody says.
FAMILY, SIZE = "Arial", 10
#: Google's word -> Excel's; the first of two that mean the same is the one that is written back.
HORIZONTAL = {"LEFT": "left", "CENTER": "center", "RIGHT": "right"}
VERTICAL = {"TOP": "top", "MIDDLE": "center", "BOTTOM": "bottom"}
BORDERS = {
    "SOLID": "thin",
    "SOLID_MEDIUM": "medium",
    "SOLID_THICK": "thick",
    "DASHED": "dashed",
    "DOTTED": "dotted",
    "DOUBLE": "double",
}
#: Excel's other borders, and the nearest that Google has.
NEAREST_BORDERS = {style: word for word, style in BORDERS.items()} | {
    "hair": "DOTTED",
    "mediumDashed": "DASHED",
    "dashDot": "DASHED",
    "mediumDashDot": "DASHED",
    "dashDotDot": "DASHED",
    "mediumDashDotDot": "DASHED",
    "slantDashDot": "DASHED",
}
SIDES = ("top", "bottom", "left", "right")
#: Field of a ``TextFormat`` -> attribute of Excel's font.
STROKES = {"bold": "b", "italic": "i", "strikethrough": "strike", "underline": "u"}
DRAWINGML = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
#: The theme's colours by number: light and dark stand the other way round than in the file.
THEME = (
    "lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink",
    "folHlink",
)  # fmt: skip
#: What a number format says between its sections' own signs: quoted text, escapes, padding, and what is in brackets.
ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]')


class Palette:
    """The colours of one workbook: its theme's, and those that a cell names by number."""

    def __init__(self, theme: bytes | None) -> None:
        self._theme: list[str] = []
        if theme:
            scheme = ET.fromstring(theme).find(f".//{DRAWINGML}clrScheme")  # noqa: S314  openpyxl has parsed the same file
            for name in THEME if scheme is not None else ():
                said = scheme.find(f"{DRAWINGML}{name}/*") if scheme is not None else None
                self._theme.append("000000" if said is None else said.get("lastClr") or said.get("val") or "000000")

    def colour(self, said: Color | None) -> dict[str, float] | None:
        """Return a colour as the API has it, or None for the automatic one."""
        if said is None:
            return None
        text = "000000"
        if said.type == "rgb":
            text = said.rgb[-6:]
        elif said.type == "theme" and said.theme < len(self._theme):
            text = self._theme[said.theme]
        elif said.type == "indexed" and said.indexed < len(COLOR_INDEX):
            text = COLOR_INDEX[said.indexed][-6:]
        elif said.type != "theme":
            return None
        red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (0, 2, 4))
        if said.tint:
            hue, light, depth = colorsys.rgb_to_hls(red, green, blue)
            light = light * (1 + said.tint) if said.tint < 0 else light * (1 - said.tint) + said.tint
            red, green, blue = colorsys.hls_to_rgb(hue, light, depth)
        return {"red": red, "green": green, "blue": blue}


def hexadecimal(colour: dict[str, float]) -> str:
    """Return a colour of the API as ``FFrrggbb``."""
    return "FF" + "".join(f"{round(colour.get(name, 0) * 255):02X}" for name in ("red", "green", "blue"))


def rgb(said: Look, name: str) -> dict[str, float] | None:
    """Return the colour that a format says under a name or its ``…Style``, None where it says none."""
    style: dict[str, float] | None = said.get(f"{name}Style", {}).get("rgbColor", said.get(name))
    return style


def read_look(cell: Cell, palette: Palette) -> Look:
    """Return a cell's look as a ``CellFormat``; what is as Google has it anyway is left out."""
    text = text_format(cell.font, palette)
    if cell.font.name and cell.font.name != FAMILY:
        text["fontFamily"] = cell.font.name
    if cell.font.sz and cell.font.sz != SIZE:
        text["fontSize"] = round(cell.font.sz)
    borders = {}
    for side in SIDES:
        line = getattr(cell.border, side)
        if line is not None and line.style in NEAREST_BORDERS:
            borders[side] = {"style": NEAREST_BORDERS[line.style], "color": palette.colour(line.color) or {}}
    place = cell.alignment
    turned = place.textRotation or 0
    look = {
        "numberFormat": read_number_format(cell.number_format),
        "backgroundColor": palette.colour(cell.fill.fgColor) if cell.fill.fill_type == "solid" else None,
        "borders": borders,
        "horizontalAlignment": _word(HORIZONTAL, place.horizontal),
        "verticalAlignment": _word(VERTICAL, place.vertical if place.vertical != "bottom" else None),
        "wrapStrategy": "WRAP" if place.wrapText else None,
        "textFormat": text,
        "textRotation": _rotation(turned) if turned else None,
    }
    return {name: said for name, said in look.items() if said or (name == "backgroundColor" and said is not None)}


def text_format(font: Font | StyleProxy, palette: Palette) -> Look:
    """Return what a ``TextFormat`` and a conditional format have in common: strokes and colour."""
    found: Look = {name: True for name, stroke in STROKES.items() if getattr(font, stroke) not in (None, False, "none")}
    colour = palette.colour(font.color)
    if colour is not None and any(colour.values()):
        found["foregroundColor"] = colour
    return found


def dress(cell: Cell | MergedCell, look: Look, habits: Locale) -> None:
    """Give a cell of a workbook the look that a ``CellFormat`` says."""
    cell.font = font(look.get("textFormat", {}), name=FAMILY, size=SIZE)
    fill = rgb(look, "backgroundColor")
    if fill is not None:
        cell.fill = PatternFill("solid", fgColor=hexadecimal(fill))
    if look.get("borders"):
        lines = look["borders"]
        left, right, top, bottom = (_side(lines.get(side, {})) for side in ("left", "right", "top", "bottom"))
        cell.border = Border(left=left, right=right, top=top, bottom=bottom)
    turned = look.get("textRotation", {})
    angle = 255 if turned.get("vertical") else turned.get("angle", 0)
    alignment = {
        "horizontal": HORIZONTAL.get(look.get("horizontalAlignment", "")),
        "vertical": VERTICAL.get(look.get("verticalAlignment", "")),
        "wrap_text": look.get("wrapStrategy") == "WRAP" or None,
        "text_rotation": (90 - angle if angle < 0 else angle) or None,
    }
    if any(alignment.values()):
        cell.alignment = Alignment(**{name: said for name, said in alignment.items() if said})  # type: ignore[arg-type]  # four fields of four types
    number_format = look.get("numberFormat")
    if number_format:
        cell.number_format = "@" if number_format["type"] == "TEXT" else pattern_of(number_format, habits)


def font(said: Look, *, name: str | None = None, size: float | None = None) -> Font:
    """Return the font of a ``TextFormat``."""
    colour = rgb(said, "foregroundColor")
    return Font(
        name=said.get("fontFamily", name),
        sz=said.get("fontSize", size),
        b=said.get("bold"),
        i=said.get("italic"),
        strike=said.get("strikethrough"),
        u="single" if said.get("underline") else None,
        color=None if colour is None else hexadecimal(colour),
    )


def read_number_format(code: str) -> dict[str, str] | None:
    """Return Excel's number format as Google's, with the type that its pattern shows; None for none."""
    if code.lower() == "general":
        return None
    if code == "@":
        return {"type": "TEXT", "pattern": "@"}
    if code == "mm-dd-yy":  # the short date of whoever looks
        return {"type": "DATE", "pattern": "M/d/yyyy"}
    code = re.sub(r"\[\$([^-\]]+)(?:-[^\]]*)?\]", r'"\1"', re.sub(r"\[\$-[^\]]*\]", "", code)).removesuffix(";@")
    bare = ASIDE.sub("", code).lower()
    if is_date_format(code):
        day, hour = re.search("[yd]|mmm", bare), re.search("[hs]", bare)
        return {"type": "DATE_TIME" if day and hour else "TIME" if hour else "DATE", "pattern": code}
    if "%" in bare:
        return {"type": "PERCENT", "pattern": code}
    if "e+" in bare or "e-" in bare:
        return {"type": "SCIENTIFIC", "pattern": code}
    return {"type": "CURRENCY" if re.search("[$€£¥₹₽₩₪₺]", code) else "NUMBER", "pattern": code}


def _word(words: dict[str, str], said: str | None) -> str | None:
    return next((word for word, excel in words.items() if excel == said), None)


def _rotation(turned: int) -> Look:
    return {"vertical": True} if turned == 255 else {"angle": 90 - turned if turned > 90 else turned}


def _side(line: Look) -> Side:
    if line.get("style") not in BORDERS:
        return Side()
    return Side(style=BORDERS[line["style"]], color=hexadecimal(rgb(line, "color") or {}))  # type: ignore[arg-type]  # a word of Excel's
