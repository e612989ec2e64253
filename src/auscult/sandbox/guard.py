"""Confinement of a process of the sandbox: what Python code in it may connect to, open and start."""

import os
import sys
from functools import partial
from typing import Any

READABLE = ("/etc/ssl", "/etc/pki", "/etc/mime.types", "/etc/localtime", "/usr/share", "/usr/lib/ssl", "/dev/null")
"""Readable besides Python itself: certificates, types of files, time zones."""
_FORBIDDEN = (
    "subprocess.",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.fork",
    "pty.spawn",
    "ctypes.dlopen",
    "os.chmod",
    "os.chown",
    "os.kill",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.truncate",
)
_CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_OF_PYTHON = tuple(
    {
        path(each)
        for each in (sys.prefix, sys.base_prefix, *sys.path)
        if each
        for path in (os.path.realpath, os.path.abspath)
    }
)
"""Folders of Python, which may lead to others by links: this process can make none."""


def guard(port: int | None = None) -> None:
    """Confine this process from now on, for good: it connects to a port of this machine, or to none.

    It starts no programs, writes no files, and reads those of Python alone.
    """
    sys.addaudithook(partial(_check, port))


def _check(port: int | None, event: str, values: tuple[Any, ...]) -> None:
    """Refuse connections to anything but the port, programs, and files. Raises ``PermissionError``."""
    if port is None and event.startswith("socket."):
        raise PermissionError("connects")
    if event in {"socket.connect", "socket.sendto"} and tuple(values[1][:2]) != ("127.0.0.1", port):
        raise PermissionError("connects past the relay")
    if event.startswith(_FORBIDDEN):
        raise PermissionError("starts a program, or changes files")
    if event == "open" and isinstance(values[0], str | bytes):
        given = os.fsdecode(values[0])
        paths = (os.path.realpath(given), os.path.normpath(os.path.join(os.getcwd(), given)))  # noqa: PTH109, PTH118
        if values[2] & _CHANGES or not (
            paths[0].startswith(READABLE) or any(each.startswith(_OF_PYTHON) for each in paths)
        ):
            raise PermissionError("opens a file")
