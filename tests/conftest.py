"""What all tests share: Hypothesis draws the same examples on every machine and at every run.

`HYPOTHESIS_PROFILE=default` draws new ones, to look for what the fixed ones miss.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# What several tests ask in one place says what it found, as a test does.
pytest.register_assert_rewrite("trials")

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
