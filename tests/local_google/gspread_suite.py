"""Runs gspread's own test suite against the local Google, and says how many of its tests pass.

    .venv/bin/pip install vcrpy
    git clone https://github.com/burnash/gspread /tmp/gspread
    .venv/bin/python tests/local_google/gspread_suite.py /tmp/gspread [options for pytest]

The suite talks to Google through recorded answers. Here the recordings are left behind, and every request goes to a
local Google that lives as long as the run. What a test asks that the local Google does not speak fails that test at
once, by name, instead of being asked again and again.

Loaded into the suite's pytest as a plugin, this file turns its clients towards the local Google.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import gspread
import pytest
import requests
from requests.adapters import HTTPAdapter

from sheets_mastery.local_google.server import LocalGoogle

if TYPE_CHECKING:
    from collections.abc import Generator

#: Where the suite's process finds the address of the local Google.
ADDRESS = "LOCAL_GOOGLE"


class NotSpokenError(Exception):
    """The local Google says that it does not speak what it was asked."""


class Redirect(HTTPAdapter):
    """Sends to the local Google what is meant for Google."""

    def send(self, request: requests.PreparedRequest, *args: Any, **said: Any) -> requests.Response:
        request.url = os.environ[ADDRESS] + request.path_url
        response = super().send(request, *args, **said)
        if response.status_code in (500, 501):  # gspread's client would ask again for four minutes
            raise NotSpokenError(response.text)
        return response


def pytest_configure(config: pytest.Config) -> None:
    """Know the mark that stands before each test of the suite; it means the recordings, and does nothing here."""
    config.addinivalue_line("markers", "vcr: answered by the local Google")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    """Turn every client that a fixture makes towards the local Google."""
    made = yield
    if isinstance(made, gspread.Client):
        made.http_client.session.mount("https://", Redirect())
    return made


def run(checkout: Path, options: list[str]) -> list[tuple[str, str]]:
    """Run the suite of a checkout. Return (name, "" or why it failed) for each test, in the order of the run."""
    with tempfile.TemporaryDirectory(prefix="gspread-suite-") as name:
        folder = Path(name)
        shutil.copytree(checkout / "gspread", folder / "gspread")
        shutil.copytree(checkout / "tests", folder / "tests", ignore=shutil.ignore_patterns("cassettes"))
        paths = [str(folder), str(Path(__file__).parent), *sys.path]
        plugins = ("-p", Path(__file__).stem, "-p", "no:vcr", "-p", "no:cacheprovider")
        with LocalGoogle(folder / "google") as google:
            # The suite takes for granted that its account holds something besides what it makes
            requests.post(f"{google.url}/v4/spreadsheets", json={"properties": {"title": "Older"}}, timeout=10)
            subprocess.run(
                [sys.executable, "-m", "pytest", "-q", *plugins, "--junit-xml=report.xml", "tests", *options],
                cwd=folder,
                env={**os.environ, ADDRESS: google.url, "PYTHONPATH": os.pathsep.join(paths)},
                check=False,
            )
        report = folder / "report.xml"
        cases = list(ET.parse(report).iter("testcase")) if report.exists() else []  # none where pytest did not begin
    return [(f"{case.get('classname')}.{case.get('name')}", _failure(case)) for case in cases]


def _failure(case: ET.Element) -> str:
    return next((said for part in case if (said := part.get("message"))), "")


def main() -> int:
    """Run the suite that the command line names, and print passed/total and what failed."""
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    results = run(Path(sys.argv[1]), sys.argv[2:])
    failed = [(name, why) for name, why in results if why]
    print(f"\n{len(results) - len(failed)}/{len(results)} of gspread's own tests pass against the local Google.")
    for name, why in failed:
        print(f"  {name}: {why.splitlines()[0]}")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
