"""Tokens, as google-auth and google-auth-oauthlib ask for them and check them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import google.auth.transport.requests
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from google.auth.exceptions import RefreshError
from google.oauth2 import id_token, service_account
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow

from sheets_mastery.local_google.server import LocalGoogle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


SHEETS = "https://www.googleapis.com/auth/spreadsheets"
FILES = "https://www.googleapis.com/auth/drive.file"
SEND = "https://www.googleapis.com/auth/gmail.send"
EMAIL = "https://www.googleapis.com/auth/userinfo.email"
#: google-auth types these only in part: as Any they may be called from typed code.
PersonCredentials: Any = Credentials
RobotCredentials: Any = service_account.Credentials
RobotIdentity: Any = service_account.IDTokenCredentials
ABOUT = "/drive/v3/about?fields=user(emailAddress)"
ROBOT = "robot@local-google.iam.gserviceaccount.com"


@pytest.fixture
def transport() -> Iterator[google.auth.transport.requests.Request]:
    """google-auth's own way to the network."""
    with requests.Session() as session:
        yield google.auth.transport.requests.Request(session)


def _local(google: LocalGoogle, path: str, said: dict[str, Any]) -> dict[str, Any]:
    response = requests.post(f"{google.url}/_local/oauth/{path}", json=said, timeout=10)
    assert response.status_code == 200
    told: dict[str, Any] = response.json()
    return told


def _token(google: LocalGoogle, **form: str) -> tuple[int, dict[str, Any]]:
    response = requests.post(f"{google.url}/token", data=form, timeout=10)
    return response.status_code, response.json()


