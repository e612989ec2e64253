"""Each field of the builder, set and set back in each form: the bytes are as they were."""

from collections.abc import Iterator

import pytest

from auscult.server.console.definitions.forms.builder import Control, builder_view
from auscult.server.console.definitions.forms.changes import with_changes
from auscult.services.definitions.forms.document import read_document
from tests.tiers import drawn
from tests.unit.services.definitions.forms.editing.test_changes import FORMS

pytestmark = pytest.mark.night

QUESTIONS = 3
"""Questions of each form whose fields are all tried; large forms repeat themselves."""


def leaves(controls: tuple[Control, ...]) -> Iterator[Control]:
    """Yield the controls that have a value, however deep."""
    for control in controls:
        if control.kind in ("group", "rows"):
            yield from leaves((*control.parts, *control.rows))
        elif control.kind not in ("kept", "words"):
            yield control


def controls_of(document: bytes) -> Iterator[Control]:
    """Yield the controls of the form, of its sections, and of its first questions."""
    read = read_document(document)
    places = range(min(QUESTIONS, len(read.value["metrics"])))  # type: ignore[index, call-overload, arg-type]
    for place in places:
        view = builder_view(read, (), place)
        yield from leaves(view.settings if not place else ())
        for section in view.sections:
            yield from leaves(section.fields if not place else ())
            for question in section.questions:
                yield from filter(None, (question.type, question.grades))
                yield from (each for _heading, fields in question.fields for each in leaves(fields))


def entered(control: Control, before: str, after: str) -> dict[str, str]:
    """Return what the browser sends for a field."""
    return {
        f"set:{control.path}": after,
        f"was:{control.path}": before,
        f"as:{control.path}": control.kind,
        f"un:{control.path}": control.default,
    }


def other(control: Control) -> str:
    """Return another value that a person could enter."""
    if control.options:
        return next((value for value, _text in reversed(control.options) if value != control.value), control.value)
    return "7" if control.kind in ("number", "any") else 'It\'s "else": #1'


@pytest.mark.landing
@pytest.mark.parametrize("name", drawn([*FORMS], 3))
def test_set_and_set_back(name: str) -> None:
    """A field changes the document, and changed back leaves no trace."""
    document = FORMS[name]
    for control in controls_of(document):
        new = other(control)
        there = with_changes(entered(control, control.value, new), document, document, "look").document
        assert there != document or new == control.value, control.path
        back = with_changes(entered(control, new, control.value), there, document, "look").document
        assert back == document, control.path
