"""A live conversation of the demo that goes on by itself: chats of the examples, one after the other, as they were typed."""

import threading
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from auscult.cli.operations.demo.naming import conversations_of
from auscult.domain.tenancy import Client, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auscult.domain.conversation import Conversation

_SPEED = 0.3
"""Of chats without times: a message every ten seconds, as people type."""
_MOST = 300
"""A demo that is left on for days is not filled with chats."""


def begin(address: str, client: Client, tenant: Tenant, recorded: Path) -> threading.Thread:
    """Play the chats of a file to the server at ``address`` in the background, until it stops."""
    thread = threading.Thread(target=_play, args=(address, client, tenant, recorded), name="demo live", daemon=True)
    thread.start()
    return thread


def _play(address: str, client: Client, tenant: Tenant, recorded: Path) -> None:
    from auscult.client.connection import Access, RemoteError
    from auscult.client.simulator import Pace, play
    from auscult.client.sse import Hook

    access = Access(
        client_id=client.client_id,
        client_secret=client.secret,
        account=tenant.account_id,
        app=tenant.app_id,
        org=tenant.org_id,
    )
    with Hook(address, access) as hook:
        try:
            for _ in play(hook, _chats(tenant.app_id, recorded), Pace(is_now=True, speed=_SPEED)):
                pass
        except RemoteError:
            return  # the server has stopped


def _chats(app_id: str, recorded: Path) -> "Iterator[Conversation]":
    """Yield the chats of a file in turn, each under an id of its own, by agents with names."""
    began = f"{datetime.now(UTC):%Y%m%d%H%M%S}"
    chats = conversations_of([recorded], app_id)
    for number, chat in enumerate(islice(cycle(chats), _MOST), 1):
        yield replace(chat, id=f"live-{began}-{number}")
