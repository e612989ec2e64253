"""Loaded by every Python process of the scene: writes down each attempt to reach out, and refuses it.

Only sockets between processes of one machine that have no address on any network (AF_UNIX) may connect.
"""

import os
import socket
import sys
from typing import Any

LOG = os.environ.get("OFFLINE_LOG")
LOOKS_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


def guard(event: str, args: tuple[Any, ...]) -> None:
    """Refuse what would go out."""
    goes_out = event in LOOKS_UP or (event in CONNECTS and args[0].family != socket.AF_UNIX)
    if goes_out and LOG:
        with open(LOG, "a", encoding="utf-8") as log:  # noqa: PTH123  (as little as can be is imported here)
            log.write(f"{sys.argv}: {event} {args[1:]}\n")
        raise PermissionError(f"this test lets nothing out: {event} {args[1:]}")


sys.addaudithook(guard)
