"""A gradebook in a test is a table in its docstring."""

from __future__ import annotations

import drawn
import pytest

from sheets_mastery.reading import Reading


@pytest.fixture
def reading(request: pytest.FixtureRequest) -> Reading:
    """The document that is drawn in the test's docstring."""
    return drawn.reading(request.function.__doc__)
