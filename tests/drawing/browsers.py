"""The machine's own Chromium, and axe-core to hold pages against.

The fixtures are for the module of whoever wants them: `from browsers import CHROMIUM, axe, browser`.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a module."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program of axe-core (https://github.com/dequelabs/axe-core), from npm where there is one."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so axe-core cannot be had")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        [npm, "pack", "--silent", "axe-core@4"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        pytest.skip("npm cannot fetch axe-core here")
    (packed,) = Path(folder).glob("axe-core-*.tgz")
    with tarfile.open(packed) as archive:
        program = archive.extractfile("package/axe.min.js")
        assert program is not None
        return program.read().decode("utf-8")
