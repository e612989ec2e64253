"""The principal under which commands are recorded in the access log."""

import getpass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auscult.domain.people.principal import Principal


def principal() -> str:
    """Return ``cli:NAME`` with the name of the operating system's user, ``cli:unknown`` where it has none."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli:unknown"


def as_operator() -> "Principal":
    """Return the operator, who may do everything, under that name."""
    from auscult.domain.people.principal import operator

    return operator(principal())
