"""vCon, the IETF's container for conversations: reads the unsigned form, writes version 0.4.0.

Source: draft-ietf-vcon-vcon-core (parties, dialog, analysis, attachments) and draft-ietf-vcon-cc-extension (role).
docs/reference/formats.md lists the fields that are read and written.
"""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from auscult.domain.conversation import ID_SHOULD_BE, Conversation, is_id
from auscult.domain.errors import FormatError
from auscult.formats import _faults
from auscult.formats._contract import ByteStream, Limits, Rejected
from auscult.formats._documents import documents, top_level_keys
from auscult.formats._vcon.document import Document
from auscult.formats._vcon.extension import NAME, carried, extended
from auscult.formats._vcon.reading import core_conversation
from auscult.formats._vcon.writing import core_of

_DECODER = msgspec.json.Decoder(Document)
_KNOWN_EXTENSIONS = frozenset({"CC", NAME, "wtf_transcription"})
_BODIES = frozenset({"parties", "dialog", "analysis"})
_MARKS = (b'"vcon"', b'"uuid"', b'"payload"', b'"ciphertext"')
_SECURED = (frozenset({"payload", "signatures"}), frozenset({"ciphertext", "recipients"}))
_UNLIMITED = Limits(turn_bytes=1 << 60, turns=1 << 60)
_RIGHT = {
    "": "a JSON object",
    "parties": "a list of objects",
    "dialog": "a list of objects",
    "dialog.duration": "a number of seconds",
    "dialog.parties": "an index into parties, or a list of them",
}


class VCon:
    """Reads vCons: one, an array of them, or one a line."""

    name: ClassVar[str] = "vcon"

    def recognises(self, head: bytes) -> bool:
        """Return whether its outermost keys are a vCon's."""
        if not any(mark in head for mark in _MARKS):
            return False  # most files, without a look at each of their keys
        keys = top_level_keys(head)
        if "started_at" in keys:
            return False
        is_plain = "vcon" in keys or ("uuid" in keys and not keys.isdisjoint(_BODIES))
        return is_plain or any(keys >= form for form in _SECURED)

    def read(self, stream: ByteStream, app_id: str, limits: Limits) -> Iterator[Conversation | Rejected]:  # noqa: ARG002  (a vCon has an id of its own)
        """Yield conversations and refusals, in order."""
        for document in documents(stream, limits):
            if isinstance(document, Rejected):
                yield document
                continue
            try:
                conversation = conversation_of(decoded(document.data), limits)
            except FormatError as fault:
                fault.line = document.line
                yield Rejected(error=fault, source=document.data)
            else:
                yield conversation


def decoded(data: bytes) -> Document:
    """Decode one vCon. Raises ``FormatError``; a signed or encrypted one is refused with its reason."""
    try:
        _faults.refuse_bytes(data)
        document = _DECODER.decode(data)
    except _faults.DECODE_ERRORS as error:
        raise _faults.fault_in(error, data, _RIGHT) from error
    if document.ciphertext is not None:
        message = "the vCon is encrypted (JWE); decrypt it and load its unsigned form"
        raise FormatError(message, code="vcon.encrypted")
    if document.payload is not None:
        message = (
            "the vCon is signed (JWS), and its signature is not checked here; verify it and load its unsigned form"
        )
        raise FormatError(message, code="vcon.signed")
    unknown = sorted({*(document.critical or ()), *(document.must_support or ())} - _KNOWN_EXTENSIONS)
    if unknown:
        message = (
            f"the vCon may only be read with the extensions {', '.join(map(repr, unknown))}, which are not known here"
        )
        raise FormatError(message, code="vcon.extension_unknown", field="critical", value=unknown)
    if not document.uuid:
        raise FormatError("uuid is missing; it should be the id of the vCon", code="field.missing", field="uuid")
    if not is_id(document.uuid):
        message = f"uuid is {document.uuid!r}; it should be {ID_SHOULD_BE}"
        raise FormatError(message, code="field.invalid", field="uuid", value=document.uuid)
    return document


def conversation_of(document: Document, limits: Limits) -> Conversation:
    """Normalise a vCon: what its core says, then what our own extension adds. Raises ``FormatError``."""
    extension = document.auscult or {}
    started_at = extension.get("started_at")
    core = core_conversation(document, started_at if isinstance(started_at, str) else None, limits)
    return extended(core, extension, limits)


def write(conversation: Conversation) -> bytes:
    """Write a conversation as a vCon 0.4.0 that reads back as an equal conversation.

    Values that the vCon's own vocabulary cannot carry are in the object ``auscult``, and only those: the written core
    is read back, and the fields that differ are added.
    """
    core = core_of(conversation)
    as_read = core_conversation(msgspec.convert(core, Document), core[NAME]["started_at"], _UNLIMITED)
    core[NAME] |= carried(as_read, conversation)
    return msgspec.json.encode(core)