def _installed(
    google: LocalGoogle, scopes: list[str], *, testing: bool = False, **more: str
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Walk a person with a browser through the consent page; return the client file and what the redirect says."""
    client = _local(google, "clients", {"testing": True} if testing else {})["installed"]
    asked = {"client_id": client["client_id"], "redirect_uri": "http://localhost:8099/", "response_type": "code"}
    asked |= {"scope": " ".join(scopes), "state": "s1", "access_type": "offline", **more}
    page = requests.get(client["auth_uri"], params=asked, allow_redirects=False, timeout=10)
    assert page.status_code == 302
    return client, parse_qs(urlsplit(page.headers["location"]).query)


def _exchange(google: LocalGoogle, client: dict[str, Any], code: str, **more: str) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost:8099/"}
    form |= {"client_id": client["client_id"], "client_secret": client["client_secret"]}
    return _token(google, **form | more)


def test_the_installed_app_flow_of_google_auth_oauthlib_ends_in_credentials_that_refresh(
    strict_google: LocalGoogle,
    transport: google.auth.transport.requests.Request,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # oauthlib wants https, even on loopback
    _local(strict_google, "consent", {"account": "Ms.Rivera@school.example"})
    client = _local(strict_google, "clients", {})
    flow = Flow.from_client_config(client, [FILES], redirect_uri="http://localhost:8099/")
    address, _state = flow.authorization_url(access_type="offline")
    page = requests.get(address, allow_redirects=False, timeout=10)
    flow.fetch_token(authorization_response=page.headers["location"])
    flow.oauth2session.close()
    credentials = flow.credentials
    assert (credentials.granted_scopes, credentials.valid) == ([FILES], True)
    first = credentials.token

    credentials.refresh(transport)

    assert credentials.token != first
    headers = {"Authorization": f"Bearer {credentials.token}"}
    about = requests.get(f"{strict_google.url}{ABOUT}", headers=headers, timeout=10)
    assert about.json() == {"user": {"emailAddress": "ms.rivera@school.example"}}


def test_a_refresh_token_unknown_here_is_good_for_any_scope_unless_strict(
    google: LocalGoogle, strict_google: LocalGoogle, transport: google.auth.transport.requests.Request
) -> None:
    def credentials(server: LocalGoogle) -> Any:
        return PersonCredentials(
            None,
            refresh_token="1//from-elsewhere",
            token_uri=f"{server.url}/token",
            client_id="c",
            client_secret="s",
            scopes=[SEND],
        )

    lenient = credentials(google)
    lenient.refresh(transport)
    assert lenient.granted_scopes == [SEND]

    with pytest.raises(RefreshError) as refused:
        credentials(strict_google).refresh(transport)
    assert refused.value.args == (
        "invalid_client: The OAuth client was not found.",
        {"error": "invalid_client", "error_description": "The OAuth client was not found."},
    )


def test_a_revoked_refresh_token_is_an_invalid_grant_and_its_access_tokens_die_with_it(
    strict_google: LocalGoogle, transport: google.auth.transport.requests.Request
) -> None:
    client, back = _installed(strict_google, [FILES])
    _status, issued = _exchange(strict_google, client, back["code"][0])
    # Built by hand: from_authorized_user_info would go to Google's own token address
    known = {name: client[name] for name in ("client_id", "client_secret", "token_uri")}
    credentials = PersonCredentials(None, refresh_token=issued["refresh_token"], **known)
    credentials.refresh(transport)
    headers = {"Authorization": f"Bearer {issued['access_token']}"}
    ask = f"{strict_google.url}{ABOUT}"
    assert requests.get(ask, headers=headers, timeout=10).status_code == 200

    revoked = requests.post(f"{strict_google.url}/revoke", data={"token": issued["refresh_token"]}, timeout=10)

    assert revoked.status_code == 200
    assert requests.get(ask, headers=headers, timeout=10).status_code == 401
    with pytest.raises(RefreshError) as refused:
        credentials.refresh(transport)
    assert refused.value.args == (
        "invalid_grant: Token has been expired or revoked.",
        {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
    )


def test_an_authorization_code_works_once_and_for_ten_minutes(
    google: LocalGoogle, advance: Callable[..., None]
) -> None:
    client, back = _installed(google, [SHEETS])
    assert back == {"state": ["s1"], "code": back["code"], "scope": [SHEETS]}

    status, issued = _exchange(google, client, back["code"][0])
    assert (status, sorted(issued)) == (200, ["access_token", "expires_in", "refresh_token", "scope", "token_type"])
    assert (issued["expires_in"], issued["scope"], issued["token_type"]) == (3599, SHEETS, "Bearer")
    malformed = {"error": "invalid_grant", "error_description": "Malformed auth code."}
    assert _exchange(google, client, back["code"][0]) == (400, malformed)

    client, back = _installed(google, [SHEETS])
    advance(minutes=10)
    assert _exchange(google, client, back["code"][0]) == (
        400,
        {"error": "invalid_grant", "error_description": "Bad Request"},
    )


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"code_verifier": "other"}, {"error": "invalid_grant", "error_description": "Invalid code verifier."}),
        ({}, {"error": "invalid_grant", "error_description": "Missing code verifier."}),
        (
            {"redirect_uri": "http://localhost:1/"},
            {"error": "redirect_uri_mismatch", "error_description": "Bad Request"},
        ),
        ({"client_secret": "wrong"}, {"error": "invalid_client", "error_description": "Unauthorized"}),
    ],
)
def test_a_stolen_code_is_of_no_use(google: LocalGoogle, more: dict[str, str], refusal: dict[str, str]) -> None:
    # The challenge is RFC 7636 appendix B's
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    client, back = _installed(google, [SHEETS], code_challenge=challenge, code_challenge_method="S256")
    assert _exchange(google, client, back["code"][0], **more)[1] == refusal

    client, back = _installed(google, [SHEETS], code_challenge=challenge, code_challenge_method="S256")
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert _exchange(google, client, back["code"][0], code_verifier=verifier)[0] == 200


def test_consent_sends_nobody_anywhere_but_to_loopback(google: LocalGoogle) -> None:
    for target in ("https://evil.example/", "http://127.0.0.1.evil.example/", "http://user@evil.example/", ""):
        asked = {"client_id": "c", "redirect_uri": target, "response_type": "code", "scope": SHEETS}
        page = requests.get(f"{google.url}/o/oauth2/v2/auth", params=asked, allow_redirects=False, timeout=10)
        assert (page.status_code, page.headers.get("location")) == (400, None)


def test_a_person_may_withhold_scopes_or_refuse_altogether(google: LocalGoogle) -> None:
    _local(google, "consent", {"withhold": [SEND]})
    client, back = _installed(google, [SHEETS, SEND])
    assert back["scope"] == [SHEETS]
    assert _exchange(google, client, back["code"][0])[1]["scope"] == SHEETS

    assert _installed(google, [SEND])[1] == {"state": ["s1"], "error": ["access_denied"]}


def test_an_id_token_verifies_against_the_published_certificate(
    google: LocalGoogle, transport: google.auth.transport.requests.Request
) -> None:
    client, back = _installed(google, ["openid", EMAIL])
    _status, issued = _exchange(google, client, back["code"][0])
    certs = f"{google.url}/oauth2/v1/certs"

    claims = id_token.verify_token(issued["id_token"], transport, audience=client["client_id"], certs_url=certs)

    assert {name: claims[name] for name in ("iss", "azp", "aud", "email", "email_verified")} == {
        "iss": "https://accounts.google.com",
        "azp": client["client_id"],
        "aud": client["client_id"],
        "email": "teacher@school.example",
        "email_verified": True,
    }
    assert claims["exp"] - claims["iat"] == 3600
    head, body, signature = issued["id_token"].split(".")
    forged = f"{head}.{body[:-2]}{'AA' if body[-2:] != 'AA' else 'BB'}.{signature}"
    for wrong, audience in ((forged, client["client_id"]), (issued["id_token"], "somebody-else")):
        with pytest.raises(ValueError, match=r"Could not verify token signature|Token has wrong audience|Can't parse"):
            id_token.verify_token(wrong, transport, audience=audience, certs_url=certs)


def test_the_same_key_is_published_as_certificate_and_as_json_web_key(google: LocalGoogle) -> None:
    certificates = requests.get(f"{google.url}/oauth2/v1/certs", timeout=10).json()
    [key] = requests.get(f"{google.url}/oauth2/v3/certs", timeout=10).json()["keys"]

    assert list(certificates) == [key["kid"]]
    public = x509.load_pem_x509_certificate(certificates[key["kid"]].encode()).public_key()
    assert isinstance(public, RSAPublicKey)
    numbers = [int.from_bytes(base64.urlsafe_b64decode(key[name] + "==")) for name in ("e", "n")]
    assert public.public_numbers() == RSAPublicNumbers(*numbers)


def test_the_key_is_kept_across_restarts(tmp_path: Path) -> None:
    published = []
    for _start in range(2):
        with LocalGoogle(tmp_path) as running:
            published.append(requests.get(f"{running.url}/oauth2/v1/certs", timeout=10).json())
    assert published[0] == published[1]


def test_a_service_account_gets_tokens_for_itself_and_for_those_it_is_delegated_to(
    strict_google: LocalGoogle, transport: google.auth.transport.requests.Request
) -> None:
    key = _local(strict_google, "serviceAccounts", {"email": ROBOT, "delegatedScopes": [SEND]})
    robot = RobotCredentials.from_service_account_info(key, scopes=[FILES])
    robot.refresh(transport)
    headers = {"Authorization": f"Bearer {robot.token}"}
    about = requests.get(f"{strict_google.url}{ABOUT}", headers=headers, timeout=10)
    assert about.json() == {"user": {"emailAddress": ROBOT}}

    teacher = robot.with_scopes([SEND]).with_subject("ms.rivera@school.example")
    teacher.refresh(transport)
    assert teacher.valid

    with pytest.raises(RefreshError) as refused:
        robot.with_subject("ms.rivera@school.example").refresh(transport)
    assert refused.value.args[1] == {
        "error": "unauthorized_client",
        "error_description": "Client is unauthorized to retrieve access tokens using this method, "
        "or client not authorized for any of the scopes requested.",
    }


def test_an_assertion_signed_with_another_key_is_refused(
    google: LocalGoogle, transport: google.auth.transport.requests.Request
) -> None:
    stale = _local(google, "serviceAccounts", {"email": ROBOT})
    _local(google, "serviceAccounts", {"email": ROBOT})
    with pytest.raises(RefreshError) as refused:
        RobotCredentials.from_service_account_info(stale, scopes=[SHEETS]).refresh(transport)
    assert refused.value.args[1] == {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}


def test_an_assertion_from_a_clock_that_is_wrong_is_refused(
    google: LocalGoogle, advance: Callable[..., None], transport: google.auth.transport.requests.Request
) -> None:
    key = _local(google, "serviceAccounts", {"email": ROBOT})
    advance(hours=2)
    with pytest.raises(RefreshError) as refused:
        RobotCredentials.from_service_account_info(key, scopes=[SHEETS]).refresh(transport)
    assert refused.value.args[1] == {
        "error": "invalid_grant",
        "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
        "timeframe. Check your iat and exp values in the JWT claim.",
    }


def test_a_service_account_gets_an_id_token_for_an_audience(
    google: LocalGoogle, transport: google.auth.transport.requests.Request
) -> None:
    key = _local(google, "serviceAccounts", {"email": ROBOT})
    credentials = RobotIdentity.from_service_account_info(key, target_audience="https://x.example/")
    credentials.refresh(transport)
    certs = f"{google.url}/oauth2/v1/certs"
    claims = id_token.verify_token(credentials.token, transport, audience="https://x.example/", certs_url=certs)
    assert (claims["email"], claims["aud"]) == (ROBOT, "https://x.example/")


def test_malformed_token_requests_get_googles_errors(google: LocalGoogle) -> None:
    missing = {"error": "invalid_request", "error_description": "Missing required parameter: grant_type"}
    assert _token(google) == (400, missing)
    unknown = {"error": "unsupported_grant_type", "error_description": "Invalid grant_type: password"}
    assert _token(google, grant_type="password") == (400, unknown)
    bearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    for assertion in ("", "no.dots", "a.b.c", "e30.e30.", "bnVsbA.bnVsbA.x"):
        assert _token(google, grant_type=bearer, assertion=assertion)[1]["error"] == "invalid_grant"


def _asked(google: LocalGoogle, path: str, **headers: str) -> tuple[int, dict[str, Any]]:
    response = requests.get(f"{google.url}{path}", headers=headers, timeout=10)
    return response.status_code, response.json()["error"]


def test_strict_refuses_a_bearer_that_is_missing_foreign_or_expired(
    strict_google: LocalGoogle, advance: Callable[..., None]
) -> None:
    profile = "/gmail/v1/users/me/profile"
    status, said = _asked(strict_google, profile)
    login = {"message": "Login Required.", "domain": "global", "reason": "required"}
    login |= {"location": "Authorization", "locationType": "header"}
    assert (status, said["status"], said["errors"]) == (401, "UNAUTHENTICATED", [login])

    invalid = {"message": "Invalid Credentials", "domain": "global", "reason": "authError"}
    invalid |= {"location": "Authorization", "locationType": "header"}
    status, said = _asked(strict_google, profile, Authorization="Bearer bogus")
    assert (status, said["status"], said["errors"]) == (401, "UNAUTHENTICATED", [invalid])

    client, back = _installed(strict_google, ["https://mail.google.com/"])
    bearer = f"Bearer {_exchange(strict_google, client, back['code'][0])[1]['access_token']}"
    ask = f"{strict_google.url}{profile}"
    assert requests.get(ask, headers={"Authorization": bearer}, timeout=10).status_code == 200
    advance(hours=1)
    assert _asked(strict_google, profile, Authorization=bearer)[0] == 401


def test_strict_refuses_a_scope_that_does_not_open_the_method(strict_google: LocalGoogle) -> None:
    client, back = _installed(strict_google, [SEND, FILES])
    bearer = f"Bearer {_exchange(strict_google, client, back['code'][0])[1]['access_token']}"

    status, said = _asked(strict_google, "/gmail/v1/users/me/messages", Authorization=bearer)
    assert (status, said["message"]) == (403, "Request had insufficient authentication scopes.")
    assert said["errors"] == [
        {"message": "Insufficient Permission", "domain": "global", "reason": "insufficientPermissions"}
    ]
    assert said["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"

    opened = requests.get(f"{strict_google.url}{ABOUT}", headers={"Authorization": bearer}, timeout=10)
    assert opened.status_code == 200


def test_sheets_refuses_without_an_errors_array(strict_google: LocalGoogle) -> None:
    client, back = _installed(strict_google, [SEND])
    bearer = f"Bearer {_exchange(strict_google, client, back['code'][0])[1]['access_token']}"
    status, said = _asked(strict_google, "/v4/spreadsheets/any", Authorization=bearer)
    assert (status, sorted(said)) == (403, ["code", "details", "message", "status"])
    status, said = _asked(strict_google, "/v4/spreadsheets/any")
    assert (status, said["status"], said["details"][0]["reason"]) == (401, "UNAUTHENTICATED", "CREDENTIALS_MISSING")


def test_a_refresh_token_of_a_client_in_testing_says_that_it_ends_after_seven_days_and_does(tmp_path: Path) -> None:
    moments = [datetime(2026, 10, 30, 12, tzinfo=UTC)]
    with LocalGoogle(tmp_path / "google", strict_auth=True, now=lambda: moments[-1]) as google:
        client, back = _installed(google, [FILES], testing=True)
        _status, issued = _exchange(google, client, back["code"][0])
        form = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
        form |= {name: client[name] for name in ("client_id", "client_secret")}
        moments.append(moments[0] + timedelta(days=6, hours=23))
        assert (issued["refresh_token_expires_in"], _token(google, **form)[0]) == (604_799, 200)
        moments.append(moments[0] + timedelta(days=7))
        assert _token(google, **form) == (
            400,
            {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
        )
        client, back = _installed(google, [FILES])
        assert "refresh_token_expires_in" not in _exchange(google, client, back["code"][0])[1]
