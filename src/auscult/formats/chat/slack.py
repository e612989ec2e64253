"""Slack: a day of a channel in an export, or a channel's history as the API returns it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec

from auscult.formats._contract import Source
from auscult.formats._faults import DECODE_ERRORS
from auscult.formats._others.heads import Head, dicts_in, first_of
from auscult.formats._others.json_records import JsonListReader
from auscult.formats._others.talk import Said, Talk, parted
from auscult.formats._records import Fields, MissingError

_TS = re.compile(r"\d{9,11}\.\d{1,6}")
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto|tel):[^|>]+)(?:\|([^>]*))?>")
_NOTICES = frozenset(
    {"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "group_join"}
)


class Slack(JsonListReader):
    """One array of messages a file. Names are the messages' own, else those of ``users.json`` next to the folder."""

    name: ClassVar[str] = "slack"
    title: ClassVar[str] = "a Slack export"
    makers: ClassVar[tuple[str, ...]] = (
        "https://slack.com/help/articles/220556107-How-to-read-Slack-data-exports",
        "https://github.com/hfaran/slack-export-viewer",
    )
    keys: ClassVar[frozenset[str]] = frozenset({"ok", "messages", "has_more", "response_metadata", "pin_count"})

    def fits(self, head: Head) -> bool:
        """Return whether it is a list of messages with Slack's timestamps, or holds one."""
        inside = dicts_in(head.record.get("messages")) or head.records
        first = inside[0] if inside else {}
        return first.get("type") == "message" and _TS.fullmatch(str(first.get("ts"))) is not None

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it has messages."""
        return "messages" in record

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the conversations of the channel, the oldest first."""
        names = _names(source)
        messages = [one for one in record.each("messages") if one.maybe_text("type") in (None, "message")]
        said = sorted((_message(one, names) for one in messages), key=lambda one: one.at or datetime.now(UTC))
        scope = source.name.rpartition("/")[0].rpartition("/")[2]
        yield from parted(Talk(source=self.name, said=said, channel="chat", scope=scope), source.given.pause_ms)


def _names(source: Source) -> dict[str, str]:
    folder = source.name.rpartition("/")[0].rpartition("/")[0]
    data = source.siblings(f"{folder}/users.json".lstrip("/"))
    try:
        users: Any = msgspec.json.decode(data or b"[]")
    except DECODE_ERRORS:
        return {}
    return {
        str(user.get("id")): str(
            user.get("real_name") or first_of(user, "profile").get("real_name") or user.get("name") or user.get("id")
        )
        for user in dicts_in(users)
    }


def _message(one: Fields, names: dict[str, str]) -> Said:
    stamp = one.text("ts", "a time as 1792400000.000100")
    if _TS.fullmatch(stamp) is None:
        raise MissingError(one.path_of("ts"), f"ts is {stamp[:40]!r}; it should be a time as 1792400000.000100")
    at = datetime.fromtimestamp(float(stamp), UTC)
    user = one.maybe_text("user")
    about = one.fields("user_profile")
    label = about.maybe_text("real_name") or about.maybe_text("name") or names.get(user or "") or user
    text = _MENTION.sub(lambda found: f"@{names.get(found[1], found[1])}", one.words("text", "the words"))
    text = _LINK.sub(lambda found: found[2] or found[1], text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if one.maybe_text("subtype") in _NOTICES:
        return Said(text, side="system", at=at)
    if user is None and (one.get("bot_id") or one.maybe_text("subtype") == "bot_message"):
        return Said(text, one.maybe_text("username") or one.maybe_text("bot_id"), side="bot", at=at)
    return Said(text, label or one.maybe_text("username"), at=at)
