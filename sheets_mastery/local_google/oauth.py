"""To be written."""

from collections.abc import Callable
from typing import Any

from starlette.routing import BaseRoute


def routes(*_: Any) -> list[BaseRoute]:
    return []


def guard(_: Any) -> Callable[[Any, str, dict[str, str]], None]:
    raise NotImplementedError
