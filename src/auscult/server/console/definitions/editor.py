"""The builders of scorecards and taxonomies: the document as fields, changed in place, stored as a draft and published."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, NamedTuple

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.definitions.definition import Definition, DefinitionKind
from auscult.domain.definitions.form_version import DraftMovedError, signed
from auscult.domain.errors import Coded, coded
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.definitions.drafts import (
    SAID_SAVED,
    Edited,
    Texts,
    base_of,
    draft_view,
    status_of,
    stored_of,
    text_of,
    texts_of,
)
from auscult.server.console.definitions.faults import Faults, fault_links
from auscult.server.console.definitions.forms.editor_view import Difference, DocumentView
from auscult.server.console.definitions.forms.listing import require_editor
from auscult.server.console.definitions.picks import known_of
from auscult.server.console.definitions.scorecards.builder import CardBuilder, Known, card_builder, spot_of
from auscult.server.console.definitions.scorecards.changes import Edit, with_card_changes
from auscult.server.console.definitions.scorecards.differences import card_differences
from auscult.server.console.definitions.taxonomies.builder import TreeBuilder, trail, tree_builder
from auscult.server.console.definitions.taxonomies.changes import with_topic_changes
from auscult.server.console.definitions.taxonomies.differences import topic_differences
from auscult.server.console.frame.posted import Given, Posted, one, sentence
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.history.sorted_topics import words_of
from auscult.server.console.people.names import names_of_people
from auscult.services.definitions.forms.document import Document, Problem, Value, path_of, read_document
from auscult.services.definitions.scorecards import check_scorecard, known_metrics
from auscult.services.definitions.taxonomies import check_taxonomy
from auscult.services.scoring.classification import check_against

_SAVED = "saved"
_TOPIC = re.compile(r"\btopics\[\d+\](?:\.topics\[\d+\])*")
_LONGEST_LIST = 2_000
"""Names that a page offers at most; others are found when they are typed."""


class DefinitionVersion(Struct, frozen=True, kw_only=True):
    """One version in the list: when it was published, who did it and why."""

    number: int
    by: str
    when: str
    why: str
    is_in_force: bool


class DefinitionEditorView(DocumentView, frozen=True, kw_only=True):
    """The editor of one document.

    ``problem_at``: the path of the list that something could not be added to, empty for other problems. ``lists``: the
    names that fields offer, by the name of the list. ``why``: the reason for the next version, as it was typed.
    """

    kind: str
    back: str
    panel: str
    tabs: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    builder: CardBuilder | TreeBuilder
    differences: tuple[Difference, ...]
    before: str
    why: str = ""
    versions: tuple[DefinitionVersion, ...]
    about_versions: str


class _Checked(NamedTuple):
    """The faults of a document; without any, it can be published."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


class _Built(NamedTuple):
    """A document with all that its builder is made of."""

    document: Document
    stored: object
    faults: Faults
    warned: Faults
    known: Known
    chosen: str


class Builder(NamedTuple):
    """The differences of the two builders. ``lists``: names that fields offer, by the name of the list."""

    kind: DefinitionKind
    noun: str
    title: str
    path: str
    panel: str
    tabs: tuple[tuple[str, str], ...]
    about_versions: str
    faulty: str
    check: Callable[[Visit, bytes], _Checked]
    change: Callable[[Visit, Given, bytes, str, Known], Edit]
    build: Callable[[_Built], CardBuilder | TreeBuilder]
    compare: Callable[[bytes, bytes, Known], tuple[Difference, ...] | None]
    lists: Callable[[Known], dict[str, list[str]]]


