"""Drafts of forms: saved, compared with the version in force, published, discarded."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Router, delete, get, post, put
from litestar.params import RawBody
from msgspec import Struct

from auscult.domain.definitions.form_version import FormDraft, signed
from auscult.domain.errors import RequestError
from auscult.server.api.definitions import form_views
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusal, refusals
from auscult.server.rest.parameters import FormId, PublishingNote, query
from auscult.server.rest.threads import in_slow_thread
from auscult.services.definitions.form_packs import publish_pinned
from auscult.services.definitions.forms.difference import ComparedForms, Named, choose, choose_two, compared
from auscult.services.definitions.forms.drafts import form_id_of, get_draft
from auscult.services.definitions.forms.publish import check_against
from auscult.services.definitions.forms.reading import FormCheck, check_form


class DraftItem(Struct, frozen=True, kw_only=True):
    """A draft in a list. ``based_on``: the newest version when it was saved, null if there was none."""

    id: str
    based_on: int | None
    saved_at: datetime
    can_be_published: bool


class DraftList(Struct, frozen=True, kw_only=True):
    """The drafts of all forms."""

    items: tuple[DraftItem, ...]
    next_cursor: None = None


class Draft(DraftItem, frozen=True, kw_only=True):
    """A draft with its document, and all problems that prevent publishing it."""

    problems: tuple[form_views.FormProblem, ...]
    document: str


class DraftKept(DraftItem, frozen=True, kw_only=True):
    """A saved draft, and all problems that prevent publishing it."""

    problems: tuple[form_views.FormProblem, ...]


_WHICH = {"pattern": "^([0-9]{1,10}|draft)$"}
Before = Annotated[
    str | None,
    query("The number of a version, or the word draft. Without it, the newest version.", schema_extra=_WHICH),
]
_ITEM: dict[str, Any] = {
    "id": "ef-billing",
    "based_on": 2,
    "saved_at": "2026-03-24T08:00:00Z",
    "can_be_published": True,
}
_KEPT: dict[str, Any] = {**_ITEM, "problems": []}
_DIFFERENCE: dict[str, Any] = {
    "before": {"id": "ef-billing", "name": "version 2", "version": 2},
    "after": {"id": "ef-billing", "name": "draft", "version": None},
    "same": False,
    "changes": [{"field": "pass_score", "aspect": "pass_score", "before": 70, "after": 75}],
    "metrics": [
        {
            "id": "em-greeting",
            "name": "Greeting",
            "change": "changed",
            "judged_anew": True,
            "changes": [
                {
                    "field": "answer.any_of[0].phrases",
                    "aspect": "wording",
                    "before": ["hello, this is"],
                    "after": ["hello, this is", "good morning"],
                    "gone": [],
                    "come": ["good morning"],
                }
            ],
        }
    ],
    "reordered": False,
}


@get(
    "/drafts",
    operation_id="list_drafts",
    summary="List drafts of forms",
    guards=[reading("forms")],
    responses={200: answer("The drafts.", DraftList, {"items": [_ITEM], "next_cursor": None})},
)
@in_slow_thread
def listing(app: App, server: Server) -> DraftList:
    """List drafts by the id of the form; a form has at most one draft."""
    found = ((each, check_against(app.forms, each.document, server.answered())) for each in app.forms.drafts())
    return DraftList(items=tuple(DraftItem(**_item(each, check)) for each, check in found))


@get(
    "/forms/{form_id:str}/draft",
    operation_id="get_draft",
    summary="The draft of a form",
    guards=[reading("forms")],
    responses={200: answer("The draft.", Draft, {**_KEPT, "document": "id: ef-billing\nname: Billing calls\n"})},
)
@in_slow_thread
def show(form_id: FormId, app: App, server: Server) -> Draft:
    """Return a draft with its document, and the problems that prevent publishing it now."""
    found = get_draft(app.forms, form_id)
    check = check_against(app.forms, found.document, server.answered())
    return Draft(
        **_item(found, check),
        problems=form_views.problems(check),
        document=found.document.decode("utf-8-sig", "replace"),
    )


@put(
    "/forms/{form_id:str}/draft",
    operation_id="save_draft",
    summary="Save a draft",
    guards=[writing("forms", "form.edit")],
    responses={
        200: answer("The draft is kept.", DraftKept, _KEPT),
        413: refusal(form_views.REFUSED_STATUSES[413]),
        422: refusal("The document cannot be read at all, or has no id; `errors` has every fault."),
    },
    takes=form_views.BODY,
)
@in_slow_thread
def save(form_id: FormId, body: RawBody, app: App, server: Server) -> DraftKept:
    """Save a document as the draft of a form, replacing the earlier draft.

    It may still have errors, as long as it has the id of the form; the answer lists what to correct.
    """
    forms = app.forms
    check = check_against(forms, body, server.answered())
    named = form_id_of(body, check)
    if named is None:
        raise form_views.refused(check)
    if named != form_id:
        raise RequestError(
            f"The document is of the form {named}; send it to the path of that form.",
            code="draft.misnamed",
            field="id",
            value=named,
        )
    saved = forms.save_draft(form_id, body)
    return DraftKept(**_item(saved, check), problems=form_views.problems(check))


@delete(
    "/forms/{form_id:str}/draft",
    operation_id="discard_draft",
    summary="Discard a draft",
    guards=[writing("forms", "form.edit")],
    responses={204: answer("There is no draft.")},
)
@in_slow_thread
def discard(form_id: FormId, app: App) -> None:
    """Discard a draft, if there is one. Published versions stay as they are."""
    app.forms.discard_draft(form_id)


@post(
    "/forms/{form_id:str}/draft/publish",
    operation_id="publish_draft",
    summary="Publish a draft",
    guards=[writing("forms")],
    status_code=200,
    responses={
        200: answer("It is in force.", form_views.PublishedForm, form_views.PUBLISHED),
        422: refusal(form_views.REFUSED_STATUSES[422]),
    },
)
@in_slow_thread
def publish(
    form_id: FormId, app: App, server: Server, rights: Rights, note: PublishingNote = None
) -> form_views.PublishedForm:
    """Publish the document of a draft as a new version, and remove the draft."""
    forms = app.forms
    found = get_draft(forms, form_id)
    form_views.usable(check_against(forms, found.document, server.answered()))
    return form_views.published(publish_pinned(forms, found.form_id, found.document, signed(rights.name, note)))


@get(
    "/forms/{form_id:str}/diff",
    operation_id="compare_form_versions",
    summary="Compare two versions of a form",
    guards=[reading("forms")],
    responses={
        200: answer("What differs.", ComparedForms, _DIFFERENCE),
        422: refusal("A draft that is compared cannot be read as a form."),
    },
)
@in_slow_thread
def differ(
    form_id: FormId,
    app: App,
    before: Before = None,
    after: Annotated[str | None, query("The same for the other one.", schema_extra=_WHICH)] = None,
) -> ComparedForms:
    """Compare two versions metric by metric, by id.

    Without parameters, the newest version is compared with the draft, or, without a draft, with the version before
    it. `judged_anew` marks metrics whose answers a re-score does not keep.
    """
    forms = app.forms
    if before is None and after is None:
        return compared(*choose_two(forms, form_id))
    return compared(choose(forms, form_id, before), choose(forms, form_id, after))


@post(
    "/forms/{form_id:str}/diff",
    operation_id="compare_form_with_document",
    summary="Compare a version with a document",
    guards=[reading("forms")],
    status_code=200,
    responses={200: answer("What differs.", ComparedForms, _DIFFERENCE), **refusals(form_views.REFUSED_STATUSES)},
    takes=form_views.BODY,
)
@in_slow_thread
def differ_from(form_id: FormId, body: RawBody, app: App, before: Before = None) -> ComparedForms:
    """Compare a version with a document, as with another version; the document is not stored."""
    earlier = choose(app.forms, form_id, before)
    found = check_form(body)
    if found.form is None:
        raise form_views.refused(found)
    return compared(earlier, Named(name="document", form=found.form))


def _item(draft: FormDraft, check: FormCheck) -> dict[str, Any]:
    return {
        "id": draft.form_id,
        "based_on": draft.based_on,
        "saved_at": draft.saved_at,
        "can_be_published": check.form is not None and not check.unanswered,
    }


ROUTER = Router("/", route_handlers=[listing, show, save, discard, publish, differ, differ_from])
