"""WhatsApp: the text of "Export chat", of Android and iPhone, in any language."""

import re
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from auscult.domain.conversation import AssumedField
from auscult.formats._contract import Source
from auscult.formats._others.heads import Head
from auscult.formats._others.local import CLOCK, DATE, Order, Written, moment_of, order_of, written
from auscult.formats._others.talk import Said, Talk, parted
from auscult.formats._others.text_files import TextReader
from auscult.formats._records import MissingError

_MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2068\u2069\ufeff"
_STAMP = rf"{DATE},?\s+(?:[^\W\d]{{1,3}}\s+){{0,2}}{CLOCK}"
_IPHONE = re.compile(rf"[{_MARKS}]*\[\s*{_STAMP}\s*\]\s?(?P<text>.*)")
_ANDROID = re.compile(rf"[{_MARKS}]*{_STAMP}\s+[-\u2013]\s(?P<text>.*)")
_NAMED = re.compile(r"(?P<name>[^:\n]{1,80}?):(?:\s(?P<text>.*)|$)", re.DOTALL)
_ATTACHED = re.compile(r"<[^<>:]{2,30}\s?:\s[^<>]+\.\w{2,5}>|<[^<>]{4,40}>")
_LEFT_OUT = re.compile(r"(?:omitted|weggelassen|ausgeschlossen|ausgelassen|omitid[ao]|ocultad[ao]|omis[e]?|absente?)$")
_LEAST, _LOOKED_AT = 0.3, 40
_BOTH, _LONGEST_NAME = 2, 4
"""Names of a chat of two, and words of a name."""


class _Line(NamedTuple):
    """One entry: its time, the name before the colon, and its words; ``is_marked`` begins with a mark of the program."""

    at: Written
    name: str
    text: str
    is_marked: bool


class WhatsApp(TextReader):
    """One chat a file. Notices of the program are the system's, attachments stay as a note of who sent them."""

    name: ClassVar[str] = "whatsapp"
    title: ClassVar[str] = "a WhatsApp chat"
    makers: ClassVar[tuple[str, ...]] = (
        "https://github.com/Pustur/whatsapp-chat-parser",
        "https://github.com/joweich/chat-miner",
    )

    def fits(self, head: Head) -> bool:
        """Return whether its first lines begin with a date and a time, as exports have them."""
        if head.is_json and _IPHONE.match(head.text) is None:
            return False
        lines = head.lines[:_LOOKED_AT]
        found = sum((_IPHONE.match(line) or _ANDROID.match(line)) is not None for line in lines)
        return bool(found) and found >= _LEAST * len(lines)

    def talks(self, text: str, source: Source) -> Iterator[Talk]:
        """Yield the conversations of the chat."""
        lines = _lines(text)
        order, is_shown = order_of([one.at for one in lines])
        given: Order | None = (
            "day" if source.given.date_order == "day" else "month" if source.given.date_order else None
        )
        if given and not is_shown:
            order = given
        said: list[Said] = []
        for one in lines:
            at = moment_of(one.at, order)
            if at is None:
                raise MissingError("", f"there is no such day or time as {one.at.numbers}; choose date_order")
            is_notice = not one.name or (one.is_marked and not _is_attached(one.text))
            text = one.text.strip(_MARKS + " ")
            if is_notice:
                said.append(Said(text, side="system", at=at))
            else:
                said.append(Said(text, one.name, at=at))
        doubt: dict[AssumedField, str] = {} if is_shown else {"date_order": "option" if given else order}
        parties = list(dict.fromkeys(one.label for one in said if one.label))[:_BOTH]
        chat = Talk(source=self.name, said=said, channel="chat", assumed=doubt, scope="\n".join(sorted(parties)))
        yield from parted(chat, source.given.pause_ms)


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    for raw in text.splitlines():
        found = _IPHONE.fullmatch(raw) or _ANDROID.fullmatch(raw)
        if found is None:
            if lines and raw.strip():
                lines[-1] = lines[-1]._replace(text=f"{lines[-1].text}\n{raw.strip(_MARKS)}")
            continue
        named = _NAMED.fullmatch(found["text"])
        words = (named["text"] or "") if named else found["text"]
        name = named["name"].strip(_MARKS + "~\u202f\xa0 ") if named else ""
        lines.append(_Line(written(found), name, words, words[:1] == "\u200e"))
    names = [one.name for one in lines]
    is_phone = any(_IPHONE.match(raw) for raw in text[:500].splitlines())
    if is_phone or len(set(names)) <= _BOTH:
        return lines
    # On Android a notice has no name, but may have a colon: what stands before it is the name of no one who writes.
    notices = {name for name in names if names.count(name) == 1 and len(name.split()) > _LONGEST_NAME}
    return [one._replace(name="", text=f"{one.name}: {one.text}") if one.name in notices else one for one in lines]


def _is_attached(text: str) -> bool:
    words = text.strip(_MARKS + " ")
    return _ATTACHED.match(words) is not None or _LEFT_OUT.search(words) is not None
