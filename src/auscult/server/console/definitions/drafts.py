"""Documents in the builders: drafts are saved step by step, and kept apart from what another window has saved."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeVar

from litestar.response import Redirect
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.definitions.definition import Definition, DefinitionDraft, DefinitionKind
from auscult.domain.definitions.form_version import DraftMovedError, FormDraft, FormVersion, revision_of
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.definitions.forms.editor_view import Difference, DraftView, OtherText
from auscult.server.console.frame.posted import Given, one
from auscult.server.console.frame.visit import Visit, missing
from auscult.services.definitions.forms.document import read_document
from auscult.storage.definitions.repository import AppDefinitions

SAID_SAVED = later("Draft saved. It is not in force.")
LOADING = ("save", "publish", "discard")
"""Actions that store a document; all others change it."""
_BACK = "back:"
_BOM = b"\xef\xbb\xbf"


class Stored(NamedTuple):
    """The stored text of a document: its draft, else its newest version, when that was saved or published, and what is in force."""

    document: bytes
    at: datetime
    is_draft: bool
    in_force: bytes | None


class Edited(Struct, frozen=True):
    """A document after an action of a builder, and the result of the action.

    ``revision``: of the stored document that was opened; empty for the present one. ``problem_at``: the field that the
    problem is at. ``other``: set where another text was saved since. ``note``: what was done, in words. ``opened``: the
    part that is shown with all its fields, or that was moved.
    """

    document: bytes
    problem: str = ""
    problem_at: str = ""
    revision: str = ""
    other: OtherText | None = None
    note: str = ""
    opened: int | str | None = None


Differences = Callable[[bytes, bytes], Sequence[Difference] | None]
"""The differences of two texts in words; None where one of them cannot be read."""
AnyEdited = TypeVar("AnyEdited", bound=Edited)


class Texts(NamedTuple):
    """The stored texts of a document that has a name at a key: its draft, its versions, and how two texts differ."""

    key: str
    name: str
    draft: Callable[[], FormDraft | DefinitionDraft | None]
    version: Callable[..., FormVersion | Definition | None]
    save: Callable[[bytes, str | None], object]
    discard: Callable[[str | None], object]
    differences: Differences

    def stored(self) -> Stored:
        """Return what is stored. Raises ``NotFoundError`` without a draft and a version."""
        return stored_of(self.draft(), self.version(), self.name)

    def brought_back(self, act: str) -> bytes | None:
        """Return the document of the version that a button brings back, if it is such a button."""
        number = act.removeprefix(_BACK)
        if not act.startswith(_BACK) or not number.isdecimal():
            return None
        version = self.version(int(number))
        if version is None:
            raise missing("version", f"{self.name}, {number}")
        return version.document

    def acted(
        self, visit: Visit, edited: AnyEdited, data: Given, keep: Callable[[AnyEdited], Redirect | AnyEdited]
    ) -> Redirect | AnyEdited:
        """Store a document with ``keep`` where a button asks for it, else what a step has changed.

        Return the redirect, or the document with the obstacle.
        """
        act = one(data, "act")
        if act not in LOADING or edited.problem:
            return self._stepped(visit, edited, data) if "part" in data else edited
        done = keep(edited)
        is_step = isinstance(done, Redirect) and "part" in data and act == "save"
        return replace(edited, note=_(SAID_SAVED)) if is_step else done

    def with_other(self, visit: Visit, edited: AnyEdited) -> AnyEdited:
        """Return the document with the text that is stored by now: saving it again replaces that text, and no other."""
        stored = self.stored()
        other = OtherText(
            time=visit.reader.moment(stored.at),
            document=stored.document.decode("utf-8-sig", "replace"),
            differences=tuple(self.differences(edited.document, stored.document) or ()),
        )
        return replace(edited, revision=revision_of(stored.document), other=other)

    def _stepped(self, visit: Visit, edited: AnyEdited, data: Given) -> AnyEdited:
        """Save what a step has changed. A text that was saved meanwhile is shown until one of the two is chosen."""
        return self.with_other(visit, edited) if self._is_in_the_way(edited.document, data) else edited

    def _is_in_the_way(self, document: bytes, data: Given) -> bool:
        """Save what a step has changed, where its script asks for it; return whether another text is in the way.

        Nothing is saved that cannot be read, and a document that is what is in force has no draft.
        """
        if "clash" in data:  # the other text was shown, and neither was chosen yet
            return True
        stored, revision, value = self.stored(), one(data, "revision"), read_document(document).value
        is_changed = revision_of(document) != revision and _plain(document) != _plain(stored.document)
        is_own = isinstance(value, dict) and value.get(self.key) == self.name
        if "keep" not in data or not revision or not is_changed or not is_own:
            return False
        try:
            if stored.in_force is not None and _plain(document) == _plain(stored.in_force):
                self.discard(revision)
            else:
                self.save(document, revision)
        except DraftMovedError:
            return True
        return False


def texts_of(
    definitions: AppDefinitions,
    kind: DefinitionKind,
    name: str,
    *,
    key: str = "id",
    differences: Differences = lambda _here, _there: (),
) -> Texts:
    """Return the texts of a definition."""
    draft, version = partial(definitions.draft, kind, name), partial(definitions.get, kind, name)
    save, discard = partial(definitions.save_draft, kind, name), partial(definitions.discard_draft, kind, name)
    return Texts(key, name, draft, version, save, discard, differences)


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


def status_of(draft: DraftView, edited: Edited, data: Given) -> int:
    """Return the status of a page that shows a document after an action."""
    return 409 if draft.other else 422 if edited.problem and "part" not in data else 200


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


def _said(visit: Visit, at: datetime) -> str:
    reader = visit.reader
    return reader.time(at) if reader.local(at).date() == reader.today else reader.lately(at)


def _plain(document: bytes) -> bytes:
    """Return a document as a page has it: without a byte order mark, each line ended by LF alone."""
    return document.removeprefix(_BOM).replace(b"\r\n", b"\n")
