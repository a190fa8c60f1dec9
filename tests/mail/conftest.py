"""Mail servers of our own: one that takes letters, and one that breaks off where it is told to."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LETTER = (
    b"From: teacher@school.example\r\nTo: parent@example.org\r\nSubject: Next step\r\n\r\n"
    b"Dear family,\r\n.a line that begins with a dot\r\n.\r\nGoodbye\r\n"
)


@dataclass
class Peer:
    """A mail server for one conversation, or several, one after the other, over bare sockets.

    `answers` replaces the usual answer of a phase ("greeting", "EHLO", "RSET", "MAIL", "RCPT", "DATA", "dot", "QUIT"),
    `cut` is the phase in which it hangs up instead of answering ("body": after the first piece of the letter). Both
    only when it has taken so many letters as `after` says; `cut` happens once, and with `once` the answers, too.
    """

    answers: dict[str, str] = field(default_factory=dict)
    cut: str = ""
    after: int = 0
    once: bool = False
    conversations: int = 1
    taken: int = 0
    offers: tuple[str, ...] = ("SIZE 1000000000", "8BITMIME")
    heard: list[str] = field(default_factory=list)
    letter: bytes = b""

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        for _ in range(self.conversations):
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            # A client that hangs up in the middle is what some tests are about.
            with connection, connection.makefile("rb") as lines, suppress(ConnectionError):
                self._talk(connection, lines)

    def _talk(self, connection: socket.socket, lines: Iterator[bytes]) -> None:
        if not self._said(connection, "greeting", "220 peer"):
            return
        for line in lines:
            verb = line.split()[0].decode().upper()
            self.heard.append(" ".join([verb, *line.decode().split()[1:]]))
            usual = {
                "EHLO": "\r\n".join(f"250-{offer}" for offer in ("peer", *self.offers)) + "\r\n250 HELP",
                "DATA": "354 go on",
                "QUIT": "221 bye",
            }.get(verb, "250 fine")
            said = self._said(connection, verb, usual)
            if said is None or verb in {"QUIT", "STARTTLS"}:
                return  # it has no key for an encrypted form
            if said.startswith("354") and not self._body(connection, lines):
                return

    def _body(self, connection: socket.socket, lines: Iterator[bytes]) -> bool:
        if self.cut == "body" and self.taken >= self.after:
            self.cut = ""
            next(lines)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        for line in lines:
            if line == b".\r\n":
                break
            self.letter += line.removeprefix(b".")
        said = self._said(connection, "dot", "250 2.0.0 Ok: queued as 4XyZ")
        self.taken += said is not None and said.startswith("2")
        return said is not None

    def _said(self, connection: socket.socket, phase: str, usual: str) -> str | None:
        """What it answered; None where it hung up."""
        answer = usual
        if self.taken >= self.after:
            if self.cut == phase:
                self.cut = ""
                return None
            answer = self.answers.get(phase, usual)
            if self.once:
                self.answers.pop(phase, None)
        connection.sendall(answer.encode() + b"\r\n")
        return answer


@dataclass
class Line:
    """A line between the two that breaks when so many bytes have gone one way; the last of them still arrives."""

    to: int
    there: float = float("inf")
    back: float = float("inf")
    passed: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def open(self) -> Iterator[int]:
        """The port at the near end."""
        with socket.create_server(("127.0.0.1", 0)) as near:
            thread = threading.Thread(target=self._carry, args=(near,))
            thread.start()
            yield near.getsockname()[1]
            thread.join()

    def _carry(self, near: socket.socket) -> None:
        client, _ = near.accept()
        near.close()
        server = socket.create_connection(("127.0.0.1", self.to))
        ways = [("there", client, server, self.there), ("back", server, client, self.back)]
        threads = [threading.Thread(target=self._one_way, args=way) for way in ways]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
        server.close()

    def _one_way(self, name: str, source: socket.socket, target: socket.socket, most: float) -> None:
        with suppress(OSError):
            while piece := source.recv(4096):
                piece = piece[: max(0, int(min(most, 10**9)) - self.passed[name])]
                self.passed[name] += len(piece)
                target.sendall(piece)
                if self.passed[name] >= most:
                    break
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def breaking() -> type[Line]:
    return Line


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "peer.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trust(certificate: Path) -> ssl.SSLContext:
    """A client's trust in that certificate and no other."""
    return ssl.create_default_context(cafile=str(certificate))


@pytest.fixture
def peer() -> type[Peer]:
    return Peer


@pytest.fixture
def letter() -> bytes:
    return LETTER


@pytest.fixture
def no_draft() -> Callable[[str], None]:
    """An `on_draft` for mailers that have no drafts."""

    def on_draft(draft_id: str) -> None:
        raise AssertionError(f"there should be no draft {draft_id}")

    return on_draft


@pytest.fixture
def noted() -> list[str]:
    """What `on_draft` has been told, the only thing that outlives a crash."""
    return []
