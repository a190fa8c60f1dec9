"""Formulas as text: taken apart into tokens, their references moved, and put together again.

Google keeps a formula as it was typed and rewrites its references when lines are inserted, deleted or moved; so does
this room. What a formula comes to is worked out elsewhere (``calculation.py``).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import NamedTuple

from .a1 import column_index, letters

ERROR_TEXTS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!")
CELL = r"\$?[A-Za-z]{1,3}\$?\d+"
COLUMN = r"\$?[A-Za-z]{1,3}"
REFERENCE = rf"(?:{CELL}(?::(?:{CELL}|{COLUMN}|\$?\d+))?|{COLUMN}:(?:{CELL}|{COLUMN})|\$?\d+:\$?\d+)(?![\w(.!])"
NUMBER = r"(?:\d+(?:{0}\d*)?|{0}\d+)(?:[eE][-+]?\d+)?"


def _tokenizer(decimal: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<string>"(?:[^"]|"")*"?)
        |(?P<error>{"|".join(map(re.escape, ERROR_TEXTS))})
        |(?P<ref>(?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?{REFERENCE})
        |(?P<number>{NUMBER.format(re.escape(decimal))})
        |(?P<name>[^\W\d][\w.]*)
        |(?P<space>\s+)
        |(?P<op><>|<=|>=|.)""",
        re.VERBOSE | re.DOTALL,
    )


