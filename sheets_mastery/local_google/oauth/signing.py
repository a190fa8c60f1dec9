"""JSON Web Signatures with RS256 (RFC 7515): the key this Google signs with, and the check of what others signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import datetime, timedelta
from typing import Any

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sheets_mastery.local_google.store import Store

KIND = "oauth/keys"
OWN = "signing"


class MalformedToken(ValueError):
    """The text is no signed JSON Web Token."""


class SigningKey:
    """An RSA pair of 2,048 bits, with the id under which its public half is published."""

    def __init__(self, private: rsa.RSAPrivateKey, made: datetime) -> None:
        self.private = private
        self._made = made
        public = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        #: 40 hexadecimal digits, as Google's key ids have.
        self.id = hashlib.sha1(public, usedforsecurity=False).hexdigest()

    @classmethod
    def generate(cls, made: datetime) -> SigningKey:
        """Return a fresh pair."""
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=2048), made)

    @classmethod
    def load(cls, pem: str, made: datetime) -> SigningKey:
        """Return the pair kept as PKCS 8."""
        private = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise TypeError("A signing key is an RSA key.")
        return cls(private, made)

    def private_pem(self) -> str:
        """Return both halves as PKCS 8, as in the ``private_key`` of a service account's key file."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode("ascii")

    def public_pem(self) -> str:
        """Return the public half."""
        return (
            self.private.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode("ascii")
        )

    def certificate_pem(self) -> str:
        """Return the public half in a certificate signed by itself, as ``/oauth2/v1/certs`` lists it."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "federated-signon.local-google.example")])
        builder = x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=self.private.public_key(),
            serial_number=int(self.id[:38], 16),
            not_valid_before=self._made - timedelta(days=1),
            not_valid_after=self._made + timedelta(days=3650),
        )
        return builder.sign(self.private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode("ascii")

    def jwk(self) -> dict[str, str]:
        """Return the public half as a JSON Web Key (RFC 7517), as ``/oauth2/v3/certs`` lists it."""
        numbers = self.private.public_key().public_numbers()
        modulus, exponent = (
            encode(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (numbers.n, numbers.e)
        )
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id, "n": modulus, "e": exponent}

    def sign(self, claims: dict[str, Any]) -> str:
        """Return the claims as a compact token."""
        head = {"alg": "RS256", "kid": self.id, "typ": "JWT"}
        signed = f"{encode(orjson.dumps(head))}.{encode(orjson.dumps(claims))}"
        signature = self.private.sign(signed.encode("ascii"), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{encode(signature)}"


def own_key(store: Store) -> SigningKey:
    """Return this Google's key. It is made when first needed: it takes longer than all else that starting takes."""
    kept = store.load(KIND, OWN)
    if kept is None:
        kept = {"private_key": SigningKey.generate(store.now()).private_pem(), "made": store.now().timestamp()}
        store.save(KIND, OWN, kept)
    return SigningKey.load(kept["private_key"], store.now().fromtimestamp(kept["made"], tz=store.now().tzinfo))


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token claims, whoever signed it. MalformedToken when it is none."""
    try:
        head, claims = (orjson.loads(decode(part)) for part in token.split(".")[:2])
    except ValueError as broken:  # too few parts, no Base64 or no JSON
        raise MalformedToken(token) from broken
    if not isinstance(claims, dict) or not isinstance(head, dict) or head.get("alg") != "RS256":
        raise MalformedToken(token)
    return claims


def is_signed_by(token: str, public_pem: str) -> bool:
    """Tell whether the holder of a public key signed the token."""
    public = serialization.load_pem_public_key(public_pem.encode("ascii"))
    if not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("A signing key is an RSA key.")
    signed, _, signature = token.rpartition(".")
    try:
        public.verify(decode(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def encode(raw: bytes) -> str:
    """Return Base64 for URLs without the padding, as tokens use it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes that ``encode`` made the text from. binascii.Error when it did not."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
