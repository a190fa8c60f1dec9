"""What all tests share: Hypothesis draws the same examples on every machine and at every run.

`HYPOTHESIS_PROFILE=default` draws new ones, to look for what the fixed ones miss.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