TOKENIZERS = {decimal: _tokenizer(decimal) for decimal in ".,"}
PARTS = re.compile(
    r"(?P<prefix>.*!)?(?P<ca0>\$?)(?P<c0>[A-Za-z]{1,3})?(?P<ra0>\$?)(?P<r0>\d+)?"
    r"(?P<to>:(?P<ca1>\$?)(?P<c1>[A-Za-z]{1,3})?(?P<ra1>\$?)(?P<r1>\d+)?)?$",
    re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a formula: its kind (string, error, ref, number, name, space or op) and its text."""

    kind: str
    text: str


class Line(NamedTuple):
    """A row or a column in a reference: its index from 0, and whether a ``$`` holds it."""

    at: int
    held: bool


class Reference(NamedTuple):
    """A reference: what stands before the ``!`` (None for this tab), and its corners; None where one is left open."""

    title: str | None
    row: Line | None
    column: Line | None
    #: None for a single cell.
    to: tuple[Line | None, Line | None] | None


@functools.lru_cache(maxsize=8192)
def tokens(formula: str, decimal: str = ".") -> tuple[Token, ...]:
    """Take a formula (with or without its ``=``) apart. Putting the texts together again gives the formula."""
    return tuple(Token(str(found.lastgroup), found.group()) for found in TOKENIZERS[decimal].finditer(formula))


@functools.lru_cache(maxsize=8192)
def reference(text: str) -> Reference:
    """Read the text of a ``ref`` token."""
    found = PARTS.match(text)
    assert found is not None  # noqa: S101  every ref token has this shape
    title = None
    if found["prefix"]:
        title = found["prefix"][:-1]
        if title.startswith("'"):
            title = title[1:-1].replace("''", "'")
    corners = []
    for end in "01":
        # `$5:$7`: a dollar sign before nothing but a row number was read as the column's
        row_held = found[f"ra{end}"] or (found[f"ca{end}"] if not found[f"c{end}"] else "")
        corners.append(
            (
                Line(int(found[f"r{end}"]) - 1, bool(row_held)) if found[f"r{end}"] else None,
                Line(column_index(found[f"c{end}"]), bool(found[f"ca{end}"])) if found[f"c{end}"] else None,
            )
        )
    return Reference(title, *corners[0], corners[1] if found["to"] else None)


def written(ref: Reference, prefix: str) -> str:
    """Return a reference as text; ``prefix`` is what stands before it, with the ``!``."""

    def corner(row: Line | None, column: Line | None) -> str:
        text = ""
        if column is not None:
            text += ("$" if column.held else "") + letters(column.at)
        if row is not None:
            text += ("$" if row.held else "") + str(row.at + 1)
        return text

    text = prefix + corner(ref.row, ref.column)
    return text if ref.to is None else f"{text}:{corner(*ref.to)}"


def rewritten(formula: str, change: Callable[[Reference], Reference | None], decimal: str = ".") -> str:
    """Return the formula with each reference changed; None makes it ``#REF!``."""
    parts = []
    for token in tokens(formula, decimal):
        text = token.text
        if token.kind == "ref":
            old = reference(text)
            new = change(old)
            if new is None:
                text = "#REF!"
            elif new != old:
                text = written(new, text[: text.rfind("!") + 1])
        parts.append(text)
    return "".join(parts)


class Stencil:
    """A formula taken apart once, to be copied to many places."""

    def __init__(self, formula: str, decimal: str = ".") -> None:
        #: Text that stays, and references with a line that no ``$`` holds, in turn.
        self._pieces: list[str | tuple[Reference, str]] = []
        text = ""
        for token in tokens(formula, decimal):
            ref = reference(token.text) if token.kind == "ref" else None
            if ref is None or all(line is None or line.held for line in (ref.row, ref.column, *(ref.to or ()))):
                text += token.text
            else:
                self._pieces += [text, (ref, token.text[: token.text.rfind("!") + 1])]
                text = ""
        self._pieces.append(text)

    def at(self, rows: int, columns: int) -> str:
        """Return the formula as it reads when its cell is copied so many rows down and columns to the right."""
        return "".join(piece if isinstance(piece, str) else _copied(*piece, rows, columns) for piece in self._pieces)


def copied(formula: str, rows: int, columns: int, decimal: str = ".") -> str:
    """Return the formula as it reads when its cell is copied so many rows down and columns to the right."""
    return Stencil(formula, decimal).at(rows, columns) if rows or columns else formula


def _copied(ref: Reference, prefix: str, rows: int, columns: int) -> str:
    lines = (ref.row, ref.column, *(ref.to or (None, None)))
    moved: list[Line | None] = []
    for line, by in zip(lines, (rows, columns, rows, columns), strict=True):
        if line is None or line.held:
            moved.append(line)
        elif line.at + by < 0:
            return "#REF!"
        else:
            moved.append(Line(line.at + by, held=False))
    return written(Reference(ref.title, moved[0], moved[1], (moved[2], moved[3]) if ref.to else None), prefix)


def renamed(formula: str, old: str, prefix: str, decimal: str = ".") -> str:
    """Return the formula with references to the tab ``old`` put under another prefix (with its ``!``)."""
    return "".join(
        prefix + token.text[token.text.rfind("!") + 1 :]
        if token.kind == "ref" and (reference(token.text).title or "").casefold() == old.casefold()
        else token.text
        for token in tokens(formula, decimal)
    )


def names_another_tab(formula: str, title: str, decimal: str = ".") -> bool:
    """Tell whether a reference in the formula goes to another tab than the one titled so."""
    return any(
        (reference(token.text).title or title).casefold() != title.casefold()
        for token in tokens(formula, decimal)
        if token.kind == "ref"
    )


def canonical(formula: str, decimal: str) -> str:
    """Return a formula typed with a decimal comma as it would be typed in the United States."""
    # a comma parts nothing in such a locale: let it fail as it does there, here and above
    return formula if decimal == "." else _respelt(formula, decimal, {";": ",", ",": ";"}, {"\\": ","})


def localized(formula: str, decimal: str) -> str:
    """Return a formula in the American spelling as it is typed where the decimal sign is ``decimal``."""
    return formula if decimal == "." else _respelt(formula, ".", {",": ";"}, {",": "\\"})


def _respelt(formula: str, decimal: str, usual: dict[str, str], braced: dict[str, str]) -> str:
    """Return a formula with the other decimal sign, and its separators replaced outside and inside of braces."""
    parts, depth, before = [], [""], ""
    for kind, text in tokens(formula, decimal):
        signs = braced if depth[-1] == "{" else usual
        if text in ("(", "{"):
            depth.append(text)
        elif text in (")", "}") and len(depth) > 1:
            depth.pop()
        if kind == "number" and text.startswith(",") and before in ("ref", "name", "number", "string"):
            parts.append(";" + text[1:])  # no number: a comma after something
        elif kind == "number":
            parts.append(text.replace(decimal, "," if decimal == "." else "."))
        else:
            parts.append(signs.get(text, text) if kind == "op" else text)
        before = kind
    return "".join(parts)


def arguments(parts: tuple[Token, ...], opening: int) -> list[tuple[int, int]] | None:
    """Return where the arguments of a call begin and end, given the index of its ``(``; None when it is not closed."""
    depth = 0
    start = opening + 1
    found = []
    for index in range(opening, len(parts)):
        text = parts[index].text if parts[index].kind == "op" else ""
        if text in ("(", "{"):
            depth += 1
        elif text in (")", "}"):
            depth -= 1
            if depth == 0:
                found.append((start, index))
                return found if len(found) > 1 or any(part.kind != "space" for part in parts[start:index]) else []
        elif text == "," and depth == 1:
            found.append((start, index))
            start = index + 1
    return None
