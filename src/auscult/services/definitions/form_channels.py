"""Form document for several channels: ``channels: [voice, chat]`` instead of ``channel``.

It means one document a channel. In ``id`` and ``name``, ``{channel}`` is the channel; keys of only one channel
are under its name: ``voice: {min_duration: 15s}``.
"""

import re

from auscult.domain.conversation import Channel

CHANNELS: tuple[Channel, ...] = ("voice", "chat")
_LINE = re.compile(rb"^channels: *\[([a-z, ]+)\] *(?:#.*)?$", re.MULTILINE)
_NAMED = re.compile(rb"^(?:id|name): .*$", re.MULTILINE)


def by_channel(document: bytes) -> dict[Channel, bytes]:
    """Return one document for each of the ``channels`` of a form; empty for a document without that key."""
    line = _LINE.search(document)
    if line is None:
        return {}
    wanted = {word.strip() for word in line[1].decode().split(",")}
    return {channel: _for(channel, document) for channel in CHANNELS if channel in wanted}


def _for(channel: Channel, document: bytes) -> bytes:
    text = _LINE.sub(b"channel: " + channel.encode(), document, count=1)
    text = _NAMED.sub(lambda found: found[0].replace(b"{channel}", channel.encode()), text)
    for one in CHANNELS:
        own = re.compile(rb"^%s: *\{([^{}\n]*)\} *(?:#.*)?\n" % one.encode(), re.MULTILINE)
        text = own.sub(_lines if one == channel else b"\n", text)
    return text


def _lines(found: re.Match[bytes]) -> bytes:
    return b"".join(key.strip() + b"\n" for key in found[1].split(b","))
