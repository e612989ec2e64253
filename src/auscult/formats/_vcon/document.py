"""The vCon as it is written down: draft-ietf-vcon-vcon-core (0.0.1 to 0.4.0 and later), its CC extension, and older names.

Lenient where drafts and tools differ (``mimetype`` and ``mediatype``, ``email`` and ``mailto``, ``role`` in ``meta``).
"""

import base64
import binascii
import html
import re
from contextlib import suppress
from email import message_from_bytes, policy
from typing import Any

import msgspec
from msgspec import Struct

from auscult.domain.errors import FormatError
from auscult.formats._documents import Json
from auscult.formats._faults import DECODE_ERRORS, refuse_nul

Time = str | int | float
Indexes = int | list[int | list[int] | None] | None

_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\f]+")
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
    """Return the plain text of a text dialog; of HTML the words, of an e-mail its first plain part."""
    mediatype = (dialog.mediatype or dialog.mimetype or "").lower()
    if mediatype.startswith("multipart/") and isinstance(dialog.body, str):
        return _plain_part(mediatype, str(content(dialog.body, dialog.encoding, field)))
    body: Json = dialog.body
    if dialog.encoding in ("json", "base64url"):
        body = content(body, dialog.encoding, field)
    if isinstance(body, dict):
        body = next((body[key] for key in _TEXT_KEYS if isinstance(body.get(key), str)), body)
    text = body if isinstance(body, str) else msgspec.json.encode(body).decode()
    return words_of(text) if mediatype.startswith("text/html") else text


def words_of(markup: str) -> str:
    """Return the words of an HTML text."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", markup))).strip()


def _plain_part(mediatype: str, text: str) -> str:
    source = f"MIME-Version: 1.0\r\nContent-Type: {mediatype}\r\n\r\n{text}".encode()
    part = message_from_bytes(source, policy=policy.default).get_body(("plain", "html"))
    if part is None:
        return text
    words = str(part.get_content())
    return words_of(words) if part.get_content_subtype() == "html" else words.strip()
