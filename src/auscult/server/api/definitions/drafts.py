"""Drafts of forms: saved, compared with the version in force, published, discarded."""

from datetime import datetime
from typing import Annotated, Any

from litestar.params import RawBody
from msgspec import Struct

from auscult.domain.definitions.form_version import FormDraft, signed
from auscult.domain.errors import RequestError
from auscult.server.api.definitions import form_views
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, OnePage
from auscult.server.rest.parameters import FormId, PublishingNote, query
from auscult.services.definitions.form_packs import publish_pinned
from auscult.services.definitions.forms import drafts
from auscult.services.definitions.forms.difference import ComparedForms, Named, choose, choose_two, compared
from auscult.services.definitions.forms.drafts import form_id_of
from auscult.services.definitions.forms.publish import check_against
from auscult.services.definitions.forms.reading import FormCheck, check_form


class DraftItem(Struct, frozen=True, kw_only=True):
    """A draft in a list. ``based_on``: the newest version when it was saved, null if there was none."""

    id: str
    based_on: int | None
    saved_at: datetime
    can_be_published: bool


DraftList = Annotated[OnePage[DraftItem], Called("DraftList", "The drafts of all forms.")]


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
example(_KEPT)(DraftKept)
example(
    {
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
)(ComparedForms)
example(_ITEM)(DraftItem)
example({**_KEPT, "document": "id: ef-billing\nname: Billing calls\n"})(Draft)


@operation.get(
    "/drafts",
    may=reading("forms"),
    is_slow=True,
    command="forms drafts",
    columns=("id", "based_on", "saved_at", "can_be_published"),
)
def list_drafts(app: App, server: Basis) -> DraftList:
    """List drafts of forms. Each has whether it can be published; a form has at most one draft."""
    found = ((each, check_against(app.forms, each.document, server.answered())) for each in app.forms.drafts())
    return OnePage(items=tuple(DraftItem(**_item(each, check)) for each, check in found))


@operation.get("/forms/{form_id}/draft", may=reading("forms"), summary="The draft of a form", is_slow=True)
def get_draft(form_id: FormId, app: App, server: Server) -> Draft:
    """Return a draft with its document, and the problems that prevent publishing it now."""
    found = drafts.get_draft(app.forms, form_id)
    check = check_against(app.forms, found.document, server.answered())
    return Draft(
        **_item(found, check),
        problems=form_views.problems(check),
        document=found.document.decode("utf-8-sig", "replace"),
    )


@operation.put(
    "/forms/{form_id}/draft",
    may=writing("forms", "form.edit"),
    refuses={
        413: form_views.REFUSED_STATUSES[413],
        422: "The document cannot be read at all, or has no id; `errors` has every fault.",
    },
    takes=form_views.BODY,
)
def save_draft(form_id: FormId, body: RawBody, app: App, server: Server) -> DraftKept:
    """Save a draft. It replaces the earlier draft of the form.

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


@operation.delete("/forms/{form_id}/draft", may=writing("forms", "form.edit"))
def discard_draft(form_id: FormId, app: App) -> None:
    """Discard a draft. Published versions stay as they are."""
    app.forms.discard_draft(form_id)


@operation.post("/forms/{form_id}/draft/publish", may=writing("forms"), refuses={422: form_views.REFUSED_STATUSES[422]})
def publish_draft(
    form_id: FormId, app: App, server: Server, rights: Rights, note: PublishingNote = None
) -> form_views.PublishedForm:
    """Publish a draft. Its document is a new version of the form, and the draft is removed."""
    forms = app.forms
    found = drafts.get_draft(forms, form_id)
    form_views.usable(check_against(forms, found.document, server.answered()))
    return form_views.published(publish_pinned(forms, found.form_id, found.document, signed(rights.name, note)))


@operation.get(
    "/forms/{form_id}/diff",
    may=reading("forms"),
    refuses={422: "A draft that is compared cannot be read as a form."},
    is_slow=True,
)
def compare_form_versions(
    form_id: FormId,
    app: App,
    before: Before = None,
    after: Annotated[str | None, query("The same for the other one.", schema_extra=_WHICH)] = None,
) -> ComparedForms:
    """Compare two versions of a form. Metric by metric, by id.

    Without parameters, the newest version is compared with the draft, or, without a draft, with the version before it.
    `judged_anew` marks metrics whose answers a re-score does not keep.
    """
    forms = app.forms
    if before is None and after is None:
        return compared(*choose_two(forms, form_id))
    return compared(choose(forms, form_id, before), choose(forms, form_id, after))


@operation.post(
    "/forms/{form_id}/diff", may=reading("forms"), refuses=form_views.REFUSED_STATUSES, takes=form_views.BODY
)
def compare_form_with_document(form_id: FormId, body: RawBody, app: App, before: Before = None) -> ComparedForms:
    """Compare a version with a document. The document is not stored."""
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


ROUTER = operation.router(__name__)
