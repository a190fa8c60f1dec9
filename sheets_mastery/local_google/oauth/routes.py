"""The consent page, ``/token``, ``/revoke`` and the certificates; and ``/_local/oauth/…`` to hand out credentials.

Google keeps these on several hosts (accounts.google.com, oauth2.googleapis.com, www.googleapis.com); here the paths
alone tell them apart. Error bodies are those of the public OAuth 2 guides and of google-auth's issue threads.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sheets_mastery.local_google.answers import read_json
from sheets_mastery.local_google.errors import GoogleError, invalid_argument
from sheets_mastery.local_google.store import Store

from .callers import ACCESS_TOKENS, CONSENT, GRANTS, person
from .signing import MalformedToken, SigningKey, claims_of, encode, is_signed_by, own_key

CLIENTS = "oauth/clients"
SERVICE_ACCOUNTS = "oauth/service_accounts"
CODES = "oauth/codes"

ISSUER = "https://accounts.google.com"
#: google-auth writes this into every assertion, whatever token address it was given.
TOKEN_AUDIENCE = "https://oauth2.googleapis.com/token"  # noqa: S105  an address, no secret
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
#: Seconds for which an access token and an ID token live. Google answers one less as ``expires_in``.
TOKEN_LIFE = 3600
CODE_LIFE = 600
#: A refresh token's, for a client whose consent screen is in Testing.
TESTING_LIFE = 7 * 24 * 3600
#: What a refresh token that was not issued here is taken to stand for, unless it asks for less.
ALL_SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive",
    "https://mail.google.com/",
)


class OAuthError(GoogleError):
    """A refusal by the token endpoint: RFC 6749 section 5.2, with Google's words."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(status, {"error": error, "error_description": description})


def routes(office: Office) -> list[BaseRoute]:
    """Return the OAuth paths of an office."""

    async def token(request: Request) -> Response:
        return JSONResponse(office.token(_client(request) | await _form(request), _base(request)))

    async def revoke(request: Request) -> Response:
        office.revoke({**await _form(request), **dict(request.query_params)}.get("token", ""))
        return JSONResponse({})

    async def consent(request: Request) -> Response:
        try:
            return RedirectResponse(office.consent(dict(request.query_params)), 302)
        except OAuthError as refused:
            page = "Error {}: {error}\n{error_description}\n".format(refused.status, **refused.body)
            return PlainTextResponse(page, refused.status)

    async def certificates(_request: Request) -> Response:
        key = own_key(office.store)
        return JSONResponse({key.id: key.certificate_pem()})

    async def json_web_keys(_request: Request) -> Response:
        return JSONResponse({"keys": [own_key(office.store).jwk()]})

    async def hand_out_client(request: Request) -> Response:
        return JSONResponse(office.new_client(read_json(await request.body()), _base(request)))

    async def hand_out_service_account(request: Request) -> Response:
        return JSONResponse(office.new_service_account(read_json(await request.body()), _base(request)))

    table: list[tuple[str, str, Any]] = [
        ("GET", "/o/oauth2/auth", consent),
        ("GET", "/o/oauth2/v2/auth", consent),
        ("POST", "/token", token),
        ("POST", "/revoke", revoke),
        ("GET", "/oauth2/v1/certs", certificates),
        ("GET", "/oauth2/v3/certs", json_web_keys),
        ("POST", "/_local/oauth/clients", hand_out_client),
        ("POST", "/_local/oauth/serviceAccounts", hand_out_service_account),
    ]
    return [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]


