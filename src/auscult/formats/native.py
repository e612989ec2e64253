"""The native format: conversations as docs/reference/formats.md describes them, as NDJSON, JSON object or JSON array."""

from collections.abc import Iterator
from typing import Any, ClassVar, TypeVar, cast

import msgspec
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats import _faults
from auscult.formats._contract import ByteStream, Limits, Rejected
from auscult.formats._document import (
    RIGHT,
    ConversationDocument,
    conversation_of,
    document_of,
    strict,
    unknown_keys,
)
from auscult.formats._documents import documents

_DECODER = msgspec.json.Decoder(ConversationDocument)
_STRICT_DECODER = msgspec.json.Decoder(strict(ConversationDocument))


class Native:
    """Reader of native documents. The last format to be tried: it accepts any JSON, so that its errors name missing fields."""

    name: ClassVar[str] = "native"

    def recognises(self, head: bytes) -> bool:
        """Return whether a line of it begins like a JSON object or array."""
        return any(line.lstrip()[:1] in (b"{", b"[") for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n"))

    def read(self, stream: ByteStream, app_id: str, limits: Limits) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order."""
        for document in documents(stream, limits):
            if isinstance(document, Rejected):
                yield document
                continue
            try:
                found, unknown = _known(document.data)
                conversation = conversation_of(found, app_id, limits)
            except FormatError as fault:
                fault.line = document.line
                if document.item is not None:  # a whole array may be one line
                    fault.message = f"item {document.item} of the array: {fault.message}"
                yield Rejected(error=fault, source=document.data)
            else:
                names = tuple(sorted({*conversation.unknown_keys, *unknown}))
                yield replace(conversation, unknown_keys=names, unknown_line=document.line) if names else conversation


def _known(data: bytes) -> tuple[ConversationDocument, set[str]]:
    """Decode one document, and name its keys that nothing reads. Raises ``FormatError`` as ``decoded`` does."""
    try:
        _faults.refuse_bytes(data)
        return _STRICT_DECODER.decode(data), set()
    except _faults.DECODE_ERRORS:  # mostly a key that nothing reads
        return decoded(data), unknown_keys(msgspec.json.decode(data))


def decoded(data: bytes) -> ConversationDocument:
    """Decode one document. Raises ``FormatError`` with field, value, and what would be right."""
    try:
        _faults.refuse_bytes(data)
        return _DECODER.decode(data)
    except _faults.DECODE_ERRORS as error:
        raise _faults.fault_in(error, data, RIGHT) from error


T = TypeVar("T", bound=msgspec.Struct)


def converted(document: object, kind: type[T]) -> T:
    """Return a document that was parsed already as a struct that knows all its keys. Raises ``FormatError``."""
    for unknown in unknown_keys(document, kind):
        available = ", ".join(field.encode_name for field in msgspec.structs.fields(kind))
        raise FormatError(f"unknown key {unknown!r}; available: {available}", code="field.invalid", field=unknown)
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise _faults.fault_of(error, cast("Any", document), RIGHT) from error


def write(conversation: Conversation) -> bytes:
    """Write a conversation as a native document that reads back as an equal one: one line, no line end."""
    return msgspec.json.encode(document_of(conversation))
