"""E-mail by SMTP, off unless configured."""

import smtplib
import socket
import ssl
import time
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.errors import SettingsError
from auscult.outgoing.dialling import dial

TIMEOUT_S = 20.0


class _Smtp(smtplib.SMTP):
    """A session whose connection is dialled."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _dialled(host, port, timeout)


class _EncryptedSmtp(smtplib.SMTP_SSL):
    """A session whose connection is dialled, and encrypted from its beginning."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.context.wrap_socket(_dialled(host, port, timeout), server_hostname=host)


class Mailer:
    """Sends e-mail through one server: ``smtp://user:password@host:587`` with STARTTLS, or ``smtps://`` with TLS."""

    def __init__(self, url: str, sender: str) -> None:
        """Raises ``SettingsError`` where the address is of no known kind."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise SettingsError(
                "AUSCULT_SMTP_URL cannot be used; give smtp://user:password@host:587 or smtps://host",
                code="settings.invalid",
                field="AUSCULT_SMTP_URL",
            )
        self._parts = parts
        self._sender = sender

    def __call__(self, to: tuple[str, ...], subject: str, text: str, attachment: tuple[str, bytes] | None) -> str:
        """Send an e-mail; return what went wrong, "" where nothing did."""
        message = EmailMessage()
        message["From"], message["To"] = self._sender, ", ".join(to)
        message["Subject"] = " ".join(subject.split())
        message.set_content(text)
        if attachment is not None:
            message.add_attachment(
                attachment[1], maintype="application", subtype="octet-stream", filename=attachment[0]
            )
        try:
            with self._connected() as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            return f"e-mail was not accepted: {type(error).__name__}"
        return ""

    def _connected(self) -> smtplib.SMTP:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "smtps":
            server: smtplib.SMTP = _EncryptedSmtp(
                host, port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context()
            )
        else:
            server = _Smtp(host, port or 587, timeout=TIMEOUT_S)
        try:
            if self._parts.username:
                if self._parts.scheme == "smtp":
                    server.starttls(context=ssl.create_default_context())
                server.login(unquote(self._parts.username), unquote(self._parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _dialled(host: str, port: int, timeout_s: float) -> socket.socket:
    dialled = dial("smtp", host, port, OPERATOR, until=time.monotonic() + timeout_s)
    dialled.settimeout(timeout_s)
    return dialled