class Office:
    """Hands out credentials and exchanges them for tokens.

    Unless ``strict``, a client, refresh token or service account that this Google never handed out is taken at its
    word, so that any credential file works; once handed out here, a credential is always checked.
    """

    def __init__(self, store: Store, *, strict: bool) -> None:
        self.store = store
        self.strict = strict

    def token(self, form: dict[str, str], base: str) -> dict[str, Any]:
        """Answer one request to ``/token``. OAuthError when it is refused."""
        match form.get("grant_type"):
            case "refresh_token":
                return self._refreshed(form)
            case "authorization_code":
                return self._exchanged(form)
            case grant if grant == JWT_BEARER:
                return self._asserted(form.get("assertion", ""), base)
            case None:
                raise OAuthError("invalid_request", "Missing required parameter: grant_type")
            case other:
                raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {other}")

    def consent(self, asked: dict[str, str]) -> str:
        """Return where the browser goes after the person has been asked. OAuthError when nobody is asked at all."""
        target = urlsplit(asked.get("redirect_uri", ""))
        if target.scheme != "http" or target.hostname not in LOOPBACK_HOSTS:
            raise OAuthError("redirect_uri_mismatch", "Only a loopback address may be sent back to.")
        self._check_client(asked.get("client_id", ""), secret=None)
        if asked.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", f"Invalid response_type: {asked.get('response_type')}")
        if asked.get("code_challenge_method", "S256") != "S256":
            raise OAuthError("invalid_request", "The local Google takes a code_challenge_method of S256 only.")
        wanted = _scopes(asked)
        seated = person(self.store)
        granted = [scope for scope in wanted if scope not in seated["withhold"]]
        back = {"state": asked["state"]} if "state" in asked else {}
        if not granted:
            back["error"] = "access_denied"
        else:
            code = "4/" + self.store.new_id()
            kept = {
                "client_id": asked["client_id"],
                "redirect_uri": asked["redirect_uri"],
                "code_challenge": asked.get("code_challenge"),
                "scopes": granted,
                "account": seated["account"],
                "expires": self._now() + CODE_LIFE,
                "offline": asked.get("access_type") == "offline",
            }
            self.store.save(CODES, code, kept)
            back |= {"code": code, "scope": " ".join(granted)}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def revoke(self, token: str) -> None:
        """Take back a refresh token, with every access token made from it, or one access token."""
        known = self.store.load(ACCESS_TOKENS, token)
        grant = known["grant"] if known else token
        if len(token) > 200 or (not known and self.strict and self.store.load(GRANTS, grant) is None):
            raise OAuthError("invalid_token", "Token expired or revoked")
        for access in self.store.keys(ACCESS_TOKENS):
            if access == token or (grant and self.store.load(ACCESS_TOKENS, access)["grant"] == grant):
                self.store.delete(ACCESS_TOKENS, access)
        if grant:
            self.store.save(GRANTS, grant, {"revoked": True})

    def new_client(self, said: dict[str, Any], base: str) -> dict[str, Any]:
        """Return a client file for an installed application, as the Cloud Console offers it for download.

        With ``testing`` its consent screen is in Testing, where a refresh token ends after seven days.
        """
        testing = said.get("testing", False)
        if not set(said) <= {"testing"} or not isinstance(testing, bool):
            raise invalid_argument("A client is in testing or not, and there is nothing else to say.")
        client = f"{_digits(self.store.new_id(), 12)}-{self.store.new_id()[:32].lower()}.apps.googleusercontent.com"
        secret = "GOCSPX-" + self.store.new_id()[:28]
        self.store.save(CLIENTS, client, {"secret": secret, "testing": testing})
        known = {"client_id": client, "client_secret": secret, "redirect_uris": ["http://localhost"]}
        return {"installed": known | _addresses(base)}

    def seat_person(self, said: dict[str, Any]) -> dict[str, Any]:
        """Say who sits at the browser, ``account``, and which scopes that person does not grant, ``withhold``."""
        account, withhold = said.get("account", person(self.store)["account"]), said.get("withhold", [])
        if not set(said) <= {"account", "withhold"} or "@" not in account or not isinstance(withhold, list):
            raise invalid_argument("Consent is an object of account, an address, and withhold, scopes.")
        self.store.save(CONSENT, "person", {"account": account.lower(), "withhold": withhold})
        return person(self.store)

    def new_service_account(self, said: dict[str, Any], base: str) -> dict[str, Any]:
        """Return a key file for a service account ``email``; ``delegatedScopes`` it may use in the name of anyone."""
        if not set(said) <= {"email", "delegatedScopes"} or "@" not in said.get("email", ""):
            raise invalid_argument("A service account has an email, and delegatedScopes if delegated.")
        email, delegated = said["email"].lower(), said.get("delegatedScopes", [])
        key = SigningKey.generate(self.store.now())
        self.store.save(SERVICE_ACCOUNTS, email, {"public_key": key.public_pem, "delegated": delegated})
        known = {"type": "service_account", "client_email": email, "client_id": _digits(email, 21)}
        secret = {"private_key_id": key.id, "private_key": key.private_pem, "universe_domain": "googleapis.com"}
        return known | secret | _addresses(base)

    def _refreshed(self, form: dict[str, str]) -> dict[str, Any]:
        client, refresh = form.get("client_id", ""), form.get("refresh_token", "")
        self._check_client(client, form.get("client_secret", ""))
        grant = self.store.load(GRANTS, refresh)
        if not refresh:
            raise OAuthError("invalid_request", "Missing required parameter: refresh_token")
        if grant is None and not self.strict:
            scopes = form.get("scope", "").split() or list(ALL_SCOPES)
            grant = {"account": person(self.store)["account"], "scopes": scopes, "client": client}
        if grant is None or "revoked" in grant or grant.get("ends", self._now() + 1) <= self._now():
            raise OAuthError("invalid_grant", "Token has been expired or revoked.")
        if grant["client"] != client:
            raise OAuthError("unauthorized_client", "Unauthorized", 401)
        asked = form.get("scope", "").split() or grant["scopes"]
        if not set(asked) <= set(grant["scopes"]):
            raise OAuthError("invalid_scope", "Bad Request")
        return self._issue(account=grant["account"], scopes=asked, client=client, grant=refresh)

    def _exchanged(self, form: dict[str, str]) -> dict[str, Any]:
        client, code = form.get("client_id", ""), form.get("code", "")
        self._check_client(client, form.get("client_secret", ""))
        kept = self.store.load(CODES, code)
        if kept is None:
            raise OAuthError("invalid_grant", "Malformed auth code.")
        # Spent before anything else is looked at: a code works once, even for the wrong person
        self.store.delete(CODES, code)
        if kept["expires"] <= self._now() or kept["client_id"] != client:
            raise OAuthError("invalid_grant", "Bad Request")
        if kept["redirect_uri"] != form.get("redirect_uri"):
            raise OAuthError("redirect_uri_mismatch", "Bad Request")
        if kept["code_challenge"] is not None:
            if "code_verifier" not in form:
                raise OAuthError("invalid_grant", "Missing code verifier.")
            if encode(hashlib.sha256(form["code_verifier"].encode()).digest()) != kept["code_challenge"]:
                raise OAuthError("invalid_grant", "Invalid code verifier.")
        refresh = "1//0" + self.store.new_id() if kept["offline"] else None
        issued = self._issue(account=kept["account"], scopes=kept["scopes"], client=client, grant=refresh)
        if not refresh:
            return issued
        grant = {"account": kept["account"], "scopes": kept["scopes"], "client": client}
        issued["refresh_token"] = refresh
        if (self.store.load(CLIENTS, client) or {}).get("testing"):
            grant["ends"] = self._now() + TESTING_LIFE
            issued["refresh_token_expires_in"] = TESTING_LIFE - 1
        self.store.save(GRANTS, refresh, grant)
        return issued

    def _asserted(self, assertion: str, base: str) -> dict[str, Any]:
        try:
            claims = claims_of(assertion)
        except MalformedToken as broken:
            raise OAuthError("invalid_grant", "Invalid JWT: Failed to parse.") from broken
        issued, expires = (said if isinstance(said := claims.get(name), int) else 0 for name in ("iat", "exp"))
        if not issued - 300 <= self._now() < expires or expires - issued > TOKEN_LIFE:
            raise OAuthError(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim.",
            )
        if claims.get("aud") not in (TOKEN_AUDIENCE, f"{base}/token"):
            raise OAuthError("invalid_grant", "Invalid JWT: Failed audience check.")
        robot = str(claims.get("iss", "")).lower()
        account = self.store.load(SERVICE_ACCOUNTS, robot)
        if account is None and (self.strict or "@" not in robot):
            raise OAuthError("invalid_grant", "Invalid grant: account not found")
        if account is not None and not is_signed_by(assertion, account["public_key"]):
            raise OAuthError("invalid_grant", "Invalid JWT Signature.")
        if "target_audience" in claims:
            return {"id_token": self._id_token(robot, audience=claims["target_audience"], presenter=robot)}
        scopes = _scopes(claims)
        subject = str(claims.get("sub", robot)).lower()
        if subject == robot:
            return self._issue(account=robot, scopes=scopes, client=robot, grant=None, robot=True)
        if account is not None and not set(scopes) <= set(account["delegated"]):
            raise OAuthError(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, "
                "or client not authorized for any of the scopes requested.",
                401,
            )
        if "@" not in subject:
            raise OAuthError("invalid_grant", "Invalid email or User ID")
        return self._issue(account=subject, scopes=scopes, client=robot, grant=None)

    def _issue(
        self, *, account: str, scopes: list[str], client: str, grant: str | None, robot: bool = False
    ) -> dict[str, Any]:
        now = self._now()
        for old in self.store.keys(ACCESS_TOKENS):
            if self.store.load(ACCESS_TOKENS, old)["expires"] <= now:
                self.store.delete(ACCESS_TOKENS, old)
        access = "ya29." + self.store.new_id()
        kept = {"account": account, "scopes": scopes, "expires": now + TOKEN_LIFE, "grant": grant, "robot": robot}
        self.store.save(ACCESS_TOKENS, access, kept)
        issued = {
            "access_token": access,
            "expires_in": TOKEN_LIFE - 1,
            "scope": " ".join(scopes),
            "token_type": "Bearer",
        }
        if "openid" in scopes and not robot:
            issued["id_token"] = self._id_token(account, audience=client, presenter=client, access=access)
        return issued

    def _id_token(self, account: str, *, audience: str, presenter: str, access: str | None = None) -> str:
        now = int(self._now())
        claims = {
            "iss": ISSUER,
            "azp": presenter,
            "aud": audience,
            "sub": _digits(account, 21),
            "email": account,
            "email_verified": True,
            "iat": now,
            "exp": now + TOKEN_LIFE,
        }
        if access is not None:
            claims["at_hash"] = encode(hashlib.sha256(access.encode("ascii")).digest()[:16])
        return own_key(self.store).sign(claims)

    def _check_client(self, client: str, secret: str | None) -> None:
        known = self.store.load(CLIENTS, client)
        if not client:
            raise OAuthError("invalid_request", "Missing required parameter: client_id")
        if known is None and self.strict:
            raise OAuthError("invalid_client", "The OAuth client was not found.", 401)
        if known is not None and secret is not None and known["secret"] != secret:
            raise OAuthError("invalid_client", "Unauthorized", 401)

    def _now(self) -> float:
        return self.store.now().timestamp()


def _addresses(base: str) -> dict[str, str]:
    """Return what every credential file says of where to go."""
    return {
        "project_id": "local-google",
        "auth_uri": f"{base}/o/oauth2/auth",
        "token_uri": f"{base}/token",
        "auth_provider_x509_cert_url": f"{base}/oauth2/v1/certs",
    }


def _scopes(said: dict[str, Any]) -> list[str]:
    scopes = str(said.get("scope", "")).split()
    if not scopes:
        raise OAuthError("invalid_scope", "Empty or missing scope not allowed.")
    return scopes


def _digits(text: str, count: int) -> str:
    """Return a number of so many digits that is always the same for a text, as Google numbers its accounts."""
    return str(10 ** (count - 1) + int(hashlib.sha256(text.encode()).hexdigest(), 16) % (9 * 10 ** (count - 1)))


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _client(request: Request) -> dict[str, str]:
    """Return the client's id and secret where they come as HTTP Basic, which Google takes as well as the form."""
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(said, validate=True).decode().partition(":")
    except ValueError as broken:
        raise OAuthError("invalid_client", "Unauthorized", 401) from broken
    return {"client_id": unquote(client), "client_secret": unquote(secret)}


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
