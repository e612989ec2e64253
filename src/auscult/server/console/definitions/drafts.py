"""Drafts in the builders: saved step by step, and kept apart from what another window has saved."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from auscult.domain.definitions.definition import Definition, DefinitionDraft
from auscult.domain.definitions.form_version import DraftMovedError, FormDraft, FormVersion, revision_of
from auscult.language import later
from auscult.server.console.definitions.forms.editor_view import ChangeView, DraftView, OtherText
from auscult.server.console.frame.posted import Given, one
from auscult.server.console.frame.visit import Visit, missing
from auscult.services.definitions.forms.document import read_document

SAID_SAVED = later("Draft saved. It is not in force.")
_BOM = b"\xef\xbb\xbf"


class Stored(NamedTuple):
    """The stored text of a document: its draft, else its newest version, when that was saved or published, and what is in force."""

    document: bytes
    at: datetime
    is_draft: bool
    in_force: bytes | None


class Drafts(NamedTuple):
    """The ways to store the drafts of one document, which has a name at a key."""

    key: str
    name: str
    save: Callable[[bytes, str], object]
    discard: Callable[[str], object]


def stored_of(draft: FormDraft | DefinitionDraft | None, version: FormVersion | Definition | None, name: str) -> Stored:
    """Return what is stored of a document. Raises ``NotFoundError`` where it has neither a draft nor a version."""
    is_gone = version is None or (version.retired_at if isinstance(version, FormVersion) else version.removed_at)
    in_force = None if version is None or is_gone else version.document
    if draft is not None:
        return Stored(draft.document, draft.saved_at, is_draft=True, in_force=in_force)
    if version is None:
        raise missing("document", name)
    return Stored(version.document, version.published_at, is_draft=False, in_force=in_force)


def text_of(data: Given, name: str = "document") -> bytes:
    """Return a document as it was typed; browsers send lines with CR LF."""
    value = data.get(name, "")
    return (value if isinstance(value, str) else value[0]).replace("\r\n", "\n").encode()


def base_of(data: Given, stored: bytes) -> bytes:
    """Return the document from which the changes of an editor began.

    Its script sends the one that it was opened with: where changes cancel each other, that is the one to return to, not
    a step that was saved in between.
    """
    begun = text_of(data, "base") if "base" in data else stored
    return stored if _plain(stored) == _plain(begun) else begun


def save_step(data: Given, document: bytes, stored: Stored, drafts: Drafts) -> bool:
    """Save what a step of an editor has changed, where its script asks for it; return whether another text is in the way.

    Nothing is saved that cannot be read, and a document that is what is in force has no draft.
    """
    if "clash" in data:  # the other text was shown, and neither was chosen yet
        return True
    revision, value = one(data, "revision"), read_document(document).value
    is_changed = revision_of(document) != revision and _plain(document) != _plain(stored.document)
    is_own = isinstance(value, dict) and value.get(drafts.key) == drafts.name
    if "keep" not in data or not revision or not is_changed or not is_own:
        return False
    try:
        if stored.in_force is not None and _plain(document) == _plain(stored.in_force):
            drafts.discard(revision)
        else:
            drafts.save(document, revision)
    except DraftMovedError:
        return True
    return False


def draft_view(visit: Visit, stored: Stored, document: bytes, revision: str, other: OtherText | None) -> DraftView:
    """Show whether a document in an editor is stored, and as what."""
    is_stored = _plain(document) == _plain(stored.document)
    return DraftView(
        user=visit.visitor.email,
        revision=revision_of(stored.document) if is_stored or not revision else revision,
        is_stored=is_stored,
        saved=_said(visit, stored.at) if is_stored and stored.is_draft else "",
        other=None if is_stored else other,
    )


def other_text(visit: Visit, stored: Stored, differences: tuple[ChangeView, ...] = ()) -> OtherText:
    """Show the text that another window has saved."""
    document = stored.document.decode("utf-8-sig", "replace")
    return OtherText(time=visit.reader.moment(stored.at), document=document, differences=differences)


def _said(visit: Visit, at: datetime) -> str:
    reader = visit.reader
    return reader.time(at) if reader.local(at).date() == reader.today else reader.lately(at)


def _plain(document: bytes) -> bytes:
    """Return a document as a page has it: without a byte order mark, each line ended by LF alone."""
    return document.removeprefix(_BOM).replace(b"\r\n", b"\n")
