"""Drive and Gmail by their own description, through our wire.

google-api-python-client makes its methods from the discovery documents in its package, so no request is needed to find
out what there is. Beneath it lies `Wire` instead of httplib2, which sends a POST a second time when a connection
breaks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httplib2
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

from sheets_mastery.errors import Unreachable
from sheets_mastery.google.refusals import Refusal
from sheets_mastery.google.wire import Answer, Wire

_BROKEN = "Google's answer broke off, or something in between answered in its place."


class Refused(Exception):
    """Google answered, and the answer is no. It never leaves `google`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"status {refusal.status}")
        #: What the answer means.
        self.refusal = refusal


def service(name: str, version: str, wire: Wire) -> Any:
    """The API with a name ("drive", "gmail") as google-api-python-client builds it, calling through `wire`."""
    description = json.loads(get_static_doc(name, version))
    if wire.endpoint:
        # Unlike client_options.api_endpoint this reaches uploads and batches as well.
        description["rootUrl"] = f"{wire.endpoint}/"
    description.pop("mtlsRootUrl", None)
    return build_from_document(description, http=_Http(wire))


def call(request: Any) -> dict[str, Any]:
    """Send one request of a service, once.

    Raises Refused for an answer that says no, Unreachable for none or a broken one, CredentialsError as `Wire.send`.
    """
    try:
        answer = request.execute(num_retries=0)
    except HttpError as refused:
        said = Answer(status=refused.resp.status, headers=httplib2.Response(refused.resp), body=refused.content)
        # The error's own text quotes Google, who may quote the letter.
        raise Refused(Refusal.of(said)) from None
    except (UnicodeDecodeError, RecursionError):
        # A 200 that is no text, or no end of brackets: Google's, or something's in between. What was asked for may have
        # been done.
        raise Unreachable(_BROKEN) from None
    if answer == "":  # a deletion is answered by nothing at all
        return {}
    if not isinstance(answer, dict):
        raise Unreachable(_BROKEN)
    return answer


class _Http:
    """As much of `httplib2.Http` as google-api-python-client uses."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def request(
        self, uri: str, method: str = "GET", body: str | bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[httplib2.Response, bytes]:
        """Send one request; answers the response's head and its body."""
        answer = self._wire.send(
            method,
            uri,
            body=body.encode() if isinstance(body, str) else body,
            headers=headers,
            deadline=self._wire.deadline(),
        )
        head = {name.lower(): value for name, value in answer.headers.items()}
        return httplib2.Response({**head, "status": str(answer.status)}), answer.body

    def close(self) -> None:
        """Nothing to do: the wire is closed by whoever opened it."""
