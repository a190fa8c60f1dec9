"""One HTTP request to Google: once, counted, within a deadline, and to nowhere else.

Everything that Sheets, Drive and Gmail say goes through `Wire.send`. The clients on top (gspread,
google-api-python-client) bring habits of their own: no timeout at all, sending a POST again when the connection
breaks, following redirects. None of them is left here, so that a caller who counts requests counts right, and a letter
or a write is never sent twice in secret.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Self

import requests
import urllib3
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import Request as TokenRequest

from sheets_mastery.errors import CredentialsError, Unreachable

#: Where Google's APIs live: the only addresses that are ever called, unless an endpoint of this machine stands in for
#: them.
GOOGLE = ("https://sheets.googleapis.com/", "https://www.googleapis.com/", "https://gmail.googleapis.com/")

#: Seconds to wait for a connection. Long enough for a school's proxy; an answer may take far longer.
_CONNECT = 10.0
#: Bytes to ask for at once while an answer comes in.
_PIECE = 1 << 18


@dataclass(kw_only=True, slots=True)
class Traffic:
    """What has gone over the wire so far. Sign-in is not counted: it belongs to no gradebook."""

    #: Requests sent, repeated ones included.
    requests: int = 0
    #: Bytes of the bodies sent.
    bytes_out: int = 0
    #: Bytes of the bodies received, unpacked.
    bytes_in: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What Google said, whole."""

    #: The HTTP status.
    status: int
    #: The headers, by names without regard to case.
    headers: Mapping[str, str]
    #: The body, unpacked.
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the request was carried out. A redirect is no answer of Google's: something in between gave it."""
        return 200 <= self.status < 300


class Wire:
    """The way to Google for one account. Close it, or use it as a context manager."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        endpoint: str | None = None,
        timeout_seconds: float = 180,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`endpoint` is the address of a local Google, if any; `timeout_seconds` is for a whole call."""
        self.traffic = Traffic()
        self.endpoint = endpoint.rstrip("/") if endpoint else None
        self.session = requests.Session()
        # Proxies and .netrc of the environment are the school's business on the way to Google, and a leak on the way
        # home.
        self.session.trust_env = self.endpoint is None
        self._home = (f"{self.endpoint}/",) if self.endpoint else GOOGLE
        self._timeout_seconds = timeout_seconds
        self._credentials = credentials
        #: What google-auth asks for tokens with.
        self.token_request = TokenRequest(self.session)
        self._monotonic = monotonic
        #: When it was as of the last answer, by the clock of whoever gave it; None where none has told.
        self.answered: datetime | None = None

    def address(self, url: str) -> str:
        """Where a call to one of Google's addresses goes: there, or to the same path of the endpoint."""
        if self.endpoint:
            for root in GOOGLE:
                if url.startswith(root):
                    return f"{self.endpoint}/{url.removeprefix(root)}"
        return url

    def deadline(self) -> float:
        """The moment (of the monotonic clock) at which a call that begins now has taken too long."""
        return self._monotonic() + self._timeout_seconds

    def left(self, deadline: float) -> float:
        """Seconds left until a deadline; below zero once it is over."""
        return deadline - self._monotonic()

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | list[str]] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        deadline: float,
    ) -> Answer:
        """Send one request and read its whole answer, whatever its status.

        A 401 is answered with a fresh token and the same request once more: Google did nothing for the first one.
        Raises Unreachable for no answer, a broken one or one that takes too long, CredentialsError where there is no
        token to be had, and RuntimeError, before anything is sent, for an address outside the fence.
        """
        if not url.startswith(self._home):
            raise RuntimeError(f"A request that would have left {' '.join(self._home)} was stopped.")
        answer = self._once(method, url, params=params, body=body, headers=headers, deadline=deadline)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._ask_for_token(self._credentials.refresh, self.token_request)
            answer = self._once(method, url, params=params, body=body, headers=headers, deadline=deadline)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise CredentialsError(
                "google.credentials: Google does not accept them any more; sign in again or renew the key."
            )
        return answer

    def _once(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | list[str]] | None,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        deadline: float,
    ) -> Answer:
        said = dict(headers or {})
        self._ask_for_token(self._credentials.before_request, self.token_request, method, url, said)
        left = self.left(deadline)
        if left <= 0:
            raise self._too_slow()
        self.traffic.requests += 1
        self.traffic.bytes_out += len(body or b"")
        try:
            with self.session.request(
                method,
                url,
                params=params,
                data=body,
                headers=said,
                timeout=(min(_CONNECT, left), left),
                allow_redirects=False,
                stream=True,
            ) as response:
                received = self._body(response, deadline)
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as slow:
            raise self._too_slow() from slow
        except (requests.RequestException, urllib3.exceptions.HTTPError) as cut:
            if self.endpoint and _nobody_there(cut):
                raise Unreachable(
                    f"Nothing listens at {self.endpoint}, where google.endpoint has the local Google: start it there "
                    "with `demo --serve` or `local serve`."
                ) from cut
            raise Unreachable(f"{self._whom()} did not answer, or the answer broke off.") from cut
        self.answered = _moment(response.headers.get("Date", "")) or self.answered
        return Answer(status=response.status_code, headers=response.headers, body=received)

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        """Read to the end, piece by piece as it comes: a timeout of the socket alone is never reached by a trickle."""
        pieces: list[bytes] = []
        while piece := response.raw.read1(_PIECE, decode_content=True):
            pieces.append(piece)
            self.traffic.bytes_in += len(piece)
            if self.left(deadline) <= 0:
                raise self._too_slow()
        return b"".join(pieces)

    def _ask_for_token(self, ask: Callable[..., object], *said: object) -> None:
        try:
            ask(*said)
        except GoogleAuthError as refused:
            if refused.retryable or isinstance(refused, TransportError):
                raise Unreachable("Google's sign-in did not answer; try again later.") from None
            # The error's own text can hold parts of the token request, so it is not passed on.
            raise CredentialsError(
                "google.credentials: Google issues no token for them (withdrawn, expired or not permitted); "
                "sign in again or renew the key."
            ) from None

    def _too_slow(self) -> Unreachable:
        return Unreachable(f"{self._whom()} did not answer within {self._timeout_seconds:g} seconds.")

    def _whom(self) -> str:
        return f"The local Google at {self.endpoint}" if self.endpoint else "Google"

    def close(self) -> None:
        """Close all connections."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()


def _moment(date: str) -> datetime | None:
    """A moment as HTTP writes it (RFC 9110, section 5.6.7)."""
    try:
        said = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _nobody_there(cut: Exception) -> bool:
    """Whether there was no connection at all."""
    (given, *_) = cut.args or (None,)
    reason = getattr(given, "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)
