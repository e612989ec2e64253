"""E-mail by SMTP, off unless configured."""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.errors import SettingsError
from auscult.domain.notices import Delivery, Letter
from auscult.outgoing.dialling import dial

TIMEOUT_S = 20.0
_OK, _REFUSED = 200, 400
"""Answers of a server from one to below the other accept a step."""
_STARTS = re.compile(rb"^\.")
"""A line that begins with a dot gets another one, as a single dot ends the text."""


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

    def deliver(self, letter: Letter) -> Delivery:
        """Send an e-mail whose Message-ID follows from its id; return whether it was accepted, where that is known.

        A connection that is lost before the text is handed over is a refusal: nothing was sent.
        """
        message = EmailMessage()
        message["From"], message["To"] = self._sender, letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message["Message-ID"] = f"<{letter.mail_id}@{parseaddr(self._sender)[1].rpartition('@')[2]}>"
        message["Date"] = format_datetime(datetime.now(UTC))
        message.set_content(letter.text, cte="quoted-printable")
        content = b"".join(_STARTS.sub(b"..", line) for line in message.as_bytes(policy=SMTP).splitlines(keepends=True))
        is_handed_over = False
        try:
            with self._connected() as server:
                if refusal := self._refused(server, letter.to):
                    return refusal
                is_handed_over = True
                server.send(content + b".\r\n")
                code, answer = server.getreply()
                is_handed_over = False
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
                return Delivery("sent") if _OK <= code < _REFUSED else _refusal(code, answer)
        except (OSError, smtplib.SMTPException) as error:
            return Delivery(
                "unknown" if is_handed_over else "refused", f"the connection failed: {type(error).__name__}"
            )

    def _refused(self, server: smtplib.SMTP, to: str) -> Delivery | None:
        """Name sender and receiver, and ask to hand the text over; return the refusal, None where there is none."""
        server.ehlo_or_helo_if_needed()
        steps: tuple[Callable[[], tuple[int, bytes]], ...] = (
            lambda: server.mail(parseaddr(self._sender)[1]),
            lambda: server.rcpt(to),
            lambda: server.docmd("DATA"),
        )
        for step in steps:
            code, answer = step()
            if not _OK <= code < _REFUSED:
                return _refusal(code, answer)
        return None

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


def _refusal(code: int, answer: bytes) -> Delivery:
    return Delivery("refused", f"the server answered {code} {answer.decode(errors='replace')}")


def _dialled(host: str, port: int, timeout_s: float) -> socket.socket:
    dialled = dial("smtp", host, port, OPERATOR, until=time.monotonic() + timeout_s)
    dialled.settimeout(timeout_s)
    return dialled
