"""JSON Web Signatures with RS256 (RFC 7515): the key this Google signs with, and the check of what others signed."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt
from google.auth.exceptions import GoogleAuthError

from sheets_mastery.local_google.store import Store

KIND = "oauth/keys"
OWN = "signing"


class MalformedToken(ValueError):
    """The text is no signed JSON Web Token."""


class SigningKey:
    """An RSA pair of 2,048 bits, kept as PKCS 8, with the id under which its public half is published."""

    def __init__(self, private_pem: str, made: datetime) -> None:
        private = serialization.load_pem_private_key(private_pem.encode("ascii"), password=None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise TypeError("A signing key is an RSA key.")
        self._private, self._public, self._made = private, private.public_key(), made
        #: Both halves, as in the ``private_key`` of a service account's key file.
        self.private_pem = private_pem
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        #: The public half.
        self.public_pem = self._public.public_bytes(serialization.Encoding.PEM, form).decode("ascii")
        der = self._public.public_bytes(serialization.Encoding.DER, form)
        #: 40 hexadecimal digits, as Google's key ids have.
        self.id = hashlib.sha1(der, usedforsecurity=False).hexdigest()

    @classmethod
    def generate(cls, made: datetime) -> SigningKey:
        """Return a fresh pair."""
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return cls(private.private_bytes(serialization.Encoding.PEM, form, plain).decode("ascii"), made)

    def certificate_pem(self) -> str:
        """Return the public half in a certificate signed by itself, as ``/oauth2/v1/certs`` lists it."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "federated-signon.local-google.example")])
        builder = x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=self._public,
            serial_number=int(self.id[:38], 16),
            not_valid_before=self._made - timedelta(days=1),
            not_valid_after=self._made + timedelta(days=3650),
        )
        certificate = builder.sign(self._private, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    def jwk(self) -> dict[str, str]:
        """Return the public half as a JSON Web Key (RFC 7517), as ``/oauth2/v3/certs`` lists it."""
        numbers = self._public.public_numbers()
        sized = {name: (each, (each.bit_length() + 7) // 8) for name, each in (("n", numbers.n), ("e", numbers.e))}
        shown = {name: encode(each.to_bytes(length, "big")) for name, (each, length) in sized.items()}
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id, **shown}

    def sign(self, claims: dict[str, Any]) -> str:
        """Return the claims as a compact token."""
        signer: Any = crypt.RSASigner.from_string(self.private_pem, self.id)  # type: ignore[no-untyped-call]  # google-auth types it in part
        token: bytes = jwt.encode(signer, claims)  # type: ignore[no-untyped-call]  # likewise
        return token.decode("ascii")


def own_key(store: Store) -> SigningKey:
    """Return this Google's key. It is made when first needed: it takes longer than all else that starting takes."""
    kept = store.load(KIND, OWN)
    if kept is None:
        kept = {"private_key": SigningKey.generate(store.now()).private_pem, "made": store.now().timestamp()}
        store.save(KIND, OWN, kept)
    return SigningKey(kept["private_key"], datetime.fromtimestamp(kept["made"], UTC))


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token claims, whoever signed it. MalformedToken when it is none."""
    try:
        head, claims = jwt.decode_header(token), jwt.decode(token, verify=False)  # type: ignore[no-untyped-call]  # as above
    except (ValueError, GoogleAuthError) as broken:  # too few parts, no Base64 or no JSON
        raise MalformedToken(token) from broken
    if not isinstance(claims, dict) or head.get("alg") != "RS256":
        raise MalformedToken(token)
    return dict(claims)


def is_signed_by(token: str, public_pem: str) -> bool:
    """Tell whether the holder of a public key signed the token."""
    signed, _, signature = token.rpartition(".")
    try:
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except ValueError:
        return False
    return bool(crypt.verify_signature(signed, raw, public_pem))  # type: ignore[no-untyped-call]  # as above


def encode(raw: bytes) -> str:
    """Return Base64 for URLs without the padding, as tokens use it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
