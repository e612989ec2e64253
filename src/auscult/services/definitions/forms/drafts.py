"""Drafts: forms that are stored and checked, and not in force before they are published."""

from collections.abc import Collection

from msgspec import Struct

from auscult.domain.definitions.form_version import UNSIGNED, FormDraft, FormVersion, Signed
from auscult.domain.errors import FormError, unknown
from auscult.domain.probe import Probe
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.publish import check_against, giving_up, publish
from auscult.services.definitions.forms.reading import FormCheck
from auscult.storage.definitions.forms import AppForms


class CheckedDraft(Struct, frozen=True, kw_only=True):
    """Draft, and the reasons why it cannot be published now."""

    draft: FormDraft
    check: FormCheck


def form_id_of(document: bytes, check: FormCheck) -> str | None:
    """The id of the form that a document is of, however wrong the rest; None when it cannot be kept under one."""
    if any(problem.field in ("", "id") for problem in check.problems):
        return None
    value = read_document(document).value
    return str(value["id"]) if isinstance(value, dict) else None


def save_draft(
    forms: AppForms,
    document: bytes,
    answered: Collection[type[Probe]],
    name: str = "form",
    revision: str | None = None,
) -> CheckedDraft:
    """Keep a document as the draft of the form that it names, right or not; ``name`` is what errors call it.

    ``revision``: of the document that was changed; None replaces any draft. Raises ``FormError`` when it cannot be read
    at all, or has no id that a form may have; ``DraftMovedError`` where the form is at another revision.
    """
    check = check_against(forms, document, answered)
    form_id = form_id_of(document, check)
    if form_id is None:
        raise FormError.of(each.describe(name) for each in check.problems)
    return CheckedDraft(draft=forms.save_draft(form_id, document, revision), check=check)


def get_draft(forms: AppForms, form_id: str) -> FormDraft:
    """The draft of a form. Raises ``NotFoundError`` ``draft.unknown``."""
    draft = forms.draft(form_id)
    if draft is None:
        known = ", ".join(each.form_id for each in forms.drafts()) or "none"
        raise unknown("draft", form_id, "there is no draft of {value}; drafts: {list}", field="form_id", list=known)
    return draft


def document_in_use(forms: AppForms, form_id: str) -> bytes:
    """Return the draft of a form, else its newest version. Raises ``NotFoundError`` ``form.unknown``."""
    found = forms.draft(form_id) or forms.get(form_id)
    if found is None:
        raise unknown("form", form_id)
    return found.document


def publish_draft(
    forms: AppForms,
    form_id: str,
    answered: Collection[type[Probe]],
    signed: Signed = UNSIGNED,
    taken: Collection[str] = (),
) -> FormVersion:
    """Publish the draft of a form as it is, and remove it.

    ``taken`` are ids of forms that leave its conversations to it: new versions of these are published with it. Raises ``NotFoundError`` ``draft.unknown``; ``FormError`` with every problem, and then the draft stays.
    """
    draft = get_draft(forms, form_id)
    documents = giving_up(forms, draft.document, taken) if taken else {}
    return publish(forms, documents | {f"the draft of {form_id}": draft.document}, answered, signed)[-1]
