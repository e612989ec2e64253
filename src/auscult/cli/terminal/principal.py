"""The principal under which commands are recorded in the access log."""

import getpass


def principal() -> str:
    """Return ``cli:NAME`` with the name of the operating system's user, ``cli:unknown`` where it has none."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli:unknown"
