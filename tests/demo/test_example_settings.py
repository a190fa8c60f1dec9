"""`config/mastery.example.toml` explains every key, and what it says is true."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from sheets_mastery import config

EXAMPLE = (Path(__file__).parent.parent.parent / "config" / "mastery.example.toml").read_text("utf-8")
#: A key that is commented out, with its value; prose has a space behind its #.
HIDDEN = re.compile(r"^#(?=[a-z_]+ = )", re.MULTILINE)
AN_EXAMPLE = "  # an example"
EXAMPLES = tuple(line for line in EXAMPLE.splitlines() if HIDDEN.match(line) and line.endswith(AN_EXAMPLE))


def without(text: str, mark: str) -> str:
    """The text with the lines that end with a mark left out."""
    return "\n".join(line for line in text.splitlines() if not line.endswith(mark))


def tables(annotation: Any) -> Iterator[type[BaseModel]]:
    """The tables of the file that a key's type speaks of; a span of the day is written as one text."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation is not config.Window:
        yield annotation
    for part in get_args(annotation):
        yield from tables(part)


def known(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every key that the program knows, as its path, with its default."""
    for name, field in model.model_fields.items():
        inner = tuple(tables(field.annotation))
        path = (*above, name)
        if not inner:
            yield path, None if field.is_required() else field.default
        for each in inner:
            yield from known(each, path)


def written(tree: Any, model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key that a file has, as its path, without places in lists and titles of assignments."""
    for name, value in tree.items():
        inner = next(tables(model.model_fields[name].annotation), None)
        path = (*above, name)
        if inner is None:
            yield path
            continue
        many = value if isinstance(value, list) else [value]
        if name == "assignments":
            many = list(value.values())
        for each in many:
            yield from written(each, inner, path)


def test_the_example_is_valid_as_it_stands() -> None:
    settings = config.parse(EXAMPLE)
    assert [each.name for each in settings.gradebooks] == ["Algebra I"]
    assert settings.gradebooks[0].spreadsheet == "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"


def test_every_key_of_the_program_is_in_the_example_and_no_other() -> None:
    everything = tomllib.loads(HIDDEN.sub("", EXAMPLE))
    assert set(written(everything, config.Settings)) == {path for path, _ in known(config.Settings)}


def test_a_default_that_the_example_claims_is_the_default() -> None:
    claims = HIDDEN.sub("", without(EXAMPLE, AN_EXAMPLE))
    assert claims != without(EXAMPLE, AN_EXAMPLE)
    assert config.parse(claims) == config.parse(EXAMPLE)


def test_only_keys_that_default_to_nothing_are_shown_by_an_example() -> None:
    shown = set(written(tomllib.loads(HIDDEN.sub("", EXAMPLE)), config.Settings))
    claimed = set(written(tomllib.loads(HIDDEN.sub("", without(EXAMPLE, AN_EXAMPLE))), config.Settings))
    nothing = {path for path, default in known(config.Settings) if default in (None, "", (), {})}
    assert shown - claimed - nothing == set()


@pytest.mark.parametrize("line", EXAMPLES, ids=lambda line: line[1:].split()[0])
def test_every_example_is_one_that_the_program_takes(line: str) -> None:
    text = EXAMPLE.replace(line, line[1:])
    if line.startswith("#endpoint"):
        text = text.replace('credentials = "service_account"', 'credentials = "local"')
    assert config.parse(text) != config.parse(EXAMPLE)


def test_levels_and_ladder_of_the_example_are_the_ones_that_hold_when_they_are_left_out() -> None:
    bare = re.sub(r"^\[\[(tiers|remediation\.ladder)\]\]\n(?:(?!\[).*\n)*", "", EXAMPLE, flags=re.MULTILINE)
    assert "tiers" not in tomllib.loads(bare)
    assert tomllib.loads(bare)["remediation"] == {}
    assert config.parse(bare).tiers == config.parse(EXAMPLE).tiers
    assert config.parse(bare).remediation == config.parse(EXAMPLE).remediation
    assert [tier.pass_mark for tier in config.parse(bare).tiers] == [Decimal(76), Decimal(86), Decimal(93)]


def test_every_key_has_a_sentence_above_it_or_shares_its_neighbours() -> None:
    lines = EXAMPLE.splitlines()
    explained: set[str] = set()
    for above, line in pairwise(lines):
        key = re.match(r"#?([a-z_]+) = ", line)
        if key and (above.startswith("# ") or re.match(r"#?[a-z_]+ = ", above)):
            explained.add(key[1])
    assert explained >= {path[-1] for path, _ in known(config.Settings)} - {"host", "help"}
