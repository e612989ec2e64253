"""Table of the formats that are recognised by content, the more specific before the less."""

from collections.abc import Iterator

from auscult.formats._document import ConversationDocument
from auscult.formats._others.heads import Head
from auscult.formats._others.reader import Reader
from auscult.formats.agents.chat_messages import ChatMessages, MessageArray
from auscult.formats.agents.genai_spans import GenAiSpans
from auscult.formats.chat.slack import Slack
from auscult.formats.chat.telegram import Telegram
from auscult.formats.chat.transcript import Transcript
from auscult.formats.chat.whatsapp import WhatsApp
from auscult.formats.speech.amazon_pca import AmazonPca
from auscult.formats.speech.amazon_transcribe import AmazonTranscribe
from auscult.formats.speech.assemblyai import AssemblyAi
from auscult.formats.speech.azure import Azure
from auscult.formats.speech.deepgram import Deepgram
from auscult.formats.speech.google_speech import GoogleSpeech
from auscult.formats.speech.subrip import SubRip
from auscult.formats.speech.webvtt import WebVtt
from auscult.formats.speech.whisper import Whisper
from auscult.formats.tables.csv_rows import CsvRows
from auscult.formats.tables.json_rows import JsonRows
from auscult.formats.vendors._content import VendorReader
from auscult.formats.vendors._files import EXPRESS, FILES

AnyReader = Reader | VendorReader
OF_JSON: tuple[AnyReader, ...] = (
    AmazonPca(),
    GenAiSpans(),
    *FILES,
    AmazonTranscribe(),
    Deepgram(),
    GoogleSpeech(),
    AssemblyAi(),
    Azure(),
    Whisper(),
    Slack(),
    Telegram(),
    MessageArray(),
    ChatMessages(),
    JsonRows(),
)
OF_TEXT: tuple[AnyReader, ...] = (WebVtt(), SubRip(), WhatsApp(), EXPRESS, CsvRows(), Transcript())
READERS: dict[str, AnyReader] = {reader.name: reader for reader in (*OF_JSON, *OF_TEXT)}
"""Every format of other programs, by its name."""

_OWN = frozenset(ConversationDocument.__struct_encode_fields__)
_OF_TURNS = frozenset({"messages", "speaker", "role", "sender", "author", "text", "message", "content"})
"""Keys of turns, and of lists of them, that no document of ours has itself."""
_LEAST_KEYS = 2
_COMMON = frozenset(
    (
        "id",
        "name",
        "type",
        "text",
        "status",
        "metadata",
        "results",
        "source",
        "data",
        "items",
        "input",
        "words",
        "timestamp",
    )
)


def recognised(head: Head) -> AnyReader | None:
    """Return the format that the beginning of a file is of; None where none fits, or it is a document of ours."""
    if is_native(head):
        return None
    return next((reader for reader in (OF_JSON if head.is_json else ()) if reader.fits(head)), None) or next(
        (reader for reader in OF_TEXT if reader.fits(head)), None
    )


def nearest(head: Head) -> AnyReader | None:
    """Return the format of JSON whose keys are nearest to those of a file that none fits; None where ours are."""
    keys = head.record.keys()
    if not keys or len(keys & _OWN) >= _LEAST_KEYS:
        return None
    shared: Iterator[tuple[float, AnyReader]] = ((len(keys & one.keys) / len(keys | one.keys), one) for one in OF_JSON)
    share, reader = max(shared, key=lambda each: each[0])
    is_near = len(keys & reader.keys) >= _LEAST_KEYS or bool(keys & reader.keys - _COMMON)
    return reader if share > 0 and is_near else None


def is_native(head: Head) -> bool:
    """Return whether the beginning of a file is a native document."""
    keys = head.record.keys()
    return {"channel", "started_at"} <= keys and ("turns" in keys or keys.isdisjoint(_OF_TURNS))
