"""Publishing forms: each is checked against the others in force, and from then on new conversations are scored with it."""

from collections.abc import Collection, Mapping
from contextlib import suppress

from auscult.domain.definitions.form_version import UNSIGNED, FormVersion, Signed
from auscult.domain.errors import FormError
from auscult.domain.form import Form
from auscult.domain.probe import Probe
from auscult.services.definitions.form_packs import publish_pinned
from auscult.services.definitions.forms.cache import earlier_versions, read_kept
from auscult.services.definitions.forms.editing.assignments import without
from auscult.services.definitions.forms.editing.changes import Put, changed
from auscult.services.definitions.forms.reading import FormCheck, check_form, check_forms, read_form
from auscult.services.definitions.forms.rules import Rival, rivals
from auscult.storage.definitions.forms import AppForms


def check_against(
    forms: AppForms, document: bytes, answered: Collection[type[Probe]], taken: Collection[str] = ()
) -> FormCheck:
    """Check a document as it would be to publish it now.

    ``taken`` are ids of forms that leave the conversations of this one to it, see ``giving_up``.
    """
    others = all_in_force(forms)
    if taken:
        documents = giving_up(forms, document, taken)
        others = [each for each in others if each.id not in documents]
        others += [read_form(each) for each in documents.values()]
    return check_form(document, in_force=others, answered=answered)


def rivals_of(forms: AppForms, document: bytes) -> list[Rival]:
    """Return the forms in force that are for conversations of a document; none where it has other faults."""
    form = check_form(document).form
    return [] if form is None else list(rivals(form, all_in_force(forms)))


def giving_up(forms: AppForms, document: bytes, taken: Collection[str]) -> dict[str, bytes]:
    """Return the documents of other forms, by id, that leave the conversations of a document to it, from its first day on.

    Raises ``RequestError`` where one cannot be changed without rewriting other parts of it.
    """
    form = check_form(document).form
    found: dict[str, bytes] = {}
    for rival in rivals_of(forms, document):
        version = forms.get(rival.form.id)
        if form is None or version is None or rival.form.id not in taken or rival.until is not None:
            continue
        text = without(version.document, (form.assignments[at] for at in rival.taken))
        if form.valid_from is not None:
            text = changed(text, Put(("valid_from",), form.valid_from.isoformat()))
        found[rival.form.id] = text
    return found


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
        raise FormError.of(problems)
    return [
        publish_pinned(forms, check.form.id, documents[name], signed) for name, check in found.items() if check.form
    ]


def in_force(forms: AppForms) -> dict[str, Form]:
    """The forms in force, by id. One that an older version took and this one does not scores nothing, and is left out."""
    found: dict[str, Form] = {}
    for one in forms.in_force():
        with suppress(FormError):
            found[one.form_id] = read_kept(one.document, one.version)
    return found


def all_in_force(forms: AppForms) -> list[Form]:
    """Return the forms in force, and the versions that score conversations of before the first days of these."""
    newest = in_force(forms).values()
    return [*newest, *(before for form in newest for before in earlier_versions(forms, form))]
