"""Documents that an app defines in addition to forms."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

DefinitionKind = Literal["table", "scorecard", "taxonomy", "connector", "days", "suggestions", "thresholds"]


class Definition(Struct, frozen=True, kw_only=True):
    """A document as it was put into force. The newest version of each name is in force, unless it was removed.

    ``by`` is the name of the user or client that published it, None where the command line did; ``note`` is their reason.
    """

    kind: DefinitionKind
    name: str
    version: int
    document: bytes
    published_at: datetime
    removed_at: datetime | None = None
    by: str | None = None
    note: str | None = None


class DefinitionDraft(Struct, frozen=True, kw_only=True):
    """A document that is being worked on: stored, not in force, perhaps with faults."""

    kind: DefinitionKind
    name: str
    document: bytes
    saved_at: datetime
