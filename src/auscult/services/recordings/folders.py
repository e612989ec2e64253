"""Folders of sound: each file belongs to a conversation by its name or by a list in the folder."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.domain.recordings.recording import Claims, Speaker, is_fetched
from auscult.formats import Rejected

SUFFIXES = frozenset({".wav", ".mp3", ".flac", ".ogg", ".opus", ".m4a", ".mp4", ".wma", ".amr"})
_SIDES: dict[str, Speaker] = {"agent": "agent", "customer": "customer"}
_IDS = ("conversation_id", "conversationId", "id")


class FileOfConversation(Struct, frozen=True, kw_only=True):
    """A file of sound, the conversation that it belongs to, and what the list says about it."""

    path: Path
    conversation_id: str
    claims: Claims


def files_of(folder: Path) -> Iterator[FileOfConversation]:
    """Yield files by their names: ``<conversation id>.wav``, or of two mono files ``<id>.agent.wav`` and ``.customer.wav``."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        name, _, side = path.stem.rpartition(".")
        if side in _SIDES and name:
            yield FileOfConversation(path=path, conversation_id=name, claims=Claims(speakers=(_SIDES[side],)))
        else:
            yield FileOfConversation(path=path, conversation_id=path.stem, claims=Claims())


def files_in_list(file: Path) -> Iterator[FileOfConversation]:
    """Yield the files that a CSV names, in its folder or in folders below.

    Columns: conversation_id (or conversationId), file, and where known speaker, duration_ms, sha256; or, as the vendor
    has them, recordingUrl for a stereo file, agentRecordings and customerRecordings for two mono files, and
    agentChannel. Raises ``FormatError`` with the line.
    """
    with file.open(newline="", encoding="utf-8-sig") as opened:
        reader = csv.DictReader(opened)
        for row in reader:
            given = {name: (value or "").strip() for name, value in row.items() if isinstance(value, str)}
            conversation_id = next((given[name] for name in _IDS if given.get(name)), "")
            found = list(_named(given, file.parent, reader.line_num))
            if not conversation_id or not found:
                raise FormatError(
                    f"line {reader.line_num} of {file.name} names no conversation or no file; "
                    "give conversation_id and file",
                    line=reader.line_num,
                    code="field.missing",
                )
            for path, claims in found:
                yield FileOfConversation(path=path, conversation_id=conversation_id, claims=claims)


def files_in_documents(documents: Iterable[Conversation | Rejected], folder: Path) -> Iterator[FileOfConversation]:
    """Yield the files next to documents that these name as their recordings, with what they state about each.

    Links are left out: a worker fetches them. Raises ``FormatError`` for a refused document.
    """
    for document in documents:
        if isinstance(document, Rejected):
            raise document.error
        for name, claims in document.recordings.claims() if document.recordings else ():
            if not is_fetched(name):
                yield FileOfConversation(path=folder / name, conversation_id=document.id, claims=claims)


def _named(row: dict[str, str], folder: Path, line: int) -> Iterator[tuple[Path, Claims]]:
    for column, side in (("agentRecordings", "agent"), ("customerRecordings", "customer")):
        if row.get(column):
            yield folder / row[column], Claims(speakers=(_SIDES[side],))
    name = row.get("file") or row.get("recordingUrl")
    if not name:
        return
    duration = row.get("duration_ms", "")
    if (duration and not duration.isascii()) or (duration and not duration.isdigit()):
        raise FormatError(
            f"line {line}: duration_ms is {duration!r}; it should be a whole number", line=line, code="field.invalid"
        )
    speakers: tuple[Speaker, ...] = ()
    if row.get("speaker"):
        speakers = tuple(_SIDES.get(each.strip(), "unknown") for each in row["speaker"].split("/"))
    elif row.get("agentChannel") == "1":
        speakers = ("customer", "agent")
    claims = Claims(
        duration_ms=int(duration) if duration else None, sha256=row.get("sha256") or None, speakers=speakers
    )
    yield folder / name, claims
