"""Telegram Desktop: ``result.json`` of an exported chat, or of all of them."""

from collections.abc import Iterator
from typing import Any, ClassVar, cast

from auscult.formats._contract import Source
from auscult.formats._others.heads import first_of
from auscult.formats._others.json_records import JsonReader
from auscult.formats._others.talk import Said, Talk, parted
from auscult.formats._records import Fields


class Telegram(JsonReader):
    """One chat an object, with its messages; an export of all chats has them in ``chats.list``."""

    name: ClassVar[str] = "telegram"
    title: ClassVar[str] = "a Telegram export"
    makers: ClassVar[tuple[str, ...]] = (
        "https://core.telegram.org/import-export (Telegram)",
        "https://github.com/telegramdesktop/tdesktop/blob/dev/Telegram/SourceFiles/export/output/export_output_json.cpp (Telegram)",
        "https://github.com/joweich/chat-miner",
    )
    keys: ClassVar[frozenset[str]] = frozenset(
        {"name", "type", "id", "messages", "about", "chats", "contacts", "frequent_contacts", "sessions"}
        | {"personal_information", "stories", "web_sessions", "other_data", "left_chats", "profile_pictures"}
    )

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it has messages with dates and senders."""
        message = first_of(record, "messages") or first_of(record, "chats", "list", "messages")
        return "date" in message and "type" in message and ("text" in message or "action" in message)

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the conversations of every chat."""
        chats = [record] if record.get("messages") is not None else list(record.fields("chats").each("list"))
        for chat in chats:
            said = [one for each in chat.each("messages") if (one := _message(each)) is not None]
            scope = chat.maybe_text("id") or ""
            yield from parted(Talk(source=self.name, said=said, channel="chat", scope=scope), source.given.pause_ms)


def _message(one: Fields) -> Said | None:
    local = one.at("date", "a time as 2026-10-14T15:34:09").replace(tzinfo=None)
    at = one.maybe_at("date_unixtime") or local
    if one.maybe_text("type") == "service":
        action = one.maybe_text("action")
        return Said(action.replace("_", " "), side="system", at=at) if action else None
    text = _text(one.get("text"))
    attached = next((name for name in ("file", "photo", "media_type") if one.get(name)), None)
    if attached:
        text = f"{text}\n<{one.maybe_text(attached)}>".strip()
    return Said(text, one.maybe_text("from") or one.maybe_text("from_id"), at=at)


def _text(value: object) -> str:
    """Return a text, which may be written in pieces with their looks."""
    pieces = cast("list[Any]", value) if isinstance(value, list) else [value]
    return "".join(
        str(cast("dict[str, Any]", each).get("text") or "") if isinstance(each, dict) else str(each or "")
        for each in pieces
    )
