"""Targets of notices: who may have which, and the states of sending to one."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple, get_args

from msgspec import Meta, Struct

from auscult.domain import errors
from auscult.domain.errors import RequestError, coded
from auscult.domain.notices import KINDS, Kind, Language

LONGEST_NAME, LONGEST_ADDRESS = 100, 2_000
MOST = 10
"""Targets of one person, and of one app."""
MOST_TRIES = 5
SENDING_FOR = timedelta(minutes=10)
"""The time after which a message that is being sent counts as unknown: its process has ended."""
APP_KINDS: tuple[Kind, ...] = ("assigned", "taken", "late", "to_decide", "decided")
"""Kinds of an app's own targets: work that waits, and no talk of people."""

TRIAL: Mapping[Language, tuple[str, str]] = {
    "en": ("auscult: trial message", "Notices of auscult arrive here."),
    "de": ("auscult: Probenachricht", "Mitteilungen von auscult kommen hier an."),
}
"""Title and text of a message that there is nothing to report; the API has no catalogue of texts."""

State = Literal["ready", "waiting", "sending", "unknown", "failed"]
"""Waiting: the last message was refused, and is tried again. Unknown: it may have arrived. Failed: nothing more is sent."""


class NewTarget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A target to add: the caller's own, or one of the app. ``address`` is one of Apprise, such as `slack://…`."""

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    address: Annotated[str, Meta(min_length=1, max_length=LONGEST_ADDRESS)]
    kinds: Annotated[tuple[Kind, ...], Meta(min_length=1, max_length=len(get_args(Kind)))]
    language: Language = "en"
    is_of_app: bool = False


class Target(Struct, frozen=True, kw_only=True):
    """A target. ``person`` is null for one of the app; ``service`` is the name of what it leads to; the address is secret.

    ``reason`` is why the last message did not arrive, or is not known to have.
    """

    target_id: str
    name: str
    service: str
    kinds: tuple[Kind, ...]
    language: Language
    person: str | None
    state: State
    reason: str
    changed_at: datetime
    made_by: str
    made_at: datetime


class Post(NamedTuple):
    """A message to send: the address of its target, its title, and its text."""

    address: str
    title: str
    text: str


def new_target_id() -> str:
    """Make an id for a target."""
    return f"tg-{uuid.uuid4().hex[:12]}"


def check_target(wanted: NewTarget) -> None:
    """Refuse a target that cannot be. Raises ``RequestError`` ``target.invalid`` with the field."""
    if not wanted.name.strip():
        raise invalid("name", coded("a target has a name"), wanted.name)
    if not wanted.kinds:
        raise invalid("kinds", coded("choose at least one"))
    allowed = APP_KINDS if wanted.is_of_app else KINDS
    others = [each for each in wanted.kinds if each not in allowed]
    if others:
        raise invalid("kinds", coded("a target of the app gets {list}", list=", ".join(allowed)), others[0])
    if "://" not in wanted.address:
        raise invalid("address", coded("give one as slack://, msteams:// or json://, as Apprise describes them"))


def invalid(field: str, message: str, value: object = None) -> RequestError:
    """Return the error of a value that cannot be used; an address is secret, and is no value of one."""
    return errors.invalid("target.invalid", field, message, value)
