"""The floors of the house: who may look at whom. Everything is read from the source, nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "sheets_mastery"

#: From the words up to the doors, in the order in which they may look at one another.
FLOORS = (
    ("errors", "a1", "reading", "config", "presets", "gradebook", "contracts"),
    (
        "mastery",
        "remediation",
        "shape",
        "afterwards",
        "notices",
        "quiet",
        "newaddresses",
        "corrections",
        "occasions",
        "optout",
        "leaving",
        "letters",
        "envelope",
        "bounces",
        "liverules",
        "edits",
        "stamps",
        "standstill",
        "ourtabs",
        "panel",
        "mailtab",
        "tabs",
        "writeback",
        "addresses",
        "past",
        "whoiswho",
        "blast",
        "guard",
        "unread",
        "plan",
        "summary",
        "freshlook",
        "settingsfile",
        "newids",
    ),
    ("google", "mail", "pace", "imap", "pickup", "ledger", "heartbeat"),
    ("sync", "comebacks", "outbox"),
    (
        "wiring",
        "signs",
        "terminal",
        "drawing",
        "asking",
        "wishes",
        "wayin",
        "outcome",
        "status",
        "desk",
        "undelivered",
        "examined",
        "forgetting",
        "preview",
        "doctor",
        "door",
        "setup",
        "demo",
        "schedule",
        "cli",
        "__main__",
    ),
)
#: The doors that may set foot on the island.
FERRIES = {"cli", "demo", "wiring"}
ISLAND = "local_google"
#: What the pure floors may not touch.
WORLD = {"logging", "os", "pathlib", "random", "requests", "socket", "sqlite3", "subprocess", "time"}

MODULES = tuple(sorted(PACKAGE.rglob("*.py")))


def part_of(path: Path) -> str:
    """The part of the house that a file belongs to: the name right below the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor_of(part: str) -> int:
    """The floor of a part, from 0."""
    return next(number for number, parts in enumerate(FLOORS) if part in parts)


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, wherever the import stands: (line, dotted name)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # From a dot: as many packages up as there are dots, less the one that the file is in.
            home = ("sheets_mastery", *path.relative_to(PACKAGE).parts)[: -node.level] if node.level else ()
            name = ".".join((*home, *([node.module] if node.module else [])))
            if name == "sheets_mastery":
                yield from ((node.lineno, f"sheets_mastery.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, name


def ours(path: Path) -> Iterator[tuple[int, str]]:
    """The other parts of the house that a file imports: (line, part)."""
    for line, name in imported(path):
        if name.startswith("sheets_mastery."):
            part = name.split(".")[1]
            if part not in {part_of(path), "__version__"}:
                yield line, part


def may_look(looker: str, part: str) -> bool:
    """Whether the rules let one part import another."""
    if part == ISLAND:
        return looker in FERRIES
    above, below = floor_of(looker), floor_of(part)
    if above != below:
        return above > below
    listed = FLOORS[above]
    return above == len(FLOORS) - 1 or (above <= 1 and listed.index(part) < listed.index(looker))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_has_its_place_in_the_house(path: Path) -> None:
    known = {part for floor in FLOORS for part in floor} | {ISLAND, "__init__"}
    assert part_of(path) in known, (
        f"sheets_mastery/{path.relative_to(PACKAGE)} stands on no floor: list “{part_of(path)}” in FLOORS of "
        f"{Path(__file__).name}, after everything that it imports."
    )


@pytest.mark.parametrize(
    "path", [path for path in MODULES if part_of(path) != ISLAND], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_imports_go_down(path: Path) -> None:
    wrong = [f"line {line}: {part}" for line, part in ours(path) if not may_look(part_of(path), part)]
    assert wrong == [], f"{part_of(path)} may not look at these"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if part_of(path) == ISLAND], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_the_island_has_not_heard_of_us(path: Path) -> None:
    assert list(ours(path)) == []


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if any(part_of(path) in floor for floor in FLOORS[:2])],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_decisions_do_not_touch_the_world(path: Path) -> None:
    touched = [f"line {line}: {name}" for line, name in imported(path) if name.split(".")[0] in WORLD]
    assert touched == []


def test_the_rules_themselves_tell_right_from_wrong() -> None:
    assert may_look("plan", "writeback")
    assert may_look("sync", "plan")
    assert may_look("cli", "wiring")
    assert may_look("wiring", "local_google")
    assert not may_look("writeback", "plan")
    assert not may_look("plan", "sync")
    assert not may_look("google", "ledger")
    assert not may_look("outbox", "sync")
    assert not may_look("sync", "local_google")
