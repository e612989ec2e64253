"""Recordings in a vCon, checked by form: media type, parties, address, inline body. Nothing is fetched."""

import base64
import binascii
import hashlib
import re
from contextlib import suppress
from urllib.parse import urlsplit

from auscult.domain.errors import FormatError
from auscult.domain.recordings.recording import Claims
from auscult.formats._documents import Json
from auscult.formats._vcon.document import Dialog, Document
from auscult.formats._vcon.parties import flat

_SCHEMES = ("https", "http", "s3", "gs", "az", "abfs", "abfss")
_MEDIA_TYPE = re.compile(r"([a-z]+)/[a-z0-9][a-z0-9!#$&^_.+-]*(\s*;.*)?", re.IGNORECASE | re.ASCII | re.DOTALL)
_SOUND = frozenset({"audio", "video", "multipart"})
_UNTYPED = ("application/octet-stream", "application/ogg")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}", re.ASCII)
_DIGEST_BYTES = {"sha256": 32, "sha512": 64}
_BLANK = re.compile(r"[\s\x00-\x1f]")


def check_recordings(document: Document) -> None:
    """Check every dialog of type recording. Raises ``FormatError`` with its field, for the first fault.

    A vCon that was written here is not checked: it repeats the addresses of a native document, which may be any text.
    """
    if document.auscult is not None:
        return
    count = len(document.parties or [])
    for index, dialog in enumerate(document.dialog or []):
        if dialog.type == "recording":
            path = f"dialog[{index}]"
            _check_media_type(dialog, path)
            _check_parties(dialog, path, count)
            _check_url(dialog, path)
            _check_body(dialog, path)
            _check_hash(dialog, path)


def _check_media_type(dialog: Dialog, path: str) -> None:
    for name in ("mediatype", "mimetype"):
        value = getattr(dialog, name)
        if not value:
            continue
        found = _MEDIA_TYPE.fullmatch(value.strip())
        is_sound = found is not None and found[1].lower() in _SOUND
        if not is_sound and value.partition(";")[0].strip().lower() not in _UNTYPED:
            raise _fault(f"{path}.{name}", value, "a media type of sound, as audio/wav")


def _check_parties(dialog: Dialog, path: str, count: int) -> None:
    indexes = [("parties", index) for index in flat(dialog.parties)]
    if dialog.originator is not None:
        indexes.append(("originator", dialog.originator))
    for name, index in indexes:
        if not 0 <= index < count:
            should = f"the index of a party, from 0 to {count - 1}" if count else "left out: there are no parties"
            raise _fault(f"{path}.{name}", index, should)


def _check_url(dialog: Dialog, path: str) -> None:
    if dialog.url is None:
        return
    try:
        parts = urlsplit(dialog.url)
        is_address = parts.scheme in _SCHEMES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_address = False
    if not is_address or _BLANK.search(dialog.url):
        raise _fault(f"{path}.url", dialog.url, "the address of the recording, as https://host/path")


def _check_body(dialog: Dialog, path: str) -> None:
    if dialog.encoding == "base64url" and dialog.body is not None:
        is_encoded = isinstance(dialog.body, str) and _BASE64URL.fullmatch(dialog.body) is not None
        is_encoded = is_encoded and len(dialog.body.rstrip("=")) % 4 != 1
        if not is_encoded:
            raise _fault(f"{path}.body", None, "base64url, as its encoding says")


def sound_in(dialog: Dialog) -> bytes | None:
    """Return the bytes of a recording inside the document, None where there are none."""
    if dialog.encoding != "base64url" or not isinstance(dialog.body, str) or not dialog.body:
        return None
    try:
        return base64.urlsafe_b64decode(dialog.body + "=" * (-len(dialog.body) % 4))
    except (binascii.Error, ValueError):
        return None


def stated_in(dialog: Dialog) -> Claims:
    """Return what a vCon states about a recording; a checksum that is none says nothing."""
    hashes: dict[str, str] = {}
    for stated in _hashes(dialog):
        name, _, digest = stated.partition("-")
        with suppress(binascii.Error, ValueError):
            found = base64.b64decode(digest + "=" * (-len(digest) % 4), altchars=b"-_", validate=True)
            if len(found) == _DIGEST_BYTES.get(name.lower()):
                hashes[name.lower()] = found.hex()
    return Claims(
        content_type=(dialog.mediatype or dialog.mimetype or "").strip(),
        duration_ms=round(dialog.duration * 1000) if dialog.duration else None,
        sha256=hashes.get("sha256"),
        sha512=hashes.get("sha512"),
    )


def _hashes(dialog: Dialog) -> list[str]:
    return [dialog.content_hash] if isinstance(dialog.content_hash, str) else dialog.content_hash or []


def _check_hash(dialog: Dialog, path: str) -> None:
    """Compare the content with the hash that the vCon has of it: ``sha512-…``, in base64url."""
    content = sound_in(dialog)
    for stated in _hashes(dialog) if content is not None else ():
        name, _, digest = stated.partition("-")
        if name.lower() not in _DIGEST_BYTES or content is None:
            continue
        found = base64.urlsafe_b64encode(hashlib.new(name.lower(), content).digest()).decode().rstrip("=")
        if found != digest.rstrip("=").replace("+", "-").replace("/", "_"):
            raise FormatError(
                f"{path}.content_hash is {stated!r}; the content has {name}-{found}",
                code="recording.checksum_differs",
                field=f"{path}.content_hash",
                value=stated,
            )


def _fault(field: str, value: Json, should: str) -> FormatError:
    shown = "not as it should be" if value is None else repr(value)
    return FormatError(f"{field} is {shown}; it should be {should}", code="field.invalid", field=field, value=value)
