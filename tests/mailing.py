"""A small SMTP server for tests: what a client must say, over plain connections, STARTTLS or TLS, and what it was sent."""

import base64
import datetime as dt
import email
import email.policy
import socket
import socketserver
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.http_servers import running

USER, PASSWORD = "mia@example.com", "p ss/word"


class MailServer(socketserver.ThreadingTCPServer):
    """Accepts e-mail; refuses recipients at ``refused.example``. ``is_tls``: TLS from the first byte."""

    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Leave a client that goes away in the middle, as one that does not trust the certificate does."""

    def __init__(self, certificate: Path | None = None, *, is_tls: bool = False) -> None:
        """Listen on a free port of this machine; with a certificate, STARTTLS or TLS, and a user is asked for."""
        super().__init__(("127.0.0.1", 0), _Session)
        self.context: ssl.SSLContext | None = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        self.is_tls = is_tls
        self.is_losing = False
        """Close the connection once a text was handed over, without an answer."""
        self.on_text: Callable[[], None] = lambda: None
        """Called when a text was handed over, before it is answered."""
        self.refuses_text = False
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []

    @property
    def port(self) -> int:
        """The port."""
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    """One conversation with a client."""

    server: MailServer
    is_safe = False
    is_known = False

    def handle(self) -> None:
        """Answer line by line until the client leaves."""
        if self.server.is_tls:
            self._secure()
        recipients: list[str] = []
        self._say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.upper().split()[0]
            if verb == "EHLO":
                offered = ["AUTH PLAIN"] if self.is_safe else ["STARTTLS"] if self.server.context else []
                self._say("250-test", *(f"250-{each}" for each in offered), "250 8BITMIME")
            elif verb == "STARTTLS":
                self._say("220 go ahead")
                self._secure()
            elif verb == "AUTH":
                given = base64.b64decode(line.split()[2]).decode().split("\0")[1:]
                self.is_known = given == [USER, PASSWORD]
                self._say("235 welcome" if self.is_known else "535 wrong user or password")
            elif verb == "MAIL" and self.server.context and not self.is_known:
                self._say("530 sign in first")
            elif verb == "RCPT" and "@refused.example" in line:
                self._say("550 no such user")
            elif verb == "DATA":
                self._say("354 go ahead")
                self._take(recipients)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                recipients += [line.partition("<")[2].partition(">")[0]] if verb == "RCPT" else []
                self._say("250 fine")

    def finish(self) -> None:
        """Close the connection, whose socket TLS has replaced."""
        super().finish()
        self.rfile.close()
        self.request.close()

    def _take(self, recipients: list[str]) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.messages.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
        self.server.recipients.append(list(recipients))
        self.server.on_text()
        if self.server.is_losing:
            self.request.shutdown(socket.SHUT_RDWR)
        else:
            self._say("554 not this" if self.server.refuses_text else "250 accepted")

    def _secure(self) -> None:
        assert self.server.context is not None
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.rfile, self.is_safe = self.request.makefile("rb"), True

    def _say(self, *lines: str) -> None:
        self.request.sendall("".join(f"{line}\r\n" for line in lines).encode())


@contextmanager
def mail_server(certificate: Path | None = None, *, is_tls: bool = False) -> Iterator[MailServer]:
    """Serve until it is left."""
    with running(MailServer(certificate, is_tls=is_tls)) as server:
        yield server


def write_certificate(folder: Path) -> Path:
    """Write a key and a certificate for ``localhost`` that signs itself; the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path = folder / "localhost.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(secret + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path
