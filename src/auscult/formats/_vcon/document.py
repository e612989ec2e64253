"""The vCon as it is written down: draft-ietf-vcon-vcon-core (0.0.1 to 0.4.0 and later), its CC extension, and older names.

Lenient where drafts and tools differ (``mimetype`` and ``mediatype``, ``email`` and ``mailto``, ``role`` in ``meta``).
"""

import base64
import binascii
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

from auscult.domain.errors import FormatError
from auscult.formats._documents import Json
from auscult.formats._faults import DECODE_ERRORS, refuse_nul
from auscult.formats._markup import is_mail, mail_words, own_words, words_of

Time = str | int | float
Indexes = int | list[int | list[int] | None] | None

_TEXT_KEYS = ("text", "message", "body", "content")


class Party(Struct, frozen=True):
    """Participant of a conversation."""

    name: str | None = None
    mailto: str | None = None
    email: str | None = None
    tel: str | None = None
    sip: str | None = None
    uuid: str | None = None
    role: str | None = None
    type: str | None = None
    meta: Any = None


class PartyEvent(Struct, frozen=True):
    """A party joins, is put on hold, is muted."""

    party: int
    event: str = ""
    time: Time | None = None


class Dialog(Struct, frozen=True):
    """A piece of what was said: a recording, a text; or a transfer, or a try that failed."""

    type: str = ""
    start: Time | None = None
    duration: int | float | None = None
    parties: Indexes = None
    originator: int | None = None
    mediatype: str | None = None
    mimetype: str | None = None
    encoding: str | None = None
    body: Any = None
    url: str | None = None
    content_hash: str | list[str] | None = None
    message_id: str | None = None
    application: str | None = None
    disposition: str | None = None
    campaign: str | None = None
    interaction_id: str | None = None
    skill: str | None = None
    transferor: int | None = None
    party_history: list[PartyEvent] | None = None
    meta: Any = None


class Analysis(Struct, frozen=True):
    """Analysis of dialogs: a transcript, a summary."""

    type: str = ""
    dialog: int | list[int] | None = None
    vendor: str | None = None
    encoding: str | None = None
    body: Any = None
    meta: Any = None


class Attachment(Struct, frozen=True):
    """File attached to a vCon. ``purpose`` was ``type`` in older drafts."""

    purpose: str | None = None
    type: str | None = None
    dialog: int | None = None
    encoding: str | None = None
    body: Any = None


class Document(Struct, frozen=True):
    """Document of a vCon; of a signed or encrypted one, only the parts that show that it is one."""

    uuid: str | None = None
    vcon: str | None = None
    created_at: Time | None = None
    subject: str | None = None
    critical: list[str] | None = None
    must_support: list[str] | None = None
    parties: list[Party] | None = None
    dialog: list[Dialog] | None = None
    analysis: list[Analysis] | None = None
    attachments: list[Attachment] | None = None
    meta: Any = None
    auscult: dict[str, Any] | None = None
    payload: Any = None
    ciphertext: Any = None


def content(body: Json, encoding: str | None, field: str) -> Json:
    """Inline content, decoded: text, or the JSON value that it is. Raises ``FormatError`` with ``field``."""
    if not isinstance(body, str):
        return body
    if encoding == "base64url":
        try:
            body = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
        except (binascii.Error, ValueError) as error:
            message = f"{field} is no base64url of UTF-8 text, as its encoding says"
            raise FormatError(message, code="field.invalid", field=field) from error
    value: Json = body
    if encoding == "json" or body.lstrip()[:1] in ("{", "["):
        with suppress(*DECODE_ERRORS):
            value = msgspec.json.decode(body)
    refuse_nul(value, field)
    return value


def text_of(dialog: Dialog, field: str) -> str:
    """Return what the sender of a text dialog wrote: the words of HTML, of an e-mail its plain part without quotations."""
    mediatype = (dialog.mediatype or dialog.mimetype or "").lower()
    body: Json = dialog.body
    if dialog.encoding in ("json", "base64url") or mediatype.startswith("multipart/"):
        body = content(body, dialog.encoding, field)
    if isinstance(body, dict):
        body = next((body[key] for key in _TEXT_KEYS if isinstance(body.get(key), str)), body)
    text = body if isinstance(body, str) else msgspec.json.encode(body).decode()
    if mediatype.startswith("multipart/"):
        return own_words(mail_words(f"MIME-Version: 1.0\r\nContent-Type: {mediatype}\r\n\r\n{text}"))
    if mediatype.startswith("message/") or is_mail(text):
        return own_words(mail_words(text))
    return own_words(words_of(text)) if mediatype.startswith("text/html") else text
