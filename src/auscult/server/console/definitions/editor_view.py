"""The editor of a scorecard or a taxonomy: the frame around its builder."""

from msgspec import Struct

from auscult.server.console.definitions.faults import FaultLink
from auscult.server.console.definitions.forms.editor_view import Difference, DraftView
from auscult.server.console.definitions.scorecards.builder import CardBuilder
from auscult.server.console.definitions.taxonomies.builder import TreeBuilder


class DefinitionVersion(Struct, frozen=True, kw_only=True):
    """One version in the list: when it was published, who did it and why."""

    number: int
    by: str
    when: str
    why: str
    is_in_force: bool


class DefinitionEditorView(Struct, frozen=True, kw_only=True):
    """The editor of one document.

    ``problem_at``: the path of the list that something could not be added to, empty for other problems. ``lists``: the
    names that fields offer, by the name of the list. ``why``: the reason for the next version, as it was typed.
    """

    kind: str
    back: str
    panel: str
    tabs: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    title: str
    name: str
    document: str
    faults: tuple[FaultLink, ...]
    builder: CardBuilder | TreeBuilder
    differences: tuple[Difference, ...]
    before: str
    why: str = ""
    versions: tuple[DefinitionVersion, ...]
    about_versions: str
    can_publish: bool
    may_publish: bool
    note: str
    problem: str
    problem_at: str
    action: str
    draft: DraftView
