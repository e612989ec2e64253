"""What the pipeline needs of forms from the outside."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct


class FormVersion(Struct, frozen=True, kw_only=True):
    """A form as it was published: the user's document, and when.

    The newest version of each form is in force, unless it was retired.
    """

    form_id: str
    version: int
    document: bytes
    published_at: datetime
    retired_at: datetime | None = None


class FormDraft(Struct, frozen=True, kw_only=True):
    """A form that is being worked on: kept, not in force, perhaps not even right yet.

    ``based_on`` is the newest version that there was when it was saved.
    """

    form_id: str
    document: bytes
    based_on: int | None
    saved_at: datetime


class Forms(Protocol):
    """The forms of one app."""

    def publish(self, form_id: str, document: bytes) -> FormVersion:
        """Store a new version; the same document as the version in force stores nothing and gives that one.

        A draft that is the same document is done with.
        """
        ...

    def retire(self, form_id: str) -> FormVersion:
        """Put a form out of force; its versions stay, and publishing it again makes a new one.

        Raises ``NotFoundError`` when it was never published.
        """
        ...

    def in_force(self) -> list[FormVersion]:
        """The newest version of each form that is not retired, by form id."""
        ...

    def get(self, form_id: str, version: int | None = None) -> FormVersion | None:
        """One version, or the newest."""
        ...

    def versions(self, form_id: str) -> list[FormVersion]:
        """Every version of a form, the newest first; none when it is unknown."""
        ...

    def save_draft(self, form_id: str, document: bytes) -> FormDraft:
        """Keep a document that is not in force, in place of the draft that there was."""
        ...

    def draft(self, form_id: str) -> FormDraft | None:
        """The draft of a form, if it has one."""
        ...

    def drafts(self) -> list[FormDraft]:
        """The drafts of all forms, by form id."""
        ...

    def discard_draft(self, form_id: str) -> bool:
        """Forget a draft; whether there was one."""
        ...
