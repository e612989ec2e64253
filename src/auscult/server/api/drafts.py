"""Drafts of forms: kept, compared with what is in force, published, discarded."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from auscult.domain.errors import RequestError
from auscult.domain.probe import Probe
from auscult.pipeline.compare import ComparedForms, Named, choose, choose_two, compared
from auscult.pipeline.drafts import form_id_of, get_draft
from auscult.pipeline.form_ports import FormDraft
from auscult.pipeline.forms import FormCheck, check_form
from auscult.pipeline.publish import check_against
from auscult.server.api import _form, _query, _shown
from auscult.server.api._contract import Answer, Call, Operation, Parameter, Shown, reading, writing


class DraftItem(Struct, frozen=True, kw_only=True):
    """A draft, as lists show it. ``based_on``: the newest version when it was saved, null where there was none."""

    id: str
    based_on: int | None
    saved_at: datetime
    can_be_published: bool


class DraftList(Struct, frozen=True, kw_only=True):
    """The drafts of all forms."""

    items: tuple[DraftItem, ...]
    next_cursor: None = None


class Draft(DraftItem, frozen=True, kw_only=True):
    """A draft with its document, and all that stands in the way of publishing it."""

    problems: tuple[_form.FormProblem, ...]
    document: str


class DraftKept(DraftItem, frozen=True, kw_only=True):
    """A draft that was saved, and all that stands in the way of publishing it."""

    problems: tuple[_form.FormProblem, ...]


def listing(call: Call) -> Answer:
    """List the drafts."""
    found = ((each, check_against(call.app.forms, each.document, _engines(call))) for each in call.app.forms.drafts())
    return Answer(200, _shown.encode(DraftList(items=tuple(DraftItem(**_item(each, check)) for each, check in found))))


def show(call: Call) -> Answer:
    """Show the draft of a form."""
    found = get_draft(call.app.forms, call.path["form_id"])
    check = check_against(call.app.forms, found.document, _engines(call))
    told = Draft(
        **_item(found, check), problems=_form.problems(check), document=found.document.decode("utf-8-sig", "replace")
    )
    return Answer(200, _shown.encode(told))


def save(call: Call) -> Answer:
    """Keep a document as the draft of a form."""
    forms, form_id = call.app.forms, call.path["form_id"]
    check = check_against(forms, call.body, _engines(call))
    named = form_id_of(call.body, check)
    if named is None:
        raise _form.refused(check)
    if named != form_id:
        raise RequestError(
            f"The document is of the form {named}; send it to the path of that form.",
            code="draft.misnamed",
            field="id",
            value=named,
        )
    saved = forms.save_draft(form_id, call.body)
    return Answer(200, _shown.encode(DraftKept(**_item(saved, check), problems=_form.problems(check))))


def discard(call: Call) -> Answer:
    """Discard the draft of a form."""
    call.app.forms.discard_draft(call.path["form_id"])
    return Answer(204)


def publish(call: Call) -> Answer:
    """Publish the draft of a form."""
    forms = call.app.forms
    found = get_draft(forms, call.path["form_id"])
    _form.usable(check_against(forms, found.document, _engines(call)))
    return Answer(200, _shown.encode(_form.published(forms.publish(found.form_id, found.document))))


def differ(call: Call) -> Answer:
    """Say what differs between two versions."""
    forms, form_id = call.app.forms, call.path["form_id"]
    before, after = _query.text(call.query, "before"), _query.text(call.query, "after")
    if before is None and after is None:
        return _compared(*choose_two(forms, form_id))
    return _compared(choose(forms, form_id, before), choose(forms, form_id, after))


def differ_from(call: Call) -> Answer:
    """Say what differs between a version and a document."""
    before = choose(call.app.forms, call.path["form_id"], _query.text(call.query, "before"))
    found = check_form(call.body)
    if found.form is None:
        raise _form.refused(found)
    return _compared(before, Named(name="document", form=found.form))


def _engines(call: Call) -> frozenset[type[Probe]]:
    return call.services.answered()


def _item(draft: FormDraft, check: FormCheck) -> dict[str, Any]:
    return {
        "id": draft.form_id,
        "based_on": draft.based_on,
        "saved_at": draft.saved_at,
        "can_be_published": check.form is not None and not check.unanswered,
    }


def _compared(before: Named, after: Named) -> Answer:
    return Answer(200, _shown.encode(compared(before, after)))


_PATH = "/api/v1/forms/{form_id}/draft"
_DIFF = "/api/v1/forms/{form_id}/diff"
_WHICH = {"type": "string", "pattern": "^([0-9]{1,10}|draft)$"}
_BEFORE = Parameter("before", _WHICH, "The number of a version, or the word draft. Without it, the newest version.")
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

OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/drafts",
        name="list_drafts",
        summary="List drafts of forms",
        text="By the id of the form; a form has one draft.",
        scopes=reading("forms"),
        handle=listing,
        answers={200: Shown("The drafts.", DraftList, {"items": [_ITEM], "next_cursor": None})},
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path=_PATH,
        name="get_draft",
        summary="The draft of a form",
        text="With its document, and what stands in the way of publishing it now.",
        scopes=reading("forms"),
        handle=show,
        answers={200: Shown("The draft.", Draft, {**_KEPT, "document": "id: ef-billing\nname: Billing calls\n"})},
        may_take_long=True,
    ),
    Operation(
        method="PUT",
        path=_PATH,
        name="save_draft",
        summary="Save a draft",
        text="Keeps a document that is not in force, in place of the draft that there was. It may still be wrong, "
        "as long as it has the id of the form; what has to be mended is told.",
        scopes=writing("forms"),
        handle=save,
        body=_form.BODY,
        answers={200: Shown("The draft is kept.", DraftKept, _KEPT)},
        statuses={
            413: _form.REFUSED_STATUSES[413],
            422: "The document cannot be read at all, or has no id; `errors` has every fault.",
        },
        may_take_long=True,
    ),
    Operation(
        method="DELETE",
        path=_PATH,
        name="discard_draft",
        summary="Discard a draft",
        text="Published versions stay as they are. A draft that is gone already is answered in the same way.",
        scopes=writing("forms"),
        handle=discard,
        answers={204: Shown("There is no draft.")},
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_PATH + "/publish",
        name="publish_draft",
        summary="Publish a draft",
        text="As publishing its document does; then there is no draft any more.",
        scopes=writing("forms"),
        handle=publish,
        answers={200: Shown("It is in force.", _form.PublishedForm, _form.PUBLISHED)},
        statuses={422: _form.REFUSED_STATUSES[422]},
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path=_DIFF,
        name="compare_form_versions",
        summary="What differs between two versions",
        text="Metric by metric, by id. Without parameters the newest version is compared with the draft, or, without "
        "a draft, with the version before it. `judged_anew` says which answers a re-score does not keep.",
        scopes=reading("forms"),
        handle=differ,
        parameters=(_BEFORE, Parameter("after", _WHICH, "The same for the other one.")),
        answers={200: Shown("What differs.", ComparedForms, _DIFFERENCE)},
        statuses={422: "A draft that is compared cannot be read as a form."},
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_DIFF,
        name="compare_form_with_document",
        summary="What differs between a version and a document",
        text="As between two versions; nothing is kept of the document.",
        scopes=reading("forms"),
        handle=differ_from,
        parameters=(_BEFORE,),
        body=_form.BODY,
        answers={200: Shown("What differs.", ComparedForms, _DIFFERENCE)},
        statuses=_form.REFUSED_STATUSES,
        may_take_long=True,
    ),
)
