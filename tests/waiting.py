"""How tests wait for what must come, insist on what must be there, and the ports of servers that are started again."""

import random
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

PATIENCE_S = 180
"""What is waited for comes at once, or in seconds. This limit is reached where something is broken, and a machine that
stands still for a while under the work of others is not: so it is long."""

FIXED_PORTS = range(10_000, 32_000)
"""Below what a kernel gives to whoever asks for any port, and to every connection that goes out."""


Found = TypeVar("Found")


def existing(found: Found | None) -> Found:
    """Return what was found; fail where nothing was."""
    assert found is not None
    return found


def wait_for(look: Callable[[], Any], is_so: Callable[[Any], bool]) -> Any:
    """Look until it is so; fail when it does not come to be."""
    until = time.monotonic() + PATIENCE_S
    while not is_so(found := look()):
        assert time.monotonic() < until, found
        time.sleep(0.02)
    return found


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; fail when it does not come to be."""
    wait_for(is_so, bool)


def fixed_port() -> int:
    """A port that is free now, and still is when a server that had it has ended and another takes its place."""
    while True:
        port = random.SystemRandom().choice(FIXED_PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
