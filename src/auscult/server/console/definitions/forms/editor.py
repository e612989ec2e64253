"""The editor of a form: its YAML and a form view of the same document, checked, tried, compared and published."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from auscult.domain.definitions.form_version import DraftMovedError, FormVersion
from auscult.domain.errors import AuscultError, RequestError
from auscult.language import gettext as _
from auscult.server.console.definitions.drafts import (
    SAID_SAVED,
    Edited,
    Texts,
    base_of,
    draft_view,
    status_of,
    stored_of,
    text_of,
)
from auscult.server.console.definitions.forms.builder import BuilderView, Known, builder_view, form_faults
from auscult.server.console.definitions.forms.changes import with_changes
from auscult.server.console.definitions.forms.days import first_day_to_come, with_first_day
from auscult.server.console.definitions.forms.editor_view import Difference, EditorView, difference_views
from auscult.server.console.definitions.forms.listing import PATH, require_editor
from auscult.server.console.definitions.forms.overlaps import left_to_the_other, overlaps_of, taken_from, taken_in
from auscult.server.console.definitions.forms.packs import PacksView, choices, pack_views
from auscult.server.console.definitions.forms.publishing import done_note, editor_page, publish_and_score, score_again
from auscult.server.console.definitions.forms.sentences import Sentences, sentences_of
from auscult.server.console.definitions.picks import columns_of_tables, languages_of, names_for
from auscult.server.console.form_examples import doubt_of
from auscult.server.console.frame.posted import Given, Posted, one, sentence
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.console.history.trial_view import TrialView, unasked
from auscult.server.console.history.trial_words import SAY, with_said
from auscult.server.console.history.trials import kept_trial, untried
from auscult.services.definitions.forms.difference import Named, choose, compared
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.drafts import document_in_use, save_draft
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.publish import check_against
from auscult.services.definitions.forms.reading import FormCheck, check_form

_SAVED = "saved"
ANYWAY = "anyway"
"""In the address: publish a form although it answers examples otherwise."""


class EditedForm(Edited, frozen=True):
    """A form after an action; a question is opened by its number, a section by its path.

    ``is_doubted``: the problem is one that a person may overrule. ``taken``: the forms that leave their queues to this one.
    """

    is_doubted: bool = False
    taken: tuple[str, ...] = ()


class FormEditorPage(Controller):
    """The editor of one form."""

    path = "/forms/{form_id:str}"

    @get(sync_to_thread=True)
    def show(self, form_id: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show the draft of a form, or its version in force."""
        require_editor(visit)
        is_saved = visit.done == _SAVED
        note, left = (_(SAID_SAVED), None) if is_saved else done_note(visit, form_id, visit.done)
        document = document_in_use(visit.app.forms, form_id)
        edited = EditedForm(document, taken=taken_from(visit.query))
        view = editor_view(visit, form_id, edited, note, kept_trial(visit, form_id, document))
        return editor_page(visit, view, {}, left=left)

    @post(sync_to_thread=True)
    def act(self, form_id: FromPath[str], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Run the action of a button: change, try, save or publish the document. With ``part``, return only that."""
        require_editor(visit)
        base = base_of(data, document_in_use(visit.app.forms, form_id))
        act, document = one(data, "act", "look"), text_of(data)
        if act == "again":
            visit.require_everywhere("form.publish")
            return Redirect(f"{PATH}/{form_id}?done={score_again(visit, form_id)}", status_code=303)
        texts = _texts(visit, form_id)
        back = texts.brought_back(act)
        edited = EditedForm(back) if back is not None else _changed(data, document, base, act)
        if act == SAY and not edited.problem:
            edited = _with_said(visit, edited, base, data)
        edited = replace(
            edited,
            document=left_to_the_other(visit, edited.document, act),
            revision=one(data, "revision"),
            taken=taken_in(data),
        )
        done = texts.acted(visit, edited, data, lambda edited: _kept(visit, form_id, edited, data))
        if isinstance(done, Redirect):
            return done
        view = editor_view(visit, form_id, done, done.note)
        status = status_of(view.draft, done, data)
        if "part" in data:
            return visit.part("definitions/parts/form_view", view, status)
        return editor_page(visit, view, data, status)

    @get("/backtests/{backtest_id:str}", sync_to_thread=True)
    def backtest(self, form_id: FromPath[str], backtest_id: FromPath[str]) -> Redirect:  # noqa: ARG002  (a former address)
        """Lead to where a form is tried, as back-tests had pages of their own."""
        return Redirect(f"{PATH}/{form_id}#part-try", status_code=301)


def _changed(data: Given, document: bytes, base: bytes, act: str) -> EditedForm:
    """Change the document as requested in the builder: first what was typed, then the action of the button."""
    edit = with_changes(data, document, base, act)
    if edit.refused is None:
        return EditedForm(edit.document, opened=edit.opened)
    at = act if act.startswith(f"pack:metrics.{edit.opened}.") else ""
    return EditedForm(edit.document, sentence(edit.refused.coded), at, opened=edit.opened)


def _with_said(visit: Visit, edited: EditedForm, base: bytes, data: Given) -> EditedForm:
    """Add words of a conversation to a question."""
    try:
        document, note = with_said(visit, edited.document, base, data)
    except AuscultError as error:
        return replace(edited, problem=sentence(error.coded))
    return replace(edited, document=document, note=note)


def _texts(visit: Visit, form_id: str) -> Texts:
    forms = visit.app.forms
    draft, version = partial(forms.draft, form_id), partial(forms.get, form_id)
    save, discard = partial(forms.save_draft, form_id), partial(forms.discard_draft, form_id)
    return Texts("id", form_id, draft, version, save, discard, _difference)


def _difference(here: bytes, there: bytes) -> tuple[Difference, ...]:
    mine, theirs = check_form(here).form, check_form(there).form
    if mine is None or theirs is None:
        return ()
    return difference_views(compared(Named(name="here", form=mine), Named(name="there", form=theirs)))


def _kept(visit: Visit, form_id: str, edited: EditedForm, data: Given) -> Redirect | EditedForm:
    """Save, publish or discard a document; return the redirect, or the document with the fault.

    Where another text was saved since the document was opened, both are kept: that one is stored, this one is shown.
    """
    visit.require_everywhere("form.publish" if one(data, "act") == "publish" else "form.edit")
    if one(data, "act") == "publish" and ANYWAY not in visit.query:
        doubt = doubt_of(visit, edited.document)
        if doubt:
            return replace(edited, problem=doubt, is_doubted=True)
    try:
        if one(data, "act") == "publish" and isinstance(read_document(edited.document).value, dict):
            edited = replace(edited, document=with_first_day(visit, edited.document, data))
        done = _stored(visit, form_id, edited, data)
    except RequestError as error:
        return replace(edited, problem=sentence(error.coded))
    except DraftMovedError:
        return _texts(visit, form_id).with_other(visit, edited)
    return replace(edited, problem=done) if isinstance(done, str) else done


def _stored(visit: Visit, form_id: str, edited: EditedForm, data: Given) -> Redirect | str:
    """Store a document, or remove the draft; return the redirect, or the fault. Raises ``DraftMovedError``."""
    act = one(data, "act")
    forms, answered = visit.app.forms, visit.services.answered()
    document, revision = edited.document, edited.revision or None
    if act == "discard":
        forms.discard_draft(form_id, revision)
        known = forms.get(form_id) is not None
        return Redirect(f"{PATH}/{form_id}" if known else PATH, status_code=303)
    check = check_against(forms, document, answered, edited.taken)
    problem = _obstacle(form_id, document, check, act)
    if problem:
        return problem
    try:
        save_draft(forms, document, answered, revision=revision)
        done = publish_and_score(visit, form_id, data, edited.taken) if act == "publish" else _SAVED
    except DraftMovedError:
        raise
    except AuscultError as error:
        return sentence(error.coded)
    kept = [("take", each) for each in edited.taken] if done == _SAVED else []
    return Redirect(f"{PATH}/{form_id}?{urlencode([('done', done), *kept])}", status_code=303)


def _obstacle(form_id: str, document: bytes, check: FormCheck, act: str) -> str:
    """Return the obstacle to an action; empty without one. A draft may have faults."""
    named = read_document(document).value
    if isinstance(named, dict) and named.get("id") != form_id:
        text = _("The document has the id {id}; a form keeps its id, {form_id}.")
        return text.format(id=named.get("id"), form_id=form_id)
    if act == "publish" and (check.form is None or check.unanswered):
        return _("A form with a fault is not published. The list leads to each.")
    return ""


def editor_view(
    visit: Visit, form_id: str, edited: EditedForm, note: str, trial: TrialView | None = None
) -> EditorView:
    """Return the editor as it shows a document, with a trial of it."""
    forms = visit.app.forms
    check = check_against(forms, edited.document, visit.services.answered(), edited.taken)
    document = read_document(edited.document)
    value = document.value if isinstance(document.value, dict) else {}
    version, draft = forms.get(form_id), forms.draft(form_id)
    before, changes = _differences(visit, form_id, check)
    known = _known(visit, form_id, value, edited.opened)
    builder = builder_view(document, (*check.problems, *check.unanswered), edited.opened, known)
    return EditorView(
        form_id=form_id,
        title=_title(visit, version, is_draft=draft is not None),
        name=str(value.get("name", form_id)),
        document=edited.document.decode("utf-8-sig", "replace"),
        faults=form_faults(document, check),
        builder=builder,
        sentences=_sentences(value, builder),
        packs=_packs(value, edited.opened),
        unasked=unasked(check.form) if check.form else "",
        differences=changes,
        before=before,
        trial=trial or untried(visit, form_id),
        can_publish=check.form is not None and not check.unanswered,
        may_publish=visit.principal.may_everywhere("form.publish"),
        note=note,
        problem=edited.problem,
        problem_at=edited.problem_at,
        anyway=f"{PATH}/{form_id}?{ANYWAY}=1" if edited.is_doubted else "",
        action=f"{PATH}/{form_id}",
        draft=draft_view(visit, stored_of(draft, version, form_id), edited.document, edited.revision, edited.other),
        choices=choices(),
        names=known.names,
        overlaps=overlaps_of(visit, edited.document, edited.taken) if edited.taken or _overlaps(check) else (),
    )


def _known(visit: Visit, form_id: str, value: Mapping[str, Any], opened: int | str | None) -> Known:
    metrics = mappings(dict(value), "metrics")
    metric = metrics[opened] if isinstance(opened, int) and opened < len(metrics) else {}
    return Known(
        stored=read_document(document_in_use(visit.app.forms, form_id)).value,
        queues=visit.reader.queues.present(),
        languages=languages_of(visit.reader),
        tables=columns_of_tables(visit) if "source" in metric else {},
        names=names_for(visit, metric),
    )


def _sentences(value: Mapping[str, Any], builder: BuilderView) -> Sentences | None:
    """Return the question that is open in sentences."""
    chosen = (each for section in builder.sections for each in section.questions if each.fields)
    return next((sentences_of(mappings(dict(value), "metrics")[each.place], each) for each in chosen), None)


def _overlaps(check: FormCheck) -> bool:
    return any(each.field.startswith("assignments") for each in check.problems)


def _packs(value: Mapping[str, Any], opened: int | str | None) -> tuple[PacksView, ...]:
    """Return the searches of the open question that can use ready lists of words."""
    metrics = mappings(dict(value), "metrics")
    if not isinstance(opened, int) or opened >= len(metrics):
        return ()
    return tuple(pack_views(metrics[opened], f"metrics.{opened}"))


def _title(visit: Visit, version: FormVersion | None, *, is_draft: bool) -> str:
    if is_draft or version is None:
        return _("Draft of version {n}").format(n=(version.version if version else 0) + 1)
    first = first_day_to_come(version, visit)
    if first is not None:
        return _("Version {n}, from {day} on").format(n=version.version, day=visit.reader.day(first))
    return _("Version {n}, in force").format(n=version.version)


def _differences(visit: Visit, form_id: str, check: FormCheck) -> tuple[str, tuple[Difference, ...]]:
    """Return the version that the document is compared with, and the differences."""
    if check.form is None or visit.app.forms.get(form_id) is None:
        return "", ()
    earlier = choose(visit.app.forms, form_id)
    name = earlier.name if earlier.version is None else _("version {n}").format(n=earlier.version)
    return name, difference_views(compared(earlier, Named(name="document", form=check.form)))
