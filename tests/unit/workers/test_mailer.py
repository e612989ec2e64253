"""E-mail over SMTP, to a server that listens on this machine."""

from pathlib import Path
from urllib.parse import quote

import pytest

from auscult.domain.errors import SettingsError
from auscult.domain.notices import Delivery, Letter
from auscult.workers.mailer import Mailer
from tests.mailing import PASSWORD, USER, mail_server, write_certificate

SENDER = "auscult@example.com"
TO = ("ann@example.com", "bob@example.com")
FILE = ("AgentPerformance-2026-04-06-00-01-00.csv", "Agent Id,Größe\r\n.leading dot\r\n".encode())


def test_a_report_arrives_with_its_file() -> None:
    """Sender, every recipient, subject in one line, text and attachment, byte for byte."""
    with mail_server() as server:
        mail = Mailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        assert mail(TO, "auscult: Weekly\r\nBcc: x@example.com", "Grüße\n.\nend", FILE) == ""
    (message,) = server.messages
    assert server.recipients == [list(TO)]
    assert (message["From"], message["To"]) == (SENDER, ", ".join(TO))
    assert (message["Subject"], message["Bcc"]) == ("auscult: Weekly Bcc: x@example.com", None)
    body = message.get_body()
    assert body is not None
    assert body.get_content().splitlines() == ["Grüße", ".", "end"]
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_payload(decode=True)) == FILE


@pytest.mark.parametrize("is_tls", [False, True])
def test_a_password_goes_only_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_tls: bool) -> None:
    """STARTTLS before it signs in, or TLS from the first byte; a certificate that nobody vouches for is refused."""
    certificate = write_certificate(tmp_path)
    scheme = "smtps" if is_tls else "smtp"
    with mail_server(certificate, is_tls=is_tls) as server:
        address = f"{scheme}://{quote(USER)}:{quote(PASSWORD, safe='')}@localhost:{server.port}"
        assert Mailer(address, SENDER)(TO, "a", "b", None) == "e-mail was not accepted: SSLCertVerificationError"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert Mailer(address, SENDER)(TO, "a", "b", None) == ""
        wrong = address.replace(quote(PASSWORD, safe=""), "wrong")
        assert Mailer(wrong, SENDER)(TO, "a", "b", None) == "e-mail was not accepted: SMTPAuthenticationError"
    assert len(server.messages) == 1


def test_what_is_not_accepted_has_its_reason() -> None:
    """A recipient whom the server refuses, and a server that is not there."""
    with mail_server() as server:
        mail = Mailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        assert mail(("a@refused.example",), "a", "b", None) == "e-mail was not accepted: SMTPRecipientsRefused"
    assert mail(TO, "a", "b", None) == "e-mail was not accepted: ConnectionRefusedError"
    assert server.messages == []


LETTER = Letter("nm-1", "ann@example.com", "auscult: 2\nnotices", "Grüße\n.\n.dots\nend\n")


def test_a_letter_arrives_with_the_id_that_it_keeps() -> None:
    """Its Message-ID follows from its id, and its text arrives as it is, lines of dots included."""
    with mail_server() as server:
        mail = Mailer(f"smtp://127.0.0.1:{server.port}", f"Auscult <{SENDER}>")
        assert [mail.deliver(LETTER) for _ in range(2)] == [Delivery("sent")] * 2
    assert server.recipients == [["ann@example.com"]] * 2
    for message in server.messages:
        assert (message["Message-ID"], message["To"]) == ("<nm-1@example.com>", "ann@example.com")
        assert (message["Subject"], message.get_content().replace("\r\n", "\n")) == (
            "auscult: 2 notices",
            LETTER.text,
        )


def test_whether_a_letter_was_accepted_is_known_or_not() -> None:
    """Refused before or after its text, and unknown where the connection is lost once it was handed over."""
    with mail_server() as server:
        mail = Mailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        refused = mail.deliver(LETTER._replace(to="a@refused.example"))
        assert refused == Delivery("refused", "the server answered 550 no such user")
        server.refuses_text = True
        assert mail.deliver(LETTER) == Delivery("refused", "the server answered 554 not this")
        server.is_losing = True
        assert mail.deliver(LETTER) == Delivery("unknown", "the connection failed: SMTPServerDisconnected")
    assert mail.deliver(LETTER) == Delivery("refused", "the connection failed: ConnectionRefusedError")


@pytest.mark.parametrize("address", ["http://example.com", "smtp://", "localhost:25"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """With the setting, and what would be right."""
    with pytest.raises(SettingsError, match="AUSCULT_SMTP_URL cannot be used; give smtp://"):
        Mailer(address, SENDER)