class _Editor(Controller):
    """The builder of one definition, as ``of`` describes it."""

    of: ClassVar[Builder]

    @get(sync_to_thread=True)
    def show(self, name: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show the draft of a definition, or its version in force."""
        require_editor(visit)
        is_saved = _SAVED in visit.query.get("done", ())
        note = _(SAID_SAVED) if is_saved else ""
        edited = Edited(_in_use(visit, self.of, name))
        view = _view(visit, self.of, name, replace(edited, note=note), known_of(visit))
        return visit.page("definitions/editor", self.of.title, view)

    @post(sync_to_thread=True)
    def act(self, name: FromPath[str], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Run the action of a button: change, save or publish the document. With ``part``, return only that."""
        return _acted(visit, self.of, name, data)


def _acted(visit: Visit, of: Builder, name: str, data: Given) -> Response[str] | Redirect:
    """Run the action of a button, and return the page, the part of it that changes, or where it leads."""
    require_editor(visit)
    known, texts = known_of(visit), _texts(visit, of, name)
    base, back = base_of(data, _in_use(visit, of, name)), texts.brought_back(one(data, "act"))
    edited = Edited(back) if back is not None else _changed(visit, of, data, base, known)
    edited = replace(edited, revision=one(data, "revision"))
    done = texts.acted(visit, edited, data, lambda edited: _kept(visit, of, name, edited, data))
    if isinstance(done, Redirect):
        return done
    view = replace(_view(visit, of, name, done, known), why=one(data, "note"))
    status = status_of(view.draft, done, data)
    if "part" in data:
        return visit.part(of.panel.removesuffix(".html"), view, status)
    return visit.page("definitions/editor", of.title, view, status)


def _texts(visit: Visit, of: Builder, name: str) -> Texts:
    def differences(here: bytes, there: bytes) -> tuple[Difference, ...] | None:
        return of.compare(here, there, known_of(visit))

    return texts_of(visit.app.definitions, of.kind, name, differences=differences)


def _in_use(visit: Visit, of: Builder, name: str) -> bytes:
    """Return the draft of a name, else the version in force. Raises ``NotFoundError`` for a name that has neither."""
    draft = visit.app.definitions.draft(of.kind, name)
    if draft is not None:
        return draft.document
    return _in_force(visit, of, name).document


def _in_force(visit: Visit, of: Builder, name: str) -> Definition:
    stored = _newest(visit, of, name)
    if stored is None:
        raise missing(of.noun, name)
    return stored


def _newest(visit: Visit, of: Builder, name: str) -> Definition | None:
    stored = visit.app.definitions.get(of.kind, name)
    return None if stored is None or stored.removed_at is not None else stored


def _changed(visit: Visit, of: Builder, data: Given, base: bytes, known: Known) -> Edited:
    act = one(data, "act", "look")
    edit = of.change(visit, data, base, act, known)
    if edit.refused is None:
        return Edited(edit.document, opened=edit.opened, note=edit.note)
    pressed = act.removeprefix("add:") if act.startswith("add:") else ""
    at = pressed if edit.refused.field in (pressed, "new") else ""
    return Edited(edit.document, sentence(edit.refused.coded), at, opened=edit.opened)


def _kept(visit: Visit, of: Builder, name: str, edited: Edited, data: Given) -> Redirect | Edited:
    """Store, publish or discard a document; return the redirect, or the document with the obstacle.

    Where another text was saved since the document was opened, both are kept: that one is stored, this one is shown.
    """
    act = one(data, "act")
    visit.require_everywhere("form.publish" if act == "publish" else "form.edit")
    definitions, revision = visit.app.definitions, edited.revision or None
    here = f"{BASE}{of.path}/{name}"
    try:
        if act == "discard":
            definitions.discard_draft(of.kind, name, revision)
            return Redirect(here if _newest(visit, of, name) else f"{BASE}{of.path}", status_code=303)
        problem = _obstacle(visit, of, name, edited.document, act)
        if problem:
            return replace(edited, problem=problem)
        definitions.save_draft(of.kind, name, edited.document, revision)
        if act == "publish":
            definitions.publish(of.kind, name, edited.document, signed(visit.visitor.email, one(data, "note")))
            return Redirect(f"{here}?done=published", status_code=303)
    except DraftMovedError:
        return _texts(visit, of, name).with_other(visit, edited)
    return Redirect(f"{here}/edit?done={_SAVED}", status_code=303)


def _obstacle(visit: Visit, of: Builder, name: str, document: bytes, act: str) -> str:
    """Return the obstacle to an action; empty without one. A draft may have faults."""
    value = read_document(document).value
    if isinstance(value, dict) and value.get("id") != name:
        return _("The document has the id {id}; it keeps its id, {name}.").format(id=value.get("id"), name=name)
    if act == "publish" and of.check(visit, document).problems:
        return _(of.faulty)
    return ""


def _view(visit: Visit, of: Builder, name: str, edited: Edited, known: Known) -> DefinitionEditorView:
    document = read_document(edited.document)
    checked = _Checked(*(_named(document.value, each) for each in of.check(visit, edited.document)))
    stored, draft = _newest(visit, of, name), visit.app.definitions.draft(of.kind, name)
    value: Any = document.value if isinstance(document.value, dict) else {}
    earlier = read_document(stored.document).value if stored else None
    differences = of.compare(stored.document, edited.document, known) if stored else None
    metrics = {each: info.name for each, info in known.metrics.items()}
    return DefinitionEditorView(
        kind=_(of.title),
        back=of.path,
        panel=of.panel,
        tabs=tuple((part, _(label)) for part, label in of.tabs),
        lists=tuple((key, tuple(names[:_LONGEST_LIST])) for key, names in of.lists(known).items()),
        title=_title(stored.version if stored else 0, is_draft=draft is not None),
        name=str(value.get("name") or name),
        document=edited.document.decode("utf-8-sig", "replace"),
        faults=fault_links(checked.problems, checked.warnings, partial(spot_of, document.value, metrics), value),
        builder=of.build(
            _Built(
                document,
                earlier,
                Faults(checked.problems, value),
                Faults(checked.warnings),
                known,
                str(edited.opened or ""),
            )
        ),
        differences=differences or (),
        before=_("version {n}").format(n=stored.version) if stored and differences is not None else "",
        versions=tuple(_versions(visit, of, name)),
        about_versions=_(of.about_versions),
        can_publish=not checked.problems,
        may_publish=visit.principal.may_everywhere("form.publish"),
        note=edited.note,
        problem=edited.problem,
        problem_at=edited.problem_at,
        action=f"{BASE}{of.path}/{name}/edit",
        draft=draft_view(visit, stored_of(draft, stored, name), edited.document, edited.revision, edited.other),
    )


def _named(value: Value, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return faults with the names of topics in place of their paths."""

    def name(found: re.Match[str]) -> str:
        try:
            return repr(trail(value, path_of(found[0])))
        except (LookupError, TypeError):
            return found[0]

    def with_names(text: Any) -> Any:  # noqa: ANN401  (a part of a text)
        if isinstance(text, Coded):
            return coded(text.code, **{part: with_names(value) for part, value in text.parts.items()})
        return _TOPIC.sub(name, text) if isinstance(text, str) else text

    return tuple(each._replace(coded=with_names(each.coded)) for each in problems)


def _title(version: int, *, is_draft: bool) -> str:
    words = _("Draft of version {n}") if is_draft else _("Version {n}, in force")
    return words.format(n=version + 1 if is_draft else version)


def _versions(visit: Visit, of: Builder, name: str) -> list[DefinitionVersion]:
    found, names = visit.app.definitions.versions(of.kind, name), names_of_people(visit)
    return [
        DefinitionVersion(
            number=each.version,
            by=names.get(each.by, each.by) if each.by else _("the command line"),
            when=visit.reader.moment(each.published_at),
            why=each.note or "",
            is_in_force=not at and each.removed_at is None,
        )
        for at, each in enumerate(found)
    ]


def _check_card(visit: Visit, document: bytes) -> _Checked:
    found = check_scorecard(document, known_metrics=known_metrics(visit.app))
    return _Checked(found.problems, found.warnings)


def _change_card(_visit: Visit, data: Given, base: bytes, act: str, known: Known) -> Edit:
    return with_card_changes(data, text_of(data), base, act, known)


def _build_card(built: _Built) -> CardBuilder:
    return card_builder(built.document, built.stored, built.faults, built.known, built.chosen)


def _compare_cards(before: bytes, after: bytes, known: Known) -> tuple[Difference, ...] | None:
    old, new = check_scorecard(before).card, check_scorecard(after).card
    return card_differences(old, new, known) if old and new else None


def _lists_of_cards(known: Known) -> dict[str, list[str]]:
    return {
        "metrics": [each.name for each in known.metrics.values()],
        "agents": list(known.agents.values()),
        "languages": list(known.languages.values()),
    }


_CARD = Builder(
    kind="scorecard",
    noun="scorecard",
    title=later("Scorecards"),
    path="/scorecards",
    panel="definitions/parts/card_view.html",
    tabs=(
        ("questions", later("What it weighs")),
        ("settings", later("Which agents and calls")),
        ("publish", later("Publish")),
        ("text", later("Text")),
    ),
    about_versions=later("A published version counts for every period, earlier ones too."),
    faulty=later("A scorecard with a fault is not published. Each fault is shown at its field."),
    check=_check_card,
    change=_change_card,
    build=_build_card,
    compare=_compare_cards,
    lists=_lists_of_cards,
)


def _check_tree(visit: Visit, document: bytes) -> _Checked:
    found = check_against(visit.app.definitions, document)
    return _Checked(tuple(found.problems), tuple(found.warnings))


def _change_tree(visit: Visit, data: Given, base: bytes, act: str, known: Known) -> Edit:
    return with_topic_changes(data, text_of(data), base, act, known, partial(words_of, visit))


def _build_tree(built: _Built) -> TreeBuilder:
    return tree_builder(built.document, built.faults, built.warned, built.known, built.chosen)


def _compare_trees(before: bytes, after: bytes, known: Known) -> tuple[Difference, ...] | None:
    old, new = check_taxonomy(before).taxonomy, check_taxonomy(after).taxonomy
    return topic_differences(old, new, known) if old and new else None


def _lists_of_trees(known: Known) -> dict[str, list[str]]:
    return {"languages": list(known.languages.values())}


_TREE = Builder(
    kind="taxonomy",
    noun="taxonomy",
    title=later("Taxonomies"),
    path="/taxonomies",
    panel="definitions/parts/tree_view.html",
    tabs=(
        ("questions", later("Topics")),
        ("nowhere", later("Not recognised")),
        ("settings", later("Settings")),
        ("publish", later("Publish")),
        ("text", later("Text")),
    ),
    about_versions=later(
        "A published version sorts later conversations; earlier ones stay with the version that sorted them."
    ),
    faulty=later("A taxonomy with a fault is not published. Each fault is shown at its field."),
    check=_check_tree,
    change=_change_tree,
    build=_build_tree,
    compare=_compare_trees,
    lists=_lists_of_trees,
)


class ScorecardEditor(_Editor):
    """The builder of one scorecard."""

    path = "/scorecards/{name:str}/edit"
    of = _CARD


class TaxonomyEditor(_Editor):
    """The builder of one taxonomy."""

    path = "/taxonomies/{name:str}/edit"
    of = _TREE
