"""Publishing forms: each is checked against the others in force, and from then on new conversations are scored with it."""

from collections.abc import Collection, Mapping
from contextlib import suppress

from auscult.domain.definitions.form_version import UNSIGNED, FormVersion, Signed
from auscult.domain.errors import FormError
from auscult.domain.form import Form
from auscult.domain.probe import Probe
from auscult.services.definitions.form_packs import publish_pinned
from auscult.services.definitions.forms.cache import earlier_versions
from auscult.services.definitions.forms.reading import FormCheck, check_form, check_forms, read_form, refused_with
from auscult.storage.definitions.forms import AppForms


def check_against(forms: AppForms, document: bytes, answered: Collection[type[Probe]]) -> FormCheck:
    """Check a document as it would be to publish it now."""
    return check_form(document, in_force=all_in_force(forms), answered=answered)


def publish(
    forms: AppForms,
    documents: Mapping[str, bytes],
    answered: Collection[type[Probe]],
    signed: Signed = UNSIGNED,
) -> list[FormVersion]:
    """Check documents, by the names that errors have, against each other and the forms in force; publish all or none.

    Raises ``FormError`` with every problem.
    """
    found = check_forms(documents, in_force=all_in_force(forms), answered=answered)
    problems = [
        problem.describe(name) for name, check in found.items() for problem in (*check.problems, *check.unanswered)
    ]
    if problems:
        raise refused_with(problems)
    return [
        publish_pinned(forms, check.form.id, documents[name], signed) for name, check in found.items() if check.form
    ]


def in_force(forms: AppForms) -> dict[str, Form]:
    """The forms in force, by id. One that an older version took and this one does not scores nothing, and is left out."""
    found: dict[str, Form] = {}
    for one in forms.in_force():
        with suppress(FormError):
            found[one.form_id] = read_form(one.document, one.version)
    return found


def all_in_force(forms: AppForms) -> list[Form]:
    """Return the forms in force, and the versions that score conversations of before the first days of these."""
    newest = in_force(forms).values()
    return [*newest, *(before for form in newest for before in earlier_versions(forms, form))]
