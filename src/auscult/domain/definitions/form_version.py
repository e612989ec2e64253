"""Versions and drafts of forms."""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from auscult.domain.errors import ConflictError, RequestError

FormKey: TypeAlias = tuple[str, int]
"""Id and version of a form."""


class DraftMovedError(ConflictError):
    """A form was changed between opening it in an editor and saving it; read it again."""

    code = "draft.moved"


class FormsMovedError(Exception):
    """A form was published or retired between evaluating conversations and recording them; evaluate them again."""


def revision_of(document: bytes) -> str:
    """Return what distinguishes one document from another: 32 hexadecimal digits."""
    return sha256(document).hexdigest()[:32]


class FormVersion(Struct, frozen=True, kw_only=True):
    """A form as it was published: the user's document, with who published it, when and why.

    The newest version of each form is in force, unless it was retired. ``by`` is the name of a user or a client, None
    where the command line published it.
    """

    form_id: str
    version: int
    document: bytes
    published_at: datetime
    retired_at: datetime | None = None
    by: str | None = None
    note: str | None = None


class Signed(NamedTuple):
    """Name of the user or client that publishes a form, and their reason."""

    by: str | None = None
    note: str | None = None


UNSIGNED = Signed()
LONGEST_NOTE = 500
"""Characters of the reason for a version."""


def signed(by: str | None, note: str | None) -> Signed:
    """Return who publishes and why, without space around the reason. Raises ``RequestError`` for one that is too long."""
    note = (note or "").strip()
    if len(note) > LONGEST_NOTE:
        raise RequestError(
            "the reason has {n} characters; give at most {most}", n=len(note), most=LONGEST_NOTE, field="note"
        )
    return Signed(by, note or None)


class FormDraft(Struct, frozen=True, kw_only=True):
    """A form that is being worked on: kept, not in force, perhaps not even right yet.

    ``based_on`` is the newest version that there was when it was saved.
    """

    form_id: str
    document: bytes
    based_on: int | None
    saved_at: datetime
