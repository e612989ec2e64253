"""Publishing forms: each is checked against the others in force, and from then on new conversations are scored with it."""

from collections.abc import Collection, Mapping

from auscult.domain.errors import FormError
from auscult.domain.form import Form
from auscult.domain.probe import Probe
from auscult.pipeline.forms import FormCheck, check_form, read_form, refused
from auscult.pipeline.ports import Forms, FormVersion


def check_against(forms: Forms, document: bytes, answered: Collection[type[Probe]]) -> FormCheck:
    """Check a document as it would be to publish it now."""
    return check_form(document, in_force=in_force(forms).values(), answered=answered)


def publish(forms: Forms, documents: Mapping[str, bytes], answered: Collection[type[Probe]]) -> list[FormVersion]:
    """Check documents, by the names that errors tell, against each other and the forms in force; publish all or none.

    Raises ``FormError`` with every problem.
    """
    known = in_force(forms)
    new: list[tuple[Form, bytes]] = []
    for name, document in documents.items():
        found = check_form(document, in_force=known.values(), answered=answered)
        if found.form is None or found.unanswered:
            raise refused([*found.problems, *found.unanswered], name)
        if found.form.id in (form.id for form, _ in new):
            raise FormError(f"{name}: {found.form.id} is given twice")
        new.append((found.form, document))
        known[found.form.id] = found.form
    return [forms.publish(form.id, document) for form, document in new]


def in_force(forms: Forms) -> dict[str, Form]:
    """The forms in force, by id."""
    return {one.form_id: read_form(one.document, one.version) for one in forms.in_force()}
