"""Publishing forms: each is checked against the others in force, and from then on new conversations are scored with it."""

from collections.abc import Collection, Mapping
from contextlib import suppress

from auscult.domain.errors import FormError
from auscult.domain.form import Form
from auscult.domain.probe import Probe
from auscult.pipeline.form_ports import Forms, FormVersion
from auscult.pipeline.forms import FormCheck, check_form, check_forms, read_form, refused_with


def check_against(forms: Forms, document: bytes, answered: Collection[type[Probe]]) -> FormCheck:
    """Check a document as it would be to publish it now."""
    return check_form(document, in_force=in_force(forms).values(), answered=answered)


def publish(forms: Forms, documents: Mapping[str, bytes], answered: Collection[type[Probe]]) -> list[FormVersion]:
    """Check documents, by the names that errors tell, against each other and the forms in force; publish all or none.

    Raises ``FormError`` with every problem.
    """
    found = check_forms(documents, in_force=in_force(forms).values(), answered=answered)
    problems = [problem.told(name) for name, check in found.items() for problem in (*check.problems, *check.unanswered)]
    if problems:
        raise refused_with(problems)
    return [forms.publish(check.form.id, documents[name]) for name, check in found.items() if check.form is not None]


def in_force(forms: Forms) -> dict[str, Form]:
    """The forms in force, by id. One that an older version took and this one does not scores nothing, and is left out."""
    found: dict[str, Form] = {}
    for one in forms.in_force():
        with suppress(FormError):
            found[one.form_id] = read_form(one.document, one.version)
    return found
